"""One worker at a time holds a piece of work, and only while it says so."""

import uuid

import pytest
from django.db import connection, models
from django_q.models import OrmQ

from tests.make import make_part, make_transcription
from transcription import tasks
from transcription.engines import Word
from transcription.leases import MAX_ATTEMPTS, Heartbeat, LeaseLost
from transcription.models import Part, Segment, Transcription, UsageRecord
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
    assert not part.finish(late, [HEARD], 1.0)
    assert not Segment.objects.exists()
    assert part.finish(fresh, [HEARD], 1.0)
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
    assert part.finish(token, [HEARD, HEARD], seconds=100)
    assert not part.finish(token, [HEARD, HEARD], seconds=100)
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
    assert good.finish(good.claim(), [HEARD], 1)
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


@pytest.mark.django_db(transaction=True)
def test_it_tells_a_worker_that_it_lost_its_lease(settings) -> None:
    settings.LEASE_SECONDS = 0.6
    part = make_waiting_part()
    token = part.claim()
    with Heartbeat(part, token) as lease:
        lease._stop.wait(0.4)
        lease.check()
        Part.objects.update(token=uuid.uuid4())
        lease._stop.wait(0.4)
        with pytest.raises(LeaseLost):
            lease.check()


@pytest.mark.django_db(transaction=True)
def test_it_keeps_a_lease_alive_beyond_its_length(settings) -> None:
    settings.LEASE_SECONDS = 0.6
    part = make_waiting_part()
    token = part.claim()
    with Heartbeat(part, token) as lease:
        lease.progress = {"heard": 5.0}
        lease._stop.wait(1.2)
        assert Part.objects.alive().filter(pk=part.pk, heard=5.0).exists()
    assert part.finish(token, [], 1)
