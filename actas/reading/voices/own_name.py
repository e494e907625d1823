"""People who say who they are, and guests who are only known by being named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actas.reading.heard import Heard, fold, folded, formula
from actas.reading.voices.offices import Offices
from actas.reading.voices.proof import Candidate, Finding, Kind, Role
from actas.reading.voices.scene import Mention, Scene, Turn

_SAYS = formula(
    r"(?:yo )?soy|(?:les|le|te)? ?habla|quien (?:les|le) habla|mi nombre es|me llamo|"
    r"(?:los|les|las) saluda"
)
# "Soy vocero del concejal Rúa" is not he; "no soy" even less.
_BETWEEN = folded(
    "el la concejal concejala concejales honorable doctor doctora ingeniero ingeniera "
    "señor señora secretario secretaria general a su arquitecto arquitecta profesor "
    "profesora abogado abogada comandante"
)
_BREAKS = folded("no dijo que dice como")
_OFFICE = (
    r"(?:sub)?secretari[oa] de|gerente de|directora? de|comandante de|personer[oa]|"
    r"alcalde(?:sa)?|rectora? de|jefe de|coordinadora? de|contralora?"
)
_SELF = formula(_OFFICE)


def own_names(scene: Scene, offices: Offices) -> list[Finding]:
    """Find "soy el concejal Rúa", "les habla …" and "Ana Ruiz, secretaria de …".

    Who reads documents aloud says such words for others: the secretary only names
    the secretary.
    """
    findings = []
    for one in scene.mentions:
        turn = scene.turns[scene.at(one.first)]
        if not turn.voice or one.form == "office":
            continue
        reads = turn.voice in offices.tables and one.person.role is not Role.SECRETARY
        if reads:
            continue
        if _says_so(scene, turn, one) or _introduces(scene, offices, turn, one):
            span = (one.first, one.last)
            findings.append(scene.finding(turn.voice, one.person, Kind.OWN_NAME, span))
    return findings


def _says_so(scene: Scene, turn: Turn, one: Mention) -> bool:
    heard = scene.heard
    begin = max(turn.first, one.first - 8)
    for first, last in heard.find(_SAYS, begin, one.first):
        between = heard.sounds[last : one.first]
        before = heard.sounds[max(first - 1, turn.first) : first]
        if _BETWEEN.issuperset(between) and _BREAKS.isdisjoint(before):
            return True
    return False


def _introduces(scene: Scene, offices: Offices, turn: Turn, one: Mention) -> bool:
    """Say whether a guest opens a turn with name and office and nothing in between.

    With a title before the name somebody else would be greeting the guest.
    """
    heard = scene.heard
    if one.person.role is not Role.GUEST or turn.voice in offices.chairs:
        return False
    early = one.first - turn.first < 14 and turn.last - one.last > 8
    titled = one.first > turn.first and heard.sounds[one.first - 1] in _BETWEEN
    office = any(
        first == one.last for first, _ in heard.find(_SELF, one.last, one.last + 3)
    )
    return early and office and not titled


# ---- Guests who are only heard -------------------------------------------------------

_NAMED = re.compile(
    r"(?:(?:[Dd]octora?\w{0,3}|[Ii]ngenier[oa]|[Aa]rquitect[oa]|[Dd]ra?\.|[Ss]eñora?)\s+)"
    r"(?P<name>[\w]+(?:\s+[A-ZÁÉÍÓÚÑ]\w+){1,4})"
)
_SELF_NAMED = re.compile(
    r"(?:[Ss]oy|[Mm]i nombre es|[Mm]e llamo|[Ll]es habla)\s+"
    r"(?P<name>[A-ZÁÉÍÓÚÑ]\w+(?:\s+[A-ZÁÉÍÓÚÑ]\w+){1,4})"
)
_HOLDS = re.compile(
    rf"(?P<office>(?:{_OFFICE})(?:\s+(?:la|el|los|las))?"
    r"(?:\s+(?:[A-ZÁÉÍÓÚÑ]\w+|e|y|de|infraestructura|planeaci[oó]n|gobierno|educaci[oó]n|"
    r"salud|hacienda|cultura|deportes?))*)",
    re.IGNORECASE,
)
_SAME = 80.0  # how alike two hearings of one name are
_NEAR = 40  # letters between a name and the office


@dataclass(frozen=True)
class _Heard:
    name: str
    office: str
    own: bool  # said of oneself


def heard_guests(heard: Heard, people: Sequence[Candidate]) -> dict[Candidate, bool]:
    """Return officials who are not among the people, named alike at least twice.

    One of the times must give an office, or be the person's own words. True stands for
    a name that sounded the same both times, which may be written down; of another it
    is only known that there is such a person.
    """
    groups: list[list[_Heard]] = []
    for one in _hearings(heard):
        if any(_alike(one.name, person.name) for person in people):
            continue
        for group in groups:
            if _alike(one.name, group[0].name):
                group.append(one)
                break
        else:
            groups.append([one])
    guests = {}
    for group in groups:
        offices = [one.office for one in group if one.office]
        if len(group) < 2 or not (offices or any(one.own for one in group)):
            continue
        times = Counter(fold(one.name) for one in group)
        most = max(group, key=lambda one: (times[fold(one.name)], len(one.name)))
        sound, office = fold(most.name), max(offices, key=len, default="")
        guest = Candidate(f"heard:{sound}", most.name, "", Role.GUEST, office)
        guests[guest] = times[sound] >= 2
    return guests


def _hearings(heard: Heard) -> Iterator[_Heard]:
    for line in heard.lines:
        for pattern in (_NAMED, _SELF_NAMED):
            for match in pattern.finditer(line.text):
                around = line.text[max(match.start() - _NEAR, 0) : match.end() + _NEAR]
                office = _HOLDS.search(around)
                own = pattern is _SELF_NAMED
                said = office["office"].strip() if office else ""
                yield _Heard(match["name"], said, own)


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
