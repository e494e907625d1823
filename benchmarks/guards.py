"""False alarms of the guards on council Spanish that people wrote down.

    python benchmarks/guards.py [--corpus FOLDER] [--quick]

Every line of the texts (.txt) in FOLDER, cut where it is longer than a clip, is given
to the guards as if it had been heard without a fault: at a slow, a usual and a fast
pace, by an engine that may drift, with the names of its own text as list of terms. A
flag is a false alarm. Spaces that the writer forgot («ayer.Minuto») are put back first
and counted as `mended`: there the guard is right. What the guards know of the sound
(holes, early stops, words on silence) has no fault here and cannot be measured so. The
last line is RESULT and a JSON object. Without the folder the demonstration's truth is
read.
"""

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from transcription import guards  # noqa: E402
from transcription.audio import RATE  # noqa: E402
from transcription.cutting import FRAME, MAX_CLIP  # noqa: E402
from transcription.engines import ClipResult, Word, compression_ratio  # noqa: E402

PACES = (1.5, 2.7, 4.5)  # words a second: a hesitant speaker to a hurried reader
QUICK = 300  # lines that --quick reads
TERMS = 40  # names of a list
SHOWN = 10  # false alarms that are printed
FORGOTTEN = re.compile(r"(?<=[a-záéíóúüñ][.,;:?!])(?=[¿¡]?[A-ZÁÉÍÓÚÑ][a-záéíóúüñ])")
NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?: [A-ZÁÉÍÓÚÑ][a-záéíóúñ]+){1,3}\b")


def texts(folder: Path) -> dict[str, list[str]]:
    """Return the lines of each text: of the folder, or else of the demonstration."""
    found = {
        path.name: path.read_text(encoding="utf-8").splitlines()
        for path in sorted(folder.glob("*.txt"))
    }
    if not found:
        print(f"No texts in {folder}: reading the demonstration's truth.")
        truth = json.loads((ROOT / "demo" / "truth.json").read_text(encoding="utf-8"))
        found = {"demo": [turn["text"] for turn in truth["turns"]]}
    return found


def pieces(line: str) -> list[str]:
    """Cut a line into what can be said in one clip, at the ends of sentences."""
    longest = int(MAX_CLIP * PACES[1])
    found: list[list[str]] = [[]]
    for sentence in re.split(r"(?<=[.?!…;:]) ", line):
        words = sentence.split()
        if found[-1] and len(found[-1]) + len(words) > longest:
            found.append([])
        found[-1] += words
        while len(found[-1]) > longest:
            found.append(found[-1][longest:])
            del found[-2][longest:]
    return [" ".join(words) for words in found if words]


def names(lines: list[str]) -> list[str]:
    """Return the first names of a text in the order in which it brings them."""
    return list(dict.fromkeys(NAME.findall("\n".join(lines))))[:TERMS]


def alarms(text: str, pace: float, terms: list[str]) -> tuple[str, ...]:
    """Return the flags of `text` said without a fault, `pace` words a second."""
    said = text.split()
    # Numbers and references take longer to say than to write.
    seconds = max(len(guards.plain_words(text)), 1) / pace
    step = seconds / len(said)
    words = tuple(
        Word(at * step, (at + 1) * step, word, 0.9) for at, word in enumerate(said)
    )
    result = ClipResult(
        text,
        words,
        avg_logprob=-0.3,
        no_speech=0.05,
        compression_ratio=compression_ratio(text),
    )
    sound = guards.Sound(seconds, np.ones(round(seconds * RATE / FRAME), bool))
    return guards.findings(result, sound, terms=terms, locked=False)


def main() -> None:
    """Count the false alarms and print them by guard."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--corpus", type=Path, default=ROOT.parent / "shared" / "corpus"
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} lines only")
    options = parser.parse_args()
    found = texts(options.corpus).values()
    mended = sum(len(FORGOTTEN.findall(line)) for text in found for line in text)
    lines = [
        (piece, names(text))
        for text in found
        for line in text
        for piece in pieces(FORGOTTEN.sub(" ", line))
        if guards.plain_words(piece)
    ]
    if options.quick:
        lines = lines[:: max(len(lines) // QUICK, 1)][:QUICK]
    counts: Counter[str] = Counter()
    wrong = []
    for text, terms in lines:
        flags = {flag for pace in PACES for flag in alarms(text, pace, terms)}
        counts.update(flags)
        if flags:
            wrong.append((sorted(flags), text))
    print(f"{'guard':12} lines of {len(lines)}")
    for flag in guards.WEIGHT:
        if flag != guards.INAUDIBLE:
            print(f"{flag:12} {counts[flag]:5}  {counts[flag] / len(lines):.4%}")
    for flags, text in wrong[:SHOWN]:
        print(f"  {', '.join(flags)}: {text[:100]}")
    rates = {flag: round(count / len(lines), 6) for flag, count in counts.items()}
    result = {
        "lines": len(lines),
        "false_alarm_rate": round(len(wrong) / len(lines), 6),
        **rates,
        "mended": mended,
    }
    print("RESULT", json.dumps(result))


if __name__ == "__main__":
    main()
