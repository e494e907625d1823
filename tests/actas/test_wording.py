"""Numbers, dates and lists in words."""

from datetime import date, time

import pytest

from actas.wording import (
    at_hour,
    counted,
    date_in_words,
    full_stop,
    listing,
    number_in_words,
)


def test_it_gives_one_o_clock_its_own_article():
    assert at_hour(time(13, 0)).startswith("la 1:00")
    assert at_hour(time(14, 0)).startswith("las 2:00")


def test_it_writes_dates():
    assert date_in_words(date(2026, 8, 14)) == (
        "catorce (14) de agosto de dos mil veintiséis (2026)"
    )
    assert date_in_words(date(2025, 3, 1)) == (
        "primero (1) de marzo de dos mil veinticinco (2025)"
    )


@pytest.mark.parametrize(
    ("number", "masculine", "feminine"),
    [
        (0, "cero (0)", "cero (0)"),
        (1, "un (1)", "una (1)"),
        (7, "siete (7)", "siete (7)"),
        (21, "veintiún (21)", "veintiuna (21)"),
        (31, "treinta y un (31)", "treinta y una (31)"),
        (500, "quinientos (500)", "quinientas (500)"),
    ],
)
def test_it_writes_counts(number, masculine, feminine):
    assert number_in_words(number) == masculine
    assert number_in_words(number, feminine=True) == feminine


def test_it_counts_nouns():
    assert counted(1, "votación", "votaciones", feminine=True) == "una (1) votación"
    assert counted(0, "voto", "votos") == "cero (0) votos"


@pytest.mark.parametrize(
    ("items", "joined"),
    [
        ([], ""),
        (["uno"], "uno"),
        (["Ana", "Luz", "Yurany"], "Ana, Luz y Yurany"),
        (["Gladys", "Inés"], "Gladys e Inés"),
        (["cobre", "hierro"], "cobre y hierro"),
    ],
)
def test_it_lists(items, joined):
    assert listing(items) == joined


def test_it_ends_a_sentence_once():
    assert full_stop("a las 8:15 a. m.") == "a las 8:15 a. m."
    assert full_stop("en el recinto") == "en el recinto."
