"""What the machine puts before the secretary: the text it heard, the facts it read.

Everything here may run twice and never touches what a person has written.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from actas import copying, reading
from actas.copying import Stretch
from actas.editing import OutOfOrder, check_order
from actas.models import Acta, Utterance
from actas.naming import labels_of, lines_of, propose_names
from actas.regrouping import regroup
from sessions.facts import tied
from sessions.models import (
    AgendaItem,
    Attendance,
    Ballot,
    CouncilSession,
    Proposed,
    Recording,
    Vote,
)
from transcription.models import Segment, Transcription

# What `reading` says in words, as the rows keep it.
RESULTS = {"aprobado": Vote.Result.APPROVED, "negado": Vote.Result.REJECTED}
BALLOTS = {str(choice.label).lower(): choice for choice in Ballot.Value}
NEAR = 30.0  # seconds between two tellings of the same vote
ROUNDING = 0.01  # seconds; `reading` tells moments with two decimals


def unwritten() -> QuerySet[Segment]:
    """What the hearings in force heard and no utterance holds."""
    links = Utterance.segments.through.objects
    heard = Segment.objects.filter(
        ~Exists(links.filter(segment=OuterRef("pk"))),
        part__transcription__status=Transcription.Status.DONE,
        part__transcription__recording__isnull=False,
    )
    return heard.exclude(text="")


def waiting() -> QuerySet[CouncilSession]:
    """Sessions of which more was heard than their acta says, while it is open."""
    mine = unwritten().filter(part__transcription__recording__session=OuterRef("pk"))
    heard = Recording.objects.filter(
        session=OuterRef("pk"), transcription__status=Transcription.Status.DONE
    )
    return CouncilSession.objects.filter(
        Q(Exists(heard), acta=None) | Q(Exists(mine), acta__state=Acta.State.REVIEW)
    )


@transaction.atomic
def draft(session: CouncilSession) -> Acta | None:
    """Write the acta's first text once every recording has arrived and been heard.

    Returns None until then. Run again, it adds what was heard since, as long as the
    acta is a draft.
    """
    # Not its key: whoever holds the acta may be adding rows that point at the session.
    rows = CouncilSession.objects.select_for_update(no_key=True)
    session = rows.get(pk=session.pk)
    recordings = list(session.recordings.select_related("transcription"))
    heard = list(takewhile(_is_heard, recordings))
    whole = recordings and len(heard) == len(recordings)
    if not Acta.objects.filter(session=session).exists() and (
        not whole or session.uploads.alive().exists()
    ):
        return None
    acta, _ = Acta.objects.select_for_update().get_or_create(session=session)
    if not acta.is_editable:
        return acta
    again = any(copying.written_before(recording).exists() for recording in heard)
    before = read(acta) if again else None
    if stretches := _copy_all(acta, heard):
        propose(acta, stretches, before)
        propose_names(acta)
    return acta


def _is_heard(recording: Recording) -> bool:
    hearing = recording.transcription
    return hearing is not None and hearing.status == Transcription.Status.DONE


def _copy_all(acta: Acta, recordings: list[Recording]) -> list[Stretch]:
    """Copy what is new of the session's first recordings; return where it lies."""
    offset, stretches, older = 0.0, [], []
    for recording in recordings:
        exact = recording.transcription.seconds
        if recording.seconds != exact:  # the decoder knows better than the header
            recording.seconds = exact
            recording.save(update_fields=["seconds"])
        mine = acta.utterances.filter(recording=recording)
        if last := mine.aggregate(last=Max("pk"))["last"]:
            older.append((recording, offset, last))
        stretches += copying.copy_text(acta, recording, offset)
        offset += exact or 0.0
    if stretches:  # what was heard now may tell voices apart that were heard before
        for recording, begins, last in older:
            regroup(acta, recording, begins, last)
    return stretches


