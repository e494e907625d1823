"""The GPU benchmark on the smallest Parakeet."""

import json

import pytest

from benchmarks import gpu


def test_it_measures_the_smallest_parakeet(capsys: pytest.CaptureFixture) -> None:
    gpu.main(["--quick", "--engine", "parakeet", "--terms", "3"])

    said = capsys.readouterr().out
    result = json.loads(said.splitlines()[-1].removeprefix("RESULT "))
    assert result["absent"] == {}
    assert [row["batch"] for row in result["engines"]] == [1, 2]
    assert all(row["stand_in"] and row["rtf"] > 0 for row in result["engines"])
    assert "Tiny models: these times say nothing" in said
