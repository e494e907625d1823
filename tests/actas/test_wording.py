"""Spanish wording of hours, dates, numbers and durations."""

from datetime import date, time

import pytest

from actas.wording import (
    at_hour,
    clock,
    counted,
    date_in_words,
    duration,
    full_stop,
    hour,
    listing,
    long_date,
    number_in_words,
)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(8, 15), "8:15 a. m."),
        (time(0, 1), "12:01 a. m."),
        (time(12, 0), "12:00 m."),
        (time(12, 1), "12:01 p. m."),
        (time(13, 5, 59), "1:05 p. m."),
        (time(23, 59), "11:59 p. m."),
    ],
)
def test_it_says_the_hour(moment, said):
    assert hour(moment).replace("\u00a0", " ") == said


def test_it_keeps_the_hour_in_one_piece():
    assert " " not in hour(time(8, 15))


def test_it_gives_one_o_clock_its_own_article():
    assert at_hour(time(13, 0)).startswith("la 1:00")
    assert at_hour(time(14, 0)).startswith("las 2:00")


def test_it_writes_dates():
    assert long_date(date(2026, 8, 14)) == "viernes 14 de agosto de 2026"
    assert long_date(date(2026, 8, 1)) == "sábado 1.º de agosto de 2026"
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
    ("seconds", "shown"), [(0, "0:00:00"), (5078.9, "1:24:38"), (36000, "10:00:00")]
)
def test_it_shows_the_clock_without_rounding_up(seconds, shown):
    assert clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (25, "25 s"),
        (59.7, "1 min"),
        (2820, "47 min"),
        (3600, "1 h"),
        (7199, "2 h"),
        (12660, "3 h 31 min"),
    ],
)
def test_it_says_how_long(seconds, shown):
    assert duration(seconds).replace("\u00a0", " ") == shown


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
