"""The approved actas that everybody may read: which ones, what they say, their codes.

The text of a version is `content["text"]`, plain and frozen with its approval.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata

from django.db.models import F, Func, IntegerField, QuerySet

from actas.models import Acta, Version

SNIPPET = 220  # letters around what was found
LITTLE_WORD = 3  # letters; "de", "la" and "por" stand anywhere
# A phrase in quotes of any kind, or a word; a quote that nothing closes says nothing.
QUOTED_OR_WORD = re.compile(r"""["“«]([^"“”«»]+)["”»]|([^\s"“”«»]+)""")
# How a letter may be written when people search: with or without its accent. Capitals
# stand here too, because a database with a plain locale does not fold "Á" to "á".
ACCENTS = {
    "a": "aáàäÁÀÄ",
    "e": "eéèëÉÈË",
    "i": "iíìïÍÌÏ",
    "o": "oóòöÓÒÖ",
    "u": "uúùüÚÙÜ",
    "n": "nñÑ",
    "ñ": "ñÑ",
}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a visitor looks for; empty values ask for everything."""

    text: str = ""
    kind: str = ""
    year: int | None = None


@dataclasses.dataclass(frozen=True)
class Found:
    """A published acta as a line of the list, with where the words were found."""

    version: Version
    before: str
    hit: str
    after: str

    @classmethod
    def of(cls, version: Version, wanted: Wanted) -> Found:
        """Return `version` with the first place that says `wanted.text`."""
        return cls(version, *snippet(text_of(version), wanted.text))

    @property
    def name(self) -> str:
        return name_of(self.version)


@dataclasses.dataclass(frozen=True)
class Details:
    """What stands beside a version of a published acta."""

    newer: int | None  # the version in force, when it is a later one


class OctetLength(Func):
    """How many bytes a binary column holds, told by PostgreSQL without fetching it."""

    function = "octet_length"
    output_field = IntegerField()


def in_force() -> QuerySet[Version]:
    """The published version of every acta that has one, the latest session first.

    The Word file stays in the database; `word_bytes` tells its size.
    """
    return (
        Version.objects.filter(pk__in=Acta.objects.public().values("public_version"))
        .select_related("acta__session__council")
        .annotate(word_bytes=OctetLength(F("word")))
        .defer("word")
        .order_by("-acta__session__date", "-acta__session__number")
    )


def years(versions: QuerySet[Version]) -> list[int]:
    """The years in which the sessions of `versions` were held, the latest first."""
    dates = versions.order_by().values_list("acta__session__date__year", flat=True)
    return sorted(set(dates), reverse=True)


def search(versions: QuerySet[Version], wanted: Wanted) -> QuerySet[Version]:
    """Keep the versions that say all that is wanted, of a kind and a year.

    The words may come in any order and with any accents.
    """
    for term in terms(wanted.text):
        versions = versions.filter(content__text__iregex=pattern(term))
    if wanted.kind:
        versions = versions.filter(acta__session__kind=wanted.kind)
    if wanted.year:
        versions = versions.filter(acta__session__date__year=wanted.year)
    return versions


def terms(text: str) -> list[str]:
    """Return each word of a search, once; what stands in quotes is one term."""
    found = [quoted or word for quoted, word in QUOTED_OR_WORD.findall(text)]
    return list(dict.fromkeys(term.strip() for term in found if term.strip()))


def pattern(term: str) -> str:
    """Return a regular expression for `term` that PostgreSQL and Python read alike."""
    plain = unicodedata.normalize("NFD", term.lower().replace("ñ", "\0"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = letters.replace("\0", "ñ").split()
    return r"\s+".join("".join(map(_letter, word)) for word in words)


def _letter(letter: str) -> str:
    if letter in ACCENTS:
        return f"[{ACCENTS[letter]}]"
    return letter if letter.isalnum() else re.escape(letter)


def snippet(text: str, wanted: str) -> tuple[str, str, str]:
    """Return what stands before the place that was looked for, it, and what follows.

    It is where the words stand together as they were asked for or, failing that, the
    first of them that is not as short as "de". Three empty strings for nothing.
    """
    words = terms(wanted)
    telling = [word for word in words if len(word) > LITTLE_WORD] or words
    together, any_of_them = pattern(" ".join(words)), "|".join(map(pattern, telling))
    match = re.search(together, text, re.IGNORECASE) if together else None
    match = match or re.search(any_of_them, text, re.IGNORECASE)
    if match is None or not match.group():
        return "", "", ""
    half = SNIPPET // 2
    start, end = max(match.start() - half, 0), match.end() + half
    before, after = text[start : match.start()], text[match.end() : end]
    if start:  # begin and end with whole words
        before = "… " + before.partition(" ")[2]
    if end < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, match.group(), after


def name_of(version: Version) -> str:
    """What the acta was called when it was approved, whatever its number is now."""
    return f"Acta n.º {version.content['number']}"


def text_of(version: Version) -> str:
    return str(version.content.get("text", ""))


def with_code(letters: str) -> Version | None:
    """Return the version whose code has these letters, whatever stands between them."""
    code = "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))
    rows = Version.objects.select_related("acta__session__council").defer("word")
    return rows.filter(code=code).first()


def details(version: Version) -> Details | None:
    """Return what everybody may know of an approved version; None if unpublished."""
    public = version.acta.public_version
    if public is None or public.number < version.number:
        return None
    return Details(newer=public.number if public != version else None)
