"""What a transcription service answered, read as one clip's result. [no Django]

Servers that speak this API differ: some time every word, some only sentences, some
nothing; OpenAI's words carry no punctuation, its text does. Fields as in OpenAI's
reference of POST /v1/audio/transcriptions (`verbose_json`), plus what faster-whisper
servers add (`probability`, words inside of segments).
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from transcription.engines import ClipResult, Word

LANGUAGES = {"spanish": "es", "english": "en", "portuguese": "pt"}  # whisper-1 spells


class Broken(Exception):
    """The answer is not whole, or is none."""


@dataclass(frozen=True)
class Answer:
    """A clip's result, and what the answer shows of the server."""

    result: ClipResult
    model: str  # as the server names it; "" where it does not
    timed: bool  # words or sentences carried times
    unsure: bool  # words carried a probability of their own


@dataclass(frozen=True)
class _Sentence:
    """A segment of the answer that can be used. Seconds from the clip's start."""

    start: float
    end: float
    text: str
    figures: Mapping[str, Any]


def read(body: bytes, kind: str, seconds: float) -> Answer:
    """Return what `body` says of a clip of `seconds`; `kind` is its content type.

    Raises Broken.
    """
    try:
        answer = json.loads(body)
    except ValueError as error:
        if not kind.startswith("text/plain"):
            raise Broken("the answer broke off") from error
        answer = body.decode(errors="replace")
    if isinstance(answer, str):
        answer = {"text": answer}
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise Broken("the answer has no text")
    sentences = _sentences(answer.get("segments"), seconds)
    timed = _timed(answer, seconds)
    unsure = any(word.probability < 1 for word in timed)
    timed = timed or [
        word for one in sentences for word in _shared(one.text.split(), one)
    ]
    text = " ".join(answer["text"].split())
    words = _placed(text.split(), timed) if timed else []
    if not unsure:
        words = _weighed(words, sentences)
    language = str(answer.get("language") or "").lower()
    result = ClipResult(
        text=" ".join(word.text for word in words) if words else text,
        words=tuple(words),
        language=LANGUAGES.get(language, language) or None,
        **_figures(sentences),
    )
    model = answer.get("model")
    return Answer(
        result,
        model=model if isinstance(model, str) else "",
        timed=bool(timed),
        unsure=unsure,
    )


def _sentences(segments: Any, seconds: float) -> list[_Sentence]:
    found = []
    for segment in _dicts(segments):
        span = _span(segment, seconds)
        text = segment.get("text")
        if span and isinstance(text, str) and text.strip():
            found.append(_Sentence(*span, text, segment))
    return found


def _timed(answer: Mapping[str, Any], seconds: float) -> list[Word]:
    """Return the words that carry times, in order, never overlapping backwards."""
    rows = _dicts(answer.get("words"))
    rows = rows or [
        word
        for segment in _dicts(answer.get("segments"))
        for word in _dicts(segment.get("words"))
    ]
    words: list[Word] = []
    for row in rows:
        span, text = _span(row, seconds), str(row.get("word") or row.get("text") or "")
        if span is None or not _bare(text):
            continue
        start = max(span[0], words[-1].start) if words else span[0]
        sure = _number(row.get("probability"))
        probability = 1.0 if sure is None else round(min(max(sure, 0.0), 1.0), 3)
        words.append(Word(start, max(span[1], start), text.strip(), probability))
    return words


def _placed(tokens: Sequence[str], timed: Sequence[Word]) -> list[Word]:
    """Return the text's words, with their punctuation, at the times of `timed`.

    What both write alike is paired; between pairs the text's words share the time of
    what stands there («1.870» is one word of the text and three of the list).
    """
    matcher = SequenceMatcher(
        None, [_bare(one) for one in tokens], [_bare(one.text) for one in timed], False
    )
    words: list[Word] = []
    for tag, first, last, begin, end in matcher.get_opcodes():
        there = timed[begin:end]
        if tag == "equal":
            words += [
                Word(word.start, word.end, token, word.probability)
                for token, word in zip(tokens[first:last], there, strict=True)
            ]
        elif tag == "delete":  # only the text has it: it was said between the two
            before = words[-1].end if words else 0.0
            after = timed[begin].start if begin < len(timed) else timed[-1].end
            gap = _Sentence(before, max(before, after), "", {})
            words += _shared(tokens[first:last], gap)
        elif tag == "insert":  # only the list has it: nothing heard is dropped
            words += there
        else:
            span = _Sentence(there[0].start, there[-1].end, "", {})
            sure = min(word.probability for word in there)
            words += _shared(tokens[first:last], span, sure)
    return words


def _shared(
    tokens: Sequence[str], span: _Sentence, probability: float = 1.0
) -> list[Word]:
    """Share the time of `span` among words by their length."""
    letters = sum(map(len, tokens))
    edges, reached = [span.start], 0
    for token in tokens:
        reached += len(token)
        share = (span.end - span.start) * reached / letters
        edges.append(round(span.start + share, 2))
    return [
        Word(start, end, token, probability)
        for (start, end), token in zip(pairwise(edges), tokens, strict=True)
    ]


def _weighed(words: Sequence[Word], sentences: Sequence[_Sentence]) -> list[Word]:
    """Give words that have no probability of their own the mean of their sentence.

    A block is judged clip by clip, and of a clip only its words are known.
    """
    believed = _believed(sentences)
    weighed, at = [], 0
    for word in words:
        middle = (word.start + word.end) / 2
        while at < len(believed) and middle > believed[at].end:
            at += 1
        if at < len(believed) and middle >= believed[at].start:
            sure = _number(believed[at].figures.get("avg_logprob"))
            if sure is not None:
                word = replace(word, probability=round(math.exp(min(sure, 0.0)), 3))
        weighed.append(word)
    return weighed


def _figures(sentences: Sequence[_Sentence]) -> dict[str, float | None]:
    """Return the means over time and the worst repetition, as the guards read them."""
    given = _believed(sentences)
    ratios = [_number(one.figures.get("compression_ratio")) for one in given]
    return {
        "avg_logprob": _mean(given, "avg_logprob"),
        "no_speech": _mean(given, "no_speech_prob"),
        "compression_ratio": max((r for r in ratios if r is not None), default=None),
    }


def _believed(sentences: Sequence[_Sentence]) -> list[_Sentence]:
    """Leave out sentences whose figures are filled in: vLLM writes -1 for a ratio."""
    ratios = [_number(one.figures.get("compression_ratio")) for one in sentences]
    return [
        one
        for one, ratio in zip(sentences, ratios, strict=True)
        if ratio is None or ratio > 0
    ]


def _mean(sentences: Sequence[_Sentence], name: str) -> float | None:
    known = [
        (value, max(one.end - one.start, 0.01))
        for one in sentences
        if (value := _number(one.figures.get(name))) is not None
    ]
    total = sum(length for _, length in known)
    if not known:
        return None
    return round(sum(value * length for value, length in known) / total, 4)


def _span(row: Mapping[str, Any], seconds: float) -> tuple[float, float] | None:
    start, end = _number(row.get("start")), _number(row.get("end"))
    if start is None or end is None:
        return None
    start = min(max(start, 0.0), seconds)
    return round(start, 2), round(min(max(end, start), seconds), 2)


def _number(value: Any) -> float | None:
    """Return a figure as float, or None; true, NaN and Infinity are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _dicts(rows: Any) -> list[Mapping[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if rows else []


def _bare(text: str) -> str:
    return re.sub(r"[^\w]", "", text.lower())
