"""Which windows of a session are one voice, and so who speaks when. [no Django]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from transcription.voices import Vectors
from transcription.voices.clusters import voices
from transcription.voices.edges import Stretch, parted
from transcription.voices.likeness import EDGE, Windows, clarity, trust
from transcription.voices.overlap import choruses
from transcription.voices.path import directions, smoothed
from transcription.voices.windows import Span

# Seconds of a pause that a voice's turn goes on over: people stop that long to breathe
# and to think, and an intervention is one.
BRIDGE = 1.0
# Seconds from a turn within which speech too short to be looked at is of its voice.
NEXT_TO = 0.5
# Clarity · seconds of a voice that it takes to find it between windows.
KNOWN = 3.0
# In place of a voice: several are heard and none can be told; nobody was listened to.
CHORUS, UNHEARD = -1, -2


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
    heard = [_windows(one) for one in recordings]
    windows = _together([one for one in heard if len(one)])
    if not len(windows):
        return [[TurnDraft(*span, "") for span in one.spans] for one in recordings]
    found = smoothed(windows, voices(windows, people=people))
    known = _known(windows, found)
    found = np.where(choruses(windows, found), CHORUS, found)
    names: dict[int, str] = {}
    turns, first = [], 0
    for one, own in zip(recordings, heard, strict=True):
        last = first + len(own)
        parts = _lent(_stretches(one, own, found[first:last], known))
        turns.append(_bridged([_named(part, names) for part in parts]))
        first = last
    return turns


def _windows(one: Speech) -> Windows:
    times = one.vectors.times.astype(float)
    room = clarity(one.vectors.values, times)
    cells = _cells(times)
    power = np.sqrt(trust(times[:, 1] - times[:, 0], room))[:, None]
    return Windows(
        values=one.vectors.values / np.maximum(power, 1e-9),
        clear=room * (cells[:, 1] - cells[:, 0]),
        edge=np.full(len(times), room * EDGE),
        starts=times[:, 0],
        ends=times[:, 1],
        pauses=np.append(np.inf, times[1:, 0] - times[:-1, 1])[: len(times)],
    )


def _together(heard: Sequence[Windows]) -> Windows:
    """Return the windows of all recordings as those of one."""
    if not heard:
        return Windows(*(np.zeros(0) for _ in fields(Windows)))
    return Windows(
        *(
            np.concatenate([getattr(one, field.name) for one in heard])
            for field in fields(Windows)
        )
    )


def _cells(times: np.ndarray) -> np.ndarray:
    """Return (n, 2): the stretch that is each window's own, where they overlap."""
    cells = times.copy()
    over = np.flatnonzero(times[1:, 0] < times[:-1, 1])
    middle = (times[:-1, 1] + times[1:, 0])[over] / 2
    cells[over, 1] = cells[over + 1, 0] = middle
    return cells


def _known(windows: Windows, found: np.ndarray) -> dict[int, np.ndarray]:
    """Return how each voice sounds that much is heard of, of length 1."""
    clear = np.bincount(found, windows.clear)
    sounds = directions(windows, found)
    sounds /= np.maximum(np.linalg.norm(sounds, axis=1, keepdims=True), 1e-9)
    return {int(one): sounds[one] for one in np.flatnonzero(clear >= KNOWN)}


def _stretches(
    one: Speech, windows: Windows, found: np.ndarray, known: dict[int, np.ndarray]
) -> list[Stretch]:
    """Return every span in order, parted where the voice changes within it."""
    middles = (windows.starts + windows.ends) / 2
    parts: list[Stretch] = []
    for start, end in one.spans:
        first, last = np.searchsorted(middles, (start, end))
        inside = slice(int(first), int(last))
        if first == last:
            parts.append((start, end, UNHEARD))
        elif last - first == 1 or not set(found[inside].tolist()) <= known.keys():
            parts += _plain(start, end, windows[inside], found[inside])
        else:
            parts += parted(start, end, windows[inside], found[inside], known)
    return parts


def _plain(
    start: float, end: float, windows: Windows, found: np.ndarray
) -> list[Stretch]:
    """Return a span parted amid windows, where a voice is hardly known."""
    changes = np.flatnonzero(np.diff(found)) + 1
    middles = (windows.starts[changes] + windows.ends[changes - 1]) / 2
    edges = [start, *middles.tolist(), end]
    who = found[np.append(0, changes)].tolist()
    return [(*edge, voice) for edge, voice in zip(pairwise(edges), who, strict=True)]


def _lent(parts: list[Stretch]) -> list[Stretch]:
    """Give speech without a voice that of its nearer neighbour, if it is near."""
    lent = list(parts)
    for at, (start, end, voice) in enumerate(parts):
        if voice != UNHEARD:
            continue
        beside = [
            (start - parts[i][1] if i < at else parts[i][0] - end, parts[i][2])
            for i in (at - 1, at + 1)
            if 0 <= i < len(parts) and parts[i][2] >= 0
        ]
        near = min(beside, default=(np.inf, UNHEARD))
        if near[0] < NEXT_TO:
            lent[at] = (start, end, near[1])
    return lent


def _named(part: Stretch, names: dict[int, str]) -> TurnDraft:
    start, end, voice = part
    if voice < 0:
        return TurnDraft(start, end, "", voice == CHORUS)
    return TurnDraft(start, end, names.setdefault(voice, f"S{len(names) + 1}"))


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
