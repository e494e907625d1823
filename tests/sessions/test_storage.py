"""Recordings on S3: the same upload, the same reading, the same playback."""

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from moto.server import ThreadedMotoServer

from councils.models import Role, User
from sessions import uploads
from sessions.models import CouncilSession, Recording
from tests.make import make_recording, make_session, make_user
from tests.transcription.sounds import ByLoudness, recorded, tone
from transcription import preparation, tasks
from transcription.audio import read_flac
from transcription.models import Transcription

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
BUCKET = "grabaciones"


def storages_from(**environment: str) -> dict:
    """Return STORAGES as settings.py makes them in a process with that environment."""
    code = (
        "import json; from django.conf import settings; "
        "print(json.dumps(settings.STORAGES))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "astra_site.settings",
            "DATABASE_URL": "postgres://nobody@localhost/nothing",
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture
def bucket(settings: LazySettings) -> Iterator[object]:
    """A bucket on an S3 server of this machine, and ASTRA told to keep files there."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    made = storages_from(
        S3_BUCKET=BUCKET,
        S3_ENDPOINT=endpoint,
        S3_ACCESS_KEY="clave",
        S3_SECRET_KEY="secreto",
        S3_REGION="us-east-1",
    )
    s3 = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="clave",
        aws_secret_access_key="secreto",
    )
    made_bucket = s3.create_bucket(Bucket=BUCKET)
    settings.STORAGES = settings.STORAGES | {"default": made["default"]}
    yield made_bucket
    made_bucket.objects.all().delete()  # the server keeps them in its process
    made_bucket.delete()
    server.stop()


def names(bucket) -> list[str]:
    return sorted(item.key for item in bucket.objects.all())


def test_it_keeps_files_on_the_disk_of_a_laptop() -> None:
    made = storages_from()["default"]["BACKEND"]
    assert made == "django.core.files.storage.FileSystemStorage"


def sent_in_halves(session: CouncilSession, user: User, content: bytes) -> Recording:
    upload = uploads.start(session, user, "Plenaria.ogg", len(content))
    half = len(content) // 2
    uploads.append(upload, 0, io.BytesIO(content[:half]))
    uploads.append(upload, half, io.BytesIO(content[half:]))
    return uploads.complete(upload, hashlib.sha256(content).hexdigest())


def test_it_goes_from_the_upload_to_the_worker_and_back_to_the_ear(
    bucket, settings, client: Client, monkeypatch
) -> None:
    content = recorded(
        tone(6, rate=48_000)[np.newaxis], format="ogg", codec="libopus", rate=48_000
    ).getvalue()
    session = make_session()
    user = make_user(session.council, Role.SECRETARY)

    # The upload: chunks on the local disk, the whole in the bucket.
    recording = sent_in_halves(session, user, content)
    assert names(bucket) == [recording.file.name]
    assert bucket.Object(recording.file.name).get()["Body"].read() == content
    assert list(Path(settings.UPLOAD_FOLDER).iterdir()) == []
    assert not Path(settings.MEDIA_ROOT).exists()

    # The worker: reads the recording, leaves a part, reads the part.
    monkeypatch.setattr(preparation, "Silero", ByLoudness)
    tasks.prepare(recording.transcription.pk)
    transcription = Transcription.objects.get()
    assert transcription.status == Transcription.Status.HEARING, transcription.error
    part = transcription.parts.get()
    assert part.file in names(bucket)
    with default_storage.open(part.file) as file:
        assert np.abs(read_flac(file)).max() > 0.3

    # The ear: any stretch, and the wave.
    client.force_login(user)
    address = f"/grabaciones/{recording.pk}/audio/"
    answer = client.get(address, headers={"Range": "bytes=100-199"})
    assert answer.status_code == 206
    played = bucket.Object(transcription.playback or recording.file.name)
    sound = played.get()["Body"].read()
    assert answer.getvalue() == sound[100:200]
    assert answer["Content-Range"] == f"bytes 100-199/{len(sound)}"
    assert client.get(address).getvalue() == sound
    assert len(client.get(f"/grabaciones/{recording.pk}/onda/").content) == 60


def test_it_fetches_only_the_stretch_that_is_played(bucket, client, monkeypatch):
    recording = make_recording(make_session(), bytes(1000))
    client.force_login(make_user(recording.session.council, Role.READER))
    asked = []
    file = type(default_storage.open(recording.file.name))
    monkeypatch.setattr(file, "_get_file", lambda self: asked.append(self.name))
    answer = client.get(
        f"/grabaciones/{recording.pk}/audio/", headers={"Range": "bytes=0-9"}
    )
    assert answer.getvalue() == bytes(10)
    assert asked == []


def test_it_says_that_a_file_is_gone_from_the_bucket(bucket, client):
    recording = make_recording()
    client.force_login(make_user(recording.session.council, Role.READER))
    default_storage.delete(recording.file.name)
    assert client.get(f"/grabaciones/{recording.pk}/audio/").status_code == 404


def test_it_sweeps_the_bucket_of_what_no_recording_names(bucket, monkeypatch):
    recording = make_recording()
    orphan = default_storage.save("recordings/1/huerfana.mp3", ContentFile(b"sound"))
    uploads.sweep()
    assert names(bucket) == sorted([recording.file.name, orphan])  # a day old at least
    monkeypatch.setattr(uploads, "ORPHAN_AGE", -timedelta(minutes=1))
    uploads.sweep()
    assert names(bucket) == [recording.file.name]


def test_it_leaves_nothing_in_the_bucket_when_the_database_fails(bucket, monkeypatch):
    session = make_session()
    content = recorded(tone(2)[np.newaxis]).getvalue()

    def broken(**facts) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(session, "attach", broken)
    with pytest.raises(RuntimeError):
        uploads.receive(session, None, io.BytesIO(content), "a.wav", len(content))
    assert names(bucket) == []
