"""The machine's text into an acta, around what people have touched."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q

from actas.around import Heard, Piece, Placed, Word, around
from actas.models import Acta, Edit, Utterance, UtteranceQuerySet
from sessions.models import CouncilSession, Proposed, Recording, Speaker
from transcription.models import Part, Segment

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
    placed = placed_around(segments, stay, before, offset)
    speakers = speakers_for(acta.session, recording, segments, placed, before, offset)
    gone.filter(pk__in=going).delete()
    utterances = [
        Utterance(
            acta=acta,
            recording=recording,
            start=offset + piece.start,
            end=offset + piece.end,
            text=piece.text,
            speaker=speakers[piece],
        )
        for piece in placed.pieces
    ]
    Utterance.objects.bulk_create(utterances)
    pairs = [
        (utterance, piece.segment)
        for utterance, piece in zip(utterances, placed.pieces, strict=True)
    ]
    # What is left out is held by what stays in its place, so it is not left over.
    pairs += [(stay[kept], index) for index, kept in placed.covered.items()]
    _link([(utterance, segments[index]) for utterance, index in pairs])
    if going:
        forget_voices(acta)
    return [(utterance.start, utterance.end) for utterance in utterances]


def _link(pairs: Sequence[tuple[Utterance, Segment]]) -> None:
    """Note of each utterance from which segment it came."""
    through = Utterance.segments.through
    through.objects.bulk_create(
        through(utterance_id=utterance.pk, segment_id=segment.pk)
        for utterance, segment in pairs
    )


def placed_around(
    segments: Sequence[Segment],
    stay: Sequence[Utterance],
    before: Sequence[Utterance],
    offset: float,
) -> Placed:
    """Return what of `segments` is said beside the utterances that stay."""
    return around(
        [heard(segment) for segment in segments],
        [(one.start - offset, one.end - offset) for one in stay],
        [heard(segment) for one in before for segment in one.segments.all()],
    )


def heard(segment: Segment) -> Heard:
    words = tuple(Word(start, end, text) for start, end, text, _ in segment.words)
    return Heard(segment.start, segment.end, segment.text, words)


# ---- Who speaks ----------------------------------------------------------------------


def speakers_for(
    session: CouncilSession,
    recording: Recording,
    segments: Sequence[Segment],
    placed: Placed,
    before: Sequence[Utterance],
    offset: float,
) -> dict[Piece, Speaker | None]:
    """Return who says each piece.

    "S1" of one hearing need not be "S1" of another: a voice is the one that spoke
    most in the same seconds before, so that a name given to it stays with it.
    """
    spoke = Overlaps([u for u in before if u.speaker and u.speaker.voice], offset)

    def key(piece: Piece) -> str | Piece:
        return piece

    shares: dict[str | Piece, Counter[Speaker]] = defaultdict(Counter)
    for piece in placed.pieces:
        shares[key(piece)].update(spoke.during(piece.start, piece.end))
    known = {who: share.most_common(1)[0][0] for who, share in shares.items() if share}
    labels = Labels(session, recording, is_first=not before)
    for voice in sorted({key(p) for p in placed.pieces if key(p) is not p} - {*known}):
        known[voice] = labels.speaker(voice)
    return {piece: known.get(key(piece)) for piece in placed.pieces}


class Overlaps:
    """Who spoke when, to be asked about any seconds of the recording."""

    def __init__(self, said: Sequence[Utterance], offset: float) -> None:
        self._said = sorted(
            ((u.start - offset, u.end - offset, u.speaker) for u in said),
            key=lambda one: one[:2],
        )
        self._longest = max((end - start for start, end, _ in self._said), default=0.0)

    def during(self, start: float, end: float) -> dict[Speaker, float]:
        """Return how many of these seconds each speaker spoke."""
        shares: dict[Speaker, float] = defaultdict(float)
        first = bisect_left(self._said, start - self._longest, key=lambda one: one[0])
        for begins, ends, speaker in self._said[first:]:
            if begins >= end:
                break
            if min(ends, end) > max(begins, start):
                shares[speaker] += min(ends, end) - max(begins, start)
        return shares


class Labels:
    """Speakers for the voices of a hearing; those of a second recording are its own."""

    def __init__(
        self, session: CouncilSession, recording: Recording, is_first: bool
    ) -> None:
        self._session, self._is_first = session, is_first
        self._prefix = f"{recording.position + 1}-" if recording.position else ""

    def speaker(self, voice: str) -> Speaker:
        """Return the voice's Speaker: in a new hearing, one that nobody else is."""
        label, number = self._prefix + voice, 1
        taken = set(self._session.speakers.values_list("voice", flat=True))
        while not self._is_first and label in taken:
            label, number = f"{self._prefix}S{number}", number + 1
        machine = {"source": Proposed.Source.MACHINE}
        speakers = self._session.speakers
        return speakers.get_or_create(voice=label, defaults=machine)[0]


def forget_voices(acta: Acta) -> None:
    """Delete the voices that say nothing any more and that nobody knows of."""
    edits = acta.edits.filter(speaker=OuterRef("pk"))
    # Undoing gives a sentence back to the voice that it had.
    named = acta.edits.filter(before__has_key="speaker_id")
    kept = set(named.values_list("before__speaker_id", flat=True)) - {None}
    silent = acta.session.speakers.filter(
        ~Exists(edits),
        utterances=None,
        source=Proposed.Source.MACHINE,
        confirmed_at=None,
        councillor=None,
        name="",
    )
    silent.exclude(pk__in=kept).delete()
