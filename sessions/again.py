"""A session heard once more: all of it, what is missing, or back to an earlier text."""

from __future__ import annotations

from django.db import transaction
from django_q.tasks import async_task

from sessions import engines
from sessions.facts import NotAllowed, hold
from sessions.models import DRAFT, CouncilSession, Recording
from transcription.models import Transcription

BUSY = (
    "La sesión se está transcribiendo todavía. Espere a que termine y después "
    "transcríbala otra vez si hace falta. No se cambió nada."
)


@transaction.atomic
def hear(session: CouncilSession, engine: str) -> None:
    """Have every recording heard by another engine; what was heard stays beside.

    Raises NotAllowed when the acta left the draft or somebody is hearing it now,
    EngineError when the council does not let the engine have its audio.
    """
    recordings = _held(session)
    session.engine = engine
    session.save(update_fields=["engine"])
    for recording in recordings:
        recording.session = session
        recording.hear()


@transaction.atomic
def fill(session: CouncilSession, engine: str) -> None:
    """Have another engine hear what could not be heard. Raises as `hear` does."""
    for recording in _held(session):
        recording.session = session
        hearing = recording.transcription
        if hearing and engines.has_stopped(hearing):
            recording.retry(engine)


@transaction.atomic
def go_back(session: CouncilSession) -> None:
    """Let what was heard before be in force again. Raises NotAllowed."""
    recordings = _held(session)
    earlier = earlier_of(recordings)
    if not earlier:
        raise NotAllowed("Esta sesión no tiene otra transcripción a la cual volver.")
    for recording, hearing in zip(recordings, earlier, strict=True):
        recording.transcription = hearing
        recording.save(update_fields=["transcription"])
        async_task(DRAFT, hearing.pk)
    session.engine = earlier[0].engine
    session.save(update_fields=["engine"])


def earlier_of(recordings: list[Recording]) -> list[Transcription]:
    """Return the last whole hearing of each recording but the one in force.

    Empty when a recording has none.
    """
    done = Transcription.objects.filter(status=Transcription.Status.DONE)
    light = done.defer("peaks", "terms").order_by("-created_at", "-pk")
    found = [
        light.filter(audio=recording.file.name)
        .exclude(pk=recording.transcription_id)
        .first()
        for recording in recordings
    ]
    return [hearing for hearing in found if hearing] if all(found) else []


def is_working(recordings: list[Recording]) -> bool:
    hearings = [recording.transcription for recording in recordings]
    return any(hearing is not None and hearing.is_working for hearing in hearings)


def recordings_of(session: CouncilSession) -> list[Recording]:
    """Return a session's recordings in order, with their hearings."""
    rows = session.recordings.select_related("transcription").order_by("position")
    return list(rows.defer("transcription__terms"))


def _held(session: CouncilSession) -> list[Recording]:
    hold(session)
    recordings = recordings_of(session)
    if is_working(recordings):
        raise NotAllowed(BUSY)
    return recordings
