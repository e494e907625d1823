"""Voices that people confirmed, on their way into a council's memory and out of it.

`councils.remembering` says what may be kept; what is confirmed is known here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from actas.models import Acta
from councils import remembering
from councils.matching import Match
from councils.remembering import Heard
from sessions.models import CouncilSession, Speaker
from transcription.voicing import VoiceHeard, model_of, newest, voices_heard


def confirmed(acta: Acta, speaker: Speaker) -> int:
    """Remember the voice of a councillor whom a person confirmed; return how many.

    Called after every change of who a voice is, in its transaction: a voice that was
    somebody else's, or is nobody's any more, is forgotten as it was. Voices that are
    said to be the same go with it. A proposal, a guest and whoever did not consent
    leave nothing.
    """
    unconfirmed(acta, speaker)
    head = speaker.same_as or speaker
    person = head.councillor if head.is_confirmed else None
    if person is None or not remembering.may_remember(person):
        return 0
    session = acta.session
    together = together_of(session)
    model = model_of(newest(together))
    heard = {one.voice: one for one in voices_heard(together, model)}
    return sum(
        remembering.remember(
            person,
            [as_heard(heard[voice])],
            heard_in=f"{session} del {session.date:%d/%m/%Y}",
            source=source_of(session, voice),
            model=model,
        )
        for voice in voices_of(head)
        if voice in heard
    )


def unconfirmed(acta: Acta, speaker: Speaker) -> int:
    """Forget what was kept of a voice of this acta; return how many voices that was.

    Whatever it was confirmed as: it may be of a name that was just taken away.
    """
    session = acta.session
    voices = {speaker.voice, *voices_of(speaker.same_as or speaker)} - {""}
    sources = [source_of(session, voice) for voice in voices]
    return sum(remembering.forget(session.council, source) for source in sources)


def evidence_for(acta: Acta) -> dict[str, Match]:
    """Return whom the council remembers among the voices of a session, by voice.

    Proof beside others, for a name that a person still confirms. Voices that somebody
    said to be the same are compared as one, under the label of the one they point to.
    """
    session = acta.session
    if not session.council.voiceprints:
        return {}
    together = together_of(session)
    model = model_of(newest(together))
    pairs = session.speakers.filter(same_as__isnull=False).exclude(voice="")
    heads = dict(
        pairs.exclude(same_as__voice="").values_list("voice", "same_as__voice")
    )
    groups: dict[str, list[Heard]] = {}
    for one in voices_heard(together, model):
        if one.vector.size:
            label = heads.get(one.voice, one.voice)
            groups.setdefault(label, []).append(as_heard(one))
    voices = [as_one(label, group) for label, group in groups.items()]
    return remembering.recognise(session.council, session.date, voices, model)


def together_of(session: CouncilSession) -> str:
    """Return the key that the hearings of a session's recordings share."""
    return f"session {session.pk}"


def source_of(session: CouncilSession, voice: str) -> str:
    """Return what names a confirmed voice where it is remembered."""
    return f"{together_of(session)}/{voice}"


def voices_of(head: Speaker) -> list[str]:
    """Return the labels of a voice and of those said to be the same."""
    others = head.others.values_list("voice", flat=True)
    return [voice for voice in (head.voice, *others) if voice]


def as_heard(one: VoiceHeard) -> Heard:
    return Heard(one.voice, one.vector, one.seconds)


def as_one(voice: str, group: Sequence[Heard]) -> Heard:
    """Return voices of one person as one, each counting by how long it speaks."""
    seconds = [one.seconds for one in group]
    vector = np.average([one.vector for one in group], axis=0, weights=seconds)
    return Heard(voice, vector.astype(np.float32), sum(seconds))
