"""What the review page sends: a text, a tick, a name, a boundary, an undo."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from actas import editing, settling, voices
from actas.editing import Person
from actas.forms import BoundaryForm, NamingForm, SentenceForm, VersionForm
from actas.models import Acta, Conflict, Edit, NotAllowed, Utterance
from actas.tramo import Tramo
from actas.views.review import Opened, fragment, page
from actas.wording import full_stop
from sessions.models import Speaker
from sessions.tramos import SECONDS, tramo_of
from sessions.wording import hour

View = Callable[..., HttpResponse]
CHANGED = "Alguien cambió esta intervención mientras usted la leía. Así quedó."


def correction(view: View) -> View:
    """Hand the utterance `pk` to a view that corrects it, to who may correct it."""

    @require_POST
    @login_required
    @wraps(view)
    def checked(request: HttpRequest, pk: int) -> HttpResponse:
        rows = Utterance.objects.visible_to(request.user)
        rows = rows.select_related("acta__session__council", "speaker__same_as")
        utterance = get_object_or_404(rows, pk=pk)
        require_role(request, utterance.acta)
        return view(request, utterance)

    return checked


def require_role(request: HttpRequest, acta: Acta) -> None:
    if not request.user.may_edit(acta.session.council):
        raise PermissionDenied


@correction
def save(request: HttpRequest, utterance: Utterance) -> HttpResponse:
    """Save a text; answer with the row, or with both texts when they collide (409)."""
    form = SentenceForm(request.POST)
    if not form.is_valid():
        opened = Opened(utterance.pk, "actas/_editing.html", form)
        return answer(request, utterance, opened, status=422)
    data = form.cleaned_data
    after: dict[str, Any] = {"text": data["text"]}
    if data["verified"]:
        after["state"] = Utterance.State.VERIFIED
    # One stay in the text box is one step to undo, however often it was saved; and a
    # token says nothing about somebody else's batch.
    batch = uuid.uuid5(data["token"], f"{request.user.pk}/{utterance.pk}")
    try:
        utterance.change(request.user, data["version"], batch, **after)
    except Conflict:
        return answer(request, utterance, collision(request, utterance, form), 409)
    except NotAllowed as closed:
        opened = Opened(utterance.pk, "actas/_row.html", notice=str(closed))
        return answer(request, utterance, opened, status=409)
    if request.htmx:
        return answer(request, utterance, Opened(utterance.pk, "actas/_row.html"))
    following = editing.following(utterance) if "next" in request.POST else None
    return back(following or utterance, "editar" if following else "")


def collision(request: HttpRequest, utterance: Utterance, form: SentenceForm) -> Opened:
    """Return the row with one's own text and the one that came in between."""
    utterance.refresh_from_db()
    last: Edit | None = utterance.edits.select_related("who").last()
    if last and last.who == request.user:
        notice = "Usted cambió esta intervención en otra ventana"
    else:
        who = last.who if last else "alguien"
        notice = f"Mientras usted escribía, {who} cambió esta intervención"
    if last:
        notice += f" a las {hour(timezone.localtime(last.at).time())}"
    mine = {**form.cleaned_data, "version": utterance.version, "token": uuid.uuid4()}
    again = SentenceForm(initial=mine)
    return Opened(utterance.pk, "actas/_conflict.html", again, full_stop(notice))


def answer(
    request: HttpRequest, utterance: Utterance, opened: Opened, status: int = 200
) -> HttpResponse:
    """Answer with the row for htmx, with its whole page without it."""
    if request.htmx:
        return fragment(request, utterance.acta, opened, status)
    tramo = Tramo(utterance.acta, tramo_of(utterance.start))
    return page(request, tramo, opened, status=status)


@correction
def verify(request: HttpRequest, utterance: Utterance) -> HttpResponse:
    """Tick or untick one sentence as verified."""
    form = VersionForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=422)
    state = Utterance.State.VERIFIED
    if request.POST.get("verified") == "0":
        state = utterance.unverified_state(utterance.text)
    return changed(request, utterance, form.cleaned_data["version"], state=state)


@correction
def take(request: HttpRequest, utterance: Utterance) -> HttpResponse:
    """Take what another try heard in a sentence, as any other correction of it."""
    form = VersionForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=422)
    text = request.POST.get("text", "")
    tramo = Tramo(utterance.acta, tramo_of(utterance.start))
    offered = tramo.row(utterance.pk).odd
    if offered is None or text not in offered.also:
        opened = Opened(utterance.pk, "actas/_row.html", notice=CHANGED)
        return answer(request, utterance, opened, 409)
    return changed(request, utterance, form.cleaned_data["version"], text=text)


def changed(
    request: HttpRequest, utterance: Utterance, version: int, **after: Any
) -> HttpResponse:
    """Change a sentence that was read at `version`, or say why it stayed (409)."""
    notice = ""
    try:
        utterance.change(request.user, version, **after)
    except Conflict:
        notice = CHANGED
    except NotAllowed as closed:
        notice = str(closed)
    if request.htmx or notice:
        opened = Opened(utterance.pk, "actas/_row.html", notice=notice)
        return answer(request, utterance, opened, 409 if notice else 200)
    return back(utterance)


