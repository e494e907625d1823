"""Recordings on their way in: resumable, checked, all or nothing. No HTTP here.

Chunks are appended to one file on the local disk, whose size is the offset; a whole
file is checked, stored and attached to its session. The lock on the file is the
kernel's (flock), so it goes with the process that held it.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from councils.models import User
from sessions.chunks import (
    Readable,
    Refused,
    UploadError,
    disk_trouble,
    held,
    write,
)
from sessions.facts import NotAllowed, is_open
from sessions.models import (
    RECORDINGS,
    CouncilSession,
    Recording,
    SameRecording,
    Upload,
    recording_file,
)
from sessions.wording import duration, size
from transcription import audio
from transcription.engines import EngineError

__all__ = ["Refused", "UploadError"]

RESERVE = 512 * 1024**2  # bytes of disk that uploads leave to the database
PATIENCE = 3.0  # seconds that a cancel waits for the chunk that is being written
ORPHAN_AGE = timedelta(days=1)  # no upload takes so long between its file and its row
CLOSED = (
    "El acta de esta sesión ya salió del borrador, así que no recibe más grabaciones. "
    "Devuélvala o ábrala de nuevo y luego elija otra vez este archivo."
)


@dataclass(frozen=True)
class Limits:
    """What a file may be, for the page that asks for it."""

    bytes: int
    hours: float
    chunk: int  # bytes that one request brings at most


def limits() -> Limits:
    """Return what the settings allow."""
    return Limits(
        settings.UPLOAD_MAX_BYTES,
        settings.RECORDING_MAX_HOURS,
        settings.UPLOAD_CHUNK_BYTES,
    )


def unfinished(session: CouncilSession, name: str, size: int) -> Upload | None:
    """Return the upload of that very file that was interrupted, or None."""
    return session.uploads.alive().filter(name=base_name(name), bytes=size).first()


def start(session: CouncilSession, user: User, name: str, size: int) -> Upload:
    """Make room for a file of `size` bytes. Raises UploadError."""
    upload = _begin(session, user, name, size)
    upload.save(force_insert=True)
    return upload


def append(upload: Upload, offset: int, stream: Readable) -> int:
    """Write one chunk at `offset` bytes and return the new offset.

    A chunk whose connection breaks keeps what came of it. A chunk that is too long, or
    that the disk cannot take, leaves nothing. Raises UploadError with the offset to go
    on from.
    """
    with held(upload) as file:
        here = file.seek(0, io.SEEK_END)
        if offset != here:
            raise UploadError(
                f"De «{upload.name}» ya hay {size(here)}: la subida sigue desde ahí.",
                409,
                offset=here,
            )
        try:
            there = write(upload, file, stream, here)
            os.fsync(file.fileno())
        except UploadError:
            file.truncate(here)
            raise
        except OSError as error:
            file.truncate(here)
            raise disk_trouble(error, here) from error
    Upload.objects.filter(pk=upload.pk).update(expires_at=_expiry())
    return there


def complete(upload: Upload, sha256: str = "") -> Recording:
    """Check a whole file, store it and attach it to its session.

    `sha256` is what the sender computed, if it did. Raises Refused when the file is of
    no use, and then nothing is left of it; raises UploadError, or whatever the storage
    raises, when it may be tried again, and then what was received is kept.
    """
    with held(upload) as file:
        here = file.seek(0, io.SEEK_END)
        if here != upload.bytes:
            raise UploadError(
                f"De «{upload.name}» faltan {size(upload.bytes - here)}. Lo recibido "
                "se conserva: siga la subida.",
                409,
                offset=here,
            )
        try:
            recording = _take_in(upload, sha256)
        except Refused:
            _forget(upload)
            raise
        _forget(upload)
    return recording


def cancel(upload: Upload) -> None:
    """Forget an upload and what came of it. Raises UploadError while it is in use."""
    if not upload.path.exists():
        Upload.objects.filter(pk=upload.pk).delete()
        return
    with held(upload, wait=PATIENCE):
        _forget(upload)


def receive(
    session: CouncilSession, user: User | None, stream: Readable, name: str, size: int
) -> Recording:
    """Bring in a whole file of `size` bytes through the same gate as the chunks.

    Nobody can go on with it later, so it gets no row, and whatever goes wrong leaves
    nothing of it. Raises UploadError.
    """
    upload = _begin(session, user, name, size)
    try:
        offset = 0
        while chunk := stream.read(settings.UPLOAD_CHUNK_BYTES):
            offset = append(upload, offset, io.BytesIO(chunk))
        return complete(upload)
    finally:
        _forget(upload)


def enter(session: CouncilSession, user: User | None, path: Path) -> Recording:
    """Bring in a file of this machine; the file itself stays. Raises UploadError."""
    with Path(path).open("rb") as file:
        return receive(session, user, file, path.name, path.stat().st_size)


def sweep() -> int:
    """Forget the uploads that nobody went on with; return how many there were.

    What killed processes left goes too: chunks without an upload, stored files without
    a recording.
    """
    swept = 0
    for upload in Upload.objects.expired():
        try:
            cancel(upload)
        except UploadError:
            continue  # a chunk is arriving this very moment: it lives on
        swept += 1
    kept = {upload.path for upload in Upload.objects.all()}
    oldest = time.time() - settings.UPLOAD_EXPIRES_HOURS * 3600
    for path in Path(settings.UPLOAD_FOLDER).glob("*.part"):
        if path not in kept and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    _clear_orphans()
    return swept


def _clear_orphans() -> None:
    stored = list(_stored())  # before the rows: one that appears meanwhile has its file
    named = set(Recording.objects.values_list("file", flat=True))
    before = timezone.now() - ORPHAN_AGE
    for name in stored:
        if name not in named and default_storage.get_modified_time(name) < before:
            default_storage.delete(name)


def _stored() -> Iterator[str]:
    """Yield the stored name of every recording's file, whatever the storage."""
    try:
        sessions, _ = default_storage.listdir(RECORDINGS)
    except FileNotFoundError:  # on a disk, before the first recording
        return
    for session in sessions:
        _, files = default_storage.listdir(f"{RECORDINGS}/{session}")
        yield from (f"{RECORDINGS}/{session}/{file}" for file in files)


