"""A session's pages: a new one, how it is getting on, its data, its orden del día."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from councils.models import Council
from sessions import agenda as agendas
from sessions.facts import NotAllowed, hold, is_open
from sessions.forms import AgendaForm, NewSessionForm, SessionDataForm
from sessions.making import Making
from sessions.models import CouncilSession
from sessions.progress import Progress
from sessions.uploads import limits
from sessions.views import recording_for, session_for
from transcription.engines import EngineError

FORM_METHODS = ("GET", "HEAD", "POST")


@login_required
@require_http_methods(FORM_METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Create a session; its page then asks for the recordings."""
    visible = Council.objects.visible_to(request.user)
    councils = [council for council in visible if request.user.may_edit(council)]
    if not councils:
        raise PermissionDenied
    form = NewSessionForm(
        request.user,
        councils,
        data=request.POST or None,
        initial=proposed(councils, request.GET.get("concejo", "")),
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            session = form.save()
            agendas.write(session, form.cleaned_data["agenda"])
        return redirect(f"{session.get_absolute_url()}#subir")
    council = councils[0] if len(councils) == 1 else None
    context = {"form": form, "council": council, "section": "session"}
    return render(request, "sessions/new.html", context)


@login_required
@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a session is getting on, its recordings and where to go next."""
    found = session_for(request.user, pk)
    progress = Progress(found)
    receives = request.user.may_edit(found.council) and is_open(found)
    context = described(request, found, progress) | {
        "making": Making(found, progress.parts),
        "agenda": found.agenda.all(),
        "limits": limits() if receives else None,
    }
    return render(request, "sessions/session.html", context)


@login_required
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the stages alone, and what depends on them when the stage has changed."""
    found = session_for(request.user, pk)
    if not request.htmx:
        return redirect(found)
    now = Progress(found)
    context = described(request, found, now)
    context["changed"] = request.GET.get("etapa") != now.stage
    context["making"] = Making(found, now.parts)  # asks nothing until it is shown
    response = render(request, "sessions/_progress.html", context)
    if not now.is_working:
        response.status_code = 286  # htmx shows it and asks no more
    return response


@login_required
@require_http_methods(FORM_METHODS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a session's data while its acta is a draft, or before there is one."""
    found = session_for(request.user, pk, editing=True)
    if request.method != "POST":
        context = page(found) | {"form": SessionDataForm(instance=found)}
        return render(request, "sessions/edit.html", context)
    try:
        with transaction.atomic():
            hold(found)
            found.refresh_from_db()  # as it is now that nobody else can change it
            form = SessionDataForm(request.POST, instance=found)
            if form.is_valid():
                form.save()
                said = "Los datos quedaron guardados."
                messages.success(request, said, extra_tags="ok")
                return redirect(found)
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
        return redirect(found)
    late = form.notice("los datos de esta sesión", request.user) if form.is_late else ""
    context = page(found) | {"form": form, "late": late}
    return render(request, "sessions/edit.html", context, status=409 if late else 422)


@login_required
@require_http_methods(FORM_METHODS)
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the orden del día: one title a line, moved by moving lines."""
    found = session_for(request.user, pk, editing=True)
    titles = "\n".join(item.title for item in found.agenda.all())
    form = AgendaForm(request.POST or None, initial={"agenda": titles})
    if request.method == "POST" and form.is_valid():
        try:
            agendas.write(found, form.cleaned_data["agenda"])
        except NotAllowed as error:
            messages.error(request, str(error), extra_tags="bad")
        else:
            said = "El orden del día quedó guardado."
            messages.success(request, said, extra_tags="ok")
        return redirect(found)
    context = page(found) | {"form": form, "agenda": found.agenda.all()}
    return render(request, "sessions/agenda.html", context)


@require_POST
@login_required
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin again what failed in a recording."""
    recording = recording_for(request.user, pk, editing=True)
    try:
        begun = recording.retry()
    except NotAllowed:
        said = (
            f"El acta ya salió del borrador, así que «{recording.name}» no se vuelve a "
            "transcribir. Devuélvala o ábrala de nuevo y luego intente otra vez."
        )
        messages.error(request, said, extra_tags="bad")
        return redirect(recording.session)
    except EngineError as error:
        messages.error(request, str(error), extra_tags="bad")
        return redirect(recording.session)
    if begun:
        said = f"«{recording.name}» vuelve a intentarse. Lo que ya estaba hecho queda."
        messages.success(request, said, extra_tags="ok")
    else:
        said = f"«{recording.name}» no está detenida: no hay nada que repetir."
        messages.warning(request, said, extra_tags="warn")
    return redirect(recording.session)


@login_required
@require_http_methods(FORM_METHODS)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and then delete a recording; once there is an acta, it stays."""
    recording = recording_for(request.user, pk, editing=True)
    if request.method == "POST":
        try:
            recording.discard()
        except NotAllowed as error:
            messages.error(request, str(error), extra_tags="bad")
        else:
            said = f"«{recording.name}» y lo que se oyó en ella se borraron."
            messages.success(request, said, extra_tags="ok")
        return redirect(recording.session)
    context = page(recording.session) | {
        "recording": recording,
        "stays": hasattr(recording.session, "acta"),
    }
    return render(request, "sessions/delete.html", context)


@login_required
@require_http_methods(FORM_METHODS)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and then delete a session; once there is an acta, it stays."""
    found = session_for(request.user, pk, editing=True)
    if request.method != "POST":
        context = page(found) | {"stays": hasattr(found, "acta")}
        return render(request, "sessions/session_delete.html", context)
    try:
        found.discard()
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
        return redirect(found)
    said = f"La {str(found).lower()} se borró, con todo lo que tenía."
    messages.success(request, said, extra_tags="ok")
    return redirect("home")


def page(found: CouncilSession) -> dict[str, Any]:
    return {"session": found, "council": found.council, "section": "session"}


def described(
    request: HttpRequest, found: CouncilSession, progress: Progress
) -> dict[str, Any]:
    """Return what the page of a session and its moving part both show."""
    may_edit = request.user.may_edit(found.council)
    return page(found) | {"progress": progress, "may_edit": may_edit}


def proposed(councils: list[Council], slug: str) -> dict[str, Any]:
    """Return what a new session probably is: of that council, today, the next one."""
    council = next((c for c in councils if c.slug == slug), councils[0])
    kind = CouncilSession.Kind.ORDINARIA
    return {
        "council": council.pk,
        "number": council.sessions.next_number(kind),
        "date": timezone.localdate(),
    }
