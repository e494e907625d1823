"""One way of writing for what can be written in several, in Spanish. [no Django]

Both sides of a score pass through here, so a rule only has to bring every spelling of
a thing to the same words; where writers differ in what they *say* («uno» or «un voto»)
it keeps out.
"""

import re
import unicodedata
from collections.abc import Callable

# Stored beside a score: scores of different normalisers do not compare.
NORMALISER = "es-2"

MONTHS = (
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    "diciembre"
)
ABBREVIATIONS = {
    r"\bn\.\s?[º°o]\.?|\bn[º°]\.?|№|\bnro?\.|\bn[uú]m\.|\bno\.(?=\s?\d)": "número",
    r"\bsrtas\.": "señoritas",
    r"\bsrta\.": "señorita",
    r"\bsras\.": "señoras",
    r"\bsra\.": "señora",
    r"\bsre?s\.": "señores",
    r"\bsr\.": "señor",
    r"\bdras\.": "doctoras",
    r"\bdra\.": "doctora",
    r"\bdre?s\.": "doctores",
    r"\bdr\.": "doctor",
    r"\bing\.": "ingeniero",
    r"\barts\.": "artículos",
    r"\bart\.": "artículo",
    r"\bpar\.": "parágrafo",
    r"\bhh\.?\s?cc\.?(?!\w)": "honorables concejales",
    r"\bh\.\s?c\.": "honorable concejal",
    r"\bhh\.": "honorables",
    r"\bh\.": "honorable",
    r"\bm\s?/\s?cte\b\.?": "moneda corriente",
    r"\betc\.": "etcétera",
    r"%": "por ciento",
}
UNITS = {
    r"km": "kilómetros",
    r"(?:m2|m²|mts2)": "metros cuadrados",
    r"(?:m3|m³)": "metros cúbicos",
    r"mts?": "metros",
    r"kg": "kilogramos",
    r"has?": "hectáreas",
}
MONEY = re.compile(
    r"\$\s?(\d[\d.,´'’]*)(\s+(?:mil\s+)?(?:mill[oó]n(?:es)?|mil\b|bill[oó]n(?:es)?))?"
    r"(?:\s+(?:de\s+)?pesos\b)?"
)
DAY = re.compile(r"\b(\d{1,2})([/-])(\d{1,2})\2(\d{4})\b")
ISO_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
HOUR = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)(?!\d)")
# «1.º», «2ª», «1ro», «3er»; a full stop before letters ends a sentence.
ORDINAL = re.compile(
    r"\b(\d{1,2})(\.?(?:[º°ª]|er)|ro|ra|do|da|to|ta|mo|ma|vo|va|no|na)(?!\w)"
)
GROUPED = re.compile(r"\b[1-9]\d{0,2}(?:([.,´'’\u00a0\u2009\u202f])\d{3})+(?!\d)")
DECIMAL = re.compile(r"(?<![\d.,])(\d+)[.,](\d+)(?![\d.,]*\d)")
INTEGER = re.compile(r"\d+")
ROMAN = re.compile(
    r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE
)
# What is numbered by rank: «artículo 1», «artículo 1.º» and «artículo primero» are one.
RANKED = (
    r"(?:art[ií]culos?|cap[ií]tulos?|t[ií]tulos?|siglos?|par[aá]grafos?|numerale?s?|"
    r"literale?s?|secci[oó]n|secciones)"
)
AFTER_RANKED = re.compile(rf"\b({RANKED}) ([ivxlc]+)\b")
# Elsewhere only what is in capitals and can be nothing else: «Juan Pablo II».
ALONE_ROMAN = re.compile(r"\b[IVX]{2,}\b")
# What has a number in front of which «cero» is said by some and not by others.
NUMBERED = (
    r"(?:acuerdos?|actas?|ley|leyes|decretos?|resoluci[oó]n|resoluciones|ordenanzas?|"
    r"proposici[oó]n|proposiciones|circular|oficios?|contratos?|convenios?)"
)
LEADING_ZEROS = re.compile(rf"\b({NUMBERED}(?: número)?)((?: cero)+)(?= [a-zñáéíóú])")
ACRONYM = re.compile(r"\b(?:[a-zñ]\.\s?)+[a-zñ](?:\.|(?<=\.[a-zñ])\b)")

