"""NVIDIA's TitaNet through NeMo 3.0, on a card if there is one.

N. Koluguri et al., "TitaNet: Neural Model for Speaker Representation with 1D Depth-wise
Separable Convolutions and Global Context", ICASSP 2022. NeMo is imported inside
functions only: it takes seconds, and few processes need it.
"""

from __future__ import annotations

import gc
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from transcription import weights
from transcription.voices import VoicesError, fetched, sha256

MODEL = "nvidia/speakerverification_en_titanet_large"


class TitaNet:
    """Mel bands, 1D convolutions and attentive pooling; numbers of 32 bits.

    A batch holds windows of one length, so that none is padded. NeMo adds noise to the
    sound and masks bands only while it trains.
    """

    threads = 1  # a card is one, and on a processor PyTorch uses all of it

    def __init__(
        self,
        model: str = MODEL,
        device: str = "auto",
        batch: int = 64,
        models: Path | str | None = None,
    ) -> None:
        """Load the weights. Raises VoicesError where there are none, or no NeMo."""
        self.device = _chosen(device)
        self._path = fetched(self.weights_of(model, models))
        own_file = not weights.REPOSITORY.fullmatch(model)
        self.model = (
            f"{self._path.stem[:60]}-{sha256(self._path)[:8]}" if own_file else model
        )
        self.batch = batch
        self._nemo: Any = None
        self._load()

    @staticmethod
    def weights_of(
        model: str = MODEL, models: Path | str | None = None, **_: Any
    ) -> weights.Wanted:
        """Return the weights that these options name, without loading them."""
        return weights.Wanted(model, weights.SPEAKER, models)

    @property
    def dimensions(self) -> int:
        """Of a vector, as the file says: 192 for TitaNet large."""
        return int(self._load().decoder.emb_layers[-1][-1].out_channels)

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        """As VoiceModel."""
        import torch  # heavy

        model = self._load()
        try:
            signal = torch.from_numpy(speech).to(self.device)
            lengths = torch.full((len(speech),), speech.shape[1], device=self.device)
            with torch.inference_mode():
                _, found = model(input_signal=signal, input_signal_length=lengths)
            return found.float().cpu().numpy()
        except RuntimeError as error:
            raise VoicesError(f"TitaNet se detuvo: {error}.") from error

    def unload(self) -> None:
        """Free the memory of the model; the next call loads it again."""
        self._nemo = None
        gc.collect()
        if self.device == "cuda":
            import torch  # heavy

            torch.cuda.empty_cache()

    def _load(self) -> Any:
        if self._nemo is None:
            self._nemo = _restored(self._path, self.device)
        return self._nemo


def _chosen(device: str) -> str:
    """Return the device, "auto" replaced by the best there is. Raises VoicesError."""
    try:
        import nemo.collections.asr  # noqa: F401  (9 s: only who needs it pays)
        import torch
    except ImportError as error:
        raise VoicesError(
            f"El modelo de voces TitaNet necesita NeMo, que no está en este equipo "
            f"({error}). Instálelo con: pip install -r requirements-gpu.txt; o elija "
            "TRANSCRIPTION_VOICE=onnx, que viene con ASTRA."
        ) from error
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return device


def _restored(path: Path, device: str) -> Any:
    """Return NeMo's model in evaluation mode. Raises VoicesError."""
    import torch
    from nemo.collections.asr.models import EncDecSpeakerLabelModel
    from nemo.utils import logging

    logging.setLevel(logging.ERROR)  # it prints whole configurations
    try:
        where = torch.device(device)
        model = EncDecSpeakerLabelModel.restore_from(str(path), map_location=where)
        return model.to(where).float().eval()
    except (
        AttributeError,  # a file of another kind of model
        OSError,
        RuntimeError,
        ValueError,
        KeyError,
        TypeError,
        tarfile.TarError,
    ) as error:
        raise VoicesError(
            f"No se pudo cargar TitaNet desde {path} en {device}: {error}. Revise el "
            "archivo y las opciones del modelo de voces."
        ) from error
