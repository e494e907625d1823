"""How long the work usually takes: medians of what real past sessions took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Min

from sessions.models import CouncilSession
from transcription.models import Transcription

PAST = 20  # sessions looked at
ENOUGH = 3  # below this there is no "usually"


@dataclass(frozen=True)
class Past:
    """When each stage of a finished transcription began and ended."""

    seconds: float  # of recording
    started: datetime
    prepared: datetime
    first_part: datetime | None
    heard: datetime
    finished: datetime
    drafted: datetime | None


@dataclass(frozen=True)
class Usual:
    """Medians over past sessions; a stage that nobody has seen gives None."""

    prepare_ratio: float | None = None  # seconds of work for a second of recording
    hear_ratio: float | None = None
    whole_ratio: float | None = None  # from the start to the end of the check
    check: float | None = None  # seconds, whatever the length
    draft: float | None = None

    def prepare(self, seconds: float) -> float | None:
        return _times(self.prepare_ratio, seconds)

    def hear(self, seconds: float) -> float | None:
        return _times(self.hear_ratio, seconds)

    def whole(self, seconds: float) -> float | None:
        """Return how long a recording of `seconds` takes from its start to a draft."""
        until_checked = _times(self.whole_ratio, seconds)
        return until_checked and until_checked + (self.draft or 0)


def usual(session: CouncilSession) -> Usual:
    """Return what the engine of `session` took for other sessions."""
    past = _past(session)
    if len(past) < ENOUGH:
        return Usual()
    return Usual(
        prepare_ratio=_median((p.prepared - p.started) / p.seconds for p in past),
        hear_ratio=_median(
            (p.heard - p.first_part) / p.seconds for p in past if p.first_part
        ),
        whole_ratio=_median((p.finished - p.started) / p.seconds for p in past),
        check=_median(p.finished - p.heard for p in past),
        # A draft that came long after belongs to a session of several recordings.
        draft=_median(
            p.drafted - p.finished
            for p in past
            if p.drafted and p.drafted >= p.finished
        ),
    )


def _past(session: CouncilSession) -> list[Past]:
    finished = (
        Transcription.objects.filter(
            engine=session.engine_alias,
            status=Transcription.Status.DONE,
            seconds__gt=0,
            started_at__isnull=False,
            prepared_at__isnull=False,
            heard_at__isnull=False,
            finished_at__isnull=False,
        )
        .exclude(recording__session=session)
        .order_by("-finished_at")
        .annotate(first_part=Min("parts__started_at"))
    )
    return [
        Past(*row)
        for row in finished.values_list(
            "seconds",
            "started_at",
            "prepared_at",
            "first_part",
            "heard_at",
            "finished_at",
            "recording__session__acta__created_at",
        )[:PAST]
    ]


def _median(lengths: Iterable) -> float | None:
    """Return the median of lengths of time in seconds, None of none."""
    seconds = [length.total_seconds() for length in lengths]
    return median(seconds) if seconds else None


def _times(ratio: float | None, seconds: float) -> float | None:
    return None if ratio is None else ratio * seconds
