"""OpenAI's Whisper through faster-whisper and CTranslate2, decoded in batches."""

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
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
    Word,
    compression_ratio,
    fetched,
    is_full,
)
from transcription.engines.whisper_text import Sentence, sentences, whole_words

RATE = 16_000
LEFT = 1.0  # seconds of a clip left unheard that are worth another round
ROUNDS = 8  # decodings of one clip, each from where the last one stopped
HOTWORDS = (
    160  # tokens of the list of terms; past some 200 little room is left to speak
)
# What the model is told it heard before each clip: the set phrases of a Colombian
# session (recorded sessions of Chía and Sincelejo), so that a small model writes
# «concejal» and «quórum» and puts full stops. An option of the engine.
PHRASES = (
    "Señora secretaria, sírvase llamar a lista y verificar el quórum. Honorable "
    "concejal. Presente. Existiendo quórum, doy por instalada la sesión plenaria. Se "
    "abre la discusión, anuncio que se va a cerrar, queda cerrada. ¿Aprueban los "
    "honorables concejales el orden del día leído? Aprobado, señor presidente."
)
# Clips decoded together. On a processor each takes some 130 MB, and eight instead of
# three are a tenth faster: less memory than any other way of hearing is worth more.
BATCH, CARD_BATCH = 3, 16
CAREFUL_REPEAT = 6  # tokens that may not come twice when a clip is retried
WINDOW = 30.0  # seconds that Whisper was trained on
# Silence after the longest clip of a batch. Filling up to WINDOW instead took half as
# long again to encode, and Whisper base heard no better for it: benchmarks/README.md.
PADDING = 2.0
FRAMES = 100  # of the spectrogram, a second
SHORTEST = 10.0  # seconds, silence included; less has not been tried
# Tokens that a second of speech may give, and some for the start: the densest clip gave
# 5.1. Without a limit a loop over two seconds of sound is written out to 224 tokens.
PACE, START = 8, 16
UNLOADING = 2.0  # seconds


@dataclass
class _Heard:
    """What has been heard of one clip so far."""

    words: list[Word] = field(default_factory=list)
    logprob: float = 0.0  # sum over tokens
    tokens: int = 0
    no_speech: float | None = None  # of the first round: later ones start mid-clip
    rounds: int = 0


@dataclass(frozen=True)
class _Stretch:
    """A clip from `offset` seconds on, to be decoded in the next batch."""

    clip: int
    offset: float


def _chosen(device: str, compute_type: str) -> tuple[str, str]:
    """Return device and number format, "auto" replaced by the best there is."""
    # Heavy: only the process that transcribes may pay for it.
    import ctranslate2

    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    if compute_type == "auto":
        known = ctranslate2.get_supported_compute_types(device)
        compute_type = _format(known) if device == "cuda" else "int8"
    return device, compute_type


def _format(known: Collection[str]) -> str:
    """Return the number format for a card that knows these.

    CTranslate2 names bfloat16 from Ampere on. On Turing (RTX 2080 Ti, faster-whisper
    #1030) int8_float16 is as fast as float16 in three fifths of the memory; before
    Volta neither is known.
    """
    wanted = ("float16",) if "bfloat16" in known else ("int8_float16", "float16")
    return next((kind for kind in wanted if kind in known), "int8")


def _loaded(
    wanted: weights.Wanted, device: str, compute_type: str, cpu_threads: int
) -> Any:
    """Return faster-whisper's model. Raises EngineError where it cannot be loaded."""
    from faster_whisper import WhisperModel  # heavy, as above

    try:
        return WhisperModel(
            str(fetched(wanted)),
            device=device,
            compute_type=compute_type,
            cpu_threads=cpu_threads,
        )
    except (RuntimeError, ValueError) as error:
        raise EngineError(
            f"No se pudo cargar Whisper {wanted.model} en {device} ({compute_type}): "
            f"{error}. Revise las opciones del motor.",
            permanent=True,
        ) from error


