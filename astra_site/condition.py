"""How the server is at this moment: queues, work in hand, failures, room, costs."""

from __future__ import annotations

import dataclasses
import datetime
import shutil
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Sum
from django.utils import timezone
from django_q.models import OrmQ, Task

from astra_site import clusters
from transcription.models import Part, Transcription, UsageRecord, Worker

SWEEP = "transcription.tasks.sweep"
SWEEP_LATE = datetime.timedelta(minutes=5)  # it runs every minute
SHOWN = 20  # failures, at most


@dataclasses.dataclass(frozen=True)
class Queue:
    """Messages of one cluster that nobody has finished with."""

    name: str
    waiting: int


@dataclasses.dataclass(frozen=True)
class Held:
    """Work that a machine is at right now."""

    what: str
    doing: str
    until: datetime.datetime
    attempt: int
    machine: str


@dataclasses.dataclass(frozen=True)
class Disk:
    """Room where ASTRA writes, in bytes."""

    total: int
    free: int

    @property
    def percent_used(self) -> int:
        return round(100 * (self.total - self.free) / self.total)


@dataclasses.dataclass(frozen=True)
class Condition:
    """Everything that the page of the server's state tells."""

    queues: list[Queue]
    held: list[Held]
    expired: int  # leases of machines that fell silent
    waiting_parts: int
    waiting_since: datetime.datetime | None
    failed: list[Transcription]
    broken_tasks: list[dict]
    workers: list[Worker]
    last_sweep: datetime.datetime | None
    disk: Disk
    database_bytes: int
    month_cost: Decimal  # USD
    month_seconds: float  # of machine

    @classmethod
    def now(cls) -> Condition:
        """Look at the rows and at the disk."""
        waiting = Part.objects.filter(status=Part.Status.WAITING).aggregate(
            count=Count("pk"), since=Min("rung_at")
        )
        month = timezone.localtime().replace(
            day=1, hour=0, minute=0, second=0, microsecond=0
        )
        used = UsageRecord.objects.filter(at__gte=month).aggregate(
            cost=Sum("cost"), seconds=Sum("seconds")
        )
        room = shutil.disk_usage(settings.VAR)
        return cls(
            queues=queues(),
            held=held(),
            expired=Part.objects.expired().count()
            + Transcription.objects.expired().count(),
            waiting_parts=waiting["count"],
            waiting_since=waiting["since"],
            failed=failed(),
            broken_tasks=broken_tasks(),
            workers=list(Worker.objects.order_by("-heartbeat_at")[:SHOWN]),
            last_sweep=last_sweep(),
            disk=Disk(room.total, room.free),
            database_bytes=database_bytes(),
            month_cost=used["cost"] or Decimal(0),
            month_seconds=used["seconds"] or 0.0,
        )

    @property
    def sweeps(self) -> bool:
        """Whether the minute tick that puts things right has run lately."""
        return bool(self.last_sweep) and timezone.now() - self.last_sweep < SWEEP_LATE


def queues() -> list[Queue]:
    """Count the messages of each cluster; also of one that nobody should write to."""
    rows = OrmQ.objects.order_by().values_list("key").annotate(Count("pk"))
    counts = dict.fromkeys(clusters.NAMES, 0) | dict(rows)
    return [Queue(name, count) for name, count in counts.items()]


def held() -> list[Held]:
    """Return the transcriptions and parts whose lease runs, by the database's clock."""
    hearings = Transcription.objects.alive().defer("peaks", "terms")
    parts = Part.objects.alive().select_related("transcription")
    return [
        Held(str(work), work.get_status_display(), work.lease_until, work.attempt, at)
        for work, at in [
            *((hearing, "") for hearing in hearings),
            *((part, part.worker) for part in parts.defer("transcription__peaks")),
        ]
    ]


def failed() -> list[Transcription]:
    """Return the transcriptions in force that stopped, the latest first."""
    rows = Transcription.objects.filter(
        status=Transcription.Status.FAILED, recording__isnull=False
    )
    rows = rows.select_related("recording__session__council")
    return list(rows.defer("peaks", "terms")[:SHOWN])


def broken_tasks() -> list[dict]:
    """Return name and time of the latest tasks that raised; their pickles stay shut."""
    rows = Task.objects.filter(success=False).order_by("-stopped")
    return list(rows.values("func", "cluster", "stopped", "attempt_count")[:SHOWN])


def last_sweep() -> datetime.datetime | None:
    rows = Task.objects.filter(func=SWEEP, success=True).order_by("-stopped")
    return rows.values_list("stopped", flat=True).first()


def database_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]
