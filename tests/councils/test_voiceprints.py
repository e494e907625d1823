"""Voices kept and recognised: only with the switch on and a consent in force."""

import datetime

import numpy as np
import pytest

from councils import remembering
from councils.models import Council, Councillor, Voiceprint
from councils.remembering import ENOUGH, KEPT, Heard, forget, recognise
from tests.councils.voices import (
    DAY,
    FLAT,
    MODEL,
    TODAY,
    axis,
    make_consent,
    make_listening,
    make_remembered,
    remember,
    rows_with_vectors,
)
from tests.make import make_council, make_councillor

pytestmark = pytest.mark.django_db


def test_it_is_off_until_somebody_turns_it_on() -> None:
    assert make_council().voiceprints is False


def test_it_keeps_a_confirmed_voice_of_who_consented() -> None:
    councillor = make_councillor(make_listening())
    consent = make_consent(councillor)
    assert remember(councillor, 7 * FLAT) == 1
    kept = Voiceprint.objects.get()
    assert (kept.consent, kept.model, kept.seconds) == (consent, MODEL, 30.0)
    assert (kept.heard_in, kept.source) == ("Sesión ordinaria n.º 51", "session 1/S1")
    assert np.allclose(kept.vector, FLAT)  # of length 1


def without_consent(council: Council) -> Councillor:
    return make_councillor(council)


def too_late(council: Council) -> Councillor:
    councillor = make_councillor(council)
    make_consent(councillor, given_on=TODAY - 9 * DAY, expires_on=TODAY - DAY)
    return councillor


def withdrawn(council: Council) -> Councillor:
    councillor = make_councillor(council)
    make_consent(councillor)
    remembering.erase(councillor, None)
    return councillor


def without_document(council: Council) -> Councillor:
    councillor = make_councillor(council)
    make_consent(councillor)
    councillor.voice_consents.update(document="")
    return councillor


def switched_off(council: Council) -> Councillor:
    councillor = make_councillor(council)
    make_consent(councillor)
    Council.objects.update(voiceprints=False)
    return councillor


def somebody_elses(council: Council) -> Councillor:
    make_consent(make_councillor(council))
    return make_councillor(council)


@pytest.mark.parametrize(
    "who",
    [
        without_consent,
        too_late,
        withdrawn,
        without_document,
        switched_off,
        somebody_elses,
    ],
)
def test_it_keeps_nothing_without_leave(who) -> None:
    councillor = who(make_listening())
    assert remember(councillor) == 0
    assert rows_with_vectors() == 0


def test_it_keeps_a_voice_until_the_last_day_of_the_consent() -> None:
    councillor = make_councillor(make_listening())
    make_consent(councillor, given_on=TODAY - DAY, expires_on=TODAY)
    assert remember(councillor) == 1


@pytest.mark.parametrize(
    ("vector", "seconds"),
    [
        (FLAT, ENOUGH - 0.1),
        (np.zeros_like(FLAT), 30.0),
        (FLAT * np.nan, 30.0),
        (FLAT[:100], 30.0),  # of another model
        (np.zeros(0, np.float32), 30.0),  # its vectors were deleted
    ],
)
def test_it_keeps_nothing_that_says_too_little(
    vector: np.ndarray, seconds: float
) -> None:
    councillor = make_councillor(make_listening())
    make_consent(councillor)
    assert remember(councillor, vector, seconds=seconds) == 0
    assert rows_with_vectors() == 0


def test_it_keeps_the_newest_twenty_of_a_person() -> None:
    council = make_listening()
    councillor, other = make_councillor(council), make_remembered(council, axis(0))
    make_consent(councillor)
    for number in range(KEPT + 3):
        remember(councillor, source=f"session {number + 9}/S1")
    mine = Voiceprint.objects.filter(consent__councillor=councillor)
    kept = {f"session {number + 9}/S1" for number in range(3, KEPT + 3)}
    assert set(mine.values_list("source", flat=True)) == kept
    assert other.voice_consents.get().voiceprints.count() == 1


def test_it_keeps_one_confirmation_once() -> None:
    council = make_listening()
    councillor = make_remembered(council)
    assert remember(councillor, axis(3)) == 1
    assert np.allclose(Voiceprint.objects.get().vector, axis(3))


def test_it_lets_a_voice_be_one_persons_only() -> None:
    council = make_listening()
    ana = make_remembered(council, source="session 1/S3")
    bea = make_councillor(council)  # who did not consent
    assert remember(bea, source="session 1/S3") == 0
    assert not ana.voice_consents.get().voiceprints.exists()


def test_it_forgets_what_came_of_a_confirmation() -> None:
    council, other = make_listening(), make_listening()
    make_remembered(council, source="session 1/S3")
    make_remembered(council, axis(1), source="session 1/S30")
    make_remembered(other, source="session 1/S3")
    assert forget(council, "session 1/S3") == 1
    left = Voiceprint.objects.order_by("source").values_list("source", flat=True)
    assert list(left) == ["session 1/S3", "session 1/S30"]
    assert forget(council, "session 1/S3") == 0


