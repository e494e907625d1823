"""How far a transcript is from the truth, in Spanish. [no Django]"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Stored beside a score: scores of different normalisers do not compare.
NORMALISER = "es-1"

ABBREVIATIONS = {
    r"\bn\.\s?[º°o]\.?|\bn[º°]|\bnro?\.|\bn[uú]m\.|\bno\.(?=\s?\d)": "número",
    r"\bsrta\.": "señorita",
    r"\bsras\.": "señoras",
    r"\bsra\.": "señora",
    r"\bsres\.": "señores",
    r"\bsr\.": "señor",
    r"\bdra\.": "doctora",
    r"\bdr\.": "doctor",
    r"\bart\.": "artículo",
    r"\bhh?\.\s?cc?\.": "honorables concejales",
    r"\bh\.": "honorable",
    r"\ba\.\s?m\.": "a m",
    r"\bp\.\s?m\.": "p m",
    r"%": " por ciento",
}
MONEY = re.compile(r"\$\s?([\d.,]+)(\s+(?:mil\s+)?(?:millones|mil\b|billones))?")
HOUR = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
ORDINAL = re.compile(r"\b(\d{1,2})\.?([ºª°])")
THOUSANDS = re.compile(r"\b\d{1,3}(?:\.\d{3})+\b")
DECIMAL = re.compile(r"\b(\d+),(\d+)\b")
INTEGER = re.compile(r"\d+")
FILLERS = {"eh", "em", "ehm", "mm", "mmm", "ajá"}
COMPOUND = re.compile(
    r"\b(veinte|diez) y (un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b"
)


@dataclass(frozen=True)
class Score:
    """Word errors of a transcript, after `normalise` on both sides."""

    wer: float
    cer: float
    substituted: int
    deleted: int
    inserted: int
    words: int  # in the truth


def normalise(text: str, *, accents: bool = True, fillers: bool = True) -> str:
    """Return lower-case words with numbers spelled out and no punctuation.

    With `accents` False the accents go and ñ stays; with `fillers` False «eh», «mm»
    and the like go.
    """
    text = unicodedata.normalize("NFC", text).lower()
    text = MONEY.sub(_pesos, text)
    for short, whole in ABBREVIATIONS.items():
        text = re.sub(short, whole + " ", text)
    text = HOUR.sub(_hour, text)
    text = ORDINAL.sub(_ordinal, text)
    text = THOUSANDS.sub(lambda match: match[0].replace(".", ""), text)
    text = DECIMAL.sub(r"\1 coma \2", text)
    text = re.sub(r"\b((?:[a-zñ]\.){2,})", lambda m: m[0].replace(".", ""), text)
    text = re.sub(r"[^\w\s]|_", " ", text)
    text = INTEGER.sub(_cardinal, text)
    text = COMPOUND.sub(_compound, " ".join(text.split()))
    words = text.split()
    if not fillers:
        words = [word for word in words if word not in FILLERS]
    text = " ".join(words)
    return text if accents else without_accents(text)


def without_accents(text: str) -> str:
    """Return `text` with á é í ó ú ü bare; ñ is another letter and stays."""
    plain = unicodedata.normalize("NFD", text.replace("ñ", "\0").replace("Ñ", "\1"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain.replace("\0", "ñ").replace("\1", "Ñ")


def score(truth: str, heard: str, *, accents: bool = True) -> Score:
    """Return the word and character error rates of `heard` against `truth`."""
    # Only measuring needs it, and the worker's image goes without.
    import jiwer

    truth = normalise(truth, accents=accents)
    heard = normalise(heard, accents=accents)
    words = jiwer.process_words(truth, heard)
    return Score(
        wer=words.wer,
        cer=jiwer.cer(truth, heard),
        substituted=words.substitutions,
        deleted=words.deletions,
        inserted=words.insertions,
        words=len(truth.split()),
    )


def term_recall(terms: Sequence[str], truth: str, heard: str) -> float | None:
    """Return the share of the spoken mentions of `terms` that were written.

    Counted without accents or case, a term at most as often as it was spoken.
    Returns None when none was spoken.
    """
    truth = normalise(truth, accents=False)
    heard = normalise(heard, accents=False)
    spoken = written = 0
    for term in {normalise(term, accents=False) for term in terms}:
        mention = re.compile(rf"\b{re.escape(term)}\b")
        said = len(mention.findall(truth))
        spoken += said
        written += min(said, len(mention.findall(heard)))
    return written / spoken if spoken else None


def loop_burden(text: str, seconds: float) -> float:
    """Return how many loops `text` holds per ten minutes of `seconds`."""
    words = normalise(text).split()
    return sum(1 for _ in loops(words)) * 600 / seconds if seconds else 0.0


def loops(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each stretch of words that only repeats itself.

    Tandem repeats: 1 to 4 words six times or more, 5 to 11 words three times, 12 or
    more twice. No false alarm in 24,500 words that people wrote (eellak/OpenCouncil).
    """
    start = 0
    while start < len(words):
        end = _loop_at(words, start)
        if end:
            yield start, end
            start = end
        else:
            start += 1


def _loop_at(words: Sequence[str], start: int) -> int:
    """Return where the loop that begins at `start` ends; 0 if none does."""
    for size in range(1, (len(words) - start) // 2 + 1):
        unit = words[start : start + size]
        end = start + size
        while words[end : end + size] == unit:
            end += size
        needed = 6 if size <= 4 else 3 if size <= 11 else 2
        if (end - start) // size >= needed:
            return end
    return 0


def _words(number: int, to: str = "cardinal") -> str:
    # Loading its thirty languages is slow; only measuring needs it.
    from num2words import num2words

    return num2words(number, lang="es", to=to)


def _cardinal(match: re.Match[str]) -> str:
    digits = match[0]
    if len(digits) > 15:
        return digits
    text = _words(int(digits))
    # «071» is read digit by digit at its front; «setenta y un kilómetros», not uno.
    text = (
        "cero " * (len(digits) - len(digits.lstrip("0")) if int(digits) else 0) + text
    )
    follows = match.string[match.end() :].lstrip()
    if text.endswith("uno") and re.match(r"[a-zñáéíóú]{3,}", follows):
        text = re.sub(r"veintiuno$", "veintiún", text)
        text = re.sub(r"uno$", "un", text)
    if re.search(r"mill[oó]n(es)?$", text) and follows.startswith("pesos"):
        text += " de"
    return f" {text} "


def _pesos(match: re.Match[str]) -> str:
    amount, scale = match[1].rstrip(".,"), match[2] or ""
    linked = " de" if scale.endswith("llones") else ""
    return f"{amount}{scale}{linked} pesos "


def _hour(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    return f"{hour} y {minute}" if minute else str(hour)


def _ordinal(match: re.Match[str]) -> str:
    text = _words(int(match[1]), to="ordinal")
    return text[:-1] + "a" if match[2] == "ª" else text


def _compound(match: re.Match[str]) -> str:
    stem = {"veinte": "veinti", "diez": "dieci"}[match[1]]
    unit = {"un": "ún", "dos": "dós", "tres": "trés", "seis": "séis"}
    return stem + unit.get(match[2], match[2])
