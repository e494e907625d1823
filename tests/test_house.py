"""The house keeps its order: imports run downhill, heavy things stay outside."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "transcription": {"transcription"},
    "councils": {"councils"},
    "sessions": {"sessions", "councils", "transcription"},
    "actas": {"actas", "sessions", "councils", "transcription"},
}
HOUSE = {*MAY_IMPORT, "astra_site"}


def imports_of(path: Path) -> set[str]:
    """Return the rooms of the house that a file imports, at any depth of its code."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            rooms |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import absolutely"
            rooms.add((node.module or "").split(".")[0])
    return rooms & HOUSE


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_it_imports_downhill(room: str) -> None:
    wrong = {
        str(path.relative_to(ROOT)): sorted(imports_of(path) - MAY_IMPORT[room])
        for path in (ROOT / room).rglob("*.py")
        if imports_of(path) - MAY_IMPORT[room]
    }
    assert wrong == {}


def test_it_sees_an_uphill_import(tmp_path: Path) -> None:
    guilty = tmp_path / "guilty.py"
    guilty.write_text("def f():\n    from actas.models import Acta\n    return Acta\n")
    assert imports_of(guilty) == {"actas"}


@pytest.mark.parametrize(
    "module",
    [
        "transcription.tasks",
        "transcription.engines",
        "transcription.voices.onnx",
        "transcription.voices.titanet",
    ],
)
def test_it_starts_without_the_heavy_libraries(module: str) -> None:
    heavy = (
        "torch",
        "nemo",
        "ctranslate2",
        "onnxruntime",
        "scipy",
        "kaldi_native_fbank",
    )
    code = (
        f"import django; django.setup(); import {module}, sys; "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "astra_site.settings_gpu", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ast.literal_eval(done.stdout.strip()) == []


@pytest.mark.django_db
def test_it_has_a_migration_for_every_model(capsys: pytest.CaptureFixture) -> None:
    call_command("makemigrations", "--check", "--dry-run")
    assert capsys.readouterr().out.strip() == "No changes detected"
