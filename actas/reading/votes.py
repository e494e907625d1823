"""Votes: what was put to the vote, who answered what, what was announced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from actas.reading.heard import Heard, Proof, fold, folded, formula
from actas.reading.names import Call, Person, calls
from actas.reading.numerals import number_at

# Signs of a vote, in the order they are spoken. One alone is talk about votes.
_ASKED = formula(
    r"(?!\w+aban? )a?p\w{1,6}ban? (?:(?:los|las) \w{0,2}onorables? \w+se\w+|"
    r"la plenaria|la corporacion|el concejo|los señores concejales)|"
    r"se puede entender aprobad[oa] por asentimiento"
)
_OPENED = formula(
    r"(?:tomamos|abra|abrimos|se abre|\w{0,2}oce[dr]o|procedemos|iniciamos|comienza|"
    r"entramos|llamar|llame|llamamos) "
    r"(?:a )?(?:la )?votacion(?: de manera)?(?: nomina\w+| ordinaria)?|"
    r"llamamos a lista para aprobar o negar"
)
_ANSWERED = formula(
    r"(?:(?:no )?(?:ha )?\w?(?:sido|fue) (?:a )?)?"
    r"(?:apro\w{0,4}[dg][oa]|negad[oa]) señora? president[ea]"
)
# After the question a plain "aprobado" is an answer; anywhere else it is a word.
_REPLIED = formula(
    r"(?:(?:no )?(?:ha )?\w?sido (?:a )?)?"
    r"(?:apro\w{0,4}[dg][oa]|a?prob\w{0,2}[dl][oa]|negad[oa])"
)
_COUNTING = formula(
    r"informo (?:señora? president[ea] )?(?:que )?(?:hay|se registra\w*)"
)
_DECLARED = formula(r"queda (?:apro\w{0,4}[dg][oa]|negad[oa]|archivad[oa]|aplazad[oa])")
_NOMINAL = formula(r"nomina\w+|llamamos a lista")
# Right before a sign these make it a condition; anywhere earlier in the sentence the
# second ones make it a tale.
_CONDITION = folded("si cuando que no aunque donde como")
_TALE = formula(r"ayer|anoche|antier|pasad[oa]s?|hubiera|ojala")
_CONSIDERED = formula(r"consideracion")
_IMPEDIMENT = formula(r"el impedimento")
_OUTCOME = formula(
    r"(?:por )?(?:la )?(?:aprobacion )?(?:o )?(?:negacion )?(?:de|del)|por"
)
_STOP = folded("leído leída antes que se anuncio señora señor pasa")
_ARTICLES = folded("el la los las")
_LOOSE = folded("y de del la el los las en a número")
_RESULTS = (
    (fold("apro"), "aprobado"),
    (fold("prob"), "aprobado"),
    (fold("nega"), "negado"),
    (fold("archi"), "archivado"),
    (fold("aplaz"), "aplazado"),
)
_PUT, _ANNOUNCED = ("asked", "opened"), ("replied", "answered", "counted")
# Seconds within which the next sign must follow. A nominal vote takes explanations.
_PATIENCE = {"asked": 60.0, "opened": 900.0, "replied": 45.0, "answered": 45.0}
_PATIENCE |= {"counted": 60.0}
_AT_ONCE = 15.0  # seconds between the question and the voices that answer it
_BEFORE = 90.0  # seconds in which to look back for what was put in consideration
_COUNT_WORDS = 24
_SIDES = dict.fromkeys(folded("positivo positivos afirmativos"), "yes")
_SIDES |= dict.fromkeys(folded("negativo negativos"), "no")
_VOTE = folded("voto votos")
_BALLOTS = {
    fold(word): value
    for word, value in (
        ("positivo", "sí"),
        ("afirmativo", "sí"),
        ("negativo", "no"),
        ("abstengo", "abstención"),
        ("abstención", "abstención"),
        ("impedido", "impedido"),
        ("impedida", "impedido"),
    )
}
_SHORT = {fold("sí"): "sí", fold("no"): "no"}
_LIKE = 80.0  # "ocitivo" is "positivo"; "negativo" is not
_FILLERS = folded(
    "mi y su voto es buenos días buenas tardes me señora señor secretaria secretario"
)


@dataclass(frozen=True)
class BallotFound:
    """What one councillor answered in a nominal vote."""

    person: Person
    value: str  # "sí", "no", "abstención" or "impedido"
    proof: Proof


@dataclass(frozen=True)
class VoteFound:
    """A vote held in the session. Nothing in it is added up or derived."""

    question: str  # in the transcript's words; "" where none were heard
    kind: str  # "nominal" or "ordinaria"
    yes: int | None  # as announced; None where no number was heard
    no: int | None
    result: str  # as announced: "aprobado", "negado", "archivado", "aplazado" or ""
    ballots: tuple[BallotFound, ...]
    start: float  # seconds
    proof: Proof


@dataclass(frozen=True)
class _Sign:
    kind: str  # "asked", "opened", "replied", "answered", "counted" or "declared"
    first: int
    last: int


def votes(heard: Heard, roster: Sequence[Person]) -> tuple[VoteFound, ...]:
    """Find the votes held: at least two different signs in their order."""
    found: list[VoteFound] = []
    after = 0  # where the vote before ended
    for signs, limit in _gathered(heard):
        vote = _vote(heard, roster, signs, after, limit)
        if vote:
            found.append(vote)
            after = signs[-1].last
    return tuple(found)


def _signs(heard: Heard) -> list[_Sign]:
    found = [
        _Sign(kind, first, last)
        for kind, phrase in (
            ("asked", _ASKED),
            ("opened", _OPENED),
            ("replied", _REPLIED),
            ("answered", _ANSWERED),
            ("declared", _DECLARED),
        )
        for first, last in heard.find(phrase)
        if not _told(heard, first)
    ]
    for first, last in heard.find(_COUNTING):
        if _counts(heard, last):
            found.append(_Sign("counted", first, last))
    return sorted(found, key=lambda sign: sign.first)


def _told(heard: Heard, at: int) -> bool:
    """Say whether a sign is part of a condition or of a tale ("ayer …")."""
    if at and heard.sounds[at - 1] in _CONDITION and not heard.pauses(at - 1):
        return True
    return heard.has(_TALE, heard.sentence(at)[0], at)


def _counts(heard: Heard, at: int) -> dict[str, int]:
    """Read the announced numbers: {"yes": 8, "no": 6}; only those heard."""
    counts: dict[str, int] = {}
    end = min(at + _COUNT_WORDS, len(heard.words))
    while at < end:
        number = number_at(heard.sounds, at)
        if number is None:
            at += 1
            continue
        value, at = number
        side = at + (at < end and heard.sounds[at] in _VOTE)
        if side < end and heard.sounds[side] in _SIDES:
            counts.setdefault(_SIDES[heard.sounds[side]], value)
    return counts


def _gathered(heard: Heard) -> Iterator[tuple[list[_Sign], int]]:
    """Yield the signs that belong together, and where the next group begins."""
    group: list[_Sign] = []
    for sign in _signs(heard):
        follows = bool(group) and _follows(heard, group[-1], sign)
        if sign.kind == "replied" and not follows:
            continue
        if group and not follows:
            yield group, sign.first
            group = []
        group.append(sign)
    if group:
        yield group, len(heard.words)


def _follows(heard: Heard, before: _Sign, sign: _Sign) -> bool:
    if before.kind == "declared":
        return False
    gap = heard.seconds(sign.first) - heard.seconds(before.last - 1)
    if sign.kind == "replied":
        fresh = heard.words[sign.first - 1].ends or heard.pauses(sign.first - 1)
        return before.kind == "asked" and gap <= _AT_ONCE and fresh
    if sign.kind in _PUT:
        return before.kind in _PUT and gap <= _PATIENCE["asked"]
    return gap <= _PATIENCE[before.kind]


def _vote(
    heard: Heard,
    roster: Sequence[Person],
    signs: list[_Sign],
    after: int,
    limit: int,
) -> VoteFound | None:
    """Return the vote that these signs tell of, or None when they are too few."""
    put = [sign for sign in signs if sign.kind in _PUT]
    told = [sign for sign in signs if sign.kind not in _PUT]
    ballots: tuple[BallotFound, ...] = ()
    if any(sign.kind == "opened" for sign in put):
        end = min(told[0].first if told else limit, heard.until(put[-1].last - 1, 900))
        ballots = _ballots(heard, roster, put[-1].last, end)
    announced = any(sign.kind in _ANNOUNCED for sign in told) or len(ballots) > 1
    declared = signs[-1].kind == "declared"
    if bool(put) + announced + declared < 2:
        return None
    named = any(heard.has(_NOMINAL, s.first, s.last) for s in put if s.kind == "opened")
    counted = [sign for sign in told if sign.kind == "counted"]
    counts = _counts(heard, counted[0].last) if counted else {}
    return VoteFound(
        _question(heard, signs, after),
        "nominal" if named or len(ballots) > 1 else "ordinaria",
        counts.get("yes"),
        counts.get("no"),
        _result(heard, told),
        ballots,
        heard.seconds(signs[0].first),
        _proof(heard, told or put),
    )


def _proof(heard: Heard, signs: list[_Sign]) -> Proof:
    """Quote the sign that says most, from the start of its sentence to its pause."""
    order = ("counted", "declared", "answered", "replied", "opened", "asked")
    sign = min(signs, key=lambda sign: order.index(sign.kind))
    first, end = heard.sentence(sign.first)
    # A small model forgets its full stops, and a sentence may run on for minutes.
    first = max(first, sign.first - 6)
    last = _past_counts(heard, sign) if sign.kind == "counted" else sign.last
    while last < min(end, sign.last + 12) and not heard.words[last - 1].ends:
        if heard.pauses(last - 1):
            break
        last += 1
    return heard.proof(first, last)


def _result(heard: Heard, told: list[_Sign]) -> str:
    """Return the announced result; the last word on it counts, numbers do not."""
    for sign in reversed(told):
        sounds = heard.sounds[sign.first : sign.last]
        if sign.kind != "counted":
            for sound in sounds:
                for stem, result in _RESULTS:
                    if sound.startswith(stem):
                        return "negado" if sounds[0] == "no" else result
    return ""


def _question(heard: Heard, signs: list[_Sign], after: int) -> str:
    """Return what was voted in the transcript's words, "" where nobody said it.

    In this order: said with the question; said when the vote was opened or counted;
    last put in consideration; an impediment read just before; said when declared.
    """
    for sign in signs:
        following = heard.sounds[sign.last : sign.last + 1]
        if sign.kind == "asked" and _ARTICLES.issuperset(following):
            return _phrase(heard, sign.last)
        if sign.kind in ("opened", "counted"):
            end = min(sign.last + _COUNT_WORDS, len(heard.words))
            start = sign.last if sign.kind == "opened" else _past_counts(heard, sign)
            for first, last in heard.find(_OUTCOME, start, end):
                if first == start and (words := _phrase(heard, last)):
                    return words
    early = signs[0].first
    for phrase in (_CONSIDERED, _IMPEDIMENT):
        spans = [
            (first, last)
            for first, last in heard.find(phrase, after, early)
            if phrase is _IMPEDIMENT or heard.sounds[last] in _ARTICLES
        ]
        if spans and heard.seconds(early) - heard.seconds(spans[-1][0]) <= _BEFORE:
            first, last = spans[-1]
            if phrase is _IMPEDIMENT:
                return heard.literal(first, last)
            return _phrase(heard, last)
    if signs[-1].kind == "declared":
        return _phrase(heard, signs[-1].last)
    return ""


def _past_counts(heard: Heard, sign: _Sign) -> int:
    """Return the position after the last "votos negativos" of an announcement."""
    end = min(sign.last + _COUNT_WORDS, len(heard.words))
    sides = [at for at in range(sign.last, end) if heard.sounds[at] in _SIDES]
    return sides[-1] + 1 if sides else sign.last


def _phrase(heard: Heard, at: int) -> str:
    """Return the words from a position to the next pause, at most twenty."""
    last = at
    while last < min(at + 20, len(heard.words)) and heard.sounds[last] not in _STOP:
        last += 1
        if heard.pauses(last - 1):
            break
    while last > at and heard.sounds[last - 1] in _LOOSE:
        last -= 1
    return heard.literal(at, last) if last > at else ""


def _ballots(
    heard: Heard, roster: Sequence[Person], first: int, last: int
) -> tuple[BallotFound, ...]:
    """Read who answered what; who is heard with two different answers is left out."""
    named = calls(heard, roster, first, last)
    found: dict[Person, BallotFound | None] = {}
    for index, call in enumerate(named):
        end = named[index + 1].first if index + 1 < len(named) else last
        if ballot := _answer(heard, call, end):
            before = found.get(call.person, ballot)
            agree = before is not None and before.value == ballot.value
            found[call.person] = before if agree else None
    return tuple(ballot for ballot in found.values() if ballot)


def _answer(heard: Heard, call: Call, end: int) -> BallotFound | None:
    """Return the answer that directly follows a name.

    Any other word in between may be the next name, unrecognised, and the answer
    somebody else's.
    """
    for at in range(call.last, end):
        sound = heard.sounds[at]
        value = _value(sound)
        # "No." is a vote; "no contesta" is not.
        if heard.pauses(at) or heard.words[at].ends or heard.sounds[at + 1] in _FILLERS:
            value = value or _SHORT.get(sound)
        if value:
            return BallotFound(call.person, value, heard.proof(call.first, at + 1))
        if sound not in _FILLERS:
            return None
    return None


def _value(sound: str) -> str | None:
    like = {word: fuzz.ratio(sound, word) for word in _BALLOTS}
    best = max(like, key=like.__getitem__)
    return _BALLOTS[best] if like[best] >= _LIKE else None
