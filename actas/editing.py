"""Corrections that touch more than one row: each is one batch, undone as one step."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from actas.models import Acta, Conflict, Edit, Utterance, UtteranceQuerySet, noted
from actas.settling import settle
from councils.models import User
from sessions import colours
from sessions.models import AgendaItem, Proposed, Speaker
from sessions.wording import clock


class OutOfOrder(Exception):
    """An agenda item would begin before an earlier one; says which, in Spanish."""


@dataclass(frozen=True)
class Person:
    """Who speaks: a councillor, or somebody with a name and an office."""

    councillor_id: int | None = None
    name: str = ""
    office: str = ""
    gender: str = ""

    @classmethod
    def of(cls, speaker: Speaker) -> Person:
        who = speaker.head
        return cls(who.councillor_id, who.name, who.office, who.gender)

    def facts(self, user: User) -> dict[str, Any]:
        """Return the fields of a Speaker that `user` says is this person."""
        return {
            "councillor_id": self.councillor_id,
            "name": self.name,
            "office": self.office,
            "gender": self.gender,
            "source": Proposed.Source.PERSON,
            "confirmed_by_id": user.pk,
            "confirmed_at": noted(timezone.now()),
        }


def change_all(
    acta: Acta,
    rows: UtteranceQuerySet,
    user: User,
    batch: uuid.UUID | None = None,
    **after: Any,
) -> int:
    """Give every one of `rows` the fields in `after`, in one batch; return how many.

    The caller holds the acta's lock, so that rows cannot change in between.
    """
    rows = list(rows.select_for_update(of=("self",)))
    batch = batch or uuid.uuid4()
    Edit.objects.bulk_create(
        Edit(
            acta=acta,
            utterance=row,
            before={name: noted(getattr(row, name)) for name in after},
            after=after,
            who=user,
            batch=batch,
        )
        for row in rows
    )
    changed = Utterance.objects.filter(pk__in=[row.pk for row in rows])
    return changed.update(**after, version=F("version") + 1)


def following(utterance: Utterance) -> Utterance | None:
    """Return the utterance after this one, or None after the last."""
    later = Q(start__gt=utterance.start) | Q(start=utterance.start, pk__gt=utterance.pk)
    rows = Utterance.objects.filter(later, acta=utterance.acta_id)
    return rows.order_by("start", "pk").first()


@transaction.atomic
def verify_all(acta: Acta, user: User, start: float, end: float) -> int:
    """Verify what nobody touched in [start, end) seconds; return how many.

    Raises NotAllowed when the acta is closed.
    """
    acta.lock()
    untouched = acta.utterances.within(start, end).filter(state=Utterance.State.MACHINE)
    return change_all(acta, untouched, user, state=Utterance.State.VERIFIED)


def speaker_for(acta: Acta, person: Person, user: User) -> Speaker:
    """Return the row of the session for sentences given to `person` one by one.

    It has no voice: naming a voice anew must not carry these sentences along.
    """
    who = {"councillor_id": person.councillor_id}
    if person.councillor_id is None:
        who.update(name=person.name, office=person.office)
    # A row that became part of a voice is whoever that voice is.
    rows = acta.session.speakers.filter(voice="", same_as=None, **who)
    known = rows.exclude(confirmed_at=None).order_by("pk").first()
    return known or acta.session.speakers.create(voice="", **person.facts(user))


@transaction.atomic
def name_sentence(
    utterance: Utterance, user: User, version: int, person: Person
) -> None:
    """Give this one sentence, read at `version`, to `person`.

    Raises Conflict and NotAllowed as Utterance.change does.
    """
    acta = utterance.acta
    acta.lock()
    speaker = speaker_for(acta, person, user)
    utterance.change(user, version, speaker_id=speaker.pk)


@transaction.atomic
def name_voice(utterance: Utterance, user: User, version: int, person: Person) -> None:
    """Give every sentence of this sentence's voice to `person`.

    Raises Conflict when the sentence changed since `version`, or has no voice any
    more; NotAllowed when the acta is closed.
    """
    acta = utterance.acta
    acta.lock()
    speaker = speaker_now(utterance, version)
    if not speaker.voice:
        raise Conflict
    acta.record(held(speaker), person.facts(user), user)
    settle(acta)


def speaker_now(utterance: Utterance, version: int) -> Speaker:
    """Return who says a sentence that was read at `version`, while the acta is held.

    Raises Conflict when the sentence changed since, or is nobody's.
    """
    rows = Utterance.objects.select_related("speaker")
    current = rows.get(pk=utterance.pk)
    if current.version != version or current.speaker is None:
        raise Conflict
    return current.speaker


def held(speaker: Speaker) -> Speaker:
    """Return the row that says who `speaker` is, of now, held for one change."""
    now = Speaker.objects.select_for_update().get(pk=speaker.pk)
    if now.same_as_id:
        now = Speaker.objects.select_for_update().get(pk=now.same_as_id)
    return now


@transaction.atomic
def name_run(utterance: Utterance, user: User, version: int, person: Person) -> int:
    """Give this sentence and those after it to `person`; return how many.

    The run goes on while the speaker is the one that this sentence has now, named or
    not, or nobody; it ends where another speaks, and before a sentence that somebody
    verified as another person's. So going down a page one naming for each change of
    speaker is enough, whatever the sentences were given before.
    Raises Conflict when the sentence changed since `version`, or NotAllowed.
    """
    acta = utterance.acta
    acta.lock()
    rows = acta.utterances.filter(start__gte=utterance.start)
    ordered = iter(rows.select_related("speaker__same_as").order_by("start", "pk"))
    first = next(row for row in ordered if row.pk == utterance.pk)
    if first.version != version:
        raise Conflict
    going_on = {None, identity(first.speaker)}
    run = [first.pk]
    for row in ordered:
        if identity(row.speaker) not in going_on or is_settled(row, person):
            break
        run.append(row.pk)
    speaker = speaker_for(acta, person, user)
    return change_all(acta, rows.filter(pk__in=run), user, speaker_id=speaker.pk)


def identity(who: Speaker | Person | None) -> tuple[object, ...] | None:
    """Return what tells two speakers apart: the person or, without one, the voice."""
    if isinstance(who, Person):
        who = Speaker(councillor_id=who.councillor_id, name=who.name, office=who.office)
    return who and colours.person(who)


def is_settled(utterance: Utterance, person: Person) -> bool:
    """Whether somebody verified the sentence as said by another than `person`."""
    speaker = utterance.speaker
    if utterance.state != Utterance.State.VERIFIED or speaker is None:
        return False
    return speaker.is_named and identity(speaker) != identity(person)


@transaction.atomic
def confirm_speaker(acta: Acta, speaker: Speaker, user: User) -> None:
    """Confirm that a voice is who `speaker`, as it was read, says that it is.

    What is confirmed already stays as it is: a second click is no second step to undo.
    Raises Conflict when nobody, or somebody else, is proposed by now, or NotAllowed.
    """
    acta.lock()
    read, now = Person.of(speaker), held(speaker)
    if not now.is_named or Person.of(now) != read:
        raise Conflict
    if now.is_confirmed:
        return
    acta.record(now, read.facts(user), user)
    settle(acta)


@transaction.atomic
def move_item(acta: Acta, item: AgendaItem, user: User, start: float | None) -> None:
    """Let an agenda item begin at `start` seconds, or, with None, nowhere.

    An item lasts until the next one begins, so the ends of its neighbours follow.
    Raises OutOfOrder when the order of the agenda would break, or NotAllowed.
    """
    acta.lock()
    items = list(acta.session.agenda.select_for_update().order_by("position"))
    if start is not None:
        check_order(items, item, start)
    batch = uuid.uuid4()
    for other, begins, end in spans(items, {item.pk: start}):
        if (other.start, other.end) != (begins, end):
            acta.record(other, {"start": begins, "end": end}, user, batch)


def spans(
    items: list[AgendaItem], moved: dict[int, float | None]
) -> list[tuple[AgendaItem, float | None, float | None]]:
    """Return each item with its start and end after some were `moved` (by pk).

    The last that begins ends where the last one ended before: at the closing.
    """
    begun = [item for item in items if item.start is not None]
    end = begun[-1].end if begun else None
    result = []
    for item in reversed(items):
        start = moved.get(item.pk, item.start)
        after = start is not None and end is not None and end > start
        result.append((item, start, end if after else None))
        end = end if start is None else start
    return result[::-1]


def check_order(items: list[AgendaItem], moved: AgendaItem, start: float) -> None:
    """Raise OutOfOrder unless `moved` may begin at `start` among `items`."""
    for other in items:
        if other.start is None or other.pk == moved.pk:
            continue
        if other.position < moved.position and other.start >= start:
            raise OutOfOrder(
                f"El punto {moved.position} no puede empezar en {clock(start)}: el "
                f"punto {other.position}, que va antes, empieza en "
                f"{clock(other.start)}. Mueva o quite primero el comienzo del punto "
                f"{other.position}. Nada se cambió."
            )
        if other.position > moved.position and other.start <= start:
            raise OutOfOrder(
                f"El punto {moved.position} no puede empezar en {clock(start)}: el "
                f"punto {other.position}, que va después, ya empezó en "
                f"{clock(other.start)}. Mueva o quite primero el comienzo del punto "
                f"{other.position}. Nada se cambió."
            )


def described(edit: Edit) -> str:
    """Say in Spanish what was undone with `edit` and the rest of its batch."""
    if edit.agenda_item_id:
        return "Se deshizo el cambio de comienzo de un punto del orden del día."
    together = Edit.objects.filter(batch=edit.batch).order_by("pk")
    many = together.filter(utterance__isnull=False).values("utterance").distinct()
    of_voice = together.filter(speaker__isnull=False).select_related("speaker").first()
    if of_voice:
        return _voice_described(of_voice, many.count())
    if many.count() > 1:
        what = "el nombre" if "speaker_id" in edit.after else "la revisión"
        return f"Se deshizo {what} de {many.count()} intervenciones."
    what = "la corrección"
    if "text" not in edit.after:
        what = "el nombre" if "speaker_id" in edit.after else "la revisión"
    return f"Se deshizo {what} de la intervención de {clock(edit.utterance.start)}."


def _voice_described(edit: Edit, sentences: int) -> str:
    label = edit.speaker.label
    if "same_as_id" in edit.after and edit.after["same_as_id"] is None:
        return f"Se deshizo la separación de una voz: vuelve a ser de {label}."
    if "same_as_id" in edit.after:
        return f"Se deshizo la unión de dos voces: {label} vuelve a estar aparte."
    if "name" not in edit.after:  # a voice that began in the middle of another
        one, more = "1 intervención vuelve", f"{sentences} intervenciones vuelven"
        said = one if sentences == 1 else more
        return f"Se deshizo la separación de una voz: {said} a la voz de antes."
    if edit.before["confirmed_at"] is None and edit.speaker.is_named:
        who = ("councillor_id", "name")
        if all(edit.before[field] == edit.after[field] for field in who):
            return f"Se deshizo la confirmación: {label} vuelve a estar por confirmar."
    return f"Se deshizo el nombre de una voz: vuelve a ser {label}."
