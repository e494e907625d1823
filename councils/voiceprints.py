"""Voices that a council may remember, each with the written consent of its person.

How somebody sounds is a biometric, and so a sensitive, datum (Ley 1581 de 2012, art. 5
and 6): off by default, for one purpose, for a time, and gone when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

if TYPE_CHECKING:
    from councils.models import Councillor  # noqa: F401  (it imports these rows)

DIMENSIONS = 192  # of the vectors of the default speaker model


class VoiceConsent(models.Model):
    """What somebody signed: that the council may recognise their voice, until when."""

    councillor = models.ForeignKey(
        "councils.Councillor",
        models.CASCADE,
        related_name="voice_consents",
        verbose_name="concejal",
    )
    given_on = models.DateField("firmada el")
    expires_on = models.DateField("vence el")
    document = models.FileField(
        "documento firmado", upload_to="consents/", max_length=255, blank=True
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

    class Meta:
        verbose_name = "autorización de voz"
        verbose_name_plural = "autorizaciones de voz"
        ordering = ["councillor", "-given_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=models.F("given_on")),
                name="consent_ends_after_it_begins",
                violation_error_message="La autorización vence antes de firmarse.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.councillor}, hasta {self.expires_on}"


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
    created_at = models.DateTimeField("guardada", auto_now_add=True)

    class Meta:
        verbose_name = "voz guardada"
        verbose_name_plural = "voces guardadas"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.heard_in}: {self.seconds:.0f} s"
