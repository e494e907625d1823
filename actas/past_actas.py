"""Actas from before ASTRA, kept for what can be learned from them."""

from django.db import models

from councils.models import Council


class PastActa(models.Model):
    """An acta from before ASTRA: a source of names, words and formulas."""

    council = models.ForeignKey(Council, models.PROTECT, related_name="past_actas")
    file = models.FileField("archivo", upload_to="past/")
    name = models.CharField("nombre del archivo", max_length=255)
    sha256 = models.CharField(max_length=64)
    text = models.TextField("texto", blank=True)
    findings = models.JSONField("lo leído", default=dict)
    created_at = models.DateTimeField("recibida", auto_now_add=True)

    class Meta:
        verbose_name = "acta anterior"
        verbose_name_plural = "actas anteriores"
        constraints = [
            models.UniqueConstraint(fields=["council", "sha256"], name="past_acta_once")
        ]

    def __str__(self) -> str:
        return self.name
