"""Hours, dates, lengths and sizes as people in Colombia write them."""

from datetime import date, time

WEEKDAYS = (
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
)
MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)

# The dot and the space do not part at the end of a line: "8:15 a. m." stays whole.
_MORNING = "a.\u00a0m."
_AFTERNOON = "p.\u00a0m."
_NOON = "m."


def hour(moment: time) -> str:
    """Return the hour as people say it: "8:15 a. m.", "1:05 p. m.", "12:00 m.".

    Noon on the dot is "m." (meridiano), the Colombian use; one minute past midnight is
    "12:01 a. m.". Seconds are dropped. The spaces are non-breaking.
    """
    if (moment.hour, moment.minute) == (12, 0):
        half = _NOON
    else:
        half = _MORNING if moment.hour < 12 else _AFTERNOON
    return f"{moment.hour % 12 or 12}:{moment.minute:02d}\u00a0{half}"


def long_date(day: date) -> str:
    """Return "viernes 14 de agosto de 2026"; the first of a month is "1.º"."""
    number = "1.º" if day.day == 1 else str(day.day)
    weekday, month = WEEKDAYS[day.weekday()], MONTHS[day.month - 1]
    return f"{weekday} {number} de {month} de {day.year}"


def clock(seconds: float) -> str:
    """Return seconds on the session's clock as "1:24:38"; always with hours.

    Fractions are dropped, not rounded: a link to 1:24:38 must not start after the word.
    """
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}"


def duration(seconds: float) -> str:
    """Return a length as "3 h 31 min", "47 min" or, under a minute, "25 s"."""
    if seconds < 60:
        return f"{round(seconds)}\u00a0s" if round(seconds) < 60 else "1\u00a0min"
    hours, minutes = divmod(round(seconds / 60), 60)
    parts = [f"{hours}\u00a0h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes}\u00a0min")
    return " ".join(parts)


def elapsed(seconds: float) -> str:
    """Return what a stopwatch shows: "25 s", "2 min 05 s"; from an hour, "1 h 4 min".

    A clock that ran backwards shows "0 s".
    """
    whole = max(0, round(seconds))
    if whole >= 3600:
        return duration(whole)
    minutes, second = divmod(whole, 60)
    if not minutes:
        return f"{second}\u00a0s"
    return (
        f"{minutes}\u00a0min {second:02d}\u00a0s" if second else f"{minutes}\u00a0min"
    )


def size(count: int) -> str:
    """Return bytes as "812 MB", "1,4 GB" or "25 kB": thousands, decimal comma."""
    if count < 1000:
        return f"{count}\u00a0bytes"
    amount, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if round(amount) < 1000:
            break
        amount, unit = amount / 1000, larger
    digits = 1 if unit in ("GB", "TB") or amount < 10 else 0
    number = f"{amount:.{digits}f}".removesuffix(".0").replace(".", ",")
    return f"{number}\u00a0{unit}"
