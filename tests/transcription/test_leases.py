"""One worker at a time holds a piece of work, and only while it says so."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, connection, models
from django.utils import timezone
from django_q.models import OrmQ

from tests.make import make_part, make_transcription
from transcription import leases, tasks
from transcription.engines import Word
from transcription.hearing import Heard
from transcription.leases import MAX_ATTEMPTS, Heartbeat, Leased, LeaseLost
from transcription.models import (
    Part,
    Segment,
    Transcription,
    UsageRecord,
    Worker,
)
from transcription.pipeline import SegmentDraft

pytestmark = pytest.mark.django_db

HEARD = SegmentDraft(
    1.0, 3.0, "Buenos días.", (Word(1.0, 1.4, "Buenos", 0.9),), ("low",)
)


def make_waiting_part(**fields) -> Part:
    hearing = Transcription.Status.HEARING
    transcription = make_transcription(status=hearing, seconds=600, prepared_at=None)
    return make_part(transcription, **fields)


def silence(work: models.Model) -> None:
    """Make a lease look as if its worker had fallen silent."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {work._meta.db_table} SET lease_until = now() - interval '1 s' "
            "WHERE id = %s",
            [work.pk],
        )


def messages(cluster: str) -> int:
    return OrmQ.objects.filter(key=cluster).count()


def test_it_gives_a_part_to_one_worker_only() -> None:
    part = make_waiting_part()
    first, second = part.claim("uno"), part.claim("dos")
    assert first is not None
    assert second is None
    part.refresh_from_db()
    assert (part.worker, part.attempt) == ("uno", 1)


def test_it_extends_a_lease_only_for_its_holder() -> None:
    part = make_waiting_part()
    token = part.claim()
    assert part.heartbeat(token, heard=12.0)
    assert not part.heartbeat(uuid.uuid4())
    part.refresh_from_db()
    assert part.heard == 12.0


def test_it_gives_the_part_to_another_when_the_lease_expired() -> None:
    part = make_waiting_part()
    late = part.claim("muerta")
    silence(part)
    fresh = part.claim("viva")
    assert fresh is not None
    assert not part.heartbeat(late)
    assert not part.finish(late, Heard((HEARD,), 1.0))
    assert not Segment.objects.exists()
    assert part.finish(fresh, Heard((HEARD,), 1.0))
    assert Segment.objects.get().words == [[1.0, 1.4, "Buenos", 0.9]]


def test_it_does_not_let_an_expired_lease_be_extended() -> None:
    part = make_waiting_part()
    token = part.claim()
    silence(part)
    assert not part.heartbeat(token)


def test_it_writes_results_once_and_notes_the_cost() -> None:
    part = make_waiting_part()
    Transcription.objects.update(price=0.36)
    part.refresh_from_db()
    token = part.claim()
    heard = Heard((HEARD, HEARD), seconds=100)
    assert part.finish(token, heard)
    assert not part.finish(token, heard)
    assert Segment.objects.count() == 2
    assert float(UsageRecord.objects.get().cost) == pytest.approx(0.01)


def test_it_sets_a_part_aside_after_three_silent_workers() -> None:
    part = make_waiting_part()
    for _ in range(MAX_ATTEMPTS):
        assert part.claim() is not None
        silence(part)
        tasks.sweep()
    part.refresh_from_db()
    assert part.status == Part.Status.FAILED
    assert "dejó de responder" in part.error
    assert part.claim() is None


def test_it_announces_again_what_a_dead_worker_held() -> None:
    part = make_waiting_part()
    part.claim()
    silence(part)
    before = messages("gpu")
    tasks.sweep()
    part.refresh_from_db()
    assert part.status == Part.Status.WAITING
    assert messages("gpu") == before + 1


def test_it_rings_again_when_nobody_answered() -> None:
    part = make_waiting_part()
    part.ring()
    tasks.sweep()
    assert messages("gpu") == 1  # just announced: patience
    with connection.cursor() as cursor:
        cursor.execute("UPDATE transcription_part SET rung_at = now() - interval '1 h'")
    tasks.sweep()
    assert messages("gpu") == 2


def test_it_leaves_a_living_worker_alone() -> None:
    part = make_waiting_part()
    token = part.claim()
    tasks.sweep()
    assert part.heartbeat(token)


