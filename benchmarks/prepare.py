"""Memory and speed of the preparation of a 7-hour recording that needs a copy to play.

    python benchmarks/prepare.py [--hours 7] [--quick]

The recording is the demonstration over and over, as FLAC. The last line is RESULT and a
JSON object: `hours`, `peak_rss_mb` of the process that prepares (Django and speech
detector included), `x_realtime`, `parts`, and `first_part_share`: when the first part
was announced, as a share of the whole time.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def build(path: Path, hours: float) -> None:
    """Write `hours` of the demonstration, repeated, as FLAC."""
    from transcription import audio

    blocks = list(audio.decode(ROOT / "demo" / "recording.opus"))
    with path.open("wb") as file:
        writer = audio.FlacWriter(file)
        for second in range(round(hours * 3600)):
            writer.write(blocks[second % len(blocks)])
        writer.close()


def prepare(path: Path) -> dict[str, float]:
    """Prepare `path` as the `media` cluster does; return what it took."""
    import django

    django.setup()
    from django.core.files import File
    from django.core.files.storage import default_storage
    from django.core.management import call_command

    from transcription import tasks
    from transcription.models import Transcription

    call_command("migrate", verbosity=0)
    with path.open("rb") as file:
        name = default_storage.save("recordings/long.flac", File(file))
    transcription = Transcription.start(
        audio=name, name=path.name, sha256="0" * 64, engine="base"
    )
    began = time.monotonic()
    tasks.prepare(transcription.pk)
    took = time.monotonic() - began
    transcription.refresh_from_db()
    assert transcription.prepared_at, transcription.error
    first = transcription.parts.order_by("position").first()
    until_first = (first.rung_at - transcription.started_at).total_seconds()
    return {
        "hours": round(transcription.seconds / 3600, 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "x_realtime": round(transcription.seconds / took, 1),
        "parts": transcription.parts.count(),
        "first_part_share": round(until_first / took, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=7.0)
    parser.add_argument("--quick", action="store_true", help="half an hour")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print("RESULT", json.dumps(prepare(options.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.flac"
        build(path, 0.5 if options.quick else options.hours)
        environment = {
            **os.environ,
            "ASTRA_VAR": f"{folder}/var",
            "DJANGO_SETTINGS_MODULE": "astra_site.settings",
        }
        environment.pop("DATABASE_URL", None)
        # A process of its own: what building the file took must not be counted.
        command = [sys.executable, __file__, "--measure", str(path)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
