"""Stretches of speech gathered into voices, from the bottom up. [no Django]"""

from __future__ import annotations

import numpy as np

from transcription.voices.likeness import (
    Pieces,
    Windows,
    evidence,
    gains,
    pieces,
)

AT_ONCE = 2_000  # pieces compared each with each: 32 MB a matrix
PAUSE = 1.0  # seconds that a turn does not go on after
# Precision that a piece needs to found a voice: some 3 s. Shorter ones agree as much in
# what is said as in who says it: «Presente.» is like «Presente.».
CLEAR = 2.8
# Cosine of two voices from which on they are one. The most alike of different people
# in the three recordings with a truth come to 0.86; parts of one voice, in hours put
# together from their vectors, to 0.89 and more. No real hours were there to measure.
ALIKE = 0.91
# Short pieces of which one is expected to be of a voice that is not heard longer. What
# is less likely than that must be seen the more clearly, or hours of speech would be
# full of people who said one word.
NEW = 15.0
# Nats that two such must fit well by to be one voice: they may just be the same word.
SAME = 2.5


def runs(windows: Windows, centre: np.ndarray) -> np.ndarray:
    """Return the number of the run that each window belongs to: one voice, unbroken.

    Neighbours that one voice explains better than two are joined, the surest first.
    """
    count = len(windows)
    sums = (windows.values - centre) * windows.clear[:, None]
    clear = windows.clear.copy()
    own = evidence((sums**2).sum(axis=1), clear)
    first, before = np.arange(count), np.arange(-1, count - 1)
    follows = np.append(np.arange(1, count), -1)

    def gain(at: int) -> float:
        after = follows[at]
        if after < 0 or windows.pauses[after] > PAUSE:
            return -np.inf
        total = sums[at] + sums[after]
        together = evidence(total @ total, clear[at] + clear[after])
        return float(together - own[at] - own[after])

    gained = np.array([gain(at) for at in range(count)])
    while gained.max() > 0:
        at = int(gained.argmax())
        after = follows[at]
        own[at] += gained[at] + own[after]
        sums[at] += sums[after]
        clear[at] += clear[after]
        first[after], gained[after] = at, -np.inf
        follows[at] = follows[after]
        if follows[at] >= 0:
            before[follows[at]] = at
        gained[at] = gain(at)
        if before[at] >= 0:
            gained[before[at]] = gain(int(before[at]))
    for at in range(count):  # the first of a run comes before all others of it
        first[at] = first[first[at]]
    return np.unique(first, return_inverse=True)[1]


def voices(windows: Windows, *, people: int | None = None) -> np.ndarray:
    """Return the number of the voice that each window is of, from 0."""
    centre = np.average(windows.values, axis=0, weights=windows.clear)
    for _ in range(2):
        units = runs(windows, centre)
        found = pieces(windows, units, centre)
        groups = _gathered(found, centre)
        # Who speaks most must not decide what all have in common.
        centre = _middle(windows, groups[units])
    groups = _bounded(found, groups, people)
    return groups[units]


def _middle(windows: Windows, groups: np.ndarray) -> np.ndarray:
    nothing = np.zeros(windows.values.shape[1])
    voices = pieces(windows, groups, nothing)
    founded = _founding(voices)
    means = voices.sums / voices.precisions[:, None]
    return means[founded].mean(axis=0)


def _gathered(found: Pieces, centre: np.ndarray) -> np.ndarray:
    """Return the voice of each piece: long ones found voices, short ones join them."""
    founding = _founding(found)
    groups = np.full(len(found), -1)
    groups[founding] = _alike(found[founding], agglomerated(found[founding]), centre)
    count = int(groups.max()) + 1
    short = np.flatnonzero(~founding)
    if len(short):
        best, gained = fits(found[short], found[founding], groups[founding])
        joins = gained > -np.log(max(2.0, len(short) / NEW))
        groups[short[joins]] = best[joins]
        alone = short[~joins]
        if len(alone):
            groups[alone] = count + agglomerated(found[alone], least=SAME)
    return groups


