"""From the rows of a session to the Draft that is read, printed and approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from django.db.models import prefetch_related_objects

from actas.draft import (
    AgendaLine,
    AttendanceLine,
    Ballot,
    Draft,
    Entry,
    Letterhead,
    Pending,
    Person,
    Quorum,
    Section,
    SourceRecording,
    Tally,
    Turn,
    VoteRecord,
)
from actas.models import Acta, Utterance
from councils.models import Council, Councillor, Gender, Office
from sessions.colours import person
from sessions.facts import tied
from sessions.models import AgendaItem, Attendance, CouncilSession, Speaker, Vote

PARAGRAPH = 700  # letters after which a long turn takes a new paragraph
STATES = {
    Attendance.State.PRESENT: "presente",
    Attendance.State.EXCUSED: "ausente con excusa",
    Attendance.State.ABSENT: "ausente",
}
UNKNOWN = Person("Interviniente sin identificar")  # one label for all of them
LOOKED_AT = (  # of a session, fetched at once
    "council",
    "presider__tenures",
    "agenda",
    "recordings",
    "attendance__councillor__tenures",
    "votes__ballots__councillor",
    "speakers__councillor__tenures",
)


def draft_of(acta: Acta) -> Draft:
    """Return what `acta` says now; of the facts, only those that a person confirmed.

    The number of queries does not depend on how long the session was.
    """
    session = acta.session
    prefetch_related_objects([session], *LOOKED_AT)
    speakers = {one.pk: one for one in tied(session.speakers.all())}
    said = [u for u in acta.utterances.all() if u.text.strip()]
    attendance = tuple(_attendance(session))
    votes = [vote for vote in session.votes.all() if vote.is_confirmed]
    secretary = _secretary(session)
    return Draft(
        letterhead=_letterhead(session.council),
        number=f"{acta.number:03d}",
        session_kind=session.get_kind_display(),
        modality=session.get_modality_display(),
        date=session.date,
        place=session.place,
        opened=session.opened_at,
        closed=session.closed_at,
        presider=_presider(session),
        secretary=secretary,
        attendance=attendance,
        quorum=_quorum(session),
        guests=_guests(said, speakers, secretary),
        agenda=tuple(AgendaLine(i.position, i.title) for i in session.agenda.all()),
        sections=tuple(_sections(session, _entries(session, said, speakers, votes))),
        recordings=tuple(
            SourceRecording(r.name, r.sha256, r.seconds or 0)
            for r in session.recordings.all()
        ),
        mode=session.council.mode,
        pending=_pending(session, said, speakers),
        version=acta.next_version,
    )


def _letterhead(council: Council) -> Letterhead:
    logo = None
    if council.logo:
        with council.logo.open() as file:
            logo = file.read()
    return Letterhead(
        council=council.name,
        kind=council.kind,
        municipality=council.municipality,
        department=council.department,
        address=council.address,
        phone=council.phone,
        email=council.email,
        nit=council.nit,
        website=council.website,
        motto=council.motto,
        logo=logo,
    )


def _article(gender: str) -> str:
    return {Gender.FEMALE: "la", Gender.MALE: "el"}.get(gender, "")


def _councillor(councillor: Councillor, session: CouncilSession) -> Person:
    office = councillor.office_on(session.date)
    return Person(councillor.full_name, office, _article(councillor.gender))


def _speaker(session: CouncilSession, speaker: Speaker | None) -> Person:
    """Return who a person said that it is; a name that is only proposed is nobody's."""
    if speaker is None or not speaker.is_attributed:
        return UNKNOWN
    who = speaker.head
    if who.councillor:
        return _councillor(who.councillor, session)
    return Person(who.name, who.office, _article(who.gender))


def _presider(session: CouncilSession) -> Person | None:
    presider = session.presider or (
        session.council.councillors.holding(Office.PRESIDENT, session.date).first()
    )
    return _councillor(presider, session) if presider else None


def _secretary(session: CouncilSession) -> Person | None:
    council = session.council
    name = session.secretary_name or council.secretary_name
    if not name:
        return None
    article = _article(council.secretary_gender)
    return Person(name, council.secretary_office, article)


def _guests(
    said: Sequence[Utterance],
    speakers: Mapping[int, Speaker],
    secretary: Person | None,
) -> tuple[Person, ...]:
    """Who spoke by name without holding a seat."""
    speaking = {u.speaker_id for u in said}
    heads = (s.head for pk, s in speakers.items() if pk in speaking and s.is_attributed)
    guests = {(s.name, s.office): s for s in heads if not s.councillor_id}
    mine = secretary.name if secretary else ""
    return tuple(
        Person(s.name, s.office, _article(s.gender))
        for s in guests.values()
        if s.name != mine
    )


def _attendance(session: CouncilSession) -> Iterator[AttendanceLine]:
    for row in session.attendance.all():
        if row.is_confirmed:
            yield AttendanceLine(
                name=row.councillor.full_name,
                state=STATES[row.state],
                present=row.state == Attendance.State.PRESENT,
                party=row.councillor.party,
                office=row.councillor.office_on(session.date),
                arrived=row.arrived,
                left=row.left,
                note=row.note,
            )


