"""The voices that a council keeps: whose, with what consent, and how they go."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from councils import remembering
from councils.forms_voices import ConsentForm, usual_end
from councils.models import Council, Councillor, VoiceConsent, Voiceprint
from councils.views import council_of_voices, editable_council, visible_council
from councils.voiceprints import SwitchedOff

TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
OFF = (
    "El concejo no reconoce voces, así que no se registran autorizaciones. Primero la "
    "presidencia lo enciende. Nada se guardó."
)


@dataclass(frozen=True)
class Kept:
    """A councillor, the consent that stands or stood last, and what is kept."""

    councillor: Councillor
    consent: VoiceConsent | None
    today: datetime.date
    seconds: float = 0.0
    sessions: Sequence[str] = ()

    @property
    def is_in_force(self) -> bool:
        return self.consent is not None and self.consent.holds_on(self.today)

    @property
    def is_over(self) -> bool:
        """Whether its time is over, and nobody ended it before."""
        consent = self.consent
        over = consent is not None and consent.expires_on < self.today
        return over and consent.withdrawn_at is None

    @property
    def has_something(self) -> bool:
        """Whether there is anything to delete or to end."""
        return self.consent is not None and self.consent.withdrawn_at is None


def kept_by(council: Council) -> list[Kept]:
    """Return those who sit today, and whoever's consent stands, in the usual order."""
    today = timezone.localdate()
    seated = council.councillors.seated_on(today).values("pk")
    standing = Q(voice_consents__isnull=False, voice_consents__withdrawn_at=None)
    people = council.councillors.filter(Q(pk__in=seated) | standing).distinct()
    consents = VoiceConsent.objects.filter(councillor__in=people).order_by("pk")
    prints = Prefetch("voiceprints", Voiceprint.objects.defer("vector"))
    consents = consents.select_related("withdrawn_by").prefetch_related(prints)
    # In this order the one that stands, or the last that stood, is what remains.
    last = {consent.councillor_id: consent for consent in consents}
    return [kept_of(person, last.get(person.pk), today) for person in people]


def kept_of(
    councillor: Councillor, consent: VoiceConsent | None, today: datetime.date
) -> Kept:
    prints = list(consent.voiceprints.all()) if consent else []
    sessions = dict.fromkeys(one.heard_in for one in prints)
    seconds = sum(one.seconds for one in prints)
    return Kept(councillor, consent, today, seconds, tuple(sessions))


@require_GET
@login_required
def voices(request: HttpRequest, slug: str) -> HttpResponse:
    """Show whose voice is kept, until when, and from which sessions."""
    found = council_of_voices(request, slug)
    context = {
        "council": found,
        "section": "council",
        "may_edit": request.user.may_edit(found),
        "may_approve": request.user.may_approve(found),
        "rows": kept_by(found),
    }
    return render(request, "councils/voices.html", context)


@require_POST
@login_required
def switch_on(request: HttpRequest, slug: str) -> HttpResponse:
    """Let the council recognise voices: the president or staff decide it."""
    found = council_of_voices(request, slug)
    if not request.user.may_approve(found):
        raise PermissionDenied
    if not found.voiceprints:
        remembering.switch_on(found)
        note(request, found, "Encendió el reconocimiento de voces.")
    told = (
        "Encendido. Todavía no se guarda ninguna voz: primero cada concejal que quiera "
        "firma su autorización."
    )
    messages.success(request, told, extra_tags="ok")
    return redirect("voices", found.slug)


