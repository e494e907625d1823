"""The sound of a recording and its drawn wave."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse


@login_required
def sound(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def peaks(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)
