import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.transcription.sounds import noise, recorded
from transcription import decoding
from transcription.audio import AudioError, decode


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "cores", lambda: 2)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen]:
    processes: list[subprocess.Popen] = []

    class Popen(subprocess.Popen):
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    return processes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sesion.ogg"
    sound = noise(12, 0.1).repeat(3)[np.newaxis]
    content = recorded(sound, format="ogg", codec="libopus", rate=48_000)
    path.write_bytes(content.getvalue())
    return path


def test_it_gives_what_decoding_here_gives(path: Path, started: list) -> None:
    with path.open("rb") as file:
        file.seek(1000)  # where the caller stands does not matter
        found = list(decoding.blocks(file))
        assert file.tell() == 1000

    assert np.array_equal(np.concatenate(found), np.concatenate(list(decode(path))))
    assert [process.returncode for process in started] == [0]


def test_it_goes_on_here_when_the_process_is_killed(path: Path, started: list) -> None:
    found = []
    with path.open("rb") as file, closing(decoding.blocks(file)) as blocks:
        for block in blocks:
            found.append(block)
            if len(found) == 2:
                started[0].kill()

    assert np.array_equal(np.concatenate(found), np.concatenate(list(decode(path))))


def test_it_leaves_no_process_when_nobody_reads_on(path: Path, started: list) -> None:
    with path.open("rb") as file:
        blocks = decoding.blocks(file)
        next(blocks)
        blocks.close()

    assert started[0].returncode is not None


def test_it_says_what_is_wrong(tmp_path: Path, capfd) -> None:
    path = tmp_path / "nota.mp3"
    path.write_bytes(b"esto es un texto" * 99)

    with path.open("rb") as file, pytest.raises(AudioError, match="no se puede leer"):
        list(decoding.blocks(file))
    assert "Traceback" not in capfd.readouterr().err


def test_it_decodes_here_what_the_system_does_not_know(started: list) -> None:
    file = recorded(noise(2)[np.newaxis])

    found = list(decoding.blocks(file))

    assert sum(map(len, found)) == 32_000
    assert not started
