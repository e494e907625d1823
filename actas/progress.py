"""Follows a session from its recordings to its acta, for who waits at a terminal."""

import time
from collections.abc import Callable, Iterator

from django.db.models import Sum

from actas.models import Acta
from sessions.models import CouncilSession
from sessions.wording import duration
from transcription.models import Part, Transcription

POLL_SECONDS = 0.5
NOBODY_SECONDS = 60.0


class Stopped(Exception):
    """The session cannot go on by itself; the message says why and what to do."""


def follow(session: CouncilSession, say: Callable[[str], None]) -> Acta:
    """Wait for the acta of `session`, telling each change; raises Stopped."""
    told: dict[int, str] = {}
    since = time.monotonic()
    while True:
        for recording in session.recordings.select_related("transcription"):
            hearing = recording.transcription
            if hearing is None:
                raise Stopped(f"«{recording.name}» no tiene transcripción en marcha.")
            if hearing.status == Transcription.Status.FAILED:
                raise Stopped(f"«{recording.name}» se detuvo. {hearing.error}")
            if hearing.status != Transcription.Status.WAITING or hearing.attempt:
                since = time.monotonic()
            for line in _news(hearing, told):
                say(f"{recording.name}: {line}")
        acta = Acta.objects.filter(session=session).first()
        if acta:
            return acta
        if time.monotonic() - since > NOBODY_SECONDS:
            since = time.monotonic()
            say("Nadie toma el trabajo. ¿Está encendida ASTRA? Enciéndala: make run")
        time.sleep(POLL_SECONDS)


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
