"""Recordings come in by chunks, whole, once, and leave nothing when they fail."""

import errno
import fcntl
import hashlib
import io
import json
import os
import shutil
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as examples

from councils.models import Role
from sessions import chunks, tasks, uploads
from sessions.models import CouncilSession, Recording, Upload
from sessions.uploads import Refused, UploadError
from tests.make import make_acta, make_council, make_session, make_user
from tests.transcription.sounds import noise, recorded
from transcription.models import Transcription

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


def mp3(seconds: float = 3) -> bytes:
    file = recorded(noise(seconds)[np.newaxis], format="mp3", codec="libmp3lame")
    return file.getvalue()


SOUND = mp3()


@pytest.fixture
def session() -> CouncilSession:
    return make_session()


@pytest.fixture
def secretary(session: CouncilSession, client: Client) -> Client:
    client.force_login(make_user(session.council, Role.SECRETARY))
    return client


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


# ---- The pages ---------------------------------------------------------------------


def test_it_uploads_over_the_web(secretary, session, settings):
    begun = post(secretary, session, name="a.mp3", size=len(SOUND))
    assert begun.status_code == 201
    url, cut = begun.json()["url"], len(SOUND) // 3
    assert patch(secretary, url, 0, SOUND[:cut]).json() == {"offset": cut}
    assert secretary.get(url).json()["offset"] == cut
    # After a reload the same file is announced again, and goes on where it was.
    again = post(secretary, session, name="a.mp3", size=len(SOUND))
    assert again.json() == begun.json() | {"offset": cut}
    sha256 = hashlib.sha256(SOUND).hexdigest()
    done = patch(secretary, url, cut, SOUND[cut:], **{"Upload-Sha256": sha256})
    assert done.json() == {"offset": len(SOUND), "done": True}
    assert session.recordings.get().sha256 == sha256
    assert secretary.get(url).status_code == 404


def test_it_says_the_offset_to_the_script(secretary, session):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    patch(secretary, url, 0, SOUND[:100])
    answer = patch(secretary, url, 0, SOUND[:100])
    assert answer.status_code == 409
    assert answer.json()["offset"] == 100
    assert "sigue desde ahí" in answer.json()["error"]


def test_it_completes_again_after_the_storage_failed(secretary, session, monkeypatch):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]

    def down(name: str, content) -> str:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", down)
        answer = patch(secretary, url, 0, SOUND)
    assert answer.status_code == 503
    assert "se conserva" in answer.json()["error"]
    assert patch(secretary, url, len(SOUND), b"").json()["done"]


def test_it_tells_the_script_that_the_file_is_of_no_use(secretary, session, settings):
    text = BAD["texto.mp3"][0]
    url = post(secretary, session, name="texto.mp3", size=len(text)).json()["url"]
    answer = patch(secretary, url, 0, text)
    assert answer.status_code == 422
    assert answer.json()["refused"]
    assert nothing_is_left(settings)


def test_it_cancels_in_the_middle(secretary, session, settings):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    patch(secretary, url, 0, SOUND[:100])
    assert secretary.delete(url).status_code == 204
    assert nothing_is_left(settings)
    assert patch(secretary, url, 100, SOUND[100:]).status_code == 404


def test_it_cancels_with_a_plain_form(secretary, session, settings):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    answer = secretary.post(url, follow=True)
    assert answer.redirect_chain[-1][0] == f"/sesiones/{session.pk}/"
    assert "Se canceló la subida de «a.mp3»" in answer.content.decode()
    assert nothing_is_left(settings)


@pytest.mark.parametrize("large", [False, True])
def test_it_takes_a_plain_form(secretary, session, settings, large):
    if large:  # then Django streams it to its own temporary file
        settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    files = [SimpleUploadedFile("1.mp3", SOUND), SimpleUploadedFile("2.mp3", mp3(2))]
    answer = secretary.post(
        f"/sesiones/{session.pk}/subidas/", {"file": files}, follow=True
    )
    said = answer.content.decode()
    assert "«1.mp3» se recibió completo." in said
    assert [r.name for r in session.recordings.all()] == ["1.mp3", "2.mp3"]


def test_it_says_what_is_wrong_with_a_plain_form(secretary, session):
    url = f"/sesiones/{session.pk}/subidas/"
    assert "Elija primero" in secretary.post(url, {}, follow=True).content.decode()
    empty = SimpleUploadedFile("vacio.mp3", b"")
    said = secretary.post(url, {"file": empty}, follow=True).content.decode()
    assert "«vacio.mp3» está vacío" in said
    secretary.post(url, {"file": SimpleUploadedFile("a.mp3", SOUND)})
    again = SimpleUploadedFile("b.mp3", SOUND)
    said = secretary.post(url, {"file": again}, follow=True).content.decode()
    assert "con el nombre «a.mp3»" in said
    assert f'<a href="/sesiones/{session.pk}/">Abrir esa sesión</a>' in said
    assert session.recordings.count() == 1


def test_it_does_not_believe_a_name(secretary, session):
    file = SimpleUploadedFile("<script>.mp3", b"no es audio")
    url = f"/sesiones/{session.pk}/subidas/"
    said = secretary.post(url, {"file": file}, follow=True).content.decode()
    assert "«&lt;script&gt;.mp3»" in said


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"name": "a"}', '{"name": 1, "size": "x"}']
)
def test_it_answers_a_request_that_makes_no_sense(secretary, session, body):
    url = f"/sesiones/{session.pk}/subidas/"
    answer = secretary.post(url, body, content_type="application/json")
    assert answer.status_code == 400
    assert json.loads(answer.content)["error"]


def test_it_asks_for_the_offset(secretary, session):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    answer = secretary.patch(url, SOUND, content_type="application/octet-stream")
    assert answer.status_code == 400


def test_it_lists_what_was_interrupted(secretary, session):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    patch(secretary, url, 0, SOUND[:1000])
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert f'data-url="{url}" data-name="a.mp3" data-size="{len(SOUND)}"' in page
    assert 'value="1000"' in page
    assert "elija el mismo archivo" in page


def test_it_refuses_an_upload_that_expired(secretary, session):
    url = post(secretary, session, name="a.mp3", size=len(SOUND)).json()["url"]
    Upload.objects.update(expires_at=timezone.now())
    assert patch(secretary, url, 0, SOUND).status_code == 404


# ---- Who may -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("elsewhere", 404), (Role.READER, 403), (Role.PRESIDENT, 403)],
)
def test_it_is_for_the_secretary_alone(client, session, who, status):
    upload = begin(session)
    if who != "nobody":
        elsewhere = who == "elsewhere"
        council = make_council() if elsewhere else session.council
        role = Role.SECRETARY if elsewhere else who
        client.force_login(make_user(council, role))
    url = f"/subidas/{upload.pk}/"
    answers = [
        post(client, session, name="a.mp3", size=10),
        client.post(f"/sesiones/{session.pk}/subidas/", {"file": io.BytesIO(SOUND)}),
        client.get(url),
        patch(client, url, 0, SOUND),
        client.delete(url),
        client.post(url),
    ]
    assert {answer.status_code for answer in answers} == {status}
    assert upload.received == 0
    assert not session.recordings.exists()
