"""Servers that speak the same API and yet differ."""

import threading

import numpy as np
import pytest

from tests.transcription.api_server import ApiServer, Build, Fault, block, refusal
from tests.transcription.sounds import noise
from transcription.engines import Biasing, Clip, EngineError
from transcription.engines.openai.files import encoded


def test_it_needs_no_key_for_a_server_of_ones_own(
    server: ApiServer, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    server.key = "sin-clave"
    assert build().transcribe([block()])[0].words


def test_it_shares_sentences_among_words_where_words_have_no_times(
    server: ApiServer, build: Build
) -> None:
    server.gives_words = False
    engine = build()

    (result,) = engine.transcribe([block(2)])

    assert [word.text for word in result.words] == result.text.split()
    assert result.words[0].start == 0
    assert result.words[2].end == 0.85  # where its sentence ends
    assert result.words[3].start == 1
    assert engine.capabilities.word_times


def test_it_asks_for_sentences_where_words_are_refused(
    server: ApiServer, build: Build
) -> None:
    server.faults = [refusal(400, "`timestamp_granularities[]` not supported")]
    engine = build()

    first, second = engine.transcribe([block(2), block(3)])

    assert (len(first.words), len(second.words)) == (6, 9)
    asked = ["timestamp_granularities[]" in r.fields for r in server.requests]
    assert asked == [True, False, False]
    assert engine.capabilities.max_clip == 900


def test_it_adapts_to_a_service_that_gives_text_only(
    server: ApiServer, build: Build
) -> None:
    server.formats = {"json"}
    engine = build()

    short, long = engine.transcribe([block(20), block(40)])

    assert short.text.startswith("Punto 0, aprobado.")
    assert (short.words, long.text) == ((), "")
    assert engine.capabilities.max_clip == 29
    assert not engine.capabilities.word_times
    formats = [request.field("response_format") for request in server.requests]
    assert formats == ["verbose_json", "json"]  # the long one was not paid for
    assert engine.sent == 20


def test_it_adapts_to_a_service_that_leaves_the_times_out(
    server: ApiServer, build: Build
) -> None:
    server.gives_words = server.gives_segments = False
    engine = build()

    (result,) = engine.transcribe([block(40)])

    assert (result.words, len(result.text.split())) == ((), 120)
    assert engine.capabilities.max_clip == 29
    assert not engine.capabilities.word_times


def test_it_goes_on_without_a_prompt_where_it_is_refused(
    server: ApiServer, build: Build
) -> None:
    server.faults = [refusal(400, "prompt is not supported", param="prompt")]
    engine = build()

    (result,) = engine.transcribe([block()], terms=["Chía"])

    assert result.words
    assert engine.capabilities.biasing == Biasing.NONE
    assert "prompt" not in server.requests[-1].fields


def test_it_records_the_model_that_was_served(server: ApiServer, build: Build) -> None:
    server.served = "whisper-large-v3-turbo"
    engine = build()
    assert engine.model == "whisper-1"

    engine.transcribe([block()])

    assert engine.model == "whisper-large-v3-turbo"
    engine.transcribe([block(4)])
    assert server.requests[-1].field("model") == "whisper-1"


def test_it_reads_the_served_model_from_a_header(
    server: ApiServer, build: Build
) -> None:
    server.faults = [Fault(headers={"openai-model": "whisper-1-2026"})]
    engine = build()
    engine.transcribe([block()])
    assert engine.model == "whisper-1-2026"


def test_it_sends_opus_where_flac_is_too_large(server: ApiServer, build: Build) -> None:
    clip = Clip(noise(20, 0.3), 0.0)  # FLAC cannot make noise smaller
    engine = build(max_bytes=200_000)

    engine.transcribe([clip])

    (request,) = server.requests
    assert request.filename == "tramo.ogg"
    assert request.bytes < 200_000
    assert request.seconds == pytest.approx(20, abs=0.1)


def test_it_sends_opus_for_blocks_that_are_made_ready_at_the_same_time(
    server: ApiServer, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(2, timeout=5)

    def made(samples: np.ndarray, format: str) -> bytes:
        content = encoded(samples, format)
        if format == "flac":
            together.wait()
        return content

    engine = build(max_bytes=200_000)
    engine.transcribe([block(1)])  # met: from now on several go at once
    monkeypatch.setattr("transcription.engines.openai.encoded", made)

    engine.transcribe([Clip(noise(20 + n, 0.3), 30.0 * n) for n in range(2)])

    names = [request.filename for request in server.requests]
    assert names == ["tramo.flac", "tramo.ogg", "tramo.ogg"]


def test_it_says_that_a_block_does_not_fit(server: ApiServer, build: Build) -> None:
    with pytest.raises(EngineError, match="block_seconds") as raised:
        build(max_bytes=1000).transcribe([block()])
    assert raised.value.permanent
    assert server.requests == []


def test_it_learns_that_the_service_takes_smaller_files(
    server: ApiServer, build: Build
) -> None:
    server.faults = [refusal(413, "Maximum content size limit exceeded")]

    (result,) = build().transcribe([block()])

    assert result.words
    assert [r.filename for r in server.requests] == ["tramo.flac", "tramo.ogg"]


def test_it_says_what_helps_where_opus_is_too_large_too(
    server: ApiServer, build: Build
) -> None:
    server.faults = [refusal(413, "Too large")] * 2
    with pytest.raises(EngineError, match=r"este tamaño.*block_seconds") as raised:
        build().transcribe([block()])
    assert raised.value.permanent
    assert len(server.requests) == 2


def test_it_tells_gpt_transcribe_what_to_expect_in_its_own_fields(
    server: ApiServer, build: Build
) -> None:
    server.models, server.formats = {"gpt-transcribe"}, {"json"}
    server.faults = [refusal(400, "Unsupported parameter: temperature")]
    engine = build(model="gpt-transcribe")

    (result,) = engine.transcribe([block()], language="es", terms=["Jhon", "Chía"])

    assert result.text
    assert server.requests[-1].fields == {
        "model": ["gpt-transcribe"],
        "languages[]": ["es"],
        "keywords[]": ["Jhon", "Chía"],
        "response_format": ["json"],
    }
    assert engine.capabilities.biasing == Biasing.PROMPT


def test_it_goes_on_without_keywords_where_they_are_refused(
    server: ApiServer, build: Build
) -> None:
    server.models = {"gpt-transcribe"}
    server.faults = [refusal(400, "Unknown parameter: 'keywords'")]
    engine = build(model="gpt-transcribe")

    engine.transcribe([block()], terms=["Chía"])

    assert "keywords[]" not in server.requests[-1].fields
    assert engine.capabilities.biasing == Biasing.NONE