def _alike(found: Pieces, groups: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Join voices that only much speech tells apart.

    In hours anybody's voice drifts, with the microphone and the time of day, and what
    is heard for long is known so well that every drift would make it a new voice.
    """
    known = found.joined(groups, int(groups.max()) + 1)
    sums, weights = known.sums + known.precisions[:, None] * centre, known.precisions
    names = np.arange(len(weights))
    while True:
        cosines = _cosines(sums, weights)
        one, other = np.unravel_index(cosines.argmax(), cosines.shape)
        if cosines[one, other] < ALIKE:
            return np.unique(names[groups], return_inverse=True)[1]
        names[names == other] = one
        sums[one] += sums[other]
        weights[one] += weights[other]
        sums[other], weights[other] = 0.0, 0.0


def _cosines(sums: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return how alike voices are, with what noise takes away given back."""
    told = np.linalg.norm(sums, axis=1) * np.sqrt(weights / (1 + weights))
    units = sums / np.maximum(told, 1e-9)[:, None]
    cosines = units @ units.T
    np.fill_diagonal(cosines, -1.0)
    return cosines


def _founding(found: Pieces) -> np.ndarray:
    return found.precisions >= min(CLEAR, found.precisions.max())


def _bounded(found: Pieces, groups: np.ndarray, people: int | None) -> np.ndarray:
    """Join the voices that least speaks against until there are no more than people."""
    count = int(groups.max()) + 1
    if people is None or count <= people:
        return groups
    return agglomerated(found.joined(groups, count), least=-np.inf, most=people)[groups]


def agglomerated(found: Pieces, *, least: float = 0.0, most: int = 1) -> np.ndarray:
    """Return the group of each piece, from 0.

    The two that one voice explains best are joined, as long as that gains more than
    `least` nats and there are more than `most` groups. Of many, those that are heard
    one after another are gathered first, and then what comes of them.
    """
    groups, count = np.arange(len(found)), len(found)
    while count > AT_ONCE:
        blocks = np.array_split(np.arange(count), -(-count // AT_ONCE))
        step, count = np.zeros(count, int), 0
        for block in blocks:
            step[block] = count + _joined(found[block], max(least, 0.0), 1)
            count = int(step[block].max()) + 1
        shrunk = count < 0.9 * len(found)
        groups, found = step[groups], found.joined(step, count)
        if not shrunk:
            return _crowded(found, least, most)[groups]
    return _joined(found, least, most)[groups]


def _crowded(found: Pieces, least: float, most: int) -> np.ndarray:
    """As agglomerated, where hardly any two are alike: memory comes first.

    The AT_ONCE that are heard best are told apart, and the others join them.
    """
    best = np.sort(np.argsort(-found.precisions, kind="stable")[:AT_ONCE])
    groups = np.full(len(found), -1)
    groups[best] = _joined(found[best], least, most)
    others = np.flatnonzero(groups < 0)
    groups[others] = fits(found[others], found[best], groups[best])[0]
    return groups


def fits(
    found: Pieces, others: Pieces, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the group of `others` that each piece fits best, and the nats it gains."""
    voices = others.joined(groups, int(groups.max()) + 1)
    best, gained = np.zeros(len(found), int), np.zeros(len(found))
    for first in range(0, len(found), AT_ONCE):
        rows = np.arange(first, min(first + AT_ONCE, len(found)))
        table = gains(found[rows], voices)
        best[rows], gained[rows] = table.argmax(axis=1), table.max(axis=1)
    return best, gained


def _joined(found: Pieces, least: float, most: int) -> np.ndarray:
    """Return the group of each of at most AT_ONCE pieces, from 0."""
    count = len(found)
    groups = np.arange(count)
    dots = found.sums @ found.sums.T
    precisions = found.precisions.copy()
    own = found.evidence.copy()
    table = gains(found, found)
    np.fill_diagonal(table, -np.inf)
    best = table.argmax(axis=1)
    gained = table[np.arange(count), best]
    for _ in range(count - most):
        one = int(gained.argmax())
        if gained[one] <= least:
            break
        one, other = sorted((one, int(best[one])))
        groups[groups == other] = one
        dots[one] += dots[other]
        dots[:, one] += dots[:, other]
        precisions[one] += precisions[other]
        own[one] = evidence(dots[one, one], precisions[one])
        gained[other] = own[other] = -np.inf
        power = np.maximum(dots[one, one] + dots.diagonal() + 2 * dots[one], 0.0)
        row = evidence(power, precisions[one] + precisions) - own[one] - own
        row[np.isinf(own)] = row[one] = -np.inf
        table[one] = table[:, one] = row
        table[other] = table[:, other] = -np.inf
        stale = np.flatnonzero(((best == one) | (best == other)) & ~np.isinf(own))
        better = (row > gained) & ~np.isinf(own)
        best[better], gained[better] = one, row[better]
        for at in np.union1d(stale, [one]):
            best[at] = table[at].argmax()
            gained[at] = table[at, best[at]]
    return np.unique(groups, return_inverse=True)[1]
