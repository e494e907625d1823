"""Attendance: ASTRA fills in what it heard, the secretary confirms."""

from datetime import time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sessions.attendance import verdicts
from sessions.facts import NotAllowed, hold, is_open
from sessions.forms_facts import RollForm
from sessions.models import CouncilSession
from sessions.views import session_for
from sessions.wording import hour


@login_required
@require_http_methods(["GET", "POST"])
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    session = session_for(request.user, pk, editing=request.method == "POST")
    if request.method == "GET":
        return show(request, session, RollForm(session))
    try:
        with transaction.atomic():
            hold(session)
            form = RollForm(session, request.POST)
            valid = form.is_valid()
            if valid:
                unmarked = form.save(request.user, request.POST.get("confirm", ""))
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
        return redirect("attendance", pk)
    if not valid:
        return show(request, session, form, status=422)
    say_what_was_saved(request, form.roll.missing, unmarked)
    say_what_was_understood(request, form.guesses)
    return redirect(reverse("attendance", args=[pk]) + anchor(request))


def show(
    request: HttpRequest, session: CouncilSession, form: RollForm, status: int = 200
) -> HttpResponse:
    council = session.council
    context = {
        "council": council,
        "section": "session",
        "session": session,
        "form": form,
        "roll": form.roll,
        "verdicts": verdicts(council.decisive_quorum, council.deliberative_quorum),
        "may_edit": request.user.may_edit(council) and is_open(session),
    }
    return render(request, "sessions/attendance.html", context, status=status)


def say_what_was_saved(request: HttpRequest, missing: int, unmarked: list[str]) -> None:
    if unmarked:
        names = ", ".join(unmarked)
        said = f"Guardado. Falta marcar la asistencia de {names}."
        messages.warning(request, said, extra_tags="warn")
    elif missing:
        left = "falta 1 por confirmar" if missing == 1 else f"faltan {missing}"
        messages.success(request, f"Guardado; {left}.", extra_tags="ok")
    else:
        said = "La asistencia quedó confirmada y se imprime en el acta."
        messages.success(request, said, extra_tags="ok")


def say_what_was_understood(request: HttpRequest, guesses: list[time]) -> None:
    for guess in guesses:
        said = (
            f"Se entendió {hour(guess)} "
            "Si fue otra hora, escríbala con a.\u00a0m. o p.\u00a0m."
        )
        messages.warning(request, said, extra_tags="warn")


def anchor(request: HttpRequest) -> str:
    """Return to the row whose button was pressed, so that the page does not jump."""
    confirmed = request.POST.get("confirm", "")
    return f"#c{confirmed}" if confirmed.isdigit() else ""
