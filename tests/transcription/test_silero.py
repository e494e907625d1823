import numpy as np
import onnx
import pytest

from transcription.silero import HERE, Silero, split


@pytest.mark.parametrize("name", ["features", "memory"])
def test_it_is_what_split_makes(name: str, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(split, "HERE", tmp_path)

    split.main()

    made = onnx.load(tmp_path / f"{name}.onnx").graph
    kept = onnx.load(HERE / f"{name}.onnx").graph
    assert made.node == kept.node
    assert made.initializer == kept.initializer


def test_it_sees_frames_one_by_one_as_all_at_once() -> None:
    frames = np.random.default_rng(1).standard_normal((9, 512), np.float32) * 0.1
    before = np.zeros(512, np.float32)
    silero = Silero()

    at_once = silero.features(frames, before)
    singly = [
        silero.features(frames[index : index + 1], frames[index - 1])
        for index in range(1, 9)
    ]

    assert np.concatenate(singly) == pytest.approx(at_once[1:], abs=1e-4)


def test_it_remembers_what_it_heard() -> None:
    frames = np.random.default_rng(1).standard_normal((40, 512), np.float32) * 0.1
    silero = Silero()
    features = silero.features(frames, np.zeros(512, np.float32))

    first, second = silero(features), silero(features)

    assert np.abs(first - second).max() > 1e-3
