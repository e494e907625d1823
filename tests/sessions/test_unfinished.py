"""An upload that nobody goes on with, and how the making is told meanwhile."""

import os
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from councils.models import Role
from sessions.models import CouncilSession, Upload
from sessions.progress import Progress
from tests.make import (
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(client: Client) -> CouncilSession:
    session = make_session()
    client.force_login(make_user(session.council, Role.SECRETARY))
    return session


@pytest.fixture
def upload(session: CouncilSession) -> Upload:
    """31 of 48 MB, the last of them this very moment."""
    upload = session.uploads.create(
        user=make_user(session.council, Role.SECRETARY),
        name="a.mp3",
        bytes=48_000_000,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    with upload.path.open("wb") as file:
        file.truncate(31_000_000)
    return upload


def fall_silent(upload: Upload) -> None:
    then = time.time() - 61
    os.utime(upload.path, (then, then))


def read(client: Client, address: str, **headers: str) -> str:
    page = client.get(address, headers=headers).content.decode()
    return " ".join(strip_tags(page).replace("\u00a0", " ").split())


def first(session: CouncilSession):
    return Progress(CouncilSession.objects.get(pk=session.pk)).steps[0]


def test_it_says_how_far_an_upload_is(client, session, upload):
    said = read(client, f"/sesiones/{session.pk}/")
    assert "«a.mp3» va en 31 MB de 48 MB." in said
    assert "Subiendo" in said
    assert first(session).state == "now"
    assert first(session).seconds is not None


def test_it_says_where_an_upload_stopped(client, session, upload):
    fall_silent(upload)
    said = read(client, f"/sesiones/{session.pk}/")
    assert "«a.mp3» quedó en 31 MB de 48 MB." in said
    assert "Subida sin terminar" in said
    assert "Subiendo" not in said
    assert "va en" not in said
    assert first(session).state == "wait"
    assert first(session).seconds is None


def test_it_is_not_all_received_while_one_is_unfinished(session, upload):
    make_recording(session)
    fall_silent(upload)
    assert first(session).state == "wait"
    upload.delete()
    assert first(session).state == "done"


@pytest.mark.parametrize(
    ("status", "part", "how", "who"),
    [
        (None, None, "Cómo se hará", "La oirá"),
        ("preparing", None, "Cómo se hace", "La oye"),
        ("hearing", "done", "Cómo se hace", "La oye"),
        ("failed", None, "Cómo se hará", "La oirá"),
        ("done", "done", "Cómo se hizo", "La oyó"),
    ],
)
def test_it_tells_the_making_in_its_time(client, session, status, part, how, who):
    if status:
        hearing = make_transcription(make_recording(session), status=status)
        if part:
            make_part(hearing, status=part)
    said = read(client, f"/sesiones/{session.pk}/")
    assert how in said
    assert who in said
    changed = f"/sesiones/{session.pk}/avance/?etapa=other"
    assert who in read(client, changed, **{"HX-Request": "true"})
