"""Ten minutes of a session as the review page shows them, in a fixed number of queries.

Everything here reads; corrections are in actas.models and actas.editing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import F, Prefetch, Value
from django.db.models.lookups import Exact

from actas.doubts import Odd, Part, marked, odd
from actas.holes import Hole, holes_of
from actas.models import Acta, Utterance, UtteranceQuerySet
from actas.panel import Panel, Said, Voice
from sessions.colours import colours_of, person
from sessions.facts import tied
from sessions.models import AgendaItem, CouncilSession, Recording, Vote
from sessions.tramos import SECONDS, tramo_of
from transcription.models import Segment

COLUMNS = 480  # of the strip of voices under the wave of the whole session
REVIEWED = frozenset({Utterance.State.EDITED, Utterance.State.VERIFIED})


def voices_of(session: CouncilSession) -> dict[int, Voice]:
    """Return the voices of a session by the pk of their Speaker. Four queries."""
    speakers = session.speakers.select_related("councillor").order_by("pk")
    speakers = tied(speakers.prefetch_related("councillor__tenures"))
    for speaker in speakers:
        speaker.session = session  # at hand, for the office on its day
    colours = colours_of(session, speakers)
    return {one.pk: Voice(one, colours[person(one)]) for one in speakers}


@dataclass(frozen=True)
class Row:
    """An utterance with what stands around it on the page."""

    utterance: Utterance
    voice: Voice | None
    parts: list[Part] = field(default_factory=list)
    begins: tuple[AgendaItem, ...] = ()
    odd: Odd | None = None  # until somebody corrects or verifies the sentence
    holes: tuple[Hole, ...] = ()  # that begin before it, and after the row before

    @property
    def is_verified(self) -> bool:
        return self.utterance.state == Utterance.State.VERIFIED

    @property
    def is_edited(self) -> bool:
        return self.utterance.state == Utterance.State.EDITED

    @property
    def doubts(self) -> list[Part]:
        return [part for part in self.parts if part.doubt is not None]

    @property
    def heard(self) -> str:
        """What the machine heard, however the sentence has been corrected since."""
        return " ".join(s.text.strip() for s in first_heard(self.utterance))

    @property
    def heard_again(self) -> str:
        """What a later hearing of the session heard in a sentence that stayed."""
        first = first_heard(self.utterance)
        later = [s for s in self.utterance.segments.all() if s not in first]
        return " ".join(s.text.strip() for s in later)


HEARD = (
    Segment.objects.only("text", "words", "flags", "tries", "part")
    .annotate(hearing=F("part__transcription"))
    .order_by("hearing", "part__position", "position")
)


def first_heard(utterance: Utterance) -> list[Segment]:
    """Return the segments that an utterance was made from, fetched as HEARD.

    One that stayed when the session was heard again holds the later segments as well.
    """
    segments = utterance.segments.all()
    return [s for s in segments if s.hearing == segments[0].hearing]


def row_of(
    utterance: Utterance,
    voices: dict[int, Voice],
    offsets: dict[int, float],
    begins: tuple[AgendaItem, ...] = (),
) -> Row:
    """Return the row of an utterance whose segments are at hand.

    `offsets` says where each recording begins on the session's clock, in seconds.
    """
    voice = voices.get(utterance.speaker_id)
    if utterance.state != Utterance.State.MACHINE:
        parts = [Part(utterance.text)] if utterance.text else []
        return Row(utterance, voice, parts, begins)
    segments = first_heard(utterance)
    offset = offsets[utterance.recording_id]
    words = [(w[0] + offset, *w[1:]) for segment in segments for w in segment.words]
    parts = marked(utterance.text, words)
    return Row(utterance, voice, parts, begins, odd(segments, utterance.text))


def offsets_of(recordings: Iterable[Recording]) -> dict[int, float]:
    """Return where each recording, in order, begins on the session's clock."""
    offsets, at = {}, 0.0
    for recording in recordings:
        offsets[recording.pk] = at
        at += recording.seconds or 0
    return offsets


@dataclass(frozen=True)
class Point:
    """An agenda item in the outline; `reviewed` is a percentage or None if empty."""

    item: AgendaItem
    reviewed: int | None
    is_here: bool


