"""What passes between two voices: the floor, thanks by name, names called."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from actas.reading.heard import folded, formula
from actas.reading.voices.calling import Calling, came_in
from actas.reading.voices.offices import Offices
from actas.reading.voices.proof import STRENGTHS, Candidate, Finding, Kind, Role
from actas.reading.voices.scene import Mention, Scene, Turn

_GIVES = formula(
    # "Quine en la palada": what a small model hears of it.
    r"(?:(?:t|qu|k)i?e?ne?\w{0,2}|tenga|es)(?: usted)?(?: en)? (?:el uso de )?"
    r"la pal\w+|"
    r"(?:doy|damos|darle|concedo|concedemos|cedo|dar|otorgo) (?:a )?(?:el uso de )?"
    r"la palabra|en el uso de la palabra|uso de la palabra|adelante|"
    r"(?:la|lo|le) escuchamos|para (?:las conclusiones|responder|dar respuesta)|"
    r"bien pueda|siga"
)
_LATER = formula(r"(?:se )?prepara|a continuacion|despues|luego|enseguida")
_THANKS = formula(
    r"gracias(?: (?:a|por) \w+(?: \w+){0,3}?)?|a usted|con (?:mucho )?gusto|"
    r"concedid[oa]|un minuto|claro que si"
)
_GRANTED = formula(r"concedid[oa]|concerid[oa]|retiro|reciro|permiso")
_ARTICLES = folded("el la al a")
_SOON = 8.0  # seconds from a call to the voice that follows it
_TAIL = 26  # words at the end of a turn that hand over
_HEAD = 10  # words at its beginning that look back
_LONG = 15  # words that are more than a formula and its strays
_CHAIRED = formula(
    r"president[ea](?! de)|gracias por (?:la palabra|el uso)|(?:muy )?amable|cortico|"
    r"agradezco la invitacion|paso a (?:dar respuesta|responder)"
)
_INFORMS = formula(r"informo|informar|leid[oa]|aprobad[oa]|quorum|receso|contestaron")
_SPEECH = 4  # words that are an intervention and not an answer
_CERTAIN = 0.8  # how often who is called is who speaks
_TITLED = folded("ponente autor autora citante proponente")
_PRESENTED = formula(
    r"(?:ponente|autora?|citante|firma\w*|presentad[oa]|radicad[oa])(?: por)?"
)
_AS_AUTHOR = formula(
    r"(?:cite|site|si te|citamos) (?:a )?(?:este|esta|el|la|esto|es) \w+|"
    r"(?:proposicion|proyecto|debate|citacion|iniciativa) que "
    r"(?:presente|radique|cite|presentamos|radicamos)|anuncio una propo\w+|"
    r"(?:rindo|rendi|presento|traigo) (?:la )?ponencia|como ponente|"
    r"de mi (?:autoria|ponencia)|soy (?:el|la) (?:ponente|autora?|citante)|"
    r"(?:mi|nuestra|esta) proposicion"
)
_AUTHOR_FAR = 900.0  # seconds in which an author is still remembered
_OFFICIAL = formula(
    r"agradezco la invitacion|paso a (?:dar respuesta|responder)|hemos \w+do|"
    r"nos comprometemos|nuestra (?:secretaria|entidad|dependencia|oficina)|"
    r"(?:desde|en) (?:la|nuestra) (?:secretaria|administracion|gerencia)|"
    r"(?:se )?impusieron|tenemos (?:contratad\w+|programad\w+|proyectad\w+)|"
    r"la administracion municipal ha|el plazo es"
)
_WELCOMED = formula(
    r"acompaña\w*|saluda\w*|bienvenid\w|presencia de|invitad\w|presente"
)
_STANDS_IN = formula(
    r"en (?:nombre|representacion) (?:de|del)|delegad[oa]|encargad[oa]|"
    r"no (?:pudo|alcanzo a) \w+|en reemplazo"
)
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
        self.handovers = list(self._handovers())

    def findings(self) -> list[Finding]:
        return [
            *self._floor(),
            *self._thanked(),
            *self._authors(),
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
            if turn.voice in self.offices.tables:
                continue
            for at in self._line_ends(turn):
                # Whoever speaks on under the same label may be the one called.
                said, rest = replace(turn, last=at), replace(turn, first=at)
                if self._answers_chair(rest) and (called := self._called(said)):
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

    def _called(self, turn: Turn) -> Mention | None:
        """Return who is called to speak at the end of a turn; None where nobody is."""
        heard = self.scene.heard
        first = max(turn.first, turn.last - _TAIL)
        named = [
            one
            for one in self._others(first, turn.last)
            if not heard.has(_LATER, one.first - 4, one.first)
            and not heard.has(_THANKS, one.first - 5, one.first)
        ]
        gives = list(heard.find(_GIVES, first, turn.last))
        if gives:
            begin, end = gives[-1]
            # "Tiene la palabra el concejal …"; "concejal …, tiene la palabra".
            onward = end < turn.last and heard.sounds[end] in _ARTICLES
            after = [one for one in named if one.first >= end]
            before = [one for one in named if one.last <= begin]
            nearest = after[:1] if onward else before[-1:] or after[:1]
            return nearest[0] if nearest else self._by_title(first, turn.last)
        later = next(heard.find(_LATER, first, turn.last), (turn.last, 0))[0]
        bare = named and later - named[-1].last <= 2 and named[-1].form != "office"
        return named[-1] if bare and turn.voice in self.offices.chairs else None

    def _by_title(self, first: int, last: int) -> Mention | None:
        """Return the author or ponente who was named before, called by that alone."""
        heard = self.scene.heard
        titles = [at for at in range(first, last) if heard.sounds[at] in _TITLED]
        if not titles:
            return None
        author = self._author(titles[-1])
        return author and Mention(titles[-1], titles[-1] + 1, author.person, "office")

    def _author(self, word: int) -> Mention | None:
        """Return the last mention before a word that presents somebody as author."""
        scene, heard = self.scene, self.scene.heard
        for one in reversed(scene.named(0, word)):
            if scene.seconds(word) - scene.seconds(one.first) > _AUTHOR_FAR:
                return None
            after = any(
                sound in _TITLED for sound in heard.sounds[one.last : one.last + 3]
            )
            if after or heard.has(_PRESENTED, one.first - 6, one.first):
                return one
        return None

    def _floor(self) -> list[Finding]:
        scene = self.scene
        taken = [
            (one, one.follows) for one in self.handovers if one.follows is not None
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

    # ---- Looking back ----------------------------------------------------------------

    def _thanked(self) -> list[Finding]:
        """ "Gracias, concejal Rúa", said by the chair to who has just spoken."""
        scene, heard, findings = self.scene, self.scene.heard, []
        for index, turn in enumerate(scene.turns):
            if turn.voice not in self.offices.chairs or not index:
                continue
            before = scene.turns[index - 1]
            busy = {"", *self.offices.tables, *self.offices.chairs}
            if before.voice in busy or turn.start - before.end > _SOON:
                continue
            for one in self._others(turn.first, scene.opens(turn, _HEAD + 6)):
                thanks = heard.has(_THANKS, max(turn.first, one.first - 7), one.first)
                soon = one.first - turn.first < _HEAD
                granted = heard.has(_GRANTED, turn.first, one.first)
                if (thanks and soon) or granted:
                    span = (one.first, one.last)
                    findings.append(
                        scene.finding(before.voice, one.person, Kind.THANKED, span)
                    )
                    break
        return findings

    def _authors(self) -> list[Finding]:
        scene, findings = self.scene, []
        for turn in scene.turns:
            if turn.voice in {"", *self.offices.tables, *self.offices.chairs}:
                continue
            said = next(scene.heard.find(_AS_AUTHOR, turn.first, turn.last), None)
            if said and (author := self._author(turn.first)):
                findings.append(
                    scene.finding(turn.voice, author.person, Kind.AUTHOR, said)
                )
        return findings

    def _arrived(self) -> list[Finding]:
        scene, findings = self.scene, []
        firsts = {turn.voice: turn for turn in reversed(scene.turns)}
        for person, start, span in came_in(scene):
            for voice, turn in sorted(firsts.items()):
                soon = 0 <= turn.start - start <= _ARRIVED
                if voice and soon and turn.size >= _SPEECH:
                    kind, said = Kind.ARRIVED, turn.first
                    findings.append(
                        scene.finding(voice, person, kind, span, answer=said)
                    )
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
            if not turn.voice or one.form == "office":
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
