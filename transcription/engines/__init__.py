"""What every speech engine takes and gives back, and how one is found by its alias."""

import hashlib
import importlib
import inspect
import json
import re
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from transcription.weights import Wanted, WeightsError

# Raised by hand when the way text is made changes without any option changing
# (cutting, guards, retries), so that old and new results are told apart.
RECIPE = "4"


class EngineError(Exception):
    """An engine cannot be used; the message is fit to be shown to a person.

    `permanent` is True when trying again cannot help (a wrong setting, a refused
    file) and False when it may (a busy card, a network that is down).
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True)
class Clip:
    """A stretch of speech, at most as long as the engine's `max_clip`."""

    samples: np.ndarray  # float32, mono, 16 kHz, shape (n,)
    start: float  # seconds on the recording's clock

    @property
    def seconds(self) -> float:
        return len(self.samples) / 16_000


@dataclass(frozen=True)
class Word:
    """One word as heard, punctuation attached. Times in seconds."""

    start: float
    end: float
    text: str
    probability: float  # 0 to 1; 1.0 where the engine gives none


@dataclass(frozen=True)
class ClipResult:
    """What an engine heard in one clip. Word times count from the clip's start.

    A figure that an engine does not give is None and the guard that would read it
    stays silent. `text` must hold the words in order; `words` may be empty for an
    engine without word times.
    """

    text: str
    words: tuple[Word, ...] = ()
    avg_logprob: float | None = None
    no_speech: float | None = None
    compression_ratio: float | None = None
    language: str | None = None


class Biasing(StrEnum):
    """How an engine can be told which words to expect."""

    NONE = "none"  # `terms` are not read
    PROMPT = "prompt"  # a few, written before what it is about to hear
    PHRASES = "phrases"  # many, weighed while it searches


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do; shared code adapts to it."""

    max_clip: float = 29.0  # seconds of the longest clip that it hears whole
    batch: int = 16  # clips that one call takes best
    word_times: bool = True
    biasing: Biasing = Biasing.NONE
    terms: int = 0  # how many terms of a list it makes use of
    language_lock: bool = True  # False: it may drift into another language
    confidence: bool = True  # words carry a probability of their own
    price: float = 0.0  # US dollars for a minute of audio; 0: our own machine


class Engine(Protocol):
    """Speech to text. It never cuts, never merges and never guesses who speaks.

    A class that needs weights says which in a static method `weights_of(**options)`
    that returns a Wanted; see `weights_of` below.
    """

    name: str
    model: str  # as the engine knows it now: a server may tell another after a call
    capabilities: Capabilities

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str,
        terms: Sequence[str],
        careful: bool = False,
    ) -> list[ClipResult]:
        """Return one result a clip, in the order given.

        `careful` asks for the slower way that resists loops, without prompt: the
        pipeline sets it for clips whose first result was bad. Raises EngineError.
        """
        ...

    def unload(self) -> None:
        """Free the memory of the model; the next transcription loads it again."""
        ...


def compression_ratio(text: str) -> float | None:
    """Return how many times smaller zlib makes `text`, None for no text.

    Loops pack well: Whisper's authors distrust what packs more than 2.4 times.
    """
    packed = text.encode()
    return len(packed) / len(zlib.compress(packed)) if packed else None


# How torch, CTranslate2, cuBLAS and ONNX Runtime say that there is no room.
FULL = re.compile(r"out of memory|alloc_failed|bad_alloc|failed to allocate", re.I)


def is_full(error: Exception) -> bool:
    """Say whether memory was wanting, here or on the card: less at a time may do."""
    return isinstance(error, MemoryError) or bool(FULL.search(str(error)))


_loaded: dict[str, Engine] = {}
_lock = threading.Lock()


def load(alias: str, *, alone: bool = False) -> Engine:
    """Return the engine that settings.TRANSCRIPTION_ENGINES calls `alias`.

    It is built on first use and stays resident: a model is read from disk once a
    process. `alone` lets go of the others where they leave no memory for it; not for
    a backup, whose principal is still at work. Raises EngineError for an alias or
    backend that does not exist, and what building it raises.
    """
    entry = _entry(alias)
    key = settings_hash(alias)
    with _lock:
        if key in _loaded:
            return _loaded[key]
        try:
            _loaded[key] = _build(alias, entry)
            return _loaded[key]
        except EngineError as error:
            if not (alone and _loaded and is_full(error)):
                raise
    # Out of the handler, whose error holds what the failed attempt had taken.
    unload()
    return load(alias)


def settings_hash(alias: str) -> str:
    """Return 16 hex digits that change whenever `alias` would hear differently."""
    entry = _entry(alias)
    heard = {"backend": entry["BACKEND"], "options": entry.get("OPTIONS", {})}
    text = json.dumps({"recipe": RECIPE, **heard}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def unload() -> None:
    """Free the memory of every engine that this process has loaded."""
    with _lock:
        while _loaded:
            _loaded.popitem()[1].unload()


def model_of(alias: str) -> str:
    """Return the name of the model that `alias` hears with, or "" if it tells none.

    The end of a long path, as much as a row holds.
    """
    return str(_entry(alias).get("OPTIONS", {}).get("model", ""))[-80:]


def weights_of(alias: str) -> Wanted | None:
    """Return the weights that `alias` hears with, without loading anything heavy.

    None for an engine that needs none here, as one whose model is on a server.
    Raises EngineError like `load`.
    """
    entry = _entry(alias)
    tell = getattr(_backend(alias, entry), "weights_of", None)
    return tell(**entry.get("OPTIONS", {})) if tell else None


def fetched(wanted: Wanted) -> Path:
    """Return where an engine's weights are, fetched if need be. Raises EngineError."""
    try:
        return wanted.fetched()
    except WeightsError as error:
        raise EngineError(str(error), permanent=True) from error


def _entry(alias: str) -> dict[str, Any]:
    # Imported here so that the dataclasses above serve code that knows no Django.
    from django.conf import settings

    engines = settings.TRANSCRIPTION_ENGINES
    if alias not in engines:
        known = ", ".join(sorted(engines))
        raise EngineError(
            f"No existe un motor de transcripción llamado «{alias}». "
            f"Los disponibles son: {known}.",
            permanent=True,
        )
    return engines[alias]


def _build(alias: str, entry: dict[str, Any]) -> Engine:
    backend, options = _backend(alias, entry), entry.get("OPTIONS", {})
    try:
        inspect.signature(backend).bind(**options)
    except TypeError as error:
        raise EngineError(
            f"Las opciones del motor «{alias}» no se entienden ({error}). Elija otro "
            "motor o pida a quien administra el servidor que las corrija en "
            "TRANSCRIPTION_ENGINES.",
            permanent=True,
        ) from error
    return backend(**options)


def _backend(alias: str, entry: dict[str, Any]) -> type[Engine]:
    module, _, name = entry["BACKEND"].rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise EngineError(
            f"El motor «{alias}» no está instalado en este servidor ({error}). "
            "Elija otro motor o pida a quien administra el servidor que lo instale.",
            permanent=True,
        ) from error
