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

from django.db import transaction
from django.db.models import Max

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


def propose_names(acta: Acta) -> None:
    """Propose who each voice is, out of all that the acta says now.

    The caller holds the acta's lock.
    """
    speakers = tied(acta.session.speakers.order_by("pk"))
    if asked := asked_of(acta, speakers):
        _write(asked, _read(acta, speakers))


def propose_further(acta: Acta) -> None:
    """Propose who the voices without a name are; a name that is proposed stays.

    Reading takes seconds in which people go on correcting, so the acta is held for
    the writing alone. Nothing is written when a person has meanwhile said who a voice
    is: from that on all is read again.
    """
    speakers = tied(acta.session.speakers.order_by("pk"))
    before = _last_said(acta)
    if not _nameless(asked_of(acta, speakers)):
        return
    found = _read(acta, speakers)
    with transaction.atomic():
        now = Acta.objects.select_for_update().get(pk=acta.pk)
        if now.is_editable and _last_said(now) == before:
            rows = tied(now.session.speakers.order_by("pk"))
            _write(_nameless(asked_of(now, rows)), found)


def asked_of(acta: Acta, speakers: Sequence[Speaker]) -> list[Speaker]:
    """Return those of the session's rows of which the machine may say who they are."""
    by_hand = acta.edits.filter(speaker__isnull=False, after__has_key="name")
    touched = set(by_hand.values_list("speaker_id", flat=True))
    return [one for one in speakers if is_free(one) and one.pk not in touched]


def _nameless(speakers: Iterable[Speaker]) -> list[Speaker]:
    return [one for one in speakers if not one.is_named]


def _last_said(acta: Acta) -> int | None:
    """Return the pk of the last thing that a person said of a voice, or took back."""
    return acta.edits.filter(speaker__isnull=False).aggregate(last=Max("pk"))["last"]


def _read(acta: Acta, speakers: Sequence[Speaker]) -> dict[int, Naming | None] | None:
    """Return who each of the session's rows may be, by pk; None if it went wrong."""
    labels = labels_of(speakers)
    session, lines = acta.session, lines_of(acta, labels)
    people = candidates_of(session, speakers)
    given = {labels[s.pk]: key_of(session, s) for s in speakers if s.is_attributed}
    further = remembered(acta, lines, len(people))
    try:
        read = namings(lines, people, given=given, further=further)
    except Exception:  # what was said matters more than who said it
        logger.exception("Could not propose names for %s", acta)
        return None
    found = {one.voice: one for one in read}
    return {pk: found.get(label) for pk, label in labels.items()}


def _write(asked: Sequence[Speaker], found: Mapping[int, Naming | None] | None) -> None:
    if found is None:
        return
    known = [one for one in asked if one.pk in found]  # not one that came meanwhile
    for speaker in known:
        for field, value in proposal(found[speaker.pk]).items():
            setattr(speaker, field, value)
    Speaker.objects.bulk_update(known, PROPOSED)


def is_free(speaker: Speaker) -> bool:
    """Whether nobody has said who a voice is: then the machine may."""
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
