"""Windows of a council's day, drawn from real ones, for voices.py to have grouped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.voices_truth import Turn
from transcription.voices import Vectors
from transcription.voices.grouping import Speech
from transcription.voices.windows import WINDOW, windows

WINDOWS = 27_000  # seven hours, four fifths of it speech
VOICES = 20
DOMINANT = 0.3  # of the time is the presider's
FEWEST = 20  # windows of a person that show how much a voice varies


def pools(kept: Sequence[tuple[Path, Sequence[Turn]]]) -> list[np.ndarray]:
    """Return (n, dimensions) for each person: the windows that are wholly his.

    `kept` are files with `times` and `values`, and the true turns of each.
    """
    found = []
    for path, turns in kept:
        with np.load(path) as file:
            times, values = file["times"], file["values"]
        for who in sorted({who for _, _, who in turns}):
            own = np.zeros(len(times), bool)
            for start, end, speaker in turns:
                inside = (times[:, 0] >= start - 0.1) & (times[:, 1] <= end + 0.1)
                own |= inside & (speaker == who)
            own &= times[:, 1] - times[:, 0] > WINDOW - 0.1
            if own.sum() >= FEWEST:
                found.append(values[own])
    return found


def drawn(people: Sequence[np.ndarray], seed: int = 7) -> tuple[Speech, list[Turn]]:
    """Return WINDOWS windows of VOICES voices, and who speaks in truth.

    Voices beyond `people` lie between two of them. What is particular to a window is
    mixed of two of the person's, at the scale that one has, so that none comes twice.
    """
    chance = np.random.default_rng(seed)
    centres = [values.mean(axis=0) for values in people]
    rests = [values - centre for values, centre in zip(people, centres, strict=True)]
    while len(centres) < VOICES:
        one, other = chance.choice(len(people), 2, replace=False)
        centres.append((centres[one] + centres[other]) / np.sqrt(2))
        rests.append(rests[one])
    turns, spans = _day(chance)
    values = np.concatenate(
        [
            centres[who] + _varied(rests[who], len(windows([span])), chance)
            for span, who in zip(spans, turns, strict=True)
        ]
    )[:WINDOWS]
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    times = np.array(windows(spans), np.float32)[:WINDOWS]
    spans = [span for span in spans if span[0] < times[-1, 1]]
    truth = [(*span, f"P{who}") for span, who in zip(spans, turns, strict=False)]
    return Speech(tuple(spans), Vectors(times, values.astype(np.float32))), truth


def _day(chance: np.random.Generator) -> tuple[list[int], list[tuple[float, float]]]:
    """Return who speaks and when; the presider before and after everybody."""
    shares = 1.0 / np.arange(2, VOICES + 1)
    shares /= shares.sum()
    turns: list[int] = []
    spans: list[tuple[float, float]] = []
    clock, count = 2.0, 0
    while count < WINDOWS:
        presides = bool(turns) and turns[-1] != 0
        who = 0 if presides else 1 + int(chance.choice(VOICES - 1, p=shares))
        mean = 25.0 * DOMINANT / (1 - DOMINANT) if presides else 25.0
        length = min(mean * chance.lognormal(-0.5, 1.0), 300.0) + 0.8
        turns.append(who)
        spans.append((clock, clock + length))
        count += len(windows(spans[-1:]))
        clock += length + chance.uniform(0.3, 1.5)
    return turns, spans


def _varied(rest: np.ndarray, count: int, chance: np.random.Generator) -> np.ndarray:
    first = int(chance.integers(len(rest)))
    one = rest[(first + np.arange(count)) % len(rest)]
    other = rest[chance.integers(len(rest), size=count)]
    angle = chance.uniform(0, 2 * np.pi)
    return np.cos(angle) * one + np.sin(angle) * other
