"""Voices keep the label that they had when a session is grouped again. [no Django]"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transcription.voices.grouping import TurnDraft


def number(voice: str) -> int:
    """Return 7 for "S7", and 0 for "", which is nobody's."""
    return int(voice[1:]) if voice else 0


def carried_over(
    now: Sequence[Sequence[TurnDraft]],
    before: Sequence[Sequence[TurnDraft]],
    last: int,
) -> list[list[TurnDraft]]:
    """Return the turns `now` with the labels of `before` where a voice is the same.

    Both hold the turns of the same recordings, in order. A voice is the one that it
    shares most seconds with, each label being given once (an assignment over all,
    H. W. Kuhn 1955), if that is most of what it says where there were labels before.
    Any other gets a number above `last`, the highest that was ever given: a name that
    a person gave to a voice must not pass to a stranger.
    """
    shared: Counter[tuple[str, str]] = Counter()
    for new, old in zip(now, before, strict=True):
        shared.update(_shared(new, old))
    names = _same(shared)
    for voice in sorted({one.voice for turns in now for one in turns}, key=number):
        if voice and voice not in names:
            last += 1
            names[voice] = f"S{last}"
    return [
        [replace(one, voice=names.get(one.voice, "")) for one in turns] for turns in now
    ]


def _same(shared: Counter[tuple[str, str]]) -> dict[str, str]:
    """Return the old label of each new voice that had one."""
    from scipy.optimize import linear_sum_assignment  # heavy

    if not shared:
        return {}
    new = sorted({one for one, _ in shared})
    old = sorted({other for _, other in shared})
    seconds = np.array([[shared[one, other] for other in old] for one in new])
    rows, columns = linear_sum_assignment(seconds, maximize=True)
    return {
        new[row]: old[column]
        for row, column in zip(rows, columns, strict=True)
        if seconds[row, column] > seconds[row].sum() / 2
    }


def _shared(
    new: Sequence[TurnDraft], old: Sequence[TurnDraft]
) -> Counter[tuple[str, str]]:
    """Return for how many seconds each pair of voices, new and old, is one."""
    found: Counter[tuple[str, str]] = Counter()
    first = 0
    for one in new:
        while first < len(old) and old[first].end <= one.start:
            first += 1
        for other in old[first:]:
            if other.start >= one.end:
                break
            both = min(one.end, other.end) - max(one.start, other.start)
            if both > 0 and one.voice and other.voice:
                found[one.voice, other.voice] += both
    return found
