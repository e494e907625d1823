"""Names said in reply: to who has just spoken, or has just asked to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from actas.reading.heard import Heard, formula
from actas.reading.voices.authors import titled
from actas.reading.voices.offices import Offices
from actas.reading.voices.proof import SPOKE, STRENGTHS, Finding, Kind
from actas.reading.voices.scene import Mention, Scene, Turn
from actas.reading.voices.short_names import TITLE

THANKS = formula(
    r"gracias(?: (?:a|por) \w+(?: \w+){0,3}?)?|a usted|con (?:mucho )?gusto|"
    r"concedid[oa]|un minuto|claro que si"
)
# Only said when all is over; "claro que sí, doctora" grants as well as it replies.
AFTERWARDS = formula(r"gracias(?: (?:a|por) \w+(?: \w+){0,3}?)?|a usted")
_GRANTED = formula(r"concedid[oa]|concerid[oa]|retiro|reciro|permiso")
_NOTED = formula(
    r"qued[oa] (?:registrad[oa]|consignad[oa]|constancia|la constancia|en el acta)|"
    r"tom(?:o|amos) (?:atenta )?nota|quedan? consignad[oa]s?"
)
# "Residente": what a small model makes of "presidente" said in passing.
_ASKS = formula(
    r"\w{0,3}[rs]ident[ea]|mocion|replica|me (?:aludio|aludieron|menciono|mencionaron|"
    r"nombro|nombraron)|(?:pido|solicito|regal\w+|conced\w+|permit\w+) (?:\w+ ){0,3}"
    r"(?:palabra|minuto|minutico|intervenir)|me permite|interpelacion"
)
_SOON = 8.0  # seconds from one turn to the next
_HEAD = 10  # words at the beginning of a turn that look back
_SPEECH = 4  # words that are an intervention and not an answer
_REQUEST = 9  # words, at most, of who only asks to speak
_GRANT = 14  # words, at most, that only give the floor
_LONG = 15  # words of a speech
_SPOKEN = 8  # words of who goes on after the grant

Named = Callable[[int, int], list[Mention]]


def replies(scene: Scene, offices: Offices, named: Named) -> list[Finding]:
    """Return what the chair says by name to who spoke before.

    `named` gives the mentions in a span that are no roll call.
    """
    found = []
    for index, turn in enumerate(scene.turns):
        if offices.presides(turn.voice, turn.first):
            found += _thanked(scene, offices, named, index)
            found += _granted(scene, offices, named, index)
    return found


def thanked(
    heard: Heard, one: Mention, first: int, phrase: re.Pattern[str] = THANKS
) -> bool:
    """Say whether thanks that begin at a position or later go to who is named.

    In "Gracias, doctor. Concejal Rúa, …" and "Gracias, doctor, ahora el concejal Rúa"
    they do not.
    """
    begin = max(first, heard.sentence(one.first)[0])
    thanks = list(heard.find(phrase, begin, one.first))
    if not thanks:
        return False
    titles = list(heard.find(TITLE, thanks[-1][1], one.first))
    nexts = [start for start, _ in titles[1:]] + [one.first]
    return all(end == start for (_, end), start in zip(titles, nexts, strict=False))


def _before(scene: Scene, offices: Offices, index: int) -> Turn | None:
    """Return the turn before one, over the strays between; None for an officer's."""
    turn = scene.turns[index]
    for before in reversed(scene.turns[max(index - 3, 0) : index]):
        if turn.start - before.end > _SOON or before.voice == turn.voice:
            return None
        if before.voice in {"", *offices.tables, *offices.chairs}:
            return None
        if before.size >= _SPEECH or (before is scene.turns[index - 1] and index < 2):
            return before
    return None


def _thanked(
    scene: Scene, offices: Offices, named: Named, index: int
) -> Iterator[Finding]:
    """Yield "gracias, concejal Rúa", said to who has just spoken."""
    heard, turn = scene.heard, scene.turns[index]
    before = _before(scene, offices, index)
    if before is None:
        return
    opening = (turn.first, scene.opens(turn, _HEAD + 6))
    for one in named(*opening) or titled(scene, *opening):
        # "Claro que sí" before it may be under another label.
        thanks = thanked(heard, one, max(before.last, one.first - 7))
        soon = one.first - turn.first < _HEAD
        granted = heard.has(_GRANTED, turn.first, one.first)
        noted = heard.has(_NOTED, one.last, min(one.last + 4, turn.last))
        if ((thanks or noted) and soon) or granted:
            span = (one.first, one.last)
            worth = STRENGTHS[Kind.THANKED]
            # A long speech is surely under its own label, an interjection less so.
            worth += SPOKE if before.size >= _LONG else 0.0
            yield scene.finding(before.voice, one.person, Kind.THANKED, span, worth)
            return


def _granted(
    scene: Scene, offices: Offices, named: Named, index: int
) -> Iterator[Finding]:
    """Yield "Presidente." "Concejal Rúa." "Gracias, …": the chair saw who asked.

    One voice asks and goes on.
    """
    if not 0 < index < len(scene.turns) - 1:
        return
    asks, turn, speaks = scene.turns[index - 1 : index + 2]
    officers = {"", *offices.tables, *offices.chairs}
    if asks.voice != speaks.voice or asks.voice in officers:
        return
    soon = turn.start - asks.end <= _SOON and speaks.start - turn.end <= _SOON
    # Only the end of what was said: who is thanked there may be another.
    people = {one.person for one in named(turn.first, turn.last)}
    if not soon or len(people) != 1 or turn.size > _GRANT or speaks.size < _SPOKEN:
        return
    if asks.size <= _REQUEST and scene.heard.has(_ASKS, asks.first, asks.last):
        one = named(turn.first, turn.last)[0]
        if not thanked(scene.heard, one, one.first - 4, AFTERWARDS):
            span, answer = (one.first, one.last), speaks.first
            yield scene.finding(
                asks.voice, one.person, Kind.THANKED, span, answer=answer
            )
