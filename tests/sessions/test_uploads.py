"""Recordings come in by chunks, whole, once, and leave nothing when they fail."""

import errno
import fcntl
import hashlib
import io
import os
import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as examples

from councils.models import Role
from sessions import chunks, tasks, uploads
from sessions.models import CouncilSession, Recording, Upload
from sessions.uploads import Refused, UploadError
from tests.make import make_user
from tests.transcription.sounds import noise, recorded
from transcription.models import Transcription

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


def mp3(seconds: float = 3) -> bytes:
    file = recorded(noise(seconds)[np.newaxis], format="mp3", codec="libmp3lame")
    return file.getvalue()


SOUND = mp3()


def begin(session: CouncilSession, content: bytes = SOUND, name: str = "a.mp3"):
    user = make_user(session.council, Role.SECRETARY)
    return uploads.start(session, user, name, len(content))


def stored(settings: LazySettings) -> list[str]:
    """Return every file that is left in the storage or on its way."""
    folders = (Path(settings.MEDIA_ROOT), Path(settings.UPLOAD_FOLDER))
    return [p.name for f in folders for p in f.rglob("*") if p.is_file()]


def nothing_is_left(settings: LazySettings) -> bool:
    rows = Upload.objects.count() + Recording.objects.count()
    return rows + Transcription.objects.count() + len(stored(settings)) == 0


def post(client: Client, session: CouncilSession, **asked) -> HttpResponse:
    return client.post(
        f"/sesiones/{session.pk}/subidas/", asked, content_type="application/json"
    )


def patch(client: Client, url: str, offset: int, body: bytes, **headers):
    return client.patch(
        url,
        body,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset), **headers},
    )


# ---- The logic ---------------------------------------------------------------------


def test_it_takes_a_recording_in(session, settings):
    upload = begin(session)
    middle = len(SOUND) // 2
    assert uploads.append(upload, 0, io.BytesIO(SOUND[:middle])) == middle
    assert uploads.append(upload, middle, io.BytesIO(SOUND[middle:])) == len(SOUND)
    recording = uploads.complete(upload, hashlib.sha256(SOUND).hexdigest())

    with default_storage.open(recording.file.name) as file:
        assert file.read() == SOUND
    assert recording.sha256 == hashlib.sha256(SOUND).hexdigest()
    assert recording.bytes == len(SOUND)
    assert recording.seconds == pytest.approx(3, abs=0.1)
    assert recording.transcription.status == Transcription.Status.WAITING
    assert recording.name == "a.mp3"
    assert not Upload.objects.exists()
    assert stored(settings) == [Path(recording.file.name).name]


@examples(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cuts=strategies.lists(strategies.integers(1, len(SOUND) - 1), max_size=5))
def test_it_goes_on_from_any_byte(session, cuts):
    upload = begin(session)
    for cut in [*sorted(cuts), len(SOUND)]:
        here = upload.received
        uploads.append(upload, here, io.BytesIO(SOUND[here:cut]))
    recording = uploads.complete(upload)
    assert recording.sha256 == hashlib.sha256(SOUND).hexdigest()
    recording.discard()


def test_it_keeps_what_came_before_the_connection_broke(session):
    class Broken(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            if self.tell():
                raise OSError("the browser went away")
            return super().read(min(size, 100))

    upload = begin(session)
    assert uploads.append(upload, 0, Broken(SOUND)) == 100
    assert upload.received == 100


@pytest.mark.parametrize("offset", [0, 50, 200])
def test_it_says_where_a_chunk_out_of_order_belongs(session, offset):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND[:100]))
    with pytest.raises(UploadError, match="sigue desde ahí") as refusal:
        uploads.append(upload, offset, io.BytesIO(SOUND[offset : offset + 100]))
    assert (refusal.value.status, refusal.value.offset) == (409, 100)
    assert upload.received == 100


def test_it_refuses_more_than_was_announced(session):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND[:100]))
    with pytest.raises(UploadError, match="más de lo anunciado") as refusal:
        uploads.append(upload, 100, io.BytesIO(SOUND[100:] + b"more"))
    assert (refusal.value.status, refusal.value.offset) == (413, 100)
    assert upload.received == 100


def test_it_refuses_a_chunk_that_is_too_long(session, settings):
    settings.UPLOAD_CHUNK_BYTES = 1000
    upload = begin(session)
    with pytest.raises(UploadError) as refusal:
        uploads.append(upload, 0, io.BytesIO(SOUND[:1001]))
    assert refusal.value.status == 413
    assert upload.received == 0
    assert uploads.append(upload, 0, io.BytesIO(SOUND[:1000])) == 1000


def test_it_lets_one_window_write_at_a_time(session):
    upload = begin(session)
    with upload.path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UploadError, match="Otra ventana") as refusal:
            uploads.append(upload, 0, io.BytesIO(SOUND))
        assert refusal.value.status == 409
    assert uploads.append(upload, 0, io.BytesIO(SOUND)) == len(SOUND)


