"""The rows of a transcription; they, not the message queue, know what is to be done."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django_q.tasks import async_task

from transcription import engines
from transcription.cutting import PartCut
from transcription.leases import Leased, LeasedQuerySet, LeaseLost, Token
from transcription.machines import UsageRecord, Worker
from transcription.pipeline import SegmentDraft
from transcription.turns import PartVoices, Turn

if TYPE_CHECKING:
    from transcription.hearing import Heard  # it imports these rows

__all__ = [
    "Part",
    "PartVoices",
    "Segment",
    "Transcription",
    "Turn",
    "UsageRecord",
    "Worker",
]


class Transcription(Leased):
    """One hearing of one recording by one engine.

    WAITING -> PREPARING -> HEARING -> ASSEMBLING -> DONE
                   |           |           |
                   +-----------+-----------+--> FAILED -> (retry) WAITING
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "en espera"
        PREPARING = "preparing", "preparando el audio"
        HEARING = "hearing", "transcribiendo"
        ASSEMBLING = "assembling", "comprobando"
        DONE = "done", "terminada"
        FAILED = "failed", "detenida"

    WAITING = Status.WAITING
    LEASED = (Status.PREPARING, Status.ASSEMBLING)
    FAILED = Status.FAILED

    audio = models.CharField("archivo", max_length=255, help_text="En el almacén.")
    name = models.CharField("nombre del archivo", max_length=255)
    sha256 = models.CharField(max_length=64)
    seconds = models.FloatField("segundos", null=True)
    engine = models.CharField("motor", max_length=40)
    # Aliases that hear again, in this order, what `engine` could not make out.
    backups = ArrayField(
        models.CharField(max_length=40),
        verbose_name="motores de respaldo",
        default=list,
        blank=True,
    )
    model = models.CharField("modelo", max_length=80, blank=True)
    settings_hash = models.CharField(max_length=64, blank=True)
    language = models.CharField("idioma", max_length=8, default="es")
    terms = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    # Alias of the model that tells voices apart; "": they are not told apart.
    voices = models.CharField("modelo de voces", max_length=40, blank=True)
    # Recordings with the same key hold the same people, and share their labels.
    together = models.CharField("junto con", max_length=40, blank=True, db_index=True)
    people = models.PositiveSmallIntegerField("personas, a lo sumo", null=True)
    last_voice = models.PositiveSmallIntegerField("última voz", default=0)  # 7: "S7"
    then = models.CharField(
        "al terminar", max_length=120, blank=True, help_text="Tarea que recibe el id."
    )
    price = models.DecimalField(
        "precio por hora de máquina (USD)", max_digits=8, decimal_places=4, default=0
    )
    status = models.CharField(
        "estado", max_length=12, choices=Status, default=Status.WAITING
    )
    peaks = models.BinaryField(null=True, editable=False)  # one byte per 0.1 s
    playback = models.CharField("copia para oír", max_length=255, blank=True)
    created_at = models.DateTimeField("creada", auto_now_add=True)
    started_at = models.DateTimeField("empezó", null=True)
    prepared_at = models.DateTimeField("audio listo", null=True)
    heard_at = models.DateTimeField("oída", null=True)
    finished_at = models.DateTimeField("terminó", null=True)

    class Meta:
        verbose_name = "transcripción"
        verbose_name_plural = "transcripciones"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.engine})"

    def doorbell(self) -> tuple[str, str]:
        if self.heard_at:
            return "transcription.tasks.assemble", "astra"
        return "transcription.tasks.prepare", "media"

    @classmethod
    def start(cls, **fields: Any) -> Transcription:
        """Create a transcription and ring for its preparation.

        Raises EngineError when the engine is not known.
        """
        fields["settings_hash"] = engines.settings_hash(fields["engine"])
        fields["model"] = engines.model_of(fields["engine"])
        with transaction.atomic():
            transcription = cls.objects.create(**fields)
            transcription.ring()
        return transcription

    def claim(self) -> Token | None:
        """Take the preparation; return the token, or None if it is not to be had."""
        unprepared = Q(prepared_at__isnull=True)  # WAITING is also what assembly is
        return self._claim(self.Status.PREPARING, unprepared, started_at=Now())

    def has(self, cut: PartCut) -> bool:
        """Whether an earlier attempt already made this very part."""
        clips = [list(clip) for clip in cut.clips]
        same = {"start": cut.start, "end": cut.end, "clips": clips}
        return self.parts.filter(position=cut.position, **same).exists()

    def keep(self, token: Token, cut: PartCut, file: str) -> None:
        """Record a part whose audio is stored as `file`, and ring for its hearing.

        Raises LeaseLost when the preparation is no longer this worker's.
        """
        with transaction.atomic():
            if not self.heartbeat(token):
                raise LeaseLost
            self.parts.filter(position=cut.position).delete()
            self.parts.create(
                position=cut.position,
                start=cut.start,
                end=cut.end,
                clips=[list(clip) for clip in cut.clips],
                speech=[list(span) for span in cut.speech],
                file=file,
            ).ring()

    def prepared(self, token: Token, **facts: Any) -> bool:
        """End the preparation with what it learned (seconds, peaks, playback)."""
        facts.update(prepared_at=Now(), attempt=0)
        if not self._move(token, self.Status.HEARING, **facts):
            return False
        self.assemble_when_heard()
        return True

    def assemble_when_heard(self) -> None:
        """Ring for the assembly once, when the last part has been heard."""
        if self.parts.unfinished().exists():
            return
        ready = Transcription.objects.filter(
            pk=self.pk, status=self.Status.HEARING, prepared_at__isnull=False
        )
        with transaction.atomic():
            if ready.update(status=self.Status.WAITING, heard_at=Now(), attempt=0):
                self.refresh_from_db()
                self.ring()

    def claim_assembly(self) -> Token | None:
        """Take the assembly; return the token, or None if it is not to be had."""
        return self._claim(self.Status.ASSEMBLING, Q(heard_at__isnull=False))

    def finish(self, token: Token) -> bool:
        """Record the end and hand over to the task named in `then`."""
        with transaction.atomic():
            if not self._move(token, self.Status.DONE, finished_at=Now()):
                return False
            if self.then:
                async_task(self.then, self.pk)
        return True

    def retry(self) -> bool:
        """Begin again what failed; what is done stays done. False if nothing failed."""
        again = {"attempt": 0, "error": "", "token": None, "lease_until": None}
        with transaction.atomic():
            aside = list(self.parts.filter(status=Part.Status.FAILED))
            for part in aside:
                part.reset()
            if aside and self.prepared_at:
                Transcription.objects.filter(pk=self.pk).update(
                    status=self.Status.HEARING, heard_at=None, finished_at=None, **again
                )
                return True
            failed = Transcription.objects.filter(
                pk=self.pk, status=self.Status.FAILED
            ).update(status=self.Status.WAITING, **again)
            if failed:
                self.refresh_from_db()
                self.ring()
            return bool(failed)

    def check_complete(self) -> None:
        """Assert that the parts cover the recording without a hole or an overlap."""
        end = 0.0
        for part in self.parts.all():
            assert abs(part.start - end) < 0.01, f"hole before {part}"
            assert part.status in {Part.Status.DONE, Part.Status.FAILED}, part
            end = part.end
        assert abs(end - (self.seconds or 0)) < 0.1, f"{self} ends at {end}"

    @property
    def is_working(self) -> bool:
        return self.status not in {self.Status.DONE, self.Status.FAILED}

    @property
    def hearing_seconds(self) -> float:
        """Machine time spent on hearing, over all parts."""
        used = UsageRecord.objects.filter(part__transcription=self)
        return used.aggregate(total=models.Sum("seconds"))["total"] or 0.0

    def segments(self) -> models.QuerySet[Segment]:
        """What was heard, in order."""
        return Segment.objects.filter(part__transcription=self).order_by(
            "part__position", "position"
        )


