"""The colour of each person of a session, the same on all of its pages."""

import itertools
from collections.abc import Iterable

from sessions.facts import Speaker, tied
from sessions.models import CouncilSession

COLOURS = 12  # .v1 to .v12 of the stylesheet; the thirteenth person has .v1 again

Person = tuple  # what is the same for all the rows of one person


def colours_of(
    session: CouncilSession, speakers: Iterable[Speaker]
) -> dict[Person, int]:
    """Return a colour, 1 to COLOURS, for each person: who speaks, then the roll.

    `speakers` are all of the session, in the order of their pk. Somebody with several
    voices has the colour of the first, and naming a voice does not change the colours
    of the other voices. Who is not heard takes what is left over. Two queries.
    """
    colours: dict[Person, int] = {}
    for place, speaker in enumerate(tied(speakers)):
        colours.setdefault(person(speaker), place % COLOURS + 1)
    taken = set(colours.values())
    every = range(1, COLOURS + 1)
    left = itertools.chain((c for c in every if c not in taken), itertools.cycle(every))
    councillors = session.council.councillors
    for who in itertools.chain(councillors.seated_on(session.date), councillors.all()):
        if councillor(who.pk) not in colours:
            colours[councillor(who.pk)] = next(left)
    return colours


def councillor(pk: int) -> Person:
    """Return the key of a councillor."""
    return ("councillor", pk)


def person(speaker: Speaker) -> Person:
    """Return the key of who speaks; a voice that has no name is its own."""
    who = speaker.head
    if who.councillor_id:
        return councillor(who.councillor_id)
    if who.name:
        return ("name", who.name, who.office)
    return ("voice", who.pk)
