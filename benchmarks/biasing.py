"""What a list of names does to Whisper base, with and without the set phrases.

    python benchmarks/biasing.py [--audio FILE --truth FILE] [--model base] [--quick]

Each recording is heard with no list, with the session's list (who may be named, the
agenda's names, the council's terms) and with a list of the same size of people and
places that nobody mentions, and each of these with and without the engine's set
phrases. Without --audio: the demonstration, and dev1 and dev2 where the folder
../shared/audio is there. --quick hears half a minute of the demonstration. The last
line is RESULT and a JSON object.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra_site.settings")

import django  # noqa: E402
import numpy as np  # noqa: E402

django.setup()

from benchmarks.runs import shortened  # noqa: E402
from sessions import hearing_list  # noqa: E402
from transcription import evaluation, pipeline, weights  # noqa: E402
from transcription.audio import probe  # noqa: E402
from transcription.engines.whisper import PHRASES, Whisper  # noqa: E402
from transcription.evaluation import (  # noqa: E402  # noqa: E402
    Mentions,
    Score,
    bootstrap,
    truth,
)
from transcription.evaluation.normaliser import normalise  # noqa: E402

SHARED = ROOT.parent / "shared" / "audio"
QUICK = 30.0  # seconds of the demonstration that --quick keeps, at most
LOST = 0.002  # more of the words may not be deleted by what becomes a default
LISTS = ("none", "session", "distractors")

# People and places of elsewhere, plausible in any Colombian council.
OTHER_PEOPLE = (
    "Segundo Arquímedes Burbano Portilla, Lucrecia Ordóñez Bolaños, Eliécer Mosquera "
    "Asprilla, Yamileth Caicedo Rentería, Fidel Narváez Chamorro, Ruby Peñaloza "
    "Villamizar, Nelson Lizcano Carrascal, Deyanira Chaverra Palacios, Hugo Arrieta "
    "Barraza, Maritza Polo Orozco, Rodolfo Zambrano Erazo, Luz Nelly Trujillo Perdomo, "
    "Aníbal Chaparro Sandoval, Consuelo Barreto Rincón, Leovigildo Murillo Perea, "
    "Amparo Piedrahíta Zapata, Wilmer Contreras Galvis, Zoraida Mendoza Pertuz"
)
OTHER_TERMS = (
    "Villa Fátima, La Cabuya, Resolución 4393 de 2018, San Cayetano, El Diviso, Alto "
    "Grande, Ordenanza 27 de 2019, Corponariño, Empopasto, Tambillo, El Encano, "
    "Catambuco, La Cocha, Decreto 1333 de 1986, Chachagüí, Asojuntas, Piedra Gorda, "
    "Gualmatán, Ley 617 de 2000, Institución Educativa San Bartolomé"
)


@dataclass(frozen=True)
class Case:
    """A recording with what was said in it and what could be expected of it."""

    name: str
    audio: Path
    truth: truth.Truth
    lists: dict[str, list[str]]  # the lists an engine is given, by name
    spoken: dict[str, list[str]]  # the forms that are counted of each

    @property
    def seconds(self) -> float:
        return probe(self.audio).seconds


@dataclass(frozen=True)
class Run:
    """What one way of biasing gave."""

    score: Score
    session: Mentions  # of the session's list, given or not
    given: Mentions  # of the list that was given
    units: np.ndarray
    took: float  # seconds


def case(audio: Path, truth_file: Path, until: float | None = None) -> Case:
    """Return a recording's case; `until` leaves out the turns that end later."""
    content = json.loads(truth_file.read_text(encoding="utf-8"))
    if until:
        turns = [turn for turn in content["turns"] if turn["end"] <= until]
        content["turns"] = turns
    said = truth.from_json(content)
    lists, spoken = _session_lists(content, said)
    others = _distractors(said, len(said.people), len(lists) - len(said.people))
    return Case(
        audio.name,
        audio,
        said,
        {
            "none": [],
            "session": lists,
            "distractors": [one.text for one in others],
        },
        {
            "none": [],
            "session": spoken,
            "distractors": [form for one in others for form in one.spoken],
        },
    )


