import io
import json
import re
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.transcription.api_server import ApiServer
from tests.transcription.sounds import recorded
from tests.transcription.test_whisper import DEMO
from transcription.audio import RATE, decode
from transcription.voices.grouping import TurnDraft


@pytest.fixture
def opening(tmp_path: Path) -> Path:
    """The demonstration's first seconds."""
    if not (DEMO / "recording.opus").exists():
        pytest.skip("no demonstration recording")
    samples = np.concatenate(list(islice(decode(DEMO / "recording.opus"), 8)))
    path = tmp_path / "sesion.wav"
    path.write_bytes(recorded(samples[np.newaxis]).read())
    return path


def run(*arguments: str | Path) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("transcribe", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_prints_text_with_times(opening: Path) -> None:
    out, err = run(opening, "--engine", "base")

    assert out.startswith("[0:00:0")
    assert "buenos días" in out.lower()
    assert "0:00:08" in err
    assert "100%" in err


def test_it_writes_json(opening: Path, tmp_path: Path) -> None:
    terms = tmp_path / "lista.txt"
    terms.write_text("Concejo Municipal\n\nquórum\n", encoding="utf-8")
    out, _ = run(opening, "--terms", terms, "--json", tmp_path / "acta.json")

    assert out == ""
    segments = json.loads((tmp_path / "acta.json").read_text(encoding="utf-8"))
    assert set(segments[0]) == {"start", "end", "text", "words", "flags", "tries"}
    assert set(segments[0]["words"][0]) == {"start", "end", "text", "probability"}


def test_it_prints_nothing_for_silence(tmp_path: Path) -> None:
    path = tmp_path / "silencio.wav"
    path.write_bytes(recorded(np.zeros((1, 20 * RATE))).read())

    out, err = run(path)

    assert out == ""
    assert "0 segmentos" in err


def test_it_says_what_a_service_cost(
    opening: Path, server: ApiServer, settings: LazySettings
) -> None:
    settings.TRANSCRIPTION_ENGINES = {
        "openai": {
            "BACKEND": "transcription.engines.openai.OpenAICompatible",
            "OPTIONS": {"base_url": server.url, "price_per_minute": 60},
        }
    }
    out, err = run(opening, "--engine", "openai")

    assert "Punto 0, aprobado." in out
    sent = sum(request.seconds for request in server.requests)
    paid = float(
        re.search(r"servicio externo 0:00:0\d: (\d+,\d\d) USD", err)[1].replace(
            ",", "."
        )
    )
    assert paid == pytest.approx(sent, abs=0.01)


def test_it_refuses_what_it_cannot_hear(tmp_path: Path) -> None:
    path = tmp_path / "sesion.mp3"
    path.write_text("esto no es audio " * 100)

    with pytest.raises(CommandError, match=r"«sesion\.mp3» no se puede leer"):
        run(path)
    with pytest.raises(CommandError, match="No existe el archivo"):
        run(tmp_path / "no.mp3")


def test_it_refuses_an_unknown_engine_or_list(tmp_path: Path) -> None:
    path = tmp_path / "silencio.wav"
    path.write_bytes(recorded(np.zeros((1, RATE))).read())

    with pytest.raises(CommandError, match="«nada»"):
        run(path, "--engine", "nada")
    with pytest.raises(CommandError, match="lista de términos"):
        run(path, "--terms", tmp_path / "no.txt")


def test_it_says_who_speaks_when_asked(tmp_path: Path) -> None:
    samples = np.concatenate(list(islice(decode(DEMO / "recording.opus"), 20)))
    path = tmp_path / "sesion.wav"
    path.write_bytes(recorded(samples[np.newaxis]).read())
    plain, _ = run(path)

    out, _ = run(path, "--voices", "onnx", "--json", tmp_path / "acta.json")
    rows = json.loads((tmp_path / "acta.json").read_text(encoding="utf-8"))

    assert out == ""
    assert {row["voice"] for row in rows} >= {"S1", "S2"}
    assert set(rows[0]) - {"voice", "overlapped"} == {
        *("start", "end", "text", "words", "flags", "tries")
    }
    assert all(
        row["text"] == " ".join(word["text"] for word in row["words"]) for row in rows
    )
    said = " ".join(line.partition("] ")[2] for line in plain.splitlines())
    assert " ".join(row["text"] for row in rows) == said


def test_it_marks_lines_with_their_voice(
    opening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grouped(recordings: list, **_: object) -> list[list[TurnDraft]]:
        return [[TurnDraft(0, 4, "S1"), TurnDraft(60, 90, "S2")] for _ in recordings]

    monkeypatch.setattr("transcription.voices.grouping.grouped", grouped)
    out, _ = run(opening, "--voices", "onnx")

    assert out.startswith("[0:00:0")
    assert "] S1: " in out
    assert "] Sin asignar: " in out


def test_it_says_which_models_of_voices_there_are(opening: Path) -> None:
    with pytest.raises(CommandError, match="onnx, titanet"):
        run(opening, "--voices", "x")
