"""A transcription service on this machine, and engines that send to it."""

from collections.abc import Iterator

import pytest

from tests.transcription.api_server import ApiServer, Build, serving
from transcription.engines.openai import OpenAICompatible


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
