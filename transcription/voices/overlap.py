"""Where several people speak at once. [no Django]

A vector of two voices is mostly that of the louder, so what is found are answers in
chorus («Aprobado.»): short, by themselves, and like nobody. What one person says into
another's speech is not.
"""

from __future__ import annotations

import numpy as np

from transcription.voices.likeness import DIMENSIONS, Windows, summed

# Clarity · seconds of a voice that is known well enough to say what is not like it.
KNOWN = 4.0
ENOUGH = 1.0  # the same of a voice without the stretch in question
# How much of a voice there may be in a chorus at most: alone it would be 1, less noise.
LIKE = 0.65
UNLIKELY = 7.0  # nats by which noise must fail to explain the difference


def choruses(windows: Windows, voices: np.ndarray) -> np.ndarray:
    """Return which windows are of a short stretch that sounds like no voice at all."""
    return _alone(windows) & _strange(windows, voices)


def _alone(windows: Windows) -> np.ndarray:
    """Return which windows are the only one of a span of speech."""
    after = np.append(windows.pauses[1:], np.inf)
    return (windows.pauses > 0) & (after > 0)


def _strange(windows: Windows, voices: np.ndarray) -> np.ndarray:
    weighted = windows.values * windows.clear[:, None]
    sums = summed(weighted, voices, int(voices.max()) + 1)
    clear = np.bincount(voices, windows.clear)
    near = windows.values @ _unit(sums).T
    near[:, clear < KNOWN] = -np.inf
    # Against its own voice, each without itself.
    rest = clear[voices] - windows.clear
    own = (windows.values * _unit(sums[voices] - weighted)).sum(axis=1)
    near[np.arange(len(windows)), voices] = np.where(rest < ENOUGH, -np.inf, own)
    like = near.max(axis=1)
    told = np.maximum(windows.clear - windows.edge, 0.0)
    unlikely = DIMENSIONS * told * (1 - np.maximum(like, 0.0)) ** 2
    return np.isfinite(like) & (like < LIKE) & (unlikely > UNLIKELY)


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
