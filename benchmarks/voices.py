"""Who speaks: voices told apart, counted and named, beside what another package does.

    python benchmarks/voices.py [--audio FILE --truth FILE]… [--generated [--hours 2]]
                                [--no-peer] [--quick]

Each recording goes as WAV through ASTRA (its own speech detection, vectors, grouping)
and through senko 0.2.2 with its defaults, each in a process of its own, in an order
that is rotated. The diarization error rate is without collar, overlapped speech
included, by pyannote.metrics; it and senko live in var/senko, installed when needed.
Then Whisper base hears the recording (what it heard is kept in var/benchmarks), every
word is given to a voice, and names are proposed for the voices from what is said: of
the words inside a true turn, those with the right person proposed, with a wrong one,
and left open. Last, seven hours of windows of 20 voices are grouped, drawn from those
of the recordings.

Without --audio: the demonstration, and dev1 and dev2 where ../shared/audio is there. A
truth is a JSON object with `turns` (`speaker`, `start`, `end`); names are proposed
where it has a `roster`. --generated adds sessions that voiced_sessions.py makes, of 10
minutes to --hours (7 at most). --no-peer leaves senko out; then the judge is our own
unless var/senko is there. --quick: two minutes of the demonstration, and senko and
pyannote.metrics only where they are there.

RESULT, means over the recordings: `der`, `der_peer`, `count_error` (people), `right`,
`wrong`, `open` (shares of words), `der_worst`; the same with `_generated`; `seconds_7h`
and `rss_mb` of grouping seven hours.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
import wave
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks import runs, seven_hours, voiced_sessions, voices_truth, voices_words
from benchmarks.peers import known
from benchmarks.voices_truth import Errors, Truth, Turn
from transcription.audio import RATE, as_int16, decode

SENKO = runs.ROOT / "var" / "senko"
PYTHON = SENKO / "bin" / "python"
PACKAGES = ("torch==2.13.0", "senko==0.2.2", "pyannote.metrics~=4.2")
OTHER_SIDE = str(Path(__file__).with_name("voices_peer.py"))
QUICK = 120.0  # seconds of the demonstration
GUESTS = 15  # sessions.models.GUESTS: who may speak beside those who hold seats


@dataclass(frozen=True)
class Case:
    """A recording and who speaks in it."""

    name: str
    audio: Path  # WAV
    seconds: float
    said: Path  # the truth's file
    truth: Truth

    @property
    def people(self) -> int | None:
        """How many voices the site would expect at most."""
        seats = len(self.truth.roster)
        return seats + GUESTS if seats else None


@dataclass(frozen=True)
class Told:
    """What one way made of a recording."""

    errors: Errors
    voices: int
    run: runs.Run


@dataclass(frozen=True)
class Row:
    """All that was measured on a recording."""

    name: str
    people: int
    told: dict[str, Told]
    words: voices_truth.Tally | None

    @property
    def count_error(self) -> int:
        return abs(self.told["astra"].voices - self.people)


# In processes of their own


def tell(audio: Path, people: int | None, kept: Path) -> dict[str, Any]:
    """Return who speaks when, as ASTRA tells; the vectors are left in `kept`."""
    from transcription.cutting import cut
    from transcription.voices import grouping, joined, vectors_of
    from transcription.voices.onnx import Onnx

    model, began, looking = Onnx(), time.monotonic(), 0.0
    spans, found = [], []
    for part, samples in cut(decode(audio)):
        spans += part.speech
        before = time.monotonic()
        found.append(vectors_of(samples, part.speech, model, offset=part.start))
        looking += time.monotonic() - before
    vectors = joined(found)
    before = time.monotonic()
    speech = grouping.Speech(tuple(spans), vectors)
    (turns,) = grouping.grouped([speech], people=people)
    now = time.monotonic()
    np.savez(kept, times=vectors.times, values=vectors.values)
    return {
        "turns": [(turn.start, turn.end, turn.voice) for turn in turns],
        "seconds": now - began,
        "vectors": len(vectors),
        "looking": looking,
        "grouping": now - before,
    }


def day(kept: Path) -> dict[str, Any]:
    """Group seven hours; `kept` tells where vectors are, and whose they are."""
    from transcription.voices import grouping

    files = [(Path(path), turns) for path, turns in json.loads(kept.read_text())]
    try:
        speech, truth = seven_hours.drawn(seven_hours.pools(files))
    except ValueError as error:
        return {"missing": str(error)}
    began = time.monotonic()
    (turns,) = grouping.grouped([speech], people=seven_hours.VOICES + GUESTS)
    took = time.monotonic() - began
    told = [(turn.start, turn.end, turn.voice) for turn in turns if turn.voice]
    return {
        "seconds": took,
        "windows": len(speech.vectors),
        "der": voices_truth.errors(truth, told).rate,
        "voices": len({who for _, _, who in told}),
    }


# Recordings


def cases(options: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """Yield the recordings, as WAV in `folder`."""
    pairs = known(options.audio, options.truth)
    for audio, said in pairs[:1] if options.quick else pairs:
        truth = voices_truth.read(said)
        until = QUICK if options.quick and not options.audio else np.inf
        path, seconds = wav(audio, folder, until)
        yield Case(audio.name, path, seconds, said, truth.until(seconds))


def generated(options: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """Yield the generated sessions, one at a time."""
    cast = voiced_sessions.cast_of(tuple(known([], [])))
    most = options.hours * 60
    sizes = [one for one in voiced_sessions.SIZES if one.minutes <= most]
    for size in [voiced_sessions.QUICK] if options.quick else sizes:
        made, said = voiced_sessions.make(size, cast, folder)
        path, seconds = wav(made, folder, np.inf)
        made.unlink()
        yield Case(size.name, path, seconds, said, voices_truth.read(said))
        path.unlink()


def wav(audio: Path, folder: Path, until: float) -> tuple[Path, float]:
    """Write the first seconds of a recording as 16 kHz, mono, 16 bits: for senko."""
    path, count = folder / f"{audio.stem}.wav", 0
    with closing(wave.open(str(path), "wb")) as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for block in decode(audio):
            if count >= until * RATE:
                break
            file.writeframes(as_int16(block).tobytes())
            count += len(block)
    return path, count / RATE


# Measuring


def measured(case: Case, ways: Sequence[str], kept: Path) -> Row:
    """Run each way on a recording, and judge what came out."""
    found: dict[str, runs.Run] = {}
    for way in ways:
        if way == "astra":
            command = [__file__, "--tell", str(case.people or 0), "--kept", str(kept)]
            found[way] = runs.run(*command, "--audio", str(case.audio))
        else:
            command = [OTHER_SIDE, "tell", str(case.audio)]
            found[way] = runs.run(*command, python=str(PYTHON))
    told = {
        # Where nobody can be told, nobody is: that is missed speech.
        way: [turn for turn in map(tuple, run.result["turns"]) if turn[2]]
        for way, run in found.items()
    }
    judgements = judged(case.truth, told, kept.with_suffix(".json"))
    row = Row(
        case.name,
        len(case.truth.voices),
        {
            way: Told(judgements[way], len({turn[2] for turn in told[way]}), run)
            for way, run in found.items()
        },
        None,
    )
    show(case, row)
    return row


def judged(truth: Truth, told: dict[str, list[Turn]], file: Path) -> dict[str, Errors]:
    """Return the errors of each way: pyannote's, or ours where it is not there."""
    spoken = voices_truth.merged((*truth.turns, *truth.together))
    turns = {way: voices_truth.merged(found) for way, found in told.items()}
    own = {way: voices_truth.errors(spoken, found) for way, found in turns.items()}
    if not _installed("pyannote/metrics"):
        return own
    file.write_text(json.dumps({"truth": spoken, "told": turns}), encoding="utf-8")
    parts = runs.run(OTHER_SIDE, "judge", str(file), python=str(PYTHON)).result
    judgements = {way: Errors(*seconds) for way, seconds in parts.items()}
    for way, one in judgements.items():
        if abs(one.rate - own[way].rate) > 0.001:
            print(f"{way}: pyannote.metrics {one.rate:.4f}, ours {own[way].rate:.4f}")
    return judgements


