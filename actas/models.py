"""Actas in three layers that never overwrite each other.

What the machine heard is a transcription.Segment. What people say was said is an
Utterance, changed only through undoable Edits. What was approved is a frozen Version.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone

from actas.past_actas import PastActa as PastActa  # a model of this app
from councils.models import User
from sessions.facts import NotAllowed
from sessions.models import AgendaItem, CouncilSession, Recording, Speaker
from transcription.models import Segment

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read for another


def noted(value: Any) -> Any:
    """Return a field's value as an Edit keeps it, in JSON."""
    return value.isoformat() if isinstance(value, datetime) else value


class Conflict(Exception):
    """Somebody else changed the same thing first; nothing was written."""


class ActaQuerySet(models.QuerySet["Acta"]):
    def visible_to(self, user: User) -> ActaQuerySet:
        """Actas of the councils that `user` belongs to."""
        return self.filter(session__in=CouncilSession.objects.visible_to(user))

    def public(self) -> ActaQuerySet:
        """Actas of which everybody may read a version."""
        return self.filter(public_version__isnull=False)


class Acta(models.Model):
    """The official record of one session.

    REVIEW -> SENT -> APPROVED -> PUBLISHED
      ^        |         |            |
      +--------+---------+------------+   returned, or reopened for a new version
    """

    class State(models.TextChoices):
        REVIEW = "review", "borrador"
        SENT = "sent", "por aprobar"
        APPROVED = "approved", "aprobada"
        PUBLISHED = "published", "publicada"

    session = models.OneToOneField(
        CouncilSession, models.PROTECT, related_name="acta", verbose_name="sesión"
    )
    state = models.CharField(
        "estado", max_length=10, choices=State, default=State.REVIEW
    )
    returned_because = models.TextField("por qué se devolvió", blank=True)
    created_at = models.DateTimeField("creada", auto_now_add=True)
    published_at = models.DateTimeField("publicada", null=True, blank=True)
    # Stays in force while a later version is still being corrected or approved.
    public_version = models.ForeignKey(
        "Version",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="versión publicada",
    )

    objects = ActaQuerySet.as_manager()

    class Meta:
        verbose_name = "acta"
        ordering = ["-session__date", "-session__number"]

    def __str__(self) -> str:
        return f"Acta n.º {self.number:03d}"

    def get_absolute_url(self) -> str:
        return reverse("acta", args=[self.pk])

    @property
    def number(self) -> int:
        return self.session.number

    @property
    def is_editable(self) -> bool:
        return self.state == self.State.REVIEW

    @property
    def latest_version(self) -> Version | None:
        return self.versions.order_by("-number").first()

    @property
    def next_version(self) -> int:
        """The number that the next approval will carry."""
        return (self.versions.aggregate(last=Max("number"))["last"] or 0) + 1

    @property
    def correction(self) -> str:
        """Why it was reopened after an approval; "" before the first one."""
        return self.returned_because.split("\n\n")[0] if self.next_version > 1 else ""

    def _move(self, sources: set[str], target: str, **changes) -> None:
        moved = Acta.objects.filter(pk=self.pk, state__in=sources)
        if not moved.update(state=target, **changes):
            self.refresh_from_db()
            raise NotAllowed(
                f"El acta está {self.get_state_display()}: alguien la movió antes. "
                "Vuelva a abrirla para ver cómo quedó."
            )
        self.refresh_from_db()

    def send(self) -> None:
        """Hand the acta to who approves it; corrections stop. Raises NotAllowed."""
        still = self.correction  # what was given back is answered with this
        self._move({self.State.REVIEW}, self.State.SENT, returned_because=still)

    def give_back(self, reason: str) -> None:
        """Return the acta to the secretary with a reason. Raises NotAllowed."""
        both = "\n\n".join(filter(None, [self.correction, reason]))
        self._move({self.State.SENT}, self.State.REVIEW, returned_because=both)

    @transaction.atomic
    def approve(self, user: User, content: Any, word: bytes, code: str = "") -> Version:
        """Freeze content, Word bytes and the code they print. Raises NotAllowed."""
        self._move({self.State.SENT}, self.State.APPROVED)
        return self.versions.create(
            number=self.next_version,
            content=content,
            word=word,
            sha256=hashlib.sha256(word).hexdigest(),
            code=code or verification_code(),
            approved_by=user,
            approver_name=str(user),
        )

    def publish(self) -> None:
        """Show the approved version to everybody. Raises NotAllowed."""
        self._move(
            {self.State.APPROVED},
            self.State.PUBLISHED,
            published_at=timezone.now(),
            public_version=self.latest_version,
        )

    def reopen(self, reason: str) -> None:
        """Begin a new version, which will print the reason; the approved ones stay."""
        done = {self.State.APPROVED, self.State.PUBLISHED}
        said = "\n".join(filter(str.strip, reason.splitlines()))  # one paragraph
        self._move(done, self.State.REVIEW, returned_because=said)

    def undo(self, user: User) -> Edit | None:
        """Undo the last thing that `user` did; return it, or None if nothing is left.

        Raises Conflict when somebody changed the same since, NotAllowed when closed.
        """
        undone = Edit.objects.filter(undoes=models.OuterRef("batch"))
        mine = self.edits.filter(who=user, undoes=None)
        with transaction.atomic():
            self.lock()
            last = mine.exclude(models.Exists(undone)).last()
            if last is not None:
                Edit.revert(self.edits.filter(batch=last.batch), user)
        return last

    def lock(self) -> None:
        """Hold the acta for one change, inside a transaction. Raises NotAllowed."""
        state = Acta.objects.select_for_update().values_list("state", flat=True)
        if state.get(pk=self.pk) != self.State.REVIEW:
            raise NotAllowed(
                "El acta ya no está en borrador, así que no se puede corregir. "
                "Su cambio no se guardó."
            )

    def record(
        self,
        row: Utterance | Speaker | AgendaItem,
        after: dict[str, Any],
        user: User,
        batch: uuid.UUID | None = None,
    ) -> Edit:
        """Change the fields of `row` named in `after` and note the Edit.

        Values are JSON: ids for people and speakers, moments in ISO 8601. The caller
        holds the lock.
        """
        before = {name: noted(getattr(row, name)) for name in after}
        type(row).objects.filter(pk=row.pk).update(**after)
        for name, value in after.items():
            setattr(row, name, value)
        return self.edits.create(
            before=before,
            after=after,
            who=user,
            batch=batch or uuid.uuid4(),
            **{Edit.TARGETS[type(row)]: row},
        )


