"""Work that one worker at a time may hold: claim, heartbeat, token, lease.

django-q2 is only the doorbell (it can deliver twice, and forgets what a killed worker
held); these rows are the queue of record. Method: fencing tokens, as in M. Kleppmann,
"How to do distributed locking" (2016).
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
import uuid
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection, models
from django.db.models import F, Q
from django.db.models.functions import Now
from django_q.tasks import async_task

MAX_ATTEMPTS = 3  # then the work is set aside with its reason
RING_AGAIN_SECONDS = 60  # a doorbell that nobody answered is rung again
SILENT = "La máquina que lo hacía dejó de responder."

logger = logging.getLogger(__name__)

Token = uuid.UUID
ALL = Q()  # a condition that everything meets


class LeaseLost(Exception):
    """Another worker has the work now: stop and write nothing."""


class LeasedQuerySet(models.QuerySet):
    def expired(self) -> LeasedQuerySet:
        """Work whose worker fell silent, by the database's clock."""
        return self.filter(status__in=self.model.LEASED, lease_until__lt=Now())

    def alive(self) -> LeasedQuerySet:
        """Work that a worker is at right now."""
        return self.filter(status__in=self.model.LEASED, lease_until__gte=Now())

    def unclaimed(self) -> LeasedQuerySet:
        """Work that was announced a while ago and that nobody took, oldest first."""
        since = Now() - datetime.timedelta(seconds=RING_AGAIN_SECONDS)
        waiting = self.filter(status=self.model.WAITING, rung_at__lt=since)
        return waiting.order_by("rung_at")


class Leased(models.Model):
    """Work that one worker at a time may hold, for as long as it keeps saying so.

    A claim is one guarded UPDATE that sets a fresh token and a lease on the
    database's clock. Every later write carries the token, so that a worker that lost
    its lease can write nothing.
    """

    attempt = models.PositiveSmallIntegerField("intento", default=0)
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField("ocupada hasta", null=True, editable=False)
    rung_at = models.DateTimeField("avisada", null=True, editable=False)
    error = models.TextField("motivo", blank=True)

    objects = LeasedQuerySet.as_manager()

    WAITING: str
    LEASED: tuple[str, ...]
    FAILED: str

    class Meta:
        abstract = True

    @classmethod
    def _lease(cls) -> Any:
        return Now() + datetime.timedelta(seconds=settings.LEASE_SECONDS)

    def _claim(self, status: str, only: Q = ALL, **changes: Any) -> Token | None:
        """Take the work if nobody holds it and `only` is true of it.

        Returns the token, or None if it is not to be had.
        """
        token = uuid.uuid4()
        free = Q(status=self.WAITING) | Q(status=status, lease_until__lt=Now())
        taken = (
            type(self)
            .objects.filter(free, only, pk=self.pk, attempt__lt=MAX_ATTEMPTS)
            .update(
                status=status,
                token=token,
                attempt=F("attempt") + 1,
                lease_until=self._lease(),
                error="",
                **changes,
            )
        )
        return token if taken else None

    def heartbeat(self, token: Token, **progress: Any) -> bool:
        """Extend the lease; return False when it is no longer this worker's."""
        held = type(self).objects.filter(pk=self.pk, token=token, lease_until__gt=Now())
        return bool(held.update(lease_until=self._lease(), **progress))

    def _move(self, token: Token, status: str, **changes: Any) -> bool:
        """Leave the leased state; return False when the lease was lost."""
        held = type(self).objects.filter(pk=self.pk, token=token)
        return bool(
            held.filter(status__in=self.LEASED).update(
                status=status, token=None, lease_until=None, **changes
            )
        )

    def give_back(self, token: Token, reason: str, permanent: bool = False) -> bool:
        """Return the work to the queue with its reason, or set it aside.

        It is set aside when trying again cannot help or was tried often enough.
        What went back is announced again by `sweep`, a minute later, so that a
        passing trouble has time to pass. Returns False when the lease was lost.
        """
        mine = type(self).objects.filter(pk=self.pk)
        attempt = mine.values_list("attempt", flat=True).first()
        aside = permanent or (attempt or 0) >= MAX_ATTEMPTS
        status = self.FAILED if aside else self.WAITING
        return self._move(token, status, error=reason, rung_at=Now())

    def expire(self) -> None:
        """Take the work from a worker that fell silent, and announce it again."""
        if self.token and self.give_back(self.token, SILENT):
            self.refresh_from_db()
            if self.status == self.WAITING:
                self.ring()

    @property
    def is_last_chance(self) -> bool:
        """Whether whoever takes it is the last, and the one before died over it.

        Of the row as it was before it was claimed. What is not needed is left away
        then: it may be what takes more memory than there is.
        """
        died = self.status in self.LEASED or self.error == SILENT
        return died and self.attempt == MAX_ATTEMPTS - 1

    def ring(self) -> None:
        """Ring the doorbell of the cluster that does this work.

        The message is a row of the same database, so inside a transaction it appears
        with everything else or not at all.
        """
        type(self).objects.filter(pk=self.pk).update(rung_at=Now())
        task, cluster = self.doorbell()
        async_task(task, self.pk, cluster=cluster)

    def doorbell(self) -> tuple[str, str]:
        """Return the task and the cluster that this work waits for."""
        raise NotImplementedError


class Heartbeat:
    """Keeps a lease alive from a thread of its own while the work is being done.

    `lost` turns true when the lease belongs to somebody else, or when the database
    could not be reached for as long as a lease lasts: a worker that cannot prove that
    it holds the work must stop.
    """

    def __init__(self, work: Leased, token: Token) -> None:
        self._work, self._token = work, token
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self.progress: dict[str, Any] = {}  # written with the next beat
        self.lost = False

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raise LeaseLost when the work is no longer ours."""
        if self.lost:
            raise LeaseLost

    def _beat(self) -> None:
        proven = time.monotonic()
        while not self._stop.wait(settings.LEASE_SECONDS / 6):
            try:
                close_old_connections()
                self.lost = not self._work.heartbeat(self._token, **self.progress)
                proven = time.monotonic()
            except Error as error:
                logger.warning("No heartbeat for %s: %s", self._work, error)
                self.lost = time.monotonic() - proven > settings.LEASE_SECONDS
            if self.lost:
                break
        connection.close()
