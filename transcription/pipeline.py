"""Clips to segments: the engine in batches, guards, retries. [no Django]"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from transcription import guards, ladder
from transcription.audio import decode, probe
from transcription.cutting import MAX_CLIP, PartCut, Span, cut
from transcription.engines import Clip, ClipResult, Engine, Word, compression_ratio
from transcription.ladder import Ears, Heard
from transcription.passages import Passage, joined, shortened, spanning
from transcription.sentences import (
    SegmentDraft,
    Try,
    Way,
    by_letters,
    by_words,
    moved,
)

__all__ = [
    "INAUDIBLE",
    "Backup",
    "Progress",
    "Reject",
    "SegmentDraft",
    "Try",
    "Way",
    "transcribe",
    "transcribe_file",
    "transcribe_part",
]

Progress = Callable[[float], None]  # called with the share done, 0 to 1
Backup = Callable[[], Engine]  # loads an engine; called when a clip needs it
Reject = Callable[[SegmentDraft], None]  # given text that a second hearing did not hear

INAUDIBLE = "[inaudible]"  # shown to the reviewer, in Spanish
ONCE = 1 / (1 + ladder.SHARE)  # of the work, the first try of every clip


def transcribe_file(
    path: Path | str,
    engine: Engine,
    *,
    language: str = "es",
    terms: Sequence[str] = (),
    backups: Sequence[Backup] = (),
    reject: Reject | None = None,
    progress: Progress | None = None,
    look: Callable[[PartCut, np.ndarray], None] | None = None,
) -> list[SegmentDraft]:
    """Return the segments of a whole recording, part by part.

    `progress` gets the share done after each group of batches, `look` each part and
    its samples (int16, 16 kHz) before it is heard. Raises AudioError and EngineError.
    """
    found: list[SegmentDraft] = []
    seconds = probe(path, Path(path).name).seconds

    def show(done: float, part: PartCut) -> None:
        reached = part.start + done * (part.end - part.start)
        if progress and seconds:
            progress(min(1.0, reached / seconds))

    for part, samples in cut(decode(path)):
        if look:
            look(part, samples)
        found += transcribe_part(
            samples,
            part.clips,
            engine,
            offset=part.start,
            language=language,
            terms=terms,
            backups=backups,
            reject=reject,
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
    backups: Sequence[Backup] = (),
    reject: Reject | None = None,
    progress: Progress | None = None,
) -> list[SegmentDraft]:
    """Return the segments of one part.

    `samples` are the part's, float32 or int16 at 16 kHz; `clips` are on the
    recording's clock, on which the part begins at `offset` seconds. `backups` load
    the engines that hear, in this order, what `engine` cannot make out. `reject` gets
    the text of clips in which a careful second hearing heard nothing at all. Raises
    EngineError.
    """
    passages = [Passage(samples, offset, *span) for span in clips]
    return _transcribed(passages, engine, language, terms, backups, reject, progress)


def transcribe(
    clips: Sequence[Clip],
    engine: Engine,
    *,
    language: str = "es",
    terms: Sequence[str] = (),
    backups: Sequence[Backup] = (),
    reject: Reject | None = None,
) -> list[SegmentDraft]:
    """Return the segments of clips that belong to one part, as `transcribe_part`."""
    passages = [
        Passage(clip.samples, clip.start, clip.start, clip.start + clip.seconds)
        for clip in clips
    ]
    return _transcribed(passages, engine, language, terms, backups, reject, None)


def _transcribed(
    passages: Sequence[Passage],
    engine: Engine,
    language: str,
    terms: Sequence[str],
    backups: Sequence[Backup],
    reject: Reject | None,
    progress: Progress | None,
) -> list[SegmentDraft]:
    show = progress or (lambda share: None)
    ears = Ears(engine, backups, language, terms, tick=lambda: show(done))
    done = 0.0
    longest = engine.capabilities.max_clip
    clips = [
        piece
        for passage in passages
        for piece in shortened(passage, min(longest, MAX_CLIP))
    ]
    blocks = joined(clips, longest)
    size = engine.capabilities.batch * ladder.GROUP
    heard: list[Heard] = []
    for at in range(0, len(blocks), size):
        done = ONCE * min(1.0, (at + size) / len(blocks))  # told once it is heard
        heard += _first(ears, blocks[at : at + size])
    heard = ladder.climbed(heard, ears)
    show(1.0)
    return [segment for one in heard for segment in _segments(one, reject)]


def _first(ears: Ears, blocks: Sequence[Sequence[Passage]]) -> list[Heard]:
    """Return the first try of every clip of some blocks.

    A long block for which the engine gives no times is heard again as our own clips:
    text laid over minutes by its letters would be nowhere near its sound.
    """
    wholes = [spanning(block) for block in blocks]
    heard: list[Heard] = []
    again: list[Passage] = []
    for block, whole, result in zip(
        blocks, wholes, ears.hear(ears.engine, wholes), strict=True
    ):
        if len(block) > 1 and whole.seconds > MAX_CLIP and not result.words:
            again += block
            continue
        block = block if result.words else [whole]
        shares = _shares(result, whole, block)
        heard += map(partial(ladder.first, ears), block, shares)
    heard += map(partial(ladder.first, ears), again, ears.hear(ears.engine, again))
    return sorted(heard, key=lambda one: one.passage.start)


def _shares(
    result: ClipResult, whole: Passage, clips: Sequence[Passage]
) -> list[ClipResult]:
    """Share what was heard in a block among its clips, every word to the nearest."""
    if len(clips) == 1:
        return [result]
    words: list[list[Word]] = [[] for _ in clips]
    ends = [(one.end + following.start) / 2 for one, following in pairwise(clips)]
    at = 0
    for word in result.words:
        middle = whole.start + (word.start + word.end) / 2
        while at < len(ends) and middle > ends[at]:
            at += 1
        words[at].append(moved(word, whole.start - clips[at].start))
    return [_share(result, own) for own in words]


def _share(result: ClipResult, words: Sequence[Word]) -> ClipResult:
    """Return the result of one clip; a block's mean figures say nothing of it."""
    text = " ".join(word.text for word in words)
    sure = [math.log(max(word.probability, 1e-6)) for word in words]
    known = result.avg_logprob is not None and bool(words)
    return replace(
        result,
        text=text,
        words=tuple(words),
        avg_logprob=sum(sure) / len(sure) if known else None,
        no_speech=None,
        compression_ratio=compression_ratio(text),
    )