def test_it_goes_on_without_a_part_that_cannot_be_heard() -> None:
    transcription = make_transcription(status=Transcription.Status.PREPARING, seconds=2)
    good = make_part(transcription, start=0, end=1)
    bad = make_part(transcription, start=1, end=2)
    Transcription.objects.update(token=uuid.uuid4())
    transcription.refresh_from_db()
    assert good.finish(good.claim(), Heard((HEARD,), 1))
    bad.give_back(bad.claim(), "El archivo no se lee.", permanent=True)
    transcription.prepared(transcription.token, seconds=2)
    tasks.assemble(transcription.pk)
    transcription.refresh_from_db()
    assert transcription.status == Transcription.Status.DONE
    assert [segment.text for segment in transcription.segments()] == ["Buenos días."]


def test_it_hears_again_what_was_set_aside() -> None:
    transcription = make_transcription(lines=["Uno."], prepared_at="2026-01-01T00:00Z")
    aside = make_part(transcription, start=10, end=20, status=Part.Status.FAILED)
    assert transcription.retry()
    aside.refresh_from_db()
    transcription.refresh_from_db()
    assert aside.status == Part.Status.WAITING
    assert transcription.status == Transcription.Status.HEARING
    assert messages("gpu") == 1
    assert Segment.objects.count() == 1  # what was heard stays


def test_it_begins_a_failed_preparation_again() -> None:
    transcription = make_transcription(status=Transcription.Status.FAILED, error="x")
    assert transcription.retry()
    transcription.refresh_from_db()
    assert (transcription.status, transcription.error) == ("waiting", "")
    assert messages("media") == 1


def test_it_does_not_retry_what_did_not_fail() -> None:
    transcription = make_transcription(lines=["Uno."])
    assert not transcription.retry()


def test_it_fills_no_queue_that_is_full_anyway() -> None:
    transcription = make_waiting_part().transcription
    for position in range(1, 30):
        make_part(transcription, position=position)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE transcription_part SET rung_at = now() - interval '1 h'")
    for _ in range(3):
        tasks.sweep()
    assert messages("gpu") == tasks.ENOUGH_MESSAGES


def test_it_goes_on_with_the_others_when_one_row_fails(monkeypatch) -> None:
    parts = [make_waiting_part(), make_waiting_part()]
    for part in parts:
        part.claim()
        silence(part)
    expire = Leased.expire

    def fail_once(work: Leased) -> None:
        if work.pk == parts[0].pk:
            raise RuntimeError("this one is broken")
        expire(work)

    monkeypatch.setattr(Leased, "expire", fail_once)
    tasks.sweep()
    parts[1].refresh_from_db()
    assert parts[1].status == Part.Status.WAITING


def test_it_does_not_call_a_busy_machine_gone() -> None:
    for machine in ("busy", "idle"):
        Worker.speak(machine)
    make_waiting_part().claim("busy")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE transcription_worker SET heartbeat_at = now() - interval '1 h'"
        )
    tasks.sweep()
    states = dict(Worker.objects.values_list("machine", "state"))
    assert states == {"busy": Worker.State.ALIVE, "idle": Worker.State.GONE}


def beat(work: Part, token: uuid.UUID, monkeypatch, **progress: float) -> Heartbeat:
    """Let a Heartbeat do in this thread what its own does at one tick."""
    monkeypatch.setattr(leases, "close_old_connections", lambda: None)
    monkeypatch.setattr(leases, "connection", SimpleNamespace(close=lambda: None))
    heart = Heartbeat(work, token)
    heart.progress = progress
    ticks = iter([False, True])
    heart._stop = SimpleNamespace(wait=lambda seconds: next(ticks))
    heart._beat()
    return heart


def test_it_tells_a_worker_that_it_lost_its_lease(monkeypatch) -> None:
    part = make_waiting_part()
    token = part.claim()
    beat(part, token, monkeypatch).check()
    Part.objects.update(token=uuid.uuid4())
    with pytest.raises(LeaseLost):
        beat(part, token, monkeypatch).check()


def test_it_extends_the_lease_and_writes_the_progress(monkeypatch) -> None:
    part = make_waiting_part()
    token = part.claim()
    ends = Part.objects.values_list("lease_until", flat=True)
    Part.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    before = ends.get()
    beat(part, token, monkeypatch, heard=5.0)
    assert ends.get() > before
    assert Part.objects.get().heard == 5.0


def test_it_gives_up_when_the_database_was_silent_for_a_lease(
    monkeypatch, settings
) -> None:
    part = make_waiting_part()
    token = part.claim()

    def unreachable(*_: object, **__: object) -> bool:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(part, "heartbeat", unreachable)
    assert not beat(part, token, monkeypatch).lost
    settings.LEASE_SECONDS = -1
    assert beat(part, token, monkeypatch).lost
