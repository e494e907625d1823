"""From a long recording to parts ready to be heard, beside what a user would do.

    python benchmarks/front_end.py [--hours 7] [--audio FILE] [--quick]

Ours is the whole task that the `media` cluster runs: decoding, speech detection,
cutting, drawn wave, parts stored and announced in a database. Theirs is
`faster_whisper.decode_audio`, then `get_speech_timestamps`: arrays in memory. Each
run is a process of its own. The recording is the demonstration over and over with
pauses, as MP3 of 64 kbit/s.

RESULT: `ratio` of our seconds to theirs on all processors; `rss_mb`, our highest
memory; `first_part_fraction`, the share of our time after which the first part was
announced; `speedup_by_cores`, against one processor.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks import runs

QUICK_HOURS = 1.0


def prepare(path: Path) -> dict[str, float]:
    """Prepare `path` as the `media` cluster does."""
    import django

    django.setup()
    from django.core.files import File
    from django.core.files.storage import default_storage

    from transcription import tasks
    from transcription.models import Transcription

    with path.open("rb") as file:
        name = default_storage.save(f"recordings/{path.name}", File(file))
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
        "audio": transcription.seconds,
        "seconds": took,
        "first": until_first / took,
        "parts": transcription.parts.count(),
        "clips": sum(len(part.clips) for part in transcription.parts.all()),
    }


def detect(path: Path) -> dict[str, float]:
    """Do what faster-whisper's own functions do."""
    from faster_whisper import decode_audio
    from faster_whisper.vad import get_speech_timestamps

    began = time.monotonic()
    sound = decode_audio(str(path))
    found = get_speech_timestamps(sound)
    took = time.monotonic() - began
    return {"audio": len(sound) / 16_000, "seconds": took, "clips": len(found)}


def migrate() -> dict[str, float]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {}


def recording(folder: Path, hours: float) -> Path:
    """Return an MP3 of `hours` in `folder`."""
    from transcription import audio

    demo = runs.DEMO / "recording.opus"
    rate = runs.MP3_RATE
    spoken = np.concatenate(list(audio.decode(demo, rate=rate)))
    noise = runs.room(len(spoken) / rate + runs.PAUSE, rate)
    noise[: len(spoken)] += spoken
    path = folder / "long.mp3"
    runs.write_mp3(path, noise, hours)
    return path


def compare(path: Path, folder: Path) -> None:
    """Measure both, and ours on each number of processors; print it all."""
    environment = {
        "ASTRA_VAR": f"{folder}/var",
        "DJANGO_SETTINGS_MODULE": "astra_site.settings",
        "DATABASE_URL": "",
    }

    def measure(who: str, cores: int | None = None) -> runs.Run:
        command = (__file__, "--measure", who, "--audio", str(path))
        return runs.run(*command, cores=cores, **environment)

    measure("migrate")
    processors = len(os.sched_getaffinity(0))
    other = measure("theirs")
    print(f"{other.result['audio'] / 3600:.2f} h, {processors} processors")
    print(f"{'':24}{'seconds':>9}{'x real time':>13}{'CPU s':>8}{'MB':>7}{'parts':>7}")
    _row("faster-whisper", other)
    ours = {cores: measure("ours", cores) for cores in range(1, processors + 1)}
    for cores, run in ours.items():
        _row(f"ASTRA, {cores} processor{'s' * (cores > 1)}", run)
    best = ours[processors]
    print(f"first part after {best.result['first']:.1%} of the time")
    seconds = {cores: run.result["seconds"] for cores, run in ours.items()}
    runs.result(
        ratio=round(seconds[processors] / other.result["seconds"], 3),
        rss_mb=round(max(run.rss_mb for run in ours.values())),
        first_part_fraction=round(best.result["first"], 4),
        speedup_by_cores={
            cores: round(seconds[1] / took, 2) for cores, took in seconds.items()
        },
    )


def _row(name: str, run: runs.Run) -> None:
    took, audio = run.result["seconds"], run.result["audio"]
    parts = run.result.get("parts", "")
    print(
        f"{name:24}{took:9.1f}{audio / took:13.0f}{run.cpu:8.1f}"
        f"{run.rss_mb:7.0f}{parts:>7}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=7.0)
    parser.add_argument("--audio", type=Path, help="another recording")
    parser.add_argument("--quick", action="store_true", help="one hour")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    options = parser.parse_args()
    ways = {"ours": prepare, "theirs": detect}
    if options.measure == "migrate":
        runs.result(**migrate())
    elif options.measure:
        runs.result(**ways[options.measure](options.audio))
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            hours = QUICK_HOURS if options.quick else options.hours
            compare(options.audio or recording(folder, hours), folder)


if __name__ == "__main__":
    main()
