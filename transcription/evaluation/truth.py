"""What was really said in a recording, to measure against. [no Django]"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcription.evaluation.normaliser import normalise

UNIT = 60.0  # seconds of turns that are resampled together
UNIT_WORDS = 150  # the same in words, where no times are known; about a minute
SURNAMES = 2  # words at the end of a Colombian's name


class TruthError(Exception):
    """A truth or a list cannot be read; the message is fit to be shown."""


@dataclass(frozen=True)
class Listed:
    """A name or term, as an engine is given it and as it may be spoken."""

    text: str
    spoken: tuple[str, ...]  # forms to count; of a person the surnames


@dataclass(frozen=True)
class Truth:
    """A recording's words in order, in stretches of about a minute."""

    units: tuple[str, ...]
    people: tuple[Listed, ...] = ()
    terms: tuple[Listed, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.units)


def read(path: Path) -> Truth:
    """Return the truth in a JSON file with `turns`, or in a plain text file.

    A turn has `text`, and `start` and `end` in seconds. Raises TruthError.
    """
    text = _text(path)
    try:
        content = json.loads(text) if path.suffix.lower() == ".json" else text
        truth = from_json(content) if isinstance(content, dict) else None
    except (ValueError, KeyError, TypeError) as error:
        raise TruthError(
            f"«{path.name}» no tiene la forma esperada ({error!r}). Debe ser un JSON "
            "con una lista «turns» cuyos elementos tienen «text», «start» y «end», o "
            "un archivo de texto con lo que se dijo."
        ) from error
    truth = truth or Truth(tuple(_windows(text)))
    if not normalise(truth.text):
        raise TruthError(
            f"«{path.name}» no tiene palabras: no hay con qué comparar la "
            "transcripción. Revise que sea el archivo correcto."
        )
    return truth


def read_list(path: Path) -> tuple[Listed, ...]:
    """Return the terms of a text file, one a line. Raises TruthError."""
    lines = (line.strip() for line in _text(path).splitlines())
    return tuple(Listed(line, (line,)) for line in lines if line)


def person(name: str) -> Listed:
    """Return a person to listen for: who speaks of somebody says the surnames."""
    return Listed(name, tuple(name.split()[-SURNAMES:]))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TruthError(
            f"No se pudo leer «{path}»: debe existir y ser un texto en UTF-8."
        ) from error


def from_json(content: dict[str, Any]) -> Truth:
    """Return the truth that a JSON object tells, with its roster and terms if any."""
    people = [*content.get("guest", ()), *content.get("roster", ())]
    names = [one["name"] for one in people]
    if content.get("secretary"):
        names.append(content["secretary"])
    return Truth(
        tuple(_grouped(content["turns"])),
        tuple(person(name) for name in dict.fromkeys(names)),
        tuple(
            Listed(one["name"], (one.get("spoken") or one["name"],))
            for one in content.get("terms", ())
        ),
    )


def _grouped(turns: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Join turns until they last UNIT; a longer turn stands alone."""
    group: list[str] = []
    began = 0.0
    for turn in turns:
        start, end = float(turn["start"]), float(turn["end"])
        began = began if group else start
        group.append(str(turn["text"]))
        if end - began >= UNIT:
            yield " ".join(group)
            group = []
    if group:
        yield " ".join(group)


def _windows(text: str) -> Iterator[str]:
    words = text.split()
    for first in range(0, len(words), UNIT_WORDS):
        yield " ".join(words[first : first + UNIT_WORDS])
