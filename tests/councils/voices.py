"""A council that remembers voices, and vectors whose likeness is known."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from councils import remembering
from councils.models import Council, Councillor, Role, VoiceConsent
from councils.remembering import Heard
from councils.voiceprints import CONSENTS, DIMENSIONS
from tests.make import make_council, make_councillor, make_user

MODEL = "campplus"
PDF = b"%PDF-1.7 firmado"
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)
# A vector that is recognised wherever it turns up: every number of it is this one.
FLAT = np.full(DIMENSIONS, DIMENSIONS**-0.5, np.float32)
TRACE = "0.07216"


def axis(place: int, toward: int | None = None, cosine: float = 1.0) -> np.ndarray:
    """Return a unit vector along `place`, or `cosine` like that along `toward`."""
    vector = np.zeros(DIMENSIONS, np.float32)
    vector[place] = 1.0 if toward is None else (1 - cosine**2) ** 0.5
    if toward is not None:
        vector[toward] = cosine
    return vector


def make_listening(**fields: Any) -> Council:
    """A council that recognises voices."""
    return make_council(voiceprints=True, **fields)


def make_consent(councillor: Councillor, **fields: Any) -> VoiceConsent:
    """Record a consent that is in force, as its secretary does."""
    user = fields.pop("user", None) or make_user(councillor.council, Role.SECRETARY)
    fields.setdefault("given_on", TODAY - 365 * DAY)
    fields.setdefault("expires_on", TODAY + 365 * DAY)
    fields.setdefault("document", ContentFile(PDF, "autorizacion.pdf"))
    return VoiceConsent.record(councillor, user, **fields)


def make_remembered(
    council: Council, vector: np.ndarray = FLAT, source: str = "session 1/S1"
) -> Councillor:
    """A councillor of `council` who consented and whose voice is kept."""
    councillor = make_councillor(council)
    make_consent(councillor)
    kept = remember(councillor, vector, source)
    assert kept == 1
    return councillor


def remember(
    councillor: Councillor,
    vector: np.ndarray = FLAT,
    source: str = "session 1/S1",
    seconds: float = 30.0,
) -> int:
    return remembering.remember(
        councillor,
        [Heard("S1", vector, seconds)],
        heard_in="Sesión ordinaria n.º 51",
        source=source,
        model=MODEL,
    )


def rows_with_vectors() -> int:
    """Count what the table itself holds, past the models."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(vector) FROM councils_voiceprint")
        return cursor.fetchone()[0]


def stored() -> list[str]:
    """List the folder of signed documents in the storage."""
    try:
        return sorted(default_storage.listdir(CONSENTS)[1])
    except FileNotFoundError:
        return []
