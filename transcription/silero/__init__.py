"""Silero VAD v6, told apart: what sees frames, and what remembers them. [no Django]

`split.py` says what the two files beside this one are made of, and makes them.
"""

from copy import copy
from pathlib import Path
from typing import Any, Self

import numpy as np

CONTEXT = 64  # samples before a frame that are seen with it
HERE = Path(__file__).resolve().parent
NOTHING = np.zeros((1, 1, 128), np.float32)  # remembered


class Silero:
    """How likely each frame is speech, with the probabilities of the shipped model.

    `features` may be called from many threads, calls in order.
    """

    def __init__(self) -> None:
        self._see = _session("features")
        self._remember = _session("memory")
        (self._joint, *_) = (one.name for one in self._remember.get_inputs())
        self._h = self._c = NOTHING

    def features(self, frames: np.ndarray, before: np.ndarray) -> np.ndarray:
        """Return what the model sees in float32 (n, 512) at 16 kHz, after `before`.

        `before` is float32 of 64 samples or more: what was heard until then.
        """
        tails = np.concatenate((before[np.newaxis, -CONTEXT:], frames[:-1, -CONTEXT:]))
        (seen,) = self._see.run(
            None, {"input": np.concatenate((tails, frames), axis=1)}
        )
        return seen

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return float32 (n,) in 0…1, with what came in earlier calls in mind."""
        heard, self._h, self._c = self._remember.run(
            None, {self._joint: features, "h": self._h, "c": self._c}
        )
        return heard.reshape(-1)

    def afresh(self) -> Self:
        """Return one that remembers nothing; it shares the files that were read."""
        other = copy(self)
        other._h = other._c = NOTHING
        return other


def _session(name: str) -> Any:
    # Heavy, and needed only by the process that cuts.
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # or memory grows with the longest call
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        str(HERE / f"{name}.onnx"), options, providers=["CPUExecutionProvider"]
    )
