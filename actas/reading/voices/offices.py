"""Who presides, and who sits at the secretary's table: known by their formulas."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from actas.reading.heard import folded, formula
from actas.reading.voices.calling import BALLOT, PRESENT, Calling
from actas.reading.voices.proof import (
    ASSUMES,
    STRENGTHS,
    Candidate,
    Finding,
    Kind,
    Role,
)
from actas.reading.voices.scene import Scene

# Set phrases of Colombian councils; those of the chair first.
_CHAIR = formula(
    r"(?:doy|damos|queda|se da) por (?:instalada|finalizad[oa]|terminad[oa])|"
    r"(?:declaro|declaramos|se) abierta la sesion|abro la sesion|"
    r"existiendo quorum|sistiendo quorum|"
    r"se abre la discusion|abr[oe] la discusion|anuncio que (?:se )?va a \w+|"
    r"(?:queda|se) (?:cerrada|cierra)(?: la discusion| el debate)?|"
    r"(?:en|un|y|se pone en|ponemos en|esta en) consideracion (?:el|la|las|los)|"
    r"(?:(?:a?p?r)?ueban?|apruevan?) (?:los|la plenaria|el conse\w+|la corporacion)|"
    r"queda (?:apro\w{0,4}[dg][oa]|negad[oa]|aplazad[oa]|la constancia|registrad[oa])|"
    r"siguiente punto|continue señor(?:a|ita)? secretari[oa]|"
    r"alguien mas (?:desea|quiere|va a) \w+|(?:si )?no hay mas intervenciones|"
    r"(?:tien\w+|quien\w*)(?: usted)? (?:el uso de )?la pala\w+|"
    r"en el uso de la palabra|(?:doy|damos|concedo) (?:el uso de )?la palabra|"
    r"(?:declaramos|decaramos|declaro) un receso|levantamos el receso|"
    r"se levanta (?:la sesion|el receso)|(?:se )?[cs]it[oa] para|"
    r"tomamos votacion|abra la votacion|vamos a dar inicio"
)
_ORDERS = formula(
    r"señor(?:a|ita)? secretari[oa](?: general)? (?:por favor )?"
    r"(?:sirva\w*|lea|leemos|llam\w+|verifi\w+|abra|tomamos|da(?:mos)? lectura|"
    r"deje|declaramos|levantamos|continu\w+|inform\w+|de lectura)|"
    r"sirva\w* (?:leer|llamar|dar|verificar|informar)"
)
_TABLE = formula(
    r"(?:(?:esta|queda) )?(?:leid[oa]|debido) (?:el|la|las|los|al|a) (?:\w+ ){1,4}?"
    r"señora? president[ea]|"
    r"(?:(?:ha |has )?(?:sido )?)?(?:apro\w{0,4}[dg][oa]|negad[oa])"
    r"(?: por unanimidad)? señora? president[ea]|"
    r"informo señora? president[ea]|señora? president[ea] (?:le )?informo|"
    r"me permito informar|contestaron a lista|segundo llamado|no contesta|"
    r"hay (?:quorum|coro|corum) \w+|orden del? dia ha sido (?:agotado|votado)|"
    r"agotado el orden del dia señora? president[ea]|"
    r"(?:se declara|declarado|levantado) el receso señora? president[ea]|"
    r"(?:asi|si) se hara|procedo a? ?la votacion|presento excusa|"
    r"punto que ya fue|(?:primero|segundo|tercero|cuarto|quinto|sexto|septimo) "
    r"(?:llamado a lista|lectura|aprobacion|segundo debate|debate|proposiciones)|"
    r"articulo (?:primero|segundo|tercero|cuarto)"
)
_TO_SECRETARY = formula(r"señor(?:a|ita)? secretari[oa](?! de)")
_TO_CHAIR = formula(
    r"señora? president[ea](?! de)|gracias(?: \w+){0,4} president[ea]|"
    r"con (?:la|su) veni?a (?:de )?(?:la )?(?:mesa|presid\w+|señora?)"
)
_TAKES = formula(
    r"(?:asum[aeo]|ocup[aeo]|tom[ao]|presid[ae]|presidira|recib[aeo]|encargo|cedo|entrego|dejo)"
    r"(?: \w+){0,3} (?:la presidencia|la mesa directiva)|"
    r"la presidencia (?:la )?(?:asume|ocupa|toma|queda)|"
    r"(?:continua|sigue) presidiendo|preside (?:la sesion|est[ae])"
)
_ASSUMES = formula(r"asumo(?: \w+){0,3} (?:la presidencia|la mesa directiva)")
_RETURNS = formula(
    r"(?:retom[oa]|reasum[eo]|devuelv[oe]|vuelve?o? a (?:asumir|ocupar))"
    r"(?: \w+){0,2} (?:la )?presidencia"
)
_OTHER = formula(r"de (?:la |esta )?(?:comision|junta|republica|accion)|ayer|pasad[oa]")
_CHANGE = 7  # words between a change of chair and the name of who takes it
_FIRST_PERSON = folded("asumo retomo reasumo cedo entrego dejo encargo")
_SURE = 3.0  # log odds from which a voice is taken for an office's
_LEADS = 2  # formulas of who leads after the chair was announced to change
_LEAD = 4  # formulas in a row that only one voice of two says


@dataclass(frozen=True)
class Hit:
    """A set phrase and the voice that said it."""

    voice: str
    first: int
    last: int
    worth: float


@dataclass(frozen=True)
class Reign:
    """From when on somebody presides; None where nobody said who."""

    first: int  # position of a word
    person: Candidate | None


class Offices:
    """The voices of the chair and of the secretary's table, and what shows it."""

    def __init__(
        self,
        scene: Scene,
        found: Sequence[Calling],
        chair: frozenset[str] = frozenset(),
    ) -> None:
        """`chair` are voices that are the president's whatever they say."""
        self._scene = scene
        callers = [
            Hit(calling.caller, answer.call.first, answer.call.last, 1.0)
            for calling in found
            for answer in calling.answers
            if scene.voice(answer.call.first) == calling.caller
        ]
        reading = {calling.caller for calling in found}
        self._to_chair = self._hits(_TO_CHAIR, STRENGTHS[Kind.TO_PRESIDENT])
        self._to_table = [
            hit
            for hit in self._hits(_TO_SECRETARY, STRENGTHS[Kind.TO_SECRETARY])
            if not (hit.voice in reading and _is_answer(scene, hit))
        ]
        worth = STRENGTHS[Kind.PRESIDES]
        self._chair = [*self._hits(_CHAIR, worth), *self._hits(_ORDERS, worth)]
        self._table = self._hits(_TABLE, STRENGTHS[Kind.SECRETARY])
        # The chair may call the names too: reading them shows the table only where
        # nothing else shows the chair.
        ruling = Counter(hit.voice for hit in self._chair)
        self._table += [hit for hit in callers if ruling[hit.voice] < _LEAD]
        self.chairs = self._holders(self._chair, self._to_chair) | chair
        self.tables = self._holders(self._table, self._to_table) - self.chairs
        self.reigns = _reigns(scene, self.chairs | self.tables)
        self._deputies = self._in_chair()

    def _hits(self, phrase: object, worth: float) -> list[Hit]:
        spans = self._scene.heard.find(phrase)
        turn = self._scene.at
        # What two voices say together is no formula.
        hits = [
            Hit(self._scene.voice(first), first, last, worth)
            for first, last in spans
            if turn(first) == turn(last - 1) and not self._scene.is_torn(turn(first))
        ]
        return [hit for hit in hits if hit.voice]

    def _holders(self, own: Sequence[Hit], against: Sequence[Hit]) -> frozenset[str]:
        odds: Counter[str] = Counter()
        for hit in (*own, *against):
            odds[hit.voice] += hit.worth
        return frozenset(voice for voice, sum_ in odds.items() if sum_ >= _SURE)

    def person_at(self, word: int) -> Candidate | None:
        """Return who presides when a word is said, as far as was announced."""
        return [reign for reign in self.reigns if reign.first <= word][-1].person

    def presides(self, voice: str, word: int) -> bool:
        """Say whether a voice has the chair when a word is said."""
        at = bisect_right([reign.first for reign in self.reigns], word) - 1
        return voice in self.chairs or voice in self._deputies[max(at, 0)]

    def leads(self, first: int, last: int) -> bool:
        """Say whether a formula of who presides is said in a span."""
        return any(first <= hit.first < last for hit in self._chair)

    def _in_chair(self) -> list[frozenset[str]]:
        """Return who, besides the chairs, leads while each announced person presides.

        It may be the label of the table: two people whose voices are alike.
        """
        said: list[Counter[str]] = [Counter() for _ in self.reigns]
        firsts = [reign.first for reign in self.reigns]
        for hit in self._chair:
            said[bisect_right(firsts, hit.first) - 1][hit.voice] += 1
        return [
            frozenset(v for v, n in row.items() if n >= _LEADS and at)
            for at, row in enumerate(said)
        ]

    # ---- Findings --------------------------------------------------------------------

    def findings(self) -> list[Finding]:
        return [*self._of_secretary(), *self._of_presidents()]

    def _of_secretary(self) -> list[Finding]:
        people = [p for p in self._scene.people if p.role is Role.SECRETARY]
        if len(people) != 1:
            return []
        findings = self._told(self._table, people[0], Kind.SECRETARY)
        findings += self._told(self._to_table, people[0], Kind.TO_SECRETARY)
        return findings + self._misnamed(
            people[0],
            self.tables,
            r"señor(?:a|ita) secretaria(?! de)",
            r"señor secretario(?! de)",
        )

    def _of_presidents(self) -> list[Finding]:
        findings: list[Finding] = []
        people = {r.person.key: r.person for r in self.reigns if r.person}
        for person in people.values():
            own = [h for h in self._chair if self.person_at(h.first) == person]
            # Somebody else at the same time speaks to the chair.
            spoken = [h for h in self._to_chair if self.person_at(h.first) == person]
            findings += self._told(own, person, Kind.PRESIDES)
            findings += self._told(self._assumed(person), person, Kind.PRESIDES)
            findings += self._told(spoken, person, Kind.TO_PRESIDENT)
            findings += self._unannounced(own, person)
            findings += self._misnamed(
                person, self.chairs, "señora presidenta", "señor presidente"
            )
        return findings

    def _assumed(self, person: Candidate) -> list[Hit]:
        """Return where who was just asked to take the chair says "asumo"."""
        return [
            hit
            for hit in self._hits(_ASSUMES, ASSUMES)
            if self.person_at(hit.last) == person and person.role is not Role.PRESIDENT
        ]

    def _told(
        self, hits: Sequence[Hit], person: Candidate, kind: Kind
    ) -> list[Finding]:
        return [
            self._scene.finding(
                hit.voice, person, kind, (hit.first, hit.last), hit.worth
            )
            for hit in hits
        ]

    def _unannounced(self, own: Sequence[Hit], person: Candidate) -> list[Finding]:
        """Speak against the voices of which one took the chair and nobody said so.

        Labels of one person mix; a vice-president's formulas come in one block.
        """
        rows: dict[str, list[Hit]] = defaultdict(list)
        for hit in own:
            if hit.voice in self.chairs:
                rows[hit.voice].append(hit)
        ranked = sorted(rows.values(), key=lambda row: (-len(row), row[0].voice))
        findings = []
        for row in ranked[1:]:
            main = ranked[0]
            if len(row) < _LEAD or _mixed(main, row):
                continue
            for hit in (main[0], row[0]):
                span = (hit.first, hit.last)
                kind, voice = Kind.UNANNOUNCED, hit.voice
                findings.append(self._scene.finding(voice, person, kind, span))
        return findings

    def _misnamed(
        self, person: Candidate, voices: frozenset[str], hers: str, his: str
    ) -> list[Finding]:
        """Speak against a person whom the hall would address the other way."""
        if person.gender not in ("F", "M"):
            return []
        heard = self._scene.heard
        spans = {
            gender: [
                span
                for span in heard.find(formula(words))
                if person.role is Role.SECRETARY or self.person_at(span[0]) == person
            ]
            for gender, words in (("F", hers), ("M", his))
        }
        other = spans["M" if person.gender == "F" else "F"]
        if len(other) < 3 or len(other) < 4 * len(spans[person.gender]):
            return []
        kind = Kind.OTHER_GENDER
        return [self._scene.finding(voice, person, kind, other[0]) for voice in voices]


