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
ALIKE = 0.8  # the cosine of two centres: two recordings may have the same person
APART = 0.7  # from the middle of all, to its length: made people are 0.67 alike
FEWEST = 20  # windows of a person that show how much a voice varies


def pools(kept: Sequence[tuple[Path, Sequence[Turn]]]) -> list[np.ndarray]:
    """Return (n, dimensions) for each person: the windows that are wholly his.

    `kept` are files with `times` and `values`, and the true turns of each. Where few
    people say enough, those who say less are taken too.
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
            found.append(values[own])
    enough = [one for one in found if len(one) >= FEWEST]
    less = [one for one in found if len(one) >= FEWEST // 2]
    return enough if len(enough) >= VOICES // 4 else less


def drawn(people: Sequence[np.ndarray], seed: int = 7) -> tuple[Speech, list[Turn]]:
    """Return WINDOWS windows of VOICES voices, and who speaks in truth.

    Of people who are too alike the first stays; the others are made, with a centre as
    far from the middle as theirs, and the variation of one of them. What is particular
    to a window is mixed of two of the person's, at the scale that one has, so that none
    comes twice. Raises ValueError where there are not two people.
    """
    chance = np.random.default_rng(seed)
    centres, rests = _voices(people, chance)
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


def _voices(
    people: Sequence[np.ndarray], chance: np.random.Generator
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the centres of VOICES people, and how the windows of each lie about it."""
    centres: list[np.ndarray] = []
    rests: list[np.ndarray] = []

    def add(centre: np.ndarray, rest: np.ndarray) -> None:
        length = np.linalg.norm(centre)
        alike = [centre @ one / length / np.linalg.norm(one) for one in centres]
        if len(centres) < VOICES and max(alike, default=0.0) < ALIKE:
            centres.append(centre)
            rests.append(rest)

    for values in people:
        add(values.mean(axis=0), values - values.mean(axis=0))
    if len(centres) < 2:
        raise ValueError("vectors of two people at least are needed")
    count, middle = len(centres), np.mean(centres, axis=0)
    far = np.linalg.norm(np.array(centres) - middle, axis=1).mean()
    # Of few people, who may be alike, nobody different could be made.
    far = max(far, APART * np.linalg.norm(middle))
    apart = np.concatenate(people) - middle
    while len(centres) < VOICES:
        way = chance.standard_normal(len(apart)) @ apart
        way *= far / np.linalg.norm(way)
        add(middle + way, rests[int(chance.integers(count))])
    return centres, rests


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
