import pytest

from transcription.evaluation import (
    loop_burden,
    loops,
    normalise,
    score,
    term_recall,
    without_accents,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("¡Buenos días, Señora Presidenta!", "buenos días señora presidenta"),
        ("Acta n.º 12", "acta número doce"),
        ("Acta No. 12", "acta número doce"),
        ("El Sr. Pérez y la Dra. Ruiz", "el señor pérez y la doctora ruiz"),
        ("Art. 26", "artículo veintiséis"),
        ("$ 975 millones", "novecientos setenta y cinco millones de pesos"),
        ("$1.610.000", "un millón seiscientos diez mil pesos"),
        ("$2.000.000", "dos millones de pesos"),
        ("a las 9:15", "a las nueve y quince"),
        ("8:00 a. m.", "ocho a m"),
        ("1.º y 2ª", "primero y segunda"),
        ("71 kilómetros", "setenta y un kilómetros"),
        ("21 votos", "veintiún votos"),
        ("contrato 71.", "contrato setenta y uno"),
        ("3,5 %", "tres coma cinco por ciento"),
        ("veinte y dos", "veintidós"),
        ("el P.O.T.", "el pot"),
        ("Ley 1551 de 2012", "ley mil quinientos cincuenta y uno de dos mil doce"),
        ("proposición 038", "proposición cero treinta y ocho"),
        ("", ""),
    ],
)
def test_it_reads_as_it_is_said(written: str, read: str) -> None:
    assert normalise(written) == read


def test_it_leaves_what_it_normalised_alone() -> None:
    once = normalise("El 36 % de $ 975 millones, a las 9:15, según la Ley 1551.")

    assert normalise(once) == once


def test_it_drops_accents_and_fillers_when_asked() -> None:
    assert normalise("Eh, la sesión", accents=False, fillers=False) == "la sesion"
    assert without_accents("Ñandú, pingüino") == "Ñandu, pinguino"


def test_it_scores_digits_and_words_alike() -> None:
    found = score("Son treinta y ocho votos.", "son 38 botos")

    assert (found.substituted, found.deleted, found.inserted) == (1, 0, 0)
    assert found.words == 5
    assert found.wer == pytest.approx(1 / 5)


def test_it_counts_each_mention_of_a_term_once() -> None:
    truth = "Invías y otra vez Invías con Gladys Idárraga"

    assert term_recall(["Invías", "Gladys Idárraga"], truth, "INVIAS invias") == 2 / 3
    assert term_recall(["Invías"], "nadie", "Invías") is None


def test_it_finds_the_stretch_that_repeats() -> None:
    five = ["uno", "dos", "tres", "cuatro", "cinco"]

    assert list(loops(["a", "b", *["c"] * 6, "d"])) == [(2, 8)]
    assert list(loops(five * 2)) == []
    assert list(loops(five * 3)) == [(0, 15)]


def test_it_counts_loops_in_ten_minutes() -> None:
    assert loop_burden("no " * 8, 300) == 2
    assert loop_burden("no " * 5, 300) == 0
