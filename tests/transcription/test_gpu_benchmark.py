"""What a card costs for seven hours; the GPU benchmark on its smallest models."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import cards, gpu
from transcription.audio import RATE
from transcription.engines import Clip

H100 = cards.known("NVIDIA H100 80GB HBM3")


@pytest.mark.parametrize(
    ("driver", "name"),
    [
        ("NVIDIA L4", "L4"),
        ("NVIDIA L40S", "L40S"),
        ("Tesla T4", "T4"),
        ("NVIDIA A10", "A10"),
        ("NVIDIA A100-SXM4-80GB", "A100 80 GB"),
        ("NVIDIA A100-PCIE-40GB", "A100 40 GB"),
        ("NVIDIA H100 PCIe", "H100 PCIe"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
    ],
)
def test_it_knows_a_card_by_its_drivers_name(driver: str, name: str) -> None:
    assert cards.known(driver).name == name


def test_it_knows_no_ratio_of_an_unknown_card() -> None:
    assert cards.known("NVIDIA GeForce GTX 1080") is None


def test_it_reckons_seven_hours_on_this_card() -> None:
    found = cards.here(60.0, 0.35)

    assert (found.least, found.most) == (420.0, 420.0)  # seven minutes
    assert found.cost == pytest.approx(0.0408, abs=1e-4)
    assert cards.here(60.0, None).cost is None


def test_it_reckons_an_l4_between_its_arithmetic_and_its_memory() -> None:
    found = cards.elsewhere(2520.0, H100, cards.L4, cards.L4_PRICE)

    assert found.least == pytest.approx(10 * 989 / 121)
    assert found.most == pytest.approx(10 * 3350 / 300)
    assert found.cost == pytest.approx(found.most / 3600 * 0.35)


def test_it_says_that_there_is_no_card(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(gpu, "_card", lambda: "")

    gpu.main([])

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "No CUDA card on this machine: nothing was measured."
    assert json.loads(said[-1].removeprefix("RESULT ")) == {
        "cuda": False,
        "engines": [],
    }


def test_it_measures_the_smallest_whisper(capsys: pytest.CaptureFixture) -> None:
    gpu.main(["--quick", "--engine", "turbo", "--terms", "3"])

    result = json.loads(capsys.readouterr().out.splitlines()[-1].split(" ", 1)[1])
    assert result["cuda"] is False
    assert result["absent"] == {}
    assert [row["batch"] for row in result["engines"]] == [1, 2]
    for row in result["engines"]:
        assert row["stand_in"]
        assert row["seconds_7h"] == pytest.approx(7 * 3600 / row["rtf"], rel=0.05)
        assert "l4_seconds_7h" not in row  # tiny models foretell nothing


def test_it_makes_a_whisper_that_says_as_many_tokens_as_it_is_allowed(
    tmp_path: Path,
) -> None:
    options = gpu._options(["--quick"])

    engine, stand_in = gpu._turbo(tmp_path, "cpu", options)
    (heard,) = engine.transcribe([Clip(np.ones(20 * RATE, np.float32), 0.0)])

    assert stand_in
    assert len(heard.words) == gpu.TOKENS - 1  # the first one is a time
    assert {word.text for word in heard.words} == {"de"}


def test_it_stops_where_the_card_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    class Small:
        """An engine on a card that holds two clips at once."""

        batch_size = 0

        def transcribe(self, clips: list, **_: object) -> list:
            self.batch_size = min(self.batch_size, 2)
            return []

    monkeypatch.setattr(gpu, "_turbo", lambda *_: (Small(), True))
    monkeypatch.setattr(gpu, "_compute_type", lambda _: "float16")
    options = gpu._options(["--quick", "--batches", "8", "1", "4"])

    found = list(gpu._measure("turbo", None, "cpu", options))

    assert [one.batch for one in found] == [1, 2]


def test_it_keeps_a_result_under_its_date_and_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "RESULTS", tmp_path)

    gpu._save({"date": "2026-01-02", "card": "NVIDIA L4", "engines": []})

    (kept,) = tmp_path.iterdir()
    assert kept.name == "gpu-2026-01-02-nvidia-l4.json"
    assert json.loads(kept.read_text())["card"] == "NVIDIA L4"
