"""What can prove who a voice is, and how much each kind of words is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

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


class Kind(StrEnum):
    """What kind of words speaks for a person, or against it."""

    OWN_NAME = "own_name"
    ROLL_CALL = "roll_call"
    VOTE = "vote"
    THANKED = "thanked"
    PRESIDES = "presides"
    SECRETARY = "secretary"
    FLOOR = "floor"
    AUTHOR = "author"
    ARRIVED = "arrived"
    LATE = "late"
    OFFICIAL = "official"
    PRESENTED = "presented"
    VOICEPRINT = "voiceprint"  # how it sounds, where a council may remember that
    # Against.
    NAMES_THEM = "names_them"
    OTHER_ANSWERED = "other_answered"
    ABSENT = "absent"
    EARLY = "early"
    STANDS_IN = "stands_in"
    TO_PRESIDENT = "to_president"
    TO_SECRETARY = "to_secretary"
    OTHER_GENDER = "other_gender"
    UNANNOUNCED = "unannounced"
    ALTERNATES = "alternates"
    TWO_PEOPLE = "two_people"


SAYS = {
    Kind.OWN_NAME: "dijo su nombre",
    Kind.ROLL_CALL: "respondió al llamado a lista",
    Kind.VOTE: "votó cuando dijeron su nombre",
    Kind.THANKED: "le contestaron por su nombre",
    Kind.PRESIDES: "la presidencia: dirige la sesión",
    Kind.SECRETARY: "la secretaría: lee y anuncia",
    Kind.FLOOR: "le dieron la palabra y habló",
    Kind.AUTHOR: "habló de lo que presentó",
    Kind.ARRIVED: "habló al llegar",
    Kind.LATE: "se excusó por llegar tarde",
    Kind.OFFICIAL: "habló por la administración",
    Kind.PRESENTED: "lo anunciaron con su cargo",
    Kind.VOICEPRINT: "suena como la voz que guardó el concejo",
    Kind.NAMES_THEM: "esta voz nombra a esa persona",
    Kind.OTHER_ANSWERED: "cuando dijeron su nombre, respondió otra voz",
    Kind.ABSENT: "no respondió al llamado a lista",
    Kind.EARLY: "esta voz habló antes de que llegara",
    Kind.STANDS_IN: "habló en lugar de otra persona",
    Kind.TO_PRESIDENT: "esta voz le habla a la presidencia",
    Kind.TO_SECRETARY: "esta voz le habla a la secretaría",
    Kind.OTHER_GENDER: "a esta voz le dicen de otra forma",
    Kind.UNANNOUNCED: "otra voz también dirigió la sesión",
    Kind.ALTERNATES: "conversa con otra voz que es esa persona",
    Kind.TWO_PEOPLE: "también hay pruebas de otra persona",
}

STRANGERS = 0.25  # of the voices of a session, those of nobody on the list
# The same of voices that answer to a name and make speeches: guests do not answer, and
# labels of nothing but strays make no speeches.
ANSWERING_STRANGERS = 0.1

# Log odds that one finding of a kind adds. They come from how often such words could
# be heard from somebody else, not from any recording:
STRENGTHS = {
    # Said of oneself. Documents read aloud are left out before (see own_name), so one
    # in four hundred is another's.
    Kind.OWN_NAME: 6.0,
    # At most: a voice that answers one name and no other, where of fifteen labels each
    # gets one in 140 of the answers of somebody else: log(.9 / (.1 / 14)). How many
    # labels are wrong the session itself shows (see answers).
    Kind.ROLL_CALL: 4.8,
    Kind.VOTE: 4.8,
    # "Gracias, concejal Rúa" after a turn, by who presides: named in reply, which
    # proves more than being called, because the speaker was seen. Nine in ten against
    # one in thirty: log(.9 / .03).
    Kind.THANKED: 3.4,
    # At most, for one formula of the chair or of the secretary's table. Nine in ten
    # are said by who holds the office, and a voice of the hall says one in thirty of
    # its own sentences so.
    Kind.PRESIDES: 1.4,
    Kind.SECRETARY: 1.4,
    # Somebody else may answer: four in five against one in seventeen of the voices
    # that follow another name. All of it together stays below a proposal.
    Kind.FLOOR: 2.6,
    # The voice itself speaks as author, citing councillor or ponente of what was just
    # presented with that name; co-authors do so too.
    Kind.AUTHOR: 2.0,
    # First heard right after somebody was announced to come in.
    Kind.ARRIVED: 1.5,
    # It excuses its lateness while one person alone was announced to have come in.
    Kind.LATE: 3.0,
    # It speaks for the administration, as every official in the room would.
    Kind.OFFICIAL: 1.4,
    # That the person is in the room says little about the voice.
    Kind.PRESENTED: 1.0,
    # Naming somebody as another: own names are said once or twice a session.
    Kind.NAMES_THEM: -2.0,
    Kind.OTHER_ANSWERED: -1.0,
    Kind.ABSENT: -4.0,
    Kind.EARLY: -2.5,
    Kind.STANDS_IN: -3.0,
    Kind.TO_PRESIDENT: -1.7,
    Kind.TO_SECRETARY: -1.7,
    Kind.OTHER_GENDER: -5.0,
    Kind.UNANNOUNCED: -3.0,
    Kind.ALTERNATES: -3.0,
    Kind.TWO_PEOPLE: -4.0,
}
ONLY_NEW = 1.0  # added to an arrival where no other voice is first heard later
ASSUMES = 3.0  # "asumo la presidencia", by who was asked by name to take it
SPOKE = 0.8  # added to thanks after a speech: no stray that says so much
GREETED = 0.4  # added to the floor for "gracias, presidenta": it was being waited for
# Mislabelled words come in rows, so no kind counts for ever.
CAPS = {
    Kind.OWN_NAME: 9.0,
    Kind.ROLL_CALL: 8.0,  # with VOTE, which is the same thing
    Kind.THANKED: 6.8,
    Kind.FLOOR: 3.6,
    Kind.AUTHOR: 3.0,
    Kind.ARRIVED: 2.5,
    Kind.LATE: 3.0,
    Kind.OFFICIAL: 1.4,
    Kind.PRESENTED: 1.0,
    Kind.NAMES_THEM: 6.0,
    Kind.OTHER_ANSWERED: 3.0,
    Kind.ABSENT: 4.0,
    Kind.EARLY: 2.5,
    Kind.STANDS_IN: 3.0,
}
ROLE_CAP = 9.0  # for and against an office taken together, in either direction
SHOWN = 4  # findings of each kind that a Naming keeps


def probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))


def prior(people: int, strangers: float = STRANGERS) -> float:
    """Return the log odds of one person against nobody, before anything is heard."""
    few = min(-1.0, math.log((1 - STRANGERS) / STRANGERS / max(people, 1)))
    return few + math.log((1 - strangers) / strangers * STRANGERS / (1 - STRANGERS))


@dataclass(frozen=True)
class Evidence:
    """Some words that speak for a voice being somebody, or against it."""

    kind: Kind
    start: float  # seconds on the session's clock
    quote: str  # literally in one line
    strength: float  # added to the log odds; negative where it speaks against
    person: str  # key of a Candidate
    answer: str = ""  # what was said to it, literally in one line; "" where it is alone


@dataclass(frozen=True)
class Finding:
    """An Evidence and the voice that it is about."""

    voice: str
    evidence: Evidence


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
