"""The machines that hear, and the ledger of what hearing costs."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models.functions import Now


class WorkerQuerySet(models.QuerySet["Worker"]):
    def silent(self) -> WorkerQuerySet:
        """Machines thought alive that said nothing for ten minutes."""
        since = Now() - datetime.timedelta(minutes=10)
        return self.filter(state=Worker.State.ALIVE, heartbeat_at__lt=since)


class Worker(models.Model):
    """A machine that hears: what it is, what it costs, when it last spoke."""

    class State(models.TextChoices):
        STARTING = "starting", "encendiendo"
        ALIVE = "alive", "trabajando"
        GONE = "gone", "apagada"

    machine = models.CharField("máquina", max_length=80, unique=True)
    provider = models.CharField("proveedor", max_length=20, default="always_on")
    state = models.CharField("estado", max_length=8, choices=State, default=State.ALIVE)
    card = models.CharField("tarjeta", max_length=60, blank=True)
    price = models.DecimalField(
        "precio por hora (USD)", max_digits=8, decimal_places=4, default=0
    )
    started_at = models.DateTimeField("encendida", auto_now_add=True)
    heartbeat_at = models.DateTimeField("última señal", null=True)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = "máquina"

    def __str__(self) -> str:
        return self.machine

    @classmethod
    def speak(cls, machine: str) -> None:
        """Note that `machine` is alive."""
        alive = {"state": cls.State.ALIVE, "heartbeat_at": Now()}
        cls.objects.update_or_create(machine=machine, defaults=alive)


class UsageRecord(models.Model):
    """The ledger: what a part cost. Survives the part."""

    part = models.ForeignKey(
        "transcription.Part",
        models.SET_NULL,
        null=True,
        related_name="usage",
        verbose_name="parte",
    )
    at = models.DateTimeField("cuándo", auto_now_add=True)
    seconds = models.FloatField("segundos de máquina")
    sent = models.FloatField("segundos enviados a un servicio", default=0)
    price = models.DecimalField("precio por hora (USD)", max_digits=8, decimal_places=4)
    cost = models.DecimalField("costo (USD)", max_digits=10, decimal_places=6)

    class Meta:
        verbose_name = "consumo"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s, {self.cost} USD"
