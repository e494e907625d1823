"""Sentences that nobody touched follow when the voices of a session are told anew.

A further recording may show that two voices are one, or where a voice really changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch

from actas.copying import (
    TOUCHED,
    WORDED,
    forget_voices,
    heard,
    link,
    turns_of,
    utterance_of,
    written_before,
)
from actas.models import Acta, Utterance
from actas.parting import Spoken, parted
from actas.whose import keeps_labels, with_labels
from sessions.models import Recording
from transcription.models import Segment
from transcription.voices.grouping import TurnDraft


@dataclass(frozen=True)
class Told:
    """A segment as its sentences say it, and as it is told apart now."""

    segment: Segment
    sentences: tuple[Utterance, ...]  # in order; nobody touched them
    spoken: tuple[Spoken, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the sentences are all of the segment: nothing stands in its place."""
        said = " ".join(sentence.text for sentence in self.sentences)
        return said.split() == self.segment.text.split()

    @property
    def is_cut_alike(self) -> bool:
        texts = [one.heard.text.split() for one in self.spoken]
        return texts == [sentence.text.split() for sentence in self.sentences]

    def nearest(self, sentence: Utterance, offset: float) -> Spoken:
        """Return what is said now in most of a sentence's time."""
        if self.is_cut_alike:
            return self.spoken[self.sentences.index(sentence)]
        start, end = sentence.start - offset, sentence.end - offset
        return max(
            self.spoken,
            key=lambda one: min(one.heard.end, end) - max(one.heard.start, start),
        )


def regroup(acta: Acta, recording: Recording, offset: float, until: int) -> None:
    """Give what nobody touched in a recording to the voices that are told apart now.

    `until` is the pk of the last sentence that may be older than its turns; `offset`,
    where the recording begins on the session's clock, in seconds. Sentences that are
    cut elsewhere now are written anew; the others only change their voice.
    """
    turns = turns_of(recording.transcription)
    if not turns or not keeps_labels(recording):
        return
    everything = list(_told(acta, recording, turns, until))
    labels = dict.fromkeys(s.voice for told in everything for s in told.spoken)
    speakers = with_labels(acta.session, [label for label in labels if label])
    gone: list[int] = []
    fresh: list[tuple[Utterance, Segment]] = []
    moved: dict[tuple[int | None, bool], list[int]] = defaultdict(list)
    for told in everything:
        if told.is_whole and not told.is_cut_alike:
            gone += [sentence.pk for sentence in told.sentences]
            for one in told.spoken:
                who = speakers.get(one.voice or "")
                written = utterance_of(acta, recording, offset, one.heard, who, one)
                fresh.append((written, told.segment))
            continue
        for sentence in told.sentences:
            now = told.nearest(sentence, offset)
            who = speakers[now.voice].pk if now.voice else None
            if (sentence.speaker_id, sentence.overlapped) != (who, now.overlapped):
                moved[who, now.overlapped].append(sentence.pk)
    ours = Utterance.objects.filter(acta=acta)
    for (who, overlapped), pks in moved.items():
        # A page that shows the voice of before may not name this one by it.
        same = {"speaker_id": who, "overlapped": overlapped}
        ours.filter(pk__in=pks).update(**same, version=F("version") + 1)
    ours.filter(pk__in=gone).delete()
    Utterance.objects.bulk_create(utterance for utterance, _ in fresh)
    link(fresh)
    if moved or gone:
        forget_voices(acta)


def _told(
    acta: Acta, recording: Recording, turns: Sequence[TurnDraft], until: int
) -> Iterator[Told]:
    rows = acta.utterances.filter(recording=recording, pk__lte=until).exclude(TOUCHED)
    rows = rows.exclude(pk__in=written_before(recording).values("pk"))
    rows = rows.order_by("start", "pk").prefetch_related(Prefetch("segments", WORDED))
    segments: dict[int, Segment] = {}
    sentences: dict[int, list[Utterance]] = defaultdict(list)
    for row in rows:
        for segment in row.segments.all()[:1]:
            segments[segment.pk] = segment
            sentences[segment.pk].append(row)
    for pk, segment in segments.items():
        spoken = parted(heard(segment), turns)
        yield Told(segment, tuple(sentences[pk]), tuple(spoken))
