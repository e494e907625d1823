"""What a council does with voices: remembers, recognises and forgets them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from pgvector.django import CosineDistance

from councils.matching import Match, likeness, matches
from councils.models import Council, Councillor, User
from councils.voiceprints import (
    CONSENTS,
    DIMENSIONS,
    VoiceConsent,
    VoiceConsentQuerySet,
    Voiceprint,
)

ENOUGH = 5.0  # seconds of speech under which a voice says little about its person
KEPT = 20  # voices of one person
ORPHAN_AGE = datetime.timedelta(hours=1)


class Heard(NamedTuple):
    """How one voice of a session sounds."""

    voice: str  # "S3"
    vector: np.ndarray  # float32 (192,)
    seconds: float  # of speech that the vector is of


@dataclasses.dataclass(frozen=True)
class Held:
    """How much of people's voices is kept: what is lost when it is deleted."""

    voices: int
    documents: int
    people: int


def may_remember(councillor: Councillor) -> bool:
    """Whether the council recognises voices and this person agreed, as of today."""
    consents = VoiceConsent.objects.in_force(timezone.localdate())
    switched_on = consents.filter(councillor__council__voiceprints=True)
    return switched_on.filter(councillor=councillor).exists()


@transaction.atomic
def remember(
    councillor: Councillor,
    heard: Iterable[Heard],
    *,
    heard_in: str,
    source: str,
    model: str,
) -> int:
    """Keep how a councillor sounds; return how many voices were kept.

    For voices that a person confirmed, never for proposals. `source` names the
    confirmed voice ("session 12/S3"): whatever was kept of it before, of anybody in
    the council, goes. Without consent in force today, or with the switch off, nothing
    is kept. Of one person the newest `KEPT` stay.
    """
    forget(councillor.council, source)
    # Held, so that nobody ends the consent between the question and the writing; the
    # switch is asked after that, for whoever turns it off ends the consents too.
    consents = VoiceConsent.objects.in_force(timezone.localdate())
    mine = consents.filter(councillor=councillor).order_by("pk")
    consent = mine.select_for_update().first()
    if consent is None or not may_remember(councillor):
        return 0
    long = [one for one in heard if one.seconds >= ENOUGH and _is_whole(one.vector)]
    made = [
        Voiceprint(
            consent=consent,
            vector=one.vector / np.linalg.norm(one.vector),
            model=model,
            seconds=one.seconds,
            heard_in=heard_in,
            source=source,
        )
        for one in long[:KEPT]
    ]
    Voiceprint.objects.bulk_create(made)
    newest = list(consent.voiceprints.values_list("pk", flat=True)[:KEPT])
    consent.voiceprints.exclude(pk__in=newest).delete()
    return len(made)


def kept_of(council: Council, sources: str) -> dict[str, int]:
    """Return whose voice is kept, by councillor's pk, of sources that begin so."""
    rows = Voiceprint.objects.of(council).filter(source__startswith=sources)
    return dict(rows.values_list("source", "consent__councillor"))


def forget(council: Council, source: str) -> int:
    """Delete what was kept of a confirmed voice; return how many voices that was."""
    return Voiceprint.objects.of(council).filter(source=source).delete()[0]


def recognise(
    council: Council, date: datetime.date, voices: Sequence[Heard], model: str
) -> dict[str, Match]:
    """Return which voices of a session of `date` are people whom the council remembers.

    Only people whose consent is in force on `date` and today count; voices of less
    than `ENOUGH` seconds are not asked about. See `matching` for the rule.
    """
    voices = [one for one in voices if one.seconds >= ENOUGH and _is_whole(one.vector)]
    kept = Voiceprint.objects.usable(council, model, date, timezone.localdate())
    if not voices or not kept.exists():
        return {}
    scores: dict[str, dict[int, float]] = {}
    where: dict[tuple[str, int], str] = {}
    for one in voices:
        nearest = (
            kept.annotate(distance=CosineDistance("vector", one.vector))
            .order_by("consent__councillor_id", "distance")
            .distinct("consent__councillor_id")
            .values_list("consent__councillor_id", "distance", "heard_in")
        )
        scores[one.voice] = {}
        for person, distance, heard_in in nearest:
            scores[one.voice][person] = 1.0 - distance
            where[one.voice, person] = heard_in
    found = matches(scores, likeness(np.stack([one.vector for one in voices])))
    return {
        voice: dataclasses.replace(match, heard_in=where[voice, match.councillor_id])
        for voice, match in found.items()
    }


def _is_whole(vector: np.ndarray) -> bool:
    """Whether a vector is one of the model whose vectors are kept, and says something.

    pgvector refuses other sizes, and nothing is near to a vector of length zero.
    """
    fits = vector.shape == (DIMENSIONS,) and bool(np.isfinite(vector).all())
    return fits and bool(np.any(vector))


def held(consents: Iterable[VoiceConsent]) -> Held:
    """Return how much is kept under `consents`."""
    rows = VoiceConsent.objects.filter(pk__in=[consent.pk for consent in consents])
    count = rows.aggregate(
        voices=Count("voiceprints"), people=Count("councillor", distinct=True)
    )
    return Held(documents=rows.exclude(document="").count(), **count)


def held_by(council: Council) -> Held:
    """Return how much of its councillors' voices a council keeps."""
    return held(VoiceConsent.objects.standing().filter(councillor__council=council))


def switch_on(council: Council) -> None:
    """Let the council recognise voices, each with its person's consent."""
    Council.objects.filter(pk=council.pk).update(voiceprints=True)
    council.voiceprints = True


@transaction.atomic
def switch_off(council: Council, user: User | None) -> Held:
    """Recognise no voice any more: delete all that is kept and end every consent.

    Who wants it again signs again. Returns what was lost.
    """
    Council.objects.filter(pk=council.pk).update(voiceprints=False)
    council.voiceprints = False
    return _end(VoiceConsent.objects.filter(councillor__council=council), user)


@transaction.atomic
def erase(councillor: Councillor, user: User | None) -> Held:
    """Delete a person's voice and signed document, and end the consent.

    What stays is that there was a consent, from when to when, and who ended it when.
    Returns what was lost.
    """
    return _end(councillor.voice_consents.all(), user)


def _end(consents: VoiceConsentQuerySet, user: User | None) -> Held:
    rows = list(consents.select_for_update(of=("self",)))
    lost = held([row for row in rows if row.withdrawn_at is None])
    standing = VoiceConsent.objects.standing().filter(pk__in=[row.pk for row in rows])
    standing.update(withdrawn_at=timezone.now(), withdrawn_by=user)
    for row in rows:
        row.clear()
    return lost


def tidy() -> None:
    """Delete what may not be kept any more, and documents that no row names."""
    for consent in VoiceConsent.objects.outlived(timezone.localdate()):
        consent.clear()
    named = set(VoiceConsent.objects.values_list("document", flat=True))
    before = timezone.now() - ORPHAN_AGE  # a younger one may be on its way to its row
    for name in _stored():
        if name not in named and default_storage.get_modified_time(name) < before:
            default_storage.delete(name)


def _stored() -> list[str]:
    try:
        _, files = default_storage.listdir(CONSENTS)
    except FileNotFoundError:
        return []
    return [f"{CONSENTS}/{name}" for name in files]
