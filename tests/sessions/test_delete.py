"""A session that was a mistake is deleted, while it has no acta."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from councils.models import Role, User
from sessions.models import CouncilSession
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Transcription

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> CouncilSession:
    return make_session(number=7)


@pytest.fixture
def user(session: CouncilSession) -> User:
    return make_user(session.council, Role.SECRETARY)


@pytest.fixture
def secretary(user: User, client: Client) -> Client:
    client.force_login(user)
    return client


def address(session: CouncilSession) -> str:
    return f"/sesiones/{session.pk}/borrar/"


def test_it_says_what_will_be_lost(secretary, session):
    make_transcription(make_recording(session, seconds=7080.0), ["Uno."])
    session.agenda.create(position=1, title="Varios")
    session.votes.create(question="La proposición")
    councillor = make_councillor(session.council)
    session.attendance.create(councillor=councillor, state="presente")
    page = secretary.get(address(session)).content.decode().replace("\u00a0", " ")
    assert "¿Borrar la sesión ordinaria n.º 7?" in page
    for lost in ("1 grabación", "1 h 58 min", "1 punto", "asistencia", "1 votación"):
        assert lost in page
    assert "No se puede deshacer" in page
    assert CouncilSession.objects.filter(pk=session.pk).exists()


def test_it_says_that_nothing_is_lost_of_an_empty_one(secretary, session):
    page = secretary.get(address(session)).content.decode()
    assert "no tiene nada guardado" in page


def test_it_deletes_a_session_with_its_files(
    secretary, session, user, settings, django_capture_on_commit_callbacks
):
    recordings = [make_recording(session) for _ in range(3)]
    make_transcription(recordings[0], ["Uno."])
    later = timezone.now() + timedelta(hours=1)
    upload = session.uploads.create(user=user, name="b", bytes=9, expires_at=later)
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    upload.path.write_bytes(b"half")
    with django_capture_on_commit_callbacks(execute=True):
        answer = secretary.post(address(session))
    assert answer.url == "/"
    assert not CouncilSession.objects.filter(pk=session.pk).exists()
    assert not Transcription.objects.exists()
    assert not any(default_storage.exists(r.file.name) for r in recordings)
    assert not upload.path.exists()
    assert "se borró" in secretary.get("/").content.decode()


def test_it_keeps_a_session_that_has_an_acta(secretary, session):
    make_acta(session)
    make_recording(session)
    page = secretary.get(address(session)).content.decode()
    assert "Esta sesión ya no se borra" in page
    assert '<button class="btn danger' not in page
    said = secretary.post(address(session), follow=True).content.decode()
    assert "ya tiene acta y no se puede borrar" in said
    assert session.recordings.count() == 2


def test_it_is_offered_where_the_data_are_corrected(secretary, session):
    edit = f"/sesiones/{session.pk}/datos/"
    assert address(session) in secretary.get(edit).content.decode()
    make_acta(session)
    assert address(session) not in secretary.get(edit).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 302), ("elsewhere", 404), (Role.READER, 403), (Role.PRESIDENT, 403)],
)
def test_it_is_for_the_secretary_alone(client, session, who, status):
    if who == "elsewhere":
        client.force_login(make_user(make_council(), Role.SECRETARY))
    elif who != "nobody":
        client.force_login(make_user(session.council, who))
    answers = [client.get(address(session)), client.post(address(session))]
    assert {answer.status_code for answer in answers} == {status}
    assert CouncilSession.objects.filter(pk=session.pk).exists()
