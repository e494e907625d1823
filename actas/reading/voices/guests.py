"""Guests who are on no list, and only known by being named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actas.reading.heard import Heard, fold
from actas.reading.voices.proof import Candidate, Role

OFFICE = (
    r"(?:sub)?secretari[oa] de|gerente de|directora? de|comandante de|personer[oa]|"
    r"alcalde(?:sa)?|rectora? de|jefe de|coordinadora? de|contralora?|veedora? de|"
    r"president[ea] de (?:la )?(?:junta|asociaci\w+|veedur\w+|cooperativa)|"
    r"(?:representante|vocer[oa]|lider\w*|delegad[oa]) de"
)
_TITLE = (
    r"(?P<title>[Dd]octora?\w{0,3}|[Ii]ngenier[oa]|[Aa]rquitect[oa]|[Dd]ra?\.|[Ss]eñora?|"
    r"[Dd]oña?|"
    r"[Cc]omandante|[Pp]rofesora?|[Mm]ayor|[Cc]oronel|[Cc]apit[aá]n|[Tt]eniente|"
    r"[Ii]ntendente|[Ss]argento|[Pp]adre)"
)
_NAMED = re.compile(rf"{_TITLE}\s+(?P<name>\w+(?:\s+[A-ZÁÉÍÓÚÑ]\w+){{1,4}})")
_WORD = r"(?!(?:que|nos|por|con|como|para|quien|hoy|aqu[ií]|una?|est[ea])\b)\w{3,}"
# "La ingeniera luz, Marina Soto, gerente de …": whole by what follows.
_BROKEN = re.compile(
    rf"{_TITLE}\s+(?P<name>{_WORD}(?:,?\s+{_WORD}){{1,4}}),\s+(?i:{OFFICE})"
)
_BRIEF = re.compile(rf"{_TITLE},?\s+(?P<name>\w{{3,}})(?!\w|\s+[A-ZÁÉÍÓÚÑ])")
_ALONE = re.compile(rf"{_TITLE}\s*[.,;:?!]")
_SELF_NAMED = re.compile(
    r"(?:[Ss]oy|[Mm]i nombre es|[Mm]e llamo|[Ll]es habla)\s+"
    r"(?P<name>[A-ZÁÉÍÓÚÑ]\w+(?:\s+[A-ZÁÉÍÓÚÑ]\w+){1,4})"
)
_HOLDS = re.compile(
    rf"(?P<office>(?:{OFFICE})(?:\s+(?:la|el|los|las))?"
    r"(?:\s+(?:[A-ZÁÉÍÓÚÑ]\w+|e|y|de|infraestructura|planeaci[oó]n|gobierno|educaci[oó]n|"
    r"salud|hacienda|cultura|deportes?))*)",
    re.IGNORECASE,
)
WRITTEN = {"dr": fold("doctor"), "dra": fold("doctora")}  # by sound
_SAME = 80.0  # how alike two hearings of one name are
_NEAR = 40  # letters between a name and the office

_At = tuple[int, int]  # key of a line, position of a letter


@dataclass(frozen=True)
class _Heard:
    name: str
    office: str
    own: bool  # said of oneself
    title: str  # before the name, "" for one's own
    at: _At


def heard_guests(heard: Heard, people: Sequence[Candidate]) -> dict[Candidate, bool]:
    """Return guests who are not among the people, named alike at least twice.

    Once the name must be whole; then "doctora Flor" or "doctora" alone may do. One of
    the times must give an office, or be the person's own words. True stands for a name
    that may be written down: it never sounded otherwise, or twice the same, or the
    person said it and others much alike. Of another it is only known that there is
    such a person.
    """
    groups: list[list[_Heard]] = []
    hearings = list(_hearings(heard))
    whole = {one.at for one in hearings}
    for one in hearings:
        if any(_alike(one.name, person.name) for person in people):
            continue
        for group in groups:
            if _alike(one.name, group[0].name):
                group.append(one)
                break
        else:
            groups.append([one])
    brief = _again(heard, _BRIEF, "name", whole) - {
        word for person in people for word in fold(person.name).split()
    }
    titles = _again(heard, _ALONE, "title", whole)
    guests = {}
    for group in groups:
        offices = [one.office for one in group if one.office]
        times = Counter(fold(one.name) for one in group)
        most = max(
            group, key=lambda one: (one.own, times[fold(one.name)], len(one.name))
        )
        sound, office = fold(most.name), max(offices, key=len, default="")
        in_part = not brief.isdisjoint(sound.split())
        meant = in_part or bool(office and _plain(most.title) in titles)
        if not (offices or most.own) or not (len(group) > 1 or meant):
            continue
        guest = Candidate(f"heard:{sound}", most.name, "", Role.GUEST, office)
        guests[guest] = most.own or times[sound] > 1 or len(times) == 1
    return guests


def _again(
    heard: Heard, pattern: re.Pattern[str], part: str, whole: Collection[_At]
) -> set[str]:
    """Return, by sound, a part of all that a pattern finds, but for whole names."""
    return {
        _plain(match[part])
        for line in heard.lines
        for match in pattern.finditer(line.text)
        if (line.pk, match.start("title")) not in whole
    }


def _plain(said: str) -> str:
    """Spell a name or title by its sound: "Dr." is "doctor"."""
    sound = fold(said.removesuffix("."))
    return WRITTEN.get(sound, sound)


def _hearings(heard: Heard) -> Iterator[_Heard]:
    for line in heard.lines:
        found: dict[int, re.Match[str]] = {}
        for pattern in (_NAMED, _SELF_NAMED, _BROKEN):
            for match in pattern.finditer(line.text):
                found[match.start("name")] = match
        for match in found.values():
            around = line.text[max(match.start() - _NEAR, 0) : match.end() + _NEAR]
            office = _HOLDS.search(around)
            said = office["office"].strip() if office else ""
            name = match["name"].replace(",", "")
            if match.re is _BROKEN:
                name = name.title()
            own = match.re is _SELF_NAMED
            title = "" if own else match["title"]
            at = line.pk, match.start("name" if own else "title")
            yield _Heard(name, said, own, title, at)


def _alike(one: str, other: str) -> bool:
    """Say whether two hearings are one name, perhaps with a part left out."""
    a, b = fold(one).split(), fold(other).split()
    if fuzz.ratio("".join(a), "".join(b)) >= _SAME:
        return True
    return (
        len(a) > 1
        and len(b) > 1
        and fuzz.token_set_ratio(" ".join(a), " ".join(b)) >= 95
    )