def _segments(heard: Heard, reject: Reject | None) -> list[SegmentDraft]:
    best, passage = heard.best, heard.passage
    tries = _tries(heard)
    start, end = passage.start, passage.end
    if not best.result.text:
        # Nothing is made up for noise, but speech that left no word must be seen.
        if guards.EMPTY in best.flags:
            return [SegmentDraft(start, end, INAUDIBLE, (), (guards.INAUDIBLE,), tries)]
        lost = next((one for one in heard.attempts if one.text), None)
        if lost and reject:
            reject(SegmentDraft(start, end, lost.text, (), lost.flags, tries))
        return []
    if best.result.words:
        words = guards.tidied(best.result.words, passage.seconds)
        drafts = by_words([moved(word, start) for word in words])
    else:
        drafts = by_letters(best.result.text, start, passage.seconds)
    flags = guards.placed(
        best.flags,
        [draft.start - start for draft in drafts],
        [draft.text for draft in drafts],
        guards.holes(best.result.words, heard.sound),
        heard.sound.seconds,
    )
    return [
        replace(draft, flags=own, tries=tries)
        for draft, own in zip(drafts, flags, strict=True)
    ]


def _tries(heard: Heard) -> tuple[Try, ...]:
    """Return what is stored of the tries; nothing if the first was good."""
    if len(heard.attempts) == 1:
        return ()
    kept = {heard.kept, heard.best.base}
    return tuple(
        Try(one.engine, one.way, one.flags, one.text, index in kept)
        for index, one in enumerate(heard.attempts)
    )
