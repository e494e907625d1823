"""The README's example of an engine, taken from the README and run."""

import re
import sys
import textwrap
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from django.conf import LazySettings

from astra_site.demo import RECORDING
from transcription import engines, pipeline
from transcription.audio import RATE, decode
from transcription.engines import Clip

README = Path(__file__).resolve().parent.parent.parent / "README.md"
# What the example calls: it answers as whisper.cpp's program does, and reads what it
# is given no less strictly (WAV of 16 bits, mono, 16 kHz, from standard input).
PROGRAM = """#!{python}
import io, sys, wave
with wave.open(io.BytesIO(sys.stdin.buffer.read())) as sound:
    assert sound.getparams()[:3] == (1, 2, 16_000), sound.getparams()
    seconds = sound.getnframes() / 16_000
assert sys.argv[1:] == "-np -nt -f - -m ggml-base.bin -l es".split(), sys.argv
print("\\n Buenos días, honorables concejales.")
print(f" Son {{seconds:.0f}} segundos de sesión.\\n")
"""


def examples() -> tuple[str, str]:
    """Return the module and the line of settings that the README shows."""
    text = README.read_text(encoding="utf-8")
    section = text.split("## Add an engine\n")[1].split("\n## ")[0]
    module, line = re.findall(r"^ *```python\n(.*?)^ *```$", section, re.M | re.S)
    return textwrap.dedent(module), textwrap.dedent(line)


@pytest.fixture
def installed(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module among the engines, the line in the settings, the program to call."""
    module, line = examples()
    (tmp_path / "whisper_cpp.py").write_text(module, encoding="utf-8")
    monkeypatch.setattr(engines, "__path__", [*engines.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "transcription.engines.whisper_cpp", False)
    names = {"TRANSCRIPTION_ENGINES": dict(settings.TRANSCRIPTION_ENGINES)}
    exec(line, names)
    settings.TRANSCRIPTION_ENGINES = names["TRANSCRIPTION_ENGINES"]
    program = tmp_path / "bin/whisper-cli"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_it_is_twenty_lines_and_one() -> None:
    module, line = examples()

    assert len([one for one in module.splitlines() if one.strip()]) == 20
    assert len(line.splitlines()) == 1


def test_it_hears_through_the_pipeline(installed: None) -> None:
    samples = np.concatenate(list(islice(decode(RECORDING), 12)))
    spans = [(60.0, 65.0), (65.0, 72.0)]

    engine = engines.load("cpp")
    segments = pipeline.transcribe_part(samples, spans, engine, offset=60.0)

    assert [segment.text for segment in segments] == [
        "Buenos días, honorables concejales.",
        "Son 5 segundos de sesión.",
        "Buenos días, honorables concejales.",
        "Son 7 segundos de sesión.",
    ]
    assert [segments[0].start, segments[1].end] == [60.0, 65.0]
    assert [segments[2].start, segments[3].end] == [65.0, 72.0]
    assert all(segment.words == () for segment in segments)


def test_it_is_known_like_the_others(installed: None) -> None:
    assert engines.model_of("cpp") == "ggml-base.bin"
    assert engines.weights_of("cpp") is None
    assert len(engines.settings_hash("cpp")) == 16
    engine = engines.load("cpp")
    assert engine is engines.load("cpp")
    clip = Clip(np.zeros(RATE, np.float32), 0.0)
    (result,) = engine.transcribe([clip], language="es", terms=())
    assert result.text.startswith("Buenos días,")
    assert engine.unload() is None