class Tramo:
    """A tramo of an acta: its rows, and where it stands in the whole session."""

    def __init__(self, acta: Acta, number: int) -> None:
        self.acta = acta
        self.number = number
        self.start, self.end = (number - 1) * SECONDS, number * SECONDS

    @cached_property
    def recordings(self) -> list[Recording]:
        return list(self.acta.session.recordings.order_by("position"))

    @cached_property
    def offsets(self) -> dict[int, float]:
        return offsets_of(self.recordings)

    @cached_property
    def voices(self) -> dict[int, Voice]:
        return voices_of(self.acta.session)

    @cached_property
    def agenda(self) -> list[AgendaItem]:
        return list(self.acta.session.agenda.order_by("position"))

    @cached_property
    def votes(self) -> list[Vote]:
        return list(self.acta.session.votes.all())

    @cached_property
    def said(self) -> list[Said]:
        """Every utterance of the acta in order: a few numbers each."""
        rows = self.acta.utterances.annotate(is_empty=Exact(F("text"), Value("")))
        values = rows.order_by("start", "pk").values_list(
            "pk", "start", "end", "state", "speaker_id", "overlapped", "is_empty"
        )
        return [Said(pk, a, b, s in REVIEWED, *more) for pk, a, b, s, *more in values]

    def texts(self, pks: Iterable[int]) -> dict[int, str]:
        """Return what some sentences of the acta say, by their pk."""
        rows = self.acta.utterances.filter(pk__in=list(pks))
        return dict(rows.values_list("pk", "text"))

    @cached_property
    def seconds(self) -> float:
        """How long the session is: its sound, or what is written beyond it."""
        sound = sum(recording.seconds or 0 for recording in self.recordings)
        return max(sound, self.said[-1].end if self.said else 0)

    @cached_property
    def count(self) -> int:
        last = self.said[-1].start if self.said else 0
        return max(math.ceil(self.seconds / SECONDS), tramo_of(last))

    def nearest_to(self, number: int) -> int:
        """Return `number`, or the nearest tramo that the session has."""
        return min(max(number, 1), self.count)

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.count else None

    @cached_property
    def rows(self) -> list[Row]:
        utterances = self._heard(self.acta.utterances.within(self.start, self.end))
        # An item that begins in a silence is shown above the next sentence, even if
        # that one is in another tramo.
        before = [s.start for s in self.said if s.start < self.start]
        since, rows, holes = before[-1] if before else -1.0, [], list(self.holes)
        for utterance in utterances:
            begins = tuple(self._begun(since, utterance.start))
            row = row_of(utterance, self.voices, self.offsets, begins)
            above = tuple(h for h in holes if h.start <= utterance.start)
            holes = holes[len(above) :]
            rows.append(replace(row, holes=above))
            since = utterance.start
        return rows

    @cached_property
    def holes(self) -> list[Hole]:
        """What of the tramo has no text: it failed, or is still being heard."""
        found = []
        for hole in holes_of(self.recordings):
            if hole.meets(self.start, self.end):
                written = bool(self._between(hole.start, hole.end))
                if not written or not (hole.is_waiting or hole.is_rest):
                    found.append(replace(hole, has_text=written))
        return found

    @property
    def last_holes(self) -> list[Hole]:
        """Those after the last sentence of the tramo."""
        shown = sum(len(row.holes) for row in self.rows)
        return self.holes[shown:]

    def row(self, pk: int) -> Row:
        """Return one row, without the agenda items that begin at it."""
        utterance = self._heard(self.acta.utterances.filter(pk=pk)).get()
        return row_of(utterance, self.voices, self.offsets)

    def _heard(self, utterances: UtteranceQuerySet) -> UtteranceQuerySet:
        heard = Prefetch("segments", HEARD)
        return utterances.order_by("start", "pk").prefetch_related(heard)

    def _begun(self, after: float, until: float) -> Iterable[AgendaItem]:
        begun = [item for item in self.agenda if item.start is not None]
        return (item for item in begun if after < item.start <= until)

    @property
    def odd(self) -> list[Row]:
        """Sentences in which the guards found something that nobody looked at."""
        return [row for row in self.rows if row.odd]

    @property
    def doubts(self) -> list[tuple[Row, Part]]:
        """Words that the engine gives little."""
        return [(row, part) for row in self.rows for part in row.doubts]

    @property
    def to_look_at(self) -> int:
        return len(self.odd) + len(self.doubts)

    @property
    def untouched(self) -> int:
        said = self._between(self.start, self.end)
        return sum(not sentence.reviewed for sentence in said)

    @property
    def reviewed(self) -> int | None:
        return percent(self.said)

    @property
    def nameless_next(self) -> Said | None:
        """The first sentence after this tramo whose voice nobody has named."""
        later = (said for said in self.said if said.start >= self.end)
        return next(filter(self._is_nameless, later), None)

    @property
    def nameless_before(self) -> Said | None:
        """The last one before this tramo."""
        earlier = (said for said in reversed(self.said) if said.start < self.start)
        return next(filter(self._is_nameless, earlier), None)

    def _is_nameless(self, said: Said) -> bool:
        voice = self.voices.get(said.speaker_id)
        return not said.is_empty and not (voice and voice.speaker.is_named)

    @property
    def outline(self) -> list[Point]:
        """The agenda with how much of each item is reviewed.

        "Here" is the item under way as the tramo begins, or the first one in it.
        """
        spans = list(self._spans())
        begun = [item for item, begins, _ in spans if begins]
        under_way = [item for item in begun if item.start <= self.start]
        here = under_way[-1:] or [item for item in begun if item.start < self.end][:1]
        return [
            Point(
                item,
                percent(self._between(item.start, end)) if begins else None,
                item in here,
            )
            for item, begins, end in spans
        ]

    def _spans(self) -> Iterable[tuple[AgendaItem, bool, float | None]]:
        starts = [item.start for item in self.agenda if item.start is not None]
        for item in self.agenda:
            later = [s for s in starts if item.start is not None and s > item.start]
            yield item, item.start is not None, min(later, default=None)

    def _between(self, start: float, end: float | None) -> list[Said]:
        return [s for s in self.said if start <= s.start < (end or math.inf)]

    @property
    def orphan(self) -> Said | None:
        """The first utterance, if it is said before any agenda item begins."""
        starts = [item.start for item in self.agenda if item.start is not None]
        first = self.said[0] if self.said else None
        return first if first and starts and first.start < min(starts) else None

    @cached_property
    def panel(self) -> Panel:
        """The voices of the whole session."""
        return Panel(self.voices, self.said)

    @property
    def strip(self) -> str:
        """The colours along the session, COLUMNS of them: "1x12,0x3,7x80".

        A column has the colour of who begins last in it; 0 is nobody.
        """
        return run_lengths(self._columns(lambda said: self._colour(said)))

    @property
    def reviewed_strip(self) -> str:
        """Where the session is reviewed, like `strip`: 1 is reviewed, 0 is not."""
        return run_lengths(self._columns(lambda said: int(said.reviewed)))

    def _colour(self, said: Said) -> int:
        voice = self.voices.get(said.speaker_id)
        return voice.colour if voice else 0

    def _columns(self, value) -> list[int]:
        columns = [0] * COLUMNS
        scale = COLUMNS / (self.seconds or 1)
        for said in self.said:
            first, last = int(said.start * scale), math.ceil(said.end * scale)
            shown = value(said)
            columns[first:last] = [shown] * (min(last, COLUMNS) - first)
        return columns


def run_lengths(columns: list[int]) -> str:
    """Return equal neighbours once each: [1, 1, 0] is "1x2,0x1"."""
    runs: list[list[int]] = []
    for column in columns:
        if runs and runs[-1][0] == column:
            runs[-1][1] += 1
        else:
            runs.append([column, 1])
    return ",".join(f"{value}x{length}" for value, length in runs)


def percent(said: Sequence[Said]) -> int | None:
    """How much is reviewed, rounded down so that 100 means all; None of nothing."""
    if not said:
        return None
    return 100 * sum(s.reviewed for s in said) // len(said)
