"""Speech to vectors: what any model is given, the one that comes with ASTRA, beside."""

import hashlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings

from astra_site.demo import RECORDING
from tests.transcription.sounds import tone
from transcription import audio, silero, voices
from transcription.voices import RATE, VoicesError, vectors_of
from transcription.voices.beside import Beside
from transcription.voices.onnx import CAMPPLUS, Onnx, filter_banks


class Level:
    """Gives the mean of each window and its length: not of length 1 together."""

    model, dimensions, batch, threads = "level", 2, 3, 2

    def __init__(self) -> None:
        self.given: list[tuple[int, ...]] = []

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        self.given.append(speech.shape)
        means = speech.mean(axis=1)
        return np.stack([means * 3, np.full_like(means, 0.3)], axis=1)

    def unload(self) -> None:
        self.given.clear()


def stairs(seconds: int) -> np.ndarray:
    """Sound that is 0.01 louder in each second, so that places can be told."""
    return np.repeat(np.arange(seconds, dtype=np.float32) / 100, RATE)


def test_it_gives_a_vector_of_length_one_for_each_window() -> None:
    model = Level()
    found = vectors_of(stairs(20), [(1.0, 4.0), (10.0, 10.2), (11.0, 11.5)], model)

    assert found.times.tolist() == pytest.approx(
        np.array([[1, 2.5], [1.75, 3.25], [2.5, 4], [11.01, 11.49]]), abs=0.011
    )
    assert np.linalg.norm(found.values, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    # What stands in a window decides: 0.01, 0.017 (…), 0.11 as loud as the rest is.
    slopes = found.values[:, 0] / found.values[:, 1] / 10
    assert slopes[0] == pytest.approx((0.01 * 1 + 0.02 * 0.5) / 1.5, abs=1e-5)
    assert slopes[3] == pytest.approx(0.11, abs=1e-5)


def test_it_counts_from_where_the_part_begins() -> None:
    model = Level()
    early = vectors_of(stairs(20), [(5.0, 8.0)], model)
    later = vectors_of(stairs(20), [(105.0, 108.0)], model, offset=100.0)

    assert later.values.tolist() == early.values.tolist()
    assert (later.times - early.times).tolist() == [[100.0, 100.0]] * 3


def test_it_gives_a_model_windows_of_one_length_and_never_too_many() -> None:
    model = Level()
    found = vectors_of(stairs(20), [(0.0, 6.0), (7.0, 7.8), (8.0, 8.8)], model)

    assert len(found) == 9
    assert sorted(model.given) == [(1, 24_000), (2, 12_800), (3, 24_000), (3, 24_000)]


def test_it_takes_whole_numbers_for_the_same_sound() -> None:
    model, sound = Level(), tone(3)
    spans = [(0.0, 3.0)]
    whole = vectors_of(audio.as_int16(sound), spans, model)

    assert np.allclose(whole.values, vectors_of(sound, spans, model).values, atol=1e-3)


def test_it_reads_nothing_beyond_the_sound() -> None:
    found = vectors_of(stairs(3), [(1.2, 3.02)], Level())
    assert found.times[-1].tolist() == pytest.approx([1.52, 3.02])
    assert len(vectors_of(stairs(3), [], Level())) == 0


@pytest.mark.parametrize("nonsense", [np.nan, np.inf, 0.0])
def test_it_keeps_no_vector_that_points_nowhere(nonsense: float) -> None:
    class Deaf(Level):
        def vectors(self, speech: np.ndarray) -> np.ndarray:
            found = super().vectors(speech)
            found[speech.max(axis=1) > 0.1] = nonsense
            return found

    found = vectors_of(stairs(20), [(1.0, 4.0), (14.0, 16.0), (5.0, 5.5)], Deaf())

    assert found.times[:, 0].tolist() == pytest.approx([1, 1.75, 2.5, 5.01], abs=0.011)
    assert np.linalg.norm(found.values, axis=1) == pytest.approx(np.ones(4), abs=1e-6)


def test_it_stops_between_two_batches() -> None:
    model = Level()
    with pytest.raises(KeyboardInterrupt):
        vectors_of(stairs(60), [(0.0, 60.0)], model, check=interrupt)
    assert 1 <= len(model.given) <= 4


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def campplus() -> Onnx:
    return Onnx(threads=2)


@pytest.fixture(scope="module")
def speech() -> np.ndarray:
    """The first 75 seconds of the demonstration."""
    return np.concatenate(list(islice(audio.decode(RECORDING), 75)))


def test_it_tells_the_people_of_the_demonstration_apart(
    campplus: Onnx, speech: np.ndarray
) -> None:
    truth = RECORDING.with_name("truth.json").read_text(encoding="utf-8")
    turns = json.loads(truth)["turns"]
    long = [one for one in turns if one["end"] < 75 and one["end"] - one["start"] > 3]
    people = [one["speaker"] for one in long]
    found = vectors_of(speech, [(one["start"], one["end"]) for one in long], campplus)
    middles = found.times.mean(axis=1)
    means = [
        found.values[(middles > one["start"]) & (middles < one["end"])].mean(axis=0)
        for one in long
    ]
    means = np.stack([mean / np.linalg.norm(mean) for mean in means])
    alike = means @ means.T
    same = np.array([[one == other for other in people] for one in people])
    others = ~same
    np.fill_diagonal(same, False)

    assert found.values.shape[1] == campplus.dimensions == 192
    assert same.any()
    assert others.any()
    assert alike[same].min() > alike[others].max()


def test_it_gives_a_window_the_same_vector_alone_and_among_others(
    campplus: Onnx, speech: np.ndarray
) -> None:
    windows = speech[: 5 * 24_000].reshape(5, 24_000)
    together = campplus.vectors(windows)
    alone = np.concatenate([campplus.vectors(window[None]) for window in windows])

    assert np.allclose(together, alone, atol=1e-4)


def test_it_gives_the_same_vectors_on_one_thread(speech: np.ndarray) -> None:
    spans = [(1.0, 12.0), (13.0, 13.9)]
    one, two = (vectors_of(speech, spans, Onnx(threads=n)) for n in (1, 2))

    assert np.array_equal(one.values, two.values)


def test_it_takes_148_frames_of_a_window_less_their_mean(speech: np.ndarray) -> None:
    rows = filter_banks(speech[:24_000])
    assert rows.shape == (148, 80)
    assert np.abs(rows.mean(axis=0)).max() < 1e-4


def test_it_keeps_nothing_of_a_model_that_is_unloaded(speech: np.ndarray) -> None:
    model = Onnx()
    before = model.vectors(speech[None, :24_000])
    model.unload()
    assert "_session" not in vars(model)
    assert np.array_equal(model.vectors(speech[None, :24_000]), before)


def test_it_refuses_a_damaged_model(tmp_path: Path, monkeypatch) -> None:
    damaged = tmp_path / "campplus.onnx"
    damaged.write_bytes(CAMPPLUS.read_bytes()[:-1])
    monkeypatch.setattr("transcription.voices.onnx.CAMPPLUS", damaged)
    with pytest.raises(VoicesError, match="está dañado"):
        Onnx()


def test_it_says_that_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(VoicesError, match="Falta el modelo de voces"):
        Onnx(str(tmp_path / "other.onnx"))


def test_it_refuses_a_model_of_something_else(tmp_path: Path) -> None:
    other = Path(silero.__file__).with_name("memory.onnx")
    with pytest.raises(VoicesError, match="no es un modelo de voces"):
        _ = Onnx(str(other)).dimensions
    nonsense = tmp_path / "nonsense.onnx"
    nonsense.write_bytes(b"nonsense")
    with pytest.raises(VoicesError, match="No se pudo abrir"):
        _ = Onnx(str(nonsense)).dimensions


def test_it_names_another_file_by_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"mine")
    digest = hashlib.sha256(b"mine").hexdigest()
    assert Onnx(str(path)).model == f"mine-{digest[:8]}"
    assert Onnx().model == "campplus"


