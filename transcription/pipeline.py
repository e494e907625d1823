"""Clips to segments: the engine in batches, guards, retries. [no Django]"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from transcription import guards
from transcription.audio import RATE, decode, probe
from transcription.cutting import FRAME, PartCut, Span, cut, quietest
from transcription.engines import Clip, ClipResult, Engine, Word

Progress = Callable[[float], None]  # called with the share done, 0 to 1

GROUP = 2  # batches given to an engine at once, so that its leftovers fill up too
SHORTEST_RETRY = 4.0  # seconds; shorter clips are not worth cutting in two
LONGEST = 20.0  # seconds of a segment before a comma is enough to end it
SHORT = 1.0  # seconds; a shorter sentence stands alone only before a pause
PAUSE = 0.4  # seconds of silence that let a short sentence stand alone
LONG_PAUSE = 1.5  # seconds of silence that end a segment without a full stop
INAUDIBLE = "[inaudible]"  # shown to the reviewer, in Spanish

SENTENCE_END = re.compile(r"[.?!…][»\"”)]*$")
# «Sr.» and initials end no sentence.
ABBREVIATION = re.compile(
    r"^(?:sra?|sres|srta|dra?|art|núm|no|n|h|hh|cc|ing|lic|[a-záéíóúñ])\.$", re.I
)


@dataclass(frozen=True)
class SegmentDraft:
    """A sentence or a few, as heard. Seconds on the recording's clock."""

    start: float
    end: float
    text: str
    words: tuple[Word, ...]  # on the same clock; empty if the engine gives none
    flags: tuple[str, ...]  # see guards


@dataclass(frozen=True)
class _Heard:
    """A clip's text on its way: what was heard and what is wrong with it."""

    clip: Clip
    speech: float  # seconds
    result: ClipResult
    flags: tuple[str, ...]


