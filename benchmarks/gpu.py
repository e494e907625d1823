"""How fast each engine hears on a graphics card, and what seven hours cost there.

    python benchmarks/gpu.py [--engine turbo] [--batches 8 16 32 64] [--price USD]

Each engine hears the demonstration's clips at several batch sizes; real-time factor 60
means an hour in a minute. From it follow the seven hours of a session on this card and,
by the cards' published figures (cards.py), on an L4. Weights are looked for on this
machine (--download asks the hub too); where there are none, a model of the same size
with random weights and a fixed number of tokens stands in, and the line says so: its
times are as good as real ones, its text is not. --terms hears with a list of as many
made-up names. --save keeps the RESULT in benchmarks/results. Without a CUDA card it
says so and measures nothing; --quick hears a few seconds with tiny models on the CPU,
to see that all of this runs.

CTranslate2 opens libcublas.so.12 when it first computes. Where CUDA 13 alone is
installed, a link of that name to its libcublas.so.13, in a folder of LD_LIBRARY_PATH,
may do. Parakeet needs requirements-gpu.txt.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from itertools import cycle, islice
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks import cards, standins  # noqa: E402
from transcription import weights  # noqa: E402
from transcription.audio import RATE, decode  # noqa: E402
from transcription.cutting import cut  # noqa: E402
from transcription.engines import Clip, Engine, EngineError  # noqa: E402
from transcription.engines.parakeet import MODEL, Parakeet  # noqa: E402
from transcription.engines.whisper import Whisper  # noqa: E402

MODELS = ROOT / "var" / "models"
RESULTS = ROOT / "benchmarks" / "results"
RECORDING = ROOT / "demo" / "recording.opus"
BATCHES = (8, 16, 32, 64)
ROUNDS = 3  # batches of a size that one measurement hears
TOKENS = round(29 * standins.SPOKEN)  # that a stand-in of Whisper gives for a clip
# In this order: CTranslate2 gives its memory back with the model, torch does not.
ENGINES = ("turbo", "parakeet")
COLUMNS = "{:9} {:9} {:>6} {:>8} {:>9} {:>8} {:>13} {:>8}"
TITLES = ("engine", "weights", "batch", "× real", "7 h, s", "USD", "L4: 7 h, s", "USD")


@dataclass(frozen=True)
class Measured:
    """One engine at one batch size."""

    engine: str
    stand_in: bool
    compute_type: str
    batch: int  # what it came down to, where the card was too small for what was asked
    factor: float  # seconds of audio a second
    memory: int | None  # MB of the card in use afterwards; None without a card


class Missing(Exception):
    """An engine cannot be measured here; the message says why."""


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    card = _card()
    if not card and not options.quick:
        print("No CUDA card on this machine: nothing was measured.")
        print("RESULT", json.dumps({"cuda": False, "engines": []}))
        return
    device = "cpu" if options.quick else "cuda"
    measured, absent = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(set(options.engine), key=ENGINES.index):
            try:
                measured += _measure(name, Path(folder), device, options)
            except (Missing, EngineError) as error:
                absent[name] = str(error)
    _print(card, measured, absent, options)
    result = _result(card, measured, absent, options)
    if options.save:
        _save(result)
    print("RESULT", json.dumps(result))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Real-time factor on a CUDA card.")
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--batches", nargs="+", type=int)
    parser.add_argument("--price", type=float, help="of this card, US dollars an hour")
    parser.add_argument("--terms", type=int, default=0, help="names in the list")
    parser.add_argument("--download", action="store_true")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(arguments)
    options.batches = options.batches or ([1, 2] if options.quick else list(BATCHES))
    return options


def _card() -> str:
    """Return what the driver calls the first card, or "" where there is none."""
    try:
        return _asked("name")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _asked(what: str) -> str:
    command = ["nvidia-smi", f"--query-gpu={what}", "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0].strip()


def _measure(
    name: str, folder: Path, device: str, options: argparse.Namespace
) -> Iterator[Measured]:
    """Yield what engine `name` does at each batch size. Raises Missing, EngineError."""
    make: dict[str, Callable[..., tuple[Any, bool]]] = {
        "turbo": _turbo,
        "parakeet": _parakeet,
    }
    engine, stand_in = make[name](folder, device, options)
    clips = _clips(options.quick)
    terms = _names(options.terms)
    engine.batch_size = min(options.batches)
    engine.transcribe(clips[: engine.batch_size], terms=terms)  # what is slow once
    for batch in sorted(options.batches):
        engine.batch_size = batch
        heard = list(islice(cycle(clips), ROUNDS * batch))
        factor = _factor(engine, heard, terms)
        yield Measured(
            name,
            stand_in,
            _compute_type(engine),
            engine.batch_size,
            factor,
            int(_asked("memory.used")) if device == "cuda" else None,
        )
        if engine.batch_size < batch:
            break  # the card is full: larger ones would come down to the same


def _compute_type(engine: Any) -> str:
    if isinstance(engine, Parakeet):
        return engine.compute_type
    return engine._whisper.model.compute_type


def _factor(engine: Engine, clips: Sequence[Clip], terms: Sequence[str]) -> float:
    start = time.perf_counter()
    engine.transcribe(clips, language="es", terms=terms)
    return sum(clip.seconds for clip in clips) / (time.perf_counter() - start)


def _turbo(
    folder: Path, device: str, options: argparse.Namespace
) -> tuple[Whisper, bool]:
    """Return Whisper large-v3-turbo and whether it is a stand-in."""
    path = None if options.quick else _found("large-v3-turbo", weights.WHISPER, options)
    if path:
        return Whisper(str(path), device=device, models=MODELS), False
    try:
        base = weights.find("base", MODELS, download=options.download)
    except weights.WeightsError as error:
        raise Missing(
            f"its stand-in needs Whisper base's vocabulary: {error}"
        ) from error
    size = standins.TINY_WHISPER if options.quick else standins.TURBO
    model = standins.whisper(folder / "turbo", size, base)
    engine = Whisper(str(model), device=device, models=MODELS)
    # CTranslate2 gives half of this at most.
    engine._whisper.max_length = 2 * TOKENS
    return engine, True


def _parakeet(
    folder: Path, device: str, options: argparse.Namespace
) -> tuple[Parakeet, bool]:
    """Return Parakeet 0.6B and whether it is a stand-in."""
    try:
        import nemo.collections.asr  # noqa: F401  (seconds)
    except ImportError as error:
        raise Missing("NeMo is not installed: requirements-gpu.txt") from error
    path = None if options.quick else _found(MODEL, weights.NEMO, options)
    if path:
        return Parakeet(str(path), device=device, models=MODELS), False
    size = standins.TINY_PARAKEET if options.quick else standins.PARAKEET
    model = standins.parakeet(folder / "parakeet.nemo", size)
    return Parakeet(str(model), device=device, models=MODELS), True


def _found(model: str, kind: weights.Kind, options: argparse.Namespace) -> Path | None:
    try:
        return weights.find(model, MODELS, kind, download=options.download)
    except weights.WeightsError:
        return None


def _clips(quick: bool) -> list[Clip]:
    """Return the demonstration's clips, or short pieces of its first ones."""
    clips = []
    blocks = islice(decode(RECORDING), 30) if quick else decode(RECORDING)
    for part, samples in cut(blocks):
        sound = samples.astype(np.float32)
        if samples.dtype == np.int16:
            sound /= 32768
        for start, end in part.clips:
            first, last = (round((at - part.start) * RATE) for at in (start, end))
            clips.append(Clip(sound[first:last], start))
    if quick:
        return [Clip(clip.samples[: 3 * RATE], clip.start) for clip in clips]
    return clips


