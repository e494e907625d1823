"""Stretches of a part, joined or cut again to suit an engine. [no Django]"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from transcription.audio import RATE
from transcription.cutting import FRAME, MAX_CLIP, quietest
from transcription.engines import Clip

LATE = 0.75  # of a block's longest; past it the longest pause ends it
ROUNDING = 0.01  # seconds
RECESS = 30.0  # seconds of silence that no block spans: they would be paid for


@dataclass(frozen=True)
class Passage:
    """A stretch of a part, in seconds on the recording's clock.

    Its float32 samples are made each time they are asked for: those of all clips of a
    part at once would take three times the part's own memory.
    """

    samples: np.ndarray  # the part's, float32 or int16 at 16 kHz
    offset: float  # the second of the recording with which they begin
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def clip(self) -> Clip:
        first, last = (
            max(round((time - self.offset) * RATE), 0)
            for time in (self.start, self.end)
        )
        piece = self.samples[first:last]
        if piece.dtype == np.int16:
            piece = piece.astype(np.float32) / 32768
        return Clip(piece, self.start)

    def within(self, start: float, end: float) -> "Passage":
        """Return a stretch of it, in seconds from its own start."""
        return replace(self, start=self.start + start, end=self.start + end)


def energies(samples: np.ndarray) -> np.ndarray:
    """Return the energy of each whole frame of float32 `samples`."""
    whole = len(samples) // FRAME * FRAME
    return (samples[:whole].reshape(-1, FRAME) ** 2).mean(axis=1)


def joined(clips: Sequence[Passage], longest: float) -> list[list[Passage]]:
    """Group neighbouring clips so that no group spans more than `longest` seconds.

    A group ends at the longest pause near the end of what it may span. An engine that
    takes less than two of our clips is given them one by one.
    """
    if longest < 2 * MAX_CLIP:
        return [[clip] for clip in clips]
    groups: list[list[Passage]] = []
    group: list[Passage] = []
    for clip in clips:
        while group and clip.end - group[0].start > longest:
            keep = _end([*group, clip], longest)
            groups.append(group[:keep])
            group = group[keep:]
        if group and clip.start - group[-1].end >= RECESS:
            groups.append(group)
            group = []
        group.append(clip)
    return [*groups, group] if group else groups


def spanning(clips: Sequence[Passage]) -> Passage:
    """Return the passage from the first of neighbouring clips to the last."""
    return replace(clips[0], end=clips[-1].end)


def shortened(passage: Passage, longest: float) -> list[Passage]:
    """Cut a passage into such as last `longest` seconds at most, where it is quietest.

    There are as few pieces as can be.
    """
    pieces = []
    while passage.seconds > longest + ROUNDING:
        # So late that the rest needs no more pieces than it has to.
        others = math.ceil((passage.seconds - ROUNDING) / longest) - 1
        earliest = max(longest / 2, passage.seconds - others * longest)
        at = earliest + _quietest_second(passage.within(earliest, longest))
        pieces.append(passage.within(0.0, at))
        passage = passage.within(at, passage.seconds)
    return [*pieces, passage]


def halves(passage: Passage) -> list[Passage]:
    """Cut a passage in two where it is quietest in its middle third."""
    third = passage.seconds / 3
    at = third + _quietest_second(passage.within(third, 2 * third))
    return [passage.within(0.0, at), passage.within(at, passage.seconds)]


def _end(group: Sequence[Passage], longest: float) -> int:
    """Return how many clips to keep of a group whose last one is too much."""
    pauses = {
        index + 1: group[index + 1].start - clip.end
        for index, clip in enumerate(group[:-1])
        if clip.end - group[0].start >= LATE * longest
    }
    return max(pauses, key=lambda keep: (pauses[keep], keep), default=len(group) - 1)


def _quietest_second(passage: Passage) -> float:
    """Return the second of a passage, from its start, amid its quietest moment."""
    loudness = energies(passage.clip.samples)
    return quietest(loudness) * FRAME / RATE if len(loudness) else passage.seconds / 2
