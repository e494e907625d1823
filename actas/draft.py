"""What an acta says before it is a Word file: the Draft and its parts.

A Draft is plain values. Nothing in it is looked up, guessed or formatted later: whoever
builds it has already decided what is confirmed, and `actas.word.write` prints what it
finds here and nothing else. All text is Spanish, as it will be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from councils import quorum


@dataclass(frozen=True)
class Letterhead:
    """Who issues the acta, as it stands at the head and foot of every page.

    Empty strings are left out of the page; they never leave a gap or a label behind.
    """

    council: str
    """Full name: "Concejo Municipal de Valle Sereno"."""
    kind: str
    """Class of body: "municipal", "distrital" or "asamblea"."""
    municipality: str
    department: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    nit: str = ""
    website: str = ""
    motto: str = ""
    logo: bytes | None = None
    """PNG, JPEG, GIF, BMP or TIFF. Anything else is left out of the page."""
    form_code: str = ""
    """Code of the form in the council's quality system (SGC): "F-SG-012"."""
    form_version: str = ""
    """Version of that form: "01". Not the version of the acta."""


@dataclass(frozen=True)
class Person:
    """Someone named in the acta, with the office held at that moment."""

    name: str
    """Full name. For whom nobody has named: "Interviniente sin identificar"."""
    office: str = ""
    """In lower case and in the person's gender: "presidenta", "concejal"."""
    article: str = ""
    """Article that goes before the office: "la", "el" or nothing."""

    @property
    def label(self) -> str:
        """How a turn announces its speaker: "La presidenta, Gladys Idárraga Salazar".

        The name alone when there is no office, the office alone when there is no name.
        """
        label = self.in_sentence
        return label[:1].upper() + label[1:] if self.office else label

    @property
    def in_sentence(self) -> str:
        """The label inside a sentence: "la presidenta, Gladys Idárraga Salazar"."""
        office = f"{self.article} {self.office}".strip() if self.office else ""
        return ", ".join(part for part in (office, self.name) if part)


@dataclass(frozen=True)
class AttendanceLine:
    """One member whose attendance the secretary has confirmed."""

    name: str
    state: str
    """As printed: "presente", "ausente", "ausente con excusa", "licencia"…"""
    present: bool
    """Whether this member took part at some moment, whatever the state is called."""
    party: str = ""
    office: str = ""
    """Gendered: "presidenta", "primer vicepresidente", "concejala"."""
    arrived: time | None = None
    """Only when later than the opening; None means from the beginning."""
    left: time | None = None
    """Only when earlier than the closing; None means until the end."""
    note: str = ""


@dataclass(frozen=True)
class Quorum:
    """The arithmetic behind the sentence that declares the quórum.

    Ley 136 de 1994, art. 29: a quarter of the members to open and deliberate, the
    majority of the members to decide.
    """

    seats: int
    """Members of the corporation, vacant seats included."""
    present: int
    """Members who answered the roll call, as the secretary confirmed them."""

    @property
    def to_deliberate(self) -> int:
        """Fewest members with whom a session may open: ⌈N/4⌉."""
        return quorum.to_deliberate(self.seats)

    @property
    def to_decide(self) -> int:
        """Fewest members with whom a decision may be taken: ⌊N/2⌋ + 1."""
        return quorum.to_decide(self.seats)


@dataclass(frozen=True)
class AgendaLine:
    """One point of the orden del día that was approved."""

    number: int
    title: str


@dataclass(frozen=True)
class Turn:
    """What one person said without another taking the floor.

    A turn without paragraphs says only that the person spoke; that is how a succinct
    acta records it.
    """

    speaker: Person
    paragraphs: tuple[str, ...] = ()
    start: float | None = None
    """Seconds on the session's clock."""


@dataclass(frozen=True)
class Remark:
    """Something that happened and nobody said: a recess, a hymn, a document read.

    Printed in italics, as given. Also carries the summaries of a succinct acta.
    """

    text: str
    start: float | None = None
    """Seconds on the session's clock."""


@dataclass(frozen=True)
class Ballot:
    """How one member voted in a nominal vote."""

    name: str
    choice: str
    """"sí", "no", "abstención", "no votó", "impedido" or "ausente"."""


@dataclass(frozen=True)
class Tally:
    """How many votes one choice had."""

    choice: str
    """As in Ballot, or a candidate's name or "en blanco" in an election."""
    votes: int


@dataclass(frozen=True)
class VoteRecord:
    """A vote the secretary has confirmed; an unconfirmed one never gets here."""

    question: str
    """What was put to the vote: "Proposición No. 12 de 2026, de suficiente …"."""
    kind: str
    """"nominal", "ordinaria" or "secreta"."""
    ballots: tuple[Ballot, ...] = ()
    """In the order of the vote. Always empty when the vote was secret."""
    tallies: tuple[Tally, ...] = ()
    """The confirmed totals. Empty when none was said: a missing count is not zero."""
    result: str = ""
    """As announced: "aprobada", "negado"… Empty when nobody announced one."""
    start: float | None = None
    """Seconds on the session's clock."""


Entry = Turn | Remark | VoteRecord


@dataclass(frozen=True)
class Section:
    """What happened under one point of the orden del día, in order.

    What comes before the first point goes in a section without a number.
    """

    title: str
    number: int | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class SourceRecording:
    """A recording this acta was made from."""

    name: str
    sha256: str
    """64 hexadecimal digits."""
    seconds: float


@dataclass(frozen=True)
class Pending:
    """How much was left out because nobody has confirmed it yet."""

    attendance: int = 0
    votes: int = 0
    speakers: int = 0
    """Voices of which no person has said whose they are."""


@dataclass(frozen=True)
class Draft:
    """Everything an acta prints. The same Draft always gives the same Word bytes."""

    letterhead: Letterhead
    number: str
    """As the council writes it: "038"."""
    session_kind: str
    """As said after "sesión": "ordinaria", "plenaria extraordinaria", "de clausura"."""
    modality: str
    """"presencial", "mixta" or "no presencial"."""
    date: date
    place: str = ""
    opened: time | None = None
    """Confirmed hour. None prints a visible gap, never an invented hour."""
    closed: time | None = None
    presider: Person | None = None
    secretary: Person | None = None
    attendance: tuple[AttendanceLine, ...] = ()
    """Confirmed lines only. Empty prints "[Asistencia por confirmar]"."""
    quorum: Quorum | None = None
    """None, and no sentence, until the roll call is confirmed."""
    guests: tuple[Person, ...] = ()
    agenda: tuple[AgendaLine, ...] = ()
    sections: tuple[Section, ...] = ()
    recordings: tuple[SourceRecording, ...] = ()
    mode: str = "literal"
    """"literal", "dialogo" or "sucinto"."""
    pending: Pending = field(default_factory=Pending)
    approved: bool = False
    """Until it is, every page says BORRADOR."""
    approved_by: str = ""
    """Full name of whoever approved it. Empty until then, and nothing is printed."""
    approved_on: date | None = None
    version: int = 1
    correction: str = ""
    """Why the version before was reopened; printed from version 2 on."""
    verification_code: str | None = None
    verification_url: str = ""
    """Where the code can be checked; printed beside it."""
    prepared_by: str = ""
    reviewed_by: str = ""
    show_times: bool = False
    """Whether each turn shows its second on the session's clock, as reviewers want."""
