"""Hours, dates, numbers and durations as a Colombian acta writes them."""

import re
from collections.abc import Sequence
from datetime import date, time

from num2words import num2words

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


def at_hour(moment: time) -> str:
    """Return the hour with its article: "las 8:15 a. m.", "la 1:05 p. m."."""
    return f"{'la' if moment.hour % 12 == 1 else 'las'} {hour(moment)}"


def cardinal(number: int, *, feminine: bool = False) -> str:
    """Return a whole number in words: "veintiún", never "veintiuno votos".

    The form is the one that goes before a noun, masculine unless `feminine` is set.
    """
    words: str = num2words(number, lang="es")
    if feminine:
        # The noun is counted, so hundreds agree too: "doscientas una actas".
        words = words.replace("cientos", "cientas").replace("quinientos", "quinientas")
        return words.removesuffix("o") + "a" if words.endswith("uno") else words
    if words.endswith("veintiuno"):
        return words.removesuffix("veintiuno") + "veintiún"
    return words.removesuffix("o") if words.endswith("uno") else words


def number_in_words(number: int, *, feminine: bool = False) -> str:
    """Return a count both ways, as actas do: "siete (7)", "veintiún (21)"."""
    return f"{cardinal(number, feminine=feminine)} ({number})"


def counted(number: int, one: str, many: str, *, feminine: bool = False) -> str:
    """Return a count with its noun: "una (1) votación", "dos (2) votaciones"."""
    noun = one if number == 1 else many
    return f"{number_in_words(number, feminine=feminine)} {noun}"


def capital(text: str) -> str:
    """Return text with its first letter in upper case and the rest as it was."""
    return text[:1].upper() + text[1:]


def full_stop(sentence: str) -> str:
    """End a sentence with one dot, also after "8:15 a. m.", which already has it."""
    return sentence if sentence.endswith((".", "…")) else f"{sentence}."


def date_in_words(day: date) -> str:
    """Return "catorce (14) de agosto de dos mil veintiséis (2026)".

    The first of a month is "primero (1)", as the law writes it.
    """
    name = "primero" if day.day == 1 else num2words(day.day, lang="es")
    year = num2words(day.year, lang="es")
    return f"{name} ({day.day}) de {MONTHS[day.month - 1]} de {year} ({day.year})"


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


def listing(items: Sequence[str]) -> str:
    """Join in running text: "a, b y c"; "e" before a word that sounds like "i"."""
    if len(items) < 2:
        return "".join(items)
    # "Inés" and "Hinestroza" ask for "e"; "hielo" and "hiato" do not.
    sounds_like_i = re.match(r"h?[ií](?![aeo])", items[-1], re.IGNORECASE)
    return ", ".join(items[:-1]) + (" e " if sounds_like_i else " y ") + items[-1]
