"""How long each person speaks, and where each voice is heard best. [no database]"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sessions.colours import person
from sessions.models import Speaker

SAMPLES = 3  # of each voice
SHORTEST, LONGEST = 4.0, 10.0  # seconds of a sample
BREATH = 1.0  # seconds between two sentences that are heard as one

Stretch = tuple[float, float]  # from, to, in seconds of the session's clock


@dataclass(frozen=True)
class Sentence:
    """One utterance, as far as it matters who says it and for how long."""

    start: float  # seconds on the session's clock
    end: float
    speaker_id: int | None  # of the row that says who it is
    overlapped: bool = False

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - self.start)


@dataclass(frozen=True)
class SpeakingTime:
    """How long one person, or one voice without a name, had the floor."""

    speaker: Speaker | None
    """The first row of the person; None for what has no voice at all."""
    is_confirmed: bool
    """Whether a person said so; what the machine proposes is counted apart."""
    seconds: float
    interventions: int
    """Times that the person took the floor."""

    @property
    def label(self) -> str:
        return self.speaker.label if self.speaker else "Sin asignar"


def times(said: Iterable[Sentence], speakers: dict[int, Speaker]) -> list[SpeakingTime]:
    """Return how long each person spoke in `said`, which is in order."""
    found: dict[tuple, SpeakingTime] = {}
    before: tuple | None = None
    for sentence in said:
        who = speakers.get(sentence.speaker_id)
        sure = who is not None and who.is_attributed
        key = (person(who) if who else (), sure)
        time = found.get(key) or SpeakingTime(who, sure, 0.0, 0)
        found[key] = replace(
            time,
            seconds=time.seconds + sentence.seconds,
            interventions=time.interventions + (key != before),
        )
        before = key
    return sorted(found.values(), key=lambda time: -time.seconds)


def joined(said: Iterable[Sentence]) -> list[Sentence]:
    """Return what one voice says in one breath as one, as long as a sample at most."""
    runs: list[Sentence] = []
    for sentence in said:
        last = runs[-1] if runs else None
        if (
            last is not None
            and last.speaker_id == sentence.speaker_id
            and last.overlapped == sentence.overlapped
            and sentence.start - last.end <= BREATH
            and sentence.end - last.start <= LONGEST
        ):
            runs[-1] = replace(last, end=max(last.end, sentence.end))
        else:
            runs.append(sentence)
    return runs


def samples(said: Sequence[Sentence]) -> list[Stretch]:
    """Return SAMPLES stretches of one voice's sentences, in order and far apart.

    Where others speak at the same time, or too little is said, one stands only for
    want of better.
    """
    clean = [one for one in said if not one.overlapped and one.seconds >= SHORTEST]
    if not clean:
        longest = max(said, key=lambda one: (not one.overlapped, one.seconds))
        return [_stretch(longest)]
    thirds = min(SAMPLES, len(clean))
    cuts = [round(len(clean) * third / thirds) for third in range(thirds + 1)]
    return [
        _stretch(max(clean[a:b], key=lambda one: min(one.seconds, LONGEST)))
        for a, b in pairwise(cuts)
    ]


def _stretch(one: Sentence) -> Stretch:
    return one.start, min(one.end, one.start + LONGEST)
