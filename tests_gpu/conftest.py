"""A Parakeet of 1 M parameters, made on the spot: random, but it hears something."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import standins
from transcription.audio import RATE
from transcription.engines import Clip
from transcription.engines.parakeet import Parakeet

TRUTH = Path(__file__).resolve().parent.parent / "demo" / "truth.json"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .nemo file, with 512 pieces learnt from the demonstration's Spanish."""
    turns = json.loads(TRUTH.read_text(encoding="utf-8"))["turns"]
    return standins.parakeet(
        tmp_path_factory.mktemp("nemo") / "tiny.nemo",
        standins.TINY_PARAKEET,
        lines=[turn["text"] for turn in turns],
        steady=False,
    )


@pytest.fixture(scope="session")
def loaded(tiny: Path) -> Parakeet:
    return Parakeet(str(tiny), device="cpu", batch_size=2, models=tiny.parent)


@pytest.fixture
def engine(loaded: Parakeet) -> Parakeet:
    """The one loaded engine, with whatever a test before this one changed put back."""
    loaded.batch_size = 2
    loaded.alpha = 0.5
    return loaded


@pytest.fixture(scope="session")
def clips() -> list[Clip]:
    """Five clips of noise, no two of the same length, in no order."""
    rng = np.random.default_rng(5)
    lengths = [2.0, 5.5, 0.4, 3.2, 4.1]
    return [
        Clip(rng.normal(0, 0.1, round(seconds * RATE)).astype(np.float32), 10.0 * at)
        for at, seconds in enumerate(lengths)
    ]
