"""The embedded engine for real, on the demonstration's first minutes."""

import json
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings

from tests.transcription.sounds import noise
from transcription import engines, evaluation, pipeline
from transcription.audio import RATE, decode
from transcription.cutting import cut
from transcription.engines import Clip, EngineError
from transcription.engines.whisper import _format, _limit
from transcription.engines.whisper_text import sentences

DEMO = Path(__file__).resolve().parent.parent.parent / "demo"
SECONDS = 30

pytestmark = pytest.mark.skipif(
    not (DEMO / "recording.opus").exists(), reason="no demonstration recording"
)


@cache
def opening() -> np.ndarray:
    return np.concatenate(list(islice(decode(DEMO / "recording.opus"), SECONDS)))


@cache
def segments(terms: tuple[str, ...] = ()) -> list[pipeline.SegmentDraft]:
    ((part, samples),) = cut([opening()])
    return pipeline.transcribe_part(
        samples, part.clips, engines.load("base"), terms=terms
    )


def truth() -> dict:
    return json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))


def spoken(until: float = SECONDS) -> str:
    return " ".join(turn["text"] for turn in truth()["turns"] if turn["end"] <= until)


def test_it_hears_the_opening_of_a_session() -> None:
    heard = " ".join(segment.text for segment in segments() if segment.end <= SECONDS)

    score = evaluation.score(spoken(), heard)
    assert score.deleted / score.words < 0.1
    assert score.wer < 0.45  # a small model in a room, with names called


def test_it_gives_every_word_a_time_and_a_probability() -> None:
    clock = 0.0
    for segment in segments():
        assert segment.text == " ".join(word.text for word in segment.words)
        assert segment.start == segment.words[0].start
        for word in segment.words:
            assert 0 <= word.probability <= 1
            assert clock - 0.1 <= word.start <= word.end <= SECONDS
            clock = word.start


def test_it_places_words_where_they_are_said() -> None:
    turn = next(turn for turn in truth()["turns"] if turn["start"] > 3)
    starts = [segment.start for segment in segments()]

    assert min(abs(start - turn["start"]) for start in starts) < 1.0


def test_it_hears_the_same_twice() -> None:
    clip = Clip(opening()[: 6 * RATE], 0.0)
    engine = engines.load("base")

    first, second = (
        engine.transcribe([clip], language="es", terms=(), careful=careful)
        for careful in (False, False)
    )

    assert first == second
    assert first[0].language == "es"
    assert first[0].avg_logprob < 0


def test_it_hears_nothing_in_noise() -> None:
    engine = engines.load("base")
    clips = [Clip(noise(20, 0.003), 0.0), Clip(np.zeros(8 * RATE, np.float32), 20.0)]

    found = pipeline.transcribe(clips, engine)

    assert found == []


def test_it_takes_smaller_batches_when_the_card_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = engines.load("base")
    sizes: list[int] = []

    def round_of(clips: list, batch: list, *_: object) -> list:
        sizes.append(len(batch))
        if len(batch) > 2:
            raise RuntimeError("CUDA failed with error out of memory")
        return []

    monkeypatch.setattr(engine, "_round", round_of)
    monkeypatch.setattr(engine, "batch_size", 8)
    clips = [Clip(np.zeros(RATE, np.float32), 0.0)] * 6

    found = engine.transcribe(clips, language="es", terms=())

    assert sizes == [6, 3, 1, 1, 1, 1, 1, 1]
    assert len(found) == 6


