"""The GPU benchmark on the smallest Parakeet."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gpu, standins
from transcription.audio import RATE
from transcription.engines.parakeet import Parakeet


def test_it_measures_the_smallest_parakeet(capsys: pytest.CaptureFixture) -> None:
    gpu.main(["--quick", "--engine", "parakeet", "--terms", "3"])

    said = capsys.readouterr().out
    result = json.loads(said.splitlines()[-1].removeprefix("RESULT "))
    assert result["absent"] == {}
    assert [row["batch"] for row in result["engines"]] == [1, 2]
    assert all(row["stand_in"] and row["rtf"] > 0 for row in result["engines"])
    assert "Tiny models: these times say nothing" in said


def test_it_says_a_token_every_third_frame(tmp_path: Path) -> None:
    path = standins.parakeet(tmp_path / "steady.nemo", standins.TINY_PARAKEET)
    engine = Parakeet(str(path), device="cpu", models=tmp_path)
    noise = np.random.default_rng(0).normal(0, 0.1, 12 * RATE).astype(np.float32)

    (heard,) = engine._decoded([noise])

    assert len(heard.y_sequence) == pytest.approx(12 / 0.24, abs=1)
