"""What the pipeline costs beside the engine: files, guards, rows.

    python benchmarks/overhead.py [--quick]

The demonstration is prepared as the `media` cluster does, and its parts are heard as
the `gpu` cluster does, by Whisper base. What passes inside the engine is timed call by
call, so the bare engine has the very same clips in the very same batches at the very
same moment. What retries decode again is the engine's time too; it is told apart.
--quick hears the first minute and a half.

RESULT: `ratio` of the whole of run_part to the time inside the engine; `retry_share` of
that time which was spent on hearing again.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import runs

QUICK = 90.0  # seconds


class Timed:
    """An engine that counts the seconds that it works."""

    def __init__(self, engine) -> None:
        self._engine = engine
        self._known: set[tuple[float, float]] = set()
        self.first = self.again = 0.0  # seconds

    def __getattr__(self, name: str):
        return getattr(self._engine, name)

    def transcribe(self, clips: Sequence, **options) -> list:
        began = time.monotonic()
        results = self._engine.transcribe(clips, **options)
        took = time.monotonic() - began
        # A part of a clip, or a clip that was heard before, is heard again.
        spans = [(clip.start, clip.start + clip.seconds) for clip in clips]
        if any(start < b and a < end for a, b in self._known for start, end in spans):
            self.again += took
        else:
            self.first += took
        self._known.update(spans)
        return results


def measure(path: Path) -> dict[str, float]:
    import django

    django.setup()
    from django.core.files import File
    from django.core.files.storage import default_storage
    from django.core.management import call_command

    from transcription import engines, tasks
    from transcription.evaluation.measuring import warm_up
    from transcription.models import Transcription

    call_command("migrate", verbosity=0)
    with path.open("rb") as file:
        name = default_storage.save(f"recordings/{path.name}", File(file))
    transcription = Transcription.start(
        audio=name, name=path.name, sha256="0" * 64, engine="base"
    )
    tasks.prepare(transcription.pk)
    engine = Timed(engines.load("base"))
    warm_up(engine)
    engine.first = engine.again = 0.0
    engines.load = lambda alias, **_: engine
    began = time.monotonic()
    for part in transcription.parts.all():
        tasks.run_part(part.pk)
    took = time.monotonic() - began
    transcription.refresh_from_db()
    assert transcription.heard_at, [part.error for part in transcription.parts.all()]
    return {
        "audio": transcription.seconds,
        "clips": sum(len(part.clips) for part in transcription.parts.all()),
        "segments": transcription.segments().count(),
        "seconds": took,
        "first": engine.first,
        "again": engine.again,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute and a half")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        runs.result(**measure(options.measure))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = runs.DEMO / "recording.opus"
        if options.quick:
            path = runs.shortened(path, Path(folder), QUICK)
        run = runs.run(
            __file__,
            "--measure",
            str(path),
            ASTRA_VAR=f"{folder}/var",
            DJANGO_SETTINGS_MODULE="astra_site.settings",
            DATABASE_URL="",
        )
    found = run.result
    inside = found["first"] + found["again"]
    print(
        f"{found['audio']:.0f} s of audio, {found['clips']} clips, "
        f"{found['segments']} segments"
    )
    print(f"{'in the engine, first hearing':32}{found['first']:8.2f} s")
    print(f"{'in the engine, hearing again':32}{found['again']:8.2f} s")
    print(f"{'everything else in run_part':32}{found['seconds'] - inside:8.2f} s")
    runs.result(
        ratio=round(found["seconds"] / inside, 4),
        retry_share=round(found["again"] / inside, 3),
    )


if __name__ == "__main__":
    main()
