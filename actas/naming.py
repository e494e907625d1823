"""Names proposed for the voices of a session, with what speaks for and against them.

Only a voice that nobody has named, and from which nobody took a name away, gets one.
What a person confirmed is taken as given.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import log
from typing import Any

from actas import voiceprints
from actas.models import Acta
from actas.reading.heard import Line
from actas.reading.voices import (
    Candidate,
    Evidence,
    Finding,
    Kind,
    Naming,
    Role,
    namings,
)
from councils.models import Office
from sessions.colours import person
from sessions.facts import tied
from sessions.models import CouncilSession, Proposed, Speaker

logger = logging.getLogger(__name__)

SECRETARY = "secretary"  # key of whoever keeps the council's records that day
# Log odds of a voice that sounds like one the council remembers, before it is asked
# which of its people: a person is known again in seven sessions of ten, and of those
# who are nobody's one in twenty is above the rank test, of which the margin and the
# nearest voice leave less than half: log(.7 / .02).
SOUND = 3.56

PROPOSED = (
    "councillor_id",
    "name",
    "office",
    "gender",
    "evidence",
    "confidence",
    "proof_start",
    "proof_quote",
)


def propose_names(acta: Acta, *, only_empty: bool = False) -> None:
    """Propose who each voice is, out of all that the acta says now.

    With `only_empty`, a name that is proposed already stays. The caller holds the
    acta's lock.
    """
    speakers = tied(acta.session.speakers.order_by("pk"))
    by_hand = acta.edits.filter(speaker__isnull=False, after__has_key="name")
    touched = set(by_hand.values_list("speaker_id", flat=True))
    asked = [
        one
        for one in speakers
        if is_open(one) and one.pk not in touched
        if not (only_empty and one.is_named)
    ]
    if not asked:
        return
    labels = labels_of(speakers)
    session, lines = acta.session, lines_of(acta, labels)
    people = candidates_of(session, speakers)
    given = {labels[s.pk]: key_of(session, s) for s in speakers if s.is_attributed}
    further = remembered(acta, lines, len(people))
    try:
        read = namings(lines, people, given=given, further=further)
    except Exception:  # what was said matters more than who said it
        logger.exception("Could not propose names for %s", acta)
        return
    found = {one.voice: one for one in read}
    for speaker in asked:
        for field, value in proposal(found.get(labels[speaker.pk])).items():
            setattr(speaker, field, value)
    Speaker.objects.bulk_update(asked, PROPOSED)


def is_open(speaker: Speaker) -> bool:
    """Whether the machine may still say who a voice is."""
    by_machine = speaker.source == Proposed.Source.MACHINE
    free = by_machine and speaker.confirmed_at is None and not speaker.same_as_id
    return free and bool(speaker.voice)


def proposal(naming: Naming | None) -> dict[str, Any]:
    """Return the fields of a Speaker that say what a Naming says.

    Below the threshold there is no name, but what speaks for one is kept.
    """
    fields = dict.fromkeys(PROPOSED)
    fields |= {"name": "", "office": "", "gender": "", "evidence": []}
    fields["proof_quote"] = ""
    if naming is None:
        return fields
    fields["confidence"] = naming.confidence
    who = naming.person
    fields["evidence"] = [
        asdict(one) | {"kind": str(one.kind), "name": who.name}
        for one in naming.evidence
    ]
    if not naming.is_proposed:
        return fields
    if who.role in (Role.COUNCILLOR, Role.PRESIDENT):
        fields["councillor_id"] = int(who.key.removeprefix("c"))
    else:
        fields |= {"name": who.name, "office": who.office, "gender": who.gender}
    said = [one for one in naming.evidence if one.kind != Kind.VOICEPRINT]
    best = max(said, key=lambda one: one.strength, default=None)
    if best and best.strength > 0:
        fields |= {"proof_start": best.start, "proof_quote": best.quote}
    return fields


def labels_of(speakers: Iterable[Speaker]) -> dict[int, str]:
    """Return by pk what each row is called as a voice, its own for each person.

    All that a person said to be one voice is called alike, and so is all that was
    confirmed as one person's.
    """
    people: dict[tuple, str] = {}
    found = {}
    for speaker in speakers:
        head = speaker.head
        label = head.voice or f"P{head.pk}"
        if speaker.is_attributed:
            label = people.setdefault(person(head), label)
        found[speaker.pk] = label
    return found


def lines_of(acta: Acta, labels: Mapping[int, str]) -> list[Line]:
    """Return what an acta says, each sentence with its voice, "" for none."""
    fields = ("pk", "start", "end", "text", "speaker_id")
    rows = acta.utterances.order_by("start", "pk").values_list(*fields)
    return [Line(*said, labels.get(who, "")) for *said, who in rows]


def remembered(acta: Acta, lines: Sequence[Line], people: int) -> list[Finding]:
    """Return whose voice the council remembers, as one more proof beside words."""
    first: dict[str, Line] = {}
    for line in lines:
        first.setdefault(line.voice, line)
    # A match is one person's of all, and the wrong one's seldom (see `matching`).
    strength = SOUND + log(max(people, 1))
    return [
        Finding(
            voice,
            Evidence(
                Kind.VOICEPRINT,
                first[voice].start,
                match.heard_in,
                strength,
                f"c{match.councillor_id}",
            ),
        )
        for voice, match in voiceprints.evidence_for(acta).items()
        if voice in first
    ]


def key_of(session: CouncilSession, speaker: Speaker) -> str:
    """Return the key of the candidate that a person said a speaker is."""
    who = speaker.head
    if who.councillor_id:
        return f"c{who.councillor_id}"
    if who.name == secretary_of(session).name:
        return SECRETARY
    return f"guest:{who.name}, {who.office}"


def secretary_of(session: CouncilSession) -> Candidate:
    council = session.council
    return Candidate(
        SECRETARY,
        session.secretary_name or council.secretary_name,
        council.secretary_gender,
        Role.SECRETARY,
        council.secretary_office,
    )


def candidates_of(
    session: CouncilSession, speakers: Iterable[Speaker]
) -> list[Candidate]:
    """Return who may have spoken: who holds a seat, the secretary, who else is named.

    Of `speakers`, those whom a person named count; a guess is nobody's witness.
    """
    council, date = session.council, session.date
    holders = council.councillors.holding(Office.PRESIDENT, date)
    presider = session.presider or holders.prefetch_related("tenures").first()
    seated = council.councillors.seated_on(date).prefetch_related("tenures")
    found = {
        one.pk: Candidate(
            f"c{one.pk}",
            one.full_name,
            one.gender,
            Role.PRESIDENT if one == presider else Role.COUNCILLOR,
            one.office_on(date),
        )
        for one in [*seated, *filter(None, [presider])]
    }
    secretary = secretary_of(session)
    guests = {
        key: Candidate(key, one.name, one.gender, Role.GUEST, one.office)
        for one in speakers
        if one.name and one.is_attributed and not one.same_as_id
        if (key := key_of(session, one)).startswith("guest:")
    }
    office = [secretary] if secretary.name else []
    return [*found.values(), *office, *guests.values()]
