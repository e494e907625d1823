"""Speech found, clips cut at silences, parts of about twenty minutes. [no Django]"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Protocol, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from transcription.ahead import cores, in_order
from transcription.audio import RATE, as_int16
from transcription.silero import Silero

MAX_CLIP = 29.0  # seconds: Whisper hears 30 and drops the rest without a word
PART = 20 * 60.0  # seconds of recording that a worker claims at a time
FIRST_PART = 5 * 60.0  # seconds; short, so that hearing begins soon
PART_SEARCH = 120.0  # seconds before PART in which a silence is looked for
FRAME = 512  # samples: what the speech detector judges at a time, 32 ms
STRETCH = 250  # frames that a thread looks at in one go: 8 s

# Silero's own thresholds: speech begins at 0.5 and ends under 0.35.
SPEECH, SILENCE = 0.5, 0.35
# In an echoing room Silero misses sentences that anyone would hear: what stands this
# far (10 dB) out of the room's own noise counts too, if the detector was at least
# half in doubt within a second. Applause leaves it in no doubt (at most 0.07).
LOUD = 10.0  # times the energy of the noise
DOUBT = 0.2
DOUBT_REACH = 1.0  # seconds
# What it denies for so long though it is that loud is looked at again, by a detector
# that has heard nothing before: Silero's memory can carry a denial on. It let 19 s of
# a quieter councillor go, 17 dB above the noise (0.01; looked at afresh, up to 0.83).
DENIED = 1.0  # seconds
DENIED_GAP = 0.5  # seconds less loud amid them
FLOOR = 1e-6  # energy of a very quiet room (-60 dB), where a file is digital silence
SHORTEST_PAUSE = 0.1  # seconds; shorter dips are inside a word
SHORTEST_SPEECH = 0.1  # seconds; a click is shorter, «sí» is twice as long
PAD = 0.2  # seconds of room kept around speech, to the middle of the gap at most
BREAK = 2.0  # seconds of silence that end a clip, so that silence is in none

Span = tuple[float, float]  # start and end in seconds


@dataclass(frozen=True)
class PartCut:
    """A stretch of the recording and the clips of speech in it, in seconds on the
    recording's clock. Parts touch; clips never overlap."""

    position: int  # from 0
    start: float
    end: float
    clips: tuple[Span, ...]
    speech: tuple[Span, ...] = ()  # where somebody speaks, without pauses or margins


@dataclass(frozen=True)
class Stretch:
    """Some seconds of the recording, as far as they can be judged on their own."""

    sound: np.ndarray  # float32 (n,), 16 kHz
    samples: np.ndarray  # the same as int16
    loudness: np.ndarray  # an energy a frame; the last frame is filled up with zeros
    features: np.ndarray  # a row a frame, for the detector


class Detector(Protocol):
    """Says how likely each frame is speech; keeps its state from call to call."""

    def features(self, frames: np.ndarray, before: np.ndarray) -> np.ndarray:
        """Return a row for each of float32 (n, FRAME), from any thread.

        `before` is the frame that came before the first of them.
        """
        ...

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return float32 (n,) in 0…1 for what `features` gave, in order."""
        ...

    def afresh(self) -> Self:
        """Return one that has heard nothing yet."""
        ...


def cut(
    blocks: Iterable[np.ndarray],
    *,
    detector: Detector | None = None,
    part: float = PART,
) -> Iterator[tuple[PartCut, np.ndarray]]:
    """Yield each part with its samples (int16, 16 kHz) as soon as it is complete.

    `blocks` are float32 at 16 kHz and read once; no more than one part is held.
    """
    detector = detector or Silero()
    cutter = Cutter(detector, part=part)
    with (
        ThreadPoolExecutor(cores()) as pool,
        closing(stretches(blocks, detector, pool)) as all_of_it,
    ):
        for stretch in all_of_it:
            yield from cutter.feed(stretch)
        yield from cutter.finish()


def stretches(
    blocks: Iterable[np.ndarray], detector: Detector, pool: Executor
) -> Generator[Stretch, None, None]:
    """Yield `blocks`, float32 at 16 kHz, as looked at by the threads of `pool`.

    Stretches are of the same length whatever the blocks are, so that what is cut
    depends on neither them nor the number of threads.
    """
    calls = (
        partial(_look, sound, before, detector)
        for before, sound in pairwise(_regrouped(blocks))
    )
    return in_order(pool, calls, ahead=cores() + 1)


def _regrouped(blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield silence, for what came before, and then STRETCH frames at a time."""
    yield np.zeros(FRAME, np.float32)
    waiting: list[np.ndarray] = []
    count, full = 0, STRETCH * FRAME
    for block in blocks:
        waiting.append(block)
        count += len(block)
        if count >= full:
            whole = np.concatenate(waiting)
            for start in range(0, count - full + 1, full):
                yield whole[start : start + full]
            waiting = [whole[count - count % full :]]
            count %= full
    if count:
        yield np.concatenate(waiting)


