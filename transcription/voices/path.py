"""Which voice speaks in each window, once it is known which there are. [no Django]

The likeliest path through all windows, as in F. Landini et al., "Bayesian HMM
clustering of x-vector sequences (VBx) in speaker diarization" (Computer Speech &
Language 71, 2022), with the best path in place of the sum over all: staying costs
nothing, and changing the less the longer the pause is.
"""

from __future__ import annotations

import numpy as np

from transcription.voices.likeness import DIMENSIONS, Windows, summed

ROUNDS = 3  # of finding the path and then the voices on it anew
SHRINK = 0.3  # times clarity · seconds: what a voice is thought to be like unheard
# Nats that a change of voice costs: after a pause, after a breath, in running speech.
COSTS = (2.5, 4.0, 6.0)
LONG, SHORT = 0.3, 0.0  # seconds of a pause, of a breath


def smoothed(windows: Windows, voices: np.ndarray) -> np.ndarray:
    """Return the voice of each window on the likeliest path, from 0.

    `voices` says where each is heard to begin with; some may not be on the path.
    """
    pauses = windows.pauses
    costs = np.select([pauses > LONG, pauses > SHORT], COSTS[:2], COSTS[2])
    for _ in range(ROUNDS):
        before = voices
        voices = _path(_fits(windows, directions(windows, voices)), costs)
        voices = np.unique(voices, return_inverse=True)[1]
        if np.array_equal(voices, before):
            break
    return voices


def directions(windows: Windows, voices: np.ndarray) -> np.ndarray:
    """Return (voices, dimensions): how each sounds, the less the less is known."""
    weighted = windows.values * windows.clear[:, None]
    sums = summed(weighted, voices, int(voices.max()) + 1)
    return sums / (np.bincount(voices, windows.clear) + SHRINK)[:, None]


def _fits(windows: Windows, directions: np.ndarray) -> np.ndarray:
    """Return (n, voices): each window's log-likelihood ratio, voice against noise."""
    near = windows.values @ directions.T - (directions**2).sum(axis=1) / 2
    return DIMENSIONS * windows.clear[:, None] * near


def _path(fits: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Return the column of each row that together gain most, changes paid for."""
    count, voices = fits.shape
    came = np.zeros((count, voices), np.int32)
    stay = np.arange(voices)
    gained = fits[0].copy()
    for at in range(1, count):
        best = int(gained.argmax())
        changed = gained[best] - costs[at]
        came[at] = np.where(gained >= changed, stay, best)
        gained = np.maximum(gained, changed) + fits[at]
    found = np.zeros(count, int)
    found[-1] = gained.argmax()
    for at in range(count - 1, 0, -1):
        found[at - 1] = came[at, found[at]]
    return found
