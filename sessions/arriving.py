"""Recordings on their way in: chunks in a file, and the row that knows of it."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from councils.models import Council, User


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User) -> UploadQuerySet:
        """Uploads that `user` may go on with: those of the own councils."""
        councils = Council.objects.visible_to(user)
        return self.filter(session__council__in=councils)

    def alive(self) -> UploadQuerySet:
        return self.filter(expires_at__gt=timezone.now())

    def expired(self) -> UploadQuerySet:
        return self.filter(expires_at__lte=timezone.now())


class Upload(models.Model):
    """A recording on its way in; how much of it is here is the size of its file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        "council_sessions.CouncilSession",
        models.CASCADE,
        related_name="uploads",
        verbose_name="sesión",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name="quien sube",
    )
    name = models.CharField("nombre del archivo", max_length=255)
    bytes = models.BigIntegerField("tamaño en bytes")
    created_at = models.DateTimeField("empezó", auto_now_add=True)
    expires_at = models.DateTimeField("vence")

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "subida en curso"
        verbose_name_plural = "subidas en curso"
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Where its chunks are gathered."""
        return Path(settings.UPLOAD_FOLDER) / f"{self.pk}.part"

    @property
    def received(self) -> int:
        """How many bytes are here: where the next chunk begins."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def is_alive(self) -> bool:
        return self.expires_at > timezone.now()