class UtteranceQuerySet(models.QuerySet["Utterance"]):
    def visible_to(self, user: User) -> UtteranceQuerySet:
        return self.filter(acta__in=Acta.objects.visible_to(user))

    def within(self, start: float, end: float) -> UtteranceQuerySet:
        """Utterances that begin in [start, end) seconds of the session's clock."""
        return self.filter(start__gte=start, start__lt=end)


class Utterance(models.Model):
    """What somebody said, as people say it was said. Times on the session's clock."""

    class State(models.TextChoices):
        MACHINE = "machine", "como la oyó la máquina"
        EDITED = "edited", "corregida"
        VERIFIED = "verified", "revisada"

    acta = models.ForeignKey(
        Acta, models.CASCADE, related_name="utterances", verbose_name="acta"
    )
    recording = models.ForeignKey(
        Recording, models.PROTECT, related_name="+", verbose_name="grabación"
    )
    start = models.FloatField("desde (s)")
    end = models.FloatField("hasta (s)")
    text = models.TextField("texto", blank=True)
    speaker = models.ForeignKey(
        Speaker,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="utterances",
        verbose_name="voz",
    )
    state = models.CharField(
        "estado", max_length=10, choices=State, default=State.MACHINE
    )
    version = models.PositiveIntegerField("versión", default=1)
    overlapped = models.BooleanField("hablan a la vez", default=False)
    segments = models.ManyToManyField(Segment, related_name="+", editable=False)

    objects = UtteranceQuerySet.as_manager()

    class Meta:
        verbose_name = "intervención"
        verbose_name_plural = "intervenciones"
        ordering = ["acta", "start", "pk"]
        indexes = [models.Index(fields=["acta", "start"], name="utterance_in_order")]

    def __str__(self) -> str:
        return self.text[:60]

    def unverified_state(self, text: str) -> str:
        """Return the state of the sentence with `text` when nobody verified it.

        Text that is again what the machine wrote counts as the machine's.
        """
        first = self.edits.filter(before__has_key="text").first()
        original = first.before["text"] if first else self.text
        return self.State.MACHINE if text == original else self.State.EDITED

    @transaction.atomic
    def change(
        self, user: User, version: int, batch: uuid.UUID | None = None, **after: Any
    ) -> Edit | None:
        """Change fields (text, state, speaker_id) that were read at `version`.

        Returns None, and writes nothing, when all of it is so already: a save whose
        answer got lost may come twice. Raises Conflict when somebody changed it since,
        NotAllowed when the acta is closed. A new text needs verifying again.
        """
        self.acta.lock()
        current = Utterance.objects.select_for_update().get(pk=self.pk)
        if "text" in after and after["text"] != current.text:
            after.setdefault("state", current.unverified_state(after["text"]))
        after = {k: v for k, v in after.items() if getattr(current, k) != v}
        if not after:
            self.refresh_from_db()
            return None
        if current.version != version:
            raise Conflict
        edit = self.acta.record(current, after, user, batch)
        Utterance.objects.filter(pk=self.pk).update(version=F("version") + 1)
        self.refresh_from_db()
        return edit


