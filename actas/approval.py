"""Approval: what was read is what is frozen, as content, Word bytes and sha256."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from actas import leaf, voiceprints
from actas.draft import Draft
from actas.drafting import draft_of
from actas.models import Acta, Version, verification_code
from actas.word import write
from councils.models import User
from sessions.facts import NotAllowed
from transcription import voicing


def fingerprint(draft: Draft) -> str:
    """Return what tells two drafts apart: whoever approves sends back what was read."""
    return hashlib.sha256(repr(draft).encode()).hexdigest()


@transaction.atomic
def approve(acta: Acta, user: User, seen: str, address: str) -> Version:
    """Freeze the acta as its next version, in the name of `user`.

    `seen` is the fingerprint of the draft that was read; `address`, where a
    verification code can be checked. Raises NotAllowed when the acta is not waiting for
    approval, or is no longer what was read. How its voices sound is deleted with it.
    """
    held = Acta.objects.select_for_update().get(pk=acta.pk)  # then read, not before
    draft = draft_of(held)
    if held.state == Acta.State.SENT and fingerprint(draft) != seen:
        raise NotAllowed(
            "El acta cambió desde que usted la abrió, y no se aprobó. Vuelva a leerla: "
            "abajo está como quedó."
        )
    code = verification_code()
    final = replace(
        draft,
        approved=True,
        approved_by=str(user),
        approved_on=timezone.localdate(),
        correction=held.correction,
        verification_code=code,
        verification_url=address,
    )
    version = acta.approve(user, content_of(final), write(final), code)
    _forget_voices(held)
    return version


def _forget_voices(acta: Acta) -> None:
    """Delete how the voices sound, now that who speaks is settled.

    What the council may remember of them is kept first.
    """
    if acta.session.council.voiceprints:
        voiceprints.follow(acta)
    voicing.forget(acta.session.together)


def content_of(draft: Draft) -> dict[str, Any]:
    """Return what the draft says as JSON: its parts, its title and its whole text.

    Dates and hours are in ISO 8601; the crest stays in the Word file. "moments" says
    where each block of the Word is heard, in seconds of the session's clock.
    """
    plain = asdict(replace(draft, letterhead=replace(draft.letterhead, logo=None)))
    blocks = leaf.read(write(replace(draft, show_times=True)))
    session = f"Sesión {draft.session_kind}. {draft.letterhead.council}"
    plain |= {
        "title": f"Acta N.º {draft.number}. {session}",
        "text": leaf.text_of(blocks),
        "moments": leaf.moments(blocks),
    }
    return json.loads(json.dumps(plain, cls=DjangoJSONEncoder))
