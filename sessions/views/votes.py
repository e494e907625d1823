"""Votes: what was asked, what was announced, how each one voted, who confirms it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sessions.facts import NotAllowed, Vote, hold, is_open
from sessions.forms_votes import VoteForm
from sessions.models import CouncilSession
from sessions.views import session_for
from sessions.votes import count_of, present_in


@login_required
@require_GET
def votes(request: HttpRequest, pk: int) -> HttpResponse:
    session = session_for(request.user, pk)
    found = session.votes.select_related("agenda_item", "confirmed_by")
    present = present_in(session.attendance.all())
    rows = []
    for vote in found.prefetch_related("ballots"):
        vote.session = session  # with the council that it came with
        rows.append((vote, count_of(vote, present)))
    missing = sum(not vote.is_confirmed for vote, _ in rows)
    context = about(request, session) | {"votes": rows, "missing": missing}
    return render(request, "sessions/votes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    session = session_for(request.user, pk, editing=True)
    return edit_vote(request, session, Vote(session=session))


@login_required
@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, pk: int, vote_pk: int) -> HttpResponse:
    session = session_for(request.user, pk, editing=request.method == "POST")
    return edit_vote(request, session, get_object_or_404(session.votes, pk=vote_pk))


def edit_vote(
    request: HttpRequest, session: CouncilSession, vote: Vote
) -> HttpResponse:
    form = VoteForm(session, vote, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                hold(session)
                confirm = request.POST.get("action") == "confirm"
                saved = form.save(request.user, confirm)
        except NotAllowed as error:
            messages.error(request, str(error), extra_tags="bad")
            return redirect("votes", session.pk)
        return say_what_was_saved(request, saved, wanted=confirm or form.was_confirmed)
    context = about(request, session) | {"form": form, "vote": vote}
    status = 422 if form.is_bound else 200
    return render(request, "sessions/vote.html", context, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int, vote_pk: int) -> HttpResponse:
    session = session_for(request.user, pk, editing=True)
    try:
        with transaction.atomic():
            hold(session)
            vote = get_object_or_404(session.votes, pk=vote_pk)
            vote.session = session
            agrees = not count_of(vote, present_in(session.attendance.all())).warnings
            if agrees:
                vote.confirm(request.user)
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
        return redirect("votes", pk)
    return say_what_was_saved(request, vote, wanted=True)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int, vote_pk: int) -> HttpResponse:
    session = session_for(request.user, pk, editing=True)
    vote = get_object_or_404(session.votes, pk=vote_pk)
    if request.method == "GET":
        context = about(request, session) | {"vote": vote}
        return render(request, "sessions/vote_delete.html", context)
    try:
        with transaction.atomic():
            hold(session)
            vote.delete()
        messages.success(request, f"Se borró la votación «{vote}».", extra_tags="ok")
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
    return redirect("votes", pk)


def about(request: HttpRequest, session: CouncilSession) -> dict[str, object]:
    council = session.council
    return {
        "council": council,
        "section": "session",
        "session": session,
        "may_edit": request.user.may_edit(council) and is_open(session),
    }


def say_what_was_saved(request: HttpRequest, vote: Vote, wanted: bool) -> HttpResponse:
    """Say whether the vote is printed now; if it should be and is not, show why."""
    if vote.is_confirmed:
        said = "La votación quedó confirmada y se imprime en el acta."
        messages.success(request, said, extra_tags="ok")
    elif wanted:
        said = (
            "La votación quedó guardada, pero sin confirmar: la cuenta no coincide. "
            "Corríjala, o márquelo al final y confírmela así."
        )
        messages.warning(request, said, extra_tags="warn")
        return redirect("vote", vote.session_id, vote.pk)
    else:
        messages.success(request, "Guardada; falta confirmarla.", extra_tags="ok")
    return redirect("votes", vote.session_id)