HEAD = (
    f"{'':10}{'DER':>7}{'miss':>7}{'false':>7}{'mixed':>7}{'voices':>8}"
    f"{'s':>8}{'x real':>8}{'MB':>7}"
)


def show(case: Case, row: Row) -> None:
    people = f"{len(case.truth.voices)} people"
    print(f"\n{case.name}: {case.seconds / 60:.1f} min, {people}\n{HEAD}")
    for way, one in row.told.items():
        total, took = one.errors.total, one.run.result["seconds"]
        print(
            f"{way:10}{one.errors.rate:7.3f}{one.errors.miss / total:7.3f}"
            f"{one.errors.false_alarm / total:7.3f}{one.errors.confusion / total:7.3f}"
            f"{one.voices:8}{took:8.1f}{case.seconds / took:8.1f}{one.run.rss_mb:7.0f}"
        )
    own = row.told["astra"].run.result
    print(
        f"{own['vectors']} vectors, {own['vectors'] / own['looking']:.0f} a second; "
        f"grouping {own['grouping']:.2f} s; all of it "
        f"{own['seconds'] / case.seconds:.3f} of the recording's length",
        flush=True,
    )


def named(case: Case, row: Row, file: Path) -> Row:
    """Return the row with how the words were named, where that can be measured."""
    if not case.truth.roster:
        print("no names: the truth has no roster")
        return row
    file.write_text(json.dumps(row.told["astra"].run.result["turns"]))
    command = [__file__, "--words", str(file), "--until", str(case.seconds)]
    command += ["--audio", str(case.audio), "--truth", str(case.said)]
    said = runs.run(*command).result
    tally = voices_truth.Tally(**said["tally"])
    print(
        f"words: {tally.share(tally.right):.3f} right, {tally.share(tally.wrong):.3f} "
        f"wrong, {tally.share(tally.left_open):.3f} open; {tally.outside} outside of "
        "every turn"
    )
    for voice, name, sure, who in said["names"]:
        mark = "" if who == name else f"  BUT most is said by {who}"
        print(f"  {voice:5}{sure:6.3f}  {name}{mark}")
    sys.stdout.flush()
    return replace(row, words=tally)


