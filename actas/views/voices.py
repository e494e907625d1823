"""The voices of a session: who is who, with samples to hear and proof to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from actas import editing
from actas import voices as verbs
from actas.forms import JoinForm, PersonForm
from actas.models import Acta
from actas.panel import Card, joining, silent
from actas.tramo import Tramo
from actas.views.corrections import place_asked, require_role, told
from actas.views.review import may_correct
from councils.models import User
from sessions.models import Speaker
from sessions.views import session_for

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class OpenCard:
    """The one card of the page that shows a form, and which."""

    pk: int
    template: str
    form: forms.Form | None
    what: str = ""  # what the form will do, in a sentence


@require_GET
@login_required
def voices(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every voice; ?nombrar=, ?unir= and ?separar= open a card, ?ficha= closes."""
    session = session_for(request.user, pk)
    acta = getattr(session, "acta", None)
    if acta is None:
        messages.info(
            request,
            "Todavía no hay voces: aparecerán aquí cuando la sesión esté transcrita.",
        )
        return redirect(session)
    acta.session = session
    tramo = Tramo(acta, 1)
    if not place_asked(request):  # beside the text there is no room, and the text
        tramo.panel.add_words(tramo.texts)
    card = card_asked(request, tramo)
    opened = opened_card(request, tramo, card)
    if request.htmx and card:
        return fragment(request, tramo, card, opened)
    return page(request, tramo, opened)


def card_asked(request: HttpRequest, tramo: Tramo) -> Card | None:
    """Return the card that the address names, or None; 404 if there is none such."""
    for name in ("nombrar", "unir", "separar", "ficha"):
        asked = request.GET.get(name, "")
        if asked.isdecimal() and len(asked) < 18:
            card = tramo.panel.card(int(asked))
            if card is None or card.voice is None:
                raise Http404
            return card
    return None


def opened_card(
    request: HttpRequest, tramo: Tramo, card: Card | None
) -> OpenCard | None:
    """Return the form that the address opens on a card, for who may send it."""
    if card is None or "ficha" in request.GET:
        return None
    if not may_correct(request.user, tramo.acta):
        raise Http404
    if "nombrar" in request.GET:
        return naming(tramo.acta, card)
    if "separar" in request.GET:
        return OpenCard(card.pk, "actas/_voice_parting.html", None)
    into = request.GET.get("into", "")
    form = JoinForm(card, tramo.panel, {"into": into} if into else None)
    return join(tramo, card, form)


def naming(acta: Acta, card: Card, form: PersonForm | None = None) -> OpenCard:
    return OpenCard(
        card.pk, "actas/_voice_naming.html", form or PersonForm(acta.session)
    )


def join(tramo: Tramo, card: Card, form: JoinForm) -> OpenCard:
    """Return the card as the form that joins it, saying what will happen."""
    what = ""
    if form.is_bound and form.is_valid():
        what = joining(card, tramo.panel.card(form.cleaned_data["into"]))
    return OpenCard(card.pk, "actas/_voice_joining.html", form, what)


def context_of(
    user: User, tramo: Tramo, place: int, opened: OpenCard | None
) -> dict[str, object]:
    session = tramo.acta.session
    return {
        "acta": tramo.acta,
        "session": session,
        "council": session.council,
        "section": "session",
        "tramo": tramo,
        "place": place,  # the tramo of the review page that asks, or 0
        "open_card": opened,
        "may_correct": may_correct(user, tramo.acta),
    }


def page(
    request: HttpRequest, tramo: Tramo, opened: OpenCard | None, status: int = 200
) -> HttpResponse:
    session = tramo.acta.session
    context = context_of(request.user, tramo, place_asked(request), opened)
    context["times"] = tramo.panel.times
    seated = session.council.councillors.seated_on(session.date)
    context["silent"] = silent(seated, context["times"])
    return render(request, "actas/voices.html", context, status=status)


def fragment(
    request: HttpRequest,
    tramo: Tramo,
    card: Card,
    opened: OpenCard | None,
    status: int = 200,
) -> HttpResponse:
    context = context_of(request.user, tramo, place_asked(request), opened)
    context["card"] = card
    return render(request, "actas/_voice.html", context, status=status)


# ---- What is done with a whole voice -------------------------------------------------


