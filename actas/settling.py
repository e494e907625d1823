"""What follows when a person says, or takes back, who a voice is."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django_q.tasks import async_task

from actas import voiceprints
from actas.models import Acta, Conflict, Edit
from councils.models import User


def settle(acta: Acta) -> None:
    """Let what is remembered and proposed agree with what the acta says of its voices.

    Called in the transaction of the change. Voices are remembered, and forgotten, at
    once; names for the voices that have none are read from the whole session, which
    takes a while, and so are proposed by the cluster.
    """
    if acta.session.council.voiceprints:  # else nothing is kept of anybody
        voiceprints.follow(acta)
    transaction.on_commit(partial(async_task, "actas.tasks.name_voices", acta.pk))


@transaction.atomic
def undo(acta: Acta, user: User) -> Edit | None:
    """Undo the last thing that `user` did, as Acta.undo does, with what follows.

    Raises Conflict also where a voice would come back to one that is another's part.
    """
    last = acta.undo(user)
    if acta.session.speakers.filter(same_as__same_as__isnull=False).exists():
        raise Conflict
    if last and acta.edits.filter(batch=last.batch, speaker__isnull=False).exists():
        settle(acta)
    return last
