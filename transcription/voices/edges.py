"""Where in running speech the voice changes, finer than windows do. [no Django]

A window that two people share sounds like both, each for as long as he speaks in it. So
windows that overlap say together where one stops and the other begins, and even that
somebody says a word in between that no window has to itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from transcription.voices.likeness import DIMENSIONS, Windows

CELL = 0.25  # seconds
LONGEST = 8  # cells given to another voice at a time
SHORTEST = 2  # cells of a voice between two others
CHANGE = 4.0  # nats that a change of voice costs where nobody pauses
# Windows looked at together: a minute. Work grows with its cube, and where there is
# noise somebody seems to speak for twenty minutes without a pause.
AT_ONCE = 80

Stretch = tuple[float, float, int]  # start and end in seconds, number of the voice


def parted(
    start: float,
    end: float,
    windows: Windows,
    voices: np.ndarray,
    known: Mapping[int, np.ndarray],
) -> list[Stretch]:
    """Return a span of speech by voice, in order.

    `voices` has the likeliest voice of each of its windows, and `known` how each sounds
    that may be heard.
    """
    firsts = _portions(voices)
    cuts = np.array(firsts[1:], int)
    middles = (windows.starts[cuts] + windows.ends[cuts - 1]) / 2
    edges = pairwise([start, *middles.tolist(), end])
    found: list[Stretch] = []
    for (first, last), edge in zip(
        pairwise([*firsts, len(voices)]), edges, strict=True
    ):
        found += _portion(*edge, windows[first:last], voices[first:last], known)
    return found


def _portions(voices: np.ndarray) -> list[int]:
    """Return the first windows of portions of AT_ONCE at most, cut amid a voice."""
    firsts, half = [0], AT_ONCE // 2
    while len(voices) - firsts[-1] > AT_ONCE:
        ahead = voices[firsts[-1] + half - 1 : firsts[-1] + AT_ONCE]
        stays = np.flatnonzero(ahead[1:] == ahead[:-1])
        firsts.append(firsts[-1] + half + (int(stays[-1]) if len(stays) else 0))
    return firsts


def _portion(
    start: float,
    end: float,
    windows: Windows,
    voices: np.ndarray,
    known: Mapping[int, np.ndarray],
) -> list[Stretch]:
    """As `parted`."""
    numbers, sounds = np.array(list(known)), np.stack(list(known.values()))
    count = max(1, round((end - start) / CELL))
    edges = np.linspace(start, end, count + 1)
    middles = (edges[:-1] + edges[1:]) / 2
    nearest = np.abs(middles[:, None] - (windows.starts + windows.ends) / 2).argmin(1)
    shares = np.clip(
        np.minimum(windows.ends[:, None], edges[1:])
        - np.maximum(windows.starts[:, None], edges[:-1]),
        0.0,
        None,
    )
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-9)
    rows = np.searchsorted(numbers, voices)[nearest]
    cells = _settled(rows, shares, windows, sounds)
    firsts = np.append(np.append(0, np.flatnonzero(np.diff(cells)) + 1), count)
    return [
        (float(edges[first]), float(edges[last]), int(numbers[cells[first]]))
        for first, last in pairwise(firsts)
    ]


def _settled(
    cells: np.ndarray, shares: np.ndarray, windows: Windows, known: np.ndarray
) -> np.ndarray:
    """Give stretches of cells to other voices for as long as that explains more."""
    alike = known @ known.T
    heard = windows.values @ known.T
    until = np.pad(np.cumsum(shares, axis=1), ((0, 0), (1, 0)))
    cells = cells.copy()
    for _ in range(len(cells)):
        firsts, lasts = _moves(cells)
        if not len(firsts):
            break
        speaks = np.eye(len(known))[cells]
        left = heard - shares @ speaks @ alike  # what is not yet explained
        moved = until[:, lasts] - until[:, firsts]
        told = _told(moved, left, alike, cells[firsts], windows.clear)
        told -= CHANGE * _changes(cells, firsts, lasts, len(known))
        best, voice = np.unravel_index(told.argmax(), told.shape)
        if told[best, voice] <= 1e-6:
            break
        cells[firsts[best] : lasts[best]] = voice
    return cells


def _moves(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last cell, exclusive, of each stretch that may change hands."""
    count = len(cells)
    firsts, lengths = np.indices((count, LONGEST)).reshape(2, -1)
    lasts = firsts + lengths + 1
    runs = np.cumsum(np.append(0, cells[1:] != cells[:-1]))
    inside = lasts <= count
    firsts, lasts = firsts[inside], lasts[inside]
    within = runs[firsts] == runs[lasts - 1]
    begins = (firsts > 0) & (runs[firsts] != runs[firsts - 1])
    ends = (lasts < count) & (runs[lasts - 1] != runs[np.minimum(lasts, count - 1)])
    kept = within & ((lasts - firsts >= SHORTEST) | begins | ends)
    return firsts[kept], lasts[kept]


def _told(
    moved: np.ndarray,
    left: np.ndarray,
    alike: np.ndarray,
    now: np.ndarray,
    clear: np.ndarray,
) -> np.ndarray:
    """Return (moves, voices) nats by which windows are explained better.

    `moved` (windows, moves) is the share of each window that changes hands, `now` whose
    it is, `left` (windows, voices) what each voice has of what is not explained.
    """
    weighted = moved * (DIMENSIONS * clear)[:, None]
    power = alike.diagonal()
    apart = power[now][:, None] + power - 2 * alike[now]
    fit = weighted.T @ left
    gained = fit - np.take_along_axis(fit, now[:, None], axis=1)
    return gained - (weighted * moved).sum(axis=0)[:, None] * apart / 2


def _changes(
    cells: np.ndarray, firsts: np.ndarray, lasts: np.ndarray, voices: int
) -> np.ndarray:
    """Return (moves, voices): changes of voice that each move adds, less those gone."""
    sides = np.pad(cells, 1, constant_values=-1)
    now = cells[firsts][:, None]
    every = np.arange(voices)
    added = np.zeros((len(firsts), voices))
    for side in (sides[firsts][:, None], sides[lasts + 1][:, None]):
        added += (side >= 0) * ((side != every).astype(float) - (side != now))
    return added