def _quorum(session: CouncilSession) -> Quorum | None:
    """The roll call's count, once nobody's attendance is open any more."""
    seated = _seated(session)
    rows = [r for r in session.attendance.all() if r.councillor_id in seated]
    if len(rows) < len(seated) or not all(row.is_confirmed for row in rows):
        return None
    answered = [
        row
        for row in rows
        if row.state == Attendance.State.PRESENT and row.arrived is None
    ]
    return Quorum(seats=session.council.seats, present=len(answered))


def _seated(session: CouncilSession) -> set[int]:
    """Return the ids of those whose attendance counts: who held a seat that day."""
    seated = session.council.councillors.seated_on(session.date)
    return set(seated.values_list("pk", flat=True))


def _pending(
    session: CouncilSession,
    said: Sequence[Utterance],
    speakers: Mapping[int, Speaker],
) -> Pending:
    heard = [speakers[pk] for pk in {u.speaker_id for u in said} - {None}]
    stated = {r.councillor_id for r in session.attendance.all() if r.is_confirmed}
    return Pending(
        attendance=len(_seated(session) - stated),
        votes=sum(not vote.is_confirmed for vote in session.votes.all()),
        speakers=len({one.head.pk for one in heard if not one.is_attributed}),
    )


def _entries(
    session: CouncilSession,
    said: Sequence[Utterance],
    speakers: Mapping[int, Speaker],
    votes: list[Vote],
) -> list[tuple[float, int | None, Entry]]:
    """Return (second, agenda item's id or None, entry), turns and votes in order."""
    entries: list[tuple[float, int | None, Entry]] = []
    starts = [i.start for i in session.agenda.all() if i.start is not None]
    # A turn ends where another takes the floor, an item begins or a vote is taken.
    breaks = sorted([*starts, *(v.start for v in votes if v.start is not None)])

    def turn(utterance: Utterance) -> tuple[tuple | None, int]:
        passed = sum(1 for second in breaks if second <= utterance.start + 0.01)
        return _who(speakers.get(utterance.speaker_id)), passed

    for _, together in groupby(said, key=turn):
        utterances = list(together)
        start = utterances[0].start
        who = _speaker(session, speakers.get(utterances[0].speaker_id))
        entries.append((start, None, Turn(who, _paragraphs(utterances), start)))
    entries += [
        (
            v.start if v.start is not None else float("inf"),
            v.agenda_item_id,
            _vote(v),
        )
        for v in votes
    ]
    return sorted(entries, key=lambda entry: entry[0])


def _who(speaker: Speaker | None) -> tuple | None:
    """Return what is the same for one speaker: voices that may be two stay apart."""
    if speaker is None:
        return None
    return person(speaker) if speaker.is_attributed else ("voice", speaker.head.pk)


def _paragraphs(utterances: list[Utterance]) -> tuple[str, ...]:
    """Join what one person said; a long turn takes a new paragraph at a sentence."""
    paragraphs = [""]
    for utterance in utterances:
        ended = paragraphs[-1].endswith((".", "?", "!", "…"))
        if len(paragraphs[-1]) > PARAGRAPH and ended:
            paragraphs.append("")
        paragraphs[-1] = f"{paragraphs[-1]} {utterance.text.strip()}".strip()
    return tuple(paragraphs)


def _vote(vote: Vote) -> VoteRecord:
    ballots = tuple(
        Ballot(ballot.councillor.full_name, ballot.get_value_display().lower())
        for ballot in vote.ballots.all()
        if vote.kind == Vote.Kind.NOMINAL
    )
    counted = [
        Tally(label.lower(), vote.count(value))
        for value, label in vote.ballots.model.Value.choices
        if vote.count(value)
    ]
    announced = [
        Tally(choice, votes)
        for choice, votes in (("sí", vote.yes), ("no", vote.no))
        if votes is not None
    ]
    return VoteRecord(
        question=vote.question,
        kind=vote.kind,
        ballots=ballots,
        tallies=tuple(counted if ballots else announced),
        result=vote.get_result_display().lower(),
        start=vote.start,
    )


def _sections(
    session: CouncilSession, entries: list[tuple[float, int | None, Entry]]
) -> Iterator[Section]:
    """Deal the entries out to the items of the agenda by when they happened."""
    items = list(session.agenda.all())
    started = sorted((i for i in items if i.start is not None), key=lambda i: i.start)
    dealt: dict[int | None, list[Entry]] = {}
    for second, item, entry in entries:
        place = item if item is not None else _item_at(started, second)
        dealt.setdefault(place, []).append(entry)
    if None in dealt or not items:
        title = "Apertura" if started else "Desarrollo de la sesión"
        yield Section(title, None, tuple(dealt.get(None, ())))
    for item in items:
        yield Section(item.title, item.position, tuple(dealt.get(item.pk, ())))


def _item_at(started: list[AgendaItem], second: float) -> int | None:
    begun = [item for item in started if item.start <= second + 0.01]
    return begun[-1].pk if begun else None
