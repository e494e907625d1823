"""What the machine puts before the secretary: the text it heard, the facts it read.

Everything here may run twice and never touches what a person has written.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from actas import reading
from actas.models import Acta, Utterance
from sessions.models import (
    Attendance,
    Ballot,
    CouncilSession,
    Proposed,
    Recording,
    Speaker,
    Vote,
)
from transcription.models import Segment, Transcription

# What `reading` says in words, as the rows keep it.
RESULTS = {"aprobado": Vote.Result.APPROVED, "negado": Vote.Result.REJECTED}
BALLOTS = {str(choice.label).lower(): choice for choice in Ballot.Value}


@transaction.atomic
def draft(session: CouncilSession) -> Acta | None:
    """Write the acta's first text once every recording has been heard.

    Returns None while a recording is still being heard. Run again, it adds only what
    was heard since.
    """
    session = CouncilSession.objects.select_for_update().get(pk=session.pk)
    recordings = list(session.recordings.select_related("transcription"))
    done = Transcription.Status.DONE
    if not recordings or any(
        r.transcription is None or r.transcription.status != done for r in recordings
    ):
        return None
    for recording in recordings:  # the decoder knows better than the file's header
        if recording.seconds != recording.transcription.seconds:
            recording.seconds = recording.transcription.seconds
            recording.save(update_fields=["seconds"])
    acta, _ = Acta.objects.get_or_create(
        session=session, defaults={"number": session.number}
    )
    if acta.is_editable and sum(copy_text(acta, r) for r in recordings):
        propose(acta)
    return acta


def copy_text(acta: Acta, recording: Recording) -> int:
    """Copy segments that no utterance holds yet; return how many.

    A new hearing replaces the text of an older one only where nobody touched it.
    """
    mine = acta.utterances.filter(recording=recording)
    older = mine.exclude(segments__part__transcription=recording.transcription)
    if older.exists():
        if mine.filter(~Q(state=Utterance.State.MACHINE) | Q(edits__isnull=False)):
            return 0
        mine.delete()
    held = Segment.objects.filter(pk__in=mine.values("segments"))
    fresh = recording.transcription.segments().exclude(pk__in=held.values("pk"))
    segments = list(fresh.exclude(text=""))
    speakers = _speakers(acta.session, recording, segments)
    utterances = Utterance.objects.bulk_create(
        Utterance(
            acta=acta,
            recording=recording,
            start=recording.offset + segment.start,
            end=recording.offset + segment.end,
            text=segment.text,
            speaker=speakers.get(segment.voice),
        )
        for segment in segments
    )
    link = Utterance.segments.through
    link.objects.bulk_create(
        link(utterance_id=utterance.pk, segment_id=segment.pk)
        for utterance, segment in zip(utterances, segments, strict=True)
    )
    return len(segments)


def _speakers(
    session: CouncilSession, recording: Recording, segments: list[Segment]
) -> dict[str, Speaker]:
    """Return a Speaker a voice label; the labels of a second recording are its own."""
    prefix = f"{recording.position + 1}-" if recording.position else ""
    return {
        voice: session.speakers.get_or_create(
            voice=prefix + voice, defaults={"source": Proposed.Source.MACHINE}
        )[0]
        for voice in sorted({segment.voice for segment in segments} - {""})
    }


def propose(acta: Acta) -> None:
    """Propose attendance, agenda starts and votes where nobody has stated them."""
    session = acta.session
    roster = session.council.councillors.seated_on(session.date)
    agenda = list(session.agenda.all())
    found = reading.read(
        [
            reading.Line(
                u.pk, u.start, u.end, u.text, u.speaker.voice if u.speaker else ""
            )
            for u in acta.utterances.select_related("speaker")
        ],
        [reading.Person(c.pk, c.full_name) for c in roster],
        [item.title for item in agenda],
    )
    if not any(item.start is not None for item in agenda):
        starts = {start.position: start.start for start in found.items}
        for item in agenda:
            item.start = starts.get(item.position)
            item.save(update_fields=["start"])
    _propose_attendance(session, found)
    _propose_votes(session, found)


def _propose_attendance(session: CouncilSession, found: reading.Reading) -> None:
    calls = [(call.person, call.state, call.proof) for call in found.roll_call]
    present = Attendance.State.PRESENT
    calls += [(arrival.person, present, arrival.proof) for arrival in found.arrivals]
    for person, state, proof in calls:
        row, _ = session.attendance.get_or_create(
            councillor_id=person.pk, defaults={"source": Proposed.Source.MACHINE}
        )
        if row.is_confirmed or row.source == Proposed.Source.PERSON:
            continue
        row.state, row.proof_start, row.proof_quote = state, proof.start, proof.quote
        row.save()


def _propose_votes(session: CouncilSession, found: reading.Reading) -> None:
    if session.votes.exists():
        return
    for position, heard in enumerate(found.votes, start=1):
        vote = session.votes.create(
            position=position,
            question=heard.question,
            kind=heard.kind,
            result=RESULTS.get(heard.result, ""),
            yes=heard.yes,
            no=heard.no,
            start=heard.start,
            agenda_item=_item_at(session, heard.start),
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


def _item_at(session: CouncilSession, second: float):
    before = session.agenda.filter(start__lte=second)
    return before.order_by("-position").first()