CARDINALS = "uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez"
ORDINALS = "primero|segundo|tercero|cuarto|quinto|sexto|séptimo|octavo|noveno|décimo"
RANKS = dict(zip(CARDINALS.split("|"), ORDINALS.split("|"), strict=True))
TENS = "treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa"
SMALL = "un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
NUMBER_WORD = (
    r"(?:cero|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|"
    r"catorce|quince|dieci\w+|veinte|veinti\w+|\w+enta|cien|ciento|\w+cient[oa]s|mil)"
)
COMPOUND = re.compile(rf"\b(veinte|diez) y ({SMALL})\b")
JOINED_TENS = re.compile(
    rf"\b({TENS})i(un[oa]?|ún|d[oó]s|tr[eé]s|cuatro|cinco|s[eé]is|siete|"
    r"ocho|nueve)\b"
)
ONE_IN_COMPOUND = re.compile(rf"\b(?:veinti(?:ún|un|una|uno)|({TENS}) y una?)\b")
HUNDREDS = re.compile(
    r"\b((?:dosc|tresc|cuatroc|quin|seisc|setec|ochoc|novec)i?ent)as\b"
)
# Not words that only tell how numbers hang together: «1 de cada 3», «1 para».
NOT_COUNTED = re.compile(
    r"(?:por|para|con|sin|que|como|pero|hasta|desde|sobre|entre|contra|seg[uú]n|"
    r"punto|coma|mil|cada|m[aá]s|menos|hora|esta?|era|fue|del|los|las|una?)\b"
)
MASCULINE_IN_A = re.compile(r"(?:d[ií]a|problema|tema|programa|sistema|mapa|idioma)\b")

FILLERS = {"eh", "em", "ehm", "mm", "mmm", "mjm", "ajá"}
# «Este» is a word; alone between two stops it is breath.
IDLE_ESTE = re.compile(r"(?:(?<=[,.;…¿¡])|^)\s*este+\s*(?=[,;…]|\.\.\.)")


def normalise(text: str, *, accents: bool = True, fillers: bool = True) -> str:
    """Return lower-case words with numbers spelled out and no punctuation.

    With `accents` False the accents go and ñ stays; with `fillers` False «eh», «mm»
    and the like go (the view "clean"). What is normalised already stays as it is.
    """
    text = unicodedata.normalize("NFC", text)
    text = ALONE_ROMAN.sub(_roman_alone, text).lower()
    if not fillers:
        text = IDLE_ESTE.sub(" ", text)
    for rule in WRITTEN:
        text = rule(text)
    text = re.sub(r"[^\w\s]|_", " ", text)
    text = INTEGER.sub(_cardinal, text)
    text = " ".join(text.split())
    for rule in SPOKEN:
        text = rule(text)
    if not fillers:
        text = " ".join(word for word in text.split() if word not in FILLERS)
    return text if accents else without_accents(text)


def without_accents(text: str) -> str:
    """Return `text` with á é í ó ú ü bare; ñ is another letter and stays."""
    plain = unicodedata.normalize("NFD", text.replace("ñ", "\0").replace("Ñ", "\1"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain.replace("\0", "ñ").replace("\1", "Ñ")


def _money(text: str) -> str:
    def say(match: re.Match[str]) -> str:
        amount, scale = match[1].rstrip(".,´'’"), match[2] or ""
        stop = match[1][len(amount) :] if not scale else ""
        linked = " de" if re.search(r"ll[oó]n(es)?$", scale) else ""
        return f"{amount}{scale}{linked} pesos{stop} "

    return MONEY.sub(say, text)


def _abbreviations(text: str) -> str:
    for short, whole in ABBREVIATIONS.items():
        text = re.sub(short, f" {whole} ", text)
    for short, whole in UNITS.items():
        text = re.sub(rf"(?<=\d)\s?{short}\b(?!\w)", f" {whole} ", text)
    return text


def _dates(text: str) -> str:
    def say(match: re.Match[str], day: int, month: int, year: int) -> str:
        if not 1 <= int(match[month]) <= 12 or not 1 <= int(match[day]) <= 31:
            return match[0]
        name = MONTHS.split("|")[int(match[month]) - 1]
        return f"{int(match[day])} de {name} de {match[year]}"

    text = ISO_DAY.sub(lambda match: say(match, 3, 2, 1), text)
    return DAY.sub(lambda match: say(match, 1, 3, 4), text)


def _hours(text: str) -> str:
    def say(match: re.Match[str]) -> str:
        hour, minute = int(match[1]), int(match[2])
        return f" {hour} y {minute} " if minute else f" {hour} "

    return HOUR.sub(say, text)


def _ordinals(text: str) -> str:
    def say(match: re.Match[str]) -> str:
        number, ending = int(match[1]), match[2]
        if not number:
            return match[0]
        said = _words(number, to="ordinal")
        if ending.endswith("er") and number in {1, 3}:
            return said[:-1]
        return said[:-1] + "a" if ending[-1] in "ªa" else said

    # «Artículo 26.º» is read «artículo veintiséis».
    text = re.sub(rf"\b({RANKED}\s+\d\d)\.?[º°](?!\w)", r"\1", text)
    return ORDINAL.sub(say, text)


def _romans(text: str) -> str:
    def say(match: re.Match[str]) -> str:
        numeral = match[2]
        if not ROMAN.fullmatch(numeral) or numeral in {"l", "c"}:
            return match[0]
        return f"{match[1]} {_words(_value(numeral))}"

    return AFTER_RANKED.sub(say, text)


def _roman_alone(match: re.Match[str]) -> str:
    numeral = match[0].lower()
    if not ROMAN.fullmatch(numeral):
        return match[0]
    # After «capítulo» and its like the number itself, for `_ranks` to see.
    ranked = re.search(rf"\b{RANKED}\s+$", match.string[: match.start()], re.IGNORECASE)
    value = _value(numeral)
    return list(RANKS.values())[value - 1] if value <= 10 and not ranked else str(value)


def _value(numeral: str) -> int:
    letters = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[one] for one in numeral]
    pairs = zip(letters, [*letters[1:], 0], strict=True)
    return sum(-one if one < following else one for one, following in pairs)


def _grouped(text: str) -> str:
    """Take the marks of the thousands out: «1.870», «1'200.000» and «1,870»."""
    return GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), text)