@pytest.fixture
def configured(settings: LazySettings) -> Iterator[LazySettings]:
    settings.TRANSCRIPTION_VOICES = {
        "level": {"BACKEND": f"{__name__}.Level"},
        "gone": {"BACKEND": "transcription.voices.gone.Gone"},
        "onnx": {"BACKEND": "transcription.voices.onnx.Onnx"},
    }
    voices.unload()
    yield settings
    voices.unload()


def test_it_loads_a_model_once(configured: LazySettings) -> None:
    model = voices.load("level")
    assert voices.load("level") is model
    model.given.append(())
    voices.unload()
    assert model.given == []
    assert voices.load("level") is not model


def test_it_says_which_models_there_are(configured: LazySettings) -> None:
    with pytest.raises(VoicesError, match=r"«x».*gone, level, onnx"):
        voices.load("x")
    with pytest.raises(VoicesError, match="«gone» no está instalado"):
        voices.load("gone")


def test_it_says_that_options_are_not_understood(configured: LazySettings) -> None:
    configured.TRANSCRIPTION_VOICES["onnx"]["OPTIONS"] = {"modle": "x"}
    with pytest.raises(VoicesError, match="«onnx» no se entienden"):
        voices.load("onnx")


def beside(alias: str = "level", seconds: int = 30) -> Beside:
    return Beside(alias, stairs(seconds), [(0.0, float(seconds))], 0.0)


