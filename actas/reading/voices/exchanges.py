"""What passes between two voices: the floor, thanks by name, names called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from actas.reading.heard import folded, formula
from actas.reading.voices.authors import authored, titled
from actas.reading.voices.calling import Calling, came_in
from actas.reading.voices.offices import Offices
from actas.reading.voices.proof import (
    ONLY_NEW,
    STRENGTHS,
    Candidate,
    Finding,
    Kind,
    Role,
)
from actas.reading.voices.replies import AFTERWARDS, replies, thanked
from actas.reading.voices.scene import Mention, Scene, Turn
from actas.reading.voices.short_names import TITLE

_GIVES = formula(
    # "Quine en la palada": what a small model hears of it.
    r"(?:(?:t|qu|k)i?e?ne?\w{0,2}|tenga|es)(?: usted)?(?: en)? (?:el uso de )?"
    r"la pal\w+|"
    r"(?:doy|damos|darle|concedo|concedemos|cedo|dar|otorgo) (?:a )?(?:el uso de )?"
    r"la palabra|en el uso de la palabra|uso de la palabra|adelante|"
    r"(?:doy|damos|demos|darle) (?:el )?paso|"
    r"(?:tiene |con |para )?(?:la |su )replica|hasta (?:por )?\w+ minutos|"
    r"(?:la|lo|le) escuchamos|para (?:las conclusiones|responder|dar respuesta)|"
    r"bien pueda|siga"
)
_LATER = formula(r"(?:se )?prepara|a continuacion|despues|luego|enseguida")
_ARTICLES = folded("el la al a")
_SOON = 8.0  # seconds from a call to the voice that follows it
_TITLE_FAR = 6  # words between "tiene la palabra" and the title that it is given to
_OPENS = 3  # words before a name that opens a sentence
_VOCATIVE = 9  # words of such a sentence after the name
_TAIL = 26  # words at the end of a turn that hand over
_LONG = 15  # words that are more than a formula and its strays
_CHAIRED = formula(
    r"president[ea](?! de)|gracias por (?:la palabra|el uso)|(?:muy )?amable|cortico|"
    r"agradezco la invitacion|paso a (?:dar respuesta|responder)"
)
_INFORMS = formula(r"informo|informar|leid[oa]|aprobad[oa]|quorum|receso|contestaron")
_ACCEPTS = formula(r"(?:muchas )?gracias(?: president[ea])?|president[ea]")
_MYSELF = formula(r"soy|habla|nombre es|me llamo|saluda")
_SPEECH = 4  # words that are an intervention and not an answer
_CERTAIN = 0.8  # how often who is called is who speaks
_OFFICIAL = formula(
    r"agradezco la invitacion|paso a (?:dar respuesta|responder)|hemos \w+do|"
    r"nos comprometemos|nuestra (?:secretaria|entidad|dependencia|oficina)|"
    r"(?:desde|en) (?:la|nuestra) (?:secretaria|administracion|gerencia)|"
    r"(?:se )?impusieron|tenemos (?:contratad\w+|programad\w+|proyectad\w+)|"
    r"la administracion municipal ha|el plazo es"
)
_WELCOMED = formula(
    r"acompaña\w*|saluda\w*|bienvenid\w+|presencia de|invitad\w+|inscrit\w+|presente"
)
_STANDS_IN = formula(
    r"en (?:nombre|representacion) (?:de|del)|delegad[oa]|encargad[oa]|"
    r"no (?:pudo|alcanzo a) \w+|en reemplazo"
)
_LATE = formula(
    r"(?:excus\w+|disculp\w+|perdon\w*|que pena)(?: \w+){0,5} "
    r"(?:demora|tardanza|retraso|retardo|hora|llegar tarde|llegada tarde)|"
    r"(?:acabo|acabamos) de llegar|llegue tarde|(?:mi|la) (?:demora|tardanza)"
)
_LATEST = 900.0  # seconds after an arrival in which its lateness is excused
_ARRIVED = 45.0  # seconds after an arrival in which a new voice may be the arrived


@dataclass(frozen=True)
class Handover:
    """A person called to speak, and the turn that follows."""

    mention: Mention
    follows: Turn | None


class Exchanges:
    """Reads the turns before and after each time a name is said."""

    def __init__(
        self, scene: Scene, offices: Offices, found: Sequence[Calling]
    ) -> None:
        self.scene, self.offices = scene, offices
        self._read_out = {
            answer.call.first for calling in found for answer in calling.answers
        }
        self._callers = {calling.caller for calling in found}
        self.handovers = list(self._handovers())

    def findings(self) -> list[Finding]:
        return [
            *self._floor(),
            *replies(self.scene, self.offices, self._others),
            *authored(self.scene, self.offices),
            *self._arrived(),
            *self._officials(),
            *self._named(),
        ]

    def _others(self, first: int, last: int) -> list[Mention]:
        """Return the mentions in a span that are no roll call."""
        return [
            one
            for one in self.scene.named(first, last)
            if one.first not in self._read_out
        ]

    # ---- The floor -------------------------------------------------------------------

    def _handovers(self) -> Iterator[Handover]:
        for index, turn in enumerate(self.scene.turns):
            presides = self.offices.presides(turn.voice, turn.first)
            if turn.voice in self.offices.tables and not presides:
                continue
            for at in self._line_ends(turn):
                # Whoever speaks on under the same label may be the one called.
                said, rest = replace(turn, last=at), replace(turn, first=at)
                takes = self._answers_chair(rest) or self._accepts(rest)
                if takes and (called := self._called(said)):
                    yield Handover(called, rest)
            if called := self._called(turn):
                yield Handover(called, self._following(index))

    def _line_ends(self, turn: Turn) -> Iterator[int]:
        words = self.scene.heard.words
        for at in range(turn.first + 1, turn.last):
            if words[at].line != words[at - 1].line:
                yield at

    def _following(self, index: int) -> Turn | None:
        """Return the turn of who takes the floor; None where nobody is seen to.

        An officer's label takes it only with words that no officer would say then:
        it holds somebody else too.
        """
        follows = self.scene.next_turn(index, _SOON, _SPEECH)
        if follows is None:
            return None
        taken = self.scene.turns[follows]
        officer = taken.voice in self.offices.tables | self.offices.chairs
        return taken if not officer or self._answers_chair(taken) else None

    def _answers_chair(self, turn: Turn) -> bool:
        """Say whether a turn opens to the chair and goes on as a speech."""
        heard = self.scene.heard
        opening = (turn.first, self.scene.opens(turn, 12))
        informs = heard.has(_INFORMS, turn.first, self.scene.opens(turn, 16))
        return turn.size >= _LONG and heard.has(_CHAIRED, *opening) and not informs

    def _accepts(self, turn: Turn) -> bool:
        """Say whether a turn opens with thanks alone and goes on, not as the chair."""
        heard = self.scene.heard
        thanks = next(heard.find(_ACCEPTS, turn.first, turn.first + 3), None)
        if thanks is None or thanks[0] != turn.first or turn.size < _LONG:
            return False
        said = (turn.first, self.scene.opens(turn, 2 * _LONG))
        leads = heard.has(_GIVES, *said) or self.offices.leads(*said)
        return heard.words[thanks[1] - 1].ends and not leads

    def _called(self, turn: Turn) -> Mention | None:
        """Return who is called to speak at the end of a turn; None where nobody is."""
        heard = self.scene.heard
        first = max(turn.first, turn.last - _TAIL)
        named = [
            one
            for one in self._others(first, turn.last)
            if not heard.has(_LATER, one.first - 4, one.first)
            and not thanked(heard, one, one.first - 5, AFTERWARDS)
        ]
        gives = list(heard.find(_GIVES, first, turn.last))
        if gives:
            begin, end = gives[-1]
            # "Tiene la palabra el concejal …"; "concejal …, tiene la palabra"; but
            # "para responder el cuestionario".
            onward = end < turn.last and heard.sounds[end] in _ARTICLES
            onward = onward and heard.sounds[begin] != "para"
            after = [one for one in named if one.first >= end]
            before = [one for one in named if one.last <= begin]
            nearest = after[:1] if onward else before[-1:] or after[:1]
            near = (max(first, begin - _TITLE_FAR), min(end + _TITLE_FAR, turn.last))
            if nearest and not self._hands_on(nearest[0].last, begin):
                return nearest[0]
            return self._by_title(*near)
        return self._bare(turn, named)

    def _hands_on(self, first: int, last: int) -> bool:
        """Say whether somebody nobody knows is called after a name: "Ingeniera, …"."""
        starts = {one.first for one in self._others(first, last)}
        return any(
            end not in starts and self.scene.heard.pauses(end - 1)
            for _, end in self.scene.heard.find(TITLE, first, last)
        )

    def _bare(self, turn: Turn, named: Sequence[Mention]) -> Mention | None:
        """Return who is called by nothing but the name, by who presides."""
        if not named or named[-1].form == "office":
            return None
        heard, one = self.scene.heard, named[-1]
        if not self.offices.presides(turn.voice, one.first):
            return None
        first = max(turn.first, turn.last - _TAIL)
        later = next(heard.find(_LATER, first, turn.last), (turn.last, 0))[0]
        # "Concejal Rúa, ya que lo nombraron." The name opens the last sentence.
        opens = heard.sentence(one.first) == heard.sentence(turn.last - 1)
        vocative = (
            opens
            and one.first - heard.sentence(one.first)[0] <= _OPENS
            and turn.last - one.last <= _VOCATIVE
        )
        return one if later - one.last <= 2 or vocative else None

    def _by_title(self, first: int, last: int) -> Mention | None:
        """Return the author or ponente who is called by that alone."""
        heard = self.scene.heard
        found = [
            one
            for one in titled(self.scene, first, last)
            if not thanked(heard, one, one.first - 4, AFTERWARDS)
        ]
        return found[-1] if found else None

    def _declines(self, one: Handover) -> bool:
        """Say whether somebody answers for who was called: "El concejal Rúa salió".

        Who is called and says the own name says "soy" before it.
        """
        turn, heard = one.follows, self.scene.heard
        opening = (turn.first, self.scene.opens(turn, _LONG)) if turn else (0, 0)
        return any(
            said.person == one.mention.person
            and said.form != "office"
            and not heard.has(_MYSELF, said.first - 4, said.first)
            for said in self._others(*opening)
        )

    def _floor(self) -> list[Finding]:
        scene = self.scene
        taken = [
            (one, one.follows)
            for one in self.handovers
            if one.follows is not None and not self._declines(one)
        ]
        given = Counter(turn.voice for _, turn in taken)
        pairs = Counter((turn.voice, one.mention.person.key) for one, turn in taken)
        calls = Counter(one.mention.person.key for one, _ in taken)
        findings = []
        for one, turn in taken:
            key = one.mention.person.key
            others = given[turn.voice] - pairs[turn.voice, key]
            rate = (others + 0.5) / (len(taken) - calls[key] + 6)
            most = math.log(_CERTAIN / min(rate, _CERTAIN))
            worth = min(scene.floor(turn), most)
            span = (one.mention.first, one.mention.last)
            if worth > 0:
                person = one.mention.person
                kind, said = Kind.FLOOR, turn.first
                findings.append(
                    scene.finding(turn.voice, person, kind, span, worth, answer=said)
                )
        return findings

    # ---- Arrivals --------------------------------------------------------------------

    def _arrived(self) -> list[Finding]:
        scene, findings = self.scene, []
        spoken = [one for one in scene.turns if one.voice and one.size >= _SPEECH]
        firsts = {turn.voice: turn for turn in reversed(spoken)}
        came = came_in(scene)
        for person, start, span in came:
            new = {v: turn for v, turn in firsts.items() if turn.start >= start}
            worth = STRENGTHS[Kind.ARRIVED] + (ONLY_NEW if len(new) == 1 else 0.0)
            for voice, turn in sorted(new.items()):
                if turn.start - start <= _ARRIVED:
                    kind, said = Kind.ARRIVED, turn.first
                    findings.append(
                        scene.finding(voice, person, kind, span, worth, answer=said)
                    )
        for turn in spoken:
            late = next(scene.heard.find(_LATE, turn.first, turn.last), None)
            before = [one for one in came if 0 <= turn.start - one[1] <= _LATEST]
            if late and len(before) == 1:
                kind, person = Kind.LATE, before[0][0]
                findings.append(scene.finding(turn.voice, person, kind, late))
        return findings

    # ---- Guests ----------------------------------------------------------------------

    def _officials(self) -> list[Finding]:
        """Support a guest given the floor whose voice speaks as officials do."""
        scene, heard, findings = self.scene, self.scene.heard, []
        seen = set()
        for one in self.handovers:
            person = one.mention.person
            if one.follows is None or person.role is not Role.GUEST:
                continue
            turn = one.follows
            if (turn.voice, person.key) in seen:
                continue
            seen.add((turn.voice, person.key))
            said = next(heard.find(_OFFICIAL, turn.first, turn.last), None)
            if said:
                kind = Kind.OFFICIAL
                findings.append(scene.finding(turn.voice, person, kind, said))
            findings += self._presented(turn.voice, person, one.mention)
            begins = (turn.first, scene.opens(turn, 40))
            if stand := next(heard.find(_STANDS_IN, *begins), None):
                kind = Kind.STANDS_IN
                findings.append(scene.finding(turn.voice, person, kind, stand))
        return findings

    def _presented(
        self, voice: str, person: Candidate, called: Mention
    ) -> Iterator[Finding]:
        """Yield where the chair or the table said before that the guest is here."""
        for one in self._others(0, called.first):
            near = (one.first - 12, one.first)
            officer = self.scene.voice(one.first) in (
                self.offices.chairs | self.offices.tables
            )
            welcome = self.scene.heard.has(_WELCOMED, *near)
            if one.person == person and officer and welcome:
                span = (one.first, one.last)
                yield self.scene.finding(voice, person, Kind.PRESENTED, span)
                return

    # ---- Against ---------------------------------------------------------------------

    def _named(self) -> list[Finding]:
        """Who names somebody is another; at the edge of a turn words may be strays."""
        scene, findings = self.scene, []
        for one in scene.mentions:
            turn = scene.turns[scene.at(one.first)]
            # A call that fell under the label of who answered it names nobody.
            strayed = one.first in self._read_out and turn.voice not in self._callers
            if not turn.voice or one.form == "office" or strayed:
                continue
            edge = turn.size > one.last - one.first + 4 and (
                one.first - turn.first < 3 or turn.last - one.last < 2
            )
            worth = STRENGTHS[Kind.NAMES_THEM] * (0.35 if edge else 1.0)
            span = (one.first, one.last)
            findings.append(
                scene.finding(turn.voice, one.person, Kind.NAMES_THEM, span, worth)
            )
        return findings
