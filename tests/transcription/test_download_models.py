import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.transcription.hub import INT8, NEMO, WHISPER, Hub, fill
from transcription import voices

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINES = {
    "turbo": ("whisper.Whisper", {"model": "large-v3-turbo"}),
    "parakeet": ("parakeet.Parakeet", {"model": "nvidia/parakeet-tdt-0.6b-v3"}),
    "parakeet-cpu": (
        "parakeet_cpu.ParakeetCpu",
        {"model": "nemo-parakeet-tdt-0.6b-v3", "quantization": "int8"},
    ),
    "openai": ("openai.OpenAICompatible", {"model": "whisper-1"}),
}
HOLDS = {
    "mobiuslabsgmbh/faster-whisper-large-v3-turbo": WHISPER,
    "nvidia/parakeet-tdt-0.6b-v3": NEMO,
    "istupakov/parakeet-tdt-0.6b-v3-onnx": INT8,
}


@pytest.fixture
def hub(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Hub:
    settings.MODELS_FOLDER = tmp_path / "models"
    settings.TRANSCRIPTION_ENGINES = {
        alias: {"BACKEND": f"transcription.engines.{backend}", "OPTIONS": options}
        for alias, (backend, options) in ENGINES.items()
    }
    found = Hub(tmp_path / "hub").replace(monkeypatch)
    found.error, found.holds = None, dict(HOLDS)
    return found


def run(*arguments: str) -> tuple[str, str, bool]:
    """Return what was printed, what went wrong, and whether all went well."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("download_models", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error), False
    return out.getvalue(), err.getvalue(), True


def test_it_fetches_what_the_settings_name(hub: Hub) -> None:
    out, err, well = run()

    assert well
    assert err == ""
    assert hub.asked == list(HOLDS)
    for model in ("large-v3-turbo", "nvidia/parakeet-tdt-0.6b-v3"):
        assert f"listo el modelo «{model}» (0 MB): {hub.folder}" in out
    assert "openai: no hay modelo que traer" in out


def test_it_fetches_nothing_twice(hub: Hub) -> None:
    run()
    out, _, well = run()

    assert well
    assert len(hub.asked) == len(HOLDS)
    assert out.count("ya está") == len(HOLDS)


def test_it_fetches_those_that_are_named(hub: Hub) -> None:
    out, _, well = run("parakeet-cpu", "openai")

    assert well
    assert hub.asked == ["istupakov/parakeet-tdt-0.6b-v3-onnx"]
    assert "turbo" not in out


def test_it_says_how_large_a_model_is(hub: Hub, settings: LazySettings) -> None:
    kept = fill(settings.MODELS_FOLDER / "large-v3-turbo", *WHISPER)
    os.truncate(kept / "model.bin", 1_620_000_000)  # no block of it is written

    out, _, _ = run("turbo")

    assert f"turbo: ya está el modelo «large-v3-turbo» (1,6 GB): {kept}" in out


def test_it_only_tells(hub: Hub) -> None:
    out, err, well = run("--check")

    assert not well
    assert hub.asked == []
    assert "turbo: Falta el modelo «large-v3-turbo»: no está en este equipo" in err
    assert "Sin modelo: turbo, parakeet, parakeet-cpu." in err
    assert "Trayendo" not in out


def test_it_goes_on_after_a_failure(hub: Hub) -> None:
    del hub.holds["nvidia/parakeet-tdt-0.6b-v3"]  # as if it broke off

    out, err, well = run()

    assert not well
    assert "parakeet: Falta el modelo «nvidia/parakeet-tdt-0.6b-v3»" in err
    assert err.endswith("Sin modelo: parakeet.")
    assert out.count("listo") == 2


def test_it_says_that_there_is_no_connection(hub: Hub) -> None:
    hub.error = OSError("no route")

    _, err, well = run("turbo")

    assert not well
    assert "no hay conexión" in err


def test_it_names_the_engines_there_are(hub: Hub) -> None:
    _, err, well = run("turbbo")

    assert not well
    assert "No existe un motor de transcripción llamado «turbbo»" in err
    assert "parakeet-cpu" in err


def test_it_works_on_a_worker(tmp_path: Path) -> None:
    """Without the site's apps, and with a status that a script can read."""
    done = subprocess.run(
        [sys.executable, "manage.py", "download_models", "--check", "turbo"],
        cwd=ROOT,
        env={
            "DJANGO_SETTINGS_MODULE": "astra_site.settings_gpu",
            "ASTRA_VAR": str(tmp_path),
            "HF_HOME": str(tmp_path),
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "turbo: Falta el modelo «large-v3-turbo»" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_fetches_the_model_of_voices_that_is_in_use(
    hub: Hub, settings: LazySettings
) -> None:
    settings.TRANSCRIPTION_VOICE = "titanet"
    hub.holds["nvidia/speakerverification_en_titanet_large"] = NEMO
    out, _, well = run()

    assert well
    assert hub.asked[-1] == "nvidia/speakerverification_en_titanet_large"
    assert "titanet: listo el modelo" in out


def test_it_says_which_model_of_voices_is_missing(hub: Hub) -> None:
    hub.holds.clear()
    _, err, well = run("--check", "titanet")

    assert not well
    assert "elija el modelo de voces «onnx», que viene con ASTRA" in err
    assert "Sin modelo: titanet" in err


def test_it_looks_whether_the_model_that_comes_with_it_is_whole(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices.unload()
    out, _, well = run("--check", "onnx")
    assert well
    assert "onnx: está completo el modelo de voces «campplus»." in out

    voices.unload()
    damaged = tmp_path / "campplus.onnx"
    damaged.write_bytes(b"half")
    monkeypatch.setattr("transcription.voices.onnx.CAMPPLUS", damaged)
    _, err, well = run("--check", "onnx")
    assert not well
    assert "está dañado" in err


def test_it_asks_for_no_model_of_voices_where_nobody_is_told_apart(
    hub: Hub, settings: LazySettings
) -> None:
    settings.TRANSCRIPTION_VOICE = ""
    out, _, well = run()

    assert well
    assert "voces" not in out
