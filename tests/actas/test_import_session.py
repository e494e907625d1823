"""manage.py import_session: recordings in as an upload, followed to the Word file."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from actas import progress
from astra_site.demo import RECORDING
from sessions.models import CouncilSession, Recording
from tests.make import (
    make_acta,
    make_council,
    make_recording,
    make_session,
    make_transcription,
)
from transcription.models import Transcription

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


def test_it_follows_a_session_until_its_acta_is_there() -> None:
    session = make_session()
    make_transcription(make_recording(session), ["Uno."])
    acta = make_acta(session)
    told: list[str] = []
    assert progress.follow(session, told.append) == acta
    assert told == [f"{session.recordings.get().name}: terminada"]


def test_it_stops_following_what_has_stopped() -> None:
    session = make_session()
    failed = Transcription.Status.FAILED
    make_transcription(make_recording(session), status=failed, error="Está dañado.")
    with pytest.raises(progress.Stopped, match="Está dañado"):
        progress.follow(session, print)
