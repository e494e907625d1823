"""The page of a session says where it stands, since when, and what to do."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from councils.models import Role
from sessions.models import CouncilSession
from sessions.progress import Progress
from tests.make import (
    make_acta,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Part, Transcription, UsageRecord, Worker

pytestmark = pytest.mark.django_db
DONE, HEARING, FAILED = Part.Status.DONE, Part.Status.HEARING, Part.Status.FAILED


def ago(**length: float):
    return timezone.now() - timedelta(**length)


def hearing(session: CouncilSession, **fields) -> Transcription:
    return make_transcription(make_recording(session, seconds=7080.0), **fields)


def heard(session: CouncilSession, minutes: float = 0, **fields) -> Transcription:
    """A transcription that was done so many minutes ago, each stage in its time."""
    end = ago(minutes=minutes)
    return hearing(
        session,
        status="done",
        started_at=end - timedelta(seconds=300),
        prepared_at=end - timedelta(seconds=200),
        heard_at=end - timedelta(seconds=20),
        finished_at=end,
        **fields,
    )


def steps(session: CouncilSession) -> dict[str, str]:
    fresh = CouncilSession.objects.get(pk=session.pk)
    return {step.title: step.state for step in Progress(fresh).steps}


def states(session: CouncilSession) -> list[str]:
    return list(steps(session).values())


def read(client: Client, session: CouncilSession) -> str:
    """Return the page as it is read: without tags, in single spaces."""
    page = client.get(f"/sesiones/{session.pk}/").content.decode()
    return " ".join(strip_tags(page).replace("\u00a0", " ").split())


def poll(client: Client, session: CouncilSession, stage: str = "hearing"):
    address = f"/sesiones/{session.pk}/avance/?etapa={stage}"
    return client.get(address, headers={"HX-Request": "true"})


# ---- The stages --------------------------------------------------------------------


def test_it_begins_without_a_recording(secretary, session):
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert "Subir la grabación" in page
    assert 'id="avance"' not in page
    assert states(session) == ["wait"] * 5


def test_it_waits_for_the_secretary(client, session):
    client.force_login(make_user(session.council, Role.READER))
    said = read(client, session)
    assert "Todavía no hay grabación" in said
    assert "Corregir los datos" not in said
    assert "Subir la grabación" not in said


def test_it_waits_for_its_turn(secretary, session):
    hearing(session)
    assert states(session) == ["done", "now", "wait", "wait", "wait"]
    assert "el servidor la toma en un momento" in read(secretary, session)
    other = hearing(make_session(), status="preparing")
    Transcription.objects.filter(pk=other.pk).update(lease_until=ago(seconds=-60))
    assert "el servidor prepara antes otra grabación" in read(secretary, session)


def test_it_admits_that_nobody_comes(secretary, session):
    waiting = hearing(session)
    Transcription.objects.filter(pk=waiting.pk).update(created_at=ago(minutes=5))
    assert "y nadie la ha tomado" in read(secretary, session)


def test_it_prepares(secretary, session):
    hearing(session, status="preparing", started_at=ago(seconds=70))
    said = read(secretary, session)
    assert states(session)[1] == "now"
    assert "Se está preparando «" in said
    assert "va 1 min 1" in said


def test_it_counts_the_parts(secretary, session):
    t = hearing(session, status="hearing", started_at=ago(minutes=6))
    make_part(t, status=DONE, heard=600, started_at=ago(minutes=5))
    make_part(t, status=HEARING, heard=60, started_at=ago(minutes=1))
    make_part(t)
    said = read(secretary, session)
    assert "1 de 3 partes." in said
    assert "puede traer más partes" in said
    assert "va 5 min" in said
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert re.search(r'<progress max="7080" value="660"', page)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"status": DONE, "attempt": 2}, "La parte 1 falló una vez y se repitió"),
        ({"status": DONE, "attempt": 3}, "La parte 1 falló 2 veces y se repitió"),
        ({"status": HEARING, "attempt": 2}, "La parte 1 falló y se está repitiendo."),
        ({"attempt": 1, "error": "Se apagó."}, "se repite en un momento. Se apagó."),
    ],
)
def test_it_tells_of_a_part_that_is_repeated(secretary, session, part, said):
    t = hearing(session, status="hearing", started_at=ago(minutes=6))
    make_part(t, **part)
    assert said in read(secretary, session)


@pytest.mark.parametrize(
    ("worker", "said"),
    [
        ("starting", "se está encendiendo la máquina que transcribe"),
        ("alive", "la máquina la toma en un momento"),
        (None, "la máquina la toma en un momento"),
    ],
)
def test_it_says_what_machine_it_waits_for(secretary, session, worker, said):
    t = hearing(session, status="hearing", started_at=ago(seconds=30))
    make_part(t)
    if worker:
        Worker.objects.create(machine="l4-1", state=worker)
    assert said in read(secretary, session)


def test_it_says_that_the_machine_hears_another_session(secretary, session):
    t = hearing(session, status="hearing", started_at=ago(minutes=30))
    make_part(t)
    other = hearing(make_session(), status="hearing")
    make_part(other, status=HEARING, lease_until=ago(seconds=-60))
    assert "la máquina está oyendo otra sesión" in read(secretary, session)


def test_it_admits_that_no_machine_comes(secretary, session):
    t = hearing(session, status="hearing", prepared_at=ago(minutes=5))
    make_part(t, rung_at=ago(seconds=5))
    assert "y nadie la ha tomado" in read(secretary, session)


def test_it_checks_and_drafts(secretary, session):
    t = hearing(session, status="assembling", prepared_at=ago(minutes=3))
    make_part(t, status=DONE)
    Transcription.objects.update(heard_at=ago(seconds=10))
    assert states(session) == ["done", "done", "done", "now", "wait"]
    Transcription.objects.update(status="done", finished_at=ago(minutes=11))
    assert states(session) == ["done", "done", "done", "done", "now"]
    assert "Tarda más de lo debido" in read(secretary, session)
    make_acta(session)
    assert states(session) == ["done"] * 5
    assert "Revisar la transcripción" in read(secretary, session)


def test_it_shows_when_each_stage_was(secretary, session):
    make_part(heard(session), status=DONE, started_at=ago(seconds=210))
    make_acta(session)
    said = read(secretary, session)
    assert "1 min 40 s" in said  # 300 s to 200 s before the end
    assert "Si tarda lo de siempre" not in said


def test_it_says_why_it_stopped_and_what_to_do(secretary, session):
    hearing(session, status="failed", error="El archivo está dañado. Súbalo otra vez.")
    said = read(secretary, session)
    assert states(session) == ["done", "bad", "wait", "wait", "wait"]
    assert "El archivo está dañado. Súbalo otra vez." in said
    assert "Intentar de nuevo" in said


def test_it_stops_at_the_check(session):
    t = hearing(session, status="failed", prepared_at=ago(minutes=3), error="Falta.")
    make_part(t, status=DONE)
    Transcription.objects.update(heard_at=ago(seconds=10))
    assert states(session) == ["done", "done", "done", "bad", "wait"]


def test_it_tells_which_part_has_no_text(secretary, session):
    t = heard(session)
    make_part(t, status=DONE)
    make_part(t, start=600, end=1200, status=FAILED, error="La tarjeta falló.")
    said = read(secretary, session)
    assert states(session)[2] == "bad"
    assert "La parte 2, de 0:10:00 a 0:20:00, no se pudo transcribir" in said
    assert "La tarjeta falló." in said
    assert "Intentar de nuevo" in said


def test_it_tells_that_a_file_was_cut_short(secretary, session):
    t = heard(session)
    Transcription.objects.filter(pk=t.pk).update(seconds=3600)
    assert "dice durar 1 h 58 min y trae 1 h de sonido" in read(secretary, session)


def test_it_names_the_recording_where_there_are_two(secretary, session):
    make_part(heard(session), status=DONE)
    second = hearing(session, status="hearing", started_at=ago(minutes=6))
    make_part(second, status=DONE, attempt=2)
    make_part(second, status=HEARING)
    said = read(secretary, session)
    assert "2 archivos completos" in said
    assert f"La parte 1 de «{second.name}» falló una vez" in said
    assert "2 de 3 partes." in said


def test_it_says_usually_only_from_real_sessions(secretary, session):
    for days in range(2):
        make_part(heard(make_session(), days * 1440), started_at=ago(days=days))
    now = hearing(session, status="preparing", started_at=ago(seconds=30))
    assert "suele tardar" not in read(secretary, session)
    for days in range(2, 4):
        make_part(heard(make_session(), days * 1440), started_at=ago(days=days))
    said = read(secretary, session)
    assert "suele tardar 1 min 40 s" in said  # the same length, so the same time
    assert "Si tarda lo de siempre, el borrador estará hacia las" in said
    Transcription.objects.exclude(pk=now.pk).update(engine="turbo")
    assert "suele tardar" not in read(secretary, session)


def test_it_says_who_heard_it(secretary, session):
    t = heard(session)
    part = make_part(t, status=DONE, worker="l4-1")
    UsageRecord.objects.create(part=part, seconds=100, price=0.35, cost=0.0215)
    said = read(secretary, session)
    assert "Whisper base" in said
    assert "para el uso diario se recomienda uno más grande" in said
    assert "El audio no sale de ellas." in said
    assert "l4-1" not in said  # names of machines are for the staff
    assert "0,02 dólares" in said


# ---- Polling -----------------------------------------------------------------------


def test_it_asks_again_while_there_is_work(secretary, session):
    hearing(session, status="preparing", started_at=ago(seconds=3))
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert f'hx-get="/sesiones/{session.pk}/avance/?etapa=hearing"' in page
    answer = poll(secretary, session)
    assert answer.status_code == 200
    assert "hx-trigger" in answer.content.decode()
    assert "hx-swap-oob" not in answer.content.decode()


def test_it_stops_asking_at_the_end(secretary, session):
    make_part(heard(session), status=DONE)
    make_acta(session)
    answer = poll(secretary, session, "drafting")
    assert answer.status_code == 286
    said = answer.content.decode()
    assert "hx-trigger" not in said
    assert 'id="siguiente" hx-swap-oob="true"' in said
    assert "Revisar la transcripción" in said
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert "hx-trigger" not in page


def test_it_shows_the_whole_page_to_who_opens_the_fragment(secretary, session):
    answer = secretary.get(f"/sesiones/{session.pk}/avance/")
    assert answer.url == f"/sesiones/{session.pk}/"


@pytest.mark.parametrize("fragment", [False, True])
def test_it_asks_the_database_the_same_however_many_parts(secretary, session, fragment):
    def look() -> int:
        with CaptureQueriesContext(connection) as seen:
            if fragment:
                poll(secretary, session)
            else:
                secretary.get(f"/sesiones/{session.pk}/")
        return len(seen)

    first = hearing(session, status="hearing", prepared_at=ago(minutes=1))
    make_part(first)
    few = look()
    for _ in range(15):
        make_part(first)
    second = hearing(session, status="hearing", prepared_at=ago(minutes=1))
    for _ in range(15):
        make_part(second)
    assert look() == few
    assert few < 25
