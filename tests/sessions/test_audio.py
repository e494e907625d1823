"""The sound of a recording reaches who may hear it, any stretch of it."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from councils.models import Role
from sessions.models import Recording
from sessions.views import audio
from tests.make import (
    make_council,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 4  # 1024 bytes, each different from its neighbours


@pytest.fixture
def recording() -> Recording:
    return make_recording(make_session(), CONTENT, name="Plenaria 15 de agosto.mp3")


@pytest.fixture
def reader(client: Client, recording: Recording) -> Client:
    client.force_login(make_user(recording.session.council, Role.READER))
    return client


def ask(client: Client, recording: Recording, asked: str = "", **headers):
    if asked:
        headers["Range"] = asked
    return client.get(f"/grabaciones/{recording.pk}/audio/", headers=headers)


def test_it_serves_the_whole_recording(reader, recording):
    answer = ask(reader, recording)
    assert answer.status_code == 200
    assert answer.getvalue() == CONTENT
    assert answer["Content-Length"] == "1024"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Type"] == "audio/mpeg"
    assert "private" in answer["Cache-Control"]
    shown = 'inline; filename="Plenaria 15 de agosto.mp3"'
    assert answer["Content-Disposition"] == shown


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, 1023),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1000-9999", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-9999", 0, 1023),
        ("bytes=1023-", 1023, 1023),
        ("bytes= 5 - 9", 5, 9),
    ],
)
def test_it_serves_a_stretch(reader, recording, asked, first, last):
    answer = ask(reader, recording, asked)
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/1024"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer.getvalue() == CONTENT[first : last + 1]


def test_it_serves_long_stretches_a_piece_at_a_time(reader, recording, monkeypatch):
    monkeypatch.setattr(audio, "STRETCH", 300)
    heard, at = b"", 0
    while at < 1024:
        answer = ask(reader, recording, f"bytes={at}-")
        heard += answer.getvalue()
        at = len(heard)
        assert answer["Content-Range"].endswith(f"-{at - 1}/1024")
    assert heard == CONTENT


def test_it_holds_little_in_memory(recording, monkeypatch):
    monkeypatch.setattr(audio, "BLOCK", 100)
    blocks = list(audio.read(recording.file.name, 10, 1000))
    assert max(map(len, blocks)) == 100
    assert b"".join(blocks) == CONTENT[10:1001]


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
def test_it_says_that_there_is_no_such_stretch(reader, recording, asked):
    answer = ask(reader, recording, asked)
    assert answer.status_code == 416
    assert answer["Content-Range"] == "bytes */1024"


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=9-5", "bytes=0-1,5-6", "seconds=0-1", "nonsense"]
)
def test_it_ignores_what_is_no_single_stretch(reader, recording, asked):
    answer = ask(reader, recording, asked)
    assert answer.status_code == 200
    assert answer.getvalue() == CONTENT


def test_it_answers_head_without_a_body(reader, recording):
    address = f"/grabaciones/{recording.pk}/audio/"
    answer = reader.head(address, headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert answer["Content-Length"] == "10"
    assert answer.getvalue() == b""


def test_it_starts_over_when_the_file_is_another(reader, recording):
    etag = ask(reader, recording)["ETag"]
    same = ask(reader, recording, "bytes=5-9", **{"If-Range": etag})
    assert same.status_code == 206
    other = ask(reader, recording, "bytes=5-9", **{"If-Range": '"another"'})
    assert other.status_code == 200
    make_transcription(recording, playback=copied(b"copy"))
    assert ask(reader, recording)["ETag"] != etag


def copied(content: bytes) -> str:
    return default_storage.save("playback/copy.mp3", ContentFile(content))


def test_it_plays_the_copy_where_there_is_one(reader):
    recording = make_recording(make_session(), CONTENT, name="Sesión.wma")
    reader.force_login(make_user(recording.session.council, Role.READER))
    assert ask(reader, recording)["Content-Type"] == "application/octet-stream"
    make_transcription(recording, playback=copied(b"copy"))
    answer = ask(reader, recording)
    assert answer.getvalue() == b"copy"
    assert answer["Content-Type"] == "audio/mpeg"
    assert "Sesi%C3%B3n.mp3" in answer["Content-Disposition"]


def test_it_never_serves_a_page(reader):
    recording = make_recording(make_session(), b"<script>", name="acta.html")
    reader.force_login(make_user(recording.session.council, Role.READER))
    answer = ask(reader, recording)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_it_says_that_the_file_is_gone(reader, recording):
    default_storage.delete(recording.file.name)
    assert ask(reader, recording).status_code == 404


def test_it_serves_the_drawn_wave(reader, recording):
    address = f"/grabaciones/{recording.pk}/onda/"
    assert reader.get(address).status_code == 404
    make_transcription(recording)
    assert reader.get(address).status_code == 404
    recording.transcription.peaks = bytes([0, 128, 255])
    recording.transcription.save()
    answer = reader.get(address)
    assert answer.content == bytes([0, 128, 255])
    assert answer["Content-Type"] == "application/octet-stream"
    assert "private" in answer["Cache-Control"]


def test_it_reads_little_from_the_database(
    reader, recording, django_assert_max_num_queries
):
    make_transcription(recording, peaks=bytes(1000))
    with django_assert_max_num_queries(5) as seen:
        ask(reader, recording, "bytes=0-9")
    assert not any('"peaks"' in query["sql"] for query in seen.captured_queries)


@pytest.mark.parametrize("what", ["audio", "onda"])
def test_it_is_for_people_of_the_council(client, recording, what):
    make_transcription(recording, peaks=bytes(3))
    address = f"/grabaciones/{recording.pk}/{what}/"
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.url.startswith("/cuenta/login/")
    client.force_login(make_user(make_council(), Role.SECRETARY))
    assert client.get(address).status_code == 404
    client.force_login(make_user(recording.session.council, Role.READER))
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
