"""Who answered the roll, who sent an excuse, who came later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actas.reading.heard import Heard, Proof, fold, folded, formula
from actas.reading.names import Call, Person, calls

_LONGEST = 900.0  # seconds a roll call may last
_AFTER = 90.0  # seconds after it in which excuses are read
_ROLL = formula(r"llam\w+ (?:a )?(?:la )?lista")
_ROLL_OVER = formula(
    r"contesta\w+ (?:a|una) lista|hay cu?or(?:um|o|in)|\w+ concejales presentes|"
    r"orden (?:de|del|el) dia|instalada la sesion|siendo las"
)
_PRESENT = formula(r"pres[ae]ntes?|aqui|aca estoy")
_ABSENT = formula(r"no (?:contest\w+|respond\w+|esta|se encuentra)|ausente")
_EXCUSED = formula(r"(?:(?:con|tiene|envio|presento|sento|allego) )?(?:una )?excusa")
# A small model writes "Presidente." for "Presente."; whoever speaks to the president
# says "señor" or goes on speaking.
_PRESIDENT = folded("presidente presidenta")
_SECRETARY = formula(r"señora? secretari[oa]")
_TITLES = folded("señor señora senora seora")
_FILLERS = folded(
    "buenos días buenas tardes noches muy señora señor señorita secretaria secretario "
    "gracias segundo llamado segunda llamada"
)
_ARRIVES = formula(r"(?:se )?(?:hace|hizo) presente|se incorpora|ingresas? al recinto")
_AFTERWARDS = 6  # words from "se hizo presente" to a name: "en el recinto, el concejal"
_INFORMS = formula(r"informo|informa|informar|constancia")
_HERE = formula(r"sesion|recinto|plenaria")
_OFFICE = folded("honorable concejal concejala la el que de los doctor doctora")


@dataclass(frozen=True)
class RollCall:
    """What a councillor answered when the roll was first called."""

    person: Person
    state: str  # "presente", "ausente" or "excusa"
    proof: Proof


@dataclass(frozen=True)
class Arrival:
    """A councillor who, the secretary says, comes in after the roll call."""

    person: Person
    start: float  # seconds
    proof: Proof


def roll_call(heard: Heard, roster: Sequence[Person]) -> tuple[RollCall, ...]:
    """Read the first roll call; who neither answers nor is excused is left out.

    A second call overrules the first: "no contesta … segundo llamado … presente".
    """
    opening = next(heard.find(_ROLL), None)
    if opening is None:
        return ()
    end = heard.until(opening[0], _LONGEST)
    over = next((span[0] for span in heard.find(_ROLL_OVER, opening[1], end)), end)
    answers: dict[Person, RollCall] = {}
    for call, following in _pairs(calls(heard, roster, opening[1], over), over):
        if answer := _answer(heard, call, following):
            state, last = answer
            proof = heard.proof(call.first, last)
            answers[call.person] = RollCall(call.person, state, proof)
    if over < end:
        for excuse in _excuses(heard, roster, over):
            answers.setdefault(excuse.person, excuse)
            if answers[excuse.person].state == "ausente":
                answers[excuse.person] = excuse
    return tuple(sorted(answers.values(), key=lambda found: found.proof.start))


def _pairs(named: list[Call], end: int) -> Iterator[tuple[Call, int]]:
    """Yield each call with the position where the next one begins."""
    for index, call in enumerate(named):
        yield call, named[index + 1].first if index + 1 < len(named) else end


def _answer(heard: Heard, call: Call, following: int) -> tuple[str, int] | None:
    """Return (state, position after the answer) when it directly follows the name.

    A word that is neither greeting nor answer may be a name the roster could not
    be matched with, and the answer after it another person's: then None.
    """
    # "Pedro Pérez Gil. El concejal Pérez presentó excusa."
    allowed = _FILLERS | _OFFICE | folded(call.person.name)
    for at in range(call.last, following):
        for state, phrase in (
            ("ausente", _ABSENT),
            ("excusa", _EXCUSED),
            ("presente", _PRESENT),
        ):
            for first, last in heard.find(phrase, at, min(at + 4, following)):
                if first == at:
                    return state, last
        word = heard.words[at]
        answers = word.ends or heard.has(_SECRETARY, at + 1, at + 3)
        titled = heard.sounds[at - 1] in _TITLES
        if word.sound in _PRESIDENT and answers and not titled:
            return "presente", at + 1
        if word.sound not in allowed:
            return None
    return None


def _excuses(heard: Heard, roster: Sequence[Person], first: int) -> Iterator[RollCall]:
    """Read "el honorable concejal … presentó excusa", said as the roll is closed."""
    for start, end in heard.find(_EXCUSED, first, heard.until(first, _AFTER)):
        named = calls(heard, roster, max(first, start - 10), start)
        if named and start - named[-1].last <= 2:
            proof = heard.proof(named[-1].first, end)
            yield RollCall(named[-1].person, "excusa", proof)


def arrivals(heard: Heard, roster: Sequence[Person]) -> tuple[Arrival, ...]:
    """Find the sentences in which the secretary announces who comes in.

    Coming to a village counts for nothing: the sentence must inform, and name the
    session or its room.
    """
    found: dict[Person, Arrival] = {}
    for start, end in heard.find(_ARRIVES):
        first, last = heard.sentence(start)
        first = max(first, start - 16)
        negated = start > 0 and heard.sounds[start - 1] == "no"
        informed = heard.has(_INFORMS, first, start)
        here = heard.has(_HERE, start, min(last, end + 6))
        if negated or not (informed or here):
            continue
        before = calls(heard, roster, first, start)[-1:]
        after = calls(heard, roster, end, min(last, end + 10))[:1]
        for call in before or after:
            near = start - call.last <= 1 and call.first - end <= _AFTERWARDS
            if near and _presented(heard, call):
                proof = heard.proof(min(call.first, start), max(call.last, end))
                arrival = Arrival(call.person, proof.start, proof)
                found.setdefault(call.person, arrival)
    return tuple(found.values())


def _presented(heard: Heard, call: Call) -> bool:
    """Say whether the name follows an office or an article: "el concejal …"."""
    before = heard.sounds[call.first - 1] if call.first else ""
    return before in _OFFICE or before.startswith(fold("concej"))
