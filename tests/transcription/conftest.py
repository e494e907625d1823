"""Engines at the edge: a service on this machine, and one that needs none."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.transcription.api_server import ApiServer, Build, serving
from tests.transcription.parrot import Parrot
from transcription import engines, hearing
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


@pytest.fixture
def one_connection(request: pytest.FixtureRequest, monkeypatch) -> None:
    """Inside a test's transaction the connection must not be closed."""
    if "transactional_db" not in request.fixturenames:
        monkeypatch.setattr(hearing, "close_old_connections", lambda: None)


@pytest.fixture
def parrot(monkeypatch: pytest.MonkeyPatch) -> Parrot:
    engine = Parrot()
    monkeypatch.setattr(engines, "load", lambda alias, **_: engine)
    return engine


@pytest.fixture
def everything_is_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    class Talkative:
        def features(self, frames: np.ndarray, before: np.ndarray) -> np.ndarray:
            return frames

        def __call__(self, features: np.ndarray) -> np.ndarray:
            return np.ones(len(features), np.float32)

    monkeypatch.setattr("transcription.preparation.Silero", Talkative)
