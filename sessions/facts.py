"""What an acta states as fact: its points, who spoke, who was there, what was voted.

The machine proposes, with the sentence that supports it; a person confirms; only what
is confirmed is printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from councils.models import Councillor, Gender, User
from sessions.wording import long_date

if TYPE_CHECKING:
    from sessions.models import CouncilSession, Recording


class NotAllowed(Exception):
    """The acta is not in a state in which that can be done; says why in Spanish."""


class SameRecording(Exception):
    """The council already has a file sent to `asked`; `recording` says where."""

    def __init__(self, recording: Recording, asked: CouncilSession) -> None:
        session = recording.session
        where = f"la {str(session).lower()} del {long_date(session.date)}"
        if session == asked:
            where = "esta sesión"
        super().__init__(
            f"Esta grabación ya está en {where}, con el nombre «{recording.name}». "
            "No se guardó otra vez."
        )
        self.recording = recording


def is_open(session: CouncilSession) -> bool:
    """Whether a session's facts may change: its acta, if it has one, is a draft."""
    acta = getattr(session, "acta", None)  # the reverse of actas.Acta.session
    return acta is None or acta.is_editable


def hold(session: CouncilSession) -> None:
    """Hold a session's facts for one change, inside a transaction.

    Raises NotAllowed when its acta has left the draft: what is being approved, or was,
    does not change under anybody's eyes.
    """
    # Not its key: whoever holds the acta may be adding rows that point at the session.
    row = type(session).objects.select_for_update(no_key=True).get(pk=session.pk)
    acta = getattr(row, "acta", None)  # of now, not of when `session` was fetched
    if acta is not None:
        acta.lock()


def initials(name: str) -> str:
    """Return the first letters of the first and the last word that has a capital."""
    words = [w for w in name.split() if w[0].isupper() or w[0].isdigit()] or [name]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


class Proposed(models.Model):
    """A fact with its proof: who stated it, where it is heard, who confirmed it."""

    class Source(models.TextChoices):
        MACHINE = "machine", "ASTRA lo oyó"
        PERSON = "person", "lo escribió una persona"

    source = models.CharField(
        "origen", max_length=8, choices=Source, default=Source.PERSON
    )
    proof_start = models.FloatField("se oye en (s)", null=True, blank=True)
    proof_quote = models.TextField("frase que lo prueba", blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmó",
    )
    confirmed_at = models.DateTimeField("confirmado", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    def confirm(self, user: User | None) -> None:
        """State the fact in a person's name; saves."""
        self.confirmed_by, self.confirmed_at = user, timezone.now()
        self.save()

    def withdraw(self) -> None:
        """Leave the fact unconfirmed, so that it is not printed; saves."""
        self.confirmed_by = self.confirmed_at = None
        self.save()


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def unattributed(self) -> SpeakerQuerySet:
        """Voices of which no person said whose they are, each once."""
        nobody = Q(confirmed_at=None) | Q(councillor=None, name="")
        return self.filter(nobody, same_as=None)


class Speaker(Proposed):
    """Who a voice is, or who a sentence was given to; between a voice and a person."""

    session = models.ForeignKey(
        "council_sessions.CouncilSession",
        models.CASCADE,
        related_name="speakers",
        verbose_name="sesión",
    )
    voice = models.CharField("voz", max_length=16, blank=True)  # "S1"; "" for no voice
    # The voice of which somebody said that this one is part. Whoever that one is, this
    # one is too, whatever its own fields say. It is itself part of none: no chains.
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="others"
    )
    # What speaks for and against the likeliest person, proposed or not:
    # [{kind, start, quote, strength, person, name}, …], the strongest first.
    evidence = models.JSONField("indicios", default=list, blank=True)
    confidence = models.FloatField("confianza", null=True, blank=True)  # 0 to 1
    councillor = models.ForeignKey(
        Councillor,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="concejal",
    )
    name = models.CharField("nombre", max_length=120, blank=True)
    office = models.CharField("cargo", max_length=120, blank=True)
    gender = models.CharField("género", max_length=1, choices=Gender, blank=True)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = "voz"
        verbose_name_plural = "voces"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "voice"], condition=~Q(voice=""), name="voice_once"
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def head(self) -> Speaker:
        """The row that says who this is: itself, or the voice that it is part of."""
        return self.same_as if self.same_as_id else self

    @property
    def is_named(self) -> bool:
        return bool(self.head.councillor_id or self.head.name)

    @property
    def is_confirmed(self) -> bool:
        return self.head.confirmed_at is not None

    @property
    def is_attributed(self) -> bool:
        """Whether a person said who this is; nothing else is printed."""
        return self.is_named and self.is_confirmed

    @property
    def label(self) -> str:
        """The name to show: the person's, or the voice's until it has one."""
        if self.head.councillor:
            return self.head.councillor.full_name
        return self.head.name or f"Voz {self.head.number or 'sin número'}"

    @property
    def number(self) -> str:
        """What tells a voice from the others in a few letters: "7", or "7B"."""
        return self.voice.removeprefix("S")

    @property
    def might_be(self) -> str:
        """Who a voice without a name may be, where the proof is too weak to say so."""
        head = self.head
        guess = head.evidence[0] if head.evidence and not head.is_named else {}
        return "" if head.source == self.Source.PERSON else guess.get("name", "")

    @property
    def office_label(self) -> str:
        """The office to show beside the name, on the day of the session."""
        if self.head.councillor:
            return self.head.councillor.office_on(self.session.date)
        return self.head.office

    @property
    def initials(self) -> str:
        """Two letters of a name; of a voice without one, its number."""
        return initials(self.label) if self.is_named else self.head.number or "?"


