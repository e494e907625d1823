"""How long each person speaks, and where each voice is heard well."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actas.models import Acta, Utterance
from actas.speaking import (
    Sentence,
    joined,
    samples,
    samples_of,
    speaking_times,
)
from sessions.models import Speaker
from tests.make import make_acta, make_councillor, make_session

# ---- Plain values --------------------------------------------------------------------


def sentence(start: float, end: float, who: int = 1, overlapped=False) -> Sentence:
    return Sentence(start, end, 5, who, overlapped)


def test_it_takes_three_stretches_far_apart() -> None:
    said = [sentence(60.0 * n, 60.0 * n + 5 + n % 3) for n in range(9)]
    assert samples(said) == [(120.0, 127.0), (300.0, 307.0), (480.0, 487.0)]


def test_it_takes_ten_seconds_of_a_long_sentence() -> None:
    assert samples([sentence(0, 40)]) == [(0, 10)]
    assert samples([sentence(0, 40), sentence(90, 96)]) == [(0, 10), (90, 96)]


def test_it_prefers_where_nobody_else_speaks_and_enough_is_said() -> None:
    said = [sentence(0, 9, overlapped=True), sentence(20, 22), sentence(40, 45)]
    assert samples(said) == [(40, 45)]
    assert samples(said[:2]) == [(20, 22)]  # for want of better
    assert samples(said[:1]) == [(0, 9)]


def test_it_joins_what_is_said_in_one_breath() -> None:
    said = [
        sentence(0, 3), sentence(3.5, 6), sentence(6, 9), sentence(9, 12),
        sentence(12, 13, who=2), sentence(13, 15), sentence(17, 18),
    ]  # fmt: skip
    spans = [(one.start, one.end, one.speaker_id) for one in joined(said)]
    assert spans == [(0, 9, 1), (9, 12, 1), (12, 13, 2), (13, 15, 1), (17, 18, 1)]


# ---- Of an acta ----------------------------------------------------------------------


@pytest.fixture
def acta(db: None) -> Acta:
    """Six sentences of nine seconds, of two words each."""
    return make_acta(make_session(), [f"Frase {n}." for n in range(6)])


def voice(acta: Acta, label: str, *positions: int, **facts) -> Speaker:
    facts = {"source": "machine"} | facts
    speaker = acta.session.speakers.create(voice=label, **facts)
    for position in positions:
        acta.utterances.filter(start=10.0 * position).update(speaker=speaker)
    return speaker


def test_it_counts_each_person_once(acta) -> None:
    luz = make_councillor(acta.session.council, "Luz Dary Bernal")
    head = voice(acta, "S1", 0, councillor=luz)
    head.confirm(None)
    voice(acta, "S2", 1, same_as=head)
    voice(acta, "", 3, councillor=luz).confirm(None)
    voice(acta, "S3", 4, councillor=luz)  # only proposed, so counted apart
    acta.utterances.filter(start=20.0).update(text="Una frase de cinco palabras.")
    times = speaking_times(acta)
    assert [
        (t.label, t.is_confirmed, t.seconds, t.words, t.interventions) for t in times
    ] == [
        ("Luz Dary Bernal", True, 27.0, 6, 2),
        ("Sin voz", False, 18.0, 7, 2),
        ("Luz Dary Bernal", False, 9.0, 2, 1),
    ]
    assert [t.speaker.office_label for t in times if t.speaker] == ["concejala"] * 2


def test_it_leaves_out_what_somebody_erased(acta) -> None:
    acta.utterances.exclude(start=0.0).update(text="")
    (time,) = speaking_times(acta)
    assert (time.speaker, time.seconds, time.words) == (None, 9.0, 2)


def test_it_gives_the_samples_of_each_voice(acta) -> None:
    head = voice(acta, "S1", 0)
    part = voice(acta, "S2", 1, 2, same_as=head)
    other = voice(acta, "S3", 4)
    acta.utterances.filter(start=40.0).update(overlapped=True, end=55.0)
    assert samples_of(acta) == {
        head.pk: [(0.0, 9.0), (10.0, 19.0), (20.0, 29.0)],
        other.pk: [(40.0, 50.0)],
    }
    assert part.pk not in samples_of(acta)


def test_it_asks_the_database_as_often_for_a_long_session(db: None) -> None:
    def queries(sentences: int) -> int:
        acta = make_acta(make_session(), ["Frase."] * sentences)
        for n in range(sentences // 2):
            who = make_councillor(acta.session.council)
            voice(acta, f"S{n}", n, councillor=who)
        acta = Acta.objects.select_related("session").get(pk=acta.pk)
        with CaptureQueriesContext(connection) as asked:
            assert len(samples_of(acta)) == sentences // 2
            assert len(speaking_times(acta)) == sentences // 2 + 1
            for time in speaking_times(acta):
                assert time.speaker is None or time.speaker.office_label
        return len(asked)

    assert Utterance.objects.count() == 0
    assert queries(40) == queries(4)
