"""Who speaks when, in all recordings that hold the same people."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from transcription.models import PartVoices, Transcription, Turn
from transcription.voices import grouping, joined
from transcription.voices.grouping import Speech, TurnDraft
from transcription.voices.labels import carried_over, number

TRIES = 3  # of grouping, while other recordings come in
SAMPLES = 3  # stretches of a voice that a person is given to hear
SAMPLE = 10.0  # seconds of one, at most
APART = 60.0  # seconds between two of them, where the voice is heard that long
EDGE = 0.1  # seconds by which a window may reach over the edge of a turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class VoiceHeard:
    """One voice in all recordings that are told apart together."""

    voice: str  # "S1"
    seconds: float  # that it speaks
    vector: np.ndarray  # float32 (dimensions,), of length 1; () where none is kept
    # Up to SAMPLES stretches where it speaks alone, the clearest first: the pk of the
    # transcription, start and end in seconds on the recording's clock.
    longest: tuple[tuple[int, float, float], ...]


def voices_heard(together: str, model: str | None = None) -> list[VoiceHeard]:
    """Return the voices of all recordings with this key, the longest spoken first.

    `model` is the name that vectors are kept with (VoiceModel.model); without it, the
    one that most of them are of. Vectors of two models cannot be compared.
    """
    transcriptions = newest(together)
    model = model or model_of(transcriptions)
    heard: dict[str, list[_Stretch]] = {}
    for transcription in transcriptions:
        for stretch in _stretches(transcription, model):
            heard.setdefault(stretch.voice, []).append(stretch)
    found = [_voice(voice, stretches) for voice, stretches in heard.items()]
    return sorted(found, key=lambda one: -one.seconds)


def forget(together: str) -> int:
    """Delete how the voices of all recordings with this key sound.

    Their turns stay. Returns of how many parts.
    """
    if not together:
        return 0
    kept = PartVoices.objects.filter(part__transcription__together=together)
    return kept.delete()[0]


def forget_old() -> int:
    """Delete how voices sound where it was found out VOICE_VECTORS_DAYS ago."""
    before = timezone.now() - datetime.timedelta(days=settings.VOICE_VECTORS_DAYS)
    return PartVoices.objects.filter(created_at__lt=before).delete()[0]


def tell_apart(transcription: Transcription) -> None:
    """Write who speaks when in a transcription, and in those it is together with.

    Voices keep their labels from before. Whatever goes wrong is logged and leaves all
    turns as they were: what was said matters more than who said it.
    """
    if not transcription.voices:
        return
    try:
        if not any(_told(transcription) for _ in range(TRIES)):
            logger.warning("No time to tell the voices of %s apart", transcription)
    except Exception:
        logger.exception("Could not tell the voices of %s apart", transcription)


def _told(transcription: Transcription) -> bool:
    """Group and write; False when vectors came or went meanwhile."""
    model = model_of([transcription])
    if not model:
        return True  # of no part was it found out how its voices sound
    rows = _beside(transcription)
    state = _state(rows, model)
    speech = [_speech(row, model) for row in rows]
    rows = [row for row, one in zip(rows, speech, strict=True) if len(one.vectors)]
    turns = grouping.grouped(
        [one for one in speech if len(one.vectors)], people=transcription.people
    )
    with transaction.atomic():
        # Grouping takes too long to hold anything: heartbeats write to these rows.
        family = _family(transcription)
        held = family.select_for_update(no_key=True).order_by("pk")
        list(held.values_list("pk"))
        if _state(_beside(transcription), model) != state:
            return False
        _write(family, rows, turns, model)
    return True


def _write(
    family: QuerySet[Transcription],
    rows: Sequence[Transcription],
    turns: Sequence[Sequence[TurnDraft]],
    model: str,
) -> None:
    before = [_drafts(_before(row, family)) for row in rows]
    last = family.aggregate(last=Max("last_voice"))["last"] or 0
    named = carried_over(turns, before, last)
    for row, now in zip(rows, named, strict=True):
        # Where there are no vectors any more, what was known before stays.
        kept = _elsewhere(_drafts(row.turns.all()), row, model)
        row.turns.all().delete()
        drafts = sorted([*now, *kept], key=lambda draft: draft.start)
        Turn.objects.bulk_create(
            Turn.of(row.pk, position, draft) for position, draft in enumerate(drafts)
        )
        last = max([last, *(number(draft.voice) for draft in now)])
    family.update(last_voice=last)


def _family(transcription: Transcription) -> QuerySet[Transcription]:
    """Return all transcriptions whose labels mean the same voices."""
    if transcription.together:
        return Transcription.objects.filter(together=transcription.together)
    return Transcription.objects.filter(audio=transcription.audio, together="")


def _beside(transcription: Transcription) -> list[Transcription]:
    """Return what is grouped at once: this one, and the newest of every other audio."""
    others = [
        row
        for row in newest(transcription.together)
        if row.audio != transcription.audio
    ]
    return sorted([*others, transcription], key=lambda row: (row.created_at, row.pk))


def _before(
    row: Transcription, family: QuerySet[Transcription]
) -> QuerySet[Turn] | list[Turn]:
    """Return the turns that are known of an audio: the row's own, or an older one's."""
    if row.turns.exists():
        return row.turns.all()
    told = family.filter(audio=row.audio, turns__isnull=False).distinct()
    older = told.order_by("-created_at").first()
    return older.turns.all() if older else []


def _drafts(turns: Iterable[Turn]) -> list[TurnDraft]:
    return [TurnDraft(one.start, one.end, one.voice, one.overlapped) for one in turns]


def _parts(row: Transcription, model: str) -> QuerySet[PartVoices]:
    kept = PartVoices.objects.filter(part__transcription=row, model=model)
    return kept.select_related("part").order_by("part__position")


def _state(rows: Sequence[Transcription], model: str) -> list[tuple[object, ...]]:
    """Return what is another thing whenever other vectors would be grouped."""
    return [
        (row.pk, *one)
        for row in rows
        for one in _parts(row, model).values_list("part", "created_at")
    ]


def _speech(row: Transcription, model: str) -> Speech:
    """Return where somebody speaks, in the parts with vectors, and how that sounds."""
    kept = list(_parts(row, model))
    spans = [tuple(span) for one in kept for span in one.part.speech]
    return Speech(tuple(spans), joined([one.vectors for one in kept]))


def _elsewhere(
    turns: Sequence[TurnDraft], row: Transcription, model: str
) -> list[TurnDraft]:
    """Return the turns that lie in none of the parts with vectors."""
    parts = list(_parts(row, model).values_list("part__start", "part__end"))
    return [
        turn
        for turn in turns
        if not any(start <= (turn.start + turn.end) / 2 < end for start, end in parts)
    ]


def newest(together: str) -> list[Transcription]:
    """Return the newest transcription of each audio with this key, heard to the end.

    In the order in which they were created.
    """
    if not together:
        return []
    # One that is heard but not assembled counts: two that are assembled at the same
    # time must each know of the other.
    heard = Q(status=Transcription.Status.DONE) | Q(heard_at__isnull=False)
    rows = Transcription.objects.filter(heard, together=together)
    by_audio = {row.audio: row for row in rows.defer("peaks").order_by("created_at")}
    return sorted(by_audio.values(), key=lambda row: (row.created_at, row.pk))


def model_of(transcriptions: Sequence[Transcription]) -> str:
    """Return the model that most of their parts have vectors of; "" if none has."""
    rows = PartVoices.objects.filter(part__transcription__in=transcriptions)
    counts = rows.values_list("model").annotate(count=Count("pk"))
    best = counts.order_by("-count", "model").first()
    return best[0] if best else ""


@dataclass(frozen=True)
class _Stretch:
    """A turn and the vectors whose windows lie in it."""

    transcription: int
    start: float
    end: float
    voice: str
    overlapped: bool
    inside: np.ndarray  # float32 (n, dimensions), of windows wholly in the turn
    amid: np.ndarray  # of those whose middle is in it


def _stretches(transcription: Transcription, model: str) -> list[_Stretch]:
    """Return all turns that have a voice, in order."""
    vectors = joined([one.vectors for one in _parts(transcription, model)])
    middles = vectors.times.mean(axis=1)
    found = []
    for turn in Turn.objects.filter(transcription=transcription).exclude(voice=""):
        first, last = np.searchsorted(middles, [turn.start, turn.end])
        times, values = vectors.times[first:last], vectors.values[first:last]
        inside = (times[:, 0] > turn.start - EDGE) & (times[:, 1] < turn.end + EDGE)
        found.append(
            _Stretch(
                transcription.pk,
                turn.start,
                turn.end,
                turn.voice,
                turn.overlapped,
                values[inside],
                values,
            )
        )
    return found


def _voice(voice: str, stretches: Sequence[_Stretch]) -> VoiceHeard:
    alone = [one for one in stretches if not one.overlapped] or stretches
    # Windows that reach into a neighbour's turn count only where there are no others.
    for kept in ([one.inside for one in alone], [one.amid for one in stretches]):
        values = [one for one in kept if len(one)]
        if values:
            break
    vector = np.concatenate(values).mean(axis=0) if values else np.zeros(0, np.float32)
    vector = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return VoiceHeard(
        voice,
        sum(one.end - one.start for one in stretches),
        vector,
        _clearest(alone, vector),
    )


def _clearest(
    stretches: Sequence[_Stretch], vector: np.ndarray
) -> tuple[tuple[int, float, float], ...]:
    """Return up to SAMPLES stretches, long and near to `vector`, that lie apart."""

    def clear(one: _Stretch) -> float:
        near = float((one.inside @ vector).mean()) if len(one.inside) else 0.0
        return min(one.end - one.start, SAMPLE) * (1 + near)

    chosen: list[_Stretch] = []
    ranked = sorted(stretches, key=clear, reverse=True)
    for apart in (APART, 0.0):  # nearer together only where there are no others
        for one in ranked:
            if len(chosen) == SAMPLES:
                break
            if all(_apart(one, other, apart) for other in chosen):
                chosen.append(one)
    return tuple(
        (one.transcription, one.start, min(one.end, one.start + SAMPLE))
        for one in chosen
    )


def _apart(one: _Stretch, other: _Stretch, seconds: float) -> bool:
    if one.transcription != other.transcription:
        return True
    return one.start >= other.end + seconds or other.start >= one.end + seconds
