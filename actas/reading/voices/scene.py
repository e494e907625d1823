"""A session as turns of voices, and who is named in them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from actas.reading.heard import Heard, fold, folded, formula
from actas.reading.names import Call, Person, calls
from actas.reading.voices.guests import WRITTEN
from actas.reading.voices.proof import (
    GREETED,
    STRENGTHS,
    Candidate,
    Evidence,
    Finding,
    Kind,
    Role,
)
from actas.reading.voices.short_names import (
    SEATED,
    SHORTEST,
    TITLE,
    Forms,
    only,
    parts_of,
)

_SCRAPS = 6  # words, at most, out of the middle of a sentence
_AT_ONCE = 0.8  # seconds between words of one sentence
_TORN = 0.9  # of the letters of a name that two voices seem to share, those that fit
_VOCATIVE = 5  # words, at most, of a turn that only calls somebody
_QUOTED = 22  # words of a quote, at most
_GUEST_TITLES = folded(
    "doctor doctora ingeniero ingeniera arquitecto arquitecta comandante coronel mayor "
    "capitán intendente gerente rector rectora profesor profesora personero personera"
)


@dataclass(frozen=True)
class Turn:
    """Words that one voice says on end; a half-open range of positions."""

    voice: str  # "" where nobody can be told
    first: int
    last: int
    start: float  # seconds
    end: float

    @property
    def size(self) -> int:
        return self.last - self.first


@dataclass(frozen=True)
class Mention:
    """A person's name in somebody's mouth."""

    first: int
    last: int
    person: Candidate
    form: str  # "name", "short" after an office ("concejal Rúa") or "office"


class Scene:
    """What the evidence is looked for in: words, turns, people and their names."""

    def __init__(
        self,
        heard: Heard,
        people: Sequence[Candidate],
        unsure: Collection[Candidate] = (),
    ) -> None:
        """Take people, and those of them whose names nobody knows how to write."""
        self.heard, self.people, self.unsure = heard, tuple(people), frozenset(unsure)
        self.by_key = {person.key: person for person in people}
        self.turns = tuple(_turns(heard))
        self._firsts = [turn.first for turn in self.turns]
        self.mentions = tuple(sorted(self._mentioned(), key=lambda one: one.first))
        self._mention_firsts = [mention.first for mention in self.mentions]

    # ---- Whose words -----------------------------------------------------------------

    def at(self, word: int) -> int:
        """Return the index of the turn in which a word is said."""
        return bisect_right(self._firsts, word) - 1

    def voice(self, word: int) -> str:
        return self.heard.lines[self.heard.words[word].line].voice

    @cached_property
    def voices(self) -> tuple[str, ...]:
        return tuple(sorted({turn.voice for turn in self.turns} - {""}))

    def seconds(self, word: int) -> float:
        return self.heard.seconds(word)

    def opens(self, turn: Turn, words: int) -> int:
        """Return the position after the first words of a turn."""
        return min(turn.first + words, turn.last)

    def has(self, turn: Turn, phrase: object, words: int | None = None) -> bool:
        last = turn.last if words is None else self.opens(turn, words)
        return self.heard.has(phrase, turn.first, last)

    def next_turn(self, index: int, seconds: float, words: int = 1) -> int | None:
        """Return the next turn that begins so soon and is so long; None if none is."""
        limit = self.turns[index].end + seconds
        for following in range(index + 1, min(index + 4, len(self.turns))):
            turn = self.turns[following]
            if turn.start > limit or turn.voice == self.turns[index].voice:
                return None
            if turn.voice and turn.size >= words:
                return following
        return None

    def is_torn(self, index: int) -> bool:
        """Say whether a turn is a scrap out of the middle of another's sentence."""
        if not 0 < index < len(self.turns) - 1:
            return False
        before, turn, after = self.turns[index - 1 : index + 2]
        words = self.heard.words
        return (
            before.voice == after.voice != ""
            and turn.size <= _SCRAPS
            and self.heard.sentence(turn.first)[0] < turn.first
            and turn.start - before.end < _AT_ONCE
            and words[turn.first].line - words[turn.first - 1].line == 1
        )

    # ---- Who is named ----------------------------------------------------------------

    def named(self, first: int, last: int) -> list[Mention]:
        """Return the mentions that begin in a span."""
        at = bisect_right(self._mention_firsts, first - 1)
        end = bisect_right(self._mention_firsts, last - 1)
        return list(self.mentions[at:end])

    def _mentioned(self) -> list[Mention]:
        named: list[Mention] = []
        roster = [Person(at, person.name) for at, person in enumerate(self.people)]
        taken: set[int] = set()
        for call in self._calls(roster):
            first, last = self._one_voice(call.first, call.last)
            taken.update(range(first, last))
            named.append(Mention(first, last, self.people[call.person.pk], "name"))
        further = (
            *self._short(),
            *self._vocatives(),
            *self._offices(),
            *self._titles(named),
        )
        for mention in further:
            if taken.isdisjoint(range(mention.first, mention.last)):
                taken.update(range(mention.first, mention.last))
                named.append(mention)
        return named

    def _calls(self, roster: Sequence[Person]) -> list[Call]:
        """Return the names that one voice says.

        What two voices say on end may sound like one name: "… Ana Lucía." "Buenas
        tardes." There each voice is read by itself.
        """
        found = calls(self.heard, roster, 0, len(self.heard.words))
        torn = [call for call in found if self.at(call.first) != self.at(call.last - 1)]
        kept = [call for call in found if call not in torn]
        taken = {word for call in kept for word in range(call.first, call.last)}
        for call in torn:
            again = [
                one
                for at in range(self.at(call.first), self.at(call.last - 1) + 1)
                for one in calls(
                    self.heard, roster, self.turns[at].first, self.turns[at].last
                )
                if taken.isdisjoint(range(one.first, one.last))
            ]
            sounds = self.heard.sounds[call.first : call.last]
            if any(one.person == call.person for one in again):
                kept += again
                taken |= {w for one in again for w in range(one.first, one.last)}
            elif call.fit >= _TORN * sum(map(len, sounds)):
                kept.append(call)
        return sorted(kept, key=lambda call: call.first)

    def _one_voice(self, first: int, last: int) -> tuple[int, int]:
        """Cut a name off where another voice goes on: two do not say one name."""
        voices = [self.voice(word) for word in range(first, last)]
        most = Counter(voices).most_common(1)[0][0]
        while voices[0] != most:
            voices, first = voices[1:], first + 1
        while voices[-1] != most:
            voices, last = voices[:-1], last - 1
        return first, last

    def _short(self) -> Iterator[Mention]:
        """Yield "concejal Rúa" and "concejala Natalia" where only one can be meant."""
        parts = [parts_of(person.name) for person in self.people]
        for first, last in self.heard.find(TITLE):
            for size in (3, 2, 1):
                end = last + size
                if end > len(self.heard.words) or self.at(last) != self.at(end - 1):
                    continue
                said = "".join(self.heard.sounds[last:end])
                owner = self._owner(said, [one[size] for one in parts], first, last)
                if owner is not None and not self._goes_on(end):
                    yield Mention(last, end, self.people[owner], "short")
                    break

    def _owner(
        self, said: str, parts: Sequence[Forms], first: int, last: int
    ) -> int | None:
        """Return who is called so after a title, None where nobody or two may be.

        Councillors alone are called "concejal"; and of a man and a woman of one
        surname the title tells which.
        """
        seat = self.heard.has(SEATED, first, last)
        woman = "".join(self.heard.sounds[first:last]).endswith("a")
        able = [
            Forms() if seat and person.role in (Role.GUEST, Role.SECRETARY) else own
            for own, person in zip(parts, self.people, strict=True)
        ]
        other = "M" if woman else "F"
        able_too = [
            Forms() if person.gender == other else own
            for own, person in zip(able, self.people, strict=True)
        ]
        owner = only(said, able)
        return only(said, able_too) if owner is None else owner

    def _vocatives(self) -> Iterator[Mention]:
        """Yield "Claro que sí, Felipe": a first name at the end of a short turn."""
        owners: dict[str, set[int]] = defaultdict(set)
        for at, person in enumerate(self.people):
            for name in parts_of(person.name)[1].usual:
                owners[name].add(at)
        for turn in self.turns:
            said = self.heard.sounds[turn.last - 1]
            only = owners.get(said, set())
            if turn.size <= _VOCATIVE and len(said) >= SHORTEST and len(only) == 1:
                person = self.people[next(iter(only))]
                yield Mention(turn.last - 1, turn.last, person, "short")

    def _goes_on(self, end: int) -> bool:
        """Say whether a name goes on, as in "doctora Claudia Pérez" for a Claudia."""
        if end >= len(self.heard.words) or self.heard.pauses(end - 1):
            return False
        word, before = self.heard.words[end], self.heard.words[end - 1]
        letter = self.heard.lines[word.line].text[word.at]
        return word.line == before.line and letter.isupper()

    def _offices(self) -> Iterator[Mention]:
        """Yield "la secretaria de Infraestructura" for the guest who holds it."""
        for person in self.people:
            words = person.office.split()
            if person.role is not Role.GUEST or len(words) < 2:
                continue
            loose = [rf"{fold(word)}\w{{0,2}}" for word in words]
            for first, last in self.heard.find(formula(" ".join(loose))):
                yield Mention(first, last, person, "office")

    def _titles(self, named: Sequence[Mention]) -> Iterator[Mention]:
        """Yield "ingeniera" alone for the one guest who was named with that title."""
        held: dict[str, set[str]] = defaultdict(set)
        for one in named:
            before = [
                WRITTEN.get(sound, sound)
                for sound in self.heard.sounds[max(one.first - 1, 0) : one.first]
            ]
            before += [fold(word) for word in one.person.office.split()[:1]]
            for title in _GUEST_TITLES.intersection(before):
                held[title].add(one.person.key)
        for at, sound in enumerate(self.heard.sounds):
            alone = self.heard.pauses(at) or self.heard.words[at].ends
            sound = WRITTEN.get(sound, sound)
            if len(held.get(sound, ())) == 1 and alone:
                person = self.by_key[next(iter(held[sound]))]
                if person.role is Role.GUEST:
                    yield Mention(at, at + 1, person, "office")

    # ---- What is found ---------------------------------------------------------------

    def finding(
        self,
        voice: str,
        person: Candidate,
        kind: Kind,
        span: tuple[int, int],
        strength: float | None = None,
        *,
        answer: int | None = None,
    ) -> Finding:
        """Return a finding with the sentence around a span as its quote.

        `answer` is the first word of what was said to it, where that is what proves.
        """
        worth = STRENGTHS[kind] if strength is None else strength
        start = self.seconds(self.quoted(*span)[0])
        reply = "" if answer is None else self.sentence(answer, answer + 1)
        quote = self.sentence(*span)
        return Finding(voice, Evidence(kind, start, quote, worth, person.key, reply))

    def sentence(self, first: int, last: int) -> str:
        """Return the sentence around a span, literally."""
        first, last = self.quoted(first, last)
        line = self.heard.lines[self.heard.words[first].line]
        end = self.heard.words[last - 1].to
        end += line.text[end : end + 1] in (".", "?", "!")
        return line.text[self.heard.words[first].at : end]

    def quoted(self, first: int, last: int) -> tuple[int, int]:
        """Return the sentence around a span, inside the span's first line."""
        words = self.heard.words
        line = words[first].line
        while last - 1 > first and words[last - 1].line != line:
            last -= 1
        while (
            first > 0
            and words[first - 1].line == line
            and not words[first - 1].ends
            and last - first < _QUOTED
        ):
            first -= 1
        while (
            last < len(words)
            and words[last].line == line
            and not words[last - 1].ends
            and last - first < _QUOTED
        ):
            last += 1
        return first, last

    def greets(self, turn: Turn) -> bool:
        """Say whether a turn opens as somebody does who was given the floor."""
        return self.has(turn, GREETING, 9)

    def floor(self, turn: Turn) -> float:
        return STRENGTHS[Kind.FLOOR] + (GREETED if self.greets(turn) else 0.0)


GREETING = formula(
    r"gracias|buen[oa]s? (?:dias|tardes|noches)|president[ea]|(?:muy )?amable|"
    r"(?:un )?(?:cordial )?saludo"
)


def _turns(heard: Heard) -> Iterator[Turn]:
    first = 0
    for at in range(1, len(heard.words) + 1):
        if at < len(heard.words):
            now, before = heard.words[at].line, heard.words[at - 1].line
            if heard.lines[now].voice == heard.lines[before].voice:
                continue
        line, end = (heard.lines[heard.words[w].line] for w in (first, at - 1))
        yield Turn(line.voice, first, at, line.start, end.end)
        first = at
