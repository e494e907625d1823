"""What is left of a name after an office: "concejal Rúa", "doctora Ana Lucía"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actas.reading.heard import fold, folded, formula

# "concejal a Bernal", "conceja la", "un cejal", "josejala", "consejado": what a small
# model makes of the office.
_SEAT = r"\w{0,3}cejal?[aod]?\w{0,2}(?: l?a)?"
TITLE = formula(
    rf"{_SEAT}|doctora?|dra?|ingenier[oa]|compañer[oa]|señora?|honorable|"
    r"arquitect[oa]|doña?|profesora?|mayor|coronel|capitan|teniente|intendente|"
    r"sargento|comandante|padre"
)
SEATED = formula(_SEAT)
_ALIKE = 86.0  # for one word: "Bernal" is not "Vernaza"
_APART = 10.0
SHORTEST = 4  # sounds of a name of one word, unless it is heard exactly
_SCRAP = 2  # sounds that are no name
_PARTICLES = folded("de del la las los")


@dataclass(frozen=True)
class Forms:
    """What a person is called in so many words."""

    usual: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()  # the second surname


def parts_of(name: str) -> dict[int, Forms]:
    """Return what a name is cut down to after an office, by the number of words."""
    words = [fold(word) for word in name.split() if fold(word) not in _PARTICLES]
    given, surnames = (
        (words[:-2], words[-2:])
        if len(words) > 2
        else (
            words[:1],
            words[1:],
        )
    )
    pairs = {"".join(pair) for pair in (given, surnames) if len(pair) == 2}
    pairs |= {one + surname for one in given[:1] for surname in surnames[:1]}
    three = ("".join((*given, *surnames[:1])),) if len(given) == 2 else ()
    return {
        3: Forms(three),
        2: Forms(tuple(sorted(pairs))),
        1: Forms((*given, *surnames[:1]), tuple(surnames[1:])),
    }


def only(said: str, people: Sequence[Forms]) -> int | None:
    """Return who alone is called so; None for nobody, two people or a scrap.

    By a second surname people are called only if it is nobody's name otherwise:
    "concejal Erazo" is Luis Erazo Mora and not Ana Paz Erazo.
    """
    if len(said) <= _SCRAP:
        return None
    if any(fuzz.ratio(said, one) >= _ALIKE for own in people for one in own.usual):
        return _nearest(said, [own.usual for own in people])
    return _nearest(said, [own.usual + own.rare for own in people])


def _nearest(said: str, people: Sequence[tuple[str, ...]]) -> int | None:
    like = [max((fuzz.ratio(said, one) for one in own), default=0.0) for own in people]
    best = max(range(len(like)), key=like.__getitem__, default=None)
    if best is None or like[best] < (_ALIKE if len(said) >= SHORTEST else 100):
        return None
    rest = max((score for at, score in enumerate(like) if at != best), default=0.0)
    return best if like[best] - rest >= _APART else None
