"""Stretches of a session that have no text because nothing could be heard there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sessions.models import CouncilSession, Recording
from sessions.wording import clock, duration
from transcription.models import Part, Transcription

ROUNDING = 0.01  # seconds between the end of a part and the start of the next


@dataclass(frozen=True)
class Hole:
    """A stretch of a recording without text. Seconds on the session's clock."""

    recording: str  # its name
    start: float
    end: float
    why: str
    recording_id: int = 0
    is_waiting: bool = False
    """Whether somebody is about to hear it: nothing has failed."""
    is_rest: bool = False
    """Whether it is no part that was set aside, but what was never cut into parts."""
    has_text: bool = False
    """Whether an earlier hearing left its text there."""

    def __str__(self) -> str:
        length = duration(self.end - self.start)
        verb = "Falta" if length in ("1\u00a0min", "1\u00a0h") else "Faltan"
        return f"{verb} {length} por transcribir, desde {clock(self.start)}"

    def meets(self, start: float, end: float) -> bool:
        return self.start < end and start < self.end


def holes(session: CouncilSession) -> list[Hole]:
    """Return the parts that were set aside, in order; neighbours as one.

    Costs two queries.
    """
    found = holes_of(list(session.recordings.order_by("position")))
    return [hole for hole in found if not (hole.is_waiting or hole.is_rest)]


def holes_of(recordings: Sequence[Recording]) -> list[Hole]:
    """Return every stretch of `recordings`, all of a session's, that is not heard.

    Costs one query.
    """
    rows = Recording.objects.filter(pk__in=[recording.pk for recording in recordings])
    parts = rows.order_by("position", "transcription__parts__position").values_list(
        "pk",
        "transcription__status",
        "transcription__error",
        "transcription__prepared_at",
        "transcription__parts__start",
        "transcription__parts__end",
        "transcription__parts__status",
        "transcription__parts__error",
    )
    known = {pk: list(mine) for pk, mine in groupby(parts, key=lambda row: row[0])}
    found: list[Hole] = []
    offset = 0.0
    for recording in recordings:
        for hole in _of(recording, offset, known.get(recording.pk, [])):
            last = found[-1] if found else None
            if last and _is_one(last, hole):
                hole = replace(last, end=hole.end)
                found.pop()
            found.append(hole)
        offset += recording.seconds or 0.0
    return found


def _is_one(last: Hole, hole: Hole) -> bool:
    """Whether two holes that follow each other are told as one."""
    together = last.end >= hole.start - ROUNDING
    return (
        together
        and last.recording_id == hole.recording_id
        and last.is_waiting == hole.is_waiting
        and last.is_rest == hole.is_rest
    )


def _of(recording: Recording, offset: float, rows: Sequence[tuple]) -> Iterator[Hole]:
    reached = 0.0
    for *_, start, end, status, error in rows:
        if start is None:
            continue  # no part yet
        reached = end
        if status != Part.Status.DONE:
            yield Hole(
                recording.name,
                offset + start,
                offset + end,
                error,
                recording.pk,
                is_waiting=status != Part.Status.FAILED,
            )
    _, status, error, prepared, *_ = rows[0] if rows else (0, None, "", None)
    seconds = recording.seconds or 0.0
    if prepared is None and reached < seconds and status != Transcription.Status.DONE:
        yield Hole(
            recording.name,
            offset + reached,
            offset + seconds,
            error or "",
            recording.pk,
            is_waiting=status not in (None, Transcription.Status.FAILED),
            is_rest=True,
        )