def test_it_says_when_the_card_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list:
        raise RuntimeError("CUDA error")

    engine = engines.load("base")
    monkeypatch.setattr(engine, "_round", fail)

    with pytest.raises(EngineError, match="se intentará de nuevo") as caught:
        engine.transcribe([Clip(np.zeros(RATE, np.float32), 0.0)], terms=())
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("std::bad_alloc"),
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"),
    ],
)
def test_it_says_when_not_even_one_clip_fits(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    sizes: list[int] = []

    def fail(_: object, batch: list, *__: object) -> list:
        sizes.append(len(batch))
        raise error

    engine = engines.load("base")
    monkeypatch.setattr(engine, "_round", fail)
    monkeypatch.setattr(engine, "batch_size", 4)

    with pytest.raises(EngineError, match="La memoria no alcanza"):
        engine.transcribe([Clip(np.zeros(RATE, np.float32), 0.0)] * 4, terms=())
    assert sizes == [4, 2, 1]


def test_it_hears_again_after_it_was_unloaded() -> None:
    clip = Clip(opening()[: 6 * RATE], 0.0)
    engine = engines.load("base")
    before = engine.transcribe([clip])

    engine.unload()

    assert not engine._whisper.model.model_is_loaded
    assert engine.transcribe([clip]) == before


def test_it_gives_results_in_the_order_of_the_clips() -> None:
    short, long = Clip(opening()[: 2 * RATE], 0.0), Clip(opening()[: 9 * RATE], 0.0)

    first, second = engines.load("base").transcribe([short, long])

    assert first.words[-1].end <= 2 < second.words[-1].end <= 9


@pytest.mark.parametrize(
    ("known", "kind"),
    [
        ({"float32", "float16", "int8_float16", "bfloat16", "int8"}, "float16"),
        ({"float32", "float16", "int8_float16", "int8"}, "int8_float16"),
        ({"float32", "float16"}, "float16"),
        ({"float32", "int8"}, "int8"),
    ],
)
def test_it_takes_the_number_format_that_suits_the_card(
    known: set[str], kind: str
) -> None:
    assert _format(known) == kind


@pytest.mark.parametrize(("prompt", "seconds"), [(4, 20.0), (250, 2.0)])
def test_it_leaves_speech_of_any_pace_its_tokens(prompt: int, seconds: float) -> None:
    longest = _limit(prompt, seconds)

    # CTranslate2 writes at most half of `max_length`, and prompt and text together.
    assert min(longest // 2, longest - prompt) == 16 + 8 * seconds


def test_it_stays_resident() -> None:
    assert engines.load("base") is engines.load("base")


def test_it_names_the_engines_there_are() -> None:
    with pytest.raises(EngineError, match=r"«nada».*base") as caught:
        engines.load("nada")
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"BACKEND": "transcription.engines.none.None"}, "no está instalado"),
        (
            {
                "BACKEND": "transcription.engines.whisper.Whisper",
                "OPTIONS": {"model": "/no/hay"},
            },
            r"falta model\.bin",
        ),
    ],
)
def test_it_says_why_an_engine_cannot_start(
    settings: LazySettings, entry: dict, says: str
) -> None:
    settings.TRANSCRIPTION_ENGINES = {"roto": entry}

    with pytest.raises(EngineError, match=says) as caught:
        engines.load("roto")
    assert caught.value.permanent


def test_it_tells_settings_apart(settings: LazySettings) -> None:
    backend = "transcription.engines.whisper.Whisper"
    settings.TRANSCRIPTION_ENGINES = {
        "a": {"BACKEND": backend, "OPTIONS": {"model": "base"}, "LABEL": "A"},
        "b": {"BACKEND": backend, "OPTIONS": {"model": "base"}, "LABEL": "B"},
        "c": {"BACKEND": backend, "OPTIONS": {"model": "base", "beam_size": 1}},
    }

    assert engines.settings_hash("a") == engines.settings_hash("b")
    assert engines.settings_hash("a") != engines.settings_hash("c")


class Tokens:
    """Whisper's vocabulary in small: 0 to 9 are text, 10 ends, 20 on are times."""

    eot, timestamp_begin = 10, 20


def test_it_reads_sentences_between_timestamps() -> None:
    found, reached = sentences([20, 1, 2, 70, 70, 3, 120], Tokens, 29.0)

    assert [(one.start, one.end, one.tokens) for one in found] == [
        (0.0, 1.0, [1, 2]),
        (1.0, 2.0, [3]),
    ]
    assert reached == 2.0


def test_it_leaves_a_broken_sentence_to_the_next_round() -> None:
    found, reached = sentences([20, 1, 70, 70, 3, 4], Tokens, 29.0)

    assert [one.tokens for one in found] == [[1]]
    assert reached == 1.0


def test_it_keeps_text_that_no_timestamp_closes() -> None:
    found, reached = sentences([20, 1, 2, 3], Tokens, 9.0)

    assert [(one.start, one.end) for one in found] == [(0.0, 9.0)]
    assert reached == 9.0
