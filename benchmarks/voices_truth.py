"""Who speaks when, in truth and as it was told, and how far apart the two are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Turn = tuple[float, float, str]  # start and end in seconds, who


@dataclass(frozen=True)
class Truth:
    """What is known of a recording."""

    turns: tuple[Turn, ...]
    together: tuple[Turn, ...]  # acclamations of nobody in particular
    content: dict[str, Any]  # all that the file says

    @property
    def roster(self) -> list[dict[str, Any]]:
        return people(self.content, "roster")

    @property
    def voices(self) -> set[str]:
        return {who for _, _, who in self.turns}

    def until(self, seconds: float) -> Truth:
        """Return the truth of the recording's first seconds."""
        return Truth(
            tuple(shortened(self.turns, seconds)),
            tuple(shortened(self.together, seconds)),
            self.content,
        )


def read(path: Path) -> Truth:
    """Return the truth in a JSON file with `turns`: `speaker`, `start`, `end`.

    A turn whose `speaker` or `chorus` is a list is said by all of them at once. A
    chorus of nobody in particular is speech, but no person. Turns of whom nothing is
    said are left out.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    turns: list[Turn] = []
    together: list[Turn] = []
    alone = {str(one.get("speaker")) for one in content["turns"] if not _chorus(one)}
    for one in content["turns"]:
        start, end = float(one["start"]), float(one["end"])
        for who in _speakers(one):
            some = _chorus(one) and who not in alone
            (together if some else turns).append((start, end, who))
    return Truth(tuple(sorted(turns)), tuple(together), content)


def people(content: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """Return the people in a list of a truth, each with `name` at least."""
    listed = content.get(field) or []
    return [one if isinstance(one, dict) else {"name": str(one)} for one in listed]


def _chorus(turn: dict[str, Any]) -> bool:
    return turn.get("chorus") is True or isinstance(turn.get("chorus"), str)


def _speakers(turn: dict[str, Any]) -> list[str]:
    for who in (turn.get("chorus"), turn.get("speaker")):
        if isinstance(who, list):
            return [str(one) for one in who]
    who = turn.get("speaker") or turn.get("chorus")
    return [str(who)] if who else []


def shortened(turns: Iterable[Turn], seconds: float) -> list[Turn]:
    """Return what lies before `seconds`."""
    return [(a, min(b, seconds), who) for a, b, who in turns if a < seconds]


def merged(turns: Iterable[Turn]) -> list[Turn]:
    """Return turns in which nobody overlaps with himself."""
    last: dict[str, list] = {}
    found: list[list] = []
    for start, end, who in sorted(turns):
        if who in last and start <= last[who][1]:
            last[who][1] = max(last[who][1], end)
        elif end > start:
            last[who] = [start, end, who]
            found.append(last[who])
    return [(start, end, who) for start, end, who in found]


@dataclass(frozen=True)
class Errors:
    """Seconds of speech, and of what is wrong with how it was told."""

    total: float
    miss: float
    false_alarm: float
    confusion: float

    @property
    def rate(self) -> float:
        """The diarization error rate."""
        return (self.miss + self.false_alarm + self.confusion) / self.total


def errors(truth: Sequence[Turn], told: Sequence[Turn]) -> Errors:
    """Return the errors without a collar, overlapped speech included.

    As NIST's RT evaluations define them: voices are paired with people one to one so
    that they agree for as long as can be; what two people say at once counts twice.
    This needs no package; `voices_peer.py` asks pyannote.metrics.
    """
    from scipy.optimize import linear_sum_assignment

    edges = np.unique([second for one in (*truth, *told) for second in one[:2]])
    lengths = np.diff(edges)
    spoken, heard = _active(truth, edges), _active(told, edges)
    agreed = (spoken * lengths) @ heard.T
    pairs = linear_sum_assignment(agreed, maximize=True)
    people, voices = spoken.sum(axis=0), heard.sum(axis=0)

    def seconds(counts: np.ndarray) -> float:
        return float(np.maximum(counts, 0) @ lengths)

    both = seconds(np.minimum(people, voices))
    return Errors(
        seconds(people),
        seconds(people - voices),
        seconds(voices - people),
        both - float(agreed[pairs].sum()),
    )


def _active(turns: Sequence[Turn], edges: np.ndarray) -> np.ndarray:
    """Return float (voices, n - 1): 1 where a voice speaks between two edges."""
    voices = {who: row for row, who in enumerate(sorted({who for _, _, who in turns}))}
    active = np.zeros((len(voices), max(len(edges) - 1, 0)))
    for start, end, who in turns:
        first, last = np.searchsorted(edges, (start, end))
        active[voices[who], first:last] = 1
    return active


@dataclass(frozen=True)
class Tally:
    """Words by what was proposed for who said them."""

    right: int
    wrong: int
    left_open: int
    outside: int  # of every turn in the truth, and not counted

    def share(self, count: int) -> float:
        return count / max(self.right + self.wrong + self.left_open, 1)


def tally(words: Iterable[Turn], truth: Truth) -> Tally:
    """Judge words with the person proposed for each, "" for none.

    Whose turn covers the middle of a word said it, and any of them where several do.
    """
    bounds = np.array([turn[:2] for turn in truth.turns]).reshape(-1, 2)
    counts = {"right": 0, "wrong": 0, "left_open": 0, "outside": 0}
    for start, end, proposed in words:
        middle = (start + end) / 2
        cover = (bounds[:, 0] <= middle) & (middle <= bounds[:, 1])
        people = {truth.turns[at][2] for at in np.flatnonzero(cover)}
        if not people:
            counts["outside"] += 1
        elif not proposed:
            counts["left_open"] += 1
        else:
            counts["right" if proposed in people else "wrong"] += 1
    return Tally(**counts)
