"""Uploads over the web: what the script and the plain form send and get."""

import errno
import hashlib
import io
import json

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from councils.models import Role
from sessions.models import Upload
from tests.make import make_council, make_user
from tests.sessions.test_refused import BAD
from tests.sessions.test_uploads import SOUND, begin, mp3, nothing_is_left, patch, post

pytestmark = pytest.mark.django_db


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
