"""Which voices of a session are people that a council remembers; no database here.

How alike one person's voice is to itself in another room depends on both rooms and on
the model, so no fixed number tells people apart (Auckenthaler, Carey and Lloyd-Thomas,
"Score Normalization for Text-Independent Speaker Verification Systems", Digital Signal
Processing 10, 2000).
The session itself says how alike two *different* people sound in it. A rank test needs
no more: of n + 1 scores between different people that may as well come in any order,
one is the highest with probability 1/(n + 1) (Vovk, Gammerman and Shafer, "Algorithmic
Learning in a Random World", 2005, ch. 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

FLOOR = 0.5  # cosine under which no room makes two voices one
MARGIN = 0.05  # cosine by which the second person must be further away
PAIRS = 19  # of different voices: above all of them by chance once in twenty


@dataclass(frozen=True)
class Match:
    """A voice that is, by its sound, one of the people whom a council remembers."""

    councillor_id: int
    score: float  # cosine with the nearest of the person's kept voices
    margin: float  # how much further the second person is; 2.0 without a second
    heard_in: str = ""  # where that kept voice was heard: "Sesión ordinaria n.º 51"


def likeness(vectors: np.ndarray) -> float | None:
    """Return how alike the two most similar voices of a session are, as a cosine.

    `vectors` is float (n, d), one a voice, not all zero. None when there are too few
    pairs to say anything.
    """
    count = len(vectors)
    if count * (count - 1) // 2 < PAIRS:
        return None
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return float((units @ units.T)[np.triu_indices(count, 1)].max())


def matches(
    scores: Mapping[str, Mapping[int, float]], alike: float | None
) -> dict[str, Match]:
    """Return who each voice is, for the voices of which everything agrees.

    `scores` gives, for each voice, the best cosine with each person's kept voices;
    `alike` is how alike two different voices of the session may be. A voice is a
    person when its score reaches FLOOR, when the second person is MARGIN away, when
    `alike` is too (somebody who is not remembered may be as near as that), and when no
    other voice of the session is nearer to that person.
    """
    if alike is None:
        return {}
    nearest: dict[int, str] = {}
    for voice, people in scores.items():
        for person, score in people.items():
            best = nearest.get(person)
            if best is None or score > scores[best][person]:
                nearest[person] = voice
    found = {}
    for voice, people in scores.items():
        if not people:
            continue
        person = max(people, key=people.__getitem__)
        score = people[person]
        second = max((s for who, s in people.items() if who != person), default=-1.0)
        enough = score >= FLOOR and score - max(second, alike) >= MARGIN
        if enough and nearest[person] == voice:
            found[voice] = Match(person, score, score - second)
    return found
