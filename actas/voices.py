"""What a person does with a whole voice: naming, joining, parting, taking back.

Each is one transaction and one batch of Edits, undone as one step.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from string import ascii_uppercase

from django.db import transaction
from django.db.models import Q

from actas.editing import Person, change_all, held, speaker_now
from actas.models import Acta, Conflict, Edit, Utterance
from actas.settling import settle
from councils.models import User
from sessions import colours
from sessions.models import Proposed, Speaker

NOBODY = {
    "councillor_id": None,
    "name": "",
    "office": "",
    "gender": "",
    "source": Proposed.Source.PERSON,
    "confirmed_by_id": None,
    "confirmed_at": None,
}


@transaction.atomic
def name_speaker(acta: Acta, speaker: Speaker, user: User, person: Person) -> None:
    """Say that a voice, in the whole session, is `person`. Raises NotAllowed.

    Other voices that were confirmed as the same person are `person` too.
    """
    acta.lock()
    batch = uuid.uuid4()
    for row in _voices_of(acta, held(speaker)):
        acta.record(row, person.facts(user), user, batch)
    settle(acta)


@transaction.atomic
def unname_voice(acta: Acta, speaker: Speaker, user: User) -> None:
    """Let a voice have no name; the machine proposes none for it any more.

    Nor for others that were confirmed as the same person. Raises Conflict when it has
    none already, or NotAllowed.
    """
    acta.lock()
    head, batch = held(speaker), uuid.uuid4()
    if not head.is_named:
        raise Conflict
    for row in _voices_of(acta, head):
        acta.record(row, NOBODY, user, batch)
    settle(acta)


def _voices_of(acta: Acta, head: Speaker) -> list[Speaker]:
    """Return `head`, and what else of its person is a voice.

    Sentences that were given to the person one by one stay the person's.
    """
    return [row for row in _alike(acta, head) if row.voice or row.pk == head.pk]


def _alike(acta: Acta, head: Speaker) -> list[Speaker]:
    """Return `head`, and the other rows that were confirmed as the same person."""
    if not head.is_attributed:
        return [head]
    rows = acta.session.speakers.select_for_update().filter(
        same_as=None,
        confirmed_at__isnull=False,
        councillor=head.councillor_id,
        name=head.name,
        office=head.office,
    )
    return [head, *rows.exclude(pk=head.pk).order_by("pk")]


@transaction.atomic
def merge_voices(acta: Acta, user: User, voice: Speaker, into: Speaker) -> Speaker:
    """Say that two voices are one person's; return the row that says who it is.

    It is the confirmed one of the two, or else the one with a name, or else `into`.
    What is already part of either follows, and so does what else was confirmed as the
    person whose name is given up. No sentence is touched. Where a person has only
    sentences given one by one, the voice is named so instead: naming it anew must not
    carry those along. Raises Conflict when they are one already or of another session,
    or NotAllowed.
    """
    acta.lock()
    if {voice.session_id, into.session_id} != {acta.session_id}:
        raise Conflict
    one, other = held(into), held(voice)
    if one.pk == other.pk:
        raise Conflict
    head, part = sorted(
        (one, other), key=lambda row: (not row.is_attributed, not row.is_named)
    )
    batch = uuid.uuid4()
    parts = [row for row in _alike(acta, part) if row.pk != head.pk]
    for row in parts:
        if not head.voice:
            acta.record(row, Person.of(head).facts(user), user, batch)
            continue
        for member in (row, *row.others.select_for_update().order_by("pk")):
            acta.record(member, {"same_as_id": head.pk}, user, batch)
    settle(acta)
    return head if head.voice else part


@transaction.atomic
def join_voice(
    utterance: Utterance, user: User, version: int, into: Speaker
) -> Speaker:
    """Say that the voice of a sentence, read at `version`, is `into`: see merge_voices.

    Raises Conflict also when the sentence changed since, or is nobody's.
    """
    utterance.acta.lock()
    voice = speaker_now(utterance, version)
    return merge_voices(utterance.acta, user, voice, into)


@transaction.atomic
def separate_voice(acta: Acta, user: User, voice: Speaker) -> None:
    """Take a voice out of the person that it was said to be, with what it says.

    Of a union it was part of, or out of several voices confirmed as one person's. It
    gets back the name that was its own, but not the one that is wrong. No sentence is
    touched. Raises Conflict when it stands apart already, or NotAllowed.
    """
    acta.lock()
    row, batch = Speaker.objects.select_for_update().get(pk=voice.pk), uuid.uuid4()
    whole = held(row)
    if whole.pk == row.pk and len(_alike(acta, row)) == 1:
        raise Conflict
    if whole.pk != row.pk:
        acta.record(row, {"same_as_id": None}, user, batch)
    if row.is_named and colours.person(row) == colours.person(whole):
        acta.record(row, NOBODY, user, batch)
    settle(acta)


@transaction.atomic
def split_voice(utterance: Utterance, user: User, version: int) -> Speaker:
    """Let this sentence, and what its voice says after it, be of a new voice.

    Returns the new voice, which has no name. Raises Conflict when the sentence, read
    at `version`, changed since or has no voice; NotAllowed when the acta is closed.
    """
    acta = utterance.acta
    acta.lock()
    head, batch = held(speaker_now(utterance, version)), uuid.uuid4()
    voice = next(label for label in _labels(head) if not _is_taken(acta, label))
    new = acta.session.speakers.create(voice=voice, source=Proposed.Source.MACHINE)
    acta.record(new, {"source": Proposed.Source.PERSON}, user, batch)
    start, pk = utterance.start, utterance.pk
    later = Q(start__gt=start) | Q(start=start, pk__gte=pk)
    mine = Q(speaker=head) | Q(speaker__same_as=head)
    rows = acta.utterances.filter(later, mine)
    change_all(acta, rows, user, batch, speaker_id=new.pk)
    settle(acta)
    return new


def _labels(voice: Speaker) -> Iterator[str]:
    """Yield labels for what is parted from a voice: "S3B", "S3C", … of "S3".

    Numbers alone are for what machines tell apart, later ones too.
    """
    base = voice.voice.rstrip(ascii_uppercase[1:]) or "S"
    for times in range(1, 10):
        yield from (base + letter * times for letter in ascii_uppercase[1:])


def _is_taken(acta: Acta, label: str) -> bool:
    return acta.session.speakers.filter(voice=label).exists()


@transaction.atomic
def give_to_voice(
    utterance: Utterance, user: User, version: int, voice: Speaker
) -> Edit | None:
    """Give one sentence, read at `version`, to a voice of the session, named or not.

    Returns None when it is so already. Raises Conflict and NotAllowed as
    Utterance.change does.
    """
    acta = utterance.acta
    acta.lock()
    if voice.session_id != acta.session_id:
        raise Conflict
    return utterance.change(user, version, speaker_id=voice.pk)
