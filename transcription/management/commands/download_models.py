"""Fetch the models that the settings name, before a worker goes live.

The models of the engines, and the one that tells voices apart.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from transcription import engines, voices
from transcription.engines import EngineError
from transcription.voices import VoicesError
from transcription.weights import Wanted, WeightsError


class Command(BaseCommand):
    help = "Trae los modelos de los motores y de las voces, y dice cuáles ya están."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "alias",
            nargs="*",
            help="motores de TRANSCRIPTION_ENGINES o modelos de TRANSCRIPTION_VOICES; "
            "si no se nombra ninguno, todos los motores y el modelo de voces en uso",
        )
        parser.add_argument(
            "--check", action="store_true", help="solo dice qué falta, sin traerlo"
        )

    def handle(self, alias: list[str], check: bool, **_: Any) -> None:
        in_use = filter(None, [settings.TRANSCRIPTION_VOICE])
        chosen = alias or [*settings.TRANSCRIPTION_ENGINES, *in_use]
        failed = [one for one in chosen if not self.have(one, check)]
        if failed:
            raise CommandError(f"Sin modelo: {', '.join(failed)}.")

    def have(self, alias: str, check: bool) -> bool:
        """Say where the model of `alias` is, fetched if need be; False if nowhere."""
        try:
            self.stdout.write(f"{alias}: {self.said(alias, check)}")
        except (EngineError, VoicesError, WeightsError) as error:
            self.stderr.write(f"{alias}: {error}")
            return False
        return True

    def said(self, alias: str, check: bool) -> str:
        """Tell what there is of `alias`. Raises what says why there is nothing."""
        is_voices = alias in settings.TRANSCRIPTION_VOICES
        wanted = (voices if is_voices else engines).weights_of(alias)
        if wanted is not None:
            return self.found(wanted, check)
        if is_voices:  # loading it looks whether the file is whole
            return f"está completo el modelo de voces «{voices.load(alias).model}»."
        return "no hay modelo que traer."

    def found(self, wanted: Wanted, check: bool) -> str:
        """Tell where the weights are and how large. Raises WeightsError."""
        try:
            path, what = wanted.find(settings.MODELS_FOLDER, download=False), "ya está"
        except WeightsError:
            if check:
                raise
            self.stdout.write(f"Trayendo el modelo «{wanted.model}»…")
            path, what = wanted.find(settings.MODELS_FOLDER), "listo"
        return f"{what} el modelo «{wanted.model}» ({_size(path)}): {path}"


def _size(path: Path) -> str:
    files = [path] if path.is_file() else path.iterdir()
    count = sum(file.stat().st_size for file in files if file.is_file())
    if count < 1e9:
        return f"{count / 1e6:.0f} MB"
    return f"{count / 1e9:.1f} GB".replace(".", ",")
