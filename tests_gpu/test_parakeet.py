"""Parakeet's engine on a real NeMo model, small and random."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from django.conf import LazySettings

from transcription import engines, pipeline
from transcription.audio import RATE
from transcription.engines import Biasing, Clip, ClipResult, EngineError
from transcription.engines.parakeet import Parakeet

NAMES = ("Peña Chaparro", "quórum")


def texts(results: list[ClipResult]) -> list[str]:
    return [result.text for result in results]


def test_it_gives_every_word_a_time_and_a_probability(
    engine: Parakeet, clips: list[Clip]
) -> None:
    for clip, result in zip(clips, engine.transcribe(clips), strict=True):
        assert result.words
        assert result.text == " ".join(word.text for word in result.words)
        assert result.language is None
        assert result.avg_logprob < 0
        clock = 0.0
        for word in result.words:
            assert clock <= word.start < word.end <= clip.seconds
            assert 0 < word.probability < 1
            clock = word.start


def test_it_gives_results_back_in_the_order_of_the_clips(
    engine: Parakeet, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [engine.transcribe([clip])[0] for clip in clips]
    batches: list[list[int]] = []
    decoded = engine._decoded
    monkeypatch.setattr(
        engine,
        "_decoded",
        lambda batch: batches.append([len(one) for one in batch]) or decoded(batch),
    )

    together = engine.transcribe(clips)

    assert texts(together) == texts(alone)
    lengths = sorted((len(clip.samples) for clip in clips), reverse=True)
    assert batches == [lengths[:2], lengths[2:4], lengths[4:]]


def test_it_makes_a_short_clip_long_enough_at_its_end(
    engine: Parakeet, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[np.ndarray] = []
    transcribe = engine._nemo.transcribe
    monkeypatch.setattr(
        engine._nemo,
        "transcribe",
        lambda batch, **options: given.extend(batch) or transcribe(batch, **options),
    )

    engine.transcribe([clips[2]])

    samples = clips[2].samples
    assert len(given[0]) == RATE
    assert np.array_equal(given[0][: len(samples)], samples)
    assert not given[0][len(samples) :].any()


def test_it_hears_the_phrases_of_the_list(engine: Parakeet, clips: list[Clip]) -> None:
    engine.alpha = 5.0

    plain = engine.transcribe(clips)
    listed = engine.transcribe(clips, terms=NAMES)
    other = engine.transcribe(clips, terms=["Aprobado"])

    assert "Peña Chaparro" in listed[1].text or "quórum" in listed[1].text
    assert "Peña Chaparro" not in plain[1].text
    assert len({texts(one)[1] for one in (plain, listed, other)}) == 3
    assert texts(engine.transcribe(clips)) == texts(plain)


def test_it_weighs_phrases_gently(engine: Parakeet, clips: list[Clip]) -> None:
    engine.alpha = 0.0

    listed = engine.transcribe(clips, terms=NAMES)

    assert texts(listed) == texts(engine.transcribe(clips))


def test_it_forgets_the_list_when_careful(engine: Parakeet, clips: list[Clip]) -> None:
    engine.alpha = 5.0

    careful = engine.transcribe(clips, terms=NAMES, careful=True)

    assert texts(careful) == texts(engine.transcribe(clips))


def test_it_leaves_out_what_the_vocabulary_cannot_spell(
    engine: Parakeet, clips: list[Clip]
) -> None:
    engine.alpha = 5.0

    listed = engine.transcribe(clips, terms=["Ωμέγα"])

    assert texts(listed) == texts(engine.transcribe(clips))


def test_it_sets_its_decoding_up_once(
    engine: Parakeet, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("the decoder was built again")

    monkeypatch.setattr(engine._nemo, "change_decoding_strategy", fail)
    decoding = engine._nemo.decoding
    computer = decoding.decoding.decoding_computer

    for terms in (NAMES, (), NAMES):
        engine.transcribe(clips[:1], terms=terms)

    assert engine._nemo.decoding is decoding
    assert computer.cuda_graphs_mode is None
    assert not engine._nemo.training


def test_it_keeps_the_trees_of_a_few_lists(
    engine: Parakeet, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    planted: list[tuple[str, ...]] = []
    monkeypatch.setattr(engine, "_trees", {})
    monkeypatch.setattr(engine, "_planted", lambda terms: planted.append(terms))

    for terms in ("a", "b", "a", "c", "d", "e", "a"):
        engine.transcribe(clips[2:3], terms=[terms])

    assert [one[0] for one in planted] == ["a", "b", "c", "d", "e", "a"]
    assert len(engine._trees) == 4


def test_it_moves_the_start_of_a_clip_that_is_retried(
    engine: Parakeet, clips: list[Clip]
) -> None:
    quiet = np.full(round(0.6 * RATE), 1e-4, np.float32)
    late = Clip(np.concatenate([quiet, clips[0].samples]), 0.0)

    (heard,) = engine.transcribe([late], careful=True)

    assert heard.words[0].start >= 0.5
    assert heard.words[-1].end <= late.seconds


def test_it_tries_an_empty_clip_from_further_back(
    engine: Parakeet, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[int, float]] = []

    def results(samples: list, offsets: list) -> list[ClipResult]:
        tried.extend(zip(map(len, samples), offsets, strict=True))
        return [ClipResult(text="hola" if offset else "") for offset in offsets]

    monkeypatch.setattr(engine, "_results", results)

    found = engine.transcribe(clips[:1], careful=True)

    length = len(clips[0].samples)
    assert tried == [(length, 0.0), (length + round(0.3 * RATE), -0.3)]
    assert found[0].text == "hola"


def test_it_takes_smaller_batches_when_the_card_is_full(
    engine: Parakeet, clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = texts(engine.transcribe(clips))
    sizes: list[int] = []
    transcribe = engine._nemo.transcribe

    def full(batch: list, **options: object) -> list:
        sizes.append(len(batch))
        if len(batch) > 1:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return transcribe(batch, **options)

    monkeypatch.setattr(engine._nemo, "transcribe", full)
    engine.batch_size = 4

    assert texts(engine.transcribe(clips)) == expected
    assert sizes == [4, 2, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("message", ["CUDA error", "CUDA out of memory"])
def test_it_says_when_the_card_fails(
    engine: Parakeet,
    clips: list[Clip],
    monkeypatch: pytest.MonkeyPatch,
    message: str,
) -> None:
    def fail(*_: object, **__: object) -> list:
        raise RuntimeError(message)

    monkeypatch.setattr(engine._nemo, "transcribe", fail)

    with pytest.raises(EngineError, match="se intentará de nuevo") as caught:
        engine.transcribe(clips[:1])
    assert not caught.value.permanent


def test_it_loads_again_after_it_was_unloaded(tiny: Path, clips: list[Clip]) -> None:
    engine = Parakeet(str(tiny), device="cpu", models=tiny.parent)
    before = engine.transcribe(clips[:1], terms=NAMES)

    engine.unload()
    assert (engine._nemo, engine._trees) == (None, {})

    assert engine.transcribe(clips[:1], terms=NAMES) == before


def test_it_hears_in_the_numbers_of_a_card(tiny: Path, clips: list[Clip]) -> None:
    engine = Parakeet(
        str(tiny), device="cpu", compute_type="bfloat16", models=tiny.parent
    )

    results = engine.transcribe(clips, terms=NAMES)

    assert all(result.words for result in results)


def test_it_says_what_it_can_do(engine: Parakeet) -> None:
    able = engine.capabilities

    assert (able.biasing, able.terms) == (Biasing.PHRASES, 5000)
    assert (able.language_lock, able.confidence, able.word_times) == (False, True, True)


@pytest.mark.parametrize(
    ("content", "says"), [(None, "no contiene|Falta"), (b"nada", "No se pudo cargar")]
)
def test_it_says_why_the_weights_do_not_serve(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "modelo.nemo"
    if content:
        path.write_bytes(content)

    with pytest.raises(EngineError, match=says) as caught:
        Parakeet(str(path), device="cpu", models=tmp_path)
    assert caught.value.permanent


def test_it_refuses_a_model_that_gives_no_durations(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nemo.collections.asr.models import ASRModel

    other = SimpleNamespace(decoding=SimpleNamespace(durations=None))
    other.to = lambda _: other
    monkeypatch.setattr(ASRModel, "restore_from", lambda *_, **__: other)

    with pytest.raises(EngineError, match="no es un Parakeet TDT"):
        Parakeet(str(tiny), device="cpu", models=tiny.parent)


def test_it_makes_the_segments_that_any_engine_makes(
    settings: LazySettings, tiny: Path, clips: list[Clip]
) -> None:
    settings.TRANSCRIPTION_ENGINES = {
        "parakeet": {
            "BACKEND": "transcription.engines.parakeet.Parakeet",
            "OPTIONS": {"model": str(tiny), "device": "cpu"},
        }
    }
    samples = np.concatenate([clip.samples for clip in clips])
    seconds = len(samples) / RATE
    # A voice comes and goes; what only hums is taken for the room.
    samples[np.arange(len(samples)) % RATE < RATE // 3] *= 0.001
    spans = [(100.0, 106.0), (106.0, 100.0 + seconds)]
    engine = engines.load("parakeet")

    found = pipeline.transcribe_part(
        samples, spans, engine, offset=100.0, terms=("quórum",)
    )

    assert found
    assert {type(one) for one in found} == {pipeline.SegmentDraft}
    for segment in found:
        assert 100.0 <= segment.start < segment.end <= 100.0 + seconds
        assert segment.text == " ".join(word.text for word in segment.words)
        assert all(segment.start <= word.start for word in segment.words)