def _decimals(text: str) -> str:
    return DECIMAL.sub(r"\1 coma \2", text)


def _acronyms(text: str) -> str:
    def join(match: re.Match[str]) -> str:
        return re.sub(r"[.\s]", "", match[0]) + " "

    return ACRONYM.sub(join, text)


def _points(text: str) -> str:
    """«Tres punto cinco» is «tres coma cinco» said otherwise."""
    return re.sub(rf"\b({NUMBER_WORD}) punto (?={NUMBER_WORD}\b)", r"\1 coma ", text)


def _compounds(text: str) -> str:
    """One spelling, one gender: «veinte y una», «veintiún» are «veintiuno»."""

    def join(match: re.Match[str]) -> str:
        stem = {"veinte": "veinti", "diez": "dieci"}[match[1]]
        unit = {"un": "ún", "dos": "dós", "tres": "trés", "seis": "séis"}
        return stem + unit.get(match[2], match[2])

    def part(match: re.Match[str]) -> str:
        return f"{match[1]} y {without_accents(match[2])}"

    def one(match: re.Match[str]) -> str:
        return f"{match[1]} y uno" if match[1] else "veintiuno"

    text = COMPOUND.sub(join, text)
    text = JOINED_TENS.sub(part, text)
    text = ONE_IN_COMPOUND.sub(one, text)
    return HUNDREDS.sub(r"\1os", text)


def _ranks(text: str) -> str:
    """«Artículo uno» is «artículo primero»; «uno de agosto», «primero de agosto»."""

    def say(match: re.Match[str]) -> str:
        said = RANKS[match[2]]
        return f"{match[1]} {said[:-1] + 'a' if match[1][:3] == 'sec' else said}"

    text = re.sub(rf"\b({RANKED}) ({CARDINALS})\b(?! mil\b)", say, text)
    return re.sub(rf"\buno de ({MONTHS})\b", r"primero de \1", text)


def _halves(text: str) -> str:
    """«Las ocho y media» is 8:30, «las ocho y cuarto» 8:15, «y cero cinco» 8:05."""
    text = re.sub(rf"\b(las? {NUMBER_WORD}) y media\b", r"\1 y treinta", text)
    text = re.sub(rf"\b(las? {NUMBER_WORD}) y cuarto\b", r"\1 y quince", text)
    return re.sub(rf"\b(las? {NUMBER_WORD}) y cero (?={NUMBER_WORD}\b)", r"\1 y ", text)


def _leading_zeros(text: str) -> str:
    """«Acuerdo 012» is read «doce» by some and «cero doce» by others."""
    return LEADING_ZEROS.sub(r"\1", text)


Rule = Callable[[str], str]
# On text with its punctuation and digits, then on bare words; the order matters.
WRITTEN: tuple[Rule, ...] = (
    _money,
    _dates,
    _hours,
    _abbreviations,
    _ordinals,
    _grouped,
    _decimals,
    _acronyms,
)
SPOKEN: tuple[Rule, ...] = (
    _romans,
    _compounds,
    _points,
    _halves,
    _ranks,
    _leading_zeros,
)


def _words(number: int, to: str = "cardinal") -> str:
    # Loading its thirty languages is slow; only measuring needs it.
    from num2words import num2words

    return num2words(number, lang="es", to=to)


def _cardinal(match: re.Match[str]) -> str:
    digits = match[0]
    if len(digits) > 15:
        return digits
    follows = match.string[match.end() :].lstrip()
    zeros = len(digits) - len(digits.lstrip("0")) if int(digits) else 0
    text = "cero " * zeros + _words(int(digits))
    if digits == "1" and re.match(r"[a-zñáéíóú]{3,}", follows):
        text = _one(follows)
    if re.search(r"mill[oó]n(es)?$", text) and follows.startswith("pesos"):
        text += " de"
    return f" {text} "


def _one(follows: str) -> str:
    """Return how a 1 before `follows` is read: «un voto», «una persona»."""
    if NOT_COUNTED.match(follows):
        return "uno"
    noun = re.match(r"\w+", follows)[0]
    feminine = re.search(r"(?:a|ión|dad)$", noun) and not MASCULINE_IN_A.match(noun)
    return "una" if feminine else "un"
