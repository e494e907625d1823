import time

import pytest

from transcription.evaluation import (
    Mentions,
    errors_by_unit,
    loop_burden,
    loops,
    mentions,
    score,
)


def test_it_scores_digits_and_words_alike() -> None:
    found = score("Son treinta y ocho votos.", "son 38 botos")

    assert (found.substituted, found.deleted, found.inserted) == (1, 0, 0)
    assert found.words == 5
    assert found.wer == pytest.approx(1 / 5)
    assert found.cer == pytest.approx(1 / 24)


def test_it_scores_in_every_view() -> None:
    said, heard = "Eh, la sesión", "la sesion"

    assert score(said, heard).wer == pytest.approx(2 / 3)
    assert score(said, heard, accents=False).wer == pytest.approx(1 / 3)
    assert score(said, heard, fillers=False).wer == pytest.approx(1 / 2)
    assert score(said, heard, accents=False, fillers=False).wer == 0


def test_it_shares_errors_among_units() -> None:
    units = ["buenos días", "", "son treinta y ocho votos", "gracias"]
    found = errors_by_unit(units, "buenas días ya son 38 votos gracias a todos")

    assert found.tolist() == [[2, 1, 0, 0], [0, 0, 0, 0], [5, 0, 0, 1], [1, 0, 0, 2]]
    whole = score(" ".join(units), "buenas días ya son 38 votos gracias a todos")
    assert found[:, 1:].sum() == whole.substituted + whole.deleted + whole.inserted


def test_it_counts_what_is_lost_where_it_was_said() -> None:
    found = errors_by_unit(["uno dos tres", "cuatro cinco"], "uno cuatro cinco")

    assert found.tolist() == [[3, 0, 2, 0], [2, 0, 0, 0]]


def test_it_counts_each_mention_of_a_term_once() -> None:
    truth = "Invías y otra vez Invías con Gladys Idárraga"

    found = mentions(["Invías", "invias", "Gladys Idárraga"], truth, "INVIAS invias")

    assert found.recall == 2 / 3


def test_it_counts_a_term_only_where_it_was_said() -> None:
    truth = "el concejal Cely habló de El Tablón y de la escuela"
    heard = "el concejal celi habló de El Tablón y de la escuela Cely"
    found = mentions(["Cely", "El Tablón", "Montefrío"], truth, heard)

    assert found == Mentions(spoken=2, written=2, right=1)
    assert (found.recall, found.precision, found.false) == (0.5, 0.5, 1)


def test_it_has_no_precision_where_nothing_was_written() -> None:
    found = mentions(["Montefrío"], "buenos días", "buenos días")

    assert found.recall is None
    assert found.precision is None


def test_it_hears_terms_with_numbers_in_them() -> None:
    truth = "la ley mil quinientos cincuenta y uno de dos mil doce"

    assert mentions(["Ley 1551 de 2012"], truth, "la Ley 1551 de 2012").right == 1


def test_it_finds_the_stretch_that_repeats() -> None:
    five = ["uno", "dos", "tres", "cuatro", "cinco"]

    assert list(loops(["a", "b", *["c"] * 6, "d"])) == [(2, 8)]
    assert list(loops(five * 2)) == []
    assert list(loops(five * 3)) == [(0, 15)]


def test_it_looks_for_loops_in_hours_of_words() -> None:
    words = [str(n * n % 9973) for n in range(60_000)]
    began = time.monotonic()

    assert list(loops(words)) == []
    assert time.monotonic() - began < 5


def test_it_counts_loops_in_ten_minutes() -> None:
    assert loop_burden("no " * 8, 300) == 2
    assert loop_burden("no " * 5, 300) == 0
