"""Who speaks when in a recording: the vectors of its voices, and their turns."""

from __future__ import annotations

import numpy as np
from django.db import models

from transcription.voices import Vectors
from transcription.voices.grouping import TurnDraft


class PartVoices(models.Model):
    """How the voices of a part sound, kept until its session needs no grouping more.

    Biometric data: no page, export or log has it, only copies of the whole database.
    """

    part = models.OneToOneField(
        "transcription.Part", models.CASCADE, related_name="voices", primary_key=True
    )
    model = models.CharField("modelo de voces", max_length=80)
    dimensions = models.PositiveSmallIntegerField("dimensiones")
    times = models.BinaryField()  # float32 (n, 2): start and end, seconds
    values = models.BinaryField()  # float16 (n, dimensions)
    created_at = models.DateTimeField("creados", auto_now_add=True)

    class Meta:
        verbose_name = "vectores de una parte"
        verbose_name_plural = "vectores de partes"

    def __str__(self) -> str:
        return f"{self.part_id} ({self.model})"

    @classmethod
    def keep(cls, part: models.Model, model: str, vectors: Vectors | None) -> None:
        """Write the vectors of a part, if there are any."""
        if vectors is not None:
            cls.of(part.pk, model, vectors).save()

    @classmethod
    def of(cls, part_pk: int, model: str, vectors: Vectors) -> PartVoices:
        """Return the unsaved row for the vectors of a part."""
        return cls(
            part_id=part_pk,
            model=model,
            dimensions=vectors.values.shape[1],
            times=vectors.times.astype("<f4").tobytes(),
            values=vectors.values.astype("<f2").tobytes(),
        )

    @property
    def vectors(self) -> Vectors:
        """The vectors, as they were computed but for rounding."""
        values = np.frombuffer(self.values, "<f2").reshape(-1, self.dimensions)
        return Vectors(
            np.frombuffer(self.times, "<f4").reshape(-1, 2), values.astype(np.float32)
        )


class Turn(models.Model):
    """A stretch in which one voice speaks; all of a recording's are written at once.

    Labels are the same for all recordings that are told apart `together`.
    """

    transcription = models.ForeignKey(
        "transcription.Transcription", models.CASCADE, related_name="turns"
    )
    position = models.PositiveIntegerField("orden")
    start = models.FloatField("desde (s)")  # seconds on the recording's clock
    end = models.FloatField("hasta (s)")
    voice = models.CharField("voz", max_length=12, blank=True)  # "S1"; "": unassigned
    overlapped = models.BooleanField("se habla a la vez", default=False)

    class Meta:
        verbose_name = "turno"
        ordering = ["transcription", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["transcription", "position"], name="turn_position_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.voice or 'sin asignar'}, {self.start:.1f} a {self.end:.1f} s"

    @classmethod
    def of(cls, transcription_pk: int, position: int, draft: TurnDraft) -> Turn:
        """Return the unsaved row for a turn."""
        return cls(
            transcription_id=transcription_pk,
            position=position,
            start=draft.start,
            end=draft.end,
            voice=draft.voice,
            overlapped=draft.overlapped,
        )
