"""Parakeet's tokens made words, and its list made phrases; no NeMo is needed."""

import sys

import numpy as np
import pytest

from transcription.engines import EngineError, Word, parakeet
from transcription.engines.parakeet_text import (
    RATE,
    Token,
    is_text,
    quiet,
    variants,
    words,
)

PIECES = ("▁", "▁dijo", "▁¿", "Qué", "▁hora", "?", "▁", ".", "▁Pe", "ña", ",")


def heard(*pieces: str, step: float = 0.25) -> list[Token]:
    """Return tokens a quarter of a second each, the later the less certain."""
    return [
        Token(PIECES.index(piece), piece, at * step, (at + 1) * step, 0.9 - at / 10)
        for at, piece in enumerate(pieces)
    ]


def spell(numbers: list[int]) -> str:
    return "".join(PIECES[number] for number in numbers).replace("▁", " ")


def test_it_joins_pieces_to_words() -> None:
    assert words(heard("▁Pe", "ña", ",", "▁dijo"), spell, 0.0) == [
        Word(0.0, 0.5, "Peña,", 0.8),
        Word(0.75, 1.0, "dijo", 0.6),
    ]


def test_it_keeps_a_question_apart_from_the_word_before_it() -> None:
    found = words(heard("▁dijo", "▁¿", "Qué", "▁hora", "?"), spell, 0.0)

    assert [word.text for word in found] == ["dijo", "¿Qué", "hora?"]
    assert found[1].start == 0.5  # the mark itself makes no sound


def test_it_hangs_lone_punctuation_on_its_word() -> None:
    found = words(heard("▁dijo", "▁", ".", "▁¿", "▁hora"), spell, 0.0)

    assert [word.text for word in found] == ["dijo.", "¿hora"]
    assert found[0].end == 0.25


def test_it_counts_times_from_where_the_clip_began() -> None:
    early = words(heard("▁dijo"), spell, -0.3)
    late = words(heard("▁dijo"), spell, 0.5)

    assert [(word.start, word.end) for word in early + late] == [(0, 0), (0.5, 0.75)]


def test_it_makes_no_words_of_nothing() -> None:
    assert words([], spell, 0.0) == []
    assert words(heard("▁¿"), spell, 0.0) == []


@pytest.mark.parametrize(
    ("piece", "text"),
    [("▁de", True), ("<0xC3>", True), ("<unk>", False), ("<|es|>", False)],
)
def test_it_knows_what_is_no_text(piece: str, text: bool) -> None:
    assert is_text(piece) is text


def test_it_writes_a_term_in_all_the_ways_it_may_come() -> None:
    assert variants(["Concejo", "señor  presidente", "POT", " "]) == [
        "Concejo",
        "concejo",
        "señor presidente",
        "Señor presidente",
        "POT",
    ]


def test_it_finds_the_quiet_before_the_speech() -> None:
    loud = np.full(RATE, 0.1, np.float32)
    silence = np.full(RATE // 2, 1e-4, np.float32)

    assert quiet(np.concatenate([silence, loud])) == 0.4
    assert quiet(loud) == 0.0
    assert quiet(np.zeros(RATE, np.float32)) == 0.0
    assert quiet(loud[:10]) == 0.0


def test_it_says_that_nemo_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nemo", None)

    with pytest.raises(EngineError, match=r"necesita NeMo.*requirements-gpu") as caught:
        parakeet.Parakeet()
    assert caught.value.permanent


def test_it_tells_which_weights_it_wants() -> None:
    wanted = parakeet.Parakeet.weights_of(model="mio.nemo", alpha=1.0)

    assert (wanted.model, wanted.kind.needs) == ("mio.nemo", ("*.nemo",))
