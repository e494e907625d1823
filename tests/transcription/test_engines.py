"""How engines are found, loaded and let go, whichever they are."""

import pytest
from django.conf import LazySettings

from transcription import engines
from transcription.engines import Capabilities, EngineError


class Greedy:
    """An engine that loads only where it has the memory to itself."""

    awake = 0
    name = model = "greedy"
    capabilities = Capabilities()

    def __init__(self, model: str) -> None:
        if Greedy.awake:
            raise EngineError("No se pudo cargar: CUDA out of memory", permanent=True)
        Greedy.awake += 1

    def unload(self) -> None:
        Greedy.awake -= 1


def test_it_lets_go_of_other_engines_where_memory_is_short(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_loaded", {})
    monkeypatch.setattr(Greedy, "awake", 0)
    settings.TRANSCRIPTION_ENGINES = {
        alias: {"BACKEND": f"{__name__}.Greedy", "OPTIONS": {"model": alias}}
        for alias in ("one", "two")
    }
    engines.load("one", alone=True)

    with pytest.raises(EngineError, match="out of memory"):
        engines.load("two")  # a backup: the first one is still at work
    assert engines.load("two", alone=True)

    assert (Greedy.awake, len(engines._loaded)) == (1, 1)
    assert engines.load("one", alone=True)


def test_it_says_which_options_are_wrong(settings: LazySettings) -> None:
    settings.TRANSCRIPTION_ENGINES = {
        "openai": {
            "BACKEND": "transcription.engines.openai.OpenAICompatible",
            "OPTIONS": {"modelo": "whisper-1"},
        }
    }
    with pytest.raises(EngineError, match=r"«openai» no se entienden.*modelo") as said:
        engines.load("openai")
    assert said.value.permanent


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA failed with error out of memory"), True),
        (RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("Failed to allocate memory for requested buffer"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
    ],
)
def test_it_knows_when_memory_is_wanting(error: Exception, is_full: bool) -> None:
    assert engines.is_full(error) == is_full
