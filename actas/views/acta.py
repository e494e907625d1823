"""The acta as it is printed, what it lacks, its moves, its versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from actas import approval, leaf
from actas.drafting import draft_of
from actas.findings import Finding, findings
from actas.forms_acta import ApproveForm, ReasonForm
from actas.models import Acta, Version
from actas.panel import silent
from actas.tramo import Tramo
from actas.views.public import WORD_TYPE
from actas.word import write
from councils.models import Council, User
from sessions.facts import NotAllowed

DONE = {Acta.State.APPROVED, Acta.State.PUBLISHED}


def acta_for(request: HttpRequest, pk: int) -> Acta:
    actas = Acta.objects.visible_to(request.user)
    return get_object_or_404(actas.select_related("session__council"), pk=pk)


@login_required
@require_GET
def acta(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, acta_for(request, pk))


def show(
    request: HttpRequest,
    acta: Acta,
    status: int = 200,
    **bound: ApproveForm | ReasonForm,
) -> HttpResponse:
    """Show the acta; `bound` are forms with errors, by their name in the page."""
    council = acta.session.council
    versions = list(acta.versions.defer("content", "word"))
    context = {
        "council": council,
        "section": "actas",
        "acta": acta,
        "session": acta.session,
        "versions": versions,
        "may_edit": request.user.may_edit(council),
        "may_approve": request.user.may_approve(council),
        "forms": {"reason": ReasonForm()} | bound,
    }
    context["times"] = Tramo(acta, 1).panel.times
    seated = council.councillors.seated_on(acta.session.date)
    context["silent"] = silent(seated, context["times"])
    if acta.state in DONE:
        context["blocks"] = frozen_leaf(versions[0])
    else:
        draft = draft_of(acta)
        found = findings(acta)
        missing = missing_in(found)
        context["blocks"] = leaf.read(write(replace(draft, show_times=True)))
        context |= {"findings": found, "missing": missing}
        seen = {"seen": approval.fingerprint(draft)}
        context["forms"].setdefault("approve", ApproveForm(missing, initial=seen))
    return render(request, "actas/acta.html", context, status=status)


def frozen_leaf(version: Version) -> tuple[leaf.Block, ...]:
    """Read the very bytes that were approved, with the moments kept beside them."""
    blocks = leaf.read(bytes(version.word))
    return leaf.placed(blocks, version.content.get("moments", []))


@login_required
@require_GET
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the approved file or, until there is one, the draft of this moment."""
    acta = acta_for(request, pk)
    if acta.state in DONE:
        return word_file(acta, bytes(acta.latest_version.word), "")
    return word_file(acta, write(draft_of(acta)), "-borrador")


@login_required
@require_GET
def version_word(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Hand out the very bytes of one approved version."""
    acta = acta_for(request, pk)
    version = get_object_or_404(acta.versions, number=number)
    return word_file(acta, bytes(version.word), f"-version-{number}")


def word_file(acta: Acta, content: bytes, suffix: str) -> HttpResponse:
    response = HttpResponse(content, content_type=WORD_TYPE)
    name = f"acta-{acta.number:03d}-{acta.session.date.year}{suffix}.docx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def move(
    request: HttpRequest,
    pk: int,
    allowed: Callable[[User, Council], bool],
    verb: Callable[[Acta], object],
    said: str,
) -> HttpResponse:
    """Do `verb` to an acta if the role of the person allows it, and say how it went."""
    acta = acta_for(request, pk)
    if not allowed(request.user, acta.session.council):
        raise PermissionDenied
    try:
        verb(acta)
        messages.success(request, said, extra_tags="ok")
    except NotAllowed as error:
        messages.error(request, str(error), extra_tags="bad")
    return redirect("acta", pk)


@login_required
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    said = "El acta quedó por aprobar. Mientras tanto no se puede corregir."
    return move(request, pk, User.may_edit, Acta.send, said)


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    said = "El acta quedó publicada: cualquier persona la puede leer y descargar."
    return move(request, pk, User.may_edit, Acta.publish, said)


@login_required
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    said = "El acta volvió a la secretaría con su razón. Se puede corregir otra vez."
    return with_reason(request, pk, User.may_approve, Acta.give_back, said)


@login_required
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    said = "El acta quedó abierta para una versión nueva. Las aprobadas no cambian."
    return with_reason(request, pk, User.may_edit, Acta.reopen, said)


def with_reason(
    request: HttpRequest,
    pk: int,
    allowed: Callable[[User, Council], bool],
    verb: Callable[[Acta, str], None],
    said: str,
) -> HttpResponse:
    """Move an acta as `move` does, once a reason is given."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        return move(request, pk, allowed, lambda acta: verb(acta, reason), said)
    acta = acta_for(request, pk)
    if not allowed(request.user, acta.session.council):
        raise PermissionDenied
    return show(request, acta, status=422, reason=form)


@login_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    acta = acta_for(request, pk)
    if not request.user.may_approve(acta.session.council):
        raise PermissionDenied
    form = ApproveForm(missing_in(findings(acta)), request.POST)
    if acta.state == Acta.State.SENT and not form.is_valid():
        return show(request, acta, status=422, approve=form)
    seen = request.POST.get("seen", "")
    address = request.build_absolute_uri(reverse("verify"))

    def freeze(acta: Acta) -> Version:
        return approval.approve(acta, request.user, seen, address)

    said = "El acta quedó aprobada y fija, con su nombre y su huella."
    return move(request, pk, User.may_approve, freeze, said)


def missing_in(found: list[Finding]) -> int:
    return sum(finding.missing for finding in found)
