"""The review page: ten minutes of a session to hear, correct and name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from actas.forms import BoundaryForm, NamingForm, SentenceForm
from actas.models import Acta, Utterance
from actas.tramo import Tramo
from councils.models import User
from sessions.tramos import tramo_of
from sessions.views import session_for


@dataclass(frozen=True)
class Opened:
    """The one row of the page that is a form, and which."""

    pk: int
    template: str
    form: forms.Form | None = None
    notice: str = ""


@require_GET
@login_required
def review(request: HttpRequest, pk: int, tramo: int) -> HttpResponse:
    """Show a tramo; ?t= goes to a second, ?editar=, ?voz= and ?punto= open a row."""
    session = session_for(request.user, pk)
    acta = getattr(session, "acta", None)
    if acta is None:
        messages.info(
            request,
            "Todavía no hay texto que revisar: aparecerá aquí cuando la sesión esté "
            "transcrita.",
        )
        return redirect(session)
    acta.session = session
    shown = Tramo(acta, tramo)
    second = second_asked(request.GET.get("t", ""))
    asked = tramo if second is None else tramo_of(second)
    nearest = shown.nearest_to(asked)
    if nearest != tramo:
        return redirect(address_of(Tramo(acta, nearest), second))
    opened = opened_row(request, acta)
    if request.htmx and opened:
        return fragment(request, acta, opened)
    return page(request, shown, opened, second)


def address_of(tramo: Tramo, second: float | None) -> str:
    """Return the address of a tramo, at a second of it where one is asked for."""
    url = reverse("review", args=[tramo.acta.session_id, tramo.number])
    if second is None:
        return url
    row = next((s for s in reversed(tramo.said) if s.start <= second), None)
    inside = row is not None and row.start >= tramo.start
    return f"{url}?{urlencode({'t': f'{second:g}'})}" + (
        f"#u{row.pk}" if inside else ""
    )


def second_asked(text: str) -> float | None:
    """Read "5078", "5078.4" or "1:24:38"; None when it is neither."""
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        return None
    second = sum(part * 60**i for i, part in enumerate(reversed(parts)))
    return second if 0 <= second < 10**6 else None


def opened_row(request: HttpRequest, acta: Acta) -> Opened | None:
    """Return the row that the address asks to open, or None."""
    for name, opens in OPENS.items():
        asked = request.GET.get(name, "")
        if asked.isdecimal() and len(asked) < 18:
            rows = acta.utterances.select_related("speaker__same_as")
            utterance = get_object_or_404(rows, pk=int(asked))
            if name != "fila" and not may_correct(request.user, acta):
                raise Http404
            return opens(acta, utterance)
    return None


def may_correct(user: User, acta: Acta) -> bool:
    return acta.is_editable and user.may_edit(acta.session.council)


def reading(acta: Acta, utterance: Utterance) -> Opened:
    return Opened(utterance.pk, "actas/_row.html")


def editing(acta: Acta, utterance: Utterance) -> Opened:
    start = {
        "text": utterance.text,
        "version": utterance.version,
        "token": uuid.uuid4(),
    }
    return Opened(utterance.pk, "actas/_editing.html", SentenceForm(initial=start))


def naming(acta: Acta, utterance: Utterance) -> Opened:
    speaker = utterance.speaker
    scope = NamingForm.VOICE if speaker and speaker.voice else NamingForm.ONE
    start = {"version": utterance.version, "scope": scope}
    form = NamingForm(acta.session, speaker, initial=start)
    return Opened(utterance.pk, "actas/_naming.html", form)


def boundary(acta: Acta, utterance: Utterance) -> Opened:
    here = BoundaryForm.likely(acta.session, utterance.start)
    form = BoundaryForm(acta.session, initial={"item": here})
    return Opened(utterance.pk, "actas/_boundary.html", form)


OPENS = {"editar": editing, "voz": naming, "punto": boundary, "fila": reading}


def page(
    request: HttpRequest,
    tramo: Tramo,
    opened: Opened | None = None,
    second: float | None = None,
    status: int = 200,
) -> HttpResponse:
    acta = tramo.acta
    context = {
        "acta": acta,
        "session": acta.session,
        "council": acta.session.council,
        "section": "session",
        "tramo": tramo,
        "opened": opened,
        "second": second,
        "place": tramo.number,
        "may_correct": may_correct(request.user, acta),
    }
    return render(request, "actas/review.html", context, status=status)


def fragment(
    request: HttpRequest, acta: Acta, opened: Opened, status: int = 200
) -> HttpResponse:
    """Answer with one row, and with how much of the acta is reviewed now."""
    start = acta.utterances.values_list("start", flat=True).get(pk=opened.pk)
    tramo = Tramo(acta, tramo_of(start))
    context = {
        "acta": acta,
        "session": acta.session,
        "tramo": tramo,
        "row": tramo.row(opened.pk),
        "opened": opened,
        "may_correct": may_correct(request.user, acta),
        "with_progress": opened.template == "actas/_row.html",
    }
    return render(request, "actas/_fragment.html", context, status=status)
