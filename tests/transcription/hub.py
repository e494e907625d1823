"""A hub of models that is not there, and folders of models that hold nothing."""

from pathlib import Path

import pytest

WHISPER = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
NEMO = ("parakeet.nemo",)
INT8 = (
    "encoder-model.int8.onnx",
    "decoder_joint-model.int8.onnx",
    "vocab.txt",
    "config.json",
)


def fill(folder: Path, *names: str, content: str = "x") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(content)
    return folder


class Hub:
    """Stands for the hub and its cache at huggingface_hub's two functions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.holds: dict[str, tuple[str, ...]] = {}
        self.error: Exception | None = OSError("no route")
        self.asked: list[str] = []

    def replace(self, monkeypatch: pytest.MonkeyPatch) -> "Hub":
        monkeypatch.setattr("huggingface_hub.model_info", self.model_info)
        monkeypatch.setattr("huggingface_hub.snapshot_download", self.snapshot)
        return self

    def model_info(self, repository: str, *, timeout: float) -> None:
        assert 0 < timeout < 60
        self.asked.append(repository)
        if self.error:
            raise self.error

    def snapshot(
        self, repository: str, *, allow_patterns: list[str], local_files_only: bool
    ) -> str:
        cached = self.folder / repository.replace("/", "--")
        if not local_files_only:
            return str(fill(cached, *self.holds[repository]))
        if not cached.exists():
            raise FileNotFoundError(repository)
        return str(cached)
