"""Which windows of a session are one voice, and so who speaks when. [no Django]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from transcription.voices import Vectors
from transcription.voices.clusters import voices
from transcription.voices.likeness import EDGE, Windows, clarity, trust
from transcription.voices.overlap import choruses
from transcription.voices.path import smoothed
from transcription.voices.windows import Span

# Seconds of a pause that a voice's turn goes on over: people stop that long to breathe
# and to think, and an intervention is one.
BRIDGE = 1.0
# Seconds from a turn within which speech too short to be looked at is of its voice.
NEXT_TO = 0.5
APART = 60.0  # seconds of clock between two recordings
CHORUS = -1  # in place of a voice, where several are heard and none can be told


@dataclass(frozen=True)
class Speech:
    """One recording: where somebody speaks, and how the voices sound there."""

    spans: tuple[Span, ...]  # seconds on the recording's clock, in order, apart
    vectors: Vectors  # on the same clock


@dataclass(frozen=True)
class TurnDraft:
    """A stretch of speech of one voice. Seconds on the recording's clock."""

    start: float
    end: float
    voice: str  # "S1", the same for all recordings; "" where it cannot be told
    overlapped: bool = False  # another voice is heard at the same time


def grouped(
    recordings: Sequence[Speech], *, people: int | None = None
) -> list[list[TurnDraft]]:
    """Return the turns of each recording, in order; voices are numbered as they come.

    Together they cover every span of speech, and pauses of less than BRIDGE within
    what one voice says, and nothing else; they do not overlap. `people` bounds how
    many voices are expected: who may be present, guests included. Of voice "" are
    answers in chorus, which are marked as overlapped, and speech that is shorter than
    any window and not next to other speech.
    """
    windows = _windows(recordings)
    if not len(windows):
        return [[TurnDraft(*span, "") for span in one.spans] for one in recordings]
    found = smoothed(windows, voices(windows, people=people))
    found = np.where(choruses(windows, found), CHORUS, found)
    names: dict[int, str] = {}
    turns, first = [], 0
    for one in recordings:
        last = first + len(one.vectors)
        turns.append(_turns(one, found[first:last], names))
        first = last
    return turns


def _windows(recordings: Sequence[Speech]) -> Windows:
    """Return the windows of all recordings on one clock."""
    values, clear, edge, starts, ends = [], [], [], [], []
    clock = 0.0
    for one in recordings:
        times = one.vectors.times.astype(float)
        if not len(times):
            continue
        room = clarity(one.vectors.values, times)
        lengths = times[:, 1] - times[:, 0]
        power = np.sqrt(trust(lengths, room))[:, None]
        values.append(one.vectors.values / power)
        cells = _cells(times)
        clear.append(room * (cells[:, 1] - cells[:, 0]))
        edge.append(np.full(len(times), room * EDGE))
        starts.append(clock + times[:, 0])
        ends.append(clock + times[:, 1])
        clock += times[-1, 1] + APART
    if not values:
        return Windows(*(np.zeros((0, 1)) for _ in range(6)))
    start, end = np.concatenate(starts), np.concatenate(ends)
    pauses = np.append(np.inf, start[1:] - end[:-1])
    return Windows(
        np.concatenate(values),
        np.concatenate(clear),
        np.concatenate(edge),
        start,
        end,
        pauses,
    )


def _cells(times: np.ndarray) -> np.ndarray:
    """Return (n, 2): the stretch that is each window's own, where they overlap."""
    cells = times.copy()
    over = np.flatnonzero(times[1:, 0] < times[:-1, 1])
    middle = (times[:-1, 1] + times[1:, 0])[over] / 2
    cells[over, 1] = cells[over + 1, 0] = middle
    return cells


def _turns(one: Speech, found: np.ndarray, names: dict[int, str]) -> list[TurnDraft]:
    stretches = _stretches(one, found)
    named = [
        TurnDraft(start, end, _name(voice, names), voice == CHORUS)
        for start, end, voice in stretches
    ]
    return _bridged(named)


def _name(voice: int | None, names: dict[int, str]) -> str:
    if voice is None or voice == CHORUS:
        return ""
    return names.setdefault(voice, f"S{len(names) + 1}")


def _stretches(one: Speech, found: np.ndarray) -> list[tuple[float, float, int | None]]:
    """Return every span in order, parted where the voice changes within it."""
    cells = _cells(one.vectors.times.astype(float))
    middles = cells.mean(axis=1)
    parted: list[tuple[float, float, int | None]] = []
    at = 0
    for start, end in one.spans:
        inside = []
        while at < len(middles) and middles[at] <= end:
            inside.append(at)
            at += 1
        changes = [b for a, b in pairwise(inside) if found[a] != found[b]]
        edges = [start, *(float(cells[change, 0]) for change in changes), end]
        own = [int(found[i]) for i in (inside[:1] + changes)] or [None]
        parted += [(*edge, who) for edge, who in zip(pairwise(edges), own, strict=True)]
    return _lent(parted)


def _lent(
    parted: list[tuple[float, float, int | None]],
) -> list[tuple[float, float, int | None]]:
    """Give speech without a voice that of its nearer neighbour, if it is near."""
    lent = list(parted)
    for at, (start, end, voice) in enumerate(parted):
        if voice is not None:
            continue
        beside = [
            (start - parted[i][1] if i < at else parted[i][0] - end, parted[i][2])
            for i in (at - 1, at + 1)
            if 0 <= i < len(parted) and parted[i][2] not in (None, CHORUS)
        ]
        near = min(beside, key=lambda one: one[0], default=(np.inf, None))
        if near[0] < NEXT_TO:
            lent[at] = (start, end, near[1])
    return lent


def _bridged(turns: list[TurnDraft]) -> list[TurnDraft]:
    """Join turns of one voice that no more than a breath parts."""
    joined: list[TurnDraft] = []
    for turn in turns:
        last = joined[-1] if joined else None
        if (
            last
            and (last.voice, last.overlapped) == (turn.voice, turn.overlapped)
            and turn.start - last.end < BRIDGE
        ):
            joined[-1] = TurnDraft(last.start, turn.end, turn.voice, turn.overlapped)
        else:
            joined.append(turn)
    return joined
