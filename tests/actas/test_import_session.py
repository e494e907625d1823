"""manage.py import_session: recordings in as an upload, followed to the Word file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from actas import progress, proposals
from astra_site.demo import RECORDING
from sessions.models import CouncilSession, Recording
from tests.make import (
    make_council,
    make_part,
    make_recording,
    make_session,
    make_transcription,
)
from transcription.models import Part, Transcription

pytestmark = pytest.mark.django_db


def enter(*arguments: object, **options: object) -> None:
    call_command("import_session", *map(str, arguments), **options)


def nothing_is_left() -> bool:
    stored = Path(default_storage.location)
    files = [p for p in stored.rglob("*") if p.is_file()] if stored.exists() else []
    return not CouncilSession.objects.exists() and not files


def test_it_enters_a_recording_as_an_upload_would() -> None:
    council = make_council()
    enter(RECORDING, council=council.slug, date="2026-08-14")
    recording = Recording.objects.get()
    assert recording.session.number == 1
    assert recording.bytes == RECORDING.stat().st_size
    assert recording.transcription.status == Transcription.Status.WAITING


def test_it_numbers_after_the_last_session_of_that_kind() -> None:
    council = make_council()
    make_session(council, number=7)
    make_session(council, number=30, kind="extraordinaria")
    enter(RECORDING, council=council.slug, date="2026-08-14")
    assert Recording.objects.get().session.number == 8


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"council": "ninguno"}, "No hay un concejo «ninguno»"),
        ({"date": "2026-02-30"}, "no existe"),
        ({"out": "acta.docx"}, "--wait"),
        ({"kind": "secreta"}, "Clase: .*secreta"),
        ({"number": 0}, "Número de la sesión: "),
    ],
)
def test_it_refuses_what_makes_no_sense(options: dict, says: str) -> None:
    council = make_council()
    options = {"council": council.slug, "date": "2026-08-14", **options}
    with pytest.raises(CommandError, match=says):
        enter(RECORDING, **options)
    assert nothing_is_left()


@pytest.mark.django_db(transaction=True)
def test_it_leaves_nothing_of_a_file_that_is_not_a_recording(tmp_path: Path) -> None:
    note = tmp_path / "nota.mp3"
    note.write_text("Esto no es una grabación. " * 200)
    council = make_council()
    with pytest.raises(CommandError, match=r"nota\.mp3"):
        enter(RECORDING, note, council=council.slug, date="2026-08-14")
    assert nothing_is_left()
    assert not Transcription.objects.exists()


def test_it_says_when_a_file_is_missing() -> None:
    council = make_council()
    with pytest.raises(CommandError, match="ausente"):
        enter("ausente.mp3", council=council.slug, date="2026-08-14")
    assert nothing_is_left()


def test_it_refuses_a_session_that_is_there_already() -> None:
    council = make_council()
    make_session(council, number=7, date="2026-08-14")
    with pytest.raises(CommandError, match=r"ya tiene una sesión.* No se registró"):
        enter(RECORDING, council=council.slug, date="2026-08-14", number=7)
    assert CouncilSession.objects.count() == 1


def test_it_says_where_the_recording_already_is() -> None:
    council = make_council()
    enter(RECORDING, council=council.slug, date="2026-08-14")
    with pytest.raises(CommandError, match=r"ya está en la sesión ordinaria n\.º 1"):
        enter(RECORDING, council=council.slug, date="2026-08-15")
    assert CouncilSession.objects.count() == 1


@pytest.fixture
def polls(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """What happens at each pause of `follow`; with nothing left, it fails."""
    left: list[Callable[[], object]] = []
    monkeypatch.setattr(progress.time, "sleep", lambda _: left.pop(0)())
    return left


def test_it_follows_a_session_until_its_acta_is_whole(polls: list) -> None:
    session = make_session()
    make_transcription(make_recording(session), ["Uno."])
    acta = proposals.draft(session)
    second = make_transcription(make_recording(session), ["Dos."], status="hearing")

    def heard() -> None:
        Transcription.objects.filter(pk=second.pk).update(status="done")

    polls += [lambda: None, heard, lambda: proposals.draft(session)]
    told: list[str] = []
    assert progress.follow(session, told.append) == acta
    assert polls == []
    assert acta.utterances.count() == 2
    assert told[-1] == f"{second.name}: terminada"


def test_it_takes_the_acta_that_keeps_what_a_person_wrote(polls: list) -> None:
    session = make_session()
    recording = make_recording(session)
    make_transcription(recording, ["Uno."])
    acta = proposals.draft(session)
    acta.utterances.update(state="verified")
    make_transcription(recording, ["Uno, oído otra vez."])
    polls.append(lambda: proposals.draft(session))
    assert progress.follow(session, print) == acta
    assert polls == []
    assert acta.utterances.get().text == "Uno."


def test_it_tells_what_was_set_aside() -> None:
    session = make_session()
    hearing = make_transcription(make_recording(session, seconds=1800.0), ["Uno."])
    aside = {"status": Part.Status.FAILED, "error": "La tarjeta falló."}
    make_part(hearing, start=600.0, end=1800.0, **aside)
    proposals.draft(session)
    told: list[str] = []
    progress.follow(session, told.append)
    said = "Faltan 20\u00a0min por transcribir, desde 0:10:00. La tarjeta falló."
    assert told[-1] == said


def test_it_stops_when_all_was_set_aside() -> None:
    session = make_session()
    hearing = make_transcription(make_recording(session), status="done")
    make_part(hearing, status=Part.Status.FAILED, error="La tarjeta falló.")
    proposals.draft(session)
    with pytest.raises(progress.Stopped, match=r"0:00:00 a 0:10:00: La tarjeta falló"):
        progress.follow(session, print)


def test_it_stops_following_what_has_stopped() -> None:
    session = make_session()
    failed = Transcription.Status.FAILED
    make_transcription(make_recording(session), status=failed, error="Está dañado.")
    with pytest.raises(progress.Stopped, match="Está dañado"):
        progress.follow(session, print)