class Edit(models.Model):
    """One change by one person: append-only, and undone only by another Edit."""

    acta = models.ForeignKey(Acta, models.CASCADE, related_name="edits")
    utterance = models.ForeignKey(
        Utterance, models.CASCADE, null=True, related_name="edits"
    )
    speaker = models.ForeignKey(Speaker, models.CASCADE, null=True, related_name="+")
    agenda_item = models.ForeignKey(
        AgendaItem, models.CASCADE, null=True, related_name="+"
    )
    before = models.JSONField("antes")
    after = models.JSONField("después")
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="quién"
    )
    at = models.DateTimeField("cuándo", auto_now_add=True)
    batch = models.UUIDField("junto con", db_index=True)
    undoes = models.UUIDField("deshace", null=True)

    class Meta:
        verbose_name = "corrección"
        verbose_name_plural = "correcciones"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.who}, {timezone.localtime(self.at):%d/%m/%Y %H:%M}"

    TARGETS = {Utterance: "utterance", Speaker: "speaker", AgendaItem: "agenda_item"}

    @classmethod
    def revert(cls, edits: models.QuerySet[Edit], user: User) -> None:
        """Put back what was before `edits` of one batch, in a few queries.

        Raises Conflict when something was changed since. The caller holds the lock.
        """
        batch, undoing = uuid.uuid4(), []
        for model, name in cls.TARGETS.items():
            ours = list(edits.filter(**{f"{name}__isnull": False}).order_by("-pk"))
            pks = {getattr(edit, f"{name}_id") for edit in ours}
            rows = model.objects.select_for_update().in_bulk(pks)
            fields = set()
            for edit in ours:
                row = rows[getattr(edit, f"{name}_id")]
                if any(noted(getattr(row, f)) != v for f, v in edit.after.items()):
                    raise Conflict
                back = cls(before=edit.after, after=edit.before, **{name: row})
                back.acta_id, back.who = edit.acta_id, user
                back.batch, back.undoes = batch, edit.batch
                undoing.append(back)
                fields |= set(edit.before)
                for field, value in edit.before.items():
                    setattr(row, field, value)
            if model is Utterance:
                fields.add("version")
                for row in rows.values():
                    row.version += 1
            if rows:
                model.objects.bulk_update(rows.values(), fields)
        cls.objects.bulk_create(undoing)


def verification_code() -> str:
    """Return twelve letters and digits in threes that are easy to read aloud."""
    letters = [secrets.choice(CODE_LETTERS) for _ in range(12)]
    return "-".join("".join(letters[i : i + 4]) for i in (0, 4, 8))


class Version(models.Model):
    """An approved acta: content, Word bytes, their sha256. A trigger refuses change."""

    acta = models.ForeignKey(Acta, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("versión")
    content = models.JSONField("contenido")
    word = models.BinaryField("Word")
    sha256 = models.CharField(max_length=64)
    code = models.CharField(
        "código de verificación", max_length=14, unique=True, default=verification_code
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    approver_name = models.CharField("aprobó", max_length=120)
    approved_at = models.DateTimeField("aprobada", default=timezone.now)

    class Meta:
        verbose_name = "versión"
        verbose_name_plural = "versiones"
        ordering = ["acta", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["acta", "number"], name="version_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.acta}, versión {self.number}"
