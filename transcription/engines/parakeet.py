"""NVIDIA's Parakeet TDT through NeMo 3.0: long batches, phrases boosted, word times.

NeMo is imported inside functions only: it takes seconds, and few processes need it.
"""

import gc
import math
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from transcription import weights
from transcription.engines import (
    Biasing,
    Capabilities,
    Clip,
    ClipResult,
    EngineError,
    compression_ratio,
    fetched,
    is_full,
)
from transcription.engines.parakeet_text import (
    RATE,
    Token,
    is_text,
    quiet,
    variants,
    words,
)

MODEL = "nvidia/parakeet-tdt-0.6b-v3"
TERMS = 5_000  # of a list; GPU-PB (arXiv 2508.07014) takes 20,000 without slowing
TREES = 4  # lists kept ready, so that parts of two councils may take turns
SHORTEST = 1.0  # seconds; NeMo pads shorter clips on both sides, which moves the words
SHIFT = 0.3  # seconds of silence set before a clip that is still empty
FAINT = 1e-6  # the least probability a token is given, so that its logarithm exists


class Parakeet:
    """A FastConformer encoder and a token-and-duration transducer, decoded greedily.

    What NeMo 3.0.0 asks for, seen in its source: the ways of decoding are set once,
    before the first clip, since every change builds the decoder anew; `timestamps` is
    never passed, since frames and durations of the tokens are all that word times
    need and its own words glue «dijo ¿Qué» together, its vocabulary's punctuation
    being taken for an ending; CUDA graphs stay off, since capturing one spoils
    whatever is loaded after it; and the list of phrases is set on the decoder itself,
    since the per-stream way loses the durations.
    """

    name = "parakeet"

    def __init__(
        self,
        model: str = MODEL,
        device: str = "auto",
        compute_type: str = "auto",
        batch_size: int | None = None,
        alpha: float = 0.5,
        context_score: float = 1.0,
        depth_scaling: float = 2.0,
        models: Path | str | None = None,
    ) -> None:
        """Load the weights. Raises EngineError where there are none, or no NeMo.

        `alpha` weighs the boosted phrases; the two figures after it are NeMo's own
        for transducers (`BoostingTreeModelConfig`).
        """
        self.model = model
        self.alpha = alpha
        self.context_score = context_score
        self.depth_scaling = depth_scaling
        self.device, self.compute_type = _chosen(device, compute_type)
        self._path = fetched(self.weights_of(model, models))
        self.batch_size = batch_size or (32 if self.device == "cuda" else 4)
        self.capabilities = Capabilities(
            batch=self.batch_size,
            biasing=Biasing.PHRASES,
            terms=TERMS,
            language_lock=False,
        )
        self._nemo: Any = None
        self._trees: dict[tuple[str, ...], Any] = {}
        self._load()

    @staticmethod
    def weights_of(
        model: str = MODEL, models: Path | str | None = None, **_: Any
    ) -> weights.Wanted:
        """Return the weights that these options name, without loading them."""
        return weights.Wanted(model, weights.NEMO, models)

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str = "es",
        terms: Sequence[str] = (),
        careful: bool = False,
    ) -> list[ClipResult]:
        """Return what each clip says. Raises EngineError when the card fails.

        The model knows no language: `language` is not read, and drift into another
        is for the guards to see. Decoding is exact, so a second hearing says the same
        unless something moves: `careful` drops the list and moves the clip's start,
        the cure of whole clips that come out empty after half a second of quiet.
        """
        self._load()
        self._boost(() if careful else terms)
        samples = [clip.samples for clip in clips]
        if not careful:
            return self._results(samples, [0.0] * len(samples))
        cuts = [quiet(one) for one in samples]
        cut = [one[round(by * RATE) :] for one, by in zip(samples, cuts, strict=True)]
        results = self._results(cut, cuts)
        empty = [index for index, result in enumerate(results) if not result.text]
        silence = np.zeros(round(SHIFT * RATE), np.float32)
        later = [np.concatenate([silence, samples[index]]) for index in empty]
        again = self._results(later, [-SHIFT] * len(later))
        for index, result in zip(empty, again, strict=True):
            results[index] = result
        return results

    def unload(self) -> None:
        """Free the memory of the model; the next transcription loads it again."""
        self._nemo = None
        self._trees.clear()
        gc.collect()
        if self.device == "cuda":
            import torch  # heavy

            torch.cuda.empty_cache()

    def _load(self) -> None:
        if self._nemo is None:
            self._nemo = _restored(self._path, self.device, self.compute_type)
            _set_up(self._nemo)

    def _boost(self, terms: Sequence[str]) -> None:
        """Let the next clips be decoded with `terms` weighed in, or with none."""
        computer = self._nemo.decoding.decoding.decoding_computer
        tree = self._tree(tuple(terms[:TERMS]))
        computer.fusion_models = [tree] if tree else []
        computer.fusion_models_alpha = [self.alpha] if tree else []

    def _tree(self, terms: tuple[str, ...]) -> Any:
        """Return NeMo's tree of the phrases, or None if there is none to weigh."""
        if terms not in self._trees:
            while len(self._trees) >= TREES:
                self._trees.pop(next(iter(self._trees)))
            self._trees[terms] = self._planted(terms)
        return self._trees[terms]

    def _planted(self, terms: Sequence[str]) -> Any:
        from nemo.collections.asr.parts.context_biasing.boosting_graph_batched import (
            BoostingTreeModelConfig,
            GPUBoostingTreeModel,
        )

        tokenizer = self._nemo.tokenizer
        unknown = tokenizer.text_to_ids("\ue000")[-1]  # a letter of no vocabulary
        # A phrase that cannot be spelt would raise the unknown piece itself.
        spelt = [
            phrase
            for phrase in variants(terms)
            if unknown not in tokenizer.text_to_ids(phrase)
        ]
        if not spelt:
            return None
        config = BoostingTreeModelConfig(
            key_phrases_list=spelt,
            context_score=self.context_score,
            depth_scaling=self.depth_scaling,
            # On a card Triton weighs the phrases, and compiles C when it first does;
            # False is NeMo's slower way that needs no compiler.
            use_triton=None if shutil.which("cc") or shutil.which("gcc") else False,
        )
        return GPUBoostingTreeModel.from_config(config, tokenizer=tokenizer)

    def _results(
        self, samples: Sequence[np.ndarray], offsets: Sequence[float]
    ) -> list[ClipResult]:
        """Return what was heard, in the order given; longest clips are heard first.

        `offsets` are the seconds to add to each one's word times.
        """
        heard: dict[int, ClipResult] = {}
        pending = sorted(
            range(len(samples)), key=lambda index: len(samples[index]), reverse=True
        )
        while pending:
            batch = pending[: self.batch_size]
            hypotheses = self._decoded([samples[index] for index in batch])
            if hypotheses is None:  # smaller from now on: the card will not grow
                self.batch_size = len(batch) // 2
                continue
            for index, hypothesis in zip(batch, hypotheses, strict=True):
                seconds = len(samples[index]) / RATE
                tokens = self._tokens(hypothesis, seconds)
                heard[index] = self._result(tokens, seconds, offsets[index])
            pending = pending[len(batch) :]
        return [heard[index] for index in range(len(samples))]

    def _decoded(self, samples: Sequence[np.ndarray]) -> list[Any] | None:
        """Return NeMo's hypotheses, or None if so many clips do not fit."""
        shortest = round(SHORTEST * RATE)
        padded = [np.pad(one, (0, max(0, shortest - len(one)))) for one in samples]
        try:
            return self._nemo.transcribe(
                padded,
                batch_size=len(padded),
                return_hypotheses=True,
                num_workers=0,
                verbose=False,
            )
        except RuntimeError as error:
            if not is_full(error) or len(samples) == 1:
                raise EngineError(
                    f"Parakeet se detuvo mientras transcribía: {error}. Lo ya "
                    "transcrito está guardado; el tramo se intentará de nuevo."
                ) from error
        # Out of the handler, so that what the failed batch held can be given back.
        _free()
        return None

    def _tokens(self, hypothesis: Any, seconds: float) -> list[Token]:
        """Return the tokens of one hypothesis that fall within the clip."""
        model = self._nemo
        frame = model.encoder.subsampling_factor * model.cfg.preprocessor.window_stride
        numbers = [int(number) for number in hypothesis.y_sequence]
        pieces = model.tokenizer.ids_to_tokens(numbers)
        return [
            Token(
                number,
                piece,
                min(int(at) * frame, seconds),
                min((int(at) + max(int(lasts), 1)) * frame, seconds),
                float(probability),
            )
            for number, piece, at, lasts, probability in zip(
                numbers,
                pieces,
                hypothesis.timestamp,
                hypothesis.token_duration,
                hypothesis.token_confidence,
                strict=True,
            )
            if is_text(piece)
        ]

    def _result(
        self, tokens: Sequence[Token], seconds: float, offset: float
    ) -> ClipResult:
        heard = tuple(words(tokens, self._nemo.tokenizer.ids_to_text, offset))
        text = " ".join(word.text for word in heard)
        sure = [math.log(max(token.probability, FAINT)) for token in tokens]
        return ClipResult(
            text=text,
            words=heard,
            avg_logprob=sum(sure) / len(sure) if sure else None,
            compression_ratio=compression_ratio(text),
        )


