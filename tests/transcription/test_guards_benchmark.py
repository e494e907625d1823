"""How benchmarks/guards.py cuts what people wrote, and that it can ring at all."""

from pathlib import Path

import pytest

from benchmarks import guards as benchmark
from transcription import guards

LINE = "Se abre la discusión; anuncio que se va a cerrar. Queda cerrada. " * 30


def test_it_cuts_a_line_into_clips_without_losing_a_word() -> None:
    pieces = benchmark.pieces(LINE)

    assert " ".join(pieces).split() == LINE.split()
    assert all(len(piece.split()) <= 29 * 2.7 for piece in pieces)
    assert all(piece.endswith((".", ";")) for piece in pieces)
    longest = benchmark.pieces("palabra " * 200)
    assert [len(piece.split()) for piece in longest] == [78, 78, 44]
    assert benchmark.pieces("") == []


@pytest.mark.parametrize("pace", benchmark.PACES)
def test_it_rings_for_a_fault_and_not_without_one(pace: float) -> None:
    terms = ["Gladys Idárraga", "Hernán Uribe", "Marleny Londoño", "Iván Hincapié"]

    assert benchmark.alarms("Queda aprobada la proposición.", pace, terms) == ()
    assert guards.ECHO in benchmark.alarms(", ".join(terms), pace, terms)
    assert guards.LOOP in benchmark.alarms("gracias " * 9, pace, terms)
    assert guards.LANGUAGE in benchmark.alarms("and that is the end", pace, terms)


def test_it_reads_the_demonstration_where_there_is_no_corpus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = benchmark.texts(tmp_path)

    assert list(found) == ["demo"]
    assert "demonstration" in capsys.readouterr().out
    assert len(found["demo"]) > 50
