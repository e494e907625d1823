"""Numbers and hours, in words, in digits and in both."""

import datetime as dt

import pytest

from actas.reading.heard import fold
from actas.reading.numerals import hour_at, number_at


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("cero", 0),
        ("un", 1),
        ("dieciséis", 16),
        ("veintiún", 21),
        ("treinta y cinco", 35),
        ("30 y 5", 35),
        ("50 y uno", 51),
        ("13", 13),
        ("treinta concejales", 30),
        ("veinte y diez", 20),
        ("2026", None),
        ("presidente", None),
    ],
)
def test_it_reads_numbers(said, value):
    found = number_at(fold(said).split(), 0)
    assert (found and found[0]) == value


@pytest.mark.parametrize(
    ("said", "time", "half"),
    [
        ("ocho y cinco de la mañana", dt.time(8, 5), "mañana"),
        ("9 y 30 y 5 de la mañana", dt.time(9, 35), "mañana"),
        ("8:05 a m", dt.time(8, 5), "mañana"),
        ("4:57 minutos de la tarde", dt.time(16, 57), "tarde"),
        ("siete y media de la noche", dt.time(19, 30), "noche"),
        ("tres y cuarto de la tarde", dt.time(15, 15), "tarde"),
        ("diez de la mañana", dt.time(10, 0), "mañana"),
        ("nueve cuarenta de la mañana", dt.time(9, 40), "mañana"),
        ("ocho en punto de la mañana", dt.time(8, 0), "mañana"),
        ("doce de la noche", dt.time(0, 0), "noche"),
        ("doce y diez de la tarde", dt.time(12, 10), "tarde"),
        ("doce del día", dt.time(12, 0), "mediodía"),
        ("14:40 horas", dt.time(14, 40), "horas"),
        ("09:26 horas", dt.time(9, 26), "horas"),
        ("dieciséis horas y diez minutos", dt.time(16, 10), ""),
        # Nobody said morning or evening: no time is made up.
        ("8 y 20", None, ""),
        ("nueve y quince del día catorce de agosto", None, ""),
    ],
)
def test_it_reads_hours(said, time, half):
    hour, _ = hour_at(fold(said).split(), 0)
    assert (hour.time, hour.half) == (time, half)


@pytest.mark.parametrize("said", ["veinticinco de julio", "8:75", "comunas", ""])
def test_it_reads_no_hour_where_none_is_said(said):
    assert hour_at(fold(said).split(), 0) is None