class PartQuerySet(LeasedQuerySet):
    def unfinished(self) -> PartQuerySet:
        return self.filter(status__in=[Part.Status.WAITING, Part.Status.HEARING])


class Part(Leased):
    """About twenty minutes of a recording, heard by one worker at a time.

    WAITING -> HEARING -> DONE
                  |
                  +--> WAITING (lease expired, or a passing error) -> ... -> FAILED
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "en espera"
        HEARING = "hearing", "transcribiendo"
        DONE = "done", "terminada"
        FAILED = "failed", "apartada"

    WAITING = Status.WAITING
    LEASED = (Status.HEARING,)
    FAILED = Status.FAILED

    transcription = models.ForeignKey(
        Transcription, models.CASCADE, related_name="parts"
    )
    position = models.PositiveSmallIntegerField("parte")
    start = models.FloatField("desde (s)")
    end = models.FloatField("hasta (s)")
    clips = models.JSONField(default=list, editable=False)  # [[start, end], …] seconds
    speech = models.JSONField(default=list, editable=False)  # the same, without pauses
    file = models.CharField("archivo", max_length=255)
    status = models.CharField(
        "estado", max_length=8, choices=Status, default=Status.WAITING
    )
    heard = models.FloatField("segundos oídos", default=0)
    worker = models.CharField("máquina", max_length=80, blank=True)
    # What heard it, written when it is done: a retry may use other settings.
    engine = models.CharField("motor", max_length=40, blank=True)
    model = models.CharField("modelo", max_length=80, blank=True)
    settings_hash = models.CharField(max_length=64, blank=True)
    # [{start, end, text, flags, tries}, …]: text that a careful hearing did not confirm
    # and that no segment holds.
    rejected = models.JSONField("descartado", default=list, blank=True)
    started_at = models.DateTimeField("empezó", null=True)
    finished_at = models.DateTimeField("terminó", null=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "parte"
        ordering = ["transcription", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["transcription", "position"], name="part_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"Parte {self.position + 1} de {self.transcription.name}"

    def doorbell(self) -> tuple[str, str]:
        return "transcription.tasks.run_part", "gpu"

    def claim(self, worker: str = "") -> Token | None:
        """Take the part; return the token, or None if it is not to be had."""
        return self._claim(
            self.Status.HEARING, started_at=Now(), worker=worker, heard=0
        )

    def finish(self, token: Token, heard: Heard) -> bool:
        """Write everything that was heard, by what, and its cost, in one transaction.

        When the lease was lost it returns False and writes nothing but what a service
        was paid.
        """
        with transaction.atomic():
            done = {"finished_at": Now(), "heard": self.end - self.start}
            by = {
                "engine": heard.engine,
                "model": heard.model[:80],  # a server may tell a long one
                "settings_hash": heard.settings_hash,
                "rejected": [_audited(draft) for draft in heard.rejected],
            }
            if not self._move(token, self.Status.DONE, **done, **by):
                if heard.sent:
                    self.charge(heard.seconds, heard.sent, heard.paid)
                return False
            Segment.objects.bulk_create(
                Segment.of(self, position, draft)
                for position, draft in enumerate(heard.segments)
            )
            PartVoices.keep(self, heard.voices, heard.vectors)
            self.charge(heard.seconds, heard.sent, heard.paid)
            self.transcription.assemble_when_heard()
        return True

    def charge(self, seconds: float, sent: float = 0.0, paid: float = 0.0) -> None:
        """Enter what hearing cost in the ledger, whatever became of the part.

        `seconds` is machine time; `sent` is seconds of audio that went to a service,
        and `paid` the US dollars for them.
        """
        price = self.transcription.price
        UsageRecord.objects.create(
            part=Part.objects.filter(pk=self.pk).only("pk").first(),  # it may be gone
            seconds=seconds,
            sent=sent,
            price=price,
            cost=float(price) * seconds / 3600 + paid,
        )

    def give_back(self, token: Token, reason: str, permanent: bool = False) -> bool:
        """Return the part to the queue, or set it aside and let the others go on."""
        with transaction.atomic():
            given = super().give_back(token, reason, permanent)
            if given:
                self.transcription.assemble_when_heard()
        return given

    def reset(self) -> None:
        """Put a part that was set aside back in the queue, with fresh attempts."""
        Part.objects.filter(pk=self.pk, status=self.Status.FAILED).update(
            status=self.Status.WAITING, attempt=0, error="", token=None
        )
        self.ring()


def _audited(draft: SegmentDraft) -> dict[str, Any]:
    """Return what is kept of text that became no segment."""
    row = asdict(draft)
    return {name: row[name] for name in ("start", "end", "text", "flags", "tries")}


class Segment(models.Model):
    """What the machine heard in one stretch. Never updated: a trigger refuses it."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="segments")
    position = models.PositiveIntegerField("orden")
    start = models.FloatField("desde (s)")  # seconds on the recording's clock
    end = models.FloatField("hasta (s)")
    text = models.TextField("texto")
    words = models.JSONField(default=list)  # [[start, end, text, probability], …]
    flags = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    # [{engine, way, flags, text, kept}, …] where the first try was not good enough.
    tries = models.JSONField("intentos", default=list, blank=True)

    class Meta:
        verbose_name = "segmento"
        ordering = ["part", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "position"], name="segment_position_once"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @classmethod
    def of(cls, part: Part, position: int, draft: SegmentDraft) -> Segment:
        """Return the unsaved row for what the pipeline heard."""
        return cls(
            part=part,
            position=position,
            start=draft.start,
            end=draft.end,
            text=draft.text,
            words=[[w.start, w.end, w.text, w.probability] for w in draft.words],
            flags=list(draft.flags),
            tries=[asdict(one) for one in draft.tries],
        )