def _names(count: int) -> list[str]:
    """Return `count` names of a first name and a surname that nobody bears."""
    syllables = standins.SYLLABLES.split()
    rng = np.random.default_rng(2)
    return [
        " ".join("".join(rng.choice(syllables, 3)).title() for _ in range(2))
        for _ in range(count)
    ]


def _rows(
    card: str, measured: Sequence[Measured], options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Yield what the table and the result say of each measurement."""
    known = cards.known(card)
    for one in measured:
        here = cards.here(one.factor, options.price)
        row = {
            "engine": one.engine,
            "stand_in": one.stand_in,
            "compute_type": one.compute_type,
            "batch": one.batch,
            "rtf": round(one.factor, 1),
            "memory_mb": one.memory,
            "seconds_7h": round(here.most, 1),
            "cost_7h": here.cost and round(here.cost, 4),
        }
        if known and not options.quick:
            there = cards.elsewhere(one.factor, known, cards.L4, cards.L4_PRICE)
            row["l4_seconds_7h"] = [round(there.least, 1), round(there.most, 1)]
            row["l4_cost_7h"] = there.cost and round(there.cost, 4)
        yield row


def _print(
    card: str,
    measured: Sequence[Measured],
    absent: dict[str, str],
    options: argparse.Namespace,
) -> None:
    print(f"Card: {card or 'none, on the CPU'}")
    if options.quick:
        print("Tiny models: these times say nothing about any card.")
    print(COLUMNS.format(*TITLES))
    for row in _rows(card, measured, options):
        there = row.get("l4_seconds_7h")
        print(
            COLUMNS.format(
                row["engine"],
                "stand-in" if row["stand_in"] else "real",
                row["batch"],
                row["rtf"],
                row["seconds_7h"],
                row["cost_7h"] or "-",
                f"{there[0]:.0f} to {there[1]:.0f}" if there else "-",
                row.get("l4_cost_7h") or "-",
            )
        )
    for name, why in absent.items():
        print(f"{name}: not measured: {why}")


def _result(
    card: str,
    measured: Sequence[Measured],
    absent: dict[str, str],
    options: argparse.Namespace,
) -> dict[str, Any]:
    return {
        "cuda": bool(card) and not options.quick,
        "quick": options.quick,
        "date": date.today().isoformat(),
        "card": card,
        "terms": options.terms,
        "versions": _versions("ctranslate2", "faster-whisper", "torch", "nemo-toolkit"),
        "engines": list(_rows(card, measured, options)),
        "absent": absent,
    }


def _versions(*packages: str) -> dict[str, str]:
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _save(result: dict[str, Any]) -> None:
    """Keep a result beside the others; README.md there tells its fields."""
    card = re.sub(r"\W+", "-", result["card"].lower()).strip("-") or "cpu"
    path = RESULTS / f"gpu-{result['date']}-{card}.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
