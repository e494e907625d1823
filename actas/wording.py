"""Numbers, dates and lists in words, as a Colombian acta writes them."""

import re
from collections.abc import Sequence
from datetime import date, time

from num2words import num2words

from sessions.wording import MONTHS, hour


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


def listing(items: Sequence[str]) -> str:
    """Join in running text: "a, b y c"; "e" before a word that sounds like "i"."""
    if len(items) < 2:
        return "".join(items)
    # "Inés" and "Hinestroza" ask for "e"; "hielo" and "hiato" do not.
    sounds_like_i = re.match(r"h?[ií](?![aeo])", items[-1], re.IGNORECASE)
    return ", ".join(items[:-1]) + (" e " if sounds_like_i else " y ") + items[-1]
