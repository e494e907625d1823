"""CAM++ on ONNX Runtime: no torch, the same vectors on every machine. [no Django]

The file is 3D-Speaker's Chinese-English common model (H. Wang et al., "CAM++: A Fast
and Efficient Network for Speaker Verification Using Context-Aware Masking", Interspeech
2023; Apache-2.0), see campplus/NOTICE.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from transcription.ahead import cores
from transcription.voices import RATE, VoicesError

if TYPE_CHECKING:
    import onnxruntime

CAMPPLUS = Path(__file__).parent / "campplus" / "campplus.onnx"


class Onnx:
    """A speaker model that takes Kaldi's filter banks: `feats` in, `emb` out."""

    dimensions = 192

    def __init__(self, model: str = "campplus", threads: int = 0) -> None:
        """`model` is "campplus" or a path; `threads` 0 stands for all processors."""
        self._path = CAMPPLUS if model == "campplus" else Path(model).expanduser()
        self._threads = threads or cores()
        self.model = self._path.stem

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        """As VoiceModel."""
        feats = np.stack([filter_banks(window) for window in speech])
        return self._session.run(["emb"], {"feats": feats})[0]

    def unload(self) -> None:
        self.__dict__.pop("_session", None)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        import onnxruntime  # heavy, and not needed where nobody is told apart

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        try:
            return onnxruntime.InferenceSession(
                self._path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise VoicesError(
                f"No se pudo abrir el modelo de voces {self._path.name} ({error})."
            ) from error


def filter_banks(window: np.ndarray) -> np.ndarray:
    """Return float32 (frames, 80): Kaldi's log mel energies less their mean.

    `window` is float32 in -1…1 at 16 kHz. As the model was trained: 3D-Speaker's
    FBank, which is torchaudio.compliance.kaldi.fbank without dither.
    """
    import kaldi_native_fbank

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = RATE
    options.frame_opts.window_type = "povey"
    options.mel_opts.num_bins = 80
    options.energy_floor = 1.0
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(RATE, window)
    bank.input_finished()
    rows = np.stack([bank.get_frame(at) for at in range(bank.num_frames_ready)])
    return rows - rows.mean(axis=0)
