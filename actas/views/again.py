"""Having a session heard once more, without touching what people corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from actas.copying import TOUCHED
from actas.forms_again import AgainForm
from councils.engines import label_of
from sessions import again as hearings
from sessions.facts import NotAllowed, is_open
from sessions.models import CouncilSession, Recording
from sessions.views import session_for
from transcription.engines import EngineError
from transcription.models import Transcription

CLOSED = (
    "El acta ya salió del borrador, así que la sesión no se vuelve a transcribir. "
    "Devuélvala o ábrala de nuevo y luego intente otra vez."
)


@dataclass(frozen=True)
class Stake:
    """What a new hearing would replace, and what it would leave."""

    stays: int
    goes: int

    @classmethod
    def of(cls, session: CouncilSession) -> Stake:
        acta = getattr(session, "acta", None)
        if acta is None:
            return cls(0, 0)
        stays = acta.utterances.filter(TOUCHED).count()
        return cls(stays, acta.utterances.count() - stays)


@login_required
@require_http_methods(("GET", "HEAD", "POST"))
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a new hearing would change, and begin it."""
    session = session_for(request.user, pk, editing=True)
    recordings = hearings.recordings_of(session)
    form = AgainForm(session, recordings, request.POST or None)
    if request.method == "POST" and form.is_valid():
        engine = form.cleaned_data["engine"]
        gaps = form.cleaned_data["scope"] == AgainForm.GAPS
        verb = hearings.fill if gaps else hearings.hear
        if done(request, session, lambda: verb(session, engine)):
            said = f"{label_of(engine)} la está oyendo. Lo corregido no se toca."
            messages.success(request, said, extra_tags="ok")
        return redirect(session)
    context = page(session, recordings, form)
    return render(
        request, "actas/again.html", context, status=422 if form.is_bound else 200
    )


@require_POST
@login_required
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the text that was heard before where nobody touched the one there is."""
    session = session_for(request.user, pk, editing=True)
    if done(request, session, lambda: hearings.go_back(session)):
        said = "Vuelve lo que se oyó antes; aparece en un momento. Lo corregido queda."
        messages.success(request, said, extra_tags="ok")
    return redirect(session)


def done(
    request: HttpRequest, session: CouncilSession, verb: Callable[[], None]
) -> bool:
    """Do it and return True, or say why it was not done and return False."""
    try:
        verb()
    except NotAllowed as refused:
        said = str(refused) if is_open(session) else CLOSED
        messages.error(request, said, extra_tags="bad")
    except EngineError as refused:
        messages.error(request, str(refused), extra_tags="bad")
    else:
        return True
    return False


def page(
    session: CouncilSession, recordings: list[Recording], form: AgainForm
) -> dict[str, object]:
    earlier: list[Transcription] = hearings.earlier_of(recordings)
    closed = "" if is_open(session) else CLOSED
    working = hearings.BUSY if hearings.is_working(recordings) else ""
    return {
        "session": session,
        "council": session.council,
        "section": "session",
        "form": form,
        "stake": Stake.of(session),
        "refused": closed or working,
        "earlier": earlier[0] if earlier else None,
        "earlier_label": label_of(earlier[0].engine) if earlier else "",
    }
