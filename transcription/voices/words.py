"""Every word to the voice that said it. [no Django]"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from transcription.sentences import ABBREVIATION, PAUSE, SENTENCE_END
from transcription.voices.grouping import TurnDraft

Word = tuple[float, float, str]  # start and end in seconds, text

NEAR = 0.5  # seconds outside of a turn in which a word still belongs to it
LONGEST = 1.0  # seconds that a word is said; some engines let it begin in a silence
# What a change of voice costs between two words, in the seconds that words may lie
# outside of their turn for it: people change at the end of a sentence, which costs
# nothing, and engines are some 0.3 s wrong about where a word is. Two short words in a
# run of speech weigh less than RUN, three weigh more.
RUN = 0.7  # in the middle of running speech
COMMA = 0.45
SILENCE = 0.15  # in a pause of PAUSE and longer; in a shorter one in proportion
UNHEARD = 0.5  # per second, up to one, of a turn inside the segment left without words


@dataclass(frozen=True)
class Said:
    """What one voice says of a segment; the segment's words, each exactly once."""

    voice: str  # "S1"; "" where nobody can be told
    words: tuple[Word, ...]
    overlapped: bool = False  # another voice is heard at the same time

    @property
    def text(self) -> str:
        return " ".join(text for _, _, text in self.words)


class Gap(TurnDraft):
    """Where nobody speaks."""


def said(words: Sequence[Word], turns: Sequence[TurnDraft]) -> list[Said]:
    """Return a segment's words by the voices that said them, in order.

    `turns` are in order, on the clock of the words, and may reach beyond them. The
    segment is cut only between words, where the voice changes: of all ways to give the
    words to turns in order, the one is taken in which the words lie least outside of
    their turns and the cuts fall best.
    """
    if not words:
        return []
    near = _near(words, turns)
    places = _places(words, near)
    found = []
    for voice, group in groupby(zip(words, places, strict=True), _voice(near)):
        own, at = zip(*group, strict=True)
        overlapped = any(near[place].overlapped for place in at)
        found.append(Said(voice, own, overlapped))
    return found


def timed(text: str, start: float, end: float) -> tuple[Word, ...]:
    """Return the words of a segment whose engine gave no times: shares by length."""
    found, at, texts = [], start, text.split()
    letters = sum(len(word) + 1 for word in texts)
    for word in texts:
        until = at + (end - start) * (len(word) + 1) / letters
        found.append((at, until, word))
        at = until
    return tuple(found)


def _voice(turns: Sequence[TurnDraft]) -> Callable[[tuple[Word, int]], str]:
    return lambda given: turns[given[1]].voice


def _near(words: Sequence[Word], turns: Sequence[TurnDraft]) -> list[TurnDraft]:
    """Return the turns that words may belong to, and the gaps between as nobody's."""
    start = min(start for start, _, _ in words)
    end = max(start, *(end for _, end, _ in words))
    first = bisect_left(turns, start - NEAR, key=lambda turn: turn.end)
    last = bisect_right(turns, end + NEAR, lo=first, key=lambda turn: turn.start)
    found: list[TurnDraft] = []
    at = start - 2 * NEAR  # what lies before is somebody else's
    for turn in turns[first:last]:
        if turn.start - at > 2 * NEAR:
            found.append(Gap(at + NEAR, turn.start - NEAR, ""))
        found.append(turn)
        at = max(at, turn.end)
    if end > at + NEAR:
        found.append(Gap(at + NEAR, end, ""))
    return found


def _places(words: Sequence[Word], turns: Sequence[TurnDraft]) -> list[int]:
    """Return for each word its turn: never one before that of the word before."""
    inside = words[0][0], words[-1][1]
    unheard = [_unheard(turn, *inside) for turn in turns]
    skipped = list(accumulate(unheard, initial=0.0))  # by all turns before one
    costs = [skipped[at] + _outside(words[0], turn) for at, turn in enumerate(turns)]
    ways: list[list[int]] = []  # from where each turn is best come to, word by word
    for before, word in pairwise(words):
        change = _change(before, word)
        row, way = [], []
        for at, turn in enumerate(turns):
            cost, come = min(
                (costs[old] + _step(turns, old, at, change, skipped), -old)
                for old in range(at + 1)
            )
            row.append(cost + _outside(word, turn))
            way.append(-come)
        costs = row
        ways.append(way)
    left = [cost + skipped[-1] - skipped[at + 1] for at, cost in enumerate(costs)]
    places = [min(range(len(turns)), key=left.__getitem__)]
    for way in reversed(ways):
        places.append(way[places[-1]])
    return places[::-1]


def _step(
    turns: Sequence[TurnDraft],
    old: int,
    new: int,
    change: float,
    skipped: Sequence[float],
) -> float:
    """Return what it costs that the next word is in `new` after one in `old`."""
    if old == new:
        return 0.0
    same = turns[old].voice == turns[new].voice
    return skipped[new] - skipped[old + 1] + (0.0 if same else change)


def _outside(word: Word, turn: TurnDraft) -> float:
    """Return by how many seconds, NEAR at most, a word lies outside of a turn.

    Its middle counts. Of one that was drawn out over a silence only a second is said,
    nobody knows which; and one that is told seconds from its place is no proof alone.
    """
    start, end, _ = word
    half = min(max(end - start, 0.0), LONGEST) / 2
    outside = max(turn.start - (end - half), start + half - turn.end, 0.0)
    return NEAR if outside and isinstance(turn, Gap) else min(outside, NEAR)


def _unheard(turn: TurnDraft, start: float, end: float) -> float:
    """Return what it costs that none of the words from `start` to `end` is in it."""
    if isinstance(turn, Gap):
        return 0.0
    inside = min(turn.end, end) - max(turn.start, start)
    if turn.start < start or turn.end > end:
        inside -= NEAR  # its words may be the neighbours', and times are not exact
    return UNHEARD * min(max(inside, 0.0), 1.0)


def _change(before: Word, word: Word) -> float:
    """Return what it costs that the voice changes between two words."""
    text = before[2]
    if SENTENCE_END.search(text) and not ABBREVIATION.match(text):
        return 0.0
    costs = COMMA if text.endswith((",", ";", ":")) else RUN
    silent = min(max((word[0] - before[1]) / PAUSE, 0.0), 1.0)
    return costs + (SILENCE - costs) * silent
