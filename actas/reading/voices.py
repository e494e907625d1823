"""Who the voices of a session are, each name with what speaks for and against it.

A label is a voice, not a person. A name needs words that prove it, and one assignment
over the whole session decides: what is not proved stays without a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from actas.reading.heard import Line

PROPOSE = 0.95  # confidence from which a name is proposed


class Role(StrEnum):
    COUNCILLOR = "councillor"
    PRESIDENT = "president"  # presides today, and holds a seat
    SECRETARY = "secretary"
    GUEST = "guest"


@dataclass(frozen=True)
class Candidate:
    """Somebody who may have spoken."""

    key: str  # "c12" for councillor 12; for others what the caller knows them by
    name: str
    gender: str = ""  # "F", "M" or ""
    role: Role = Role.COUNCILLOR
    office: str = ""  # "secretaria de Planeación"


@dataclass(frozen=True)
class Evidence:
    """Some words that speak for a voice being somebody, or against it."""

    kind: str  # "roll_call", "own_name", "floor", …
    start: float  # seconds on the session's clock
    quote: str
    strength: float  # added to the log odds; negative where it speaks against
    person: str  # key of a Candidate


@dataclass(frozen=True)
class Naming:
    """Who a voice most likely is, and how sure that is."""

    voice: str
    person: Candidate
    confidence: float  # 0 to 1
    evidence: tuple[Evidence, ...]  # about this person, the strongest first

    @property
    def is_proposed(self) -> bool:
        return self.confidence >= PROPOSE


def namings(lines: Sequence[Line], people: Sequence[Candidate]) -> list[Naming]:
    """Return the likeliest person of each voice for which anything speaks.

    Nobody is two voices unless nothing speaks against it. `lines` are of the whole
    session, on one clock, each with its voice ("" for none).
    """
    raise NotImplementedError
