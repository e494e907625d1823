"""Consents and their end: what is gone from the database and from the storage."""

import datetime
import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_q.models import Schedule

from councils import remembering, tasks
from councils.models import Council, Councillor, Role, User, VoiceConsent
from councils.remembering import ORPHAN_AGE, Held
from councils.voiceprints import CONSENTS, LONGEST, SwitchedOff, end_of_period
from tests.councils.voices import (
    DAY,
    FLAT,
    PDF,
    TODAY,
    TRACE,
    axis,
    make_consent,
    make_listening,
    make_remembered,
    remember,
    rows_with_vectors,
    stored,
)
from tests.make import make_council, make_councillor, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def council() -> Council:
    return make_listening()


@pytest.fixture
def ana(council: Council) -> Councillor:
    return make_remembered(council)


def rows_of(table: str) -> str:
    """Return a whole table as the database writes it out."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row.*::text FROM {table} row")
        return "\n".join(text for (text,) in cursor.fetchall())


def test_it_records_who_signed_when_and_until_when(council: Council) -> None:
    user = make_user(council, Role.SECRETARY)
    councillor = make_councillor(council)
    make_consent(councillor, user=user)
    consent = VoiceConsent.objects.in_force(TODAY).get()
    assert (consent.councillor, consent.recorded_by) == (councillor, user)
    assert timezone.now() - consent.recorded_at < DAY
    (name,) = stored()
    assert consent.document.name == f"{CONSENTS}/{name}"
    assert consent.document.read() == PDF
    stem, _, extension = name.partition(".")
    assert len(stem) == 32
    assert extension == "pdf"  # 128 bits that nobody guesses


def test_it_records_nothing_where_no_voice_is_recognised() -> None:
    councillor = make_councillor(make_council())
    with pytest.raises(SwitchedOff):
        make_consent(councillor)
    assert stored() == []
    assert not VoiceConsent.objects.exists()


@pytest.mark.parametrize(
    ("given", "until"),
    [(TODAY, TODAY), (TODAY, TODAY + LONGEST + DAY)],
)
def test_it_holds_for_a_day_at_least_and_four_years_at_most(
    council: Council, given: datetime.date, until: datetime.date
) -> None:
    councillor = make_councillor(council)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_consent(councillor, given_on=given, expires_on=until)
    make_consent(councillor, given_on=given, expires_on=given + LONGEST)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2024-01-01", "2027-12-31"),
        ("2026-11-25", "2027-12-31"),
        ("2027-12-31", "2027-12-31"),
        ("2028-01-01", "2031-12-31"),
    ],
)
def test_it_knows_when_a_councils_period_ends(day: str, end: str) -> None:
    assert end_of_period(datetime.date.fromisoformat(day)).isoformat() == end


def test_it_lets_a_new_consent_take_the_place_of_the_old(
    ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    (old,) = stored()
    with django_capture_on_commit_callbacks(execute=True):
        new = make_consent(ana, expires_on=TODAY + 30 * DAY)
    assert VoiceConsent.objects.standing().get() == new
    assert new.voiceprints.count() == 1  # what was kept goes on under it
    (name,) = stored()
    assert name != old
    before = VoiceConsent.objects.exclude(pk=new.pk).get()
    assert before.withdrawn_by == new.recorded_by
    assert not before.document


def test_it_carries_nothing_over_from_a_consent_that_was_over(
    ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    ana.voice_consents.update(expires_on=TODAY - DAY)
    with django_capture_on_commit_callbacks(execute=True):
        make_consent(ana)
    assert rows_with_vectors() == 0
    assert len(stored()) == 1


def test_it_really_deletes_a_voice(
    council: Council, ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    make_remembered(council, axis(0), source="session 1/S2")
    remember(ana, FLAT, source="session 2/S9")
    user = make_user(council, Role.SECRETARY)
    path = default_storage.path(ana.voice_consents.get().document.name)
    assert TRACE in rows_of("councils_voiceprint")
    assert len(stored()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert remembering.erase(ana, user) == Held(voices=2, documents=1, people=1)
    assert TRACE not in rows_of("councils_voiceprint")
    assert rows_with_vectors() == 1  # the other's
    assert not os.path.exists(path)
    assert len(stored()) == 1


def test_it_remembers_only_that_there_was_a_consent(
    council: Council, ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    user = make_user(council, Role.SECRETARY)
    with django_capture_on_commit_callbacks(execute=True):
        remembering.erase(ana, user)
    left = ana.voice_consents.get()
    assert (left.given_on, left.expires_on) == (TODAY - 365 * DAY, TODAY + 365 * DAY)
    assert left.withdrawn_by == user
    assert timezone.now() - left.withdrawn_at < DAY
    assert not left.document
    assert CONSENTS not in rows_of("councils_voiceconsent")


def test_it_keeps_saying_who_ended_a_consent_first(
    council: Council, ana: Councillor
) -> None:
    first, second = (make_user(council, Role.SECRETARY) for _ in range(2))
    remembering.erase(ana, first)
    assert remembering.erase(ana, second) == Held(voices=0, documents=0, people=0)
    assert ana.voice_consents.get().withdrawn_by == first


@pytest.mark.django_db(transaction=True)
def test_it_keeps_the_file_when_the_deletion_is_rolled_back() -> None:
    ana = make_remembered(make_listening())
    with pytest.raises(RuntimeError):
        erase_and_fail(ana)
    assert rows_with_vectors() == 1
    assert len(stored()) == 1
    remembering.erase(ana, None)
    assert rows_with_vectors() == 0
    assert stored() == []


@pytest.mark.django_db(transaction=True)
def test_it_deletes_the_rows_even_if_the_storage_refuses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = make_remembered(make_listening())

    def refuse(name: str) -> None:
        raise OSError("no route to the storage")

    monkeypatch.setattr(default_storage._wrapped, "delete", refuse, raising=False)
    remembering.erase(ana, None)
    monkeypatch.undo()
    assert rows_with_vectors() == 0
    assert len(stored()) == 1
    grow_old()
    tasks.tidy()
    assert stored() == []


@transaction.atomic
def erase_and_fail(councillor: Councillor) -> None:
    remembering.erase(councillor, None)
    assert rows_with_vectors() == 0
    raise RuntimeError


def grow_old() -> None:
    """Let every stored document be older than an orphan has to be."""
    then = (timezone.now() - ORPHAN_AGE - datetime.timedelta(minutes=1)).timestamp()
    for name in stored():
        os.utime(default_storage.path(f"{CONSENTS}/{name}"), (then, then))


def test_it_deletes_documents_that_no_row_names(ana: Councillor) -> None:
    default_storage.save(f"{CONSENTS}/lost.pdf", ContentFile(PDF))
    tasks.tidy()
    assert len(stored()) == 2  # a young one may be on its way to its row
    grow_old()
    tasks.tidy()
    (left,) = stored()
    assert left != "lost.pdf"


def delete_councillor(ana: Councillor) -> None:
    ana.delete()


def delete_councillors(ana: Councillor) -> None:
    Councillor.objects.filter(pk=ana.pk).delete()


def delete_council(ana: Councillor) -> None:
    ana.council.delete()


@pytest.mark.parametrize("act", [delete_councillor, delete_councillors, delete_council])
def test_it_takes_the_files_along_with_their_people(
    ana: Councillor, act, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        act(ana)
    assert not VoiceConsent.objects.exists()
    assert rows_with_vectors() == 0
    assert stored() == []


def test_it_deletes_all_of_a_council_that_is_switched_off(
    council: Council, ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    make_remembered(council, axis(0), source="session 1/S2")
    other = make_remembered(make_listening(), axis(1))
    user = make_user(council, Role.SECRETARY)
    assert remembering.held_by(council) == Held(voices=2, documents=2, people=2)
    with django_capture_on_commit_callbacks(execute=True):
        lost = remembering.switch_off(council, user)
    assert lost == Held(voices=2, documents=2, people=2)
    assert Council.objects.get(pk=council.pk).voiceprints is False
    assert rows_with_vectors() == 1  # of the other council
    assert len(stored()) == 1
    assert VoiceConsent.objects.standing().get().councillor == other
    remembering.switch_on(council)
    assert remember(ana) == 0  # who wants it again signs again


@pytest.mark.parametrize(
    ("ends", "left"), [(TODAY, 1), (TODAY - DAY, 0)], ids=["last day", "the day after"]
)
def test_it_deletes_what_is_over(
    ana: Councillor,
    ends: datetime.date,
    left: int,
    django_capture_on_commit_callbacks,
) -> None:
    ana.voice_consents.update(expires_on=ends)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tidy()
    assert rows_with_vectors() == left
    assert len(stored()) == left
    consent = ana.voice_consents.get()
    assert consent.withdrawn_at is None  # nobody ended it: its time did
    assert bool(consent.document) is bool(left)


def test_it_deletes_what_a_switch_turned_by_other_hands_left(
    ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    Council.objects.update(voiceprints=False)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tidy()
    assert rows_with_vectors() == 0
    assert stored() == []


def test_it_tidies_every_hour() -> None:
    schedule = Schedule.objects.get(func="councils.tasks.tidy")
    assert (schedule.schedule_type, schedule.minutes) == ("I", 60)
    assert schedule.repeats == -1


def test_it_does_not_let_go_of_who_recorded_a_consent(ana: Councillor) -> None:
    user = ana.voice_consents.get().recorded_by
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).delete()
