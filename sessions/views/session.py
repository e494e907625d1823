"""A session's pages: a new one, how it is getting on, its data, its orden del día."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from sessions.models import CouncilSession


@login_required
def new(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def session(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CouncilSession.objects.visible_to(request.user), pk=pk)
    context = {"session": found, "council": found.council, "section": "session"}
    return render(request, "sessions/session.html", context)


@login_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)


@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(status=501)