@require_http_methods(["GET", "POST"])
@login_required
def switch_off(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what is lost; on confirmation, delete every voice of the council."""
    found = council_of_voices(request, slug)
    if request.method == "POST":
        lost = remembering.switch_off(found, request.user)
        note(request, found, "Apagó el reconocimiento de voces; se borró todo.")
        messages.success(request, f"Apagado. {described(lost)}", extra_tags="ok")
        return redirect("voices", found.slug)
    if not found.voiceprints:
        return redirect("voices", found.slug)
    held = remembering.held_by(found)
    context = {"council": found, "section": "council", "held": held}
    return render(request, "councils/voices_off.html", context)


def note(request: HttpRequest, council: Council, what: str) -> None:
    """Enter a decision in the council's history, which staff see in the back office."""
    log = LogEntry.objects
    log.log_actions(request.user.pk, [council], CHANGE, what, single_object=True)


def described(lost: remembering.Held) -> str:
    """Say what was deleted, in Spanish."""
    if not lost.people:
        return "No había nada guardado."
    many, papers = lost.voices, lost.documents
    voices = "1 voz guardada" if many == 1 else f"{many} voces guardadas"
    documents = (
        "1 documento firmado" if papers == 1 else f"{papers} documentos firmados"
    )
    gone = [what for what, count in ((voices, many), (documents, papers)) if count]
    ended = "La autorización terminó."
    if lost.people > 1:
        ended = "Las autorizaciones terminaron."
    return f"Se borró todo: {' y '.join(gone)}. {ended}" if gone else ended


def councillor_of(council: Council, pk: int) -> Councillor:
    return get_object_or_404(council.councillors, pk=pk)


@require_http_methods(["GET", "POST"])
@login_required
def consent(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Record the consent that a councillor signed."""
    found = editable_council(request, slug)
    councillor = councillor_of(found, pk)
    if not found.voiceprints:
        messages.warning(request, OFF, extra_tags="warn")
        return redirect("voices", found.slug)
    initial = {"expires_on": usual_end(councillor).isoformat()}
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ConsentForm(*sent, initial=initial)
    if form.is_valid():
        return record(request, councillor, form)
    context = {
        "council": found,
        "section": "council",
        "councillor": councillor,
        "form": form,
        "standing": councillor.voice_consents.in_force(timezone.localdate()).first(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "councils/consent.html", context, status=status)


def record(
    request: HttpRequest, councillor: Councillor, form: ConsentForm
) -> HttpResponse:
    try:
        VoiceConsent.record(councillor, request.user, **form.cleaned_data)
    except SwitchedOff:  # since the page was opened
        messages.warning(request, OFF, extra_tags="warn")
    else:
        told = (
            f"Quedó registrada la autorización de {councillor}. Su voz se guardará "
            "cuando usted confirme, en la transcripción, cuál es."
        )
        messages.success(request, told, extra_tags="ok")
    return redirect("voices", councillor.council.slug)


@require_GET
@login_required
def blank(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the consent to print and sign, filled in for a councillor."""
    found = council_of_voices(request, slug)
    councillor = councillor_of(found, pk)
    context = {
        "council": found,
        "section": "council",
        "councillor": councillor,
        "until": usual_end(councillor),
        "kept": remembering.KEPT,
        "is_incomplete": not (found.address and found.phone and found.email),
    }
    return render(request, "councils/consent_blank.html", context)


@require_GET
@login_required
def document(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand out the signed document, to keep and never to be opened by the browser.

    For anybody who does not edit the council it is not there.
    """
    found = visible_council(request, slug)
    if not request.user.may_edit(found):
        raise Http404("No hay documento.")
    councillor = councillor_of(found, pk)
    consent = councillor.voice_consents.standing().exclude(document="").first()
    if consent is None:
        raise Http404("No hay documento.")
    extension = consent.document.name.rpartition(".")[2]
    try:
        file = consent.document.open()
    except OSError as error:
        raise Http404("El documento no está en el almacén.") from error
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"autorizacion-de-voz-{councillor.pk}.{extension}",
        content_type=TYPES.get(extension, "application/octet-stream"),
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def erase(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Delete a councillor's voice and document, and end the consent, at once."""
    found = council_of_voices(request, slug)
    councillor = councillor_of(found, pk)
    lost = remembering.erase(councillor, request.user)
    told = f"{councillor}: {described(lost)}"
    messages.success(request, told, extra_tags="ok")
    return redirect("voices", found.slug)
