"""What every speaker model takes and gives back, and how one is found by its alias.

Speech in, vectors out: the nearer two vectors by cosine, the likelier one voice. Which
stretches are looked at is shared code, and so is who is whom over a whole session.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from transcription.ahead import in_order
from transcription.voices.windows import Span, windows
from transcription.weights import Wanted, WeightsError

RATE = 16_000  # samples a second


class VoicesError(Exception):
    """Voices cannot be told apart; the message is fit to be shown to a person."""


@dataclass(frozen=True)
class Vectors:
    """How the voice sounds in each window of some speech, in order."""

    times: np.ndarray  # float32 (n, 2): start and end in seconds
    values: np.ndarray  # float32 (n, dimensions), of length 1

    def __len__(self) -> int:
        return len(self.times)


class VoiceModel(Protocol):
    """Speech to vectors. It cuts nothing and compares nothing."""

    model: str  # vectors of two models cannot be compared
    dimensions: int
    batch: int  # windows that it is given at a time, at most
    threads: int  # that may ask it at the same time

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        """Return float32 (n, dimensions) for windows float32 (n, samples) at 16 kHz.

        Raises VoicesError.
        """
        ...

    def unload(self) -> None:
        """Free the memory of the model; the next call loads it again."""
        ...


def vectors_of(
    samples: np.ndarray,
    speech: Sequence[Span],
    model: VoiceModel,
    *,
    offset: float = 0.0,
    check: Callable[[], None] = lambda: None,
) -> Vectors:
    """Return the vectors of a part's speech, in order, but where a model finds none.

    `samples` are the part's, float32 or int16 at 16 kHz; `speech` is where somebody
    speaks, in seconds on the recording's clock, on which the part begins at `offset`.
    `check` is called between batches; what it raises ends the work. Raises VoicesError.
    """
    places = windows(speech)
    found = np.zeros((len(places), model.dimensions), np.float32)
    firsts = [round((start - offset) * RATE) for start, _ in places]
    lengths = np.array([round((end - start) * RATE) for start, end in places])
    batches = [
        batch
        for length in np.unique(lengths)
        for batch in _batches(np.flatnonzero(lengths == length), model.batch)
    ]
    calls = (
        # Cut in the thread that needs it: no more samples are copied than it works at.
        partial(_heard, model, samples, [firsts[at] for at in batch], lengths[batch[0]])
        for batch in batches
    )
    with (
        ThreadPoolExecutor(model.threads) as pool,
        closing(in_order(pool, calls, ahead=model.threads)) as done,
    ):
        for batch, values in zip(batches, done, strict=True):
            found[batch] = values
            check()
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    # One that is not a number would become the whole session's: all would be one voice.
    heard = np.isfinite(norms[:, 0]) & (norms[:, 0] > 0)
    times = np.array(places, np.float32).reshape(-1, 2)
    return Vectors(times[heard], found[heard] / norms[heard])


def joined(parts: Sequence[Vectors]) -> Vectors:
    """Return the vectors of parts that follow one another as one."""
    if not parts:
        return Vectors(np.zeros((0, 2), np.float32), np.zeros((0, 0), np.float32))
    times = np.concatenate([part.times for part in parts])
    return Vectors(times, np.concatenate([part.values for part in parts]))


def _batches(places: np.ndarray, size: int) -> list[np.ndarray]:
    return np.split(places, range(size, len(places), size))


def _heard(
    model: VoiceModel, samples: np.ndarray, firsts: Sequence[int], length: int
) -> np.ndarray:
    return model.vectors(np.stack([_cut(samples, first, length) for first in firsts]))


def _cut(samples: np.ndarray, first: int, length: int) -> np.ndarray:
    first = max(0, min(first, len(samples) - length))
    found = samples[first : first + length].astype(np.float32)
    return found / 32_768 if samples.dtype == np.int16 else found


_loaded: dict[str, VoiceModel] = {}
_lock = threading.Lock()


def load(alias: str) -> VoiceModel:
    """Return the model that settings.TRANSCRIPTION_VOICES calls `alias`.

    It is built on first use and stays resident. Raises VoicesError.
    """
    entry = _entry(alias)
    key = json.dumps(entry, sort_keys=True, default=str)
    with _lock:
        if key not in _loaded:
            _loaded[key] = _built(alias, entry)
        return _loaded[key]


def unload() -> None:
    """Free the memory of every speaker model that this process has loaded."""
    with _lock:
        while _loaded:
            _loaded.popitem()[1].unload()


def weights_of(alias: str) -> Wanted | None:
    """Return the weights that `alias` needs, without loading anything heavy.

    None for a model that brings its own. Raises VoicesError like `load`.
    """
    entry = _entry(alias)
    tell = getattr(_backend(alias, entry), "weights_of", None)
    return tell(**entry.get("OPTIONS", {})) if tell else None


def fetched(wanted: Wanted) -> Path:
    """Return where a model's weights are, fetched if need be. Raises VoicesError."""
    try:
        return wanted.fetched()
    except WeightsError as error:
        raise VoicesError(str(error)) from error


def sha256(path: Path) -> str:
    """Return the sum of a model's file in hex digits. Raises VoicesError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise VoicesError(
            f"Falta el modelo de voces {path} ({error.strerror}). Corrija la opción "
            "«model» o copie ahí el archivo."
        ) from error


def _entry(alias: str) -> dict[str, Any]:
    # Imported here so that what is above serves code that knows no Django.
    from django.conf import settings

    models = settings.TRANSCRIPTION_VOICES
    if alias not in models:
        raise VoicesError(
            f"No existe un modelo de voces llamado «{alias}». Los disponibles son: "
            f"{', '.join(sorted(models))}."
        )
    return models[alias]


def _backend(alias: str, entry: dict[str, Any]) -> Callable[..., VoiceModel]:
    module, _, name = entry["BACKEND"].rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise VoicesError(
            f"El modelo de voces «{alias}» no está instalado en este servidor "
            f"({error})."
        ) from error


def _built(alias: str, entry: dict[str, Any]) -> VoiceModel:
    build = _backend(alias, entry)
    try:
        return build(**entry.get("OPTIONS", {}))
    except TypeError as error:
        raise VoicesError(
            f"Las opciones del modelo de voces «{alias}» no se entienden ({error}). "
            "Corrija TRANSCRIPTION_VOICES."
        ) from error
