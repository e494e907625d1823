"""One decision over the whole session: which voice is which person."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from actas.reading.voices.proof import (
    ANSWERING_STRANGERS,
    CAPS,
    ROLE_CAP,
    SHOWN,
    STRENGTHS,
    Candidate,
    Evidence,
    Finding,
    Kind,
    Naming,
    prior,
    probability,
)
from actas.reading.voices.scene import Scene

# Kinds that are judged together: what speaks for an office and what against it.
_TOGETHER = {Kind.VOTE: Kind.ROLL_CALL}
_TOGETHER |= dict.fromkeys(
    (Kind.TO_PRESIDENT, Kind.PRESIDES, Kind.OTHER_GENDER, Kind.UNANNOUNCED),
    Kind.PRESIDES,
)
_TOGETHER |= {Kind.TO_SECRETARY: Kind.SECRETARY}
_OFFICES = frozenset((Kind.PRESIDES, Kind.SECRETARY))
# Log odds for somebody else from which a label may hold two people: an answer to the
# roll and the floor, or twice the floor.
_CLAIMS = 3.5
_SEVERAL = 3  # formulas of an office
_GIVEN = 50.0  # log odds of what is beyond doubt
_SPLIT = 1.0  # log odds that a person is not split over two labels
_JUST_BELOW = 0.9  # confidence of what is likely and yet not to be proposed
_EXCHANGE = 60.0  # seconds in which two voices answer each other
_SAID = 5  # words of a turn in an exchange
_SPEECH = 15  # words of a turn that is more than an answer
_ANSWERS = (Kind.ROLL_CALL, Kind.VOTE)
_FREE = 0.1  # how likely who is surely another voice is this one as well

Pair = tuple[str, str]  # voice, key of a person


def assigned(
    scene: Scene, findings: Iterable[Finding], given: Mapping[str, str]
) -> list[Naming]:
    """Return who each voice most likely is, the surest assignment of all together.

    `given` is the key of the person that a voice is beyond doubt.
    """
    rows = _rows(findings)
    before = _before(scene, rows)
    scores = {
        (voice, person.key): before[voice] + total(rows[voice, person.key])
        for voice in scene.voices
        for person in scene.people
    }
    scores |= {pair: _GIVEN for pair in given.items() if pair in scores}
    voices = [
        voice
        for voice in scene.voices
        if voice in given
        or any(one.strength > 0 for p in scene.people for one in rows[voice, p.key])
    ]
    core = _one_to_one(voices, scene.people, scores)
    free = _free(scene, voices, scores)
    return [_named(scene, voice, core, rows, scores, free) for voice in voices]


def _before(scene: Scene, rows: Mapping[Pair, Sequence[Evidence]]) -> dict[str, float]:
    """Return the log odds of any one person against nobody, for each voice."""
    answering = {
        voice
        for (voice, _), row in rows.items()
        if any(one.kind in _ANSWERS and one.answer for one in row)
    }
    speaking = {turn.voice for turn in scene.turns if turn.size >= _SPEECH}
    people = len(scene.people)
    likelier = prior(people, ANSWERING_STRANGERS)
    return {
        voice: likelier if voice in answering & speaking else prior(people)
        for voice in scene.voices
    }


def _rows(findings: Iterable[Finding]) -> dict[Pair, list[Evidence]]:
    """Return the evidence of each voice and person; a sentence counts once a kind."""
    strongest: dict[tuple[Pair, Kind, float], Evidence] = {}
    for finding in findings:
        one = finding.evidence
        key = (finding.voice, one.person), one.kind, one.start
        known = strongest.get(key)
        if known is None or abs(one.strength) > abs(known.strength):
            strongest[key] = one
    rows: dict[Pair, list[Evidence]] = defaultdict(list)
    for (pair, _, _), one in strongest.items():
        rows[pair].append(one)
    return rows


def total(row: Sequence[Evidence]) -> float:
    """Add up evidence of one person and voice, no kind above its cap."""
    sums: Counter[tuple[Kind, bool]] = Counter()
    for one in row:
        kind = _TOGETHER.get(one.kind, one.kind)
        office = kind in _OFFICES
        sums[kind, office or one.strength > 0] += one.strength
    return sum(
        max(-CAPS.get(kind, ROLE_CAP), min(CAPS.get(kind, ROLE_CAP), strength))
        for (kind, _), strength in sums.items()
    )


def _one_to_one(
    voices: Sequence[str],
    people: Sequence[Candidate],
    scores: dict[Pair, float],
) -> dict[str, str]:
    """Return the assignment of voices to people with the highest sum of log odds."""
    if not voices or not people:
        return {}
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    # Every voice may also be nobody, at log odds of 0.
    table = np.zeros((len(voices), len(people) + len(voices)))
    for row, voice in enumerate(voices):
        for column, person in enumerate(people):
            table[row, column] = scores[voice, person.key]
    pairs = zip(*linear_sum_assignment(table, maximize=True), strict=True)
    return {voices[row]: people[at].key for row, at in pairs if at < len(people)}


def _free(
    scene: Scene, voices: Sequence[str], scores: Mapping[Pair, float]
) -> dict[Pair, float]:
    """Return how likely each person is no other voice, and so may be this one.

    Judged twice: who a voice is depends on who all the others are.
    """
    pairs = [(voice, person.key) for voice in voices for person in scene.people]
    free = dict.fromkeys(pairs, 1.0)
    for _ in range(2):
        odds = {p: math.exp(min(scores[p], _GIVEN)) * free[p] for p in pairs}
        sums: Counter[str] = Counter()
        for (voice, _), value in odds.items():
            sums[voice] += value
        sure = {pair: odds[pair] / (1 + sums[pair[0]]) for pair in pairs}
        for voice, key in pairs:
            taken = max((sure[v, key] for v in voices if v != voice), default=0.0)
            free[voice, key] = max(_FREE, 1 - taken)
    return free


def _named(
    scene: Scene,
    voice: str,
    core: dict[str, str],
    rows: dict[Pair, list[Evidence]],
    scores: dict[Pair, float],
    free: dict[Pair, float],
) -> Naming:
    odds = {p.key: scores[voice, p.key] for p in scene.people}
    best = max(sorted(odds), key=odds.__getitem__)
    key, further = core.get(voice, best), []
    holder = next((v for v, k in core.items() if k == best and v != voice), None)
    if key != best and odds[best] - odds[key] > 0 and holder:
        # Its likeliest person is another voice: perhaps both are.
        key = best
    if holder and key == best:
        further = _against_joining(scene, voice, holder, scene.by_key[best])
        odds[key] += sum(one.strength for one in further) - _SPLIT
        odds[key] += _forgiven(rows[voice, key], rows[holder, key])
    rest = sum(
        math.exp(min(value, 50)) * free[voice, k]
        for k, value in odds.items()
        if k != key
    )
    confidence = probability(odds[key] - math.log1p(rest))
    row = [*rows[voice, key], *further]
    row += _two_people(scene, voice, key, rows)
    confidence = min(confidence, _ceiling(row))
    if scene.by_key[key] in scene.unsure:
        confidence = min(confidence, _JUST_BELOW)
    return Naming(voice, scene.by_key[key], confidence, _shown(row))


def _forgiven(row: Sequence[Evidence], other: Sequence[Evidence]) -> float:
    """Return what no longer speaks against: the same person answered, as `other`."""
    answered = {one.start for one in other if one.kind in _ANSWERS}
    still = [
        one
        for one in row
        if one.kind is not Kind.OTHER_ANSWERED or one.start not in answered
    ]
    return total(still) - total(row)


def _ceiling(row: Sequence[Evidence]) -> float:
    """Return the most that such evidence can prove.

    The floor alone never proves anything, nor the chair alone where another voice had
    it as well; and no name is right for two people.
    """
    kinds = {one.kind for one in row}
    proving = {one.kind for one in row if one.strength > 0}
    alone = proving <= {Kind.FLOOR}
    unsure = Kind.UNANNOUNCED in kinds and proving <= {Kind.FLOOR, Kind.PRESIDES}
    return _JUST_BELOW if alone or unsure or Kind.TWO_PEOPLE in kinds else 1.0


def _claim(row: Sequence[Evidence]) -> float:
    """Return how much speaks for a person who may be under the same label.

    What speaks against is left out: it may be the other person's. Of an office that is
    so for who has said several of its formulas; all of them count, so that the strays
    of a long session are few beside those of who holds it.
    """
    offices = [one for one in row if _TOGETHER.get(one.kind, one.kind) in _OFFICES]
    others = sum(one.strength for one in row if one not in offices and one.strength > 0)
    said = [one.strength for one in offices if one.strength > 0]
    return others + (sum(said) if len(said) >= _SEVERAL else max(0.0, total(offices)))


def _two_people(
    scene: Scene, voice: str, key: str, rows: dict[Pair, list[Evidence]]
) -> list[Evidence]:
    """Return what shows most that somebody else is under the same label too.

    Where that person's proofs are mostly with another voice, these are strays.
    """
    claims = {
        person.key: _claim(rows[voice, person.key])
        for person in scene.people
        if person.key != key
    }
    for second in sorted(claims, key=claims.__getitem__, reverse=True):
        if claims[second] < _CLAIMS:
            break
        elsewhere = (_claim(rows[v, second]) for v in scene.voices if v != voice)
        if claims[second] * 2 >= max(elsewhere, default=0.0):
            one = max(rows[voice, second], key=lambda one: one.strength)
            worth = STRENGTHS[Kind.TWO_PEOPLE]
            return [Evidence(Kind.TWO_PEOPLE, one.start, one.quote, worth, key)]
    return []


def _against_joining(
    scene: Scene, voice: str, other: str, person: Candidate
) -> list[Evidence]:
    """Return the words in which two voices of one person would answer each other."""
    turns = [turn for turn in scene.turns if turn.size >= _SAID]
    for at in range(len(turns) - 3):
        row = turns[at : at + 4]
        names = [turn.voice for turn in row]
        if names in ([voice, other] * 2, [other, voice] * 2):
            whole = all(scene.heard.words[turn.last - 1].ends for turn in row[:3])
            if whole and row[3].start - row[0].end <= _EXCHANGE:
                span = (row[1].first, row[1].last)
                return [scene.finding(voice, person, Kind.ALTERNATES, span).evidence]
    return []


def _shown(row: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the strongest findings of each kind, the strongest of all first."""
    kept: Counter[Kind] = Counter()
    shown = []
    for one in sorted(row, key=lambda one: (-abs(one.strength), one.start, one.quote)):
        kept[one.kind] += 1
        if kept[one.kind] <= SHOWN:
            shown.append(one)
    return tuple(shown)
