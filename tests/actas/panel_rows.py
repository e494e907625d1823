"""Voices of a session as the tests of their page need them."""

from django.test import Client
from django.utils import timezone

from actas.models import Acta
from actas.panel import Panel
from actas.tramo import Tramo
from sessions.models import Speaker
from tests.make import make_councillor

ROLL = {"kind": "roll_call", "start": 38.0, "quote": "Presente.", "strength": 2.7}


def voice(acta: Acta, label: str) -> Speaker:
    return acta.session.speakers.get(voice=label)


def propose(acta: Acta, label: str, name: str = "", **fields) -> Speaker:
    """Let the machine propose a councillor of that name for a voice."""
    who = make_councillor(acta.session.council, name)
    found = [{**ROLL, "person": f"c{who.pk}", "name": name}]
    start = {"source": "machine", "confidence": 0.97, "evidence": found}
    rows = acta.session.speakers.filter(voice=label)
    rows.update(councillor=who, **start | fields)
    return voice(acta, label)


def confirm(acta: Acta, label: str, name: str) -> Speaker:
    propose(acta, label, name, confirmed_at=timezone.now(), source="person")
    return voice(acta, label)


def voices_page(client: Client, acta: Acta, query: str = "", **headers):
    return client.get(f"/sesiones/{acta.session_id}/voces/{query}", **headers)


def panel(acta: Acta) -> Panel:
    return Tramo(Acta.objects.get(pk=acta.pk), 1).panel