def base_name(name: str) -> str:
    """Return a file's name without the folders that some browsers send along."""
    name = name.replace("\\", "/").rpartition("/")[2].replace("\0", "").strip()
    return name[-255:] or "grabación"


def _begin(session: CouncilSession, user: User | None, name: str, size: int) -> Upload:
    """Return an upload that has a file and no row yet. Raises UploadError."""
    name = base_name(name)
    if not is_open(session):
        raise Refused(CLOSED, 409)
    _check_size(name, size)
    _check_room(name, size)
    upload = Upload(
        session=session, user=user, name=name, bytes=size, expires_at=_expiry()
    )
    try:
        upload.path.touch(exist_ok=False)
    except OSError as error:
        raise disk_trouble(error, 0) from error
    return upload


def _check_size(name: str, count: int) -> None:
    if count <= 0:
        raise Refused(
            f"«{name}» está vacío (0 bytes). No se guardó nada. Vuelva a copiarlo "
            "desde la grabadora y súbalo otra vez.",
            422,
        )
    if count > settings.UPLOAD_MAX_BYTES:
        raise Refused(
            f"«{name}» pesa {size(count)} y el máximo es "
            f"{size(settings.UPLOAD_MAX_BYTES)}. No se guardó nada. Expórtelo como "
            "MP3, o divídalo en dos archivos y suba ambos: la sesión los une en orden.",
            413,
        )


def _check_room(name: str, count: int) -> None:
    """Refuse a file that would not fit beside those that are still arriving."""
    folder = Path(settings.UPLOAD_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    arriving = Upload.objects.alive()
    promised = sum(upload.bytes - upload.received for upload in arriving)
    # Where recordings are kept on this same machine, each is here twice for a moment.
    copies = 2 if isinstance(default_storage, FileSystemStorage) else 1
    if shutil.disk_usage(folder).free < RESERVE + promised + copies * count:
        raise Refused(
            f"El servidor no tiene espacio para «{name}» ({size(count)}). No se guardó "
            "nada. Avise a quien administra ASTRA y vuelva a intentarlo después.",
            507,
        )


def _take_in(upload: Upload, claimed: str) -> Recording:
    """Check, store and attach a whole upload, and say what is wrong with it."""
    found = _probe(upload)
    sha256 = _sha256(upload.path)
    if claimed and claimed.lower() != sha256:
        raise Refused(
            f"«{upload.name}» llegó distinto de como salió de su computador. No se "
            "guardó. Compruebe que suena y que nadie lo cambió, y súbalo otra vez.",
            422,
        )
    try:
        return _store(upload, sha256, found.seconds)
    except SameRecording as error:
        raise Refused(str(error), 409, recording=error.recording) from error
    except NotAllowed as error:  # it was sent or approved while the file was arriving
        raise UploadError(CLOSED, 423) from error
    except EngineError as error:
        raise UploadError(f"{error} Lo recibido se conserva.", 503) from error
    except OSError as error:
        raise disk_trouble(error, upload.bytes) from error


def _store(upload: Upload, sha256: str, seconds: float) -> Recording:
    """Copy an upload to the storage and attach it, or leave nothing there."""
    name = recording_file(Recording(session=upload.session), upload.name)
    try:
        with upload.path.open("rb") as content:
            name = default_storage.save(name, File(content))
        return upload.session.attach(
            name=upload.name,
            file=name,
            sha256=sha256,
            bytes=upload.bytes,
            seconds=seconds,
        )
    except BaseException:
        default_storage.delete(name)
        raise


def _probe(upload: Upload) -> audio.Probe:
    try:
        found = audio.probe(upload.path, upload.name)
    except audio.AudioError as error:
        raise Refused(f"{error} No se guardó nada.", 422) from error
    hours = settings.RECORDING_MAX_HOURS
    if found.seconds > hours * 3600:
        raise Refused(
            f"«{upload.name}» dura {duration(found.seconds)} y el máximo es "
            f"{duration(hours * 3600)}. No se guardó nada. Corte la parte de la sesión "
            "y súbala.",
            422,
        )
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget(upload: Upload) -> None:
    upload.path.unlink(missing_ok=True)
    Upload.objects.filter(pk=upload.pk).delete()


def _expiry() -> datetime:
    return timezone.now() + timedelta(hours=settings.UPLOAD_EXPIRES_HOURS)
