"""What could not be heard is a clear gap where it lies, until it is heard."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actas import proposals
from actas.findings import findings
from actas.holes import holes, holes_of
from actas.models import Acta
from councils.models import Role
from sessions.models import CouncilSession, Recording
from tests.make import (
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Part, Segment, Transcription

pytestmark = pytest.mark.django_db
DONE, FAILED, WAITING = Part.Status.DONE, Part.Status.FAILED, Part.Status.WAITING
THEN = "2026-01-01T00:00Z"
DOWN = "No hay conexión con el servicio."


@pytest.fixture
def session() -> CouncilSession:
    return make_session()


@pytest.fixture
def hearing(session: CouncilSession) -> Transcription:
    """An hour in three parts; the service went down at the second."""
    recording = make_recording(session, seconds=3600.0)
    hearing = make_transcription(recording, status="done", prepared_at=THEN)
    Transcription.objects.update(heard_at=THEN, finished_at=THEN)
    for n, status in enumerate([DONE, FAILED, DONE]):
        start = 1200.0 * n
        part = make_part(
            hearing,
            start=start,
            end=start + 1200,
            status=status,
            error=DOWN if status == FAILED else "",
        )
        if status == DONE:
            say(part, f"Parte {n}, al comienzo.", start)
            say(part, f"Parte {n}, al final.", start + 1190)
    return hearing


def say(part: Part, text: str, start: float) -> None:
    position = part.segments.count()
    Segment.objects.create(
        part=part, position=position, start=start, end=start + 5, text=text
    )


@pytest.fixture
def acta(session: CouncilSession, hearing: Transcription) -> Acta:
    return proposals.draft(session)


@pytest.fixture
def secretary(client: Client, session: CouncilSession) -> Client:
    client.force_login(make_user(session.council, Role.SECRETARY))
    return client


def page(client: Client, acta: Acta, tramo: int) -> str:
    """Return the sentences and gaps of a tramo, as HTML in single spaces."""
    text = client.get(f"/sesiones/{acta.session_id}/transcripcion/{tramo}/").text
    shown = text.split('<div id="filas"')[1].split("</main>")[0]
    return " ".join(shown.split())


def missing(acta: Acta) -> str:
    fresh = Acta.objects.select_related("session__council").get(pk=acta.pk)
    return "; ".join(f.title for f in findings(fresh) if f.missing)


# ---- In the review -------------------------------------------------------------------


def test_it_shows_the_gap_at_its_place_with_reason_and_retry(
    secretary, acta, hearing
) -> None:
    shown = page(secretary, acta, 3)
    assert f"De 0:20:00 a 0:40:00 no se pudo transcribir:</strong> {DOWN}" in shown
    assert f'action="/grabaciones/{hearing.recording.pk}/reintentar/"' in shown
    assert f'href="/sesiones/{acta.session_id}/otra-vez/"' in shown
    assert 'data-play="1200"' in shown
    assert "no se oye a nadie" not in shown


def test_it_shows_it_in_every_tramo_that_it_reaches_and_in_no_other(
    secretary, acta
) -> None:
    seen = ["no se pudo transcribir" in page(secretary, acta, n) for n in range(1, 7)]
    assert seen == [False, False, True, True, False, False]


def test_it_stands_between_the_sentences_around_it(secretary, acta, hearing) -> None:
    part = hearing.parts.get(position=1)
    Part.objects.filter(pk=part.pk).update(start=1195.0, end=1199.0)
    hearing.parts.filter(position=0).update(end=1195.0)
    say(hearing.parts.get(position=0), "Y algo más.", 1199.5)
    proposals.draft(acta.session)
    shown = page(secretary, acta, 2)
    places = [
        shown.index(text)
        for text in ("Parte 0, al final.", "no se pudo", "Y algo más.")
    ]
    assert places == sorted(places)


def test_it_lets_a_reader_see_and_not_retry(client, session, acta) -> None:
    client.force_login(make_user(session.council, Role.READER))
    shown = page(client, acta, 3)
    assert DOWN in shown
    assert "Reintentar" not in shown


def test_it_is_among_what_the_acta_lacks(acta) -> None:
    assert "Faltan 20\u00a0min por transcribir, desde 0:20:00" in missing(acta)


def test_it_costs_one_query(session, hearing) -> None:
    recordings = list(session.recordings.all())
    with CaptureQueriesContext(connection) as asked:
        assert len(holes_of(recordings)) == 1
    assert len(asked) == 1


# ---- Tried again ---------------------------------------------------------------------


def retry(client: Client, hearing: Transcription) -> None:
    client.post(f"/grabaciones/{hearing.recording.pk}/reintentar/")


def test_it_says_that_it_is_being_heard_again(secretary, acta, hearing) -> None:
    retry(secretary, hearing)
    shown = page(secretary, acta, 3)
    assert "De 0:20:00 a 0:40:00 se está transcribiendo" in shown
    assert "Reintentar" not in shown
    assert "se está transcribiendo" in missing(acta)
    assert "por transcribir" not in missing(acta)


def test_it_is_filled_in_place_and_no_correction_is_touched(
    secretary, session, acta, hearing
) -> None:
    alice = make_user(session.council, Role.SECRETARY)
    first = acta.utterances.first()
    first.change(alice, 1, text="Parte 0, corregida.")
    before = list(acta.utterances.values())
    retry(secretary, hearing)
    part = hearing.parts.get(position=1)
    assert part.status == WAITING
    say(part, "Lo que faltaba.", 1300.0)
    hearing.parts.update(status=DONE, error="")
    Transcription.objects.update(status="done", heard_at=THEN)
    proposals.draft(session)
    texts = [u.text for u in acta.utterances.all()]
    assert texts == [
        "Parte 0, corregida.",
        "Parte 0, al final.",
        "Lo que faltaba.",
        "Parte 2, al comienzo.",
        "Parte 2, al final.",
    ]
    old = acta.utterances.exclude(text="Lo que faltaba.")
    assert list(old.values()) == before
    assert not holes(session)
    assert "no se pudo transcribir" not in page(secretary, acta, 3)
    assert "Lo que faltaba." in page(secretary, acta, 3)
    assert "transcri" not in missing(acta)


# ---- What a gap is -------------------------------------------------------------------


def described(session: CouncilSession) -> list[tuple]:
    recordings = list(session.recordings.order_by("position"))
    return [
        (hole.start, hole.end, hole.is_waiting, hole.is_rest)
        for hole in holes_of(recordings)
    ]


def test_it_tells_neighbours_as_one_unless_one_of_them_is_being_heard(session) -> None:
    hearing = make_transcription(
        make_recording(session), status="hearing", prepared_at=THEN
    )
    for n, status in enumerate([FAILED, FAILED, WAITING, DONE, FAILED]):
        make_part(hearing, start=100.0 * n, end=100.0 * n + 100, status=status)
    assert described(session) == [
        (0.0, 200.0, False, False),
        (200.0, 300.0, True, False),
        (400.0, 500.0, False, False),
    ]
    assert [hole.start for hole in holes(session)] == [0.0, 400.0]


def test_it_counts_what_was_never_cut_into_parts(session) -> None:
    make_transcription(make_recording(session, seconds=100.0), ["Uno."] * 10)
    stopped = make_transcription(
        make_recording(session, seconds=100.0), status="failed", error="Dañado."
    )
    make_part(stopped, start=0.0, end=40.0, status=DONE)
    make_recording(session, seconds=50.0)
    assert described(session) == [
        (140.0, 200.0, False, True),
        (200.0, 250.0, False, True),
    ]
    assert holes(session) == []
    Transcription.objects.filter(pk=stopped.pk).update(status="preparing")
    assert described(session)[0] == (140.0, 200.0, True, True)


def test_it_is_no_gap_while_the_older_text_stands_there(
    secretary, session, acta, hearing
) -> None:
    hearing.parts.update(status=DONE)
    recording = Recording.objects.get()
    second = make_transcription(recording, status="hearing", prepared_at=THEN)
    part = make_part(second, end=3600.0, status=WAITING)
    assert "se está transcribiendo" not in page(secretary, acta, 1)
    Part.objects.filter(pk=part.pk).update(status=FAILED, error=DOWN)
    shown = page(secretary, acta, 1)
    assert "Lo que sigue es lo que se oyó antes." in shown
    assert "Parte 0, al comienzo." in shown
