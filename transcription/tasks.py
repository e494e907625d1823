"""What the clusters run; each task claims its row first, so twice does nothing."""

import logging
import socket

from transcription import hearing, preparation
from transcription.audio import AudioError
from transcription.engines import EngineError
from transcription.leases import Heartbeat, LeaseLost
from transcription.models import Part, Transcription, Worker

logger = logging.getLogger(__name__)


def prepare(pk: int) -> None:
    """Decode and cut a recording; its parts are announced as they come to be."""
    transcription = Transcription.objects.get(pk=pk)
    token = transcription.claim()
    if token is None:
        return
    try:
        with Heartbeat(transcription, token) as lease:
            facts = preparation.prepare(transcription, token, lease)
        transcription.prepared(token, **facts)
    except LeaseLost:
        logger.warning("Lost the lease of %s while preparing", transcription)
    except AudioError as error:
        transcription.give_back(token, str(error), permanent=True)
    except Exception as error:
        transcription.give_back(token, unexpected("preparar el audio", error))
        raise


def run_part(pk: int) -> None:
    """Hear one part and write what was heard."""
    part = Part.objects.select_related("transcription").get(pk=pk)
    machine = socket.gethostname()
    token = part.claim(machine)
    if token is None:
        return
    Worker.speak(machine)
    try:
        with Heartbeat(part, token) as lease:
            segments, seconds = hearing.hear(part, lease)
        part.finish(token, segments, seconds)
    except LeaseLost:
        logger.warning("Lost the lease of %s while hearing", part)
    except EngineError as error:
        part.give_back(token, str(error), permanent=error.permanent)
    except Exception as error:
        part.give_back(token, unexpected("transcribir esta parte", error))
        raise


def assemble(pk: int) -> None:
    """Check that nothing was lost and hand the transcription over."""
    transcription = Transcription.objects.get(pk=pk)
    token = transcription.claim_assembly()
    if token is None:
        return
    try:
        transcription.check_complete()
        preparation.clear(transcription)
        transcription.finish(token)
    except Exception as error:
        transcription.give_back(token, unexpected("comprobar lo transcrito", error))
        raise


def sweep() -> None:
    """Put right what died: expired leases, doorbells that nobody answered."""
    for work in (Part, Transcription):
        for row in work.objects.expired():
            row.expire()
        for row in work.objects.unclaimed():
            row.ring()
    for transcription in Transcription.objects.filter(
        status=Transcription.Status.HEARING, prepared_at__isnull=False
    ):
        transcription.assemble_when_heard()
    Worker.objects.silent().update(state=Worker.State.GONE)


def unexpected(doing: str, error: Exception) -> str:
    """Return what a secretary is told when something nobody foresaw goes wrong."""
    return (
        f"Algo falló al {doing}. ASTRA lo intentará de nuevo; si se repite, avise a "
        f"quien administra el servidor con esta nota: {type(error).__name__}: {error}"
    )
