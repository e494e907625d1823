"""How long actas take: sessions that still have none, and how it went before."""

from __future__ import annotations

import dataclasses
import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from actas.models import Version
from councils.models import User
from sessions.models import CouncilSession, Stage

BARS = 6  # approved sessions in the chart, before the one that waits
STEP, WIDTH, TOP, FLOOR = 42, 28, 23, 104  # units of the drawing, which is 300 × 128


@dataclasses.dataclass(frozen=True)
class Late:
    """A session without an approved acta and the days since it was held."""

    session: CouncilSession
    stage: Stage
    days: int


@dataclasses.dataclass(frozen=True)
class Bar:
    """One session in the chart; places are whole units of the drawing."""

    number: int  # of the session
    days: int
    waits: bool
    x: int
    y: int

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return FLOOR - self.y

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def label_y(self) -> int:
        return self.y - 6


@dataclasses.dataclass(frozen=True)
class Delay:
    """The oldest session without an approved acta, how many there are, the chart."""

    oldest: Late
    count: int
    bars: list[Bar]


def without_acta(user: User, today: datetime.date) -> QuerySet[CouncilSession]:
    """Sessions held up to `today` that no approved acta tells of, the oldest first.

    A reopened acta has an approved version, so its session is not among them.
    """
    approved = Version.objects.filter(acta__session=OuterRef("pk"))
    rows = CouncilSession.objects.visible_to(user).filter(date__lte=today)
    return rows.exclude(Exists(approved)).with_stage().order_by("date", "number")


def late(session: CouncilSession, today: datetime.date) -> Late:
    """Return `session` with its stage and its days of waiting on `today`."""
    return Late(session, session.stage, (today - session.date).days)


def measure(user: User, today: datetime.date, chart: bool) -> Delay | None:
    """Return how late the actas of `user`'s councils are, or None when none waits.

    `chart` asks for the bars, which only make sense for one council.
    """
    waiting = without_acta(user, today)
    oldest = waiting.first()
    if oldest is None:
        return None
    row = late(oldest, today)
    past = days_to_approval(user) if chart else []
    return Delay(row, waiting.count(), draw(past, (oldest.number, row.days)))


def days_to_approval(user: User) -> list[tuple[int, int]]:
    """Return (session number, days to its first approval), the latest `BARS`, in order.

    Days run from the session to the approval on the clock of the site's time zone.
    """
    first = Version.objects.filter(
        number=1, acta__session__in=CouncilSession.objects.visible_to(user)
    ).order_by("-acta__session__date", "-acta__session__number")
    rows = first.values_list(
        "acta__session__number", "acta__session__date", "approved_at"
    )[:BARS]
    return [
        (number, max((timezone.localdate(approved) - held).days, 0))
        for number, held, approved in reversed(rows)
    ]


def draw(past: list[tuple[int, int]], waiting: tuple[int, int]) -> list[Bar]:
    """Return the bars of `past` and of what waits; fewer than two tell nothing."""
    if len(past) < 2:
        return []
    pairs = [*past, waiting]
    most = max(days for _, days in pairs) or 1
    return [
        Bar(
            number=number,
            days=days,
            waits=place == len(past),
            x=4 + STEP * place,
            y=FLOOR - round((FLOOR - TOP) * days / most),
        )
        for place, (number, days) in enumerate(pairs)
    ]
