"""What the clusters run; each task claims its row first, so twice does nothing."""

import logging
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.utils import timezone
from django_q.models import OrmQ

from transcription import hearing, preparation, voicing
from transcription.audio import AudioError
from transcription.engines import EngineError
from transcription.leases import Heartbeat, Leased, LeaseLost
from transcription.models import Part, Transcription, Worker

ENOUGH_MESSAGES = 4  # waiting in a cluster's queue: more would not be taken sooner

logger = logging.getLogger(__name__)
Row = TypeVar("Row")


def prepare(pk: int) -> None:
    """Decode and cut a recording; its parts are announced as they come to be."""
    transcription = Transcription.objects.filter(pk=pk).first()
    token = transcription and transcription.claim()
    if not token:
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
    part = Part.objects.select_related("transcription").filter(pk=pk).first()
    machine = socket.gethostname()
    token = part and part.claim(machine)
    if not token:
        return
    Worker.speak(machine)
    try:
        with Heartbeat(part, token) as lease:
            heard = hearing.hear(part, lease)
        part.finish(token, heard)
        Worker.speak(machine)
    except LeaseLost:
        logger.warning("Lost the lease of %s while hearing", part)
    except EngineError as error:
        part.give_back(token, str(error), permanent=error.permanent)
    except Exception as error:
        part.give_back(token, unexpected("transcribir esta parte", error))
        raise


def assemble(pk: int) -> None:
    """Check that nothing was lost, tell the voices apart, hand it all over."""
    transcription = Transcription.objects.filter(pk=pk).first()
    token = transcription and transcription.claim_assembly()
    if not token:
        return
    try:
        with Heartbeat(transcription, token):  # grouping seven hours takes a while
            transcription.check_complete()
            if not transcription.is_last_chance:
                voicing.tell_apart(transcription)
            preparation.clear(transcription)
        transcription.finish(token)
    except Exception as error:
        transcription.give_back(token, unexpected("comprobar lo transcrito", error))
        raise


def sweep() -> None:
    """Put right what died: expired leases, doorbells that nobody answered."""
    bell = Bell()
    for work in (Part.objects.all(), Transcription.objects.defer("peaks")):
        each(work.expired(), Leased.expire)
        each(work.unclaimed(), bell.ring)
    heard = Transcription.objects.defer("peaks").filter(
        status=Transcription.Status.HEARING, prepared_at__isnull=False
    )
    each(heard, Transcription.assemble_when_heard)
    busy = Part.objects.alive().values("worker")
    silent = Worker.objects.silent().exclude(machine__in=busy)
    silent.update(state=Worker.State.GONE)


def tidy() -> None:
    """Delete what nobody needs: files that no row names, voices of long ago."""
    preparation.clear_orphans()
    voicing.forget_old()


class Bell:
    """Rings again for waiting work, but never fills a queue that is full anyway."""

    def __init__(self) -> None:
        now = timezone.now()
        keys = OrmQ.objects.filter(lock__lte=now).values_list("key", flat=True)
        self._messages = Counter(keys)

    def ring(self, work: Leased) -> None:
        _, cluster = work.doorbell()
        if self._messages[cluster] < ENOUGH_MESSAGES:
            self._messages[cluster] += 1
            work.ring()


def each(rows: Iterable[Row], act: Callable[[Row], object]) -> None:
    """Do `act` to every row; one that fails is logged and does not stop the others."""
    for row in rows:
        try:
            act(row)
        except Exception:
            logger.exception("Could not put right %r", row)


def unexpected(doing: str, error: Exception) -> str:
    """Return what a secretary is told when something nobody foresaw goes wrong."""
    return (
        f"Algo falló al {doing}. ASTRA lo intentará de nuevo; si se repite, avise a "
        f"quien administra el servidor con esta nota: {type(error).__name__}: {error}"
    )