def _look(sound: np.ndarray, before: np.ndarray, detector: Detector) -> Stretch:
    frames = np.pad(sound, (0, -len(sound) % FRAME)).reshape(-1, FRAME)
    return Stretch(
        sound,
        as_int16(sound),
        (frames**2).mean(axis=1),
        detector.features(frames, before[-FRAME:]),
    )


class Cutter:
    """Gathers stretches until a part is full, and cuts it at a silence."""

    def __init__(
        self, detector: Detector, *, part: float = PART, first: float = FIRST_PART
    ) -> None:
        self._detector = detector
        self._parts = int(part * RATE) // FRAME  # frames of every part but the first
        self._part = min(self._parts, int(first * RATE) // FRAME)
        self._position = 0
        self._start = 0  # frames of the recording before this part
        # int16. It grows in place: joining a list of blocks would hold the part
        # twice, and memory is what this pass must not take.
        self._held = bytearray()
        self._speech: list[np.ndarray] = []  # a probability a frame
        self._loudness: list[np.ndarray] = []  # an energy a frame
        self._frames = 0

    def feed(self, stretch: Stretch) -> Iterator[tuple[PartCut, np.ndarray]]:
        """Take what follows and yield the parts that it completes."""
        self._held += stretch.samples.tobytes()
        self._speech.append(self._detector(stretch.features))
        self._loudness.append(stretch.loudness)
        self._frames += len(stretch.loudness)
        while self._frames >= self._part:
            self._look_again()
            yield self._close(self._part_end())

    def finish(self) -> Iterator[tuple[PartCut, np.ndarray]]:
        """Yield what is left as the last part."""
        if self._frames:
            self._look_again()
            yield self._close(self._frames)

    def _look_again(self) -> None:
        """Raise the probabilities where a detector without a memory hears speech."""
        speech, loudness = np.concatenate(self._speech), np.concatenate(self._loudness)
        for first, last in denied(speech, loudness):
            detector, before = self._detector.afresh(), np.zeros(FRAME, np.float32)
            for start in range(first, last, STRETCH):
                frames = self._sound(start, min(start + STRETCH, last))
                seen = detector(detector.features(frames, before))
                place = slice(start, start + len(seen))
                speech[place] = np.maximum(speech[place], seen)
                before = frames[-1]
        self._speech = [speech]

    def _sound(self, first: int, last: int) -> np.ndarray:
        """Return held frames as float32 (last - first, FRAME), filled up with zeros."""
        start, end = first * FRAME, min(last * FRAME, len(self._held) // 2)
        # A copy: a view would keep what is held from growing.
        samples = np.frombuffer(self._held, np.int16, end - start, 2 * start) / 32_767
        padded = np.pad(
            samples.astype(np.float32), (0, (last - first) * FRAME - len(samples))
        )
        return padded.reshape(-1, FRAME)

    def _part_end(self) -> int:
        """Return the frame to cut at: amid the longest silence before the limit."""
        loudness = np.concatenate(self._loudness)[: self._part]
        speech = doubted(np.concatenate(self._speech)[: self._part], loudness)
        first = self._part - min(int(PART_SEARCH * RATE) // FRAME, self._part // 2)
        best, length = None, 0
        end = first
        for start, stop in [*speech_spans(speech), (self._part, self._part)]:
            if start - end > length and start > first:
                best, length = (max(end, first) + start) // 2, start - max(end, first)
            end = max(stop, first)
        if best is None or length * FRAME < SHORTEST_PAUSE * RATE:
            # Two minutes without a breath: the quietest moment has to do.
            best = first + quietest(loudness[first:])
        return max(best, 1)

    def _close(self, frames: int) -> tuple[PartCut, np.ndarray]:
        samples = np.frombuffer(self._held, np.int16)
        speech = np.concatenate(self._speech)
        loudness = np.concatenate(self._loudness)
        length = min(frames * FRAME, len(samples))  # the last frame may be short
        start = self._start * FRAME / RATE
        spans = speech_spans(doubted(speech[:frames], loudness[:frames]))
        clips = clip_bounds(spans, loudness[:frames])

        def seconds(first: int, last: int) -> Span:
            return start + first / RATE, start + min(last, length) / RATE

        done = PartCut(
            self._position,
            start,
            start + length / RATE,
            tuple(seconds(*clip) for clip in clips),
            tuple(seconds(first * FRAME, last * FRAME) for first, last in spans),
        )
        # Copies: a view would keep the whole part alive.
        self._held = bytearray(samples[frames * FRAME :])
        self._speech = [speech[frames:].copy()]
        self._loudness = [loudness[frames:].copy()]
        self._frames -= frames
        self._start += frames
        self._position += 1
        self._part = self._parts
        return done, samples[:length]


def doubted(speech: np.ndarray, loudness: np.ndarray) -> np.ndarray:
    """Return the probabilities, raised to SPEECH where the ear would disagree."""
    if not len(speech):
        return speech
    raised = _loud(loudness) & (_near(speech) >= DOUBT)
    return np.where(raised, np.maximum(speech, SPEECH), speech)


def denied(speech: np.ndarray, loudness: np.ndarray) -> list[tuple[int, int]]:
    """Return the frames (start, end) that are loud for long and yet called no speech.

    With what is just before them, for a detector to find its way.
    """
    if not len(speech):
        return []
    frames = np.flatnonzero(_loud(loudness) & (_near(speech) < DOUBT))
    breaks = np.flatnonzero(np.diff(frames) > DENIED_GAP * RATE / FRAME) + 1
    runs = [(run[0], run[-1] + 1) for run in np.split(frames, breaks) if len(run)]
    before = round(DENIED_GAP * RATE / FRAME)
    return [
        (max(int(first) - before, 0), int(last))
        for first, last in runs
        if (last - first) * FRAME >= DENIED * RATE
    ]


def _loud(loudness: np.ndarray) -> np.ndarray:
    """Tell which frames stand out of the room's own noise."""
    padded = np.pad(loudness, 3, "edge")  # seven frames are a fifth of a second
    smooth = sliding_window_view(padded, 7).mean(axis=1)
    return smooth > max(float(np.percentile(smooth, 10)), FLOOR) * LOUD


def _near(speech: np.ndarray) -> np.ndarray:
    """Return the highest probability within DOUBT_REACH of each frame."""
    reach = round(DOUBT_REACH * RATE / FRAME)
    return sliding_window_view(np.pad(speech, reach), 2 * reach + 1).max(axis=1)


def speech_spans(speech: np.ndarray) -> list[tuple[int, int]]:
    """Return the frames (start, end) where someone speaks, from probabilities.

    Silero's hysteresis: in at SPEECH, out once SILENCE has held for a pause.
    """
    pause = round(SHORTEST_PAUSE * RATE / FRAME)
    shortest = round(SHORTEST_SPEECH * RATE / FRAME)
    spans: list[tuple[int, int]] = []
    start = quiet = None
    for frame, chance in enumerate(speech):
        if chance >= SPEECH:
            start = frame if start is None else start
            quiet = None
        elif start is not None and chance < SILENCE:
            quiet = frame if quiet is None else quiet
            if frame - quiet + 1 >= pause:
                spans.append((start, quiet))
                start = quiet = None
    if start is not None:
        spans.append((start, len(speech) if quiet is None else quiet))
    return [(first, last) for first, last in spans if last - first >= shortest]


def clip_bounds(
    speech: Sequence[tuple[int, int]], loudness: np.ndarray
) -> list[tuple[int, int]]:
    """Return (start, end) in samples of the clips over spans of speech in frames.

    Clips are gathered span by span until the next would pass MAX_CLIP, then cut at
    the longest pause of their second half. Cutting at pauses without overlap beat a
    fixed grid by 1.6 and margins by 0.2 points of word errors (Parakeet v3, six
    calls), and joins need no repair.
    """
    spans = _breathing(speech, loudness)
    groups = _groups(_padded(spans, len(loudness)))
    return [(group[0][0] * FRAME, group[-1][1] * FRAME) for group in groups]


def quietest(loudness: np.ndarray) -> int:
    """Return the frame amid the quietest tenth of a second."""
    width = min(3, len(loudness))
    return int(np.convolve(loudness, np.ones(width), "same").argmin())


def _breathing(
    spans: Sequence[tuple[int, int]], loudness: np.ndarray
) -> list[tuple[int, int]]:
    """Split spans that alone are longer than a clip where the voice is lowest."""
    longest = int((MAX_CLIP - 2 * PAD) * RATE) // FRAME
    short: list[tuple[int, int]] = []
    for start, end in spans:
        while end - start > longest:
            middle = start + longest // 2
            at = middle + quietest(loudness[middle : start + longest])
            short.append((start, at))
            start = at
        short.append((start, end))
    return short


def _padded(
    spans: Sequence[tuple[int, int]], frames: int
) -> list[tuple[int, int, int]]:
    """Return (start, end, silence after) with PAD around, to the gap's middle."""
    pad = round(PAD * RATE / FRAME)
    edges = [0, *((a[1] + b[0]) // 2 for a, b in pairwise(spans))]
    edges.append(frames)
    return [
        (
            max(start - pad, edges[index]),
            min(end + pad, edges[index + 1]),
            spans[index + 1][0] - end if index + 1 < len(spans) else frames,
        )
        for index, (start, end) in enumerate(spans)
    ]


def _groups(
    spans: Sequence[tuple[int, int, int]],
) -> Iterator[list[tuple[int, int, int]]]:
    longest = int(MAX_CLIP * RATE) // FRAME
    silence = BREAK * RATE / FRAME
    group: list[tuple[int, int, int]] = []
    for span in spans:
        while group and span[1] - group[0][0] > longest:
            keep = _best_break(group)
            yield group[:keep]
            group = group[keep:]
        group.append(span)
        if span[2] >= silence:
            yield group
            group = []
    if group:
        yield group


def _best_break(group: Sequence[tuple[int, int, int]]) -> int:
    """Return how many spans to keep: up to the longest pause of the second half."""
    half = (group[0][0] + group[-1][1]) / 2
    late = [index for index, span in enumerate(group) if span[1] >= half]
    return max(late, key=lambda index: group[index][2]) + 1
