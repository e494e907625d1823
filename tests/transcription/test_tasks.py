"""From a stored recording to segments, with a fake engine at the edge."""

import contextlib
import datetime

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.models import OrmQ

from tests.make import make_part
from tests.transcription.parrot import speech, store
from transcription import audio, engines, tasks
from transcription.engines import EngineError
from transcription.models import Part, Segment, Transcription

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


def run(transcription: Transcription) -> None:
    tasks.prepare(transcription.pk)
    for part in transcription.parts.all():
        tasks.run_part(part.pk)
    tasks.assemble(transcription.pk)
    transcription.refresh_from_db()


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_goes_from_audio_to_segments() -> None:
    transcription = store(speech(40))
    run(transcription)
    assert transcription.status == Transcription.Status.DONE
    assert transcription.seconds == pytest.approx(40, abs=0.1)
    assert len(transcription.peaks) == pytest.approx(400, abs=2)
    said = " ".join(segment.text for segment in transcription.segments()).split()
    assert len(said) == pytest.approx(40, abs=1)
    assert said == sorted(said, key=int)
    assert OrmQ.objects.filter(key="astra").exists()  # handed over to `then`


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_does_nothing_the_second_time() -> None:
    transcription = store(speech(20))
    run(transcription)
    before = list(Segment.objects.values_list("pk", flat=True))
    run(transcription)
    assert list(Segment.objects.values_list("pk", flat=True)) == before


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_keeps_what_was_heard_when_preparation_starts_over() -> None:
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    tasks.run_part(transcription.parts.get().pk)
    before = list(Segment.objects.values_list("pk", flat=True))
    waiting = Transcription.Status.WAITING
    Transcription.objects.update(status=waiting, prepared_at=None, heard_at=None)
    tasks.prepare(transcription.pk)
    assert list(Segment.objects.values_list("pk", flat=True)) == before
    assert transcription.parts.get().status == Part.Status.DONE


@pytest.mark.usefixtures("parrot")
def test_it_says_that_nobody_speaks() -> None:
    transcription = store(np.zeros(30 * audio.RATE, np.float32))
    run(transcription)
    assert transcription.status == Transcription.Status.FAILED
    assert "no se oye hablar a nadie" in transcription.error
    assert not transcription.segments().exists()


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_removes_the_audio_of_parts_at_the_end() -> None:
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    file = transcription.parts.get().file
    assert default_storage.exists(file)
    run(transcription)
    assert not default_storage.exists(file)


def test_it_says_what_is_wrong_with_the_file() -> None:
    name = default_storage.save(
        "recordings/x.mp3", ContentFile(b"esto es un texto" * 99)
    )
    transcription = Transcription.start(
        audio=name, name="nota.mp3", sha256="0" * 64, engine="base"
    )
    tasks.prepare(transcription.pk)
    transcription.refresh_from_db()
    assert transcription.status == Transcription.Status.FAILED
    assert "nota.mp3" in transcription.error
    assert not transcription.parts.exists()


@pytest.mark.usefixtures("everything_is_speech")
def test_it_sets_a_part_aside_when_the_engine_never_can(monkeypatch) -> None:
    def load(alias: str, **_: object) -> None:
        raise EngineError("El motor no está instalado.", permanent=True)

    monkeypatch.setattr(engines, "load", load)
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    part = transcription.parts.get()
    tasks.run_part(part.pk)
    part.refresh_from_db()
    assert part.status == Part.Status.FAILED
    assert part.error == "El motor no está instalado."


@pytest.mark.usefixtures("everything_is_speech")
def test_it_tries_again_after_a_passing_trouble(monkeypatch, parrot) -> None:
    monkeypatch.setattr(engines, "load", lambda alias, **_: 1 / 0)
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    part = transcription.parts.get()
    with pytest.raises(ZeroDivisionError):
        tasks.run_part(part.pk)
    part.refresh_from_db()
    assert part.status == Part.Status.WAITING
    assert "ZeroDivisionError" in part.error
    monkeypatch.setattr(engines, "load", lambda alias, **_: parrot)
    tasks.run_part(part.pk)
    part.refresh_from_db()
    assert (part.status, part.error, part.attempt) == (Part.Status.DONE, "", 2)


