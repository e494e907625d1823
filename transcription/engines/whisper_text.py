"""Whisper's tokens as sentences, and its pieces of words as words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transcription.engines import Word

SPACING = 0.02  # seconds that one timestamp token stands for


@dataclass(frozen=True)
class Sentence:
    """Text tokens between two timestamps, seconds from the stretch's start."""

    start: float
    end: float
    tokens: list[int]


def sentences(
    tokens: Sequence[int], tokenizer: Any, seconds: float
) -> tuple[list[Sentence], float]:
    """Return the sentences between timestamps, and the second reached.

    A last sentence without a closing timestamp was broken off: it is left to the
    next round, unless it is all there is.
    """
    found: list[Sentence] = []
    start, text = 0.0, []
    for token in tokens:
        if token < tokenizer.timestamp_begin:
            if token < tokenizer.eot:
                text.append(token)
            continue
        time = min((token - tokenizer.timestamp_begin) * SPACING, seconds)
        if text:
            found.append(Sentence(start, max(time, start), text))
            text = []
        start = time
    if text and not found:
        return [Sentence(start, seconds, text)], seconds
    return found, found[-1].end if found else seconds


def whole_words(
    parts: Sequence[dict[str, Any]], sentences: Sequence[Sentence], limit: float
) -> list[Word]:
    """Join what belongs to one word («1», «.870»), but not across sentences."""
    begins, count = set(), 0
    for sentence in sentences:
        begins.add(count)
        count += len(sentence.tokens)
    whole: list[Word] = []
    at = 0
    for part in parts:
        text, probability = part["word"].strip(), float(part["probability"])
        apart = part["word"].startswith(" ") or at in begins or not whole
        at += len(part["tokens"])
        start, end = (min(float(part[side]), limit) for side in ("start", "end"))
        if text and apart:
            whole.append(Word(start, end, text, probability))
        elif text:
            last = whole.pop()
            probability = min(last.probability, probability)
            whole.append(Word(last.start, end, last.text + text, probability))
    return whole