def _chosen(device: str, compute_type: str) -> tuple[str, str]:
    """Return device and number format, "auto" replaced by the best there is."""
    try:
        import nemo.collections.asr  # noqa: F401  (9 s: only who transcribes pays)
        import torch
    except ImportError as error:
        raise EngineError(
            f"El motor Parakeet necesita NeMo, que no está en este equipo ({error}). "
            "Instálelo con: pip install -r requirements-gpu.txt; o elija otro motor.",
            permanent=True,
        ) from error
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if compute_type == "auto":
        # Cards before Ampere (T4) only imitate bfloat16, slower than float32.
        recent = device == "cuda" and torch.cuda.get_device_capability()[0] >= 8
        compute_type = "bfloat16" if recent else "float32"
    return device, compute_type


def _restored(path: Path, device: str, compute_type: str) -> Any:
    """Return NeMo's model in evaluation mode. Raises EngineError."""
    import torch
    from nemo.collections.asr.models import ASRModel
    from nemo.utils import logging

    logging.setLevel(logging.ERROR)  # it prints whole configurations
    try:
        model = ASRModel.restore_from(str(path), map_location=torch.device(device))
        model = model.to(getattr(torch, compute_type))
    except (OSError, RuntimeError, ValueError, KeyError, tarfile.TarError) as error:
        raise EngineError(
            f"No se pudo cargar Parakeet desde {path} en {device} ({compute_type}): "
            f"{error}. Revise el archivo y las opciones del motor.",
            permanent=True,
        ) from error
    if not getattr(model.decoding, "durations", None):
        raise EngineError(
            f"El modelo {path} no es un Parakeet TDT: no da la duración de las "
            "palabras. Corrija la opción «model» del motor.",
            permanent=True,
        )
    return model.eval()


def _set_up(model: Any) -> None:
    """Set how `model` decodes, once and for all."""
    from omegaconf import open_dict

    config = model.cfg.decoding
    with open_dict(config):
        config.strategy = "greedy_batch"
        config.greedy.loop_labels = True
        config.greedy.use_cuda_graph_decoder = False
        config.compute_timestamps = False
        config.tdt_include_token_duration = True
        config.confidence_cfg = {
            "preserve_token_confidence": True,
            # The probability of the likeliest token, as Whisper's is.
            "method_cfg": {"name": "max_prob", "alpha": 1.0},
        }
    model.change_decoding_strategy(config, verbose=False)


def _free() -> None:
    import torch

    gc.collect()
    torch.cuda.empty_cache()
