"""The app of councils and their people."""

from django.apps import AppConfig


class CouncilsConfig(AppConfig):
    name = "councils"
    verbose_name = "Concejos y personas"
