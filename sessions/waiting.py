"""What work that has not begun is waiting for, said as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from sessions.wording import hour
from transcription.models import Part, Transcription, Worker

PATIENCE = timedelta(minutes=2)  # after this, nobody coming is worth telling


def for_preparation(hearings: Sequence[Transcription]) -> str:
    """Say what the preparation of these recordings is doing or waiting for."""
    preparing = [h for h in hearings if h.status == Transcription.Status.PREPARING]
    if preparing:
        return f"Se está preparando «{preparing[0].name}»."
    waiting = [h for h in hearings if not h.prepared_at]
    if waiting[0].error:
        return f"Falló y se repite en un momento. {waiting[0].error}"
    others = Transcription.objects.alive().exclude(pk__in=[h.pk for h in hearings])
    since = min(h.started_at or h.created_at for h in waiting)
    if others.filter(status=Transcription.Status.PREPARING).exists():
        return f"{_waits(since)}: el servidor prepara antes otra grabación."
    return _nobody(since, "el servidor la toma en un momento")


def for_machine(hearings: Sequence[Transcription], parts: Sequence[Part]) -> str:
    """Say what these parts, none of which is being heard, are waiting for."""
    waiting = [part for part in parts if part.status == Part.Status.WAITING]
    if not waiting:
        return "La última parte está completa; falta cerrar la transcripción."
    # Not when they were last announced: `sweep` announces them every minute.
    signs = [moment for p in parts for moment in (p.started_at, p.finished_at)]
    begun = [hearing.prepared_at or hearing.started_at for hearing in hearings]
    since = max(filter(None, signs), default=None) or min(filter(None, begun))
    others = Part.objects.alive().exclude(transcription__in=hearings)
    if others.exists():
        return f"{_waits(since)}: la máquina está oyendo otra sesión."
    states = set(Worker.objects.values_list("state", flat=True))
    if Worker.State.STARTING in states:
        return f"{_waits(since)}: se está encendiendo la máquina que transcribe."
    return _nobody(since, "la máquina la toma en un momento")


def _waits(since: datetime) -> str:
    return f"En espera desde las {hour(timezone.localtime(since).time())}"


def _nobody(since: datetime, soon: str) -> str:
    if timezone.now() - since < PATIENCE:
        return f"{_waits(since)}: {soon}."
    return (
        f"{_waits(since)} y nadie la ha tomado. ASTRA avisa cada minuto; si esto "
        "sigue, dígale a quien administra el servidor que revise la página de estado."
    )
