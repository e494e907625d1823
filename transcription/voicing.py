"""Who speaks when, in all recordings that hold the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q

from transcription.models import PartVoices, Transcription, Turn
from transcription.voices import Vectors

SAMPLES = 3  # stretches of a voice that a person is given to hear
SAMPLE = 10.0  # seconds of one, at most
APART = 60.0  # seconds between two of them, where the voice is heard that long
EDGE = 0.1  # seconds by which a window may reach over the edge of a turn


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
    vectors = _vectors(transcription, model)
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


def _vectors(transcription: Transcription, model: str) -> Vectors:
    """Return all vectors of a transcription that are of this model, in order."""
    rows = PartVoices.objects.filter(part__transcription=transcription, model=model)
    return joined([row.vectors for row in rows.order_by("part__position")])


def joined(parts: Sequence[Vectors]) -> Vectors:
    """Return the vectors of parts that follow one another as one."""
    if not parts:
        return Vectors(np.zeros((0, 2), np.float32), np.zeros((0, 0), np.float32))
    times = np.concatenate([part.times for part in parts])
    return Vectors(times, np.concatenate([part.values for part in parts]))


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
