"""What voices.py asks of packages that ASTRA does not have: the peer and the judge.

Runs in var/senko, an environment of its own, and imports nothing of ASTRA's.

    python benchmarks/voices_peer.py tell FILE.wav     # senko with its defaults
    python benchmarks/voices_peer.py judge FILE.json   # pyannote.metrics

The last line is RESULT and a JSON object.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any


def tell(path: str) -> dict[str, Any]:
    """Return who speaks when in a WAV of 16 kHz, mono, 16 bits."""
    import senko

    diarizer = senko.Diarizer(device="cpu", warmup=False, quiet=True)
    began = time.monotonic()
    found = diarizer.diarize(path) or {"merged_segments": []}
    took = time.monotonic() - began
    turns = [
        (one["start"], one["end"], one["speaker"]) for one in found["merged_segments"]
    ]
    return {"turns": turns, "seconds": took}


def judge(path: str) -> dict[str, list[float]]:
    """Return total, miss, false alarm and confusion, in seconds, of each way.

    The file has `truth` and `told`, the ways by name: turns (start, end, voice) in
    which nobody overlaps with himself.
    """
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(turns: list[tuple[float, float, str]]) -> Annotation:
        made = Annotation()
        for track, (start, end, voice) in enumerate(turns):
            made[Segment(start, end), track] = voice
        return made

    content = json.loads(Path(path).read_text(encoding="utf-8"))
    truth = annotation(content["truth"])
    figures = ("total", "missed detection", "false alarm", "confusion")
    judged = {}
    for name, turns in content["told"].items():
        told = annotation(turns)
        whole = Timeline([truth.get_timeline().extent() | told.get_timeline().extent()])
        metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
        parts = metric(truth, told, uem=whole, detailed=True)
        judged[name] = [float(parts[figure]) for figure in figures]
    return judged


if __name__ == "__main__":
    print(
        "RESULT", json.dumps({"tell": tell, "judge": judge}[sys.argv[1]](sys.argv[2]))
    )
