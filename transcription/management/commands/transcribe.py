"""Transcribe one recording to the screen or a file, without the database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from transcription import engines, pipeline, spending
from transcription.audio import AudioError, probe
from transcription.cutting import PartCut
from transcription.pipeline import SegmentDraft
from transcription.voices import (
    Vectors,
    VoicesError,
    grouping,
    joined,
    load,
    vectors_of,
)
from transcription.voices.grouping import Speech, TurnDraft
from transcription.voices.windows import Span
from transcription.voices.words import said, timed


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
        parser.add_argument(
            "--voices",
            default="",
            help="distingue las voces con este modelo (TRANSCRIPTION_VOICES): «S1: …»",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        audio: Path = options["audio"]
        terms = _terms(options["terms"])
        try:
            seconds = probe(audio, audio.name).seconds
            engine = engines.load(options["engine"])
            voices = Voices(options["voices"]) if options["voices"] else None
            segments = pipeline.transcribe_file(
                audio,
                engine,
                terms=terms,
                progress=self._progress(seconds),
                look=voices and voices.look,
            )
            rows = voices.shared_out(segments) if voices else map(asdict, segments)
        except (AudioError, engines.EngineError, VoicesError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            _write(options["json"], list(rows))
        else:
            for row in rows:
                self.stdout.write(f"[{_clock(row['start'])}] {_line(row)}")
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


class Voices:
    """Who speaks in one recording; how they sound is forgotten with the process."""

    def __init__(self, alias: str) -> None:
        """Load the model. Raises VoicesError."""
        self._model = load(alias)
        self._spans: list[Span] = []
        self._vectors: list[Vectors] = []

    def look(self, part: PartCut, samples: np.ndarray) -> None:
        """Take in how the voices of a part sound. Raises VoicesError."""
        found = vectors_of(samples, part.speech, self._model, offset=part.start)
        self._spans += part.speech
        self._vectors.append(found)

    def shared_out(self, segments: Sequence[SegmentDraft]) -> list[dict[str, Any]]:
        """Return the segments as rows, one for each voice that speaks in one."""
        speech = Speech(tuple(self._spans), joined(self._vectors))
        (turns,) = grouping.grouped([speech])
        return [row for segment in segments for row in _shared_out(segment, turns)]


def _shared_out(
    segment: SegmentDraft, turns: Sequence[TurnDraft]
) -> Iterator[dict[str, Any]]:
    whole = asdict(segment)
    words = [(word.start, word.end, word.text) for word in segment.words]
    at = 0
    for one in said(words or timed(segment.text, segment.start, segment.end), turns):
        yield {
            **whole,
            "start": one.words[0][0],
            "end": one.words[-1][1],
            "text": one.text,
            "words": whole["words"][at : at + len(one.words)],
            "voice": one.voice,
            "overlapped": one.overlapped,
        }
        at += len(one.words)


def _line(row: dict[str, Any]) -> str:
    if "voice" not in row:
        return row["text"]
    return f"{row['voice'] or 'Sin asignar'}: {row['text']}"


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


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    try:
        path.write_text(
            json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise CommandError(f"No se pudo escribir {path}: {error.strerror}.") from error


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
