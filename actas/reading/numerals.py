"""Spoken numbers and hours, as a speech model writes them: words, digits or both."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from actas.reading.heard import fold, folded

_SMALL = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce "
    "quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós "
    "veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_TENS = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_NUMBERS = (
    {word: value for value, word in enumerate(fold(_SMALL).split())}
    | {word: 10 * value for value, word in enumerate(fold(_TENS).split(), start=3)}
    | {fold("un"): 1, fold("una"): 1, fold("veintiún"): 21}
)
_ORDINALS = (
    "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo "
    "duodécimo"
)
ORDINALS = {word: at for at, word in enumerate(fold(_ORDINALS).split(), start=1)}
ORDINALS |= {fold("primer"): 1, fold("tercer"): 3}
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_FRACTIONS = {fold("cuarto"): 15, fold("media"): 30}
# Longest first. "horas" says that the clock of 24 hours was read.
_HALVES = tuple(
    (tuple(fold(words).split()), half)
    for words, half in (
        ("de la madrugada", "mañana"),
        ("de la mañana", "mañana"),
        ("de la tarde", "tarde"),
        ("de la noche", "noche"),
        ("del mediodía", "mediodía"),
        ("a m", "mañana"),
        ("am", "mañana"),
        ("p m", "tarde"),
        ("pm", "tarde"),
        ("horas", "horas"),
    )
)
_BETWEEN = folded("minutos en punto")


@dataclass(frozen=True)
class Hour:
    """An hour as said; half is "" where nobody said which half of the day it is."""

    hour: int
    minute: int
    half: str  # "mañana", "tarde", "noche", "mediodía", "horas" (clock of 24) or ""

    @property
    def time(self) -> dt.time | None:
        """Return the time of day, or None when morning or evening was not said."""
        if self.hour > 12 or self.half in ("horas", "mediodía"):
            return dt.time(self.hour, self.minute)
        if self.half == "mañana" or (self.half == "noche" and self.hour == 12):
            return dt.time(self.hour % 12, self.minute)
        if self.half in ("tarde", "noche"):
            return dt.time(self.hour % 12 + 12, self.minute)
        return None


def number_at(sounds: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read a number from 0 to 99 at a position: (value, position after it) or None.

    "treinta y cinco", "35" and the mixture "30 y 5" are all 35.
    """
    value = _simple(sounds, at)
    if value is None:
        return None
    if value % 10 == 0 and value >= 20 and list(sounds[at + 1 : at + 2]) == [fold("y")]:
        unit = _simple(sounds, at + 2)
        if unit is not None and 1 <= unit <= 9:
            return value + unit, at + 3
    return value, at + 1


def _simple(sounds: Sequence[str], at: int) -> int | None:
    if not 0 <= at < len(sounds):
        return None
    if sounds[at].isdecimal() and len(sounds[at]) <= 2:
        return int(sounds[at])
    return _NUMBERS.get(sounds[at])


def hour_at(sounds: Sequence[str], at: int) -> tuple[Hour, int] | None:
    """Read an hour ("ocho y cinco de la mañana", "8:05") at a position.

    Returns the hour and the position after it, or None where no hour stands.
    """
    sounds = list(sounds[at : at + 14])
    if not sounds:
        return None
    if clock := _CLOCK.fullmatch(sounds[0]):
        hour, minute, after = int(clock[1]), int(clock[2]), 1
    else:
        hour, (minute, after) = _simple(sounds, 0), _minutes(sounds, 1)
    if hour is None or hour > 23 or minute is None or minute > 59:
        return None
    while sounds[after : after + 1] and sounds[after] in _BETWEEN:
        after += 1
    for words, half in _HALVES:
        if tuple(sounds[after : after + len(words)]) == words:
            return Hour(hour, minute, half), at + after + len(words)
    # "doce del día" is noon; "nueve y quince del día catorce" begins a date.
    noon = hour == 12 and sounds[after : after + 2] == fold("del día").split()
    if noon and number_at(sounds, after + 2) is None:
        return Hour(hour, minute, "mediodía"), at + after + 2
    return Hour(hour, minute, ""), at + after


def _minutes(sounds: list[str], at: int) -> tuple[int | None, int]:
    """Read the minutes after the hour: (minutes, position after them).

    None stands for minutes that were said but not understood ("ocho y vein que").
    """
    start = at
    if sounds[at : at + 1] == [fold("horas")]:
        start += 1
    linked = sounds[start : start + 1] in ([fold("y")], [fold("con")])
    start += linked
    if linked and start < len(sounds) and sounds[start] in _FRACTIONS:
        return _FRACTIONS[sounds[start]], start + 1
    found = number_at(sounds, start)
    return found or (None if linked else 0, at)
