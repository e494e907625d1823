"""Recordings on their way in: chunks for the script, one form for who has none."""

import json
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from sessions import uploads
from sessions.models import CouncilSession, Upload
from sessions.views import session_for


@require_POST
@login_required
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an upload, or go on with the same file; a plain form brings it whole."""
    session = session_for(request.user, pk, editing=True)
    if request.content_type != "application/json":
        return bring(request, session)
    try:
        asked = json.loads(request.body)
        name, size = str(asked["name"]), int(asked["size"])
    except (ValueError, TypeError, KeyError):
        return JsonResponse({"error": "La petición no se entiende."}, status=400)
    begun = uploads.unfinished(session, name, size)
    try:
        begun = begun or uploads.start(session, request.user, name, size)
    except uploads.UploadError as error:
        return refusal(error)
    return JsonResponse(facts(begun), status=201)


@require_http_methods(["GET", "PATCH", "POST", "DELETE"])
@login_required
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say how far an upload is, take its next chunk, or cancel it (DELETE or POST)."""
    alive = Upload.objects.visible_to(request.user).alive()
    found = get_object_or_404(alive.select_related("session__council"), pk=pk)
    if not request.user.may_edit(found.session.council):
        raise PermissionDenied
    try:
        if request.method == "PATCH":
            return take(request, found)
        if request.method in ("POST", "DELETE"):
            return drop(request, found)
    except uploads.UploadError as error:
        return refusal(error)
    return JsonResponse(facts(found))


def bring(request: HttpRequest, session: CouncilSession) -> HttpResponse:
    """Take the files of a plain form, in order, and say how each one went."""
    files: list[UploadedFile] = request.FILES.getlist("file")
    if not files:
        messages.warning(request, "Elija primero el archivo de la grabación.")
    for file in files:
        try:
            uploads.receive(session, request.user, file, file.name, file.size)
        except uploads.UploadError as error:
            messages.error(request, _with_link(error), extra_tags="bad")
        else:
            said = f"«{file.name}» se recibió completo."
            messages.success(request, said, extra_tags="ok")
    return redirect(session)


def take(request: HttpRequest, found: Upload) -> HttpResponse:
    """Append the body at the offset that the header names; the last chunk completes."""
    try:
        offset = int(request.headers["Upload-Offset"])
    except (KeyError, ValueError):
        return JsonResponse({"error": "La petición no se entiende."}, status=400)
    if offset != found.bytes or int(request.headers.get("Content-Length") or 0):
        offset = uploads.append(found, offset, request)
    if offset < found.bytes:
        return JsonResponse({"offset": offset})
    uploads.complete(found, request.headers.get("Upload-Sha256", ""))
    return JsonResponse({"offset": offset, "done": True})


def drop(request: HttpRequest, found: Upload) -> HttpResponse:
    uploads.cancel(found)
    if request.method == "DELETE":
        return HttpResponse(status=204)
    messages.info(request, f"Se canceló la subida de «{found.name}» y no quedó nada.")
    return redirect(found.session)


def facts(found: Upload) -> dict[str, object]:
    """Return what the script needs to go on with an upload."""
    return {
        "url": reverse("upload", args=[found.pk]),
        "name": found.name,
        "size": found.bytes,
        "offset": found.received,
    }


def refusal(error: uploads.UploadError) -> JsonResponse:
    said: dict[str, object] = {"error": str(error)}
    if error.offset is not None:
        said["offset"] = error.offset
    if error.page:
        said["page"] = error.page
    if isinstance(error, uploads.Refused):
        said["refused"] = True
    return JsonResponse(said, status=error.status)


def _with_link(error: uploads.UploadError) -> str:
    if not error.page:
        return str(error)
    return format_html('{} <a href="{}">Abrir esa sesión</a>', str(error), error.page)
