"""Council sessions: when and where, their recordings, their orden del día."""

from __future__ import annotations

import uuid
from functools import partial

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.urls import reverse

from councils.engines import backups_of, own_of
from councils.models import Council, Councillor, User
from sessions import engines, hearing_list
from sessions.arriving import Upload
from sessions.facts import (
    AgendaItem,
    Attendance,
    Ballot,
    NotAllowed,
    Proposed,
    SameRecording,
    Speaker,
    Vote,
    hold,
)
from transcription.models import Transcription

__all__ = [
    "AgendaItem",
    "Attendance",
    "Ballot",
    "CouncilSession",
    "Proposed",
    "Recording",
    "SameRecording",
    "Speaker",
    "Stage",
    "Upload",
    "Vote",
]


class Stage(models.TextChoices):
    """Where a session stands; derived from its recordings, transcriptions and acta."""

    EMPTY = "empty", "sin grabación"
    UPLOADING = "uploading", "subiendo"
    HEARING = "hearing", "transcribiendo"
    FAILED = "failed", "detenida"
    DRAFTING = "drafting", "escribiendo el borrador"
    REVIEW = "review", "en revisión"
    SENT = "sent", "por aprobar"
    APPROVED = "approved", "aprobada"
    PUBLISHED = "published", "publicada"


class CouncilSessionQuerySet(models.QuerySet["CouncilSession"]):
    def visible_to(self, user: User) -> CouncilSessionQuerySet:
        """Sessions of the councils that `user` belongs to."""
        return self.filter(council__in=Council.objects.visible_to(user))

    def next_number(self, kind: str) -> int:
        """Return the number after the last one of its kind."""
        last = self.filter(kind=kind).aggregate(last=models.Max("number"))["last"]
        return (last or 0) + 1

    def with_stage(self) -> CouncilSessionQuerySet:
        """Fetch what `stage` looks at, so that a list of sessions costs four queries.

        The waveforms and the transcriptions' words stay in the database.
        """
        hearings = Transcription.objects.defer("peaks", "terms")
        return self.select_related("council", "acta").prefetch_related(
            models.Prefetch("recordings__transcription", hearings), "uploads"
        )


