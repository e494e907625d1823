"""Voices that people confirmed, on their way into a council's memory and out of it.

`councils.remembering` says what may be kept; what is confirmed is known here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db.models import Exists, OuterRef

from actas.models import Acta, Utterance
from councils import remembering
from councils.matching import Match
from councils.models import Councillor
from councils.remembering import Heard
from sessions.colours import person
from sessions.facts import tied
from sessions.models import CouncilSession
from transcription.voicing import model_of, newest, voices_heard


def follow(acta: Acta) -> int:
    """Let what is remembered agree with what is confirmed; return what was added.

    Called after every change of who a voice is, and after taking one back, in its
    transaction. A voice that is somebody else's now, or nobody's, is forgotten. A
    proposal, a guest and whoever did not consent leave nothing. Vectors that are
    deleted since change nothing: what was kept of them stays.
    """
    session = acta.session
    wanted = confirmed_in(session)
    kept = remembering.kept_of(session.council, f"{session.together}/")
    for source, who in kept.items():
        if wanted.get(source) != who:
            remembering.forget(session.council, source)
    missing = {s: who for s, who in wanted.items() if kept.get(s) != who}
    people = Councillor.objects.filter(pk__in=missing.values())
    willing = {one.pk: one for one in people if remembering.may_remember(one)}
    if not willing:
        return 0
    model = model_of(newest(session.together))
    heard_in = f"{session} del {session.date:%d/%m/%Y}"
    return sum(
        remembering.remember(
            willing[missing[source]],
            [one],
            heard_in=heard_in,
            source=source,
            model=model,
        )
        for one in heard_of(session, model)
        if missing.get(source := source_of(session, one.voice)) in willing
    )


def confirmed_in(session: CouncilSession) -> dict[str, int]:
    """Return the councillor whom each voice was confirmed as, by what names the voice.

    A voice of which a part is somebody else's is left out: it sounds like both.
    """
    said = Utterance.objects.filter(speaker=OuterRef("pk"))
    rows = session.speakers.exclude(voice="").annotate(says=Exists(said))
    speakers = tied(rows)
    found = {}
    for one in speakers:
        shared = any(
            is_part(part.voice, one.voice) and person(part) != person(one)
            for part in speakers
            if part.says  # a part that was given back says nothing
        )
        if one.is_confirmed and one.head.councillor_id and not shared:
            found[source_of(session, one.voice)] = one.head.councillor_id
    return found


def is_part(label: str, voice: str) -> bool:
    """Whether `label` is of what was parted from `voice`: "S3B" of "S3"."""
    rest = label.removeprefix(voice)
    return label != rest and rest.isalpha()


def evidence_for(acta: Acta) -> dict[str, Match]:
    """Return whom the council remembers among the voices of a session, by voice.

    Proof beside others, for a name that a person still confirms. Voices that somebody
    said to be the same are compared as one, under the label of the one they are part
    of.
    """
    session = acta.session
    if not session.council.voiceprints:
        return {}
    model = model_of(newest(session.together))
    speakers = tied(session.speakers.exclude(voice=""))
    heads = {one.voice: one.head.voice or one.voice for one in speakers}
    groups: dict[str, list[Heard]] = {}
    for one in heard_of(session, model):
        groups.setdefault(heads.get(one.voice, one.voice), []).append(one)
    voices = [as_one(label, group) for label, group in groups.items()]
    return remembering.recognise(session.council, session.date, voices, model)


def heard_of(session: CouncilSession, model: str) -> list[Heard]:
    """Return how the voices of a session sound, of which that is still kept."""
    found = voices_heard(session.together, model)
    return [Heard(v.voice, v.vector, v.seconds) for v in found if v.vector.size]


def as_one(voice: str, group: Sequence[Heard]) -> Heard:
    """Return voices of one person as one, each counting by how long it speaks."""
    seconds = [one.seconds for one in group]
    vector = np.average([one.vector for one in group], axis=0, weights=seconds)
    return Heard(voice, vector.astype(np.float32), sum(seconds))


def source_of(session: CouncilSession, voice: str) -> str:
    """Return what names a confirmed voice where it is remembered."""
    return f"{session.together}/{voice}"