@correction
def name(request: HttpRequest, utterance: Utterance) -> HttpResponse:
    """Say who speaks in this sentence, in its voice, or in the run it begins."""
    form = NamingForm(utterance.acta.session, utterance.speaker, request.POST)
    if not form.is_valid():
        opened = Opened(utterance.pk, "actas/_naming.html", form)
        return answer(request, utterance, opened, status=422)
    data = form.cleaned_data
    verb = naming_verb(data["who"], data["scope"])
    args = (utterance, request.user, data["version"], data["who"])
    done: list[Any] = []
    if told(request, lambda: done.append(verb(*args))):
        run = done[0] if data["scope"] == NamingForm.RUN else None
        messages.success(request, f"Quedó: {form.said(run)}.")
    return back(utterance)


def naming_verb(who: Person | Speaker, scope: str) -> Callable[..., Any]:
    """Return what gives sentences of a `scope` to a person, or to another voice."""
    if isinstance(who, Speaker):
        one = scope == NamingForm.ONE
        return voices.give_to_voice if one else voices.join_voice
    verbs = {
        NamingForm.ONE: editing.name_sentence,
        NamingForm.VOICE: editing.name_voice,
        NamingForm.RUN: editing.name_run,
    }
    return verbs[scope]


@correction
def split(request: HttpRequest, utterance: Utterance) -> HttpResponse:
    """Let another voice begin at this sentence."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    args = (utterance, request.user, form.cleaned_data["version"])
    new: list[Speaker] = []
    if told(request, lambda: new.append(voices.split_voice(*args))):
        count = new[0].utterances.count()
        said = "1 intervención" if count == 1 else f"{count} intervenciones"
        messages.success(
            request,
            f"Quedó: desde aquí es otra voz, la {new[0].number}, con {said}. Diga "
            "quién es, o deshágalo.",
        )
    return back(utterance)


@correction
def boundary(request: HttpRequest, utterance: Utterance) -> HttpResponse:
    """Let an agenda item begin at this sentence, or nowhere any more."""
    acta = utterance.acta
    form = BoundaryForm(acta.session, request.POST)
    if not form.is_valid():
        opened = Opened(utterance.pk, "actas/_boundary.html", form)
        return answer(request, utterance, opened, status=422)
    item, remove = form.cleaned_data["item"], form.cleaned_data["remove"]
    start = None if remove else utterance.start
    if told(request, editing.move_item, acta, item, request.user, start):
        done = "ya no tiene comienzo" if remove else "empieza aquí"
        messages.success(request, f"El punto {item.position} {done}.")
    return back(utterance)


def told(request: HttpRequest, verb: Callable[..., Any], *args: Any) -> bool:
    """Do it and return True, or say why it was not done and return False."""
    try:
        verb(*args)
    except Conflict:
        messages.warning(
            request,
            "Alguien cambió lo mismo mientras tanto, así que su cambio no se hizo. "
            "Mire cómo quedó y, si hace falta, repítalo.",
        )
    except (NotAllowed, editing.OutOfOrder) as refused:
        messages.error(request, str(refused))
    else:
        return True
    return False


def back(utterance: Utterance, opens: str = "") -> HttpResponse:
    """Return to the row of an utterance; `opens` names the form to open there."""
    tramo = tramo_of(utterance.start)
    url = reverse("review", args=[utterance.acta.session_id, tramo])
    query = f"?{opens}={utterance.pk}" if opens else ""
    return HttpResponseRedirect(f"{url}{query}#u{utterance.pk}")


@require_POST
@login_required
def verify_tramo(request: HttpRequest, pk: int, tramo: int) -> HttpResponse:
    """Verify everything of a tramo that nobody has touched."""
    actas = Acta.objects.visible_to(request.user).select_related("session__council")
    acta = get_object_or_404(actas, session=pk)
    require_role(request, acta)
    span = ((tramo - 1) * SECONDS, tramo * SECONDS)
    if told(request, editing.verify_all, acta, request.user, *span):
        messages.success(request, "El tramo quedó revisado. Puede deshacerlo.")
    return HttpResponseRedirect(reverse("review", args=[pk, tramo]))


@require_POST
@login_required
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the last thing that this person did in the acta, and go there."""
    actas = Acta.objects.visible_to(request.user).select_related("session__council")
    acta = get_object_or_404(actas, pk=pk)
    require_role(request, acta)
    number = place_asked(request, 1)
    undone: list[Edit | None] = []
    if told(request, lambda: undone.append(settling.undo(acta, request.user))):
        edit = undone[0]
        if edit is None:
            messages.info(request, "No hay nada suyo que deshacer en esta acta.")
        else:
            messages.success(request, editing.described(edit))
            there = tramo_of(edit.utterance.start) if edit.utterance else number
            if number and there != number:
                return leave(request, back(edit.utterance))
    if not number:
        return HttpResponseRedirect(reverse("session_voices", args=[acta.session_id]))
    return HttpResponseRedirect(reverse("review", args=[acta.session_id, number]))


def place_asked(request: HttpRequest, otherwise: int = 0) -> int:
    """Return the tramo of the review page that a form was on; 0 is the page of voices.

    `otherwise` is where to go when the form does not say it.
    """
    here = request.POST.get("tramo", request.GET.get("tramo", ""))
    return int(here) if here.isdecimal() and len(here) < 6 else otherwise


def leave(request: HttpRequest, there: HttpResponse) -> HttpResponse:
    """Go to another page, also when htmx asked for a part of this one."""
    return HttpResponseClientRedirect(there.url) if request.htmx else there
