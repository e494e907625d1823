"""Recordings on their way in: chunks for the script, one form for who has none."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse


@login_required
def start(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    return HttpResponse(status=501)
