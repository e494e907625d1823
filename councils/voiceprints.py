"""Voices that a council may remember, each with the written consent of its person.

How somebody sounds is a biometric, and so a sensitive, datum (Ley 1581 de 2012, art. 5
and 6): off by default, for one purpose, for a time, and gone when asked.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from pgvector.django import VectorField

if TYPE_CHECKING:
    from councils.models import Council, Councillor, User  # it imports these rows

DIMENSIONS = 192  # of the vectors of the default speaker model
CONSENTS = "consents"  # folder of the storage
# A council sits for four years (Constitución, art. 312): no consent outlives one.
LONGEST = datetime.timedelta(days=4 * 365 + 1)


class SwitchedOff(Exception):
    """The council does not recognise voices, so nothing about them is kept."""


def consent_file(consent: VoiceConsent, name: str) -> str:
    """Return where a signed document is stored: a name that cannot be guessed."""
    extension = name.rpartition(".")[2].lower()[:8]
    return f"{CONSENTS}/{uuid.uuid4().hex}.{extension}"


def end_of_period(day: datetime.date) -> datetime.date:
    """Return the last day of the period of four years in which `day` falls.

    Councils begin theirs on 1 January of 2020, 2024, 2028, …
    """
    return datetime.date(day.year + 3 - day.year % 4, 12, 31)


class VoiceConsentQuerySet(models.QuerySet["VoiceConsent"]):
    def in_force(self, *days: datetime.date) -> VoiceConsentQuerySet:
        """Consents that hold on every one of `days`, with the document that says so."""
        held = self.filter(withdrawn_at__isnull=True).exclude(document="")
        for day in days:
            held = held.filter(given_on__lte=day, expires_on__gte=day)
        return held

    def standing(self) -> VoiceConsentQuerySet:
        """Consents that nobody ended, whether or not their time is over."""
        return self.filter(withdrawn_at__isnull=True)

    def outlived(self, day: datetime.date) -> VoiceConsentQuerySet:
        """Consents of which something is kept on `day` that may not be kept any more.

        Their time is over, somebody ended them, or their council recognises no voices.
        """
        over = Q(expires_on__lt=day) | Q(withdrawn_at__isnull=False)
        over |= Q(councillor__council__voiceprints=False)
        kept = ~Q(document="") | Q(voiceprints__isnull=False)
        return self.filter(over).filter(kept).distinct()


class VoiceConsent(models.Model):
    """What somebody signed: that the council may recognise their voice, until when.

    Once it has ended, all that is left of it is this row: that it was given, from when
    to when, and who ended it.
    """

    councillor = models.ForeignKey(
        "councils.Councillor",
        models.CASCADE,
        related_name="voice_consents",
        verbose_name="concejal",
    )
    given_on = models.DateField("firmada el")
    expires_on = models.DateField("vence el")  # the last day on which it holds
    document = models.FileField(
        "documento firmado", upload_to=consent_file, max_length=255, blank=True
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name="la registró",
    )
    recorded_at = models.DateTimeField("registrada", auto_now_add=True)
    withdrawn_at = models.DateTimeField("retirada", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="la retiró",
    )

    objects = VoiceConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "autorización de voz"
        verbose_name_plural = "autorizaciones de voz"
        ordering = ["councillor", "-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=models.F("given_on")),
                name="consent_ends_after_it_begins",
                violation_error_message="La autorización vence antes de firmarse.",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__lte=F("given_on") + LONGEST),
                name="consent_for_four_years_at_most",
                violation_error_message="La autorización vale cuatro años a lo sumo.",
            ),
            models.UniqueConstraint(
                fields=["councillor"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_consent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.councillor}, hasta {self.expires_on:%d/%m/%Y}"

    def holds_on(self, day: datetime.date) -> bool:
        """Whether it is in force on `day`."""
        in_time = self.given_on <= day <= self.expires_on
        return in_time and self.withdrawn_at is None and bool(self.document)

    @classmethod
    @transaction.atomic
    def record(
        cls,
        councillor: Councillor,
        user: User,
        given_on: datetime.date,
        expires_on: datetime.date,
        document: models.fields.files.File,
    ) -> VoiceConsent:
        """Keep what a councillor signed; it takes the place of what stood before.

        Voices kept under one that still holds go on under this one. Raises SwitchedOff
        where the council recognises no voices.
        """
        # Held, so that nobody switches it off between the question and the writing.
        council = type(councillor.council).objects.select_for_update(no_key=True)
        if not council.get(pk=councillor.council_id).voiceprints:
            raise SwitchedOff
        today = timezone.localdate()
        earlier = cls.objects.standing().filter(councillor=councillor)
        before = list(earlier.select_for_update())
        holding = [consent.pk for consent in before if consent.holds_on(today)]
        ended = {"withdrawn_at": timezone.now(), "withdrawn_by": user}
        cls.objects.filter(pk__in=[c.pk for c in before]).update(**ended)
        consent = cls.objects.create(
            councillor=councillor,
            given_on=given_on,
            expires_on=expires_on,
            document=document,
            recorded_by=user,
        )
        Voiceprint.objects.filter(consent__in=holding).update(consent=consent)
        for one in before:
            one.clear()
        return consent

    @transaction.atomic
    def clear(self) -> None:
        """Delete the voices kept under it and the signed document."""
        self.voiceprints.all().delete()
        self._discard_document()
        type(self).objects.filter(pk=self.pk).update(document="")
        self.document = None

    def _discard_document(self) -> None:
        """Delete the file once nothing can bring its row back."""
        if self.document:
            storage, name = self.document.storage, self.document.name
            # What the storage refuses now, `tidy` deletes later.
            transaction.on_commit(lambda: storage.delete(name), robust=True)


@receiver(post_delete, sender=VoiceConsent)
def discard_document(instance: VoiceConsent, **about: object) -> None:
    """Let the file go with its row, also where a council or councillor takes it along.

    A signal, because nothing else hears of a row that goes in a cascade.
    """
    instance._discard_document()


class VoiceprintQuerySet(models.QuerySet["Voiceprint"]):
    def of(self, council: Council) -> VoiceprintQuerySet:
        return self.filter(consent__councillor__council=council)

    def usable(
        self, council: Council, model: str, *days: datetime.date
    ) -> VoiceprintQuerySet:
        """Voices that may be recognised: switched on, with consent on all of `days`."""
        consents = VoiceConsent.objects.in_force(*days)
        switched_on = Q(consent__councillor__council__voiceprints=True)
        return self.of(council).filter(switched_on, model=model, consent__in=consents)


class Voiceprint(models.Model):
    """How a councillor sounds, once: a vector of some seconds of a session."""

    consent = models.ForeignKey(
        VoiceConsent,
        models.CASCADE,
        related_name="voiceprints",
        verbose_name="autorización",
    )
    vector = VectorField(dimensions=DIMENSIONS, editable=False)
    model = models.CharField("modelo de voces", max_length=80)
    seconds = models.FloatField("segundos de voz")
    heard_in = models.CharField("oída en", max_length=160)  # "Sesión ordinaria n.º 51"
    # Which confirmed voice it is of, "session 12/S3": what undoes that forgets this.
    source = models.CharField("de la voz", max_length=60, db_index=True)
    created_at = models.DateTimeField("guardada", auto_now_add=True)

    objects = VoiceprintQuerySet.as_manager()

    class Meta:
        verbose_name = "voz guardada"
        verbose_name_plural = "voces guardadas"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.heard_in}: {self.seconds:.0f} s"
