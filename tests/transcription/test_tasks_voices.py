"""From a stored recording to how its voices sound, and to text whatever they do."""

import datetime
import time
import uuid

import numpy as np
import pytest
from django.db import DatabaseError
from django.utils import timezone

from tests.transcription.parrot import speech, store
from transcription import tasks, voices
from transcription.leases import MAX_ATTEMPTS
from transcription.models import Part, PartVoices, Segment, Transcription

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


class Ear:
    """A model of voices that hears one voice, or cannot."""

    model, dimensions, batch, threads = "ear", 4, 8, 1
    error: Exception | None = None

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        if self.error:
            raise self.error
        return np.ones((len(speech), 4), np.float32)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    model = Ear()
    monkeypatch.setattr(voices, "load", {"ear": model}.__getitem__)
    return model


def hear(**fields: object) -> Transcription:
    transcription = store(speech(20), **fields)
    tasks.prepare(transcription.pk)
    tasks.run_part(transcription.parts.get().pk)
    return transcription


def texts(transcription: Transcription) -> list[str]:
    return [segment.text for segment in transcription.segments()]


@pytest.mark.usefixtures("parrot", "everything_is_speech", "ear")
def test_it_keeps_how_the_voices_of_a_part_sound() -> None:
    part = hear(voices="ear").parts.get()

    kept = PartVoices.objects.get(part=part)
    assert kept.model == "ear"
    assert len(kept.vectors) == pytest.approx(20 / 0.75, abs=3)
    assert kept.vectors.times[0].tolist() == [0.0, 1.5]
    assert np.allclose(kept.vectors.values, 0.5, atol=1e-3)


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_hears_the_same_where_nobody_is_told_apart(monkeypatch) -> None:
    monkeypatch.setattr(voices, "load", lambda alias: pytest.fail("loaded"))
    without = hear()
    monkeypatch.setattr(voices, "load", lambda alias: Ear())
    with_voices = hear(voices="ear")

    assert PartVoices.objects.get().part.transcription == with_voices
    assert texts(without) == texts(with_voices) != []
    tasks.assemble(without.pk)
    without.refresh_from_db()
    assert without.status == Transcription.Status.DONE
    assert not without.turns.exists()


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_keeps_the_text_when_voices_cannot_be_had(ear: Ear, caplog) -> None:
    ear.error = MemoryError("no room")
    transcription = hear(voices="ear")
    tasks.assemble(transcription.pk)

    part = transcription.parts.get()
    assert (part.status, part.error, part.attempt) == (Part.Status.DONE, "", 1)
    assert texts(transcription)
    assert not PartVoices.objects.exists()
    assert "no room" in caplog.text
    transcription.refresh_from_db()
    assert transcription.status == Transcription.Status.DONE


@pytest.mark.usefixtures("parrot", "everything_is_speech", "ear")
def test_it_writes_text_and_voices_together_or_neither(monkeypatch) -> None:
    def fail(self: PartVoices, **_: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(PartVoices, "save", fail)
    with pytest.raises(DatabaseError):
        hear(voices="ear")

    assert Part.objects.get().status == Part.Status.WAITING
    assert not Segment.objects.exists()


@pytest.mark.usefixtures("parrot", "everything_is_speech", "transactional_db")
def test_it_holds_its_lease_while_voices_are_told_apart(monkeypatch, settings) -> None:
    transcription = hear()
    settings.LEASE_SECONDS = 0.6
    monkeypatch.setattr(tasks.voicing, "tell_apart", lambda _: time.sleep(1.2))
    swept = []

    def clear(row: Transcription) -> None:
        swept.extend(Transcription.objects.expired())

    monkeypatch.setattr(tasks.preparation, "clear", clear)
    tasks.assemble(transcription.pk)

    transcription.refresh_from_db()
    assert (transcription.status, swept) == (Transcription.Status.DONE, [])


def left_behind(work: Part | Transcription, status: str) -> None:
    """Let workers have died over it until it may be tried once more."""
    gone = timezone.now() - datetime.timedelta(seconds=1)
    type(work).objects.filter(pk=work.pk).update(
        status=status, attempt=MAX_ATTEMPTS - 1, token=uuid.uuid4(), lease_until=gone
    )


@pytest.mark.usefixtures("parrot", "everything_is_speech", "ear")
@pytest.mark.parametrize("is_swept", [True, False])
def test_it_hears_the_last_time_without_voices_where_workers_died(
    is_swept: bool,
) -> None:
    transcription = store(speech(20), voices="ear")
    tasks.prepare(transcription.pk)
    part = transcription.parts.get()
    left_behind(part, Part.Status.HEARING)
    if is_swept:
        tasks.sweep()
    tasks.run_part(part.pk)

    part.refresh_from_db()
    assert (part.status, part.attempt) == (Part.Status.DONE, MAX_ATTEMPTS)
    assert texts(transcription)
    assert not PartVoices.objects.exists()


@pytest.mark.usefixtures("parrot", "everything_is_speech", "ear")
def test_it_keeps_voices_where_it_was_the_engine_that_failed() -> None:
    transcription = store(speech(20), voices="ear")
    tasks.prepare(transcription.pk)
    part = transcription.parts.get()
    Part.objects.filter(pk=part.pk).update(attempt=MAX_ATTEMPTS - 1, error="Sin red.")
    tasks.run_part(part.pk)

    assert PartVoices.objects.get().part == part


@pytest.mark.usefixtures("parrot", "everything_is_speech", "ear")
def test_it_assembles_the_last_time_without_grouping_where_workers_died(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = []
    monkeypatch.setattr(tasks.voicing, "tell_apart", told.append)
    transcription = hear(voices="ear")
    left_behind(transcription, Transcription.Status.ASSEMBLING)
    tasks.assemble(transcription.pk)

    transcription.refresh_from_db()
    assert (transcription.status, told) == (Transcription.Status.DONE, [])
