"""How long each person speaks, and where each voice is heard well."""

from django.utils import timezone

from actas.speaking import Sentence, joined, samples, times
from sessions.models import Speaker


def sentence(
    start: float, end: float, who: int | None = 1, overlapped=False
) -> Sentence:
    return Sentence(start, end, who, overlapped)


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


def test_it_counts_each_person_once() -> None:
    luz = {"name": "Luz Dary Bernal", "confirmed_at": timezone.now()}
    speakers = {
        1: Speaker(pk=1, voice="S1", **luz),
        2: Speaker(pk=2, **luz),  # single sentences, given to her by hand
        3: Speaker(pk=3, voice="S3", name="Luz Dary Bernal"),  # only proposed
    }
    order = [1, 1, None, 2, 3, None]
    said = [sentence(10.0 * at, 10.0 * at + 9, who) for at, who in enumerate(order)]
    found = [
        (time.label, time.is_confirmed, time.seconds, time.interventions)
        for time in times(said, speakers)
    ]
    assert found == [
        ("Luz Dary Bernal", True, 27.0, 2),
        ("Sin asignar", False, 18.0, 2),
        ("Luz Dary Bernal", False, 9.0, 1),
    ]