class Whisper:
    """Decodes our own clips in batches and continues those that stopped early.

    faster-whisper's batched mode takes what one pass gives, and on a small model
    that pass often ends after a clip's first sentences. Here every clip is decoded
    *with* timestamp tokens, and while its last timestamp leaves more than a second
    unheard it goes into the next batch from there: the sequential mode's way, for
    all clips at once.
    """

    name = "whisper"

    def __init__(
        self,
        model: str = "base",
        device: str = "auto",
        compute_type: str = "auto",
        batch_size: int | None = None,
        beam_size: int = 5,
        cpu_threads: int = 0,
        prompt: str = PHRASES,
        padding: float | None = None,
        models: Path | str | None = None,
    ) -> None:
        """Load the weights. Raises EngineError where there are none.

        `padding` is the silence after the longest clip of a batch, in seconds; WINDOW
        fills all of Whisper's window.
        """
        device, compute_type = _chosen(device, compute_type)
        self.model = model
        self.device = device
        self.batch_size = batch_size or (CARD_BATCH if device == "cuda" else BATCH)
        self.beam_size = beam_size
        self.prompt = prompt
        # A card has time to spare, and no model that needs one has been measured.
        fill = WINDOW if device == "cuda" else PADDING
        self.padding = fill if padding is None else padding
        self.capabilities = Capabilities(
            batch=self.batch_size, biasing=Biasing.PROMPT, terms=40
        )
        wanted = self.weights_of(model, models)
        self._whisper = _loaded(wanted, device, compute_type, cpu_threads)

    @staticmethod
    def weights_of(
        model: str = "base", models: Path | str | None = None, **_: Any
    ) -> weights.Wanted:
        """Return the weights that these options name, without loading them."""
        return weights.Wanted(model, weights.WHISPER, models)

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str = "es",
        terms: Sequence[str] = (),
        careful: bool = False,
    ) -> list[ClipResult]:
        """Return what each clip says. Raises EngineError when the card fails."""
        self._reload()
        tokenizer = self._tokenizer(language)
        prompt = self._prompt(tokenizer, terms, careful)
        heard = [_Heard() for _ in clips]
        pending = [_Stretch(index, 0.0) for index in range(len(clips))]
        while pending:
            # Like with like: the longest clip of a batch decides what all of it costs.
            pending.sort(key=lambda one: one.offset - clips[one.clip].seconds)
            batch, pending = pending[: self.batch_size], pending[self.batch_size :]
            try:
                pending += self._round(clips, batch, heard, tokenizer, prompt, careful)
            except (RuntimeError, MemoryError) as error:
                if not is_full(error) or len(batch) == 1:
                    raise _failure(error) from error
                # Smaller from now on: the card will not grow.
                self.batch_size = len(batch) // 2
                pending = batch + pending
        return [_result(one, language) for one in heard]

    def unload(self) -> None:
        """Free the memory of the model; the next transcription reads it again."""
        model = self._whisper.model
        until = time.monotonic() + UNLOADING
        while model.model_is_loaded and time.monotonic() < until:
            model.unload_model()  # does nothing while a thread of it still winds up
            time.sleep(0.01)

    def _reload(self) -> None:
        if self._whisper.model.model_is_loaded:
            return
        try:
            self._whisper.model.load_model()
        except (RuntimeError, MemoryError) as error:
            raise _failure(error) from error

    def _round(
        self,
        clips: Sequence[Clip],
        batch: Sequence[_Stretch],
        heard: list[_Heard],
        tokenizer: Any,
        prompt: list[int],
        careful: bool,
    ) -> list[_Stretch]:
        """Decode one batch, add to `heard`, and return what is left unheard."""
        samples = [
            clips[stretch.clip].samples[round(stretch.offset * RATE) :]
            for stretch in batch
        ]
        seconds = [len(one) / RATE for one in samples]
        encoded = self._encode(samples)
        longest = min(_limit(len(prompt), max(seconds)), self._whisper.max_length)
        outputs = self._generate(
            encoded, [prompt] * len(batch), longest, tokenizer, careful
        )
        spoken = [
            sentences(output.sequences_ids[0], tokenizer, length)
            for output, length in zip(outputs, seconds, strict=True)
        ]
        words = self._align(tokenizer, encoded, [one for one, _ in spoken], seconds)
        rest = []
        for index, stretch in enumerate(batch):
            said, reached = spoken[index]
            one = heard[stretch.clip]
            _add(one, stretch, words[index], outputs[index])
            left = seconds[index] - reached
            if said and reached and left > LEFT and one.rounds < ROUNDS:
                rest.append(_Stretch(stretch.clip, stretch.offset + reached))
        return rest

    def _encode(self, samples: Sequence[np.ndarray]) -> Any:
        from faster_whisper.audio import pad_or_trim

        features = [self._whisper.feature_extractor(one)[..., :-1] for one in samples]
        seconds = math.ceil(max(map(len, samples)) / RATE) + self.padding
        frames = math.ceil(min(max(seconds, SHORTEST), WINDOW) * FRAMES)
        return self._whisper.encode(
            np.stack([pad_or_trim(one, frames) for one in features])
        )

    def _generate(
        self,
        encoded: Any,
        prompts: list[list[int]],
        longest: int,
        tokenizer: Any,
        careful: bool,
    ) -> list[Any]:
        from faster_whisper.transcribe import get_suppressed_tokens

        return self._whisper.model.generate(
            encoded,
            prompts,
            beam_size=self.beam_size,
            # Forbidding repeats ends loops and, unlike sampling, hears the same
            # thing every time.
            no_repeat_ngram_size=CAREFUL_REPEAT if careful else 0,
            max_length=longest,
            max_initial_timestamp_index=50,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
        )

    def _align(
        self,
        tokenizer: Any,
        encoded: Any,
        spoken: Sequence[list[Sentence]],
        seconds: Sequence[float],
    ) -> list[list[Word]]:
        """Return each stretch's words with times from the attention's path."""
        from faster_whisper.transcribe import merge_punctuations

        tokens = [[t for one in said for t in one.tokens] for said in spoken]
        found = self._whisper.find_alignment(
            tokenizer, tokens, encoded, [math.ceil(one) * FRAMES for one in seconds]
        )
        aligned = []
        for words, said, limit in zip(found, spoken, seconds, strict=True):
            merge_punctuations(words, "\"'“¿([{-¡«", "\"'.。,，!！?？:：”)]}、»;")
            aligned.append(whole_words(words, said, limit))
        return aligned

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        whisper = self._whisper
        return Tokenizer(
            whisper.hf_tokenizer,
            whisper.model.is_multilingual,
            task="transcribe",
            language=language,
        )

    def _prompt(self, tokenizer: Any, terms: Sequence[str], careful: bool) -> list[int]:
        kept: list[int] = []
        for term in terms:
            more = tokenizer.encode((", " if kept else " ") + term.strip())
            if len(kept) + len(more) > HOTWORDS:
                continue  # a shorter one may still fit
            kept += more
        if self.prompt and not careful:
            # Last, where it weighs most: it shows the manner, the list only names.
            kept += tokenizer.encode((". " if kept else " ") + self.prompt)
        before = [tokenizer.sot_prev, *kept] if kept else []
        return [*before, *tokenizer.sot_sequence]


