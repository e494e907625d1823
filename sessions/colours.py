"""The colour of each person of a session, the same on all of its pages."""

from collections.abc import Iterable

from sessions.facts import Speaker
from sessions.models import CouncilSession

COLOURS = 12  # .v1 to .v12 of the stylesheet; the thirteenth person has .v1 again

Person = tuple  # what is the same for all the rows of one person


def colours_of(
    session: CouncilSession, speakers: Iterable[Speaker]
) -> dict[Person, int]:
    """Return a colour, 1 to COLOURS, for each person: by the roll, then by the voices.

    `speakers` are all of the session, in the order of their pk. Whoever has a seat
    keeps the colour of that place, named in a voice or not; naming a voice does not
    change the colours of the others. Two queries.
    """
    councillors = session.council.councillors
    seated = list(councillors.seated_on(session.date))
    known = {councillor.pk for councillor in seated}
    unseated = [who for who in councillors.all() if who.pk not in known]
    people = [
        *(councillor(who.pk) for who in seated),
        *(person(speaker) for speaker in speakers),
        *(councillor(who.pk) for who in unseated),
    ]
    colours: dict[Person, int] = {}
    for place, who in enumerate(people):
        colours.setdefault(who, place % COLOURS + 1)
    return colours


def councillor(pk: int) -> Person:
    """Return the key of a councillor."""
    return ("councillor", pk)


def person(speaker: Speaker) -> Person:
    """Return the key of who speaks; a voice that has no name is its own."""
    if speaker.councillor_id:
        return councillor(speaker.councillor_id)
    if speaker.name:
        return ("name", speaker.name, speaker.office)
    return ("voice", speaker.pk)
