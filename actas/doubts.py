"""What the machine was not sure of in a sentence, and what else it heard there.

Nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from transcription.evaluation import loops
from transcription.guards import CREDITS, INVENTED, SAYS, WEIGHT, plain_words
from transcription.models import Segment
from transcription.pipeline import INAUDIBLE, Way

DOUBTFUL = 0.4  # a word that the engine gives less is marked
MOST = 2  # other hearings of one sentence that are shown
FOUND = 0.6  # of a sentence's words, from which its place in the clip is known
UNSAID = frozenset({INVENTED, CREDITS})  # text that nobody said is not offered again
Words = Sequence[str]


@dataclass(frozen=True)
class Part:
    """A stretch of a sentence; `doubt` is the second at which a doubtful word is."""

    text: str
    doubt: float | None = None


def marked(text: str, words: Iterable[Sequence]) -> list[Part]:
    """Cut `text` at the words that the engine doubted.

    `words` are [start, end, text, probability] in order. A word that is no longer in
    the text where it should be (it was repaired) is passed over.
    """
    parts, done, at = [], 0, 0
    for start, _, word, probability in words:
        bare = word.strip(" .,;:¿?¡!«»\"'…-")
        found = text.find(bare, at, at + len(bare) + 40) if bare else -1
        if found < 0:
            continue
        at = found + len(bare)
        if probability < DOUBTFUL:
            parts += [Part(text[done:found]), Part(bare, start)]
            done = at
    return [part for part in [*parts, Part(text[done:])] if part.text]


@dataclass(frozen=True)
class Odd:
    """What the guards say of a sentence, and what other tries heard in its place."""

    says: tuple[str, ...]  # for the secretary, the worst first
    also: tuple[str, ...] = ()


def odd(segments: Sequence[Segment], text: str) -> Odd | None:
    """Return what is odd about a sentence made from `segments`, or None.

    Other tries are offered for a sentence whose `text` is all that was heard: one
    that was cut to fit beside others would say their words again.
    """
    flags = {flag for s in segments for flag in s.flags} & SAYS.keys()
    if not flags:
        return None
    worst_first = sorted(flags, key=lambda flag: (-WEIGHT[flag], flag))
    whole = len(segments) == 1 and said(segments[0].text) == said(text)
    also = also_heard(segments[0]) if whole else ()
    return Odd(tuple(SAYS[flag] for flag in worst_first), also)


def also_heard(segment: Segment) -> tuple[str, ...]:
    """Return what the tries that were not kept heard in a segment's place.

    Tries are of a whole clip, which may be several sentences: of each, what stands
    where the segment stands in the one that was kept.
    """
    kept = [one for one in segment.tries if one["kept"] and one["way"] != Way.FILL]
    whole = kept[0]["text"] if kept else ""
    seen, found = {said(segment.text)}, []
    for one in segment.tries:
        if one["kept"] or one["way"] == Way.FILL or is_unsaid(one):
            continue
        text = instead(segment.text, whole, one["text"])
        if said(text) and said(text) not in seen:
            seen.add(said(text))
            found.append(text)
    return tuple(found[:MOST])


def is_unsaid(one: Mapping[str, Any]) -> bool:
    """Whether a try gave words that nobody said, or little but a loop."""
    words = plain_words(one["text"])
    looped = sum(end - start for start, end in loops(words))
    return bool(UNSAID & set(one["flags"])) or looped > len(words) / 2


def said(text: str) -> str:
    """Return the words of a text, to tell whether two hearings are the same."""
    return " ".join(plain_words(text))


def instead(sentence: str, kept: str, other: str) -> str:
    """Return what `other` says where `sentence` stands in `kept`.

    `kept` and `other` are two hearings of one clip. Returns "" when it cannot be told.
    """
    if sentence == INAUDIBLE or not kept:
        return other
    whole, others = kept.split(), other.split()
    place = place_of(bare(sentence.split()), bare(whole))
    if place is None:
        return ""
    start, end = (moved(at, whole, others) for at in place)
    return " ".join(others[start:end])


def bare(words: Words) -> list[str]:
    return [said(word) for word in words]


def place_of(sentence: Words, whole: Words) -> tuple[int, int] | None:
    """Return from which word to which a sentence stands in a text, if in one place."""
    count = len(sentence)
    exact = [
        start
        for start in range(len(whole) - count + 1)
        if list(whole[start : start + count]) == list(sentence)
    ]
    if exact or not count:
        return (exact[0], exact[0] + count) if len(exact) == 1 else None
    matcher = SequenceMatcher(None, whole, sentence, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if sum(block.size for block in blocks) < FOUND * count:
        return None
    return blocks[0].a, blocks[-1].a + blocks[-1].size


def moved(at: int, whole: Words, others: Words) -> int:
    """Return the place between two words of `others` that is `at` in `whole`.

    Where the two differ it is told by proportion, at the end of a sentence if one
    ends there.
    """
    if at in (0, len(whole)):
        return len(others) if at else 0
    matcher = SequenceMatcher(None, bare(whole), bare(others), autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if not a1 <= at <= a2:
            continue
        if tag == "equal":
            return b1 + at - a1
        if at == a2:
            return b2
        near = b1 + (b2 - b1) * (at - a1) / (a2 - a1)
        inside = [
            index + 1
            for index, (word, _) in enumerate(pairwise(others))
            if b1 < index + 1 < b2 and word.endswith((".", "?", "!", "…"))
        ]
        return min(inside or [round(near)], key=lambda index: abs(index - near))
    raise AssertionError("the opcodes cover the whole text")
