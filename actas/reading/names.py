"""Councillors' names in speech: who of the roster was named, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actas.reading.heard import Heard, fold

# On six transcripts by a small model, three rosters, mangled names came to 76 and more
# against their owner, and to 60 at most against the next councillor of the roster.
_ENOUGH = 76.0
# For less than the whole name: "Gaviria" alone is 78 like "Iván Gaviria".
_ENOUGH_SHORT = 85.0
_MARGIN = 10.0
_STRANGE = 0.4  # what a letter too many costs
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
    """
    words = [fold(word) for word in name.split()]
    said = ["".join(words)]
    if len(words) >= 3:
        said += ["".join(words[:-1]), "".join(words[-2:])]
    if len(words) >= 4:
        said.append(words[0] + words[-2])
    return tuple(said)


def calls(heard: Heard, roster: Sequence[Person], first: int, last: int) -> list[Call]:
    """Find the names said in a span, in order and without overlap.

    Letters are compared without spaces, because models break and join names ("y dara
    gaza la sal"). A name counts when one councillor alone comes near it.
    """
    said = [(person, forms(person.name)) for person in roster]
    longest = max((len(form) for _, all_ in said for form in all_), default=0)
    found: list[Call] = []
    for start in range(max(first, 0), last):
        for end in range(start + 1, min(start + _LONGEST, last) + 1):
            window = "".join(heard.sounds[start:end])
            if len(window) > longest * 1.3:
                break
            if len(window) >= 6 and (call := _owner(window, said, start, end)):
                found.append(call)
    # By fit, not likeness, or a short form heard whole beats a full name heard amiss.
    found.sort(key=lambda call: (-call.fit, call.first))
    kept: list[Call] = []
    for call in found:
        if all(call.last <= other.first or other.last <= call.first for other in kept):
            kept.append(call)
    return sorted(kept, key=lambda call: call.first)


def _owner(
    window: str, said: list[tuple[Person, tuple[str, ...]]], start: int, end: int
) -> Call | None:
    """Return whose name a window of words is, or None when nobody's or two people's."""
    scores = [
        max((fuzz.ratio(window, form), len(form)) for form in all_) for _, all_ in said
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    score, length = scores[best]
    rest = max((s for i, (s, _) in enumerate(scores) if i != best), default=0.0)
    whole = length == len(said[best][1][0])
    if score < (_ENOUGH if whole else _ENOUGH_SHORT) or score - rest < _MARGIN:
        return None
    common = score / 100 * (len(window) + length) / 2
    fit = common - _STRANGE * (len(window) - common)
    return Call(start, end, said[best][0], fit)
