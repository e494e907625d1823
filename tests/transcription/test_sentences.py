from itertools import pairwise

import pytest

from tests.transcription.scripted import said
from transcription.engines import Word
from transcription.sentences import SegmentDraft, by_letters, by_words, moved


def cut(text: str) -> list[SegmentDraft]:
    """Return the segments of `text` said from 100 s on, a word every 0.4 s."""
    return by_words(said(text, 100.0).words)


def test_it_gives_a_segment_a_sentence() -> None:
    found = cut("Se abre la discusión. Anuncio que se va a cerrar. Queda cerrada.")

    assert [segment.text for segment in found] == [
        "Se abre la discusión.",
        "Anuncio que se va a cerrar.",
        "Queda cerrada.",
    ]
    assert [segment.start for segment in found] == pytest.approx([100, 101.6, 104])
    assert found[0].end <= found[1].start
    assert {(one.flags, one.tries) for one in found} == {((), ())}


@pytest.mark.parametrize(
    "text",
    [
        "La Sra. Ruiz y el Dr. Pérez presentaron el Art. 26 con el No. 12.",
        "una frase sin puntos que no termina",
        "¿Aprueban los honorables concejales? ¡Aprobado! Sí. No. Sí. «Bien.»",
        "palabra " * 200,
    ],
    ids=["abbreviations", "no full stop", "short ones", "long"],
)
def test_it_never_drops_a_word(text: str) -> None:
    found = cut(text)

    assert " ".join(segment.text for segment in found) == " ".join(text.split())
    assert sum(len(segment.words) for segment in found) == len(text.split())
    for before, after in pairwise(found):
        assert before.end <= after.start


def test_it_does_not_end_a_segment_at_an_abbreviation() -> None:
    assert len(cut("La Sra. Ruiz y el Dr. Pérez presentaron excusa.")) == 1


def test_it_ends_a_segment_that_has_no_full_stop() -> None:
    found = cut("palabra, " * 100)

    assert all(segment.end - segment.start < 26 for segment in found)
    assert len(found) >= 2


def test_it_shares_time_by_letters_without_word_times() -> None:
    found = by_letters("Aprobado. Queda aprobado ya.", 5.0, 10.0)

    assert [segment.text for segment in found] == ["Aprobado.", "Queda aprobado ya."]
    assert found[0].start == 5.0
    assert found[0].end == found[1].start
    assert found[1].end == pytest.approx(15.0)


def test_it_moves_a_word() -> None:
    assert moved(Word(1.0, 1.5, "Sí", 0.8), 2.25) == Word(3.25, 3.75, "Sí", 0.8)
