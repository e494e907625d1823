"""A council's own page: who sits in it, its words, its format, its people."""

import dataclasses
import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from councils import engines
from councils.forms import DateForm, TermForm
from councils.models import Council, Councillor, Tenure, Term, said
from councils.views import editable_council, may_tend_voices, visible_council

TERMS = 60  # words on a page


@dataclasses.dataclass(frozen=True)
class Seat:
    """A councillor on one day: the office held, and every seat and office by dates."""

    councillor: Councillor
    office: str
    tenures: list[tuple[str, Tenure]]  # the office as it is said, and its dates


def roster(council: Council, date: datetime.date) -> list[Seat]:
    """Return who held a seat on `date`, in the order of the roll call."""
    return [
        Seat(
            councillor,
            councillor.office_on(date),
            [(said(t.office, councillor.gender), t) for t in councillor.tenures.all()],
        )
        for councillor in council.councillors.seated_on(date).prefetch_related(
            "tenures"
        )
    ]


@require_GET
@login_required
def council(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the council; `?fecha=` asks who sat in it on another day."""
    found = visible_council(request, slug)
    return render(request, "councils/council.html", page_of(request, found, TermForm()))


def page_of(request: HttpRequest, found: Council, form: TermForm) -> dict:
    """Return what the council's page shows; `form` may carry its errors."""
    asked = DateForm(request.GET if "fecha" in request.GET else None)
    date = asked.cleaned_data["fecha"] if asked.is_valid() else timezone.localdate()
    terms = found.terms.in_order_of_work()
    return {
        "council": found,
        "section": "council",
        "may_edit": request.user.may_edit(found),
        "may_tend_voices": may_tend_voices(request.user, found),
        "roster": {"date": date, "form": asked, "rows": roster(found, date)},
        "terms": Paginator(terms, TERMS).get_page(request.GET.get("pagina")),
        "term_form": form,
        "engines": engines_of(found),
        "memberships": found.memberships.select_related("user").order_by("user__name"),
    }


@dataclasses.dataclass(frozen=True)
class Engines:
    """Who hears a council's sessions, and who hears again what did not come out."""

    label: str
    is_small: bool
    is_barred: bool  # it sends the audio out, and the council does not let it
    backup: str = ""
    backup_is_barred: bool = False


def engines_of(council: Council) -> Engines:
    own, backup = engines.own_of(council), council.backup_engine
    return Engines(
        label=engines.label_of(own),
        is_small=own == "base",
        is_barred=not engines.may_hear(council, own),
        backup=engines.label_of(backup) if backup else "",
        backup_is_barred=bool(backup) and not engines.backups_of(council, own),
    )


@require_POST
@login_required
def term_add(request: HttpRequest, slug: str) -> HttpResponse:
    found = editable_council(request, slug)
    form = TermForm(request.POST, instance=Term(council=found, state="approved"))
    if not form.is_valid():
        context = page_of(request, found, form)
        return render(request, "councils/council.html", context, status=422)
    term = form.save()
    messages.success(request, f"«{term}» quedó en el vocabulario.", extra_tags="ok")
    return redirect(f"{found.get_absolute_url()}#vocabulario")


@require_POST
@login_required
def term_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Approve or reject a word of the council."""
    found = editable_council(request, slug)
    term = get_object_or_404(found.terms, pk=pk)
    if request.POST.get("decision") == "approve":
        term.approve()
        told = f"«{term}» quedó en el vocabulario: la próxima sesión se oirá con ella."
    else:
        term.reject()
        told = f"«{term}» no se usará. Puede aprobarla después."
    messages.success(request, told, extra_tags="ok")
    return redirect(f"{found.get_absolute_url()}#vocabulario")
