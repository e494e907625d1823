"""Follows a session from its recordings to its acta, for who waits at a terminal."""

import time
from collections.abc import Callable, Iterator

from django.db.models import Sum

from actas.holes import Hole, holes
from actas.models import Acta
from actas.proposals import unwritten
from sessions.models import CouncilSession
from sessions.wording import clock, duration
from transcription.models import Part, Segment, Transcription

POLL_SECONDS = 0.5
NOBODY_SECONDS = 60.0


class Stopped(Exception):
    """The session cannot go on by itself; the message says why and what to do."""


def follow(session: CouncilSession, say: Callable[[str], None]) -> Acta:
    """Wait for the whole acta of `session`, telling each change.

    What was set aside is told, and the acta comes without it. Raises Stopped when the
    session cannot go on, or when all of it was set aside.
    """
    told: dict[int, str] = {}
    since = time.monotonic()
    while True:
        working = False
        for recording in session.recordings.select_related("transcription"):
            hearing = recording.transcription
            if hearing is None:
                raise Stopped(f"«{recording.name}» no tiene transcripción en marcha.")
            if hearing.status == Transcription.Status.FAILED:
                raise Stopped(f"«{recording.name}» se detuvo. {hearing.error}")
            working |= hearing.is_working
            if hearing.status != Transcription.Status.WAITING or hearing.attempt:
                since = time.monotonic()
            for line in _news(hearing, told):
                say(f"{recording.name}: {line}")
        if not working and (acta := _written(session)):
            for hole in holes(session):
                say(f"{hole}. {hole.why}".strip())
            return acta
        if time.monotonic() - since > NOBODY_SECONDS:
            since = time.monotonic()
            say("Nadie toma el trabajo. ¿Está encendida ASTRA? Enciéndala: make run")
        time.sleep(POLL_SECONDS)


def _written(session: CouncilSession) -> Acta | None:
    """Return the acta once it says all that was heard; None until then.

    Raises Stopped when nothing was heard because of what was set aside.
    """
    mine = Segment.objects.filter(part__transcription__recording__session=session)
    if (aside := holes(session)) and not mine.exclude(text="").exists():
        raise Stopped(
            f"No se pudo transcribir nada. {' '.join(map(_told, aside))} Intente de "
            "nuevo desde la página de la sesión."
        )
    acta = Acta.objects.filter(session=session).first()
    missing = unwritten().filter(pk__in=mine.values("pk"))
    if acta and acta.is_editable and missing.exists():
        return None
    return acta


def _told(hole: Hole) -> str:
    stretch = f"de {clock(hole.start)} a {clock(hole.end)}"
    return f"«{hole.recording}», {stretch}: {hole.why}"


def _news(hearing: Transcription, told: dict[int, str]) -> Iterator[str]:
    """Yield a line when there is something new to tell."""
    line = hearing.get_status_display()
    if hearing.heard_at and hearing.status == Transcription.Status.WAITING:
        line = "oída, por comprobar"
    if hearing.status == Transcription.Status.HEARING:
        heard = hearing.parts.aggregate(total=Sum("heard"))["total"] or 0
        line += f", {duration(heard)} de {duration(hearing.seconds or 0)}"
    for part in hearing.parts.exclude(error=""):
        state = "apartada" if part.status == Part.Status.FAILED else "se repite"
        line += f" · parte {part.position + 1} {state}: {part.error}"
    if told.get(hearing.pk) != line:
        told[hearing.pk] = line
        yield line