def _session_lists(content: dict, said: truth.Truth) -> tuple[list[str], list[str]]:
    """Return what `Recording.hear` would give for such a session, and its forms."""
    given = hearing_list.listed(
        people=[one.text for one in said.people],
        places=[content["council"]],
        titles=[point["title"] for point in content["agenda"]],
        words=[one.text for one in said.terms],
    )
    forms = {one.text: one.spoken for one in (*said.people, *said.terms)}
    return given, [form for text in given for form in forms.get(text, (text,))]


def _distractors(said: truth.Truth, people: int, terms: int) -> list[truth.Listed]:
    """Return as many people and terms of which not even a surname was said."""
    words = set(normalise(said.text, accents=False).split())

    def unsaid(one: truth.Listed) -> bool:
        forms = normalise(" ".join(one.spoken), accents=False).split()
        return not words & set(forms[-1:])

    persons = [truth.person(name) for name in OTHER_PEOPLE.split(", ")]
    others = [truth.Listed(name, (name,)) for name in OTHER_TERMS.split(", ")]
    return [
        *[one for one in persons if unsaid(one)][:people],
        *[one for one in others if unsaid(one)][:terms],
    ]


def hear(engine: Whisper, one: Case, listed: str) -> Run:
    """Hear a case with one of its lists."""
    began = time.monotonic()
    segments = pipeline.transcribe_file(one.audio, engine, terms=one.lists[listed])
    took = time.monotonic() - began
    heard = " ".join(segment.text for segment in segments)
    return Run(
        evaluation.score(one.truth.text, heard),
        evaluation.mentions(one.spoken["session"], one.truth.text, heard),
        evaluation.mentions(one.spoken[listed], one.truth.text, heard),
        evaluation.errors_by_unit(one.truth.units, heard),
        took,
    )


HEAD = (
    f"{'set phrases':12}{'list':13}{'WER':>6}{'S':>5}{'D':>5}{'I':>5}{'recall':>8}"
    f"{'precision':>11}{'deleted/h':>11}{'inserted/h':>12}{'false terms/h':>15}"
    f"{'x real':>8}"
)


def row(run: Run, phrases: bool, listed: str, seconds: float) -> str:
    """Return a line of the table. False terms are those of the list given."""
    score, an_hour = run.score, 3600 / seconds
    precision = run.session.precision
    return (
        f"{'yes' if phrases else 'no':12}{listed:13}{score.wer:6.3f}"
        f"{score.substituted:5}{score.deleted:5}{score.inserted:5}"
        f"{run.session.recall or 0:8.2f}"
        f"{'–' if precision is None else f'{precision:.2f}':>11}"
        f"{score.deleted * an_hour:11.0f}{score.inserted * an_hour:12.0f}"
        f"{run.given.false * an_hour:15.0f}{seconds / run.took:8.1f}"
    )


def facts(run: Run, seconds: float) -> dict[str, float | None]:
    """Return a run's figures for the JSON line."""
    score, recall, precision = run.score, run.session.recall, run.session.precision
    return {
        "wer": round(score.wer, 4),
        "substituted": score.substituted,
        "deleted": score.deleted,
        "inserted": score.inserted,
        "recall": None if recall is None else round(recall, 3),
        "precision": None if precision is None else round(precision, 3),
        "deleted_per_hour": round(score.deleted * 3600 / seconds, 1),
        "inserted_per_hour": round(score.inserted * 3600 / seconds, 1),
        "false_terms_per_hour": round(run.given.false * 3600 / seconds, 1),
    }


Runs = dict[tuple[bool, str], Run]


def measure(one: Case, model: Path) -> Runs:
    """Hear a case in every way, print its table, and return what came out."""
    print(f"\n{one.name}: {one.seconds:.0f} s, {len(one.lists['session'])} terms")
    print(HEAD)
    runs: Runs = {}
    for phrases in (True, False):
        prompt = PHRASES if phrases else ""
        engine = Whisper(str(model), compute_type="int8", prompt=prompt, models=model)
        for listed in LISTS:
            run = runs[phrases, listed] = hear(engine, one, listed)
            print(row(run, phrases, listed, one.seconds), flush=True)
    return runs