def other_side(options: argparse.Namespace) -> bool:
    """Make the environment of senko and the judge if needed; tell if senko is there."""
    if options.no_peer:
        return False
    if _installed("senko") or options.quick:
        return _installed("senko")
    venv.create(SENKO, with_pip=True)
    command = [str(PYTHON), "-m", "pip", "install", "-q", *PACKAGES]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"senko does not install here: {done.stderr.strip()[-300:]}")
    return done.returncode == 0


def _installed(package: str) -> bool:
    return any(SENKO.glob(f"lib/python*/site-packages/{package}"))


def mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def summary(rows: Sequence[Row], suffix: str = "") -> dict[str, Any]:
    """Return the means over some recordings, every one weighing the same."""
    own = [row.told["astra"].errors.rate for row in rows]
    peers = [row.told["senko"].errors.rate for row in rows if "senko" in row.told]
    return {
        f"der{suffix}": mean(own),
        f"der_worst{suffix}": round(max(own), 4) if own else None,
        f"der_peer{suffix}": mean(peers),
        f"count_error{suffix}": mean([row.count_error for row in rows]),
    }


def compare(options: argparse.Namespace, folder: Path) -> None:
    """Measure everything that was asked for, and print it."""
    ways = ["astra", "senko"] if other_side(options) else ["astra"]
    rows: list[Row] = []
    vectors: list[tuple[str, Sequence[Turn]]] = []
    for case in cases(options, folder):
        kept = folder / f"{case.audio.stem}.npz"
        row = measured(case, ways, kept)
        rows.append(named(case, row, folder / "turns.json"))
        vectors.append((str(kept), case.truth.turns))
        ways = ways[::-1]
    figures = summary(rows)
    words = [row.words for row in rows if row.words]
    figures["right"] = mean([one.share(one.right) for one in words])
    figures["wrong"] = mean([one.share(one.wrong) for one in words])
    figures["open"] = mean([one.share(one.left_open) for one in words])
    if options.generated:
        made = []
        for case in generated(options, folder):
            made.append(measured(case, ways, folder / "made.npz"))
            ways = ways[::-1]
        figures |= summary(made, "_generated")
    file = folder / "vectors.json"
    file.write_text(json.dumps(vectors), encoding="utf-8")
    runs.result(**figures, **long(file))


def long(kept: Path) -> dict[str, float | None]:
    """Print and return what grouping seven hours takes."""
    whole = runs.run(__file__, "--day", str(kept))
    one = whole.result
    if "missing" in one:
        print(f"\nno seven hours: {one['missing']}")
        return {"seconds_7h": None, "rss_mb": None}
    print(
        f"\n{one['windows']} windows of {seven_hours.VOICES} people: "
        f"{one['seconds']:.1f} s, {whole.rss_mb:.0f} MB, {one['voices']} voices, "
        f"{one['der']:.4f} of the speech with somebody else's voice"
    )
    return {"seconds_7h": round(one["seconds"], 2), "rss_mb": round(whole.rss_mb)}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path, action="append", default=[])
    parser.add_argument("--truth", type=Path, action="append", default=[])
    parser.add_argument("--generated", action="store_true", help="made sessions too")
    parser.add_argument("--hours", type=float, default=2.0, help="of the longest")
    parser.add_argument("--no-peer", action="store_true", help="without senko")
    parser.add_argument("--quick", action="store_true", help="about one minute")
    parser.add_argument("--tell", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--kept", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--words", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--day", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.tell is None and len(options.audio) != len(options.truth):
        parser.error("--audio and --truth go together")
    return options


def main() -> None:
    options = parsed()
    if options.tell is not None:
        runs.result(**tell(options.audio[0], options.tell or None, options.kept))
    elif options.words:
        truth = voices_truth.read(options.truth[0]).until(options.until)
        turns = json.loads(options.words.read_text())
        runs.result(**voices_words.judged(options.audio[0], truth, turns))
    elif options.day:
        runs.result(**day(options.day))
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(options, Path(folder))


if __name__ == "__main__":
    main()
