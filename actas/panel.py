"""The voices of a session, one card each: how long, which samples, which proof.

Everything here reads plain values that the pages have at hand, without a query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, zip_longest
from typing import Any

from actas import speaking
from actas.reading.voices.proof import SAYS
from actas.speaking import Sentence, SpeakingTime
from actas.wording import capital
from councils.models import Councillor
from sessions.colours import person
from sessions.models import Speaker
from sessions.tramos import tramo_of

Texts = Callable[[Iterable[int]], Mapping[int, str]]  # of sentences, by their pk

BRIEF = 5  # sentences of each side
LASTS = 12.0  # seconds to hear of a proof: a name, a pause and what was answered
ALMOST_SURE = 0.99  # confidence; what is less sure and still proposed is "probable"


@dataclass(frozen=True)
class Voice:
    """Who speaks, as a coloured chip."""

    speaker: Speaker
    colour: int  # of the stylesheet; one person keeps it in the whole session

    @property
    def to_confirm(self) -> bool:
        """The machine says who it is, and nobody has confirmed it."""
        return self.speaker.is_named and not self.speaker.is_confirmed

    @cached_property
    def office(self) -> str:
        return self.speaker.office_label


@dataclass(frozen=True)
class Said:
    """One utterance of the whole session, without its words."""

    pk: int
    start: float
    end: float
    reviewed: bool
    speaker_id: int | None
    overlapped: bool = False
    is_empty: bool = False  # somebody took its text out: it is not in the acta

    @property
    def tramo(self) -> int:
        return tramo_of(self.start)


@dataclass(frozen=True)
class Sample:
    """A stretch of one voice alone, to tell whose it is. Seconds, session's clock."""

    start: float
    end: float

    @property
    def tramo(self) -> int:
        return tramo_of(self.start)


@dataclass(frozen=True)
class Proof:
    """Some words that speak for a name, or against it."""

    says: str
    start: float
    quote: str
    against: bool
    answer: str = ""  # what was said to it; "" where the quote stands alone

    @property
    def until(self) -> float:
        """Where its words are over, so that nobody has to stop the audio."""
        return self.start + LASTS

    @property
    def tramo(self) -> int:
        return tramo_of(self.start)


def proofs_of(speaker: Speaker) -> list[Proof]:
    """Return what the machine found about who a voice is, the strongest first."""
    return [proof(one) for one in speaker.head.evidence]


def proof(found: Mapping[str, Any]) -> Proof:
    """Return one of them in words; a kind that is not known says only which way."""
    against = found["strength"] < 0
    says = SAYS.get(found["kind"], "habla en contra" if against else "habla a favor")
    quote, answer = (found.get(each, "").strip(" «»") for each in ("quote", "answer"))
    return Proof(capital(says), found["start"], quote, against, answer)


def titled(speaker: Speaker) -> str:
    """Return who a voice is; a proposed name never stands without its voice."""
    if not speaker.is_named or speaker.is_confirmed:
        return speaker.label
    return f"Voz {speaker.head.number}, tal vez {speaker.label}"


@dataclass(frozen=True)
class Part:
    """A voice that a person said to be of a card's, and may take out again."""

    speaker: Speaker
    seconds: float
    sample: Sample  # the longest that it says by itself


