"""What the benchmarks share: long recordings, processes of their own, their memory."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from transcription.audio import FlacWriter, decode

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
SAMPLING = 0.2  # seconds between two looks at the memory; 5 GB take 20 ms to count
MP3_RATE, MP3_BITS, MP3_FRAME = 44_100, 64_000, 1152
ROOM = 0.002  # of full scale: the noise of a quiet room
PAUSE = 40.0  # seconds of that between two hearings of the demonstration


@dataclass(frozen=True)
class Run:
    """What one process said in its RESULT line, and what it took."""

    result: dict[str, Any]
    seconds: float  # from start to end, imports included
    cpu: float  # seconds, children included
    rss_mb: float  # the highest of the whole tree, shared pages counted once


def run(
    *command: str,
    cores: int | None = None,
    python: str = sys.executable,
    **environment: str,
) -> Run:
    """Run a Python script, on the first `cores` processors if that is given.

    Raises CalledProcessError when it fails.
    """
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    began, before = time.monotonic(), os.times()
    process = subprocess.Popen(
        [python, *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    peaks = [0.0]
    watching = threading.Thread(target=_watch, args=(process, peaks))
    watching.start()
    said, _ = process.communicate()
    watching.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, said)
    after = os.times()
    return Run(
        json.loads(said.rsplit("RESULT", 1)[1]),
        time.monotonic() - began,
        sum(after[2:4]) - sum(before[2:4]),
        max(peaks),
    )


def result(**figures: Any) -> None:
    """Print the last line of a benchmark."""
    print("RESULT", json.dumps(figures, ensure_ascii=False), flush=True)


def _watch(process: subprocess.Popen, peaks: list[float]) -> None:
    while process.poll() is None:
        peaks.append(sum(map(_pss, _tree(process.pid))) / 1024)
        time.sleep(SAMPLING)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))
    except OSError:
        return  # it has ended meanwhile


def _pss(pid: int) -> int:
    """Return the kB in memory that are this process's, shared ones in proportion."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line[:4] == "Pss:"), 0)


def shortened(path: Path, folder: Path, seconds: float) -> Path:
    """Write the first `seconds` of `path`, rounded up, into `folder` as FLAC."""
    short = folder / "short.flac"
    with short.open("wb") as file, closing(FlacWriter(file)) as writer:
        for second, block in enumerate(decode(path)):
            if second >= seconds:
                break
            writer.write(block)
    return short


def room(seconds: float, rate: int, level: float = ROOM) -> np.ndarray:
    """Return float32 (n,): the noise of a room with nobody in it."""
    count = round(seconds * rate)
    noise = np.random.default_rng(7).standard_normal(count, np.float32)
    return noise * np.float32(level)


def write_mp3(path: Path, sound: np.ndarray, hours: float) -> None:
    """Write `sound` (float32 at 44,100 Hz) over and over until `hours` are full.

    It is encoded once, without a bit reservoir, so that its frames may be repeated
    as bytes: encoding seven hours would take longer than measuring them.
    """
    sound = sound[: len(sound) // MP3_FRAME * MP3_FRAME]
    options = {"reservoir": "0"}
    plain = {"write_xing": "0", "id3v2_version": "0"}
    once = path.with_suffix(".once")
    with av.open(once, "w", format="mp3", container_options=plain) as container:
        stream = container.add_stream("libmp3lame", MP3_RATE, options=options)
        stream.layout, stream.bit_rate = "mono", MP3_BITS
        for start in range(0, len(sound), MP3_RATE):
            block = np.ascontiguousarray(sound[np.newaxis, start : start + MP3_RATE])
            frame = av.AudioFrame.from_ndarray(block, "fltp", "mono")
            frame.sample_rate, frame.pts = MP3_RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames = once.read_bytes()
    once.unlink()
    left = round(hours * 3600 * MP3_BITS / 8)
    with path.open("wb") as file:
        while left > 0:
            left -= file.write(frames[:left])
