"""Measure engines on recordings whose words are known, side by side."""

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from transcription import engines
from transcription.audio import AudioError
from transcription.evaluation import measuring, reports, tables, truth
from transcription.evaluation.normaliser import NORMALISER
from transcription.evaluation.truth import Listed, Truth

ERRORS = (AudioError, engines.EngineError, reports.ReportError, truth.TruthError)


@dataclass(frozen=True)
class Case:
    """A recording, what was said in it, and what an engine may be told to expect."""

    audio: Path
    truth: Truth
    terms: tuple[Listed, ...]
    distractors: tuple[Listed, ...]

    def told(self, give: str) -> list[str]:
        """Return the list for an engine: all, terms, distractors or none."""
        listed = {
            "all": (*self.terms, *self.distractors),
            "terms": self.terms,
            "distractors": self.distractors,
        }
        return [one.text for one in listed.get(give, ())]


class Command(BaseCommand):
    help = (
        "Mide uno o varios motores con grabaciones de las que se conoce el texto: "
        "errores de palabras, términos, bucles, tiempo y memoria."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files",
            nargs="*",
            type=Path,
            metavar="AUDIO TEXTO",
            help="cada grabación y su texto: un JSON con «turns», o texto corriente",
        )
        parser.add_argument(
            "--engine",
            action="append",
            help="alias del motor (TRANSCRIPTION_ENGINES); se puede repetir",
        )
        parser.add_argument(
            "--terms", type=Path, help="archivo con un nombre o término por línea"
        )
        parser.add_argument(
            "--terms-from-truth",
            action="store_true",
            help="toma las personas y los términos que trae el JSON del texto",
        )
        parser.add_argument(
            "--distractors",
            type=Path,
            help="archivo con nombres y términos que nadie dice, uno por línea",
        )
        parser.add_argument(
            "--give",
            choices=["all", "terms", "distractors", "none"],
            default="all",
            help="qué parte de las listas se le da al motor (todo se cuenta igual)",
        )
        parser.add_argument("--json", type=Path, help="guarda la medición aquí")
        parser.add_argument(
            "--compare",
            nargs=2,
            type=Path,
            metavar=("A.json", "B.json"),
            help="compara dos mediciones guardadas de las mismas grabaciones",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["compare"]:
                runs, names = _kept(options["compare"])
            else:
                runs, names = self._measured(options)
            compared = reports.compare(runs, names)
            for line in tables.tables(runs, names):
                self.stdout.write(line)
            for line in tables.comparisons(compared):
                self.stdout.write(line)
            if options["json"]:
                reports.write(options["json"], runs, compared)
        except ERRORS as error:
            raise CommandError(str(error)) from error

    def _measured(self, options: dict[str, Any]) -> tuple[list[reports.Run], list[str]]:
        asked = options["engine"] or [settings.TRANSCRIPTION_ENGINE]
        aliases = list(dict.fromkeys(asked))
        runs: list[reports.Run] = []
        cases = _cases(options)
        for alias in aliases:
            engines.settings_hash(alias)  # an unknown one is told before the work
        with tempfile.TemporaryDirectory() as folder:
            # Cut before any engine is loaded: its memory would count here too.
            cut = [
                measuring.prepare(case.audio, _made(Path(folder) / str(index)))
                for index, case in enumerate(cases)
            ]
            for alias in aliases:
                if runs:
                    engines.unload()  # or the next one would be charged its memory
                runs.append(self._run(alias, cases, cut, options["give"]))
        return runs, aliases

    def _run(
        self,
        alias: str,
        cases: Sequence[Case],
        cut: Sequence[measuring.Prepared],
        give: str,
    ) -> reports.Run:
        """Hear and score every case with one engine."""
        with measuring.Meter() as loading:
            engine = engines.load(alias)
            measuring.warm_up(engine)
        heard = []
        for case, prepared in zip(cases, cut, strict=True):
            self.stderr.write(f"«{case.audio.name}» con {alias}…")
            segments, stage = measuring.hear(
                prepared, engine, case.told(give), self._progress
            )
            heard.append(
                reports.scored(
                    case.audio.name,
                    case.truth,
                    " ".join(segment.text for segment in segments),
                    seconds=prepared.seconds,
                    stages=(prepared.stage, stage),
                    terms=_forms(case.terms),
                    distractors=_forms(case.distractors),
                )
            )
        return reports.Run(
            alias,
            engine.model,
            engines.settings_hash(alias),
            NORMALISER,
            give,
            loading.stage,
            tuple(heard),
        )

    def _progress(self, done: float) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{min(done, 1.0):4.0%}", ending="")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _forms(listed: Sequence[Listed]) -> list[str]:
    return [form for one in listed for form in one.spoken]


def _cases(options: dict[str, Any]) -> list[Case]:
    """Return the recordings to hear. Raises TruthError and CommandError."""
    files: list[Path] = options["files"]
    if not files or len(files) % 2:
        raise CommandError(
            "Escriba cada grabación seguida del archivo con su texto: "
            "evaluate sesion.mp3 sesion.json"
        )
    listed = truth.read_list(options["terms"]) if options["terms"] else ()
    others = truth.read_list(options["distractors"]) if options["distractors"] else ()
    cases = []
    for audio, written in zip(files[::2], files[1::2], strict=True):
        said = truth.read(written)
        terms = listed
        if options["terms_from_truth"]:
            terms = (*said.people, *said.terms, *listed)
        cases.append(Case(audio, said, terms, others))
    return cases


def _kept(paths: Sequence[Path]) -> tuple[list[reports.Run], list[str]]:
    """Return the runs of two kept evaluations, each with a name of its own."""
    runs, names = [], []
    for path in paths:
        for run in reports.read(path):
            runs.append(run)
            names.append(f"{run.engine} ({path.stem})")
    return runs, names
