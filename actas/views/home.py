"""What waits for whom: the first page, the list of actas, the backlog."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from actas import delay, desk
from actas.models import Acta
from councils.accounts import only_council
from sessions.models import Stage
from sessions.progress import LOOKS

PAGE = 30  # rows


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    council = only_council(request.user)
    today = timezone.localdate()
    context = {
        "council": council,
        "section": "home",
        "today": today,
        "desk": desk.lay_out(request.user, today),
        "delay": delay.measure(request.user, today, chart=council is not None),
    }
    return render(request, "actas/home.html", context)


@require_GET
@login_required
def actas(request: HttpRequest) -> HttpResponse:
    """List the actas of one's councils, newest first, of one state or of all."""
    rows = Acta.objects.visible_to(request.user).select_related("session__council")
    chosen = request.GET.get("estado", "")
    if chosen in Acta.State.values:
        rows = rows.filter(state=chosen)
    page = Paginator(rows, PAGE).get_page(request.GET.get("pagina"))
    context = {
        "council": only_council(request.user),
        "section": "actas",
        "page": page,
        "rows": [(acta, LOOKS[Stage(acta.state)]) for acta in page],
        "states": [(state, LOOKS[Stage(state)].word) for state in Acta.State],
        "chosen": chosen,
    }
    return render(request, "actas/list.html", context)


@require_GET
@login_required
def backlog(request: HttpRequest) -> HttpResponse:
    """List the sessions that have no approved acta yet, the oldest first."""
    today = timezone.localdate()
    page = Paginator(delay.without_acta(request.user, today), PAGE).get_page(
        request.GET.get("pagina")
    )
    context = {
        "council": only_council(request.user),
        "section": "actas",
        "page": page,
        "rows": [delay.late(session, today) for session in page],
    }
    return render(request, "actas/backlog.html", context)
