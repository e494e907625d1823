"""Rows for tests: each `make_…` fills in what the test does not care about."""

from __future__ import annotations

import datetime
import hashlib
import itertools
from typing import Any

from django.core.files.base import ContentFile

from actas.models import Acta, Utterance
from councils.models import Council, Councillor, Gender, Membership, Office, User
from sessions.models import CouncilSession, Recording
from transcription.models import Part, Segment, Transcription, Turn

PASSWORD = "correcto-caballo-45"
numbers = itertools.count(1)


def make_council(**fields: Any) -> Council:
    n = next(numbers)
    fields.setdefault("slug", f"concejo-{n}")
    fields.setdefault("name", f"Concejo Municipal de Prueba {n}")
    fields.setdefault("municipality", f"Prueba {n}")
    fields.setdefault("department", "Cundinamarca")
    fields.setdefault("seats", 7)
    fields.setdefault("secretary_name", "Adriana Pérez Duque")
    return Council.objects.create(**fields)


def make_user(council: Council | None = None, role: str = "", **fields: Any) -> User:
    """Create a user; with `council` and `role`, a member of it."""
    n = next(numbers)
    fields.setdefault("name", f"Persona {n}")
    email = fields.pop("email", f"persona{n}@example.com")
    user = User.objects.create_user(email, PASSWORD, **fields)
    if council:
        Membership.objects.create(user=user, council=council, role=role)
    return user


def make_councillor(council: Council, full_name: str = "", **fields: Any) -> Councillor:
    n = next(numbers)
    fields.setdefault("gender", Gender.FEMALE)
    fields.setdefault("order", n)
    councillor = Councillor.objects.create(
        council=council, full_name=full_name or f"Concejala Número {n}", **fields
    )
    councillor.tenures.create(office=Office.COUNCILLOR, since=datetime.date(2024, 1, 1))
    return councillor


def make_session(council: Council | None = None, **fields: Any) -> CouncilSession:
    fields.setdefault("number", next(numbers))
    fields.setdefault("date", datetime.date(2026, 8, 14))
    return CouncilSession.objects.create(council=council or make_council(), **fields)


def make_recording(
    session: CouncilSession | None = None, content: bytes = b"", **fields: Any
) -> Recording:
    """Store a recording without ringing for its transcription."""
    session = session or make_session()
    n = next(numbers)
    content = content or f"audio {n}".encode()
    fields.setdefault("name", f"grabacion-{n}.mp3")
    fields.setdefault("seconds", 600.0)
    return Recording.objects.create(
        session=session,
        position=session.recordings.count(),
        file=ContentFile(content, fields["name"]),
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        **fields,
    )


def make_transcription(
    recording: Recording | None = None, lines: list[str] | None = None, **fields: Any
) -> Transcription:
    """A transcription of `recording`; with `lines`, heard: one segment a line, 10 s."""
    recording = recording or make_recording()
    if lines is not None:
        fields.setdefault("status", Transcription.Status.DONE)
    transcription = Transcription.objects.create(
        audio=recording.file.name,
        name=recording.name,
        sha256=recording.sha256,
        seconds=fields.pop("seconds", recording.seconds),
        engine=fields.pop("engine", "base"),
        **fields,
    )
    recording.transcription = transcription
    recording.save()
    if lines is not None:
        part = make_part(transcription, end=10.0 * len(lines), status=Part.Status.DONE)
        Segment.objects.bulk_create(
            Segment(part=part, position=i, start=10.0 * i, end=10.0 * i + 9, text=line)
            for i, line in enumerate(lines)
        )
    return transcription


def make_part(transcription: Transcription, **fields: Any) -> Part:
    fields.setdefault("position", transcription.parts.count())
    fields.setdefault("start", 0.0)
    fields.setdefault("end", 600.0)
    fields.setdefault("clips", [[0.0, 20.0]])
    fields.setdefault("file", "parts/none.flac")
    return Part.objects.create(transcription=transcription, **fields)


def make_acta(
    session: CouncilSession | None = None,
    lines: list[str] | None = None,
    **fields: Any,
) -> Acta:
    """An acta in review whose utterances are `lines`, one every ten seconds."""
    session = session or make_session()
    recording = session.recordings.first() or make_recording(session)
    acta = Acta.objects.create(session=session, **fields)
    texts = lines if lines is not None else ["Buenos días.", "Se abre la sesión."]
    Utterance.objects.bulk_create(
        Utterance(
            acta=acta,
            recording=recording,
            start=10.0 * i,
            end=10.0 * i + 9,
            text=text,
        )
        for i, text in enumerate(texts)
    )
    return acta


def make_turns(
    transcription: Transcription, voices: str, seconds: float = 10.0
) -> list[Turn]:
    """Say who speaks: a digit for each `seconds`, "1" for S1; "-" for nobody known."""
    return Turn.objects.bulk_create(
        Turn(
            transcription=transcription,
            position=position,
            start=seconds * position,
            end=seconds * (position + 1),
            voice="" if digit == "-" else f"S{digit}",
        )
        for position, digit in enumerate(voices)
    )
