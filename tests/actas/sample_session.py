"""A session long enough to have tramos, for the tests of the review page."""

from actas.models import Acta, Utterance
from sessions.models import Speaker
from tests.make import make_acta, make_recording, make_session


def make_forty_minutes() -> Acta:
    """Two recordings of twenty minutes; a sentence each four minutes, three voices."""
    session = make_session()
    recordings = [make_recording(session, seconds=1200.0) for _ in range(2)]
    acta = make_acta(session, lines=[])
    voices = [Speaker.objects.create(session=session, voice=f"S{n}") for n in (1, 2, 3)]
    for n in range(10):
        Utterance.objects.create(
            acta=acta,
            recording=recordings[n // 5],
            start=240.0 * n,
            end=240.0 * n + 30,
            text=f"Frase número {n}.",
            speaker=voices[n % 3],
        )
    return acta