class CouncilSession(models.Model):
    """One sitting of a council, on one day, with one acta."""

    class Kind(models.TextChoices):
        ORDINARIA = "ordinaria", "ordinaria"
        EXTRAORDINARIA = "extraordinaria", "extraordinaria"
        INSTALACION = "instalacion", "de instalación"
        CLAUSURA = "clausura", "de clausura"
        ESPECIAL = "especial", "especial"
        COMISION = "comision", "de comisión"

    class Modality(models.TextChoices):
        PRESENCIAL = "presencial", "presencial"
        VIRTUAL = "virtual", "virtual"
        MIXTA = "mixta", "mixta"

    council = models.ForeignKey(
        Council, models.PROTECT, related_name="sessions", verbose_name="concejo"
    )
    number = models.PositiveIntegerField(
        "número de la sesión", validators=[MinValueValidator(1)]
    )
    kind = models.CharField(
        "clase", max_length=16, choices=Kind, default=Kind.ORDINARIA
    )
    modality = models.CharField(
        "modalidad", max_length=12, choices=Modality, default=Modality.PRESENCIAL
    )
    date = models.DateField("fecha")
    place = models.CharField(
        "lugar", max_length=160, default="Recinto del Concejo", blank=True
    )
    opened_at = models.TimeField("hora de apertura", null=True, blank=True)
    closed_at = models.TimeField("hora de cierre", null=True, blank=True)
    presider = models.ForeignKey(
        Councillor,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="preside",
    )
    secretary_name = models.CharField("secretaría", max_length=120, blank=True)
    engine = models.CharField(
        "motor de transcripción",
        max_length=40,
        blank=True,
        help_text="Vacío: el del concejo.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="creada por",
    )
    created_at = models.DateTimeField("creada", auto_now_add=True)

    objects = CouncilSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "sesión"
        verbose_name_plural = "sesiones"
        ordering = ["-date", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["council", "kind", "number", "date"],
                name="session_once",
                violation_error_message=(
                    "Ese concejo ya tiene una sesión de esa clase, con ese número y "
                    "en esa fecha. Ábrala en la lista de sesiones."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"Sesión {self.get_kind_display()} n.º {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.pk])

    @property
    def engine_alias(self) -> str:
        """The engine that will hear: the session's, its council's or the server's."""
        return self.engine or own_of(self.council)

    @property
    def together(self) -> str:
        """The key under which the voices of all its recordings are told apart."""
        return f"session {self.pk}"

    @property
    def seconds(self) -> float:
        """How long the recordings are together."""
        return sum(recording.seconds or 0 for recording in self.recordings.all())

    @property
    def stage(self) -> Stage:
        acta = getattr(self, "acta", None)  # the reverse of actas.Acta.session
        if acta is not None:
            return Stage(acta.state)
        hearings = [recording.transcription for recording in self.recordings.all()]
        if not hearings:
            arriving = any(upload.is_alive for upload in self.uploads.all())
            return Stage.UPLOADING if arriving else Stage.EMPTY
        if any(h and h.status == Transcription.Status.FAILED for h in hearings):
            return Stage.FAILED
        if any(h is None or h.is_working for h in hearings):
            return Stage.HEARING
        return Stage.DRAFTING

    def attach(self, **facts) -> Recording:
        """Add a stored recording at the end and have it heard.

        `facts` are name, file, sha256, bytes, seconds. Raises SameRecording when this
        council already has that very file, NotAllowed when the acta left the draft.
        """
        with transaction.atomic():
            Council.objects.select_for_update().get(pk=self.council_id)
            hold(self)
            same = Recording.objects.filter(
                session__council=self.council_id, sha256=facts["sha256"]
            ).first()
            if same:
                raise SameRecording(same, self)
            recording = self.recordings.create(
                position=self.recordings.count(), **facts
            )
            recording.hear()
        return recording

    def discard(self) -> None:
        """Delete a session that never came to an acta, with all its files.

        Raises NotAllowed once it has one; then all of it stays.
        """
        with transaction.atomic():
            Council.objects.select_for_update().get(pk=self.council_id)
            # Held, so that no acta is drafted between the question and the deletion.
            row = CouncilSession.objects.select_for_update(no_key=True).get(pk=self.pk)
            if hasattr(row, "acta"):
                raise NotAllowed(
                    f"La {str(row).lower()} ya tiene acta y no se puede borrar."
                )
            for recording in self.recordings.all():
                recording.discard()
            for upload in self.uploads.all():
                transaction.on_commit(partial(upload.path.unlink, missing_ok=True))
            row.delete()


RECORDINGS = "recordings"  # folder of the storage
GUESTS = 15  # officials and citizens who may speak beside those who hold seats
DRAFT = "actas.tasks.draft"  # what takes over when a recording has been heard


def recording_file(recording: Recording, name: str) -> str:
    """Return where a recording is stored: a name that cannot be guessed."""
    extension = name.rpartition(".")[2].lower()[:8]
    return f"{RECORDINGS}/{recording.session_id}/{uuid.uuid4().hex}.{extension}"


class Recording(models.Model):
    """One file of a session's audio. The session's clock runs over them in order."""

    session = models.ForeignKey(
        CouncilSession, models.CASCADE, related_name="recordings", verbose_name="sesión"
    )
    position = models.PositiveSmallIntegerField("orden")
    name = models.CharField("nombre del archivo", max_length=255)
    file = models.FileField("archivo", upload_to=recording_file, max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField("tamaño en bytes")
    seconds = models.FloatField("segundos", null=True)
    transcription = models.OneToOneField(
        Transcription,
        models.SET_NULL,
        null=True,
        related_name="recording",
        verbose_name="transcripción vigente",
    )
    created_at = models.DateTimeField("subida", auto_now_add=True)

    class Meta:
        verbose_name = "grabación"
        verbose_name_plural = "grabaciones"
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"], name="recording_position_once"
            ),
            models.UniqueConstraint(
                fields=["session", "sha256"], name="recording_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def offset(self) -> float:
        """Where this recording begins on the session's clock, in seconds."""
        earlier = self.session.recordings.all()
        return sum(r.seconds or 0 for r in earlier if r.position < self.position)

    @property
    def playable(self) -> str:
        """The stored name of what the browser plays: the copy, or the original."""
        copy = self.transcription.playback if self.transcription else ""
        return copy or self.file.name

    def discard(self) -> None:
        """Delete the recording, its hearings and all their files; later ones move up.

        A playback copy that another council's hearing of the same file uses stays.
        Raises NotAllowed once the session has an acta.
        """
        storage, name, sha256 = self.file.storage, self.file.name, self.sha256
        with transaction.atomic():
            Council.objects.select_for_update().get(pk=self.session.council_id)
            self._check_no_acta()
            hearings = Transcription.objects.filter(audio=name)
            files = {name, *hearings.values_list("parts__file", flat=True)}
            copies = set(hearings.values_list("playback", flat=True))
            self.delete()
            hearings.delete()
            if not Transcription.objects.filter(sha256=sha256).exists():
                files |= copies
            later = self.session.recordings.filter(position__gt=self.position)
            for recording in later.order_by("position"):
                recording.position -= 1
                recording.save(update_fields=["position"])
            for file in filter(None, files):
                transaction.on_commit(partial(storage.delete, file))

    def _check_no_acta(self) -> None:
        # Held, so that no acta is drafted between the question and the deletion.
        rows = CouncilSession.objects.select_for_update(no_key=True)
        if hasattr(rows.get(pk=self.session_id), "acta"):
            raise NotAllowed(
                f"«{self.name}» ya hace parte de un acta y no se puede borrar: el acta "
                "perdería su prueba."
            )

    def retry(self, engine: str = "") -> bool:
        """Begin again what failed, with another `engine` if one is named.

        Returns False if nothing failed. Raises NotAllowed when the acta left the
        draft: nothing heard would enter it. Raises EngineError where the council does
        not let the engine have its audio (any more).
        """
        with transaction.atomic():
            hold(self.session)
            council = Council.objects.get(pk=self.session.council_id)  # as it is now
            hearing = self.transcription
            if hearing is None:
                self.hear()
                return True
            if not engines.has_stopped(hearing):
                return False
            engines.check(council, engine or hearing.engine)
            if engine and engine != hearing.engine:
                engines.go_on_with(engine, hearing, backups_of(council, engine))
            elif barred := engines.not_permitted(council, hearing.backups):
                engines.do_without(hearing, barred)
            return hearing.retry()

    def hear(self) -> Transcription:
        """Have the recording transcribed; an earlier transcription stays beside.

        Raises EngineError when the engine is not known, or when the council does not
        let it have its audio.
        """
        session, earlier = self.session, self.transcription
        alias = session.engine_alias
        engines.check(session.council, alias)
        # Until the new one brings its own, there is a wave to see and a copy to play.
        own = {"peaks": earlier.peaks, "playback": earlier.playback} if earlier else {}
        self.transcription = Transcription.start(
            audio=self.file.name,
            name=self.name,
            sha256=self.sha256,
            seconds=self.seconds,
            engine=alias,
            backups=backups_of(session.council, alias),
            terms=hearing_list.terms_of(session),
            voices=settings.TRANSCRIPTION_VOICE,
            together=session.together,
            people=session.council.seats + GUESTS,
            then=DRAFT,
            **own,
        )
        self.save(update_fields=["transcription"])
        return self.transcription
