"""The machine's text into an acta, around what people have touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q

from actas.around import Heard, Piece, Placed, Word, around
from actas.models import Acta, Edit, Utterance, UtteranceQuerySet
from actas.parting import Spoken, parted
from actas.whose import speakers_for
from sessions.models import Proposed, Recording, Speaker
from transcription.models import Part, Segment, Transcription
from transcription.voices.grouping import TurnDraft

# Whoever corrected, verified or named a sentence, even to undo it, has touched it.
TOUCHED = ~Q(state=Utterance.State.MACHINE) | Q(
    Exists(Edit.objects.filter(utterance=OuterRef("pk")))
)
WORDED = Segment.objects.only("start", "end", "text", "words", "part")

Stretch = tuple[float, float]  # from, to, in seconds of the session's clock


def written_before(recording: Recording) -> UtteranceQuerySet:
    """Return the sentences of a recording that its hearing in force did not give."""
    links = Utterance.segments.through.objects.filter(utterance=OuterRef("pk"))
    mine = links.filter(segment__part__transcription=recording.transcription)
    others = links.exclude(segment__part__transcription=recording.transcription)
    rows = Utterance.objects.filter(recording=recording)
    return rows.filter(Exists(others) | ~Exists(mine))


def replaced(recording: Recording, offset: float) -> UtteranceQuerySet:
    """Return the sentences that a new hearing of a recording takes the place of.

    Those that nobody touched, where it heard: what could not be heard again stays.
    """
    heard = Q(pk=None)
    for part in recording.transcription.parts.filter(status=Part.Status.DONE):
        heard |= Q(start__gte=offset + part.start, start__lt=offset + part.end)
    return written_before(recording).exclude(TOUCHED).filter(heard)


def copy_text(acta: Acta, recording: Recording, offset: float) -> list[Stretch]:
    """Copy segments that no utterance holds yet; return where they lie.

    `offset` is the second of the session's clock at which the recording begins. What
    a person touched stays, and what was heard in its place is left out.
    """
    links = Utterance.segments.through.objects
    held = links.filter(utterance__acta=acta, segment=OuterRef("pk"))
    fresh = recording.transcription.segments().filter(~Exists(held)).exclude(text="")
    segments, gone = list(fresh), replaced(recording, offset).filter(acta=acta)
    going = set(gone.values_list("pk", flat=True))
    if not segments and not going:
        return []
    older = written_before(recording).filter(acta=acta).order_by("start", "pk")
    older = older.select_related("speaker").prefetch_related(
        Prefetch("segments", WORDED)
    )
    before = list(older)
    stay = list(older.filter(TOUCHED))
    owner, spoken = told_apart(segments, recording.transcription)
    placed = placed_around(spoken, stay, before, offset)
    speakers = speakers_for(recording, spoken, placed, before, offset)
    gone.filter(pk__in=going).delete()
    utterances = [
        utterance_of(
            acta, recording, offset, piece, speakers[piece], spoken[piece.segment]
        )
        for piece in placed.pieces
    ]
    Utterance.objects.bulk_create(utterances)
    pairs = [
        (utterance, owner[piece.segment])
        for utterance, piece in zip(utterances, placed.pieces, strict=True)
    ]
    # What is left out is held by what stays in its place, so it is not left over.
    pairs += [(stay[kept], owner[index]) for index, kept in placed.covered.items()]
    link(pairs)
    if going:
        forget_voices(acta)
    return [(utterance.start, utterance.end) for utterance in utterances]


def told_apart(
    segments: Sequence[Segment], hearing: Transcription
) -> tuple[list[Segment], list[Spoken]]:
    """Return what is said in `segments` by one voice each, and the segment of each."""
    turns = turns_of(hearing)
    owner: list[Segment] = []
    spoken: list[Spoken] = []
    for segment in segments:
        said = parted(heard(segment), turns)
        owner += [segment] * len(said)
        spoken += said
    return owner, spoken


def utterance_of(
    acta: Acta,
    recording: Recording,
    offset: float,
    said: Heard | Piece,
    speaker: Speaker | None,
    by: Spoken,
) -> Utterance:
    """Return the unsaved sentence for what is said `by` one voice, or a piece of it."""
    return Utterance(
        acta=acta,
        recording=recording,
        start=offset + said.start,
        end=offset + said.end,
        text=said.text,
        speaker=speaker,
        overlapped=by.overlapped,
    )


def link(pairs: Iterable[tuple[Utterance, Segment]]) -> None:
    """Note of each utterance from which segments it came."""
    through = Utterance.segments.through
    once = dict.fromkeys((utterance.pk, segment.pk) for utterance, segment in pairs)
    through.objects.bulk_create(
        through(utterance_id=utterance, segment_id=segment)
        for utterance, segment in once
    )


def placed_around(
    spoken: Sequence[Spoken],
    stay: Sequence[Utterance],
    before: Sequence[Utterance],
    offset: float,
) -> Placed:
    """Return what of `spoken` is said beside the utterances that stay."""
    return around(
        [one.heard for one in spoken],
        [(one.start - offset, one.end - offset) for one in stay],
        [heard(segment) for one in before for segment in one.segments.all()],
    )


def heard(segment: Segment) -> Heard:
    words = tuple(Word(start, end, text) for start, end, text, _ in segment.words)
    return Heard(segment.start, segment.end, segment.text, words)


def turns_of(hearing: Transcription) -> list[TurnDraft]:
    """Return who speaks when in a hearing; empty where voices were not told apart."""
    rows = hearing.turns.order_by("position")
    return [
        TurnDraft(*row)
        for row in rows.values_list("start", "end", "voice", "overlapped")
    ]


def forget_voices(acta: Acta) -> None:
    """Delete the voices that say nothing any more and that nobody knows of."""
    edits = acta.edits.filter(speaker=OuterRef("pk"))
    # Undoing gives a sentence back to the voice that it had.
    named = acta.edits.filter(before__has_key="speaker_id")
    kept = set(named.values_list("before__speaker_id", flat=True)) - {None}
    silent = acta.session.speakers.filter(
        ~Exists(edits),
        utterances=None,
        others=None,
        source=Proposed.Source.MACHINE,
        confirmed_at=None,
    )
    silent = silent.exclude(pk__in=kept)
    silent.exclude(same_as=None).delete()  # so that none is part of what is left
    silent.delete()