@pytest.mark.parametrize("wrong", [("DONE", 1.0), ("WAITING", 0.0)])
@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_does_not_assemble_over_a_hole(wrong: tuple[str, float]) -> None:
    status, shift = wrong
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    tasks.run_part(transcription.parts.get().pk)
    Part.objects.update(start=shift, status=Part.Status[status])
    with pytest.raises(AssertionError):
        tasks.assemble(transcription.pk)


def test_it_does_not_prepare_again_what_waits_for_its_assembly() -> None:
    transcription = store(speech(20))
    waiting = Transcription.Status.WAITING
    at = timezone.now()
    Transcription.objects.update(status=waiting, prepared_at=at, heard_at=at)
    tasks.prepare(transcription.pk)
    transcription.refresh_from_db()
    assert transcription.status == waiting
    assert transcription.claim_assembly() is not None


@pytest.mark.parametrize("task", [tasks.prepare, tasks.run_part, tasks.assemble])
def test_it_does_nothing_for_rows_that_are_gone(task) -> None:
    before = OrmQ.objects.count()
    task(123456)
    assert OrmQ.objects.count() == before


@pytest.mark.parametrize("error", ["", "La tarjeta falló."])
@pytest.mark.usefixtures("everything_is_speech", "transactional_db")
def test_it_keeps_what_came_of_it_when_the_connection_was_cut(
    monkeypatch, parrot, error: str
) -> None:
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    hear = parrot.transcribe

    def cut_and_hear(*clips, **how):
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        if error:
            raise EngineError(error, permanent=True)
        return hear(*clips, **how)

    monkeypatch.setattr(parrot, "transcribe", cut_and_hear)
    part = transcription.parts.get()
    tasks.run_part(part.pk)
    part.refresh_from_db()
    status = Part.Status.FAILED if error else Part.Status.DONE
    assert (part.status, part.error, part.attempt) == (status, error, 1)


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_never_takes_half_a_copy_for_a_whole_one() -> None:
    transcription = store(speech(20))
    half = f"playback/{transcription.sha256}.mp3"
    default_storage.save(half, ContentFile(b"half"))
    tasks.prepare(transcription.pk)
    transcription.refresh_from_db()
    assert transcription.playback != half
    assert default_storage.size(transcription.playback) > 1000


@pytest.mark.usefixtures("parrot", "everything_is_speech")
def test_it_hears_a_part_set_aside_when_preparation_starts_over() -> None:
    transcription = store(speech(20))
    tasks.prepare(transcription.pk)
    part = transcription.parts.get()
    part.give_back(part.claim(), "No se pudo.", permanent=True)
    failed = Transcription.Status.FAILED
    Transcription.objects.update(status=failed, prepared_at=None, heard_at=None)
    transcription.refresh_from_db()
    transcription.retry()
    run(transcription)
    assert transcription.status == Transcription.Status.DONE
    assert transcription.segments().exists()


def test_it_tidies_up_what_killed_workers_left(monkeypatch) -> None:
    transcription = store(speech(1))
    kept = default_storage.save("parts/1/kept.flac", ContentFile(b"x"))
    lost = default_storage.save("parts/1/lost.flac", ContentFile(b"x"))
    make_part(transcription, file=kept)
    tasks.tidy()
    assert default_storage.exists(lost)  # it may belong to an attempt of right now
    monkeypatch.setattr(tasks.preparation, "ORPHAN_AGE", datetime.timedelta(0))
    tasks.tidy()
    assert not default_storage.exists(lost)
    assert default_storage.exists(kept)