def read(acta: Acta) -> reading.Reading:
    """Return the facts that are heard in what an acta says now."""
    session = acta.session
    roster = session.council.councillors.seated_on(session.date)
    return reading.read(
        lines_of(acta, labels_of(tied(session.speakers.all()))),
        [reading.Person(c.pk, c.full_name) for c in roster],
        [item.title for item in session.agenda.all()],
    )


def propose(
    acta: Acta, stretches: list[Stretch], before: reading.Reading | None = None
) -> None:
    """Propose the facts heard in `stretches` where nobody has stated them.

    The whole session is read, so that what was heard before tells what is meant now.
    What was read already `before` a new hearing took its place is not proposed again:
    who took it away meant it.
    """
    session, found = acta.session, read(acta)
    agenda = list(session.agenda.all())
    votes = [v.start for v in before.votes] if before else []
    items = {item.position for item in before.items} if before else set()

    def is_new(second: float) -> bool:
        return any(a - ROUNDING <= second <= b + ROUNDING for a, b in stretches)

    starts = {i.position: i.start for i in found.items if is_new(i.start)}
    _propose_starts(agenda, {p: s for p, s in starts.items() if p not in items})
    _propose_attendance(session, found, is_new)
    new = [v for v in found.votes if is_new(v.start)]
    _propose_votes(session, agenda, [v for v in new if far(v.start, votes)])


def far(second: float, others: list[float]) -> bool:
    """Whether a vote at `second` is none of `others`, told a little later or before."""
    return all(abs(second - other) > NEAR for other in others)


def _propose_starts(agenda: list[AgendaItem], starts: dict[int, float]) -> None:
    for item in agenda:
        if item.start is not None or item.position not in starts:
            continue
        try:
            check_order(agenda, item, starts[item.position])
        except OutOfOrder:  # of what a person placed: the person knows better
            continue
        item.start = starts[item.position]
        item.save(update_fields=["start"])


def _propose_attendance(
    session: CouncilSession, found: reading.Reading, is_new: Callable[[float], bool]
) -> None:
    calls = [(call.person, call.state, call.proof) for call in found.roll_call]
    present = Attendance.State.PRESENT
    calls += [(arrival.person, present, arrival.proof) for arrival in found.arrivals]
    for person, state, proof in calls:
        if not is_new(proof.start):
            continue
        row, _ = session.attendance.get_or_create(
            councillor_id=person.pk, defaults={"source": Proposed.Source.MACHINE}
        )
        if row.is_confirmed or row.source == Proposed.Source.PERSON:
            continue
        row.state, row.proof_start, row.proof_quote = state, proof.start, proof.quote
        row.save()


def _propose_votes(
    session: CouncilSession, agenda: list[AgendaItem], found: list[reading.VoteFound]
) -> None:
    """Add the votes that are not told of already; those that are stay as they are."""
    moments = session.votes.values_list("start", "proof_start")
    known = [second for pair in moments for second in pair if second is not None]
    last = session.votes.aggregate(last=Max("position"))["last"] or 0
    new = [v for v in found if far(v.start, known)]
    for position, heard in enumerate(new, start=last + 1):
        vote = session.votes.create(
            position=position,
            question=heard.question,
            kind=heard.kind,
            result=RESULTS.get(heard.result, ""),
            yes=heard.yes,
            no=heard.no,
            start=heard.start,
            agenda_item=_item_at(agenda, heard.start),
            source=Proposed.Source.MACHINE,
            proof_start=heard.proof.start,
            proof_quote=heard.proof.quote,
        )
        Ballot.objects.bulk_create(
            Ballot(
                vote=vote, councillor_id=b.person.pk, position=i, value=BALLOTS[b.value]
            )
            for i, b in enumerate(heard.ballots, start=1)
        )


def _item_at(agenda: list[AgendaItem], second: float) -> AgendaItem | None:
    begun = [i for i in agenda if i.start is not None and i.start <= second]
    return begun[-1] if begun else None
