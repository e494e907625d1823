"""Names read out and answered: roll calls and nominal votes, whoever reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actas.reading.heard import formula
from actas.reading.names import Person
from actas.reading.roll_call import arrivals, roll_call
from actas.reading.voices.proof import Candidate, Finding, Kind, Role
from actas.reading.voices.scene import Mention, Scene

_NEXT = 45.0  # seconds until the next name is read; explanations of a vote take some
_SOON = 7.0  # seconds until an answer begins
_AT_ONCE = 1.5  # seconds between two words of one answer
_BRIEF = 9  # words of an answer that says none of the known words
_OPENING = 5  # words in which an answer says what it says
_FEWEST = 3  # people called: fewer is talk
_ANSWERING = 2  # of whom answer
PRESENT = formula(r"pres\w{0,3}ntes?|vicente|aqui|a la orden|president[ea]|asistente")
BALLOT = formula(
    r"\w{0,3}sitiv[oa]|\w{0,3}irmativ[oa]|negativ[oa]|si|no|voto|mi voto|"
    r"impedid[oa]|abstengo|a favor|en contra|apro\w+"
)
_NOBODY = formula(
    r"no (?:contest\w+|respond\w+|esta|se encuentra)|ausente|excusa|"
    r"segund[oa] llama\w+"
)


@dataclass(frozen=True)
class Answer:
    """A name that was read out, and the voice heard right after it, if one was."""

    call: Mention
    voice: str  # "" where nobody answered or nobody can be told
    at: int | None  # position of the answer's first word
    is_own: bool = False  # heard in the caller's voice: a stray, or another person
    is_ballot: bool = False
    also: str = ""  # another voice that says a part of it: its label is unsure


@dataclass(frozen=True)
class Calling:
    """Names read one after another by one voice."""

    caller: str
    answers: tuple[Answer, ...]

    @property
    def kind(self) -> Kind:
        ballots = sum(answer.is_ballot for answer in self.answers)
        return Kind.VOTE if ballots * 3 > len(self.answers) else Kind.ROLL_CALL


def callings(scene: Scene) -> list[Calling]:
    """Find the roll calls and nominal votes."""
    found = []
    for caller, run in _runs(scene):
        answers = tuple(
            _answer(scene, call, caller, limit) for call, limit in _limits(scene, run)
        )
        heard = [answer.call.person.key for answer in answers if answer.voice]
        if len(set(heard)) >= _ANSWERING and len(heard) * 3 >= len(run):
            found.append(Calling(caller, answers))
    return found


def _runs(scene: Scene) -> Iterator[tuple[str, list[Mention]]]:
    """Yield who reads names out soon after each other, and the names."""
    group: list[Mention] = []
    for mention in scene.mentions:
        if mention.person.role in (Role.GUEST, Role.SECRETARY):
            continue
        if not _read_out(scene, mention):
            continue
        if group and scene.seconds(mention.first) - _end(scene, group[-1]) > _NEXT:
            yield from _callers(scene, group)
            group = []
        group.append(mention)
    yield from _callers(scene, group)


def _callers(
    scene: Scene, group: Sequence[Mention]
) -> Iterator[tuple[str, list[Mention]]]:
    """Yield each voice that calls several people, with its calls.

    A name read out between them by itself under another label is a stray of the run.
    """
    voices = {scene.voice(mention.first) for mention in group} - {""}
    for caller in sorted(voices):
        own = [one for one in group if scene.voice(one.first) == caller]
        if len({mention.person.key for mention in own}) < _FEWEST:
            continue
        first, last = own[0].first, own[-1].first
        run = [
            one
            for one in group
            if scene.voice(one.first) == caller
            or (first < one.first < last and _alone(scene, one))
            or (last < one.first and _alone(scene, one) and _same_breath(scene, one))
        ]
        yield caller, run


def _alone(scene: Scene, mention: Mention) -> bool:
    turn = scene.turns[scene.at(mention.first)]
    return turn.size <= mention.last - mention.first + 3


def _same_breath(scene: Scene, mention: Mention) -> bool:
    """Say whether name and answer are under one label: "Ana Ruiz. Presente."."""
    turn = scene.turns[scene.at(mention.first)]
    span = (mention.last, min(mention.last + 2, turn.last))
    return scene.heard.has(PRESENT, *span) or scene.heard.has(BALLOT, *span)


def _end(scene: Scene, mention: Mention) -> float:
    return scene.seconds(mention.last - 1)


def _read_out(scene: Scene, mention: Mention) -> bool:
    """Say whether a name is all that was to be said: another voice or name follows."""
    heard = scene.heard
    if mention.form == "office" or mention.last >= len(heard.words):
        return False
    voice = scene.voice(mention.first)
    if any(
        scene.voice(at) != voice
        for at in range(mention.last, min(mention.last + 2, len(heard.words)))
    ):
        return True
    follows = bool(scene.named(mention.last, mention.last + 4))
    unanswered = heard.has(_NOBODY, mention.last, mention.last + 3)
    return follows or unanswered or heard.words[mention.last - 1].ends


def _limits(scene: Scene, run: Sequence[Mention]) -> Iterator[tuple[Mention, int]]:
    """Yield each call with the position before which its answer must begin."""
    for index, call in enumerate(run):
        limit = scene.heard.until(call.last - 1, _SOON)
        # Whoever the caller names next bounds the answer, read out or not.
        later = [
            one.first
            for one in (*run[index + 1 : index + 2], *scene.named(call.last, limit))
            if one in run or scene.voice(one.first) == scene.voice(call.first)
        ]
        yield call, min([limit, *later])


def _answer(scene: Scene, call: Mention, caller: str, limit: int) -> Answer:
    heard = scene.heard
    for at in range(call.last, limit):
        voice = scene.voice(at)
        if voice and voice != caller:
            break
    else:
        end = min(call.last + _OPENING, limit)
        own = heard.has(PRESENT, call.last, end) or heard.has(BALLOT, call.last, end)
        return Answer(call, "", None, is_own=own)
    if heard.has(_NOBODY, call.last, at + 3):
        return Answer(call, "", None)
    last = scene.turns[scene.at(at)].last
    end = min(last, at + _OPENING)
    present = heard.has(PRESENT, at, end)
    ballot = heard.has(BALLOT, at, end) and not present
    # Who explains a vote begins with it; anything else so long is a speech.
    if last - at > _BRIEF and not ballot:
        return Answer(call, "", at)
    also = _shared(scene, last, limit, {caller, voice, ""})
    return Answer(call, voice, at, is_ballot=ballot, also=also)


def _shared(scene: Scene, at: int, limit: int, others: set[str]) -> str:
    """Return who goes on with the few words of an answer; "" where nobody does."""
    if at >= min(limit, len(scene.heard.words)) or scene.voice(at) in others:
        return ""
    goes_on = scene.seconds(at) - scene.seconds(at - 1) <= _AT_ONCE
    short = scene.turns[scene.at(at)].size <= _OPENING
    return scene.voice(at) if goes_on and short else ""


def away(scene: Scene, found: Sequence[Calling]) -> list[Finding]:
    """Return what speaks against absent people: nobody is heard who is not there.

    Who comes later is judged by the second of the arrival; who votes was there.
    """
    people = [p for p in scene.people if p.role not in (Role.GUEST, Role.SECRETARY)]
    roster = [Person(at, person.name) for at, person in enumerate(people)]
    voted = {a.call.person.key for c in found for a in c.answers if a.voice}
    came = {people[one.person.pk].key: one for one in arrivals(scene.heard, roster)}
    findings: list[Finding] = []
    for state in roll_call(scene.heard, roster):
        person = people[state.person.pk]
        if state.state == "presente":
            continue
        span = _span(scene, state.proof.start)
        if arrival := came.get(person.key):
            for voice in _heard_before(scene, state.proof.start, arrival.start):
                late = _span(scene, arrival.proof.start)
                findings.append(scene.finding(voice, person, Kind.EARLY, late))
        elif person.key not in voted:
            findings += [
                scene.finding(voice, person, Kind.ABSENT, span)
                for voice in scene.voices
            ]
    return findings


def _span(scene: Scene, second: float) -> tuple[int, int]:
    """Return the word said at a second, as a span."""
    starts = [scene.seconds(at) for at in range(len(scene.heard.words))]
    at = min(range(len(starts)), key=lambda one: abs(starts[one] - second))
    return at, at + 1


_HEARD = 12  # words by which a voice is surely heard, and not mislabelled


def _heard_before(scene: Scene, first: float, last: float) -> list[str]:
    words: Counter[str] = Counter()
    for turn in scene.turns:
        if turn.start < last and turn.end > first:
            words[turn.voice] += turn.size
    return [voice for voice in scene.voices if words[voice] >= _HEARD]


def came_in(scene: Scene) -> list[tuple[Candidate, float, tuple[int, int]]]:
    """Return who was announced to come in, when, and the words that say so."""
    people = [p for p in scene.people if p.role is not Role.SECRETARY]
    roster = [Person(at, person.name) for at, person in enumerate(people)]
    return [
        (people[one.person.pk], one.start, _span(scene, one.proof.start))
        for one in arrivals(scene.heard, roster)
    ]
