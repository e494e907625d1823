"""A segment's words, parted where another voice takes over. [no database]"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actas.around import Heard, Word
from transcription.voices.grouping import TurnDraft
from transcription.voices.words import said


@dataclass(frozen=True)
class Spoken:
    """What one voice says of a segment; the whole of it where nobody else does."""

    heard: Heard
    voice: str | None  # "S1"; "": nobody can be told; None: voices were not told apart
    overlapped: bool = False  # another voice is heard at the same time


def parted(segment: Heard, turns: Sequence[TurnDraft]) -> list[Spoken]:
    """Return a segment by the voices that say it, every word once and in order.

    `turns` are all of the recording, on the segment's clock. Without any the segment
    stays as it is.
    """
    if not turns:
        return [Spoken(segment, None)]
    words = tokens(segment)
    found = said([(word.start, word.end, word.text) for word in words], turns)
    if len(found) <= 1:
        one = found[0] if found else None
        voice = one.voice if one else ""
        return [Spoken(segment, voice, bool(one and one.overlapped))]
    pieces: list[Spoken] = []
    at = 0
    for one in found:
        own = words[at : at + len(one.words)]
        at += len(own)
        # Never before the piece before, whatever the times of an engine are.
        start = max(pieces[-1].heard.start, own[0].start) if pieces else segment.start
        end = segment.end if at == len(words) else own[-1].end
        heard = Heard(start, max(start, end), one.text, own)
        pieces.append(Spoken(heard, one.voice, one.overlapped))
    assert at == len(words), "a word was lost or said twice"
    return pieces


def tokens(segment: Heard) -> tuple[Word, ...]:
    """Return the words of a segment's text as they are written, with their times.

    Engines divide words otherwise: " co", "-autor". Where theirs cannot be found in the
    text, all get a share of the time by their length.
    """
    places = list(_places(segment))
    if not segment.words or len(places) < len(segment.words):
        return Heard(segment.start, segment.end, segment.text).timed()
    found, at, used = [], 0, 0
    moment = segment.start
    for text in segment.text.split():
        begins = segment.text.index(text, at)
        at = begins + len(text)
        first = used
        while used < len(places) and places[used] < at:
            used += 1
        own = segment.words[first:used]
        start, end = (own[0].start, own[-1].end) if own else (moment, moment)
        moment = max(moment, end)
        found.append(Word(start, max(start, end), text, is_timed=bool(own)))
    return tuple(found)


def _places(segment: Heard) -> Iterator[int]:
    """Yield where in the text each word begins, as long as they are found in order."""
    at = 0
    for word in segment.words:
        text = word.text.strip()
        at = segment.text.find(text, at)
        if at < 0:
            return
        yield at
        at += len(text)
