"""Which Speaker of a session says each piece of what was newly heard."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef

from actas.around import Piece, Placed
from actas.models import Utterance
from actas.parting import Spoken
from sessions.models import CouncilSession, Proposed, Recording, Speaker
from transcription.models import Transcription, Turn


def speakers_for(
    recording: Recording,
    spoken: Sequence[Spoken],
    placed: Placed,
    before: Sequence[Utterance],
    offset: float,
) -> dict[Piece, Speaker | None]:
    """Return who says each piece; None for what no voice could be told for.

    A label is the same voice in all that was told apart together. Where that cannot
    be known, and where voices were not told apart, it is who spoke most in the same
    seconds `before`, so that a name stays with its voice whatever the label.
    """

    def key(piece: Piece) -> str | Piece:
        voice = spoken[piece.segment].voice
        return piece if voice is None else voice

    voices = [key(piece) for piece in placed.pieces]
    labels = list(dict.fromkeys(v for v in voices if isinstance(v, str) and v))
    known: dict[str | Piece, Speaker] = {}
    keeps = keeps_labels(recording)
    if not keeps:
        spoke = Overlaps([u for u in before if u.speaker and u.speaker.voice], offset)
        shares: dict[str | Piece, Counter[Speaker]] = defaultdict(Counter)
        for piece in placed.pieces:
            shares[key(piece)].update(spoke.during(piece.start, piece.end))
        shares.pop("", None)
        known = {who: s.most_common(1)[0][0] for who, s in shares.items() if s}
    new = [label for label in labels if label not in known]
    known |= with_labels(recording.session, new, is_new=bool(before) and not keeps)
    return {piece: known.get(key(piece)) for piece in placed.pieces}


def keeps_labels(recording: Recording) -> bool:
    """Whether a label is the voice that it was in earlier hearings of a recording.

    So it is for those that were told apart together, and for nobody's.
    """
    hearing = recording.transcription
    if not hearing.turns.exists():
        return False
    others = Transcription.objects.filter(audio=hearing.audio).exclude(pk=hearing.pk)
    told = others.filter(Exists(Turn.objects.filter(transcription=OuterRef("pk"))))
    if hearing.together:
        told = told.exclude(together=hearing.together)
    return not told.exists()


def with_labels(
    session: CouncilSession, labels: Iterable[str], *, is_new: bool = False
) -> dict[str, Speaker]:
    """Return the session's Speaker of each voice, which is made where there is none.

    With `is_new` it is nobody's that was there before, under a label that is free.
    """
    known = {row.voice: row for row in session.speakers.exclude(voice="")}
    found, number = {}, 1
    for label in labels:
        free = label
        while is_new and free in known:
            free, number = f"S{number}", number + 1
        if free not in known:
            machine = Proposed.Source.MACHINE
            known[free] = session.speakers.create(voice=free, source=machine)
        found[label] = known[free]
    return found


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
