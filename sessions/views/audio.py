"""The sound of a recording, any stretch of it, and its drawn wave."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from sessions.models import Recording
from sessions.views import recording_for

BLOCK = 256 * 1024  # bytes in memory at a time
# The most that one answer to a player brings: it asks for the next stretch when it
# needs it, so nobody who listens for hours holds a thread of the server for hours.
STRETCH = 8 * 1024**2
TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".webm": "audio/webm",
}


@require_safe
@login_required
def sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Serve what the browser plays, whole or the stretch that it asks for.

    A remote storage is read through here too and not by redirect: leave to hear is
    checked at every stretch, and a signed address would expire amid hours of review.
    """
    recording = recording_for(request.user, pk)
    name = recording.playable
    try:
        size = default_storage.size(name)
    except OSError as error:
        raise Http404("El archivo de la grabación no está en el almacén.") from error
    etag = f'"{hashlib.sha256(f"{name} {size}".encode()).hexdigest()[:32]}"'
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag) != etag:
        asked = ""  # what the player has is of another file: it gets this one whole
    stretch = asked_for(asked, size)
    first, last = stretch or (0, size - 1)
    if first > last:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    blocks = read(name, first, last) if request.method == "GET" else iter(())
    response = StreamingHttpResponse(blocks, status=206 if stretch else 200)
    if stretch:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return _described(response, recording, name)


@require_safe
@login_required
def peaks(request: HttpRequest, pk: int) -> HttpResponse:
    """Serve the drawn wave: one byte a tenth of a second, 255 the loudest."""
    hearing = recording_for(request.user, pk).transcription
    if hearing is None or hearing.peaks is None:
        raise Http404("La onda se dibuja cuando el audio está preparado.")
    response = HttpResponse(
        bytes(hearing.peaks), content_type="application/octet-stream"
    )
    response["Cache-Control"] = "private, max-age=86400"
    return response


def asked_for(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte to send, or None for the whole file.

    Where nothing of the file was asked for, first is after last (RFC 9110, 14.1.2).
    What is no single range of bytes is ignored, as the same RFC allows.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.replace(" ", ""))
    if not match or match[0] == "bytes=-":
        return None
    if not match[1]:  # the last so many bytes
        length = min(int(match[2]), size)
        first, last = size - length, size - 1
    else:
        first = int(match[1])
        last = min(int(match[2]) if match[2] else size, size - 1)
        if match[2] and int(match[2]) < first:
            return None
        if first >= size:
            return size, size - 1
    return first, min(last, first + STRETCH - 1)


def read(name: str, first: int, last: int) -> Iterator[bytes]:
    """Yield the bytes from `first` to `last` of a stored file, some at a time."""
    file = default_storage.open(name)
    if hasattr(file, "obj"):  # S3: reading through the file would fetch all of it
        body = file.obj.get(Range=f"bytes={first}-{last}")["Body"]
        yield from body.iter_chunks(BLOCK)
        return
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def _described(
    response: HttpResponseBase, recording: Recording, name: str
) -> HttpResponseBase:
    extension = PurePath(name).suffix.lower()
    shown = str(PurePath(recording.name).with_suffix(extension))
    response["Content-Type"] = TYPES.get(extension, "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(False, shown)
    response["Cache-Control"] = "private, no-cache"
    return response
