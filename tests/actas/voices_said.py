"""Sessions as people say them: "S1: Buenos días." and so on, on one clock."""

from actas.reading import Line
from actas.reading.voices import Candidate, Naming, Role, namings

PACE = 0.4  # seconds a word
PAUSE = 0.4  # seconds between lines


def said(text: str) -> list[Line]:
    """Return one line for each line of text; before the colon stands the voice."""
    lines, at = [], 1.0
    for pk, row in enumerate((r for r in text.splitlines() if r.strip()), 1):
        voice, words = row.strip().split(":", 1)
        end = at + PACE * len(words.split())
        lines.append(Line(pk, at, end, words.strip(), voice.strip("-")))
        at = end + PAUSE
    return lines


def council(*names: str, president: str = "", secretary: str = "") -> list[Candidate]:
    """Return councillors c1, c2, … and the secretary."""
    people = [
        Candidate(
            f"c{number}",
            name,
            role=Role.PRESIDENT if name == president else Role.COUNCILLOR,
        )
        for number, name in enumerate(names, 1)
    ]
    if secretary:
        people.append(Candidate("secretary", secretary, role=Role.SECRETARY))
    return people


def proposed(text: str, people: list[Candidate]) -> dict[str, str]:
    """Return the names that are proposed, by voice."""
    return {
        naming.voice: naming.person.name
        for naming in namings(said(text), people)
        if naming.is_proposed
    }


def naming_of(voice: str, text: str, people: list[Candidate]) -> Naming | None:
    found = namings(said(text), people)
    return next((naming for naming in found if naming.voice == voice), None)


def strengths(voice: str, person: str, text: str, people: list[Candidate]) -> dict:
    """Return the sum of strengths by kind that a naming shows, {} for another one."""
    naming = naming_of(voice, text, people)
    found: dict[str, float] = {}
    if naming and naming.person.name == person:
        for one in naming.evidence:
            found[one.kind] = round(found.get(one.kind, 0) + one.strength, 2)
    return found
