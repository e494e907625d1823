"""What an evaluation found: kept, totalled, compared and shown. [no Django]"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from transcription import evaluation
from transcription.evaluation import Mentions, Score, bootstrap
from transcription.evaluation.measuring import Stage
from transcription.evaluation.normaliser import NORMALISER, normalise
from transcription.evaluation.truth import Truth


class ReportError(Exception):
    """A report cannot be read or compared; the message is fit to be shown."""


@dataclass(frozen=True)
class Heard:
    """One recording as one engine heard it, beside what was said."""

    audio: str
    truth: str  # a mark of the words said, to compare only what is the same
    seconds: float  # of sound
    front_end: Stage
    hearing: Stage
    score: Score
    bare: Score  # without accents
    clean: Score  # without fillers
    terms: Mentions  # of the list; recall is theirs
    supplied: Mentions  # of the list and the distractors; precision is theirs
    loops: int
    units: tuple[tuple[int, int, int, int], ...]  # evaluation.errors_by_unit
    text: str


@dataclass(frozen=True)
class Run:
    """One engine over all recordings."""

    engine: str
    model: str
    settings_hash: str
    normaliser: str
    given: str  # what the engine was told: all, terms, distractors or none
    load: Stage
    heard: tuple[Heard, ...]


@dataclass(frozen=True)
class Compared:
    """A run beside the first one."""

    first: str
    second: str
    wer: bootstrap.Difference
    deleted: bootstrap.Difference


def scored(
    audio: str,
    said: Truth,
    heard: str,
    *,
    seconds: float,
    stages: tuple[Stage, Stage],
    terms: Sequence[str] = (),
    distractors: Sequence[str] = (),
) -> Heard:
    """Score what was heard of one recording; `stages` are front end and hearing."""
    truth = said.text
    words = normalise(heard).split()
    units = evaluation.errors_by_unit(said.units, heard)
    return Heard(
        audio=audio,
        truth=hashlib.sha256(normalise(truth).encode()).hexdigest()[:16],
        seconds=seconds,
        front_end=stages[0],
        hearing=stages[1],
        score=evaluation.score(truth, heard),
        bare=evaluation.score(truth, heard, accents=False),
        clean=evaluation.score(truth, heard, fillers=False),
        terms=evaluation.mentions(terms, truth, heard),
        supplied=evaluation.mentions([*terms, *distractors], truth, heard),
        loops=sum(1 for _ in evaluation.loops(words)),
        units=tuple(tuple(int(count) for count in unit) for unit in units),
        text=heard,
    )


def figures(heard: Sequence[Heard]) -> dict[str, float | int | None]:
    """Return the figures of some recordings as one; every word weighs the same."""
    seconds = sum(one.seconds for one in heard)
    an_hour = 3600 / seconds if seconds else 0.0
    total = evaluation.together([one.score for one in heard])
    terms = sum((one.terms for one in heard), Mentions(0, 0, 0))
    supplied = sum((one.supplied for one in heard), Mentions(0, 0, 0))
    return {
        "wer": total.wer,
        "substituted": total.substituted,
        "deleted": total.deleted,
        "inserted": total.inserted,
        "words": total.words,
        "cer": total.cer,
        "wer_without_accents": evaluation.together([one.bare for one in heard]).wer,
        "wer_clean": evaluation.together([one.clean for one in heard]).wer,
        "terms_spoken": terms.spoken,
        "term_recall": terms.recall,
        "term_precision": supplied.precision,
        "false_terms_per_hour": supplied.false * an_hour,
        "inserted_per_hour": total.inserted * an_hour,
        "loops_per_10_min": sum(one.loops for one in heard) * an_hour / 6,
        "front_end_rtf": sum(one.front_end.seconds for one in heard) * an_hour / 3600,
        "front_end_rss_mb": max(one.front_end.rss_mb for one in heard),
        "hearing_rtf": sum(one.hearing.seconds for one in heard) * an_hour / 3600,
        "hearing_rss_mb": max(one.hearing.rss_mb for one in heard),
    }


def compare(runs: Sequence[Run], names: Sequence[str]) -> list[Compared]:
    """Return each later run beside the first. Raises ReportError.

    Only the same words of the same recordings, brought to one spelling by the same
    normaliser, compare.
    """
    first = runs[0]
    return [
        Compared(names[0], name, *_differences(first, run))
        for name, run in zip(names[1:], runs[1:], strict=True)
    ]


def _differences(
    first: Run, second: Run
) -> tuple[bootstrap.Difference, bootstrap.Difference]:
    if first.normaliser != second.normaliser:
        raise ReportError(
            f"Las mediciones usan reglas distintas para comparar palabras "
            f"({first.normaliser} y {second.normaliser}). Repita la más antigua."
        )
    if [one.truth for one in first.heard] != [one.truth for one in second.heard]:
        raise ReportError(
            "Las mediciones no son de las mismas grabaciones, o el texto de referencia "
            "cambió entre una y otra. Mida ambas con los mismos archivos y en el mismo "
            "orden."
        )
    sides = [[np.array(one.units) for one in run.heard] for run in (first, second)]
    return (
        bootstrap.paired(*sides),
        bootstrap.paired(*sides, columns=bootstrap.DELETED),
    )


def write(path: Path, runs: Sequence[Run], compared: Sequence[Compared]) -> None:
    """Keep the runs as JSON, with their figures and comparisons. Raises ReportError."""
    content = {
        "normaliser": NORMALISER,
        "runs": [{**asdict(run), "figures": figures(run.heard)} for run in runs],
        "compared": [asdict(one) for one in compared],
    }
    try:
        path.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise ReportError(f"No se pudo escribir {path}: {error.strerror}.") from error


def read(path: Path) -> list[Run]:
    """Return the runs that `write` kept. Raises ReportError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return [_run(run) for run in content["runs"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(
            f"No se pudo leer «{path.name}» como una medición guardada con --json "
            f"({error!r})."
        ) from error


def _run(kept: dict[str, Any]) -> Run:
    facts = {name: value for name, value in kept.items() if name != "figures"}
    heard = tuple(_heard(one) for one in facts.pop("heard"))
    return Run(**{**facts, "load": Stage(**facts["load"])}, heard=heard)


def _heard(kept: dict[str, Any]) -> Heard:
    kinds = {
        "front_end": Stage,
        "hearing": Stage,
        "score": Score,
        "bare": Score,
        "clean": Score,
        "terms": Mentions,
        "supplied": Mentions,
    }
    facts = {**kept, **{name: kind(**kept[name]) for name, kind in kinds.items()}}
    return Heard(**{**facts, "units": tuple(tuple(unit) for unit in kept["units"])})