def _limit(prompt: int, seconds: float) -> int:
    """Return CTranslate2's `max_length` for a batch whose longest clip is `seconds`.

    It counts the prompt's tokens, and gives at most half of itself to what is heard.
    """
    heard = START + math.ceil(PACE * seconds)
    return max(2 * heard, prompt + heard)


def _failure(error: Exception) -> EngineError:
    if is_full(error):
        return EngineError(
            "La memoria no alcanza ni para oír un solo fragmento con Whisper "
            f"({error}). Lo ya transcrito está guardado. Cierre otros programas que la "
            "usen o elija un modelo más pequeño; el tramo se intentará de nuevo."
        )
    return EngineError(
        f"Whisper se detuvo mientras transcribía: {error}. Lo ya transcrito está "
        "guardado; el tramo se intentará de nuevo."
    )


def _add(
    heard: _Heard,
    stretch: _Stretch,
    words: Sequence[Word],
    output: Any,
) -> None:
    heard.words += [
        Word(
            round(stretch.offset + word.start, 2),
            round(stretch.offset + word.end, 2),
            word.text,
            round(word.probability, 3),
        )
        for word in words
    ]
    count = len(output.sequences_ids[0])
    heard.logprob += output.scores[0] * count
    heard.tokens += count + 1
    if heard.no_speech is None:
        heard.no_speech = output.no_speech_prob
    heard.rounds += 1


def _result(heard: _Heard, language: str) -> ClipResult:
    text = " ".join(word.text for word in heard.words)
    return ClipResult(
        text=text,
        words=tuple(heard.words),
        avg_logprob=heard.logprob / heard.tokens if heard.tokens else None,
        no_speech=heard.no_speech,
        compression_ratio=compression_ratio(text),
        language=language,
    )
