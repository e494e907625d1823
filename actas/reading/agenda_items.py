"""Where each item of the agenda begins in a transcript."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actas.reading.heard import Heard, Proof, fold, formula
from actas.reading.numerals import ORDINALS, number_at

_NEXT = formula(r"(?:siguiente|proximo) punto|punto siguiente")
_POINT = formula(r"punto(?: numero)?")
_REQUEST = formula(
    r"(?:lea|leamos|leemos|leer|lectura a|lectura de|lectura) (?:el |del |al )?"
    r"orden (?:del |de |el )?dia"
)
_HAS_READ = formula(r"leido el orden (?:del |de )?dia")
_AGENDA_TITLE = formula(r".*orden (?:del |de )?dia.*")
_AFTER_NEXT = 14  # words between "siguiente punto" and the title
_AFTER_ORDINAL = 3
_TITLE_WORDS = 10  # enough to tell one title from another
_LIKE, _LIKE_SHORT = 78.0, 88.0
_SHORT = 14  # letters
_CLOSE = 5.0  # two titles this close are told apart by their order
_LOST = 3  # "primero, segundo, … quinto": a small model loses two at most
_APART = 80  # words between two ordinals while the agenda is read
_NUMBER = re.compile(r"\bn(?:o\.|°|º|ro\.?)\s*(?=\d)", re.IGNORECASE)


@dataclass(frozen=True)
class ItemStart:
    """The beginning of an agenda item; it lasts until the next one's."""

    position: int  # 1 is the first item of the agenda
    start: float  # seconds
    proof: Proof


@dataclass(frozen=True)
class _Cue:
    """Words that announce an item: at most so many others before its title."""

    first: int
    last: int
    slack: int
    position: int | None  # where the number itself was said


def items(heard: Heard, agenda: Sequence[str]) -> tuple[ItemStart, ...]:
    """Find the starts, monotone in position and time; what is doubtful is left out.

    The first item starts with the session. An item is announced ("siguiente punto",
    "tercero") and its title follows, or its number is the very next.
    """
    if not heard.words or not agenda:
        return ()
    opening = heard.proof(*heard.sentence(0))
    found = [ItemStart(1, heard.lines[heard.words[0].line].start, opening)]
    titles = [_title(title) for title in agenda]
    reading = _reading(heard, titles)
    if reading and (position := _agenda_position(agenda)) > 1:
        proof = heard.proof(reading[0], min(reading[0] + 12, reading[1]))
        found.append(ItemStart(position, proof.start, proof))
    for cue in _cues(heard):
        if reading and cue.first < reading[1]:
            continue
        match = _announced(heard, cue, titles, found[-1].position)
        if match:
            position, last = match
            proof = heard.proof(cue.first, last)
            found.append(ItemStart(position, proof.start, proof))
    return tuple(found)


def _title(title: str) -> list[str]:
    words = re.findall(r"\w+", _NUMBER.sub("número ", title))
    return [fold(word) for word in words][:_TITLE_WORDS]


def _agenda_position(agenda: Sequence[str]) -> int:
    """Return the item in which the agenda itself is read and approved, 0 if none."""
    for position, title in enumerate(agenda, start=1):
        if _AGENDA_TITLE.fullmatch(fold(title)):
            return position
    return 0


def _reading(heard: Heard, titles: list[list[str]]) -> tuple[int, int] | None:
    """Return the span in which the agenda is read out, None where it is not found.

    It is the first run of "primero, segundo, …" with a title of the agenda in its
    place, closed by "leído" if the model lost its beginning, or what lies between
    asking for it and "leído". No item but the agenda's own begins before "leído".
    """
    request = next(heard.find(_REQUEST), None)
    read = next(heard.find(_HAS_READ), None)
    for run in _runs(heard):
        named = [at for at, value in run if _titled(heard, at, value, titles)]
        if named:
            whole = run[0][1] == 1
            # "Segundo llamado" may stand before a run that lost its "primero".
            first, (last, value) = run[0][0] if whole else named[0], run[-1]
            if read and first < read[0] <= last + _APART:
                return first, read[1]
            if whole:
                title = titles[min(value, len(titles)) - 1]
                return first, min(last + 1 + len(title), len(heard.words))
    if request and read and request[1] < read[0]:
        return request[1], read[1]
    return request


