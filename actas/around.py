"""Newly heard words placed around sentences that stay as they are. [no database]"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from transcription.guards import plain_words
from transcription.voices.words import timed

NEAR = 6.0  # seconds on each side of a border in which two hearings are compared
FAR = 1.5  # seconds between the times that two hearings give the same word
LOOSE = 4.0  # the same, where an engine gave no times: they are a guess


@dataclass(frozen=True)
class Word:
    """A word as heard. Seconds on the recording's clock."""

    start: float
    end: float
    text: str
    is_timed: bool = True  # by the engine

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2


@dataclass(frozen=True)
class Heard:
    """A sentence or a few, as heard. `words` is empty where no times are known."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()

    def timed(self) -> tuple[Word, ...]:
        """Return the words with times: the engine's, or a share by their length."""
        if self.words:
            return self.words
        shared = timed(self.text, self.start, self.end)
        return tuple(Word(*word, is_timed=False) for word in shared)


@dataclass(frozen=True)
class Piece:
    """What of a segment becomes a sentence: all of it, or what lies beside others."""

    segment: int  # which
    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Placed:
    """The pieces in order, and the segments of which nothing is left."""

    pieces: tuple[Piece, ...]
    covered: dict[int, int]  # segment -> the sentence that stays in its place


Span = tuple[float, float]  # from, to, in seconds


def around(
    segments: Sequence[Heard], stay: Sequence[Span], before: Sequence[Heard]
) -> Placed:
    """Return what of `segments` does not repeat what the sentences in `stay` say.

    `before` is everything that was heard when those sentences were written, theirs
    and their neighbours': where one of them begins and ends is found by its words
    first, since two engines never give a word quite the same times.
    """
    flat = [
        (index, word)
        for index, segment in enumerate(segments)
        for word in segment.timed()
    ]
    flat.sort(key=lambda pair: pair[1].middle)
    new = [word for _, word in flat]
    old = sorted(
        (word for segment in before for word in segment.timed()),
        key=lambda word: word.middle,
    )
    taken: dict[int, int] = {}  # word of `new` -> sentence that says it already
    for sentence, (start, end) in enumerate(stay):
        for at in range(border(start, old, new), border(end, old, new)):
            taken.setdefault(at, sentence)
    pieces: list[Piece] = []
    covered: dict[int, int] = {}
    places: dict[int, list[int]] = {}
    for at, (index, _) in enumerate(flat):
        places.setdefault(index, []).append(at)
    for index, segment in enumerate(segments):
        own = places.get(index, [])
        lost = [taken[at] for at in own if at in taken]
        if not lost:
            pieces.append(Piece(index, segment.start, segment.end, segment.text))
        elif len(lost) == len(own):
            covered[index] = max(set(lost), key=lost.count)
        else:
            pieces += _left(index, own, taken, new)
    return Placed(tuple(sorted(pieces, key=lambda piece: piece.start)), covered)


def border(second: float, old: Sequence[Word], new: Sequence[Word]) -> int:
    """Return how many words of `new` come before the border that `second` is in `old`.

    Words that both hearings have on one side of it stay on that side; of the others
    their times decide.
    """
    mine, theirs = _near(second, old), _near(second, new)
    first = theirs.start
    left = sum(old[at].middle < second for at in mine)
    matcher = SequenceMatcher(
        None,
        [_plain(old[at]) for at in mine],
        [_plain(new[at]) for at in theirs],
        autojunk=False,
    )
    least, most = 0, len(theirs)
    for block in matcher.get_matching_blocks():
        for a, b in zip(
            range(block.a, block.a + block.size),
            range(block.b, block.b + block.size),
            strict=True,
        ):
            if not _may_be_one(old[mine[a]], new[theirs[b]]):
                continue
            if a < left:
                least = max(least, b + 1)
            else:
                most = min(most, b)
    by_time = sum(new[at].middle < second for at in theirs)
    return first + min(max(by_time, least), most)


def _may_be_one(one: Word, other: Word) -> bool:
    """Whether the times allow two words that read the same to be one."""
    limit = FAR if one.is_timed and other.is_timed else LOOSE
    return abs(one.middle - other.middle) <= limit


def _near(second: float, words: Sequence[Word]) -> range:
    first = bisect_left(words, second - NEAR, key=lambda word: word.middle)
    return range(first, bisect_left(words, second + NEAR, key=lambda w: w.middle))


def _plain(word: Word) -> str:
    return " ".join(plain_words(word.text))


def _left(
    index: int, own: Sequence[int], taken: dict[int, int], new: Sequence[Word]
) -> Iterator[Piece]:
    for is_taken, run in groupby(own, key=lambda at: at in taken):
        if not is_taken:
            words = [new[at] for at in run]
            text = " ".join(word.text.strip() for word in words)
            yield Piece(index, words[0].start, words[-1].end, text)
