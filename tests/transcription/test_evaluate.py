import io
import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.transcription.sounds import recorded
from transcription import engines
from transcription.audio import RATE, decode
from transcription.engines import Biasing, Capabilities, Clip, ClipResult

DEMO = Path(__file__).resolve().parent.parent.parent / "demo"
SAID = "Buenos días, honorables concejales, y buenos días a Cely y a quienes escuchan"


class Parrot:
    """An engine that hears the same in every clip, and what it was told."""

    name = "parrot"
    told: list[tuple[str, ...]] = []
    awake = 0

    def __init__(self, model: str, says: str) -> None:
        self.model = model
        self.capabilities = Capabilities(biasing=Biasing.PHRASES, terms=99, price=0.01)
        self._says = says
        Parrot.awake += 1

    def transcribe(
        self, clips: Sequence[Clip], *, terms: Sequence[str], **_: Any
    ) -> list[ClipResult]:
        Parrot.told.append(tuple(terms))
        return [ClipResult(self._says) for _ in clips]

    def unload(self) -> None:
        Parrot.awake -= 1


def parrot(says: str) -> dict[str, Any]:
    backend = f"{__name__}.Parrot"
    return {"BACKEND": backend, "OPTIONS": {"model": "loro", "says": says}}


@pytest.fixture(autouse=True)
def parrots(settings: Any) -> None:
    settings.TRANSCRIPTION_ENGINES = {
        "exacto": parrot(SAID),
        "sordo": parrot("buenas días honorables consejales y Montefrío"),
    }
    settings.TRANSCRIPTION_ENGINE = "exacto"
    Parrot.told, Parrot.awake = [], 0
    yield
    engines.unload()


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    """The demonstration's first seconds: one clip."""
    samples = np.concatenate(list(islice(decode(DEMO / "recording.opus"), 8)))
    path = tmp_path / "sesion.wav"
    path.write_bytes(recorded(samples[np.newaxis]).read())
    return path


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "sesion.json"
    content = {
        "turns": [{"text": SAID, "start": 1.0, "end": 8.0}],
        "roster": [{"name": "Edgar Cely"}],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> str:
    out = io.StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_it_puts_engines_side_by_side(audio: Path, truth: Path, tmp_path: Path) -> None:
    kept = tmp_path / "medida.json"
    out = run(audio, truth, "--engine", "exacto", "--engine", "sordo", "--json", kept)

    lines = {line.split()[0]: line.split() for line in out.splitlines()[2:5] if line}
    assert lines["exacto"][1:5] == ["sesion.wav", "0,0", "%", "0"]
    assert lines["sordo"][1:8] == ["sesion.wav", "76,9", "%", "3", "7", "0", "13"]
    assert "sordo frente a exacto: WER +76,92 puntos" in out
    content = json.loads(kept.read_text(encoding="utf-8"))
    assert [one["engine"] for one in content["runs"]] == ["exacto", "sordo"]
    one = content["runs"][1]
    assert one["normaliser"] == content["normaliser"]
    assert one["settings_hash"] == engines.settings_hash("sordo")
    assert one["model"] == "loro"
    assert one["figures"]["deleted"] == 7
    assert one["heard"][0]["units"] == [[13, 3, 7, 0]]
    assert one["heard"][0]["front_end"]["rss_mb"] > 0
    assert one["figures"]["hearing_rtf"] > 0
    assert content["compared"][0]["wer"]["value"] == pytest.approx(10 / 13)


def test_it_frees_one_engine_before_the_next(audio: Path, truth: Path) -> None:
    run(audio, truth, "--engine", "exacto", "--engine", "sordo")

    assert Parrot.awake == 1


def test_it_gives_and_counts_the_lists(
    audio: Path, truth: Path, tmp_path: Path
) -> None:
    others, kept = tmp_path / "otros.txt", tmp_path / "medida.json"
    others.write_text("Montefrío\nGuacamayas\n", encoding="utf-8")
    lists = [audio, truth, "--terms-from-truth", "--distractors", others]

    run(*lists, "--engine", "sordo", "--json", kept)
    found = json.loads(kept.read_text(encoding="utf-8"))["runs"][0]["figures"]

    assert Parrot.told[0] == ("Edgar Cely", "Montefrío", "Guacamayas")
    assert found["terms_spoken"] == 1
    assert found["term_recall"] == 0
    assert found["term_precision"] == 0
    assert found["false_terms_per_hour"] == pytest.approx(3600 / 8, rel=0.05)
    for give, told in [("none", ()), ("terms", ("Edgar Cely",))]:
        Parrot.told = []
        run(*lists, "--give", give)
        assert Parrot.told[0] == told


def test_it_takes_a_list_of_ones_own(audio: Path, truth: Path, tmp_path: Path) -> None:
    terms = tmp_path / "lista.txt"
    terms.write_text("buenos días\n", encoding="utf-8")

    out = run(audio, truth, "--terms", terms)

    assert Parrot.told[0] == ("buenos días",)
    assert "100,0 %" in out.partition("Términos")[2]


def test_it_totals_several_recordings(audio: Path, truth: Path, tmp_path: Path) -> None:
    other = tmp_path / "otra.txt"
    other.write_text(SAID + " hoy", encoding="utf-8")

    out = run(audio, truth, audio, other)

    rows = [line.split() for line in out.splitlines() if line.startswith("exacto ")]
    assert [row[1] for row in rows[:3]] == ["sesion.wav", "sesion.wav", "todas"]
    assert rows[2][2] == "3,7"  # one of 27 words


def test_it_compares_what_was_kept(audio: Path, truth: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "antes.json", tmp_path / "ahora.json"
    run(audio, truth, "--engine", "sordo", "--json", first)
    run(audio, truth, "--engine", "exacto", "--json", second)

    out = run("--compare", first, second)

    assert "exacto (ahora) frente a sordo (antes): WER −76,92 puntos" in out
    assert "mida más audio" in out  # eight seconds prove nothing


def test_it_compares_only_what_is_the_same(
    audio: Path, truth: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "antes.json", tmp_path / "ahora.json"
    run(audio, truth, "--json", first)
    other = tmp_path / "otra.txt"
    other.write_text("otra cosa", encoding="utf-8")
    run(audio, other, "--json", second)

    with pytest.raises(CommandError, match="no son de las mismas grabaciones"):
        run("--compare", first, second)
    old = first.read_text(encoding="utf-8").replace('"es-2"', '"es-1"')
    second.write_text(old, encoding="utf-8")
    with pytest.raises(CommandError, match="reglas distintas"):
        run("--compare", first, second)
    second.write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match=r"«ahora\.json» como una medición"):
        run("--compare", first, second)


def test_it_refuses_what_it_cannot_measure(
    audio: Path, truth: Path, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="seguida del archivo con su texto"):
        run(audio)
    with pytest.raises(CommandError, match="seguida del archivo con su texto"):
        run()
    with pytest.raises(CommandError, match="No se pudo leer"):
        run(audio, tmp_path / "no.json")
    with pytest.raises(CommandError, match="«nada»"):
        run(audio, truth, "--engine", "nada")
    with pytest.raises(CommandError, match="No existe el archivo"):
        run(tmp_path / "no.mp3", truth)
    with pytest.raises(CommandError, match="No se pudo escribir"):
        run(audio, truth, "--json", tmp_path / "no" / "medida.json")


def test_it_adds_nothing_for_silence(truth: Path, tmp_path: Path) -> None:
    path = tmp_path / "silencio.wav"
    path.write_bytes(recorded(np.zeros((1, 20 * RATE))).read())

    out = run(path, truth)

    assert "100,0 %" in out
    assert Parrot.told == []