def _is_answer(scene: Scene, hit: Hit) -> bool:
    """Say whether "presente, señor secretario" was swallowed by the caller's label."""
    begin = (hit.first - 2, hit.first)
    return scene.heard.has(PRESENT, *begin) or scene.heard.has(BALLOT, *begin)


def _mixed(one: Sequence[Hit], other: Sequence[Hit]) -> bool:
    """Say whether two voices say their formulas by turns, not in blocks."""
    row = sorted((*one, *other), key=lambda hit: hit.first)
    changes = sum(a.voice != b.voice for a, b in pairwise(row))
    return changes >= 4 and changes * 2 >= len(other)


def _reigns(scene: Scene, officers: frozenset[str]) -> tuple[Reign, ...]:
    """Return who presides from which word on: at first who the caller says does.

    Who is not at the mesa directiva only tells of such things, unless in the first
    person ("asumo la presidencia").
    """
    heard = scene.heard
    heads = [person for person in scene.people if person.role is Role.PRESIDENT]
    head = heads[0] if len(heads) == 1 else None
    reigns = [Reign(0, head)]
    changes = [(span, True) for span in heard.find(_TAKES)]
    changes += [(span, False) for span in heard.find(_RETURNS)]
    for (first, last), takes in sorted(changes):
        told = heard.has(_OTHER, first - 4, last + 5)
        own = heard.sounds[first] in _FIRST_PERSON
        if told or not (own or scene.voice(first) in officers):
            continue
        if not takes:
            reigns.append(Reign(first, head))
            continue
        person = _taker(scene, first, last)
        # "Asumo la presidencia" right after it was given over by name says no more.
        recent = scene.seconds(first) - scene.seconds(reigns[-1].first) < 60
        if person is None and len(reigns) > 1 and recent:
            person = reigns[-1].person
        reigns.append(Reign(first, person))
    return tuple(reigns)


def _taker(scene: Scene, first: int, last: int) -> Candidate | None:
    """Return who is named right beside "asume la presidencia"; None where nobody is."""
    near = [
        one
        for one in scene.named(max(first - 2 * _CHANGE, 0), last + _CHANGE)
        if one.person.role not in (Role.GUEST, Role.SECRETARY)
        and first - one.last <= _CHANGE
    ]
    nearest = min(
        near, key=lambda one: max(first - one.last, one.first - last), default=None
    )
    return nearest.person if nearest else None