def session_of(*voices: np.ndarray, seconds: float = 30.0) -> list[Heard]:
    """Eight voices: those given, and strangers who are nothing like each other."""
    strangers = [axis(100 + place) for place in range(8 - len(voices))]
    return [
        Heard(f"S{place + 1}", vector, seconds)
        for place, vector in enumerate([*voices, *strangers])
    ]


def test_it_recognises_whom_it_heard_before() -> None:
    council = make_listening()
    ana, bea = make_remembered(council, axis(0)), make_remembered(council, axis(1), "b")
    voices = session_of(axis(10, toward=1, cosine=0.8), axis(11, toward=0, cosine=0.9))
    found = recognise(council, TODAY, voices, MODEL)
    assert {voice: one.councillor_id for voice, one in found.items()} == {
        "S1": bea.pk,
        "S2": ana.pk,
    }
    assert found["S2"].score == pytest.approx(0.9, abs=1e-5)
    assert found["S2"].margin == pytest.approx(0.9, abs=1e-5)
    assert found["S2"].heard_in == "Sesión ordinaria n.º 51"


def test_it_takes_the_best_of_a_persons_voices() -> None:
    council = make_listening()
    ana = make_remembered(council, axis(0))
    remember(ana, axis(1), source="session 2/S7")
    voices = session_of(axis(10, toward=1, cosine=0.9))
    found = recognise(council, TODAY, voices, MODEL)
    assert found["S1"].score == pytest.approx(0.9, abs=1e-5)


def test_it_leaves_open_what_the_voices_of_two_people_could_be() -> None:
    council = make_listening()
    ana, bea = make_remembered(council, axis(0)), make_remembered(council, axis(1), "b")
    remember(ana, axis(2), source="session 2/S7")
    near = 0.70 * axis(0) + 0.66 * axis(1) + 0.27 * axis(10)  # of length 1
    voices = session_of(near)
    assert recognise(council, TODAY, voices, MODEL) == {}
    Voiceprint.objects.filter(consent__councillor=bea).delete()
    found = recognise(council, TODAY, voices, MODEL)
    assert {voice: one.councillor_id for voice, one in found.items()} == {"S1": ana.pk}


def test_it_recognises_nobody_where_people_sound_that_much_alike() -> None:
    council = make_listening()
    make_remembered(council, axis(0))
    alike = [axis(20), axis(21, toward=20, cosine=0.95)]
    voices = session_of(axis(10, toward=0, cosine=0.9), *alike)
    assert recognise(council, TODAY, voices, MODEL) == {}


def nobody_switched_it_on(council: Council, ana: Councillor) -> None:
    Council.objects.update(voiceprints=False)


def it_is_over(council: Council, ana: Councillor) -> None:
    ana.voice_consents.update(expires_on=TODAY - DAY)


def it_was_ended(council: Council, ana: Councillor) -> None:
    ana.voice_consents.update(withdrawn_at="2026-01-01T00:00Z")


def the_document_is_gone(council: Council, ana: Councillor) -> None:
    ana.voice_consents.update(document="")


def it_is_another_model(council: Council, ana: Councillor) -> None:
    Voiceprint.objects.update(model="titanet")


def they_left_for_another_council(council: Council, ana: Councillor) -> None:
    Councillor.objects.filter(pk=ana.pk).update(council=make_listening())


@pytest.mark.parametrize(
    "change",
    [
        nobody_switched_it_on,
        it_is_over,
        it_was_ended,
        the_document_is_gone,
        it_is_another_model,
        they_left_for_another_council,
    ],
)
def test_it_recognises_nobody_without_leave(change) -> None:
    """Even before what may not be kept any more has been deleted."""
    council = make_listening()
    ana = make_remembered(council, axis(0))
    voices = session_of(axis(0))
    assert set(recognise(council, TODAY, voices, MODEL)) == {"S1"}
    change(council, ana)
    assert rows_with_vectors() == 1
    assert recognise(council, TODAY, voices, MODEL) == {}


@pytest.mark.parametrize(
    ("days", "known"), [(-366, False), (-365, True), (365, True), (366, False)]
)
def test_it_recognises_in_sessions_that_the_consent_covers(
    days: int, known: bool
) -> None:
    council = make_listening()
    make_remembered(council, axis(0))
    date = TODAY + datetime.timedelta(days=days)
    found = recognise(council, date, session_of(axis(0)), MODEL)
    assert bool(found) is known


def test_it_asks_nothing_about_voices_that_hardly_speak() -> None:
    council = make_listening()
    make_remembered(council, axis(0))
    voices = session_of(axis(0), seconds=ENOUGH - 0.1)
    assert recognise(council, TODAY, voices, MODEL) == {}
    assert recognise(council, TODAY, [], MODEL) == {}
