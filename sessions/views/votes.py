"""Votes: what was asked, what was announced, how each one voted, who confirms it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from councils.models import User
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
    return edit_vote(request, session)


@login_required
@require_http_methods(["GET", "POST"])
def vote(request: HttpRequest, pk: int, vote_pk: int) -> HttpResponse:
    session = session_for(request.user, pk, editing=request.method == "POST")
    return edit_vote(request, session, vote_pk)


def edit_vote(
    request: HttpRequest, session: CouncilSession, pk: int | None = None
) -> HttpResponse:
    """Show a vote, a new one without `pk`; store it unless it changed meanwhile."""
    if request.method == "GET":
        vote = get_object_or_404(session.votes, pk=pk) if pk else Vote(session=session)
        return show(request, session, VoteForm(session, vote))
    confirm = request.POST.get("action") == "confirm"
    try:
        with transaction.atomic():
            hold(session)
            # As it is now that nobody else can change it; None if it was deleted.
            vote = session.votes.filter(pk=pk).first()
            form = VoteForm(session, vote or Vote(session=session), request.POST)
            gone = pk is not None and vote is None
            stored = form.is_valid() and not gone
            if stored:
                vote = form.save(request.user, confirm)
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
        return redirect("votes", session.pk)
    if stored:
        return say_what_was_saved(request, vote, wanted=confirm or form.was_confirmed)
    return show(request, session, form, late_notice(form, request.user, gone))


def late_notice(form: VoteForm, user: User, gone: bool) -> str:
    """Say what happened to the vote while it was typed; "" when nothing did."""
    if gone:
        return "Mientras usted escribía, alguien borró esta votación."
    if not form.is_late:
        return ""
    # Who changes a confirmed vote confirms it; of any other nobody is known.
    last = form.instance.confirmed_by if form.was_confirmed else None
    return form.notice("esta votación", user, last)


def show(
    request: HttpRequest, session: CouncilSession, form: VoteForm, late: str = ""
) -> HttpResponse:
    context = about(request, session) | {"form": form, "vote": form.instance}
    status = (409 if late else 422) if form.is_bound else 200
    return render(
        request, "sessions/vote.html", context | {"late": late}, status=status
    )


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