def tied(speakers: Iterable[Speaker]) -> list[Speaker]:
    """Return the rows, with voices that are part of another tied to it at hand.

    So asking each who it is costs no query; `speakers` are all of a session.
    """
    rows = list(speakers)
    known = {row.pk: row for row in rows}
    for row in rows:
        if row.same_as_id in known:
            row.same_as = known[row.same_as_id]
    return rows


class Attendance(Proposed):
    """Whether a councillor was there, from when, until when."""

    class State(models.TextChoices):
        PRESENT = "presente", "Presente"
        EXCUSED = "excusa", "Con excusa"
        ABSENT = "ausente", "Ausente"

    session = models.ForeignKey(
        "council_sessions.CouncilSession",
        models.CASCADE,
        related_name="attendance",
        verbose_name="sesión",
    )
    councillor = models.ForeignKey(
        Councillor, models.PROTECT, related_name="+", verbose_name="concejal"
    )
    state = models.CharField("asistencia", max_length=10, choices=State, blank=True)
    arrived = models.TimeField("llegó", null=True, blank=True)
    left = models.TimeField("se retiró", null=True, blank=True)
    note = models.CharField("novedad", max_length=200, blank=True)

    class Meta:
        verbose_name = "asistencia"
        verbose_name_plural = "asistencia"
        ordering = ["session", "councillor__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "councillor"], name="attendance_once"
            ),
            models.CheckConstraint(
                condition=Q(arrived__isnull=True)
                | Q(left__isnull=True)
                | Q(left__gt=F("arrived")),
                name="leaves_after_arriving",
                violation_error_message="La hora de retiro es anterior a la llegada.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.councillor}: {self.get_state_display()}"


class AgendaItem(models.Model):
    """A point of the orden del día. It lasts until the next one starts."""

    class Kind(models.TextChoices):
        LISTA = "lista", "llamado a lista"
        ORDEN = "orden", "lectura del orden del día"
        ACTA = "acta", "aprobación de actas"
        DEBATE = "debate", "debate o control político"
        PROYECTO = "proyecto", "proyecto de acuerdo"
        PROPOSICION = "proposicion", "proposiciones y varios"
        OTRO = "otro", "otro"

    session = models.ForeignKey(
        "council_sessions.CouncilSession",
        models.CASCADE,
        related_name="agenda",
        verbose_name="sesión",
    )
    position = models.PositiveSmallIntegerField("número")  # from 1
    title = models.CharField("título oficial", max_length=1000)
    kind = models.CharField("clase", max_length=12, choices=Kind, default=Kind.OTRO)
    start = models.FloatField("desde (s)", null=True, blank=True)  # session's clock
    end = models.FloatField("hasta (s)", null=True, blank=True)

    class Meta:
        verbose_name = "punto del orden del día"
        verbose_name_plural = "orden del día"
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"],
                name="agenda_position_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.title}"


class Vote(Proposed):
    """A question put to the vote and its announced result."""

    class Kind(models.TextChoices):
        ORDINARIA = "ordinaria", "ordinaria"
        NOMINAL = "nominal", "nominal"
        SECRETA = "secreta", "secreta"

    class Result(models.TextChoices):
        APPROVED = "aprobada", "Aprobada"
        REJECTED = "negada", "Negada"
        TIED = "empate", "Empate"
        NONE = "sin decision", "Sin decisión"

    session = models.ForeignKey(
        "council_sessions.CouncilSession",
        models.CASCADE,
        related_name="votes",
        verbose_name="sesión",
    )
    agenda_item = models.ForeignKey(
        AgendaItem,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="votes",
        verbose_name="punto",
    )
    position = models.PositiveSmallIntegerField("orden", default=0)
    question = models.TextField("lo que se vota")
    kind = models.CharField(
        "clase", max_length=10, choices=Kind, default=Kind.ORDINARIA
    )
    result = models.CharField("resultado", max_length=14, choices=Result, blank=True)
    # Announced totals; a nominal vote has ballots too, and they must agree.
    yes = models.PositiveSmallIntegerField("votos por el sí", null=True, blank=True)
    no = models.PositiveSmallIntegerField("votos por el no", null=True, blank=True)
    start = models.FloatField("desde (s)", null=True, blank=True)  # session's clock

    class Meta:
        verbose_name = "votación"
        verbose_name_plural = "votaciones"
        ordering = ["session", "position", "pk"]

    def __str__(self) -> str:
        return self.question[:80]

    def count(self, value: str) -> int:
        """How many ballots say `value`."""
        return sum(1 for ballot in self.ballots.all() if ballot.value == value)


class Ballot(models.Model):
    """How one councillor voted, in the order in which the votes were given."""

    class Value(models.TextChoices):
        YES = "si", "Sí"
        NO = "no", "No"
        ABSTAINED = "abstencion", "Abstención"
        SILENT = "no voto", "No votó"
        IMPEDED = "impedido", "Impedido"
        ABSENT = "ausente", "Ausente"

    vote = models.ForeignKey(
        Vote, models.CASCADE, related_name="ballots", verbose_name="votación"
    )
    councillor = models.ForeignKey(
        Councillor, models.PROTECT, related_name="+", verbose_name="concejal"
    )
    position = models.PositiveSmallIntegerField("orden")
    value = models.CharField("voto", max_length=10, choices=Value)

    class Meta:
        verbose_name = "voto"
        ordering = ["vote", "position"]
        constraints = [
            models.UniqueConstraint(fields=["vote", "councillor"], name="ballot_once")
        ]

    def __str__(self) -> str:
        return f"{self.councillor}: {self.get_value_display()}"
