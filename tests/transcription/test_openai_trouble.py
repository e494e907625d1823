"""What a service that fails leads to: patience, or a clear reason."""

import email.utils
import logging
import time

import httpx2
import openai
import pytest

from tests.transcription.api_server import KEY, ApiServer, Build, Fault, block, refusal
from transcription.engines import EngineError
from transcription.engines.openai import OpenAICompatible, troubles


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


def test_it_does_not_wait_as_long_for_a_service_that_is_not_there(
    server: ApiServer, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[dict] = []
    send = httpx2.Client.send

    def spied(client: httpx2.Client, request: httpx2.Request, **how: object) -> object:
        waited.append(request.extensions["timeout"])
        return send(client, request, **how)

    monkeypatch.setattr(httpx2.Client, "send", spied)

    build(timeout=30, timeout_per_second=2).transcribe([block(3)])

    (timeout,) = waited
    assert (timeout["connect"], timeout["read"]) == (10, 36)


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


@pytest.mark.parametrize("asked", ["", "soon", "nan", "inf"])
def test_it_waits_its_own_time_where_none_is_asked(
    server: ApiServer, build: Build, asked: str
) -> None:
    server.faults = [Fault(429, headers={"retry-after": asked})]
    engine = build()

    (result,) = engine.transcribe([block()])

    assert result.words
    assert engine.waits == [pytest.approx(0.45, abs=0.1)]


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


@pytest.mark.parametrize("url", ["api.example.com/v1", "ftp://example.com"])
def test_it_refuses_an_address_that_is_none(url: str) -> None:
    with pytest.raises(EngineError, match="OPENAI_BASE_URL") as raised:
        OpenAICompatible(base_url=url)
    assert raised.value.permanent


@pytest.mark.parametrize(
    ("cause", "taken"),
    [
        (httpx2.WriteError("broke"), False),
        (httpx2.PoolTimeout("full"), False),
        (httpx2.ProxyError("no"), False),
        (httpx2.ReadTimeout("slow"), True),
        (httpx2.RemoteProtocolError("gone"), True),
    ],
)
def test_it_charges_only_what_may_have_been_heard(
    cause: httpx2.TransportError, taken: bool
) -> None:
    error = openai.APIConnectionError(request=httpx2.Request("POST", "http://x"))
    error.__cause__ = cause
    assert troubles.of_connection(error, server="x").taken is taken


def test_it_passes_on_what_fastapi_says(server: ApiServer, build: Build) -> None:
    server.faults = [Fault(422, {"detail": "Field required: sound"})]
    with pytest.raises(EngineError, match="422: Field required: sound"):
        build().transcribe([block()])


def test_it_wants_a_key_for_openai_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(EngineError, match="OPENAI_API_KEY"):
        OpenAICompatible()


def test_it_sends_nothing_more_once_a_block_was_refused(
    server: ApiServer, build: Build
) -> None:
    server.faults = [Fault(), refusal(401, "no")]
    clips = [block(3, start=n) for n in range(9)]

    with pytest.raises(EngineError, match="clave"):
        build(concurrency=1).transcribe(clips)

    assert len(server.requests) <= 3
