"""What is true of the demonstration session, and its file demo/truth.json.

The facts of the script (who answered, who voted what) meet the times of the recording
here, so that nothing in the file is typed twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from demo.cast import ABSENT, CAST
from demo.script import MOTION, Recess, Turn


@dataclass(frozen=True)
class Spoken:
    """A turn on the recording's clock, in seconds."""

    turn: Turn
    start: float
    end: float
    overlap: bool = False


@dataclass(frozen=True)
class Pause:
    """A recess on the recording's clock, in seconds."""

    recess: Recess
    start: float
    end: float


@dataclass(frozen=True)
class Vote:
    question: str
    kind: str
    announced: tuple[int, int] | None = None
    """(yes, no) as the secretary states them, in nominal votes."""


VOTES = {
    "orden": Vote("orden del día", "ordinary"),
    "acta": Vote("acta 59", "ordinary"),
    "proyecto": Vote("proyecto de acuerdo 14", "nominal", (8, 2)),
    "proposicion": Vote("proposición 27", "ordinary"),
}

EXCUSE = "presentó excusa por cita médica"

TERMS = (
    # (as written, as spoken, kind)
    ("Santa Leonor", "Santa Leonor", "municipio"),
    ("El Tablón", "El Tablón", "vereda"),
    ("La Honda", "La Honda", "vereda"),
    ("La Estación", "La Estación", "barrio"),
    ("Asotablón", "Asotablón", "entidad"),
    ("Emposanta", "Emposanta", "entidad"),
    ("secretaria de Planeación", "secretaria de Planeación", "cargo"),
    (
        "Sistema General de Participaciones",
        "Sistema General de Participaciones",
        "nombre",
    ),
    ("Casa de la Cultura", "Casa de la Cultura", "nombre"),
    (
        "Ley 142 de 1994",
        "Ley ciento cuarenta y dos de mil novecientos noventa y cuatro",
        "norma",
    ),
    (
        "Proyecto de Acuerdo 14 de 2026",
        "Proyecto de Acuerdo número catorce de dos mil veintiséis",
        "proyecto",
    ),
)

FIGURES = (
    # (as spoken, value, unit)
    ("mil doscientos cuarenta millones de pesos", 1_240_000_000, "COP"),
    ("ciento ochenta y siete", 187, "convenio"),
    ("seis kilómetros", 6, "kilómetros"),
    ("ciento veinte metros cúbicos", 120, "metros cúbicos"),
    ("trescientas doce familias", 312, "familias"),
    ("mil quinientos sesenta millones de pesos", 1_560_000_000, "COP"),
    ("trescientos veinte millones", 320_000_000, "COP"),
    ("siete meses", 7, "meses"),
    ("ocho mil quinientos pesos", 8_500, "COP"),
    ("dos mil cien millones de pesos", 2_100_000_000, "COP"),
    ("treinta y ocho por ciento", 38, "%"),
)


def build(
    seed: dict, spoken: Sequence[Spoken], pauses: Sequence[Pause], seconds: float
) -> dict:
    """Return the truth of a recording of `seconds`, made from council.json's `seed`.

    Times are seconds on the recording's clock, rounded to hundredths.
    Raises ValueError when script, seed and facts contradict each other.
    """
    council, session = seed["council"], seed["session"]
    roles = _roles(seed)
    _check(roles, spoken)
    votes, events = _votes(spoken)
    events += _events(spoken, pauses)
    return {
        "council": council["name"],
        "department": council["department"],
        "kind": session["kind"],
        "number": session["number"],
        "date": session["date"],
        **_people(seed, roles),
        **_presence(seed, spoken),
        "agenda": _agenda(seed, spoken),
        "events": sorted(events, key=lambda event: event["at"]),
        "turns": [_turn(one, roles) for one in spoken],
        "votes": votes,
        **_content(spoken),
        "recesses": [
            {
                "start": _s(one.start),
                "end": _s(one.end),
                "announced_minutes": one.recess.minutes,
            }
            for one in pauses
        ],
        "stated_opening": session["opening"],
        "stated_closing": session["closing"],
        "seconds": _s(seconds),
    }


def _people(seed: dict, roles: dict[str, dict]) -> dict:
    officers = {one["office"]: one["full_name"] for one in seed["councillors"]}
    secretary, *guests = seed["officials"]
    return {
        "roster": [
            {"name": one["full_name"], "gender": one["gender"]}
            for one in seed["councillors"]
        ],
        "president": officers["Presidenta"],
        "first_vice": officers["Primer Vicepresidente"],
        "second_vice": officers["Segunda Vicepresidenta"],
        "secretary": secretary["name"],
        "guest": guests,
        "roles": list(roles.values()),
    }


def _presence(seed: dict, spoken: Sequence[Spoken]) -> dict:
    """Who presides, who is there and since when; nobody leaves early."""
    presider = {
        "name": _name("camargo"),
        "start": _s(spoken[0].start),
        "end": _s(spoken[-1].end),
    }
    return {
        "presiders": [presider],
        "attendance": _attendance(seed, spoken),
        "absent": [ABSENT],
        "late": [_name(one.turn.of) for one in spoken if one.turn.fact == "late"],
        "left": [],
    }


