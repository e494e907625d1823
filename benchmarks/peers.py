"""ASTRA beside faster-whisper's own modes and WhisperX, with the same weights.

    python benchmarks/peers.py [--audio FILE --truth FILE]… [--whisperx] [--quick]

Whisper base in int8 hears each recording, and then an hour of all of them with pauses
and the noise of a room between, through: ASTRA; faster-whisper one window after
another, with and without the text before as context; its BatchedInferencePipeline; and,
with --whisperx, WhisperX, installed into var/whisperx. Each is a process of its own, in
an order that is rotated from recording to recording. Nobody is given a list of words.

Without --audio: the demonstration, and dev1 and dev2 where ../shared/audio is there. A
truth is a JSON object with `turns` (`text`, `start`, `end`) or a text file. --quick
hears twenty seconds of each, in two ways beside ASTRA's.

RESULT, of the hour: `ratio_vs_fastest`, our seconds to those of the fastest of the
others; `rss_ratio`, our memory to the least of theirs; `wer`, ours; `wer_peers`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import runs
from transcription import evaluation, pipeline, weights
from transcription.audio import RATE, FlacWriter, decode
from transcription.engines.whisper import Whisper
from transcription.evaluation import truth

SHARED = runs.ROOT.parent / "shared" / "audio"
MODELS = runs.ROOT / "var" / "models"
WHISPERX = runs.ROOT / "var" / "whisperx"
HOUR, QUICK = 3600.0, 20.0  # seconds
PAUSE = 10.0  # seconds of an empty room between two recordings
BATCH = 8


@dataclass(frozen=True)
class Case:
    """A recording and what is said in it."""

    name: str
    audio: Path
    text: str


def baseline(
    path: Path | str,
    model_dir: Path | str,
    *,
    batched: bool = False,
    context: bool = True,
) -> str:
    """Return what faster-whisper alone hears, with its own defaults.

    `batched` picks BatchedInferencePipeline; otherwise WhisperModel.transcribe, one
    window after another, with the previous text as `context`. Both use its VAD.
    """
    # Heavy, and only needed when a baseline is asked for.
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(str(model_dir), device="auto", compute_type="int8")
    if batched:
        segments, _ = BatchedInferencePipeline(model).transcribe(
            str(path), language="es", batch_size=BATCH
        )
    else:
        segments, _ = model.transcribe(
            str(path),
            language="es",
            vad_filter=True,
            condition_on_previous_text=context,
        )
    return " ".join(segment.text.strip() for segment in segments)


def ours(path: Path, model_dir: Path | str) -> str:
    """Return what ASTRA's pipeline hears, with the same weights."""
    engine = Whisper(str(model_dir), compute_type="int8", models=model_dir)
    segments = pipeline.transcribe_file(path, engine)
    return " ".join(segment.text for segment in segments)


def whisperx(path: Path, model_dir: Path | str) -> str:
    """Return what WhisperX hears; runs in its own environment."""
    import whisperx

    model = whisperx.load_model(
        str(model_dir), "cpu", compute_type="int8", language="es", vad_method="silero"
    )
    found = model.transcribe(whisperx.load_audio(str(path)), batch_size=BATCH)
    return " ".join(segment["text"].strip() for segment in found["segments"])


WAYS: dict[str, Callable[[Path, Path | str], str]] = {
    "astra": ours,
    "batched": lambda path, model: baseline(path, model, batched=True),
    "sequential": baseline,
    "sequential, no context": lambda path, model: baseline(path, model, context=False),
    "whisperx": whisperx,
}


def cases(pairs: Sequence[tuple[Path, Path]], folder: Path, quick: bool) -> list[Case]:
    """Return the recordings, and last all of them together, as FLAC in `folder`."""
    alone = []
    for audio, said in pairs:
        text = truth.read(said).text
        if quick and said.suffix == ".json":
            turns = [one for one in _turns(said) if one[0] <= QUICK]
            text = " ".join(said for _, said in turns)
            short = runs.shortened(audio, folder, turns[-1][0])
            audio = short.rename(folder / f"{audio.stem}.flac")
        alone.append(Case(audio.stem, audio, text))
    together = _together(alone, folder / "hour.flac", 0 if quick else HOUR)
    return [together] if quick else [*alone, together]


