"""NVIDIA's Parakeet on ONNX Runtime through onnx-asr: no graphics card, no torch."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from transcription import weights
from transcription.engines import (
    Capabilities,
    Clip,
    ClipResult,
    EngineError,
    compression_ratio,
    fetched,
    parakeet_text,
)
from transcription.engines.parakeet_text import BOUNDARY, RATE, Token, is_text

FRAME = 0.08  # seconds that one step of the encoder stands for
LONGEST_TOKEN = 4 * FRAME  # seconds; a TDT model skips four steps at most
SHORTEST = 0.5  # seconds; a shorter clip is filled up, its loudness is normalised
# Half a second of silence in front empties a whole clip now and then; without it, or
# heard a few steps later, the clip speaks. Whole steps: the times stay on their grid.
SHIFT = 3 * FRAME


class ParakeetCpu:
    """Hears clip after clip; a list of terms is not read.

    Words come from the tokens: each says when it began, none when it ended. The model
    knows 25 languages and takes no hint which one it hears.

    One clip keeps the cores busy, and the int8 model takes its scales from a whole
    batch: clips heard together would change one another's text. A larger
    `batch_size` joins clips of like length all the same.
    """

    name = "parakeet-cpu"

    def __init__(
        self,
        model: str = "nemo-parakeet-tdt-0.6b-v3",
        quantization: str = "int8",
        batch_size: int = 1,
        cpu_threads: int = 0,
        models: Path | str | None = None,
    ) -> None:
        """Load the weights. Raises EngineError where there are none.

        `cpu_threads` of 0 stands for all the machine's cores.
        """
        self.model = model
        self.quantization = quantization
        self.batch_size = batch_size
        self.cpu_threads = cpu_threads
        self.capabilities = Capabilities(batch=4 * batch_size, language_lock=False)
        self._wanted = self.weights_of(model, quantization, models)
        self._recognizer: Any = self._load()

    @staticmethod
    def weights_of(
        model: str = "nemo-parakeet-tdt-0.6b-v3",
        quantization: str = "int8",
        models: Path | str | None = None,
        **_: Any,
    ) -> weights.Wanted:
        """Return the weights that these options name, without loading them."""
        return weights.Wanted(model, weights.onnx(quantization), models)

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str = "es",
        terms: Sequence[str] = (),
        careful: bool = False,
    ) -> list[ClipResult]:
        """Return what each clip says. Raises EngineError when the machine fails."""
        offsets = [_offset(clip.samples) if careful else 0.0 for clip in clips]
        samples = [
            _from(clip.samples, offset)
            for clip, offset in zip(clips, offsets, strict=True)
        ]
        # A batch is as long as its longest clip: like lengths together waste least.
        order = sorted(range(len(clips)), key=lambda index: len(samples[index]))
        size = 1 if careful else self.batch_size
        found: dict[int, ClipResult] = {}
        for first in range(0, len(order), size):
            batch = order[first : first + size]
            heard = self._recognize([samples[index] for index in batch])
            for index, one in zip(batch, heard, strict=True):
                found[index] = _result(one, offsets[index], clips[index].seconds)
        return [found[index] for index in range(len(clips))]

    def unload(self) -> None:
        """Free the memory of the model; the next transcription loads it again."""
        self._recognizer = None

    def _recognize(self, batch: list[np.ndarray]) -> list[Any]:
        if self._recognizer is None:
            self._recognizer = self._load()
        try:
            return self._recognizer.recognize(batch)
        except Exception as error:  # ONNX Runtime's have no base of their own
            raise EngineError(
                f"Parakeet se detuvo mientras transcribía: {error}. Lo ya transcrito "
                "está guardado; el tramo se intentará de nuevo."
            ) from error

    def _load(self) -> Any:
        # Heavy: only the process that transcribes may pay for it.
        try:
            import onnx_asr
            import onnxruntime
        except ImportError as error:
            raise EngineError(
                f"Parakeet no está instalado en este servidor ({error}). Pida a quien "
                "lo administra que ejecute: pip install -r requirements.txt",
                permanent=True,
            ) from error
        folder = fetched(self._wanted)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.cpu_threads
        try:
            return onnx_asr.load_model(
                "nemo-conformer-tdt",
                folder,
                quantization=self.quantization or None,
                sess_options=options,
                providers=["CPUExecutionProvider"],
            ).with_timestamps()
        except Exception as error:  # as in `_recognize`
            raise EngineError(
                f"No se pudo cargar Parakeet ({self.model}): {error}. Revise las "
                "opciones del motor; si el modelo quedó a medio copiar, bórrelo y "
                f"tráigalo con «{weights.COMMAND}».",
                permanent=True,
            ) from error


def _offset(samples: np.ndarray) -> float:
    """Return where a clip is heard from when it is retried: never where it was."""
    return parakeet_text.quiet(samples) or -SHIFT


def _from(samples: np.ndarray, offset: float) -> np.ndarray:
    """Return what follows `offset` seconds, silence before 0; never too short."""
    kept = np.asarray(samples, np.float32)[max(0, round(offset * RATE)) :]
    before = max(0, round(-offset * RATE))
    return np.pad(kept, (before, max(0, round(SHORTEST * RATE) - len(kept))))


def _result(heard: Any, offset: float, seconds: float) -> ClipResult:
    """Return onnx-asr's answer as ours; its own text loses spaces before «¿»."""
    tokens = _tokens(heard, seconds - offset)
    words = parakeet_text.words(
        tokens, lambda numbers: "".join(heard.tokens[one] for one in numbers), offset
    )
    text = " ".join(word.text for word in words)
    logprobs = [heard.logprobs[token.number] for token in tokens]
    return ClipResult(
        text=text,
        words=tuple(words),
        avg_logprob=sum(logprobs) / len(logprobs) if logprobs else None,
        compression_ratio=compression_ratio(text),
    )


def _tokens(heard: Any, limit: float) -> list[Token]:
    """Return the tokens of text, none after `limit` seconds.

    They say when they begin; each ends with the longest time that one may take, or
    where the next that sounds begins. `number` counts in what was heard.
    """
    found: list[Token] = []
    following = limit
    for number in reversed(range(len(heard.tokens))):
        piece = heard.tokens[number].replace(" ", BOUNDARY)
        if not is_text(piece):
            continue
        start = min(heard.timestamps[number], limit)
        end = max(start, min(start + LONGEST_TOKEN, following))
        token = Token(number, piece, start, end, math.exp(heard.logprobs[number]))
        following = start if token.spoken else following
        found.append(token)
    return found[::-1]
