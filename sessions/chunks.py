"""The file that an upload gathers its chunks in, and what is said when it fails."""

from __future__ import annotations

import errno
import fcntl
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.conf import settings

from sessions.models import Recording, Upload

BLOCK = 1024**2  # bytes read at a time


class UploadError(Exception):
    """An upload cannot go on; the message says what was kept and what to do.

    `status` is the one of HTTP; `offset` is where to go on, if that is known;
    `recording` is the one that the council already has of that very file, or None.
    """

    def __init__(
        self,
        message: str,
        status: int,
        offset: int | None = None,
        recording: Recording | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.offset, self.recording = status, offset, recording

    @property
    def page(self) -> str:
        """The address of the session that has the recording, or ""."""
        return self.recording.session.get_absolute_url() if self.recording else ""


class Refused(UploadError):
    """The file itself is of no use: nothing of it is kept."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@contextmanager
def held(upload: Upload, wait: float = 0.0) -> Iterator[io.FileIO]:
    """Open an upload's file for this process alone, waiting `wait` seconds at most.

    Raises UploadError when somebody else writes to it, or when it is gone.
    """
    gone = UploadError(
        f"La subida de «{upload.name}» ya terminó o se canceló en otra ventana. Abra "
        "de nuevo la sesión para ver cómo quedó.",
        404,
    )
    try:
        file = upload.path.open("r+b", buffering=0)
    except FileNotFoundError:
        Upload.objects.filter(pk=upload.pk).delete()
        raise gone from None
    with file:
        _lock(file, upload, time.monotonic() + wait)
        if not upload.path.exists():
            raise gone
        yield file


def _lock(file: io.FileIO, upload: Upload, until: float) -> None:
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise UploadError(
                    f"Otra ventana está subiendo «{upload.name}» en este momento. Nada "
                    "se perdió: siga en esa ventana o ciérrela.",
                    409,
                ) from None
        time.sleep(0.1)


def write(upload: Upload, file: io.FileIO, stream: Readable, here: int) -> int:
    """Copy `stream` to the end of `file`; return where it ends then."""
    most = min(settings.UPLOAD_CHUNK_BYTES, upload.bytes - here)
    there = here
    while block := _next_block(stream, here + most - there + 1):
        if there + len(block) > here + most:
            raise UploadError(
                f"Llegó más de lo anunciado de «{upload.name}». Lo anterior se "
                "conserva: elija el mismo archivo y siga.",
                413,
                offset=here,
            )
        rest = memoryview(block)
        while rest:  # a raw file may take less than it is given
            written = file.write(rest)
            rest = rest[written:]
        there += len(block)
    return there


def _next_block(stream: Readable, most: int) -> bytes:
    """Return what comes next, or b"" at the end, be it that the connection broke."""
    try:
        return stream.read(min(BLOCK, most))
    except OSError:
        return b""


def disk_trouble(error: OSError, offset: int) -> UploadError:
    """Return what is said of a disk that is full, or broken."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UploadError(
            "El servidor se quedó sin espacio. Lo recibido hasta ahora se conserva. "
            "Avise a quien administra ASTRA; después elija el mismo archivo y siga.",
            507,
            offset=offset,
        )
    return UploadError(
        "El servidor no pudo escribir en su disco. Lo recibido hasta ahora se "
        "conserva. Espere un momento y siga; si se repite, avise a quien administra "
        "ASTRA.",
        503,
        offset=offset,
    )