def transcribe_file(
    path: Path | str,
    engine: Engine,
    *,
    language: str = "es",
    terms: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[SegmentDraft]:
    """Return the segments of a whole recording, part by part.

    `progress` gets the share done after each group of batches. Raises AudioError and
    EngineError.
    """
    found: list[SegmentDraft] = []
    seconds = probe(path, Path(path).name).seconds

    def show(done: float, part: PartCut) -> None:
        reached = part.start + done * (part.end - part.start)
        if progress and seconds:
            progress(min(1.0, reached / seconds))

    for part, samples in cut(decode(path)):
        found += transcribe_part(
            samples,
            part.clips,
            engine,
            offset=part.start,
            language=language,
            terms=terms,
            progress=partial(show, part=part),
        )
    if progress:
        progress(1.0)  # a file that breaks off ends before its declared length
    return found


def transcribe_part(
    samples: np.ndarray,
    clips: Sequence[Span],
    engine: Engine,
    *,
    offset: float = 0.0,
    language: str = "es",
    terms: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[SegmentDraft]:
    """Return the segments of one part.

    `samples` are the part's, float32 or int16 at 16 kHz; `clips` are on the
    recording's clock, on which the part begins at `offset` seconds.
    """
    found: list[SegmentDraft] = []
    size = engine.capabilities.batch * GROUP
    for first in range(0, len(clips), size):
        group = [_clip(samples, span, offset) for span in clips[first : first + size]]
        for heard in transcribe(group, engine, language=language, terms=terms):
            found += heard
        if progress:
            progress(min(1.0, (first + size) / len(clips)))
    return found


def transcribe(
    clips: Sequence[Clip],
    engine: Engine,
    *,
    language: str = "es",
    terms: Sequence[str] = (),
) -> list[list[SegmentDraft]]:
    """Return each clip's segments, after guards and retries."""
    results = engine.transcribe(clips, language=language, terms=terms)
    heard = [
        _judged(clip, result, terms)
        for clip, result in zip(clips, results, strict=True)
    ]
    heard = _retried(heard, engine, language)
    heard = _filled(heard, engine, language)
    return [_segments(one) for one in heard]


def _clip(samples: np.ndarray, span: Span, offset: float) -> Clip:
    first, last = (round((time - offset) * RATE) for time in span)
    piece = samples[max(first, 0) : last]
    if piece.dtype == np.int16:
        piece = piece.astype(np.float32) / 32768
    return Clip(piece, span[0])


def _judged(clip: Clip, result: ClipResult, terms: Sequence[str] = ()) -> _Heard:
    speech = guards.speech_seconds(clip.samples)
    return _Heard(clip, speech, result, guards.findings(result, speech, terms))


def _retried(heard: Sequence[_Heard], engine: Engine, language: str) -> list[_Heard]:
    """Decode bad clips again, in two halves, carefully and without terms."""
    bad = [index for index, one in enumerate(heard) if guards.RETRY & set(one.flags)]
    halves = [half for index in bad for half in _halves(heard[index].clip)]
    if not halves:
        return list(heard)
    results = iter(engine.transcribe(halves, language=language, terms=(), careful=True))
    better = list(heard)
    for index in bad:
        clip = heard[index].clip
        pieces = [(half, next(results)) for half in _halves(clip)]
        again = _judged(clip, _joined(clip, pieces))
        if len(again.flags) < len(heard[index].flags):
            better[index] = again
    return better


def _halves(clip: Clip) -> list[Clip]:
    """Cut a clip where it is quietest in its middle third."""
    if clip.seconds < SHORTEST_RETRY:
        return [clip]
    frames = len(clip.samples) // FRAME
    loudness = (clip.samples[: frames * FRAME].reshape(-1, FRAME) ** 2).mean(axis=1)
    third = frames // 3
    at = (third + quietest(loudness[third : 2 * third])) * FRAME
    return [
        Clip(clip.samples[:at], clip.start),
        Clip(clip.samples[at:], clip.start + at / RATE),
    ]


def _joined(clip: Clip, pieces: Sequence[tuple[Clip, ClipResult]]) -> ClipResult:
    """Make one result of pieces of a clip, with words on the clip's clock."""
    words = tuple(
        _moved(word, piece.start - clip.start)
        for piece, result in pieces
        for word in result.words
    )
    known = [result.avg_logprob for _, result in pieces if result.avg_logprob]
    return replace(
        pieces[0][1],
        text=" ".join(result.text for _, result in pieces if result.text),
        words=words,
        avg_logprob=sum(known) / len(known) if known else None,
        compression_ratio=max(
            (r.compression_ratio for _, r in pieces if r.compression_ratio),
            default=None,
        ),
    )


def _moved(word: Word, by: float) -> Word:
    return replace(word, start=round(word.start + by, 2), end=round(word.end + by, 2))


def _filled(heard: Sequence[_Heard], engine: Engine, language: str) -> list[_Heard]:
    """Hear again the stretches that hold sound and no word, and put them in place."""
    gaps: list[tuple[int, Clip]] = []
    for index, one in enumerate(heard):
        if not one.result.words:
            continue
        for start, end in guards.holes(one.result.words, one.clip.samples):
            samples = one.clip.samples[round(start * RATE) : round(end * RATE)]
            gaps.append((index, Clip(samples, one.clip.start + start)))
    if not gaps:
        return list(heard)
    results = engine.transcribe([gap for _, gap in gaps], language=language, terms=())
    filled = list(heard)
    for (index, gap), result in zip(gaps, results, strict=True):
        if result.words and not _unfit(gap, result):
            filled[index] = _with(filled[index], gap, result)
    return filled


def _unfit(gap: Clip, result: ClipResult) -> bool:
    speech = guards.speech_seconds(gap.samples)
    return bool(guards.findings(result, speech)) or guards.is_invented(result, speech)


def _with(heard: _Heard, gap: Clip, result: ClipResult) -> _Heard:
    by = gap.start - heard.clip.start
    middle = by + gap.seconds / 2
    words = heard.result.words
    at = sum((word.start + word.end) / 2 < middle for word in words)
    added = tuple(_moved(word, by) for word in result.words)
    words = words[:at] + added + words[at:]
    text = " ".join(word.text for word in words)
    return replace(heard, result=replace(heard.result, text=text, words=words))


def _segments(heard: _Heard) -> list[SegmentDraft]:
    result, clip = heard.result, heard.clip
    if result.text and guards.is_invented(result, heard.speech):
        return []
    if not result.text:
        # Nothing is made up for noise, but speech that left no word must be seen.
        if guards.EMPTY not in heard.flags:
            return []
        end = clip.start + clip.seconds
        return [SegmentDraft(clip.start, end, INAUDIBLE, (), (guards.INAUDIBLE,))]
    if not result.words:
        return _by_letters(heard)
    words = [_moved(word, clip.start) for word in result.words]
    return [
        SegmentDraft(
            group[0].start,
            max(group[-1].end, group[0].start),
            " ".join(word.text for word in group),
            tuple(group),
            heard.flags,
        )
        for group in _sentences(words)
    ]


def _by_letters(heard: _Heard) -> list[SegmentDraft]:
    """Share a clip's time among its sentences by their length."""
    sentences = re.split(r"(?<=[.?!…])\s+", heard.result.text.strip())
    letters = sum(len(sentence) for sentence in sentences)
    start = heard.clip.start
    found = []
    for sentence in sentences:
        end = start + heard.clip.seconds * len(sentence) / letters
        found.append(SegmentDraft(start, end, sentence, (), heard.flags))
        start = end
    return found


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
