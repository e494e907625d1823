"""How far a transcript is from the truth, in Spanish. [no Django]"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from transcription.evaluation.normaliser import normalise

if TYPE_CHECKING:
    import jiwer

LONGEST_LOOP = 200  # words that repeat as one; an engine is given no more at a time


@dataclass(frozen=True)
class Score:
    """Word errors of a transcript, after `normalise` on both sides."""

    wer: float
    cer: float
    substituted: int
    deleted: int
    inserted: int
    words: int  # in the truth
    letters: int  # in the truth, spaces included


@dataclass(frozen=True)
class Mentions:
    """How often the terms of a list were said, written, and written where said."""

    spoken: int
    written: int
    right: int

    @property
    def false(self) -> int:
        """Mentions that were written where nobody said them."""
        return self.written - self.right

    @property
    def recall(self) -> float | None:
        """The share of what was said that was written; None if nothing was said."""
        return self.right / self.spoken if self.spoken else None

    @property
    def precision(self) -> float | None:
        """The share of what was written that was said; None if nothing was written."""
        return self.right / self.written if self.written else None

    def __add__(self, other: "Mentions") -> "Mentions":
        return Mentions(
            self.spoken + other.spoken,
            self.written + other.written,
            self.right + other.right,
        )


def score(
    truth: str, heard: str, *, accents: bool = True, fillers: bool = True
) -> Score:
    """Return the word and character error rates of `heard` against `truth`.

    The views are those of `normalise`.
    """
    # Only measuring needs it, and the worker's image goes without.
    import jiwer

    truth = normalise(truth, accents=accents, fillers=fillers)
    heard = normalise(heard, accents=accents, fillers=fillers)
    words = _aligned(truth, heard)
    return Score(
        wer=words.wer,
        cer=jiwer.cer(truth, heard),
        substituted=words.substitutions,
        deleted=words.deletions,
        inserted=words.insertions,
        words=len(truth.split()),
        letters=len(truth),
    )


def together(scores: Sequence[Score]) -> Score:
    """Return the score of several recordings as one: every word weighs the same."""
    substituted, deleted, inserted, words, letters = (
        sum(getattr(one, name) for one in scores)
        for name in ("substituted", "deleted", "inserted", "words", "letters")
    )
    return Score(
        wer=(substituted + deleted + inserted) / words,
        cer=sum(one.cer * one.letters for one in scores) / letters,
        substituted=substituted,
        deleted=deleted,
        inserted=inserted,
        words=words,
        letters=letters,
    )


def errors_by_unit(units: Sequence[str], heard: str) -> np.ndarray:
    """Return int64 (units, 4): words, substituted, deleted, inserted in each unit.

    `units` are stretches of the truth in order. The whole is aligned once and its
    errors shared out; words put between two units count for the later one, those
    after the end for the last. Units without a word stay, with zeros.
    """
    said = [normalise(unit) for unit in units]
    sizes = [len(unit.split()) for unit in said]
    unit_of = np.repeat(np.arange(len(units)), sizes)
    counts = np.zeros((len(units), 4), np.int64)
    counts[:, 0] = sizes
    column = {"substitute": 1, "delete": 2, "insert": 3}
    for chunk in _aligned(" ".join(filter(None, said)), normalise(heard)).alignments[0]:
        if chunk.type == "insert":
            at = min(chunk.ref_start_idx, len(unit_of) - 1)
            counts[unit_of[at], 3] += chunk.hyp_end_idx - chunk.hyp_start_idx
        elif chunk.type != "equal":
            touched = unit_of[chunk.ref_start_idx : chunk.ref_end_idx]
            np.add.at(counts[:, column[chunk.type]], touched, 1)
    return counts


def mentions(terms: Sequence[str], truth: str, heard: str) -> Mentions:
    """Return how the mentions of `terms` in `truth` came out in `heard`.

    Without accents or case. A mention is right when all its words stand where they
    were said, by the alignment of the whole; each term counts by itself, also inside
    a longer one.
    """
    aligned = _aligned(normalise(truth, accents=False), normalise(heard, accents=False))
    said, written = aligned.references[0], aligned.hypotheses[0]
    right = np.zeros(len(written), bool)
    for chunk in aligned.alignments[0]:
        if chunk.type == "equal":
            right[chunk.hyp_start_idx : chunk.hyp_end_idx] = True
    total = Mentions(0, 0, 0)
    for term in sorted({normalise(term, accents=False) for term in terms} - {""}):
        words = term.split()
        at = list(_places(words, written))
        total += Mentions(
            spoken=len(list(_places(words, said))),
            written=len(at),
            right=sum(bool(right[i : i + len(words)].all()) for i in at),
        )
    return total


def loop_burden(text: str, seconds: float) -> float:
    """Return how many loops `text` holds per ten minutes of `seconds`."""
    words = normalise(text).split()
    return sum(1 for _ in loops(words)) * 600 / seconds if seconds else 0.0


def loops(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each stretch of words that only repeats itself.

    Tandem repeats: 1 to 4 words six times or more, 5 to 11 words three times, 12 or
    more twice. No false alarm in 24,500 words that people wrote (eellak/OpenCouncil).
    """
    start = 0
    while start < len(words):
        end = _loop_at(words, start)
        if end:
            yield start, end
            start = end
        else:
            start += 1


def _loop_at(words: Sequence[str], start: int) -> int:
    """Return where the loop that begins at `start` ends; 0 if none does."""
    for size in range(1, min(LONGEST_LOOP, (len(words) - start) // 2) + 1):
        if words[start + size] != words[start]:
            continue  # what nearly all of a long text comes to
        unit = words[start : start + size]
        end = start + size
        while words[end : end + size] == unit:
            end += size
        needed = 6 if size <= 4 else 3 if size <= 11 else 2
        if (end - start) // size >= needed:
            return end
    return 0


def _aligned(truth: str, heard: str) -> "jiwer.WordOutput":
    """Align two normalised texts word by word."""
    import jiwer  # as above

    return jiwer.process_words(truth, heard)


def _places(words: Sequence[str], text: Sequence[str]) -> Iterator[int]:
    """Yield where `words` stand in `text`."""
    size = len(words)
    for start in range(len(text) - size + 1):
        if text[start : start + size] == words:
            yield start