@dataclass(frozen=True)
class Card:
    """A voice, or all that is already said to be one person's; None is nobody's."""

    voice: Voice | None
    members: tuple[Speaker, ...]
    seconds: float
    share: int  # % of all that is said in the session
    count: int  # sentences
    first: Said
    samples: tuple[Sample, ...] = ()
    parts: tuple[Part, ...] = ()
    words: str = ""  # of the first sample, where nothing else tells who it may be

    @property
    def speaker(self) -> Speaker | None:
        return self.voice.speaker if self.voice else None

    @property
    def pk(self) -> int:
        return self.speaker.pk if self.speaker else 0

    @property
    def is_confirmed(self) -> bool:
        return self.speaker is not None and self.speaker.is_attributed

    @property
    def is_proposed(self) -> bool:
        return self.voice is not None and self.voice.to_confirm

    @property
    def waits(self) -> bool:
        """Whether a person has still to say who this voice is."""
        return self.voice is not None and not self.is_confirmed

    @property
    def title(self) -> str:
        """Who it is, in a list of voices: "Rosa Vélez", "Voz 7"."""
        return titled(self.speaker) if self.speaker else "Sin asignar"

    @property
    def sure(self) -> str:
        """How sure a proposal is, in words; "" where nothing is proposed."""
        if not self.is_proposed:
            return ""
        confidence = self.speaker.head.confidence or 0
        return "muy probable" if confidence >= ALMOST_SURE else "probable"

    @property
    def joined(self) -> str:
        """Which voices this one is made of, where it is more than one: "3 y 7"."""
        numbers = [row.number for row in self.members if row.voice]
        if len(numbers) < 2:
            return ""
        return f"{', '.join(numbers[:-1])} y {numbers[-1]}"

    @cached_property
    def proofs(self) -> list[Proof]:
        """What speaks for and against the name, until a person has decided."""
        return proofs_of(self.speaker) if self.waits else []

    @property
    def best(self) -> Proof | None:
        """The strongest sentence for the name that is proposed."""
        return next(iter(self._on(against=False)), None) if self.is_proposed else None

    @property
    def against(self) -> int:
        return len(self._on(against=True))

    @property
    def brief(self) -> list[Proof]:
        """The strongest of both sides, for where there is little room."""
        return self._on(against=False)[:BRIEF] + self._on(against=True)[:BRIEF]

    def _on(self, against: bool) -> list[Proof]:
        return [one for one in self.proofs if one.against == against]


@dataclass(frozen=True)
class Time:
    """How long somebody had the floor, as a line of the table."""

    time: SpeakingTime
    colour: int  # 0 for what has no voice
    share: float  # % of all that is said
    width: int  # of its bar, 0 to 100: the longest fills the column


