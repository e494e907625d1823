"""onnx-asr's real code on a model of a few kilobytes that hears tones."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings

from tests.transcription.tiny_parakeet import RATE, export, say
from transcription import engines, pipeline, weights
from transcription.engines import Clip, ClipResult, EngineError
from transcription.engines.parakeet_cpu import ParakeetCpu

QUESTION = "▁Señor es , ▁¿ hay ▁qu órum ?"
ANSWER = "▁No ."
GRID = 0.08  # seconds of the encoder's steps


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("parakeet"))


@pytest.fixture(scope="module")
def engine(model: Path) -> ParakeetCpu:
    return ParakeetCpu(str(model), batch_size=2, cpu_threads=1)


def hear(engine: ParakeetCpu, *samples: np.ndarray, **how: bool) -> list[ClipResult]:
    clips = [Clip(one, 100.0 * number) for number, one in enumerate(samples)]
    return engine.transcribe(clips, language="es", terms=(), **how)


def test_it_hears_words_with_their_times(engine: ParakeetCpu) -> None:
    (heard,) = hear(engine, say(QUESTION, each=0.4, before=0.5))

    assert heard.text == "Señores, ¿hay quórum?"
    assert [word.text for word in heard.words] == ["Señores,", "¿hay", "quórum?"]
    starts = [0.5, 0.5 + 4 * 0.4, 0.5 + 5 * 0.4]  # «¿» makes no sound of its own
    ends = [0.5 + 0.4 + 0.32, starts[1] + 0.32, starts[2] + 0.4 + 0.32]
    for word, start, end in zip(heard.words, starts, ends, strict=True):
        assert word.start == pytest.approx(start, abs=GRID)
        assert word.end == pytest.approx(end, abs=2 * GRID)


def test_it_doubts_what_sounds_like_something_else(engine: ParakeetCpu) -> None:
    (heard,) = hear(engine, say(QUESTION))

    first, _, last = (word.probability for word in heard.words)
    assert first == pytest.approx(1.0, abs=0.01)
    # The rival of «órum» lies half a unit below it, and «qu» is certain.
    assert last == pytest.approx(1 / (1 + np.exp(-0.5)), abs=0.01)
    assert heard.avg_logprob == pytest.approx(np.log(last) / 8, abs=0.01)
    assert heard.compression_ratio > 0


def test_it_keeps_the_order_of_the_clips(engine: ParakeetCpu) -> None:
    texts = [QUESTION, ANSWER, "▁Señor es", "▁¿ hay ▁qu órum ?", "▁No"]
    samples = [say(text) for text in texts]

    together = hear(engine, *samples)

    assert [one.text for one in together] == [
        "Señores, ¿hay quórum?",
        "No.",
        "Señores",
        "¿hay quórum?",
        "No",
    ]
    for sample, result in zip(samples, together, strict=True):
        (alone,) = hear(engine, sample)
        assert alone.text == result.text
        assert [word.start for word in alone.words] == [
            word.start for word in result.words
        ]


def test_it_sends_clips_of_like_length_together(
    engine: ParakeetCpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[list[int]] = []
    hears = engine._recognize

    def spied(batch: list[np.ndarray]) -> list:
        lengths.append([len(one) // RATE for one in batch])
        return hears(batch)

    monkeypatch.setattr(engine, "_recognize", spied)
    clips = [np.zeros(seconds * RATE, np.float32) for seconds in (9, 1, 8, 2, 5)]

    hear(engine, *clips)
    hear(engine, *clips[:2], careful=True)  # a quarter of a second of silence before

    assert lengths == [[1, 2], [5, 8], [9], [1], [9]]


@pytest.mark.parametrize(("before", "more"), [(0.0, 0.24), (0.4, -0.3), (0.9, -0.8)])
def test_it_hears_a_retried_clip_from_elsewhere(
    engine: ParakeetCpu, monkeypatch: pytest.MonkeyPatch, before: float, more: float
) -> None:
    """Without the silence in front, or later, and with the same times."""
    samples = say(QUESTION, before=before)
    heard: list[int] = []
    hears = engine._recognize

    def spied(batch: list[np.ndarray]) -> list:
        heard.append(len(batch[0]))
        return hears(batch)

    monkeypatch.setattr(engine, "_recognize", spied)
    (plain,), (careful,) = hear(engine, samples), hear(engine, samples, careful=True)

    assert plain.text == careful.text == "Señores, ¿hay quórum?"
    for one, other in zip(plain.words, careful.words, strict=True):
        assert other.start == pytest.approx(one.start, abs=GRID)
        assert 0 <= other.start <= other.end <= len(samples) / RATE
    assert (heard[1] - heard[0]) / RATE == pytest.approx(more, abs=0.03)


def test_it_leaves_out_marks_of_language(engine: ParakeetCpu) -> None:
    (heard,) = hear(engine, say("▁No <|es|> ."))

    assert heard.text == "No."


@pytest.mark.parametrize("seconds", [0.0, 0.004, 3.0])
def test_it_hears_nothing_in_silence(engine: ParakeetCpu, seconds: float) -> None:
    (heard,) = hear(engine, np.zeros(round(seconds * RATE), np.float32))

    assert (heard.text, heard.words, heard.avg_logprob) == ("", (), None)


def test_it_ends_no_word_after_its_clip(engine: ParakeetCpu) -> None:
    samples = say("▁Señor es", before=0.8)[: round(1.2 * RATE)]

    (heard,) = hear(engine, samples)

    assert heard.text == "Señores"
    assert heard.words[0].end == 1.2


def test_it_is_an_engine_like_the_others(model: Path, settings: LazySettings) -> None:
    settings.TRANSCRIPTION_ENGINES = {
        "tiny": {
            "BACKEND": "transcription.engines.parakeet_cpu.ParakeetCpu",
            "OPTIONS": {"model": str(model), "quantization": "int8"},
        }
    }
    samples = np.concatenate([say(QUESTION), say(ANSWER)])
    middle = len(say(QUESTION)) / RATE
    spans = [(600.0, 600.0 + middle), (600.0 + middle, 600.0 + len(samples) / RATE)]

    engine = engines.load("tiny")
    segments = pipeline.transcribe_part(samples, spans, engine, offset=600.0)

    assert [segment.text for segment in segments] == [
        "Señores, ¿hay quórum?",
        "No.",
    ]
    assert segments[0].start == pytest.approx(600.4, abs=GRID)
    assert segments[1].start == pytest.approx(600.4 + middle, abs=GRID)
    assert engine.capabilities.language_lock is False
    assert engines.weights_of("tiny") == weights.Wanted(
        str(model), weights.onnx("int8")
    )


def test_it_loads_again_what_was_unloaded(
    engine: ParakeetCpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.unload()
    assert engine._recognizer is None

    assert hear(engine, say(ANSWER))[0].text == "No."


def test_it_says_where_a_model_goes(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"falta encoder-model\.int8\.onnx") as caught:
        ParakeetCpu(str(tmp_path))
    assert caught.value.permanent


def test_it_says_when_a_model_is_damaged(model: Path, tmp_path: Path) -> None:
    broken = export(tmp_path / "roto")
    (broken / "encoder-model.int8.onnx").write_bytes(b"half a file")

    with pytest.raises(EngineError, match=r"No se pudo cargar.*a medio copiar"):
        ParakeetCpu(str(broken))


def test_it_says_when_the_package_is_missing(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx_asr", None)

    with pytest.raises(EngineError, match="no está instalado"):
        ParakeetCpu(str(model))


def test_it_says_when_the_machine_fails(
    engine: ParakeetCpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def recognize(self, _: list) -> list:
            raise MemoryError("no room")

    monkeypatch.setattr(engine, "_recognizer", Full())

    with pytest.raises(EngineError, match="se intentará de nuevo") as caught:
        hear(engine, say(ANSWER))
    assert not caught.value.permanent


def test_it_brings_nothing_heavy_along() -> None:
    code = (
        "import sys, transcription.engines.parakeet_cpu\n"
        "heavy = 'onnx_asr onnxruntime huggingface_hub torch django'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
