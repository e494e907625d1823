"""The engine for transcription services, against one on this machine."""

import email.utils
import logging
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.transcription.api_server import KEY, ApiServer, Fault, refusal, serving
from tests.transcription.sounds import noise
from transcription import engines
from transcription.audio import RATE
from transcription.engines import Biasing, Clip, EngineError
from transcription.engines.openai import OpenAICompatible

Build = Callable[..., OpenAICompatible]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    with serving(monkeypatch) as running:
        yield running


@pytest.fixture
def build(server: ApiServer) -> Iterator[Build]:
    built: list[OpenAICompatible] = []

    def make(**options: object) -> OpenAICompatible:
        engine = OpenAICompatible(**{"base_url": server.url, **options})
        engine.waits = []
        engine.pause = engine.waits.append
        built.append(engine)
        return engine

    yield make
    for engine in built:
        engine.unload()


def block(seconds: float = 3, start: float = 0.0) -> Clip:
    """A clip that no other clip of a test is equal to."""
    t = np.arange(int(seconds * RATE)) / RATE
    tone = 0.3 * np.sin(2 * np.pi * (150 + 10 * start) * t)
    return Clip(tone.astype(np.float32), start)


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


def test_it_waits_as_long_as_the_service_asks(server: ApiServer, build: Build) -> None:
    soon = email.utils.formatdate(time.time() + 30, usegmt=True)
    server.faults = [
        Fault(429, headers={"retry-after": "7"}),
        Fault(503, headers={"retry-after": soon}),
    ]
    engine = build()

    (result,) = engine.transcribe([block()])

    assert result.words
    assert engine.waits == [7.0, pytest.approx(30, abs=2)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429),
        Fault(500),
        Fault(503),
        Fault(408),
        Fault(cut=40),
        Fault(cut=40, whole=True),
        Fault(body={"note": "no text here"}),
    ],
)
def test_it_tries_again_after_a_passing_trouble(
    server: ApiServer, build: Build, fault: Fault
) -> None:
    server.faults = [fault, fault]
    engine = build()

    (result,) = engine.transcribe([block()])

    assert len(result.words) == 9
    first, second = engine.waits
    assert 0.3 < first <= 0.5 < second <= 1.0
    keys = {request.headers["idempotency-key"] for request in server.requests}
    assert len(server.requests) == 3
    assert len(keys) == 1


def test_it_tries_again_after_a_slow_answer(server: ApiServer, build: Build) -> None:
    server.faults = [Fault(wait=0.1)]
    engine = build(timeout=0.05, timeout_per_second=0)

    (result,) = engine.transcribe([block()])

    assert len(result.words) == 9
    assert engine.sent == 6.0  # the lost answer may have been charged


def test_it_gives_longer_blocks_more_time(server: ApiServer, build: Build) -> None:
    server.faults = [Fault(wait=0.1)]
    engine = build(timeout=0.01, timeout_per_second=1)

    engine.transcribe([block()])

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(500), "tiene un problema (500)"),
        (Fault(429), "más despacio"),
        (Fault(cut=9), "cortó la comunicación"),
        (Fault(cut=9, whole=True), "respuesta incompleta"),
    ],
)
def test_it_gives_up_after_some_tries(
    server: ApiServer, build: Build, fault: Fault, says: str
) -> None:
    server.faults = [fault] * 9
    engine = build(retries=2)

    with pytest.raises(EngineError, match="guardado") as raised:
        engine.transcribe([block()])

    assert says in str(raised.value)
    assert not raised.value.permanent
    assert len(server.requests) == 3


def test_it_does_not_wait_longer_than_its_patience(
    server: ApiServer, build: Build
) -> None:
    server.faults = [Fault(429, headers={"retry-after": "3600"})]
    engine = build()

    with pytest.raises(EngineError, match="más despacio") as raised:
        engine.transcribe([block()])

    assert not raised.value.permanent
    assert engine.waits == []


def test_it_says_that_there_is_no_connection(server: ApiServer, build: Build) -> None:
    server.stop()
    engine = build(retries=1)

    with pytest.raises(EngineError, match="no hay conexión") as raised:
        engine.transcribe([block()])

    assert not raised.value.permanent
    assert engine.sent == 0


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (refusal(403, "Forbidden"), "no aceptó la clave"),
        (refusal(402, "Payment required"), "se acabó el saldo"),
        (refusal(429, "Quota", code="insufficient_quota"), "se acabó el saldo"),
        (refusal(400, "Audio file might be corrupted"), "Audio file might be corr"),
    ],
)
def test_it_says_what_waiting_does_not_cure(
    server: ApiServer, build: Build, fault: Fault, says: str
) -> None:
    server.faults = [fault]

    with pytest.raises(EngineError, match="guardado") as raised:
        build().transcribe([block()])

    assert says in str(raised.value)
    assert raised.value.permanent
    assert len(server.requests) == 1


def test_it_says_that_the_key_is_not_accepted(
    server: ApiServer, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    server.key = "otra"
    engine = build()
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineError) as raised:
        engine.transcribe([block()])

    assert raised.value.permanent
    assert "no aceptó la clave" in str(raised.value)
    assert "OPENAI_API_KEY" in str(raised.value)
    for text in (str(raised.value), repr(raised.value), caplog.text, repr(engine)):
        assert KEY not in text
        assert KEY[:5] not in text


def test_it_keeps_the_key_out_of_the_services_own_words(
    server: ApiServer, build: Build
) -> None:
    server.faults = [refusal(400, f"Strange request with {KEY} in it")]
    with pytest.raises(EngineError, match="Strange request") as raised:
        build().transcribe([block()])
    assert KEY not in str(raised.value)


def test_it_says_that_the_model_is_not_known(build: Build) -> None:
    with pytest.raises(EngineError, match="no conoce el modelo «wisper»") as raised:
        build(model="wisper").transcribe([block()])
    assert raised.value.permanent


def test_it_wants_a_key_for_openai_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(EngineError, match="OPENAI_API_KEY"):
        OpenAICompatible()


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


def test_it_sends_nothing_more_once_a_block_was_refused(
    server: ApiServer, build: Build
) -> None:
    server.faults = [Fault(), refusal(401, "no")]
    clips = [block(3, start=n) for n in range(9)]

    with pytest.raises(EngineError, match="clave"):
        build(concurrency=1).transcribe(clips)

    assert len(server.requests) <= 3


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