def _content(spoken: Sequence[Spoken]) -> dict:
    """What was moved, put on record, named and counted."""
    motion = {"number": 27, "author": _name("vargas"), "text": MOTION}
    return {
        "motions": [motion | {"result": "approved"}],
        "motion": MOTION,
        "constancias": [
            {"name": _name(one.turn.who), "text": one.turn.says, "at": _s(one.start)}
            for one in spoken
            if one.turn.fact == "constancia"
        ],
        "impediments": [],
        "terms": [
            {"name": name, "spoken": heard, "kind": kind} for name, heard, kind in TERMS
        ],
        "figures": [
            {"spoken": heard, "value": value, "unit": unit}
            for heard, value, unit in FIGURES
        ],
    }


def _s(seconds: float) -> float:
    return round(seconds, 2)


def _name(key: str) -> str:
    return CAST[key][0]


def _roles(seed: dict) -> dict[str, dict]:
    """Everyone of the session by full name, with role and gender."""
    people = [
        (one["full_name"], "concejala" if one["gender"] == "F" else "concejal", one)
        for one in seed["councillors"]
    ] + [(one["name"], one["office"], one) for one in seed["officials"]]
    return {
        name: {"name": name, "role": role, "gender": one["gender"]}
        for name, role, one in people
    }


def _check(roles: dict[str, dict], spoken: Sequence[Spoken]) -> None:
    missing = {_name(key) for key in CAST} ^ (set(roles) - {ABSENT})
    if missing:
        raise ValueError(f"cast and council.json differ: {sorted(missing)}")
    text = " ".join(one.turn.says for one in spoken)
    for heard in [*(row[1] for row in TERMS), *(row[0] for row in FIGURES)]:
        if heard not in text:
            raise ValueError(f"nobody says {heard!r}")


def _turn(one: Spoken, roles: dict[str, dict]) -> dict:
    name = _name(one.turn.who)
    entry = {
        "speaker": name,
        "role": roles[name]["role"],
        "start": _s(one.start),
        "end": _s(one.end),
        "text": one.turn.says,
    }
    return entry | {"overlap": True} if one.overlap else entry


def _attendance(seed: dict, spoken: Sequence[Spoken]) -> list[dict]:
    arrived = {
        _name(one.turn.of): (one.turn.fact, _s(one.start))
        for one in spoken
        if one.turn.fact in {"answers", "late"}
    }
    rows = []
    for one in seed["councillors"]:
        fact, at = arrived.get(one["full_name"], ("", None))
        status = {"answers": "present", "late": "late", "": "absent_excused"}[fact]
        rows.append(
            {
                "name": one["full_name"],
                "status": status,
                "excuse": None if fact else EXCUSE,
                "arrived": at,
                "left": None,
            }
        )
    return rows


def _agenda(seed: dict, spoken: Sequence[Spoken]) -> list[dict]:
    """Each item lasts from its first turn to the last before the next item's."""
    first = [at for at, one in enumerate(spoken) if one.turn.point]
    return [
        {
            "title": title,
            "start": _s(spoken[begin].start),
            "end": _s(spoken[end - 1].end),
        }
        for title, (begin, end) in zip(
            seed["agenda"], pairwise([*first, len(spoken)]), strict=True
        )
    ]


def _votes(spoken: Sequence[Spoken]) -> tuple[list[dict], list[dict]]:
    """Votes, and their events: a vote is an event when the decision is stated."""
    votes, events = [], []
    for key, vote in VOTES.items():
        mine = [
            (at, one)
            for at, one in enumerate(spoken)
            if one.turn.of == key and one.turn.fact
        ]
        ballots = {
            _name(one.turn.who): one.turn.fact
            for _, one in mine
            if one.turn.fact in {"yes", "no"}
        }
        count = [list(ballots.values()).count(side) for side in ("yes", "no")]
        if vote.announced and tuple(count) != vote.announced:
            raise ValueError(f"{key}: {count} ballots, announced {vote.announced}")
        yes, no = vote.announced or (None, None)
        last, result = mine[-1]
        votes.append(
            {
                "question": vote.question,
                "kind": vote.kind,
                "yes": yes,
                "no": no,
                "ballots": ballots,
                "announced": {"yes": yes, "no": no} if vote.announced else None,
                "result": "approved",
                "start": _s(mine[0][1].start),
                "end": _s(result.end),
            }
        )
        decided = _s(spoken[last + 1].start)
        events.append({"kind": "vote", "at": decided, "question": vote.question})
    return votes, events


def _events(spoken: Sequence[Spoken], pauses: Sequence[Pause]) -> list[dict]:
    opening = [{"kind": "opening", "at": _s(spoken[0].start)}]
    late = [
        {"kind": "late_arrival", "at": _s(one.start), "who": _name(one.turn.of)}
        for one in spoken
        if one.turn.fact == "late"
    ]
    recess = [{"kind": "recess_start", "at": _s(pause.start)} for pause in pauses]
    # The recess ends for the session when someone speaks again.
    back = [
        {
            "kind": "recess_end",
            "at": _s(min(one.start for one in spoken if one.start >= pause.end)),
        }
        for pause in pauses
    ]
    closing = [{"kind": "closing", "at": _s(spoken[-1].start)}]
    return opening + late + recess + back + closing
