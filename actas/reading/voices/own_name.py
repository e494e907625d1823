"""People who say who they are."""

from __future__ import annotations

from actas.reading.heard import folded, formula
from actas.reading.voices.guests import OFFICE
from actas.reading.voices.offices import Offices
from actas.reading.voices.proof import Finding, Kind, Role
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
_SELF = formula(OFFICE)


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
