"""Word errors and speed of our pipeline beside faster-whisper's own, same weights.

    python benchmarks/wer.py [AUDIO TRUTH.json] [--model base] [--quick]

The truth is a JSON object whose `turns` carry `text`, `start` and `end` in seconds, and
whose `roster` and `terms` carry `name`: the list that the second line is given. The
last line is RESULT and a JSON object. --quick hears one minute and one baseline.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from transcription import evaluation, pipeline, weights  # noqa: E402
from transcription.audio import FlacWriter, decode, probe  # noqa: E402
from transcription.engines.whisper import Whisper  # noqa: E402

QUICK = 60.0  # seconds of audio that --quick keeps, at most


def baseline(path: Path | str, model_dir: Path | str, *, batched: bool = False) -> str:
    """Return what faster-whisper alone hears, with its own defaults.

    `batched` picks BatchedInferencePipeline; otherwise WhisperModel.transcribe, one
    window after another with the previous text as context. Both use its VAD.
    """
    # Heavy, and only needed when a baseline is asked for.
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(model_dir), device="auto", compute_type="int8")
    if batched:
        segments, _ = BatchedInferencePipeline(model).transcribe(
            str(path), language="es", batch_size=8
        )
    else:
        segments, _ = model.transcribe(str(path), language="es", vad_filter=True)
    return " ".join(segment.text.strip() for segment in segments)


def ours(path: Path | str, model_dir: Path | str, terms: list[str]) -> str:
    """Return what ASTRA's pipeline hears, with the same weights."""
    engine = Whisper(str(model_dir), compute_type="int8", models=model_dir)
    segments = pipeline.transcribe_file(path, engine, terms=terms)
    return " ".join(segment.text for segment in segments)


def shortened(path: Path, folder: Path, seconds: float) -> Path:
    """Write the first `seconds` of `path`, rounded up, into `folder` as FLAC."""
    short = folder / "short.flac"
    with short.open("wb") as file:
        writer = FlacWriter(file)
        for second, block in enumerate(decode(path)):
            if second >= seconds:
                break
            writer.write(block)
        writer.close()
    return short


def measure(
    name: str, hear: Callable[[], str], truth: str, seconds: float
) -> dict[str, float]:
    """Run one way of hearing, print its line, and return its figures."""
    began = time.monotonic()
    heard = hear()
    took = time.monotonic() - began
    score = evaluation.score(truth, heard)
    print(
        f"{name:32} WER {score.wer:.3f}  CER {score.cer:.3f}  "
        f"S {score.substituted:4} D {score.deleted:4} I {score.inserted:4}  "
        f"loops/10 min {evaluation.loop_burden(heard, seconds):.1f}  "
        f"{took:6.1f} s  {seconds / took:5.1f}x",
        flush=True,
    )
    return {
        "wer": round(score.wer, 4),
        "deleted": score.deleted,
        "inserted": score.inserted,
        "speed": round(seconds / took, 1),
    }


def main() -> None:
    """Measure every way on one recording."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    demo = ROOT / "demo"
    parser.add_argument("audio", nargs="?", type=Path, default=demo / "recording.opus")
    parser.add_argument("truth", nargs="?", type=Path, default=demo / "truth.json")
    parser.add_argument("--model", default="base")
    parser.add_argument("--quick", action="store_true", help="a minute only")
    options = parser.parse_args()
    truth = json.loads(options.truth.read_text(encoding="utf-8"))
    turns, path = truth["turns"], options.audio
    listed = [*truth.get("roster", []), *truth.get("terms", [])]
    terms = [one["name"] for one in listed]
    model = weights.find(options.model, ROOT / "var" / "models")
    with tempfile.TemporaryDirectory() as folder:
        if options.quick:
            # Until the end of a turn: none is cut in two, in the sound or the truth.
            turns = [turn for turn in turns if turn["end"] <= QUICK - 1]
            path = shortened(path, Path(folder), turns[-1]["end"])
        seconds = probe(path).seconds
        text = " ".join(turn["text"] for turn in turns)
        ways = {
            "astra": lambda: ours(path, model, []),
            "astra with the session's list": lambda: ours(path, model, terms),
            "faster-whisper": lambda: baseline(path, model),
            "faster-whisper batched": lambda: baseline(path, model, batched=True),
        }
        if options.quick:
            del ways["faster-whisper batched"]
        print(f"{options.audio.name}: {seconds:.0f} s, model {options.model}")
        result = {
            name: measure(name, hear, text, seconds) for name, hear in ways.items()
        }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