def test_it_says_that_an_upload_is_gone(session):
    upload = begin(session)
    uploads.cancel(upload)
    for act in (
        lambda: uploads.append(upload, 0, io.BytesIO(SOUND)),
        lambda: uploads.complete(upload),
    ):
        with pytest.raises(UploadError, match="ya terminó o se canceló") as refusal:
            act()
        assert refusal.value.status == 404


def test_it_does_not_complete_half_a_file(session):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND[:100]))
    with pytest.raises(UploadError, match="faltan") as refusal:
        uploads.complete(upload)
    assert (refusal.value.status, refusal.value.offset) == (409, 100)
    assert upload.received == 100


def test_it_keeps_what_came_when_the_disk_fills(session, monkeypatch):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND[:100]))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(UploadError, match="sin espacio") as refusal:
            uploads.append(upload, 100, io.BytesIO(SOUND[100:]))
    assert (refusal.value.status, refusal.value.offset) == (507, 100)
    assert upload.received == 100
    assert uploads.append(upload, 100, io.BytesIO(SOUND[100:])) == len(SOUND)


def test_it_refuses_what_does_not_fit_on_the_disk(session, settings, monkeypatch):
    room = uploads.RESERVE + 2 * len(SOUND) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, room))
    with pytest.raises(Refused, match="no tiene espacio") as refusal:
        begin(session)
    assert refusal.value.status == 507
    assert nothing_is_left(settings)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, room + 1))
    first = begin(session)
    with pytest.raises(
        Refused, match="no tiene espacio"
    ):  # it is promised to the first
        begin(session, name="b.mp3")
    uploads.cancel(first)


def test_it_keeps_what_came_when_the_storage_fails(session, settings, monkeypatch):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND))

    def full(name: str, content) -> str:
        half = Path(settings.MEDIA_ROOT) / name
        half.parent.mkdir(parents=True)
        half.write_bytes(content.read(10))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", full)
        with pytest.raises(UploadError, match="Lo recibido hasta ahora se conserva"):
            uploads.complete(upload)
    assert stored(settings) == [upload.path.name]
    assert not Recording.objects.exists()
    assert uploads.complete(upload).bytes == len(SOUND)


def test_it_leaves_nothing_stored_when_the_database_fails(
    session, settings, monkeypatch
):
    upload = begin(session)
    uploads.append(upload, 0, io.BytesIO(SOUND))

    def broken(self, **facts) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(CouncilSession, "attach", broken)
    with pytest.raises(RuntimeError):
        uploads.complete(upload)
    assert stored(settings) == [upload.path.name]
    assert Upload.objects.filter(pk=upload.pk).exists()


def test_it_sweeps_a_stored_file_that_no_recording_names(session, settings, tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(SOUND)
    kept = uploads.enter(session, None, path).file.name
    for name in ("recordings/1/vieja.mp3", "recordings/1/nueva.mp3"):
        default_storage.save(name, io.BytesIO(SOUND))
    two_days = (timezone.now() - timedelta(days=2)).timestamp()
    for name in (kept, "recordings/1/vieja.mp3"):
        os.utime(default_storage.path(name), (two_days, two_days))
    tasks.sweep()
    assert sorted(stored(settings)) == sorted([Path(kept).name, "nueva.mp3"])


def test_it_sweeps_what_nobody_went_on_with(session, settings):
    old, fresh = begin(session), begin(session, name="b.mp3")
    Upload.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    lost = Path(settings.UPLOAD_FOLDER) / "00000000.part"
    lost.write_bytes(b"of a process that was killed")
    long_ago = (timezone.now() - timedelta(hours=49)).timestamp()
    os.utime(lost, (long_ago, long_ago))
    tasks.sweep()
    assert list(Upload.objects.all()) == [fresh]
    assert stored(settings) == [fresh.path.name]


def test_it_does_not_sweep_what_is_arriving(session, monkeypatch):
    monkeypatch.setattr(uploads, "PATIENCE", 0)
    upload = begin(session)
    Upload.objects.filter(pk=upload.pk).update(expires_at=timezone.now())
    with chunks.held(upload):
        assert uploads.sweep() == 0
    assert upload.path.exists()


def test_it_lives_longer_with_every_chunk(session):
    upload = begin(session)
    soon = timezone.now() + timedelta(minutes=1)
    Upload.objects.filter(pk=upload.pk).update(expires_at=soon)
    uploads.append(upload, 0, io.BytesIO(SOUND[:10]))
    upload.refresh_from_db()
    assert upload.expires_at > timezone.now() + timedelta(hours=47)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Grabaciones\\a.mp3", "a.mp3"),
        ("../../etc/passwd", "passwd"),
        ("x" * 300 + ".mp3", "x" * 251 + ".mp3"),
        ("/", "grabación"),
    ],
)
def test_it_keeps_a_plain_file_name(sent, kept):
    assert uploads.base_name(sent) == kept
