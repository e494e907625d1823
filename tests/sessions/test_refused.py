"""A file that is of no use, or is there already, leaves nothing behind."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest

from sessions import uploads
from sessions.models import Upload
from sessions.uploads import Refused
from tests.make import make_acta, make_session, make_user
from tests.sessions.test_uploads import (
    SOUND,
    begin,
    mp3,
    nothing_is_left,
    patch,
    post,
    stored,
)
from tests.transcription.sounds import noise, recorded

pytestmark = pytest.mark.django_db


BAD = {
    "texto.mp3": (b"esto no es una grabacion\n" * 200, "no se puede leer como audio"),
    "mudo.mp4": (
        recorded(np.zeros((0, 0)), format="mp4", video=True).getvalue(),
        "video sin sonido",
    ),
    "cortado.m4a": (
        recorded(noise(3)[np.newaxis], format="mp4", codec="aac").getvalue()[:4000],
        "no se puede leer como audio",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_it_refuses_what_is_no_recording(session, settings, name):
    content, reason = BAD[name]
    upload = begin(session, content, name)
    uploads.append(upload, 0, io.BytesIO(content))
    with pytest.raises(Refused, match=reason) as refusal:
        uploads.complete(upload)
    assert refusal.value.status == 422
    assert name in str(refusal.value)
    assert "No se guardó nada" in str(refusal.value)
    assert nothing_is_left(settings)


def test_it_takes_what_there_is_of_a_truncated_mp3(session):
    content = mp3(30)[:30_000]
    recording = uploads.receive(
        session, None, io.BytesIO(content), "cortado.mp3", len(content)
    )
    assert recording.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("size", "status", "reason"),
    [(0, 422, "está vacío"), (-5, 422, "está vacío"), (5 * 1024**3, 413, "el máximo")],
)
def test_it_refuses_a_size_before_the_first_byte(
    session, settings, size, status, reason
):
    with pytest.raises(Refused, match=reason) as refusal:
        uploads.start(session, make_user(), "a.mp3", size)
    assert refusal.value.status == status
    assert nothing_is_left(settings)


def test_it_refuses_a_recording_that_is_too_long(session, settings):
    settings.RECORDING_MAX_HOURS = 2 / 3600
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND))
    with pytest.raises(Refused, match="el máximo"):
        uploads.complete(upload)
    assert nothing_is_left(settings)


def test_it_refuses_what_arrived_different(session, settings):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND))
    with pytest.raises(Refused, match="llegó distinto"):
        uploads.complete(upload, hashlib.sha256(b"another").hexdigest())
    assert nothing_is_left(settings)


def test_it_refuses_the_same_recording_twice(session, settings, tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(SOUND)
    first = uploads.enter(session, None, path)
    other = make_session(session.council)
    there = r"en la sesión ordinaria n\.º \d+ del viernes 14 de agosto de 2026, con"
    for where, said in ((session, "en esta sesión, con"), (other, there)):
        with pytest.raises(Refused, match=f"ya está {said}") as refusal:
            uploads.enter(where, None, path)
        assert refusal.value.page == f"/sesiones/{session.pk}/"
        assert refusal.value.recording == first
    assert stored(settings) == [Path(first.file.name).name]
    assert not Upload.objects.exists()


def test_it_takes_the_same_recording_for_another_council(session, tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(SOUND)
    uploads.enter(session, None, path)
    assert uploads.enter(make_session(), None, path).sha256
    assert path.exists()


def test_it_takes_no_recording_once_the_acta_left_the_draft(session, settings):
    make_acta(session).send()
    before = len(stored(settings))
    with pytest.raises(Refused, match="ya salió del borrador"):
        begin(session)
    assert len(stored(settings)) == before


def test_it_keeps_what_arrived_after_the_acta_left_the_draft(
    secretary, session, settings
):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    acta = make_acta(session)
    acta.send()
    before = stored(settings)
    answer = patch(secretary, url, 0, SOUND)
    assert answer.status_code == 423
    assert "ya salió del borrador" in answer.json()["error"]
    assert "refused" not in answer.json()
    assert stored(settings) == before  # the chunks, and nothing in the storage
    acta.give_back("Falta una grabación.")
    assert patch(secretary, url, len(SOUND), b"").json()["done"]
    assert session.recordings.count() == 2
