"""What a transcript says about a session, each with the words that prove it.

Everything here is a proposal for the secretary to confirm: a wrong one costs more
than a missing one, so what is heard only once, or fits two people, is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from actas.reading.agenda_items import ItemStart, items
from actas.reading.heard import Heard, Line, Proof, formula
from actas.reading.names import Person
from actas.reading.numerals import Hour, hour_at
from actas.reading.roll_call import Arrival, RollCall, arrivals, roll_call
from actas.reading.votes import BallotFound, VoteFound, votes

__all__ = [
    "Arrival",
    "BallotFound",
    "HourFound",
    "ItemStart",
    "Line",
    "Person",
    "Proof",
    "Reading",
    "Recess",
    "RollCall",
    "VoteFound",
    "read",
]

_BEING = formula(r"siendo (?:aproximadamente )?(?:a )?(?:las|la)")
_OPENS = formula(
    r"instalad[ao] la (?:presente )?sesion|instalamos la sesion|abierta la sesion|"
    r"(?:da|damos|doy) inicio a (?:la|esta) sesion|inicia(?:mos)? la sesion|"
    r"(?:abro|abre|abrimos) la sesion"
)
# "corrum", "coro" and "corrin" are what a small model makes of "quórum".
_QUORUM = formula(r"cu?or(?:um|o|in)")
_CLOSES = formula(
    r"(?:levanta|levanto|levantamos|levantada|clausurada|finalizada|terminada) la "
    r"(?:presente )?sesion"
)
_TALE = formula(r"ayer|anoche|antier|pasad[oa]s?|cuando")
_RECESS_STARTS = formula(
    r"(?:de\w{0,2}caramos|decretamos|se declara|se decreta) (?:un|el) "
    r"(?:receso|exceso)|(?:declarado|decretado) el receso|de decara?r? al receso"
)
_RECESS_ENDS = formula(
    r"(?:levantamos|levantado|se levanta|levanto) el (?:receso|exceso)|"
    r"se reanuda la sesion|"
    r"reanudamos la sesion"
)
_NEAR = 30  # words between an hour and what happened at it
_RECESS_LONGEST = 4 * 3600.0  # seconds
_TOGETHER = 60.0  # seconds in which president and secretary say the same


@dataclass(frozen=True)
class HourFound:
    """The hour at which the session was said to open or close."""

    hour: Hour
    proof: Proof


@dataclass(frozen=True)
class Recess:
    """A pause of the session; end is None where nobody was heard resuming it."""

    start: float  # seconds
    end: float | None
    proof: Proof


@dataclass(frozen=True)
class Reading:
    """All that was found in one session's transcript."""

    opening: HourFound | None
    closing: HourFound | None
    roll_call: tuple[RollCall, ...]
    arrivals: tuple[Arrival, ...]
    items: tuple[ItemStart, ...]
    votes: tuple[VoteFound, ...]
    recesses: tuple[Recess, ...]


def read(
    lines: Sequence[Line], roster: Sequence[Person], agenda: Sequence[str]
) -> Reading:
    """Read a session's lines (all recordings on one clock) against roster and agenda.

    The agenda is the list of titles in their order; lines may come unsorted.
    """
    heard = Heard.of(lines)
    return Reading(
        opening=_opening(heard),
        closing=_closing(heard),
        roll_call=roll_call(heard, roster),
        arrivals=arrivals(heard, roster),
        items=items(heard, agenda),
        votes=votes(heard, roster),
        recesses=_recesses(heard),
    )


def _hours(heard: Heard) -> Iterator[tuple[int, int, Hour]]:
    """Yield (first word, position after, hour) of each "siendo las …" told as now."""
    for first, last in heard.find(_BEING):
        found = hour_at(heard.sounds, last)
        if found and not heard.has(_TALE, heard.sentence(first)[0], first):
            yield first, found[1], found[0]


def _opening(heard: Heard) -> HourFound | None:
    """Return the first hour said with the quórum or as the session is opened."""
    for first, after, hour in _hours(heard):
        end = min(after + _NEAR, len(heard.words))
        quorum = heard.has(_QUORUM, first - 4, first)
        if quorum or heard.has(_OPENS, after, end):
            return HourFound(hour, heard.proof(first, after))
    return None


def _closing(heard: Heard) -> HourFound | None:
    """Return the last hour said right before or after the session is closed."""
    closing = None
    for first, after, hour in _hours(heard):
        end = min(after + _NEAR, len(heard.words))
        if heard.has(_CLOSES, after, end) or heard.has(_CLOSES, first - 8, first):
            closing = HourFound(hour, heard.proof(first, after))
    return closing


def _recesses(heard: Heard) -> tuple[Recess, ...]:
    """Find the recesses that two people are heard declaring, or somebody resuming."""
    ends = [span for span in heard.find(_RECESS_ENDS) if not _told(heard, span[0])]
    found: list[Recess] = []
    signs: list[tuple[int, int]] = []
    starts = [span for span in heard.find(_RECESS_STARTS) if not _told(heard, span[0])]
    for index, span in enumerate(starts):
        signs.append(span)
        at = heard.seconds(span[0])
        following = starts[index + 1][0] if index + 1 < len(starts) else None
        if following and heard.seconds(following) - at <= _TOGETHER:
            continue
        limit = following or len(heard.words)
        end = next((e for e in ends if span[1] <= e[0] < limit), None)
        if end and heard.seconds(end[0]) - at > _RECESS_LONGEST:
            end = None
        if end or len(signs) > 1:
            until = heard.seconds(end[0]) if end else None
            found.append(Recess(at, until, heard.proof(*signs[0])))
        signs = []
    return tuple(found)


def _told(heard: Heard, at: int) -> bool:
    return heard.has(_TALE, heard.sentence(at)[0], at)