class Panel:
    """All the cards of a session, longest first; what has no voice comes last."""

    def __init__(self, voices: Mapping[int, Voice], said: Sequence[Said]) -> None:
        """`voices` are by the pk of their Speaker; `said` is in order."""
        self._voices = voices
        self._said = [one for one in said if not one.is_empty]

    @cached_property
    def cards(self) -> list[Card]:
        groups: dict[tuple, list[Said]] = defaultdict(list)
        for said in self._said:
            groups[self._key(said.speaker_id)].append(said)
        cards = [self._card(group) for group in groups.values()]
        return sorted(cards, key=lambda card: (card.voice is None, -card.seconds))

    def add_words(self, texts: Texts) -> None:
        """Add to the cards without a name what is said in a sample, asked for once."""
        spoken = {
            card.pk: [
                said.pk
                for said in self._said
                if said.speaker_id in _pks(card)
                and said.start < card.samples[0].end
                and said.end > card.samples[0].start
            ]
            for card in self.cards
            if card.waits and not card.is_proposed
        }
        found = texts(chain.from_iterable(spoken.values()))
        self.cards = [
            replace(card, words=" ".join(found[pk] for pk in spoken.get(card.pk, ())))
            for card in self.cards
        ]

    @cached_property
    def _seconds(self) -> float:
        return sum(said.end - said.start for said in self._said) or 1

    def _key(self, speaker_id: int | None) -> tuple:
        """Return what is the same for all the sentences of one card.

        What nobody confirmed stays apart, however it is named: it is to be heard.
        """
        voice = self._voices.get(speaker_id)
        if voice is None:
            return ()
        head = voice.speaker.head
        return person(head) if head.is_attributed else ("head", head.pk)

    def _card(self, group: Sequence[Said]) -> Card:
        ids = {said.speaker_id for said in group if said.speaker_id in self._voices}
        members = [self._voices[pk].speaker for pk in sorted(ids)]
        # A row that names a whole voice speaks for one that holds single sentences.
        heads = sorted({row.head.pk for row in members}, key=self._is_loose)
        seconds = sum(said.end - said.start for said in group)
        spans = zip_longest(*(self._samples.get(pk, ()) for pk in heads))
        heard = [Sample(*span) for span in chain.from_iterable(spans) if span]
        return Card(
            voice=self._voices[heads[0]] if heads else None,
            members=tuple(members),
            seconds=seconds,
            share=round(100 * seconds / self._seconds),
            count=len(group),
            first=group[0],
            samples=tuple(heard[: speaking.SAMPLES]),
            parts=tuple(_parts(members, group, heads)),
        )

    def _is_loose(self, pk: int) -> tuple[bool, int]:
        return not self._voices[pk].speaker.voice, pk

    @cached_property
    def _sentences(self) -> list[Sentence]:
        heads = {pk: voice.speaker.head.pk for pk, voice in self._voices.items()}
        return [
            Sentence(one.start, one.end, heads.get(one.speaker_id), one.overlapped)
            for one in self._said
        ]

    @cached_property
    def _samples(self) -> dict[int, list[speaking.Stretch]]:
        by_voice: dict[int, list[Sentence]] = defaultdict(list)
        for sentence in speaking.joined(self._sentences):
            if sentence.speaker_id is not None:
                by_voice[sentence.speaker_id].append(sentence)
        return {pk: speaking.samples(said) for pk, said in by_voice.items()}

    def card(self, pk: int) -> Card | None:
        """Return the card that a speaker is on, or None if it says nothing."""
        return next((c for c in self.cards if pk in {c.pk, *_pks(c)}), None)

    @property
    def people(self) -> list[Card]:
        return [card for card in self.cards if card.voice]

    @property
    def unassigned(self) -> Card | None:
        return next((card for card in self.cards if card.voice is None), None)

    @property
    def waiting(self) -> int:
        """How many voices nobody has confirmed yet."""
        return sum(card.waits for card in self.cards)

    @property
    def nameless(self) -> int:
        """How many voices have no name, not even a proposed one."""
        return sum(card.waits and not card.is_proposed for card in self.cards)

    def after(self, pk: int) -> Card | None:
        """Return the next voice to confirm after one, going round; None at the end."""
        people = self.people
        at = next((i for i, card in enumerate(people) if pk in _pks(card)), -1)
        rest = people[at + 1 :] + people[: max(at, 0)]
        return next((card for card in rest if card.waits), None)

    @property
    def times(self) -> list[Time]:
        """Who had the floor, longest first; nothing where no voice is told apart."""
        if not self.people:
            return []
        speakers = {pk: voice.speaker for pk, voice in self._voices.items()}
        times = speaking.times(self._sentences, speakers)
        longest = max((time.seconds for time in times), default=0) or 1
        return [
            Time(
                time,
                self._voices[time.speaker.pk].colour if time.speaker else 0,
                100 * time.seconds / self._seconds,
                round(100 * time.seconds / longest),
            )
            for time in times
        ]


def _parts(
    members: Sequence[Speaker], group: Sequence[Said], heads: Sequence[int]
) -> Iterator[Part]:
    """Yield what may be taken out of a card; not the row that says who it is."""
    for row in members:
        if row.pk in heads[:1] or not (row.same_as_id or row.voice):
            continue
        said = [one for one in group if one.speaker_id == row.pk]
        longest = max(said, key=lambda one: (not one.overlapped, one.end - one.start))
        seconds = sum(one.end - one.start for one in said)
        yield Part(row, seconds, Sample(longest.start, longest.end))


def _pks(card: Card) -> set[int]:
    return {row.pk for row in card.members}


def silent(
    seated: Iterable[Councillor], times: Sequence[Time]
) -> list[Councillor] | None:
    """Return who holds a seat and is not heard, not even as a name to confirm.

    None while some voice has no name, or something no voice: it may be anybody's.
    """
    speakers = [time.time.speaker for time in times]
    if not speakers or not all(speaker and speaker.is_named for speaker in speakers):
        return None
    heard = {speaker.head.councillor_id for speaker in speakers}
    return [one for one in seated if one.pk not in heard]


def joining(card: Card, into: Card) -> str:
    """Say what will happen when one voice is joined to another: see merge_voices."""
    head, part = sorted(
        (into, card), key=lambda one: (not one.is_confirmed, not one.speaker.is_named)
    )
    many = "1 intervención" if part.count == 1 else f"{part.count} intervenciones"
    moves = "pasa" if part.count == 1 else "pasan"
    return (
        f"{many} de {part.title} {moves} a ser de {head.speaker.label}. "
        "Puede deshacerlo."
    )
