"""What was heard in a clip as segments of a sentence or a few. [no Django]"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from transcription.engines import Word

LONGEST = 20.0  # seconds of a segment before a comma is enough to end it
SHORT = 1.0  # seconds; a shorter sentence stands alone only before a pause
PAUSE = 0.4  # seconds of silence that let a short sentence stand alone
LONG_PAUSE = 1.5  # seconds of silence that end a segment without a full stop

SENTENCE_END = re.compile(r"[.?!…][»\"”)]*$")
# «Sr.» and initials end no sentence.
ABBREVIATION = re.compile(
    r"^(?:sra?|sres|srta|dra?|art|núm|no|n|h|hh|cc|ing|lic|[a-záéíóúñ])\.$", re.I
)


class Way(StrEnum):
    """How a clip was heard in one try."""

    FIRST = "first"  # with prompt and terms, in a batch
    CAREFUL = "careful"  # the whole clip without prompt or terms, loops resisted
    RECUT = "recut"  # the same, in two halves
    FILL = "fill"  # only the stretches with sound and no word, put in place
    BACKUP = "backup"  # by the next engine of the list


@dataclass(frozen=True)
class Try:
    """One hearing of a clip that did not come out well at once."""

    engine: str  # name and model
    way: Way
    flags: tuple[str, ...]  # what the guards found in it
    text: str
    kept: bool  # whether it is the text that was kept, or is part of it


@dataclass(frozen=True)
class SegmentDraft:
    """A sentence or a few, as heard. Seconds on the recording's clock."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...]  # on the same clock; empty if the engine gives none
    flags: tuple[str, ...]  # see guards
    tries: tuple[Try, ...] = ()  # its clip's, in order; none if the first was good


def by_words(words: Sequence[Word]) -> list[SegmentDraft]:
    """Return words as segments without flags, on the words' own clock."""
    return [
        SegmentDraft(
            group[0].start,
            max(group[-1].end, group[0].start),
            " ".join(word.text for word in group),
            tuple(group),
            (),
        )
        for group in _sentences(words)
    ]


def by_letters(text: str, start: float, seconds: float) -> list[SegmentDraft]:
    """Share a clip's time among its sentences by their length."""
    sentences = re.split(r"(?<=[.?!…])\s+", text.strip())
    letters = sum(len(sentence) for sentence in sentences)
    found = []
    for sentence in sentences:
        end = start + seconds * len(sentence) / letters
        found.append(SegmentDraft(start, end, sentence, (), ()))
        start = end
    return found


def moved(word: Word, by: float) -> Word:
    """Return `word` so many seconds later."""
    return replace(word, start=round(word.start + by, 2), end=round(word.end + by, 2))


def _sentences(words: Sequence[Word]) -> list[list[Word]]:
    """Group words so that a group is a sentence, or a few short ones."""
    groups: list[list[Word]] = [[]]
    for index, word in enumerate(words):
        groups[-1].append(word)
        if index + 1 < len(words) and _ends(groups[-1], words[index + 1]):
            groups.append([])
    return groups


def _ends(group: Sequence[Word], following: Word) -> bool:
    """Tell whether a segment may end between `group` and the word `following`."""
    last = group[-1]
    silence = following.start - last.end
    if silence >= LONG_PAUSE:
        return True
    lasts = last.end - group[0].start
    if SENTENCE_END.search(last.text) and not ABBREVIATION.match(last.text):
        return lasts >= SHORT or silence >= PAUSE
    # Small models forget full stops for a minute: a comma, then anything, will do.
    return lasts >= LONGEST and (last.text.endswith(",") or lasts >= LONGEST * 1.25)