def compared(found: dict[str, Runs], first: tuple, second: tuple) -> dict:
    """Return how much `second` changes on `first`, per recording and over all."""
    units = [([runs[key].units for runs in found.values()]) for key in (first, second)]
    wer = bootstrap.paired(*units)
    deleted = bootstrap.paired(*units, columns=bootstrap.DELETED)
    ratios = {
        name: round(runs[second].score.wer / (runs[first].score.wer or 1), 3)
        for name, runs in found.items()
    }
    better = wer.is_sure and wer.value < 0
    return {
        "wer_ratio": ratios,
        "wer": [round(x, 4) for x in (wer.value, wer.low, wer.high)],
        "deleted": [round(x, 4) for x in (deleted.value, deleted.low, deleted.high)],
        "helps": (better or all(ratio < 1 for ratio in ratios.values()))
        and deleted.value <= LOST,
    }


def verdict(found: dict[str, Runs]) -> dict[str, dict]:
    """Print and return what the tables say of the list and of the set phrases."""
    questions = {
        "list, with set phrases": ((True, "none"), (True, "session")),
        "list, without set phrases": ((False, "none"), (False, "session")),
        "set phrases, with the list": ((False, "session"), (True, "session")),
        "set phrases, without a list": ((False, "none"), (True, "none")),
        "list of distractors, with set phrases": (
            (True, "none"),
            (True, "distractors"),
        ),
        "list and set phrases together": ((False, "none"), (True, "session")),
    }
    answers = {}
    print("\nover all recordings: change of WER and of the share deleted [95 % CI]")
    for question, (first, second) in questions.items():
        answer = answers[question] = compared(found, first, second)
        ratios = ", ".join(f"{ratio:.2f}" for ratio in answer["wer_ratio"].values())
        wer, deleted = (
            f"{a:+.3f} [{b:+.3f}, {c:+.3f}]"
            for a, b, c in (answer["wer"], answer["deleted"])
        )
        print(f"{question:38} WER {wer}  deleted {deleted}  ratios {ratios}")
    minutes = sum(len(runs[True, "none"].units) for runs in found.values())
    if minutes < bootstrap.FEWEST_UNITS:
        print("supported default: none, from so little audio")
        return answers
    on = {False: "off", True: "on"}
    phrases = answers["set phrases, with the list"]["helps"]
    listed = answers[f"list, {'with' if phrases else 'without'} set phrases"]["helps"]
    print(f"supported default: set phrases {on[phrases]}, list {on[listed]}")
    return answers


def cases(options: argparse.Namespace, folder: Path) -> list[Case]:
    """Return the recordings to hear."""
    demo = ROOT / "demo"
    if options.quick:
        turns = json.loads((demo / "truth.json").read_text(encoding="utf-8"))["turns"]
        # Until the end of a turn: none is cut in two, in the sound or the truth.
        end = max(turn["end"] for turn in turns if turn["end"] <= QUICK - 1)
        short = shortened(demo / "recording.opus", folder, end)
        return [case(short, demo / "truth.json", until=end)]
    if options.audio:
        return [case(options.audio, options.truth)]
    files = [(demo / "recording.opus", demo / "truth.json")]
    for name in ("dev1.mp3", "dev2.ogg"):
        audio = SHARED / name
        if audio.exists():
            files.append((audio, audio.with_suffix(".json")))
    return [case(*pair) for pair in files]


def main() -> None:
    """Measure every recording and say which default that supports."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--truth", type=Path)
    parser.add_argument("--model", default="base")
    parser.add_argument("--quick", action="store_true", help="half a minute only")
    options = parser.parse_args()
    if bool(options.audio) != bool(options.truth):
        parser.error("--audio and --truth go together")
    model = weights.find(options.model, ROOT / "var" / "models")
    with tempfile.TemporaryDirectory() as folder:
        heard = cases(options, Path(folder))
        found = {one.name: measure(one, model) for one in heard}
        answers = verdict(found)
        result = {
            one.name: {
                f"{listed}, {'set phrases' if phrases else 'bare'}": facts(
                    run, one.seconds
                )
                for (phrases, listed), run in found[one.name].items()
            }
            for one in heard
        }
    print("RESULT", json.dumps({"recordings": result, "changes": answers}))


if __name__ == "__main__":
    main()