def _runs(heard: Heard) -> Iterator[list[tuple[int, int]]]:
    """Yield the rising runs of (position, ordinal), those of one alone left out."""
    ordinals = [
        (at, ORDINALS[sound])
        for at, sound in enumerate(heard.sounds)
        if sound in ORDINALS and _leads(heard, at)
    ]
    for index, start in enumerate(ordinals):
        run = [start]
        for at, value in ordinals[index + 1 :]:
            if at - run[-1][0] > _APART:
                break
            if 1 <= value - run[-1][1] <= _LOST:
                run.append((at, value))
        if len(run) > 1:
            yield run


def _titled(heard: Heard, at: int, value: int, titles: list[list[str]]) -> bool:
    """Say whether an ordinal is followed by the title that has this number."""
    if value > len(titles):
        return False
    cue = _Cue(at, at + 1, _AFTER_ORDINAL, value)
    alike = _alike(heard, cue, titles[value - 1], len(heard.words))
    return max((score for score, _ in alike), default=0.0) >= _LIKE


def _leads(heard: Heard, at: int) -> bool:
    """Say whether a word opens a phrase: "…, segundo, lectura" but not "artículo"."""
    return at == 0 or heard.words[at - 1].ends or heard.pauses(at - 1)


def _cues(heard: Heard) -> list[_Cue]:
    found = [_Cue(first, last, _AFTER_NEXT, None) for first, last in heard.find(_NEXT)]
    for first, last in heard.find(_POINT):
        if number := _numeral(heard, last):
            found.append(_Cue(first, number[1], _AFTER_ORDINAL, number[0]))
    for at, sound in enumerate(heard.sounds):
        if sound in ORDINALS:
            before = at and heard.sounds[at - 1]
            if heard.sounds[at + 1 : at + 2] == (fold("punto"),):
                found.append(_Cue(at, at + 2, _AFTER_ORDINAL, ORDINALS[sound]))
            elif before != fold("punto") and _leads(heard, at):
                found.append(_Cue(at, at + 1, _AFTER_ORDINAL, ORDINALS[sound]))
    return sorted(found, key=lambda cue: cue.first)


def _numeral(heard: Heard, at: int) -> tuple[int, int] | None:
    """Read "cuarto", "4" or "cuatro": (value, position after it)."""
    if at < len(heard.words) and heard.sounds[at] in ORDINALS:
        return ORDINALS[heard.sounds[at]], at + 1
    return number_at(heard.sounds, at)


def _announced(
    heard: Heard, cue: _Cue, titles: list[list[str]], current: int
) -> tuple[int, int] | None:
    """Return (position, end of the words that say so) of the item a cue announces."""
    end = heard.until(cue.last - 1, 40)
    # What follows the next "siguiente punto" is that one's title.
    end = next((first for first, _ in heard.find(_NEXT, cue.last, end)), end)
    best: dict[int, tuple[float, int]] = {}
    for position in range(current + 1, len(titles) + 1):
        title = titles[position - 1]
        # Of equals the first and shortest: the title may be said again right after.
        alike = max(_alike(heard, cue, title, end), key=lambda a: a[0], default=None)
        score, last = alike or (0.0, cue.last)
        short = len("".join(title)) <= _SHORT
        if score >= (_LIKE_SHORT if short else _LIKE):
            best[position] = (score, last)
    if best:
        top = max(score for score, _ in best.values())
        position = min(p for p, (score, _) in best.items() if score >= top - _CLOSE)
        return position, best[position][1]
    return _next_by_number(heard, cue, current, len(titles))


def _alike(
    heard: Heard, cue: _Cue, title: list[str], end: int
) -> Iterator[tuple[float, int]]:
    """Yield (likeness, end) for the windows after a cue that may be the title."""
    wanted = "".join(title)
    for first in range(cue.last, min(cue.last + cue.slack + 1, end)):
        for size in range(max(1, len(title) - 2), len(title) + 3):
            last = min(first + size, end)
            yield fuzz.ratio("".join(heard.sounds[first:last]), wanted), last


def _next_by_number(
    heard: Heard, cue: _Cue, current: int, count: int
) -> tuple[int, int] | None:
    """Accept "siguiente punto … quinto" without its title if five is the next."""
    if cue.position is None and current < count:
        for at in range(cue.last, min(cue.last + 6, len(heard.words))):
            said = ORDINALS.get(heard.sounds[at])
            if said == current + 1 and _leads(heard, at):
                return said, at + 1
    return None
