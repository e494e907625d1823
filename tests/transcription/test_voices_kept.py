"""How voices sound: what others are told of it, and how it is forgotten."""

import datetime
from itertools import pairwise

import numpy as np
import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone

from tests.make import make_recording, make_session
from tests.transcription.spoken import SOUNDS, Grouping, heard, voices
from transcription import tasks, voicing
from transcription.models import PartVoices, Transcription, Turn

pytestmark = pytest.mark.django_db


@pytest.fixture
def grouping(monkeypatch: pytest.MonkeyPatch) -> Grouping:
    fake = Grouping()
    monkeypatch.setattr("transcription.voices.grouping.grouped", fake)
    return fake


@pytest.mark.usefixtures("grouping")
def test_it_says_how_each_voice_sounds_and_where() -> None:
    first, second = heard("aab"), heard("b" * 20)
    voicing.tell_apart(second)

    most, least = voicing.voices_heard("session 1")

    assert (most.voice, most.seconds) == ("S2", 21 * 9)
    assert (least.voice, least.seconds) == ("S1", 2 * 9)
    assert np.allclose(most.vector, SOUNDS["b"], atol=1e-3)
    assert np.linalg.norm(most.vector) == pytest.approx(1, abs=1e-5)
    assert least.longest == ((first.pk, 0.0, 9.0), (first.pk, 10.0, 19.0))
    starts = sorted(start for pk, start, _ in most.longest if pk == second.pk)
    assert len(most.longest) == 3
    assert all(other - one >= 60 for one, other in pairwise(starts))


@pytest.mark.usefixtures("grouping")
def test_it_takes_no_sample_where_others_speak_too() -> None:
    row = heard("ab")
    voicing.tell_apart(row)
    Turn.objects.filter(position=0).update(end=19.0)
    Turn.objects.create(
        transcription=row, position=2, start=40, end=90, voice="S1", overlapped=True
    )

    (one, _) = voicing.voices_heard("session 1")

    assert (one.voice, one.seconds) == ("S1", 69.0)
    assert one.longest == ((row.pk, 0.0, 10.0),)


@pytest.mark.usefixtures("grouping")
def test_it_tells_voices_of_one_model_only() -> None:
    row = heard("ab")
    voicing.tell_apart(row)

    assert len(voicing.voices_heard("session 1", "campplus")[0].vector) == 6
    assert len(voicing.voices_heard("session 1", "titanet")[0].vector) == 0
    assert voicing.voices_heard("") == []


@pytest.mark.usefixtures("grouping")
def test_it_forgets_how_a_session_sounds_and_nothing_else() -> None:
    row, other = heard("ab", "ba"), heard("ab", together="session 2")
    alone = heard("ab", together="")
    voicing.tell_apart(row)

    assert voicing.forget("") == 0
    assert voicing.forget("session 1") == 2
    left = PartVoices.objects.values_list("part__transcription", flat=True)
    assert set(left) == {other.pk, alone.pk}
    assert voices(row) == "1221"
    (one, _) = voicing.voices_heard("session 1")
    assert len(one.vector) == 0
    assert one.longest


def test_it_keeps_vectors_no_longer_than_they_may_be_kept(
    settings: LazySettings,
) -> None:
    settings.VOICE_VECTORS_DAYS = 30
    old, new = heard("a"), heard("a")
    at = timezone.now() - datetime.timedelta(days=31)
    PartVoices.objects.filter(part__transcription=old).update(created_at=at)
    tasks.tidy()

    assert PartVoices.objects.get().part.transcription == new


@pytest.mark.usefixtures("grouping")
def test_it_deletes_voices_and_turns_with_their_recording() -> None:
    recording = make_recording(make_session())
    row = heard("ab")
    Transcription.objects.filter(pk=row.pk).update(audio=recording.file.name)
    row.refresh_from_db()
    voicing.tell_apart(row)
    assert PartVoices.objects.exists()
    assert Turn.objects.exists()

    recording.discard()

    with connection.cursor() as cursor:
        for table in (PartVoices._meta.db_table, Turn._meta.db_table):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
