"""Transcribe one recording to the screen or a file, without the database."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from transcription import engines, pipeline, spending
from transcription.audio import AudioError, probe
from transcription.pipeline import SegmentDraft


class Command(BaseCommand):
    help = "Transcribe una grabación y muestra el texto con sus tiempos."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("audio", type=Path, help="la grabación")
        parser.add_argument(
            "--engine",
            default=settings.TRANSCRIPTION_ENGINE,
            help="alias del motor (TRANSCRIPTION_ENGINES)",
        )
        parser.add_argument(
            "--terms", type=Path, help="archivo con un nombre o término por línea"
        )
        parser.add_argument(
            "--json", type=Path, help="escribe los segmentos en este archivo JSON"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        audio: Path = options["audio"]
        terms = _terms(options["terms"])
        try:
            seconds = probe(audio, audio.name).seconds
            engine = engines.load(options["engine"])
            segments = pipeline.transcribe_file(
                audio, engine, terms=terms, progress=self._progress(seconds)
            )
        except (AudioError, engines.EngineError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            _write(options["json"], segments)
        else:
            for segment in segments:
                self.stdout.write(f"[{_clock(segment.start)}] {segment.text}")
        self.stderr.write(f"{len(segments)} segmentos.")
        sent = getattr(engine, "sent", 0.0)
        if sent:  # seconds that went to a service; no ledger is kept here
            paid = spending.usd(spending.dollars(sent, engine.capabilities.price))
            self.stderr.write(f"Se envió a un servicio externo {_clock(sent)}: {paid}.")

    def _progress(self, seconds: float) -> pipeline.Progress:
        def show(done: float) -> None:
            if sys.stderr.isatty():
                self.stderr.write(f"\r{min(done, 1.0):4.0%}", ending="")
            else:
                self.stderr.write(f"{min(done, 1.0):.0%}")

        self.stderr.write(f"Transcribiendo {_clock(seconds)} de audio…")
        return show


def _terms(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            f"No se pudo leer la lista de términos {path}: debe ser un archivo de "
            "texto en UTF-8 con un término por línea."
        ) from error
    return [line.strip() for line in lines if line.strip()]


def _write(path: Path, segments: list[SegmentDraft]) -> None:
    content = [asdict(segment) for segment in segments]
    try:
        path.write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise CommandError(f"No se pudo escribir {path}: {error.strerror}.") from error


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