def _turns(path: Path) -> list[tuple[float, str]]:
    """Return (end, text) of a truth's turns, as far as none is cut in two."""
    turns = json.loads(path.read_text(encoding="utf-8"))["turns"]
    return [(turn["end"], turn["text"]) for turn in turns]


def _together(alone: Sequence[Case], path: Path, seconds: float) -> Case:
    """Write the recordings one after another, over and over until `seconds`."""
    noise = runs.room(PAUSE, RATE)
    texts: list[str] = []
    done = 0
    with path.open("wb") as file, closing(FlacWriter(file)) as writer:
        for case in cycle(alone):
            if len(texts) >= len(alone) and done >= seconds * RATE:
                break
            for block in [noise, *decode(case.audio)]:
                writer.write(block)
                done += len(block)
            texts.append(case.text)
    return Case(f"{done / RATE / 60:.0f} minutes together", path, " ".join(texts))


def hear(name: str, audio: Path) -> None:
    """Hear in one way; called in a process of its own."""
    model = weights.find("base", MODELS)
    began = time.monotonic()
    text = WAYS[name](audio, model)
    runs.result(text=text, seconds=time.monotonic() - began)


def measure(case: Case, names: Iterable[str]) -> dict[str, tuple[float, runs.Run]]:
    """Return each way's word error rate and run, and print them."""
    print(f"\n{case.name}")
    print(f"{'':24}{'WER':>7}{'S':>6}{'D':>6}{'I':>6}{'s':>8}{'CPU s':>8}{'MB':>7}")
    found = {}
    for name in names:
        python = WHISPERX / "bin" / "python" if name == "whisperx" else sys.executable
        run = runs.run(
            __file__, "--hear", name, "--audio", str(case.audio), python=str(python)
        )
        score = evaluation.score(case.text, run.result["text"])
        print(
            f"{name:24}{score.wer:7.3f}{score.substituted:6}{score.deleted:6}"
            f"{score.inserted:6}{run.result['seconds']:8.1f}{run.cpu:8.1f}"
            f"{run.rss_mb:7.0f}",
            flush=True,
        )
        found[name] = (score.wer, run)
    return found


def install_whisperx() -> bool:
    """Make its environment unless it is there; tell whether it can be used."""
    python = WHISPERX / "bin" / "python"
    if not python.exists():
        venv.create(WHISPERX, with_pip=True)
    command = [str(python), "-m", "pip", "install", "-q", "whisperx~=3.7"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"WhisperX does not install here: {done.stderr.strip()[-300:]}")
    return done.returncode == 0


def known(audio: Sequence[Path], said: Sequence[Path]) -> list[tuple[Path, Path]]:
    """Return (recording, truth) pairs: those given, or those that are there."""
    demo = (runs.DEMO / "recording.opus", runs.DEMO / "truth.json")
    own = [
        (SHARED / name, (SHARED / name).with_suffix(".json"))
        for name in ("dev1.mp3", "dev2.ogg")
    ]
    if audio:
        return list(zip(audio, said, strict=True))
    return [demo, *(pair for pair in own if pair[0].exists())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path, action="append", default=[])
    parser.add_argument("--truth", type=Path, action="append", default=[])
    parser.add_argument("--whisperx", action="store_true", help="WhisperX too")
    parser.add_argument("--quick", action="store_true", help="about one minute")
    parser.add_argument("--hear", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hear:
        hear(options.hear, options.audio[0])
        return
    names = [name for name in WAYS if name != "whisperx"]
    if options.quick:
        names = names[:3]
    elif options.whisperx and install_whisperx():
        names.append("whisperx")
    with tempfile.TemporaryDirectory() as folder:
        pairs = known(options.audio, options.truth)
        found = {}
        for turn, case in enumerate(cases(pairs, Path(folder), options.quick)):
            first = turn % len(names)
            found = measure(case, [*names[first:], *names[:first]])
    wer, mine = found.pop("astra")
    others = [run for _, run in found.values()]
    runs.result(
        ratio_vs_fastest=round(
            mine.result["seconds"] / min(run.result["seconds"] for run in others), 3
        ),
        rss_ratio=round(mine.rss_mb / min(run.rss_mb for run in others), 3),
        wer=round(wer, 4),
        wer_peers={name: round(one[0], 4) for name, one in found.items()},
    )


if __name__ == "__main__":
    main()