def of_voice(view: View) -> View:
    """Hand the voice `pk` and its acta to a view, for who may correct it."""

    @require_POST
    @login_required
    @wraps(view)
    def checked(request: HttpRequest, pk: int) -> HttpResponse:
        speakers = Speaker.objects.filter(
            session__acta__in=Acta.objects.visible_to(request.user)
        ).select_related(
            "session__council", "session__acta", "councillor", "same_as__councillor"
        )
        speaker = get_object_or_404(speakers, pk=pk)
        acta = speaker.session.acta
        acta.session = speaker.session
        require_role(request, acta)
        return view(request, acta, speaker)

    return checked


@of_voice
def confirm(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Confirm who a voice is, as the machine proposed it when it was heard."""
    if request.POST.get("heard", speaker.label) != speaker.label:
        now = "esta voz ya no tiene nombre"
        if speaker.is_named:
            now = f"el nombre propuesto cambió: ahora es {speaker.label}"
        messages.warning(
            request,
            f"Mientras usted oía, {now}. No se confirmó nada; oiga otra vez las "
            "muestras.",
        )
        return back(request, acta, speaker)
    if told(request, editing.confirm_speaker, acta, speaker, request.user):
        speaker.refresh_from_db()
        done(request, acta, f"Confirmado: {speaker.label}.")
    return following(request, acta, speaker)


@of_voice
def name(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Say who a voice is, in the whole session."""
    form = PersonForm(acta.session, request.POST)
    if not form.is_valid():
        tramo = Tramo(acta, 1)
        card = card_or_404(tramo, speaker.pk)
        return refused(request, tramo, card, naming(acta, card, form))
    was = speaker.label
    who = form.cleaned_data["who"]
    if told(request, verbs.name_speaker, acta, speaker, request.user, who):
        done(request, acta, f"Quedó: {was} es {form.shown}.")
    return following(request, acta, speaker)


@of_voice
def unname(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Take the name of a voice away."""
    was = speaker.label
    if told(request, verbs.unname_voice, acta, speaker, request.user):
        number = speaker.head.number
        done(request, acta, f"La voz {number} ya no es {was}. Puede deshacerlo.")
    return back(request, acta, speaker)


@of_voice
def merge(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Say that a voice and another of the session are one person's."""
    tramo = Tramo(acta, 1)
    card = card_or_404(tramo, speaker.pk)
    form = JoinForm(card, tramo.panel, request.POST)
    if not form.is_valid():
        return refused(request, tramo, card, join(tramo, card, form))
    into = tramo.panel.card(form.cleaned_data["into"])
    args = (acta, request.user, speaker.head, into.speaker.head)
    heads: list[Speaker] = []
    if told(request, lambda: heads.append(verbs.merge_voices(*args))):
        done(request, acta, f"Quedó: {card.title} y {into.title} son la misma voz.")
    return back(request, acta, heads[0] if heads else speaker)


@of_voice
def separate(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Take a voice out of those that were said to be one person's."""
    was = speaker.label
    if told(request, verbs.separate_voice, acta, request.user, speaker):
        speaker = Speaker.objects.get(pk=speaker.pk)
        done(request, acta, f"Quedó: la voz {speaker.number} está aparte de {was}.")
    return back(request, acta, speaker)


def card_or_404(tramo: Tramo, pk: int) -> Card:
    card = tramo.panel.card(pk)
    if card is None:
        raise Http404
    return card


def refused(
    request: HttpRequest, tramo: Tramo, card: Card, opened: OpenCard
) -> HttpResponse:
    if request.htmx:
        return fragment(request, tramo, card, opened, status=422)
    return page(request, tramo, opened, status=422)


def done(request: HttpRequest, acta: Acta, what: str) -> None:
    """Say what was done, and how many voices still wait."""
    panel = Tramo(acta, 1).panel
    left = "Todas las voces tienen nombre."
    if panel.waiting:
        wait = "Falta" if panel.waiting == 1 else "Faltan"
        left = f"{wait} {panel.waiting} de {len(panel.people)} voces."
    messages.success(request, f"{what} {left}")


def following(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Go on to the next voice that waits, or stay with this one at the end."""
    after = Tramo(acta, 1).panel.after(speaker.pk)
    return back(request, acta, after.speaker if after else speaker)


def back(request: HttpRequest, acta: Acta, speaker: Speaker) -> HttpResponse:
    """Return to the page that asked, at a voice."""
    place = place_asked(request)
    if place:
        address = reverse("review", args=[acta.session_id, place])
    else:
        address = reverse("session_voices", args=[acta.session_id])
    return HttpResponseRedirect(f"{address}#voz{speaker.head.pk}")
