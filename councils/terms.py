"""The words and names that the machine should know, of one council or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from pgvector.django import CosineDistance, VectorField

from councils import vocabulary

if TYPE_CHECKING:
    from councils.models import Council  # it imports these rows


class TermQuerySet(models.QuerySet["Term"]):
    def known_to(self, council: Council) -> TermQuerySet:
        """Approved words of `council` and of the whole country."""
        return self.filter(
            Q(council=council) | Q(council__isnull=True), state=Term.State.APPROVED
        )

    def in_order_of_work(self) -> TermQuerySet:
        """What waits for a decision first, then the words in use, then the rejected."""
        places = {Term.State.PROPOSED: 0, Term.State.APPROVED: 1}
        whens = [models.When(state=s, then=place) for s, place in places.items()]
        place = models.Case(*whens, default=2, output_field=models.IntegerField())
        return self.order_by(place, Lower("text"))

    def closest(self, heard: str, limit: int = 5) -> TermQuerySet:
        """Terms that sound most like `heard`, nearest first, with `distance` 0 to 2."""
        distance = CosineDistance("vector", vocabulary.vector(heard))
        return self.annotate(distance=distance).order_by("distance")[:limit]


class Term(models.Model):
    """A word or name that the machine should know, of one council or national."""

    class Kind(models.TextChoices):
        PERSON = "person", "persona"
        PLACE = "place", "lugar"
        BODY = "body", "entidad o sigla"
        WORD = "word", "palabra"

    class State(models.TextChoices):
        PROPOSED = "proposed", "propuesta"
        APPROVED = "approved", "aprobada"
        REJECTED = "rejected", "rechazada"

    council = models.ForeignKey(
        "councils.Council",
        models.CASCADE,
        related_name="terms",
        null=True,
        blank=True,
        verbose_name="concejo",
        help_text="Vacío: vale para todos los concejos.",
    )
    text = models.CharField("palabra o nombre", max_length=120)
    kind = models.CharField("clase", max_length=8, choices=Kind, default=Kind.WORD)
    variants = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        verbose_name="como suele oírla la máquina",
    )
    count = models.PositiveIntegerField("veces vista", default=0)
    state = models.CharField(
        "estado", max_length=10, choices=State, default=State.PROPOSED
    )
    vector = VectorField(dimensions=vocabulary.DIMENSIONS, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "palabra del vocabulario"
        verbose_name_plural = "vocabulario"
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(
                fields=["council", "text"], name="term_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, **kwargs) -> None:
        self.vector = vocabulary.vector(self.text)
        super().save(**kwargs)

    @property
    def is_proposed(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def is_rejected(self) -> bool:
        return self.state == self.State.REJECTED

    def approve(self) -> None:
        """Let the machine know the word from the next session on."""
        type(self).objects.filter(pk=self.pk).update(state=self.State.APPROVED)

    def reject(self) -> None:
        """Keep the word from being used, and from being proposed again."""
        type(self).objects.filter(pk=self.pk).update(state=self.State.REJECTED)
