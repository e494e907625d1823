"""Who speaks of what he or she presented: authors, citing councillors, ponentes."""

from __future__ import annotations

from actas.reading.heard import folded, formula
from actas.reading.voices.offices import Offices
from actas.reading.voices.proof import Finding, Kind
from actas.reading.voices.scene import Mention, Scene

_TITLED = folded("ponente autor autora citante proponente")
_PRESENTED = formula(
    r"(?:ponente|autora?|citante|firma\w*|presentad[oa]|radicad[oa])(?: por)?"
)
_AS_AUTHOR = formula(
    r"(?<!se )(?:cite|site|si te|citamos) (?:a )?(?:este|esta|el|la|esto|es) \w+|"
    r"(?:proposicion|proyecto|debate|citacion|iniciativa) que "
    r"(?:presente|radique|cite|presentamos|radicamos)|anuncio una propo\w+|"
    r"(?:rindo|rendi|presento|traigo) (?:la )?ponencia|como ponente|"
    r"de mi (?:autoria|ponencia)|soy (?:el|la) (?:ponente|autora?|citante)|"
    r"(?:mi|nuestra|esta) proposicion"
)
_AUTHOR_FAR = 900.0  # seconds in which an author is still remembered


def titled(scene: Scene, first: int, last: int) -> list[Mention]:
    """Return the "ponente" and the like of a span whose name was said before."""
    return [
        Mention(at, at + 1, author.person, "office")
        for at in range(first, last)
        if scene.heard.sounds[at] in _TITLED and (author := _author(scene, at))
    ]


def _author(scene: Scene, word: int) -> Mention | None:
    """Return the last mention before a word that presents somebody as author."""
    heard = scene.heard
    for one in reversed(scene.named(0, word)):
        if scene.seconds(word) - scene.seconds(one.first) > _AUTHOR_FAR:
            return None
        after = any(sound in _TITLED for sound in heard.sounds[one.last : one.last + 3])
        if after or heard.has(_PRESENTED, one.first - 6, one.first):
            return one
    return None


def authored(scene: Scene, offices: Offices) -> list[Finding]:
    """Return the voices that speak as author of what was presented with a name."""
    findings = []
    for turn in scene.turns:
        if turn.voice in {"", *offices.tables, *offices.chairs}:
            continue
        said = next(scene.heard.find(_AS_AUTHOR, turn.first, turn.last), None)
        if said and (author := _author(scene, turn.first)):
            findings.append(scene.finding(turn.voice, author.person, Kind.AUTHOR, said))
    return findings
