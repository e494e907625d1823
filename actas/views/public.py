"""What everybody may read without logging in: published actas, and their codes."""

import re

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from actas import archive, leaf
from actas.forms_public import CodeForm, CopyForm, SearchForm
from actas.models import Version
from councils.models import Council

PAGE = 20  # actas
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def published(slug: str) -> QuerySet[Version]:
    """The approved text in force of each published acta of a council."""
    return archive.in_force().filter(acta__session__council__slug=slug)


@require_GET
def council_actas(request: HttpRequest, slug: str) -> HttpResponse:
    council = get_object_or_404(Council, slug=slug)
    everything = published(slug)
    form = SearchForm(request.GET, years=archive.years(everything))
    found = archive.search(everything, form.wanted)
    page = Paginator(found, PAGE).get_page(request.GET.get("pagina"))
    context = {
        "council": council,
        "section": "public",
        "form": form,
        "page": page,
        "rows": [archive.Found.of(version, form.wanted) for version in page],
        "query": form.query_string,
    }
    return render(request, "actas/public.html", context)


@require_GET
def public_acta(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the very file that was approved, block by block, and how to check it."""
    version = get_object_or_404(published(slug).defer(None), acta=pk)
    blocks = leaf.read(bytes(version.word))
    context = {
        "council": version.acta.session.council,
        "section": "public",
        "version": version,
        "acta": version.acta,
        "name": archive.name_of(version),
        "session": version.acta.session,
        # The title stands at the head of the page already.
        "blocks": [block for block in blocks if block.kind != "title"],
    }
    return render(request, "actas/public_acta.html", context)


@require_GET
def public_word(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Hand out the very bytes that were approved."""
    version = get_object_or_404(published(slug).defer(None), acta=pk)
    response = HttpResponse(bytes(version.word), content_type=WORD_TYPE)
    name = f"acta-{version.content['number']}-{slug}.docx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
def ask_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code at the foot of an acta, and lead to what it says."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("verify", code=form.cleaned_data["code"])
    return render(request, "actas/verify.html", {"form": form, "section": "verify"})


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a code belongs to and whether a copy is the approved one.

    Of an acta that is not published only its number and date are told.
    """
    asked = re.sub(r"[^A-Z0-9]", "", code.upper())
    version = archive.with_code(asked)
    posted = request.method == "POST"
    copy = CopyForm(request.POST, request.FILES) if posted else CopyForm()
    same = None
    if version and posted and copy.is_valid():
        same = copy.sha256 == version.sha256
    context = {
        "section": "verify",
        "form": CodeForm(initial={"code": code}),
        "code": code,
        "version": version,
        "name": archive.name_of(version) if version else "",
        "public": archive.details(version) if version else None,
        "copy": copy,
        "same": same,
    }
    status = 200 if version else 404
    return render(request, "actas/verify.html", context, status=status)
