"""TitaNet's class on a real NeMo model, small and random."""

from pathlib import Path

import numpy as np
import pytest

from transcription import voices
from transcription.voices import RATE, VoicesError, vectors_of
from transcription.voices.titanet import TitaNet

MODULES = "nemo.collections.asr.modules"


def layer(filters: int, kernel: int, **options: object) -> dict[str, object]:
    return {
        "filters": filters,
        "kernel": [kernel],
        "stride": [1],
        "dilation": [1],
        "dropout": 0.0,
        "repeat": 1,
        "separable": True,
        "se": True,
        "se_context_size": -1,
        "residual": False,
        **options,
    }


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .nemo file of a TitaNet as large's configuration has it, but narrow."""
    import torch
    from nemo.collections.asr.models import EncDecSpeakerLabelModel
    from omegaconf import OmegaConf

    torch.manual_seed(0)
    config = {
        "sample_rate": RATE,
        "preprocessor": {
            "_target_": f"{MODULES}.AudioToMelSpectrogramPreprocessor",
            "normalize": "per_feature",
            "window_size": 0.025,
            "window_stride": 0.01,
            "sample_rate": RATE,
            "window": "hann",
            "features": 80,
            "n_fft": 512,
            "frame_splicing": 1,
            "dither": 1e-5,
        },
        "spec_augment": {
            "_target_": f"{MODULES}.SpectrogramAugmentation",
            "freq_masks": 3,
            "freq_width": 4,
            "time_masks": 5,
            "time_width": 0.03,
        },
        "encoder": {
            "_target_": f"{MODULES}.ConvASREncoder",
            "feat_in": 80,
            "activation": "relu",
            "conv_mask": True,
            "jasper": [layer(32, 3), layer(32, 7, residual=True), layer(96, 1)],
        },
        "decoder": {
            "_target_": f"{MODULES}.SpeakerDecoder",
            "feat_in": 96,
            "num_classes": 5,
            "pool_mode": "attention",
            "emb_sizes": 192,
            "attention_channels": 16,
            "angular": True,
        },
        "loss": {
            "_target_": "nemo.collections.asr.losses.AngularSoftmaxLoss",
            "scale": 30,
            "margin": 0.2,
        },
    }
    path = tmp_path_factory.mktemp("nemo") / "small.nemo"
    EncDecSpeakerLabelModel(cfg=OmegaConf.create(config)).save_to(str(path))
    return path


@pytest.fixture(scope="session")
def model(small: Path) -> TitaNet:
    return TitaNet(str(small), device="cpu", batch=3)


@pytest.fixture(scope="session")
def windows() -> np.ndarray:
    rng = np.random.default_rng(7)
    loudness = np.linspace(0.02, 0.3, 5)[:, None]
    noise = rng.normal(0, 1, (5, 24_000)) * loudness
    # Noise of another colour in each: what is equally loud everywhere is normalised.
    kernels = [np.ones(n + 1) / (n + 1) for n in range(5)]
    rows = [np.convolve(x, k, "same") for x, k in zip(noise, kernels, strict=True)]
    return np.stack(rows).astype(np.float32)


def test_it_gives_each_window_a_vector_of_its_own(
    model: TitaNet, windows: np.ndarray
) -> None:
    found = model.vectors(windows)

    assert found.shape == (5, 192)
    assert found.dtype == np.float32
    assert model.dimensions == 192
    assert np.isfinite(found).all()
    far = [np.abs(found[0] - other).max() for other in found[1:]]
    assert min(far) > 1e-4


def test_it_gives_a_window_the_same_vector_alone_and_among_others(
    model: TitaNet, windows: np.ndarray
) -> None:
    together = model.vectors(windows)
    alone = np.concatenate([model.vectors(window[None]) for window in windows])
    again = model.vectors(windows)

    assert np.allclose(together, alone, atol=1e-6)
    assert np.array_equal(together, again)  # no noise is added, no band masked


def test_it_serves_where_the_other_model_does(
    model: TitaNet, windows: np.ndarray
) -> None:
    sound = np.concatenate(windows)
    found = vectors_of(sound, [(0.0, 6.0), (6.5, 7.3)], model)

    assert len(found) == 8
    assert np.linalg.norm(found.values, axis=1) == pytest.approx(np.ones(8), abs=1e-5)


def test_it_loads_again_after_it_was_unloaded(small: Path, windows: np.ndarray) -> None:
    model = TitaNet(str(small), device="cpu")
    before = model.vectors(windows)
    model.unload()
    assert model._nemo is None

    assert np.array_equal(model.vectors(windows), before)


def test_it_is_found_by_its_alias(small: Path, settings) -> None:
    settings.TRANSCRIPTION_VOICES = {
        "titanet": {
            "BACKEND": "transcription.voices.titanet.TitaNet",
            "OPTIONS": {"model": str(small), "device": "cpu"},
        }
    }
    try:
        assert voices.load("titanet").model.startswith("small-")
    finally:
        voices.unload()


def test_it_says_that_a_file_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "x.nemo"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(VoicesError, match="No se pudo cargar TitaNet"):
        TitaNet(str(path), device="cpu")


def test_it_says_that_the_weights_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcription.weights._from_hub", lambda *_, **__: 1 / 0)
    with pytest.raises(VoicesError, match="elija el modelo de voces «onnx»"):
        TitaNet(models=tmp_path)