def nothing() -> None:
    """The lease is ours."""


@pytest.mark.usefixtures("configured")
def test_it_works_beside_what_else_is_done() -> None:
    with beside() as one:
        found = one.vectors(10, nothing)

    assert len(found) == 39
    assert one.model == "level"


@pytest.mark.usefixtures("configured")
def test_it_loads_nothing_where_no_model_is_named(monkeypatch) -> None:
    monkeypatch.setattr(voices, "load", lambda alias: pytest.fail("loaded"))
    before = threading.active_count()
    with beside("") as one:
        assert threading.active_count() == before
        assert one.vectors(10, nothing) is None
    with Beside("level", stairs(1), [], 0.0) as one:
        assert one.vectors(10, nothing) is None


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("alias", ["gone", "x"])
def test_it_logs_what_goes_wrong_and_goes_on(alias: str, caplog) -> None:
    with beside(alias) as one:
        assert one.vectors(10, nothing) is None
    assert "Could not tell how the voices of a part sound" in caplog.text


class Slow(Level):
    """Waits until it may go on."""

    go = threading.Event()
    batch = threads = 1

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        found = super().vectors(speech)
        self.go.wait(10)
        return found


@pytest.fixture
def slow(configured: LazySettings) -> Iterator[Slow]:
    configured.TRANSCRIPTION_VOICES["slow"] = {"BACKEND": f"{__name__}.Slow"}
    Slow.go.clear()
    yield voices.load("slow")
    Slow.go.set()


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def test_it_does_not_wait_for_ever(slow: Slow, caplog) -> None:
    with beside("slow") as one:
        assert one.vectors(0.05, nothing) is None
    assert "Gave up waiting" in caplog.text


def test_it_stops_when_nobody_waits_any_more(slow: Slow) -> None:
    with pytest.raises(KeyboardInterrupt), beside("slow") as one:
        one.vectors(10, interrupt)
    slow.go.set()

    assert eventually(one._done.is_set)
    assert len(slow.given) <= 3
    assert one.vectors(0, nothing) is None


def test_it_stops_when_the_hearing_fails(slow: Slow) -> None:
    with pytest.raises(io.UnsupportedOperation), beside("slow") as one:
        raise io.UnsupportedOperation
    slow.go.set()

    assert eventually(one._done.is_set)
    assert len(slow.given) <= 3
