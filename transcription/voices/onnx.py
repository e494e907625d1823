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
from transcription.voices import RATE, VoicesError, sha256

if TYPE_CHECKING:
    import onnxruntime

CAMPPLUS = Path(__file__).parent / "campplus" / "campplus.onnx"
SHA256 = "50e47b2a1c4050b73fafdd1cd65f86019a218130b1ae7157682d38fd46c500d3"


class Onnx:
    """A speaker model that takes Kaldi's filter banks: `feats` in, `emb` out.

    Each call computes on one thread, and as many are made at once as there are
    processors: a single call that spreads over several has its threads wait for one
    another, and for the engine that hears beside it.
    """

    batch = 8  # more is not faster, and takes memory

    def __init__(self, model: str = "campplus", threads: int = 0) -> None:
        """`model` is "campplus" or a path; `threads` 0 stands for all processors.

        Raises VoicesError where there is no such file, or it is damaged.
        """
        self._path = CAMPPLUS if model == "campplus" else Path(model).expanduser()
        self.threads = threads or cores()
        digest = sha256(self._path)
        if model == "campplus":
            if digest != SHA256:
                raise VoicesError(
                    f"El modelo de voces {self._path} está dañado: no es el archivo "
                    "que viene con ASTRA. Restáurelo con «git checkout -- "
                    f"{self._path.name}» en su carpeta, o vuelva a instalar ASTRA."
                )
            self.model = "campplus"
        else:  # whoever puts another file in its place gets other vectors
            self.model = f"{self._path.stem[:60]}-{digest[:8]}"

    @cached_property
    def dimensions(self) -> int:
        """Of a vector, as the file says."""
        return self._session.get_outputs()[0].shape[-1]

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
        options.intra_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                self._path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise VoicesError(
                f"No se pudo abrir el modelo de voces {self._path.name} ({error})."
            ) from error
        names = [one.name for one in (*session.get_inputs(), *session.get_outputs())]
        if names != ["feats", "emb"]:
            raise VoicesError(
                f"{self._path.name} no es un modelo de voces como los de 3D-Speaker: "
                "debe tomar «feats» y dar «emb». Corrija la opción «model»."
            )
        return session


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
    rows = np.array([bank.get_frame(at) for at in range(bank.num_frames_ready)])
    return rows - rows.mean(axis=0)
