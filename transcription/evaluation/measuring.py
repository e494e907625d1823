"""Hear a recording as the product does, and tell what each step took. [no Django]"""

import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from transcription import pipeline
from transcription.audio import RATE, decode, probe
from transcription.cutting import PartCut, cut
from transcription.engines import Clip, Engine
from transcription.pipeline import Progress, SegmentDraft


@dataclass(frozen=True)
class Stage:
    """What a step of the work took."""

    seconds: float
    rss_mb: float  # the process's most memory during the step

    def __add__(self, other: "Stage") -> "Stage":
        return Stage(self.seconds + other.seconds, max(self.rss_mb, other.rss_mb))


@dataclass(frozen=True)
class Prepared:
    """A recording decoded and cut, its parts as .npy files of int16 at 16 kHz."""

    seconds: float  # of sound
    parts: tuple[tuple[PartCut, Path], ...]
    stage: Stage


class Meter:
    """Measures the time and the most memory of what runs inside it.

    On Linux the kernel's high-water mark is set back first; elsewhere it is that of
    the whole process so far.
    """

    stage: Stage

    def __enter__(self) -> "Meter":
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._began = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stage = Stage(time.monotonic() - self._began, _peak_mb())


def prepare(path: Path, folder: Path) -> Prepared:
    """Decode `path`, find its speech and cut it; its parts are left in `folder`.

    Raises AudioError.
    """
    probe(path, path.name)
    seconds = 0.0
    parts = []
    with Meter() as meter:
        for part, samples in cut(decode(path)):
            file = folder / f"{path.name}-{part.position}.npy"
            np.save(file, samples)
            parts.append((part, file))
            seconds = part.end
    return Prepared(seconds, tuple(parts), meter.stage)


def warm_up(engine: Engine, language: str = "es") -> None:
    """Have a model loaded before the clock runs; a service that is paid is not asked.

    Raises EngineError.
    """
    if not engine.capabilities.price:
        silence = Clip(np.zeros(RATE, np.float32), 0.0)
        engine.transcribe([silence], language=language, terms=())


def hear(
    prepared: Prepared,
    engine: Engine,
    terms: Sequence[str] = (),
    progress: Progress | None = None,
) -> tuple[list[SegmentDraft], Stage]:
    """Return the segments of a prepared recording and what hearing it took.

    `progress` gets the share done after each part. Raises EngineError.
    """
    found: list[SegmentDraft] = []
    with Meter() as meter:
        for part, file in prepared.parts:
            found += pipeline.transcribe_part(
                np.load(file, mmap_mode="r"),
                part.clips,
                engine,
                offset=part.start,
                terms=terms,
            )
            if progress:
                progress(part.end / prepared.seconds)
    return found, meter.stage


def _peak_mb() -> float:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
