"""A council takes back its leave: what has not been sent to a service is not sent."""

from django.db import transaction

from councils.engines import external
from councils.models import Council
from sessions.engines import do_without
from sessions.models import Recording
from transcription.models import Part, Transcription

WITHDRAWN = (
    "El concejo retiró el permiso para servicios externos, así que esto no se envió. "
    "Transcríbalo con otro motor."
)
Status = Part.Status


def sweep() -> None:
    """Stop what goes on at a service for councils that do not allow it."""
    for council in Council.objects.filter(external_api_allowed=False):
        withdraw(council)


def withdraw(council: Council) -> None:
    """Stop every hearing of a council that would still send audio to a service.

    What was heard stays. A part that is being heard is taken from its worker, which
    notices between two requests and writes nothing.
    """
    files = Recording.objects.filter(session__council=council).values("file")
    working = Transcription.objects.filter(audio__in=files).exclude(
        status__in=[Transcription.Status.DONE, Transcription.Status.FAILED]
    )
    for hearing in working.defer("peaks").filter(engine__in=external()):
        _stop(hearing)
    for hearing in working.defer("peaks").filter(backups__overlap=external()):
        _go_on_alone(hearing)


@transaction.atomic
def _stop(hearing: Transcription) -> None:
    free = {"token": None, "lease_until": None, "error": WITHDRAWN}
    hearing.parts.unfinished().update(status=Status.FAILED, **free)
    if hearing.prepared_at:
        hearing.assemble_when_heard()
        return
    unprepared = Transcription.objects.filter(pk=hearing.pk, prepared_at__isnull=True)
    unprepared.update(status=Transcription.Status.FAILED, **free)


@transaction.atomic
def _go_on_alone(hearing: Transcription) -> None:
    do_without(hearing, external())
    under_way = hearing.parts.filter(status=Status.HEARING)
    for part in under_way.select_for_update():
        again = Part.objects.filter(pk=part.pk, status=Status.HEARING)
        again.update(status=Status.WAITING, attempt=0, token=None, lease_until=None)
        part.ring()
