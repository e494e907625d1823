"""Councillors' names in speech: who of the roster was named, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from actas.reading.heard import Heard, fold

# On six transcripts by a small model, three rosters, mangled names came to 76 and more
# against their owner, and to 60 at most against the next councillor of the roster.
_ENOUGH = 76.0
# For less than the whole name: "Gaviria" alone is 78 like "Iván Gaviria".
_ENOUGH_SHORT = 85.0
_MARGIN = 10.0
_STRANGE = 0.4  # what a letter too many costs
_BATCH = 20_000  # runs of letters compared at once
_LONGEST = 8  # words into which a model may break a name of four


@dataclass(frozen=True)
class Person:
    """A councillor on the roster."""

    pk: int
    name: str


@dataclass(frozen=True)
class Call:
    """A name that was heard: the span of its words and whose it is."""

    first: int
    last: int
    person: Person
    fit: float  # letters of the name that are there, less those that do not belong


def forms(name: str) -> tuple[str, ...]:
    """Return the ways a name is said, by sound and without spaces.

    The whole name, and with three words or more the given names with the first of
    the two surnames, or both surnames; with four the first given name and surname.
    Lists are read with the surnames in front.
    """
    words = [fold(word) for word in name.split()]
    said = ["".join(words)]
    if len(words) >= 3:
        said += ["".join(words[:-1]), "".join(words[-2:])]
        said += ["".join((*words[-2:], *words[:-2])), words[-2] + words[0]]
    if len(words) >= 4:
        said += [words[0] + words[-2], "".join((*words[-2:], words[0]))]
    return tuple(said)


def calls(heard: Heard, roster: Sequence[Person], first: int, last: int) -> list[Call]:
    """Find the names said in a span, in order and without overlap.

    Letters are compared without spaces, because models break and join names ("y dara
    gaza la sal"). A name counts when one councillor alone comes near it.
    """
    said = [(person, forms(person.name)) for person in roster]
    windows = _windows(heard, said, first, last)
    owners = _owners(sorted({window for _, _, window in windows}), said)
    found = [
        Call(start, end, *owners[window])
        for start, end, window in windows
        if window in owners
    ]
    # By fit, not likeness, or a short form heard whole beats a full name heard amiss.
    found.sort(key=lambda call: (-call.fit, call.first))
    kept: list[Call] = []
    taken: set[int] = set()
    for call in found:
        words = range(call.first, call.last)
        if taken.isdisjoint(words):
            taken.update(words)
            kept.append(call)
    return sorted(kept, key=lambda call: call.first)


def _windows(
    heard: Heard, said: Sequence[tuple[Person, tuple[str, ...]]], first: int, last: int
) -> list[tuple[int, int, str]]:
    """Return the runs of words that may be a name, each with its letters."""
    longest = max((len(form) for _, all_ in said for form in all_), default=0)
    windows = []
    for start in range(max(first, 0), last):
        window = ""
        for end in range(start + 1, min(start + _LONGEST, last) + 1):
            window += heard.sounds[end - 1]
            if len(window) > longest * 1.3:
                break
            if len(window) >= 6:
                windows.append((start, end, window))
    return windows


def _owners(
    windows: Sequence[str], said: Sequence[tuple[Person, tuple[str, ...]]]
) -> dict[str, tuple[Person, float]]:
    """Return whose name each run of letters is, and its fit; without nobody's.

    All are compared at once: one session has some hundred thousand runs.
    """
    every = [(index, form) for index, (_, all_) in enumerate(said) for form in all_]
    found = {}
    # Below this no likeness can matter, not even as somebody's second.
    floor = _ENOUGH - _MARGIN
    for at in range(0, len(windows), _BATCH):
        batch = windows[at : at + _BATCH]
        likeness = process.cdist(
            batch, [form for _, form in every], scorer=fuzz.ratio, score_cutoff=floor
        )
        for row in likeness.max(axis=1).nonzero()[0] if len(every) else ():
            near = [
                (float(score), len(form), index)
                for score, (index, form) in zip(likeness[row], every, strict=True)
                if score
            ]
            if owner := _owner(batch[row], near, said):
                found[batch[row]] = owner
    return found


def _owner(
    window: str,
    near: Sequence[tuple[float, int, int]],
    said: Sequence[tuple[Person, tuple[str, ...]]],
) -> tuple[Person, float] | None:
    """Return whose name a run of letters is, or None when nobody's or two people's.

    `near` has the likeness to a form, its length, and the index of its owner.
    """
    score, length, best = max(near, key=lambda one: (one[0], one[1], -one[2]))
    rest = max((s for s, _, index in near if index != best), default=0.0)
    whole = length == len(said[best][1][0])
    if score < (_ENOUGH if whole else _ENOUGH_SHORT) or score - rest < _MARGIN:
        return None
    common = score / 100 * (len(window) + length) / 2
    return said[best][0], common - _STRANGE * (len(window) - common)
