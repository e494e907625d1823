"""The app of actas: their text, its corrections, their approval."""

from django.apps import AppConfig


class ActasConfig(AppConfig):
    name = "actas"
    verbose_name = "Actas"
