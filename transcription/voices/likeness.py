"""How likely stretches of speech are of one voice. [no Django]

The vector of a stretch is taken as the direction of its voice plus noise that becomes
less with every second heard: its power is 1 / (clarity · seconds) of the voice's. So a
cosine between two stretches of one voice is √(r·s), where r and s are
clarity · seconds / (1 + clarity · seconds), and a single number, found from the
recording itself, says how far vectors can be trusted in its room. That long and short
stretches can be compared at all follows from it, and no threshold on cosines is needed:
whether one voice explains two stretches better than two do is a ratio of likelihoods,
as in agglomerative clustering on PLDA scores (G. Sell and D. Garcia-Romero, "Speaker
diarization with PLDA i-vector scoring and unsupervised calibration", SLT 2014), with
round covariances that are the recording's own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Self

import numpy as np

# Seconds of a stretch that say nothing: its edges. With them, precision grows in
# proportion to the rest from 0.4 s on.
EDGE = 0.15
# The clarity that cosines are tried with, and what is taken where there are too few:
# 1.5 in a quiet room, 0.6 in a noisy one, where vectors of 1.5 s agree by 0.7 and 0.45.
CLARITIES = np.geomspace(0.1, 10, 93)
USUAL = 1.1
FEWEST = 10  # cosines to find it from
NEAR = 0.4  # seconds between two windows that are nearly always of one voice
# Of a voice's direction, how much is its own: the rest all voices of a room share.
OWN = 0.6
# How much of it changes from turn to turn: another distance, another mood.
DRIFT = 0.02
# Of some two hundred dimensions, how many the noise makes use of independently; half
# of what was measured, since neither is it quite round.
DIMENSIONS = 50.0


@dataclass(frozen=True)
class Windows:
    """The windows of all recordings, as far as who speaks is asked of them."""

    values: np.ndarray  # (n, dimensions): voice plus noise, the voice of length 1
    clear: np.ndarray  # (n,): clarity · seconds that are each one's own
    edge: np.ndarray  # (n,): clarity · EDGE
    starts: np.ndarray  # (n,) seconds on a clock that runs over all recordings
    ends: np.ndarray  # (n,)
    pauses: np.ndarray  # (n,) seconds before each one; negative where they overlap

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, which: slice | np.ndarray) -> Self:
        return type(self)(*(getattr(self, one.name)[which] for one in fields(self)))


@dataclass(frozen=True)
class Pieces:
    """Stretches of speech, a row each, as what is known of their voices."""

    sums: np.ndarray  # (n, dimensions): where the voice is seen, times precision
    precisions: np.ndarray  # (n,)

    def __len__(self) -> int:
        return len(self.precisions)

    def __getitem__(self, which: np.ndarray) -> Self:
        return type(self)(self.sums[which], self.precisions[which])

    @cached_property
    def evidence(self) -> np.ndarray:
        """(n,): how likely each is of one voice, whichever it is."""
        return evidence((self.sums**2).sum(axis=1), self.precisions)

    def joined(self, groups: np.ndarray, count: int) -> Self:
        """Return `count` pieces: all that belong to a group as one."""
        precisions = np.bincount(groups, self.precisions, count)
        return type(self)(summed(self.sums, groups, count), precisions)


def summed(rows: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Return (count, dimensions): the sum of the rows of each group."""
    sums = np.zeros((count, rows.shape[1]))
    np.add.at(sums, groups, rows)
    return sums


def evidence(power: np.ndarray, precisions: np.ndarray) -> np.ndarray:
    """Return the log-likelihood ratio, in nats, of a voice against pure noise.

    `power` is that of the sums of pieces; which voice it is, is not asked.
    """
    told = 1 + OWN * precisions
    return DIMENSIONS / 2 * (OWN * power / told - np.log(told))


def gains(one: Pieces, other: Pieces) -> np.ndarray:
    """Return (n, m) nats by which one voice explains two pieces better than two do."""
    power = (one.sums**2).sum(axis=1)[:, None] + (other.sums**2).sum(axis=1)
    together = evidence(
        power + 2 * one.sums @ other.sums.T,
        one.precisions[:, None] + other.precisions,
    )
    return together - one.evidence[:, None] - other.evidence


def pieces(windows: Windows, groups: np.ndarray, centre: np.ndarray) -> Pieces:
    """Return what is known of each run of windows with one number in `groups`.

    `centre` is what all voices of the room have in common.
    """
    count = int(groups.max()) + 1
    clear = np.bincount(groups, windows.clear, count)
    sums = summed(windows.values * windows.clear[:, None], groups, count)
    means = sums / clear[:, None] - centre
    edges = np.bincount(groups, windows.edge, count) / np.bincount(groups)
    precisions = 1 / (1 / np.maximum(clear - edges, edges / 2) + DRIFT)
    return Pieces(means * precisions[:, None], precisions)


def clarity(values: np.ndarray, times: np.ndarray) -> float:
    """Return how clear voices are in a recording, from windows that follow at once.

    Nearly all of them are of one voice, and where some are not the median stands.
    """
    cosines, ours, theirs = [], [], []
    lengths = times[:, 1] - times[:, 0]
    for apart in range(1, 5):
        pauses = times[apart:, 0] - times[:-apart, 1]
        first = np.flatnonzero((pauses > -0.02) & (pauses < NEAR))
        cosines.append((values[first] * values[first + apart]).sum(axis=1))
        ours.append(lengths[first])
        theirs.append(lengths[first + apart])
    found, a, b = (np.concatenate(part) for part in (cosines, ours, theirs))
    if len(found) < FEWEST:
        return USUAL
    off = [np.median(found - np.sqrt(trust(a, c) * trust(b, c))) for c in CLARITIES]
    return float(CLARITIES[np.argmin(np.abs(off))])


def trust(seconds: np.ndarray, clarity: float) -> np.ndarray:
    """Return which share of a vector's power is the voice's."""
    return clarity * seconds / (1 + clarity * seconds)
