"""The engine for transcription services, against one on this machine."""

import pytest

from tests.transcription.api_server import ApiServer, Build, Fault, block
from transcription import engines
from transcription.engines import Biasing, EngineError


def test_it_returns_words_with_punctuation_on_the_clips_clock(build: Build) -> None:
    (result,) = build().transcribe([block(2, start=600.0)], language="es")

    assert result.text == "Punto 0, aprobado. Punto 1, aprobado."
    assert [word.text for word in result.words] == result.text.split()
    assert [word.start for word in result.words] == [0, 0.3, 0.6, 1, 1.3, 1.6]
    assert (result.avg_logprob, result.no_speech) == (-0.2, 0.02)
    assert result.compression_ratio == 1.3
    assert result.language == "es"


def test_it_asks_as_the_reference_says(server: ApiServer, build: Build) -> None:
    build().transcribe([block()], language="es", terms=["Jhon Fredy", "Chía"])

    (request,) = server.requests
    assert request.fields == {
        "model": ["whisper-1"],
        "language": ["es"],
        "temperature": ["0"],
        "response_format": ["verbose_json"],
        "timestamp_granularities[]": ["word", "segment"],
        "prompt": ["Jhon Fredy, Chía"],
    }
    assert request.filename == "tramo.flac"
    assert request.seconds == pytest.approx(3, abs=0.01)


def test_it_sends_no_more_terms_than_a_prompt_holds(
    server: ApiServer, build: Build
) -> None:
    terms = [f"Concejal Número {n}" for n in range(99)]
    build(prompt="Honorable concejal.").transcribe([block()], terms=terms)

    prompt = server.requests[0].field("prompt")
    assert prompt.startswith("Concejal Número 0, Concejal Número 1, ")
    assert prompt.endswith(". Honorable concejal.")
    assert len(prompt) <= 402


def test_it_hears_again_without_prompt(server: ApiServer, build: Build) -> None:
    build().transcribe([block()], terms=["Chía"], careful=True)
    assert "prompt" not in server.requests[0].fields


def test_it_sends_several_blocks_at_once_and_keeps_their_order(
    server: ApiServer, build: Build
) -> None:
    server.faults = [Fault(wait=0.05)] * 9
    clips = [block(seconds, start=seconds) for seconds in (5, 1, 4, 2, 6, 3, 7)]

    results = build(concurrency=3).transcribe(clips)

    assert [len(result.words) for result in results] == [15, 3, 12, 6, 18, 9, 21]
    assert server.most_at_once == 3


def test_it_pays_once_for_what_was_answered(server: ApiServer, build: Build) -> None:
    clips = [block(3, start=n) for n in (1, 2, 3)]
    engine = build(retries=0, concurrency=1)
    server.faults = [Fault(), Fault(), Fault(500)]
    with pytest.raises(EngineError, match="500"):
        engine.transcribe(clips)

    results = engine.transcribe(clips)

    assert [len(result.words) for result in results] == [9, 9, 9]
    assert len(server.requests) == 4
    assert engine.sent == 9.0


def test_it_forgets_the_oldest_answers(
    server: ApiServer, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcription.engines.openai.MEMORY", 1)
    engine = build()
    for clip in (block(1), block(2), block(1)):
        engine.transcribe([clip])
    assert len(server.requests) == 3


def test_it_answers_again_after_it_was_unloaded(build: Build) -> None:
    engine = build()
    engine.transcribe([block()])
    engine.unload()
    assert engine.transcribe([block(4)])[0].words


def test_it_has_nothing_to_do_without_clips(build: Build) -> None:
    assert build().transcribe([]) == []


def test_it_is_found_by_its_alias(server: ApiServer, settings) -> None:
    settings.TRANSCRIPTION_ENGINES = {
        "openai": {
            "BACKEND": "transcription.engines.openai.OpenAICompatible",
            "OPTIONS": {"model": "whisper-1", "base_url": server.url},
        }
    }
    engine = engines.load("openai")
    assert engine.capabilities.price == 0.006
    assert engine.capabilities.biasing == Biasing.PROMPT
