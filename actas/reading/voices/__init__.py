"""Who the voices of a session are, each name with what speaks for and against it.

A label is a voice, not a person. A name needs words that prove it, and one assignment
over the whole session decides: what is not proved stays without a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actas.reading.heard import Heard, Line
from actas.reading.voices.answers import answered
from actas.reading.voices.assignment import assigned
from actas.reading.voices.calling import Calling, away, callings
from actas.reading.voices.exchanges import Exchanges
from actas.reading.voices.guests import heard_guests
from actas.reading.voices.offices import Offices
from actas.reading.voices.own_name import own_names
from actas.reading.voices.proof import (
    PROPOSE,
    SAYS,
    STRENGTHS,
    Candidate,
    Evidence,
    Finding,
    Kind,
    Naming,
    Role,
)
from actas.reading.voices.scene import Scene

__all__ = [
    "PROPOSE",
    "SAYS",
    "STRENGTHS",
    "Candidate",
    "Evidence",
    "Finding",
    "Kind",
    "Naming",
    "Role",
    "namings",
]


def namings(
    lines: Sequence[Line],
    people: Sequence[Candidate],
    *,
    given: Mapping[str, str] | None = None,
    further: Sequence[Finding] = (),
) -> list[Naming]:
    """Return the likeliest person of each voice for which anything speaks.

    Nobody is two voices unless nothing speaks against it. `lines` are of the whole
    session, on one clock, each with its voice ("" for none). An official who is not
    among the people may be named too, with a Candidate whose key begins with "heard:".
    `given` says who voices are beyond doubt, by key; `further` is what speaks for and
    against names beside the words.
    """
    heard = Heard.of(lines)
    if not heard.words:
        return []
    guests = heard_guests(heard, people)
    unsure = [guest for guest, is_sure in guests.items() if not is_sure]
    scene = Scene(heard, [*people, *guests], unsure)
    called = callings(scene)
    offices = Offices(scene, called)
    found = findings(scene, called, offices)
    named = assigned(scene, [*found, *further], given or {})
    # Not everybody presides in set phrases: where the answers to a list show who the
    # president is, what that voice says is what the chair says.
    chair = frozenset(
        one.voice
        for one in named
        if one.person.role is Role.PRESIDENT and one.is_proposed
    )
    if chair <= offices.chairs:
        return named
    found = findings(scene, called, Offices(scene, called, chair))
    return assigned(scene, [*found, *further], given or {})


def findings(scene: Scene, found: Sequence[Calling], offices: Offices) -> list[Finding]:
    """Return all that speaks for or against any voice being any person."""
    own = own_names(scene, offices)
    said = {(one.voice, one.evidence.start, one.evidence.person) for one in own}
    exchanged = [
        one
        for one in Exchanges(scene, offices, found).findings()
        # Who says "soy el concejal Rúa" names himself, and stands in for nobody.
        if one.evidence.kind not in (Kind.NAMES_THEM, Kind.STANDS_IN)
        or (one.voice, one.evidence.start, one.evidence.person) not in said
    ]
    return [
        *answered(scene, found),
        *away(scene, found),
        *offices.findings(),
        *own,
        *exchanged,
    ]
