"""Hours, dates, lengths and sizes in Spanish, and the filters that show them."""

from datetime import UTC, date, datetime, time

import pytest
from django.template import Context, Template

from sessions.wording import clock, duration, elapsed, hour, long_date, size


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


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
def test_it_says_the_hour(moment: time, said: str) -> None:
    assert plain(hour(moment)) == said


def test_it_keeps_the_hour_in_one_piece() -> None:
    assert " " not in hour(time(8, 15))


def test_it_writes_dates() -> None:
    assert long_date(date(2026, 8, 14)) == "viernes 14 de agosto de 2026"
    assert long_date(date(2026, 8, 1)) == "sábado 1.º de agosto de 2026"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00:00"), (5078.9, "1:24:38"), (36000, "10:00:00")]
)
def test_it_shows_the_clock_without_rounding_up(seconds: float, shown: str) -> None:
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
def test_it_says_how_long(seconds: float, shown: str) -> None:
    assert plain(duration(seconds)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3, "0 s"),
        (25.4, "25 s"),
        (60, "1 min"),
        (130, "2 min 10 s"),
        (125, "2 min 05 s"),
        (3840, "1 h 4 min"),
    ],
)
def test_it_shows_a_stopwatch(seconds: float, shown: str) -> None:
    assert plain(elapsed(seconds)) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (25_400, "25 kB"),
        (999_999, "1 MB"),
        (812_000_000, "812 MB"),
        (1_446_000_000, "1,4 GB"),
        (4_000_000_000, "4 GB"),
    ],
)
def test_it_says_how_large(count: int, shown: str) -> None:
    assert plain(size(count)) == shown


def test_it_shows_moments_on_the_clock_of_colombia() -> None:
    shown = Template("{% load wording %}{{ at|hour }}, {{ at|long_date }}")
    at = datetime(2026, 8, 15, 3, 16, tzinfo=UTC)
    assert plain(shown.render(Context({"at": at}))) == (
        "10:16 p. m., viernes 14 de agosto de 2026"
    )


def test_it_shows_nothing_for_what_is_missing() -> None:
    filters = ("hour", "long_date", "clock", "duration", "elapsed", "size")
    shown = "".join(f"{{{{ none|{name} }}}}" for name in filters)
    assert Template("{% load wording %}" + shown).render(Context({"none": None})) == ""
