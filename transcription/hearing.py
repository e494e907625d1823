"""A stored part in; what the engines heard in it, and what that cost, out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.core.files.storage import default_storage
from django.db import close_old_connections

from transcription import audio, engines, pipeline, spending
from transcription.engines import Capabilities, Clip, ClipResult, Engine
from transcription.leases import Heartbeat
from transcription.models import Part, Transcription
from transcription.passages import Passage, joined, spanning
from transcription.voices import Vectors
from transcription.voices.beside import Beside

NOTHING = np.zeros(0, np.int16)
# Of a part's own length, how long its text may wait for its voices: one slow processor
# needs a twentieth, and a part without voices is a hole in the session's turns.
PATIENCE = 0.5


@dataclass(frozen=True)
class Heard:
    """What one part says, what heard it and what that took."""

    segments: tuple[pipeline.SegmentDraft, ...]  # on the recording's clock
    seconds: float  # of machine time
    engine: str = ""  # alias; "" where nobody speaks and no engine was woken
    model: str = ""  # as the server named it, where there is one
    settings_hash: str = ""
    sent: float = 0.0  # seconds of audio that went to a service, retries included
    paid: float = 0.0  # US dollars for them
    # Text that a careful second hearing did not hear: no segment, but not forgotten.
    rejected: tuple[pipeline.SegmentDraft, ...] = ()
    vectors: Vectors | None = None  # how the voices sound; None: not asked, or not had
    voices: str = ""  # the model that they are of


def hear(part: Part, lease: Heartbeat) -> Heard:
    """Return what is said in a part, and how those who say it sound.

    The voices are looked at beside, where the engine leaves processors idle, and
    cannot make the part fail. Raises EngineError, and LeaseLost between two batches
    of clips; what was paid to a service until then is in the ledger.
    """
    began = time.monotonic()
    if not part.clips:
        return Heard((), 0.0)
    alias = part.transcription.engine
    bill = Bill(part.transcription)
    rejected: list[pipeline.SegmentDraft] = []
    try:
        engine = bill.load(alias, alone=True)
        # Once for the whole part: one that was begun is not left half paid for the
        # sake of a clip that must be heard again.
        seconds = _given_first(part, engine.capabilities.max_clip)
        spending.allow(part.transcription, seconds, engine.capabilities.price)
        samples = _samples(part)
        with _beside(part, samples) as beside:
            segments = _segments(part, samples, engine, bill, lease, rejected.append)
            vectors = beside.vectors(PATIENCE * (part.end - part.start), lease.check)
    except Exception:
        if bill.sent:
            part.charge(time.monotonic() - began, bill.sent, bill.paid)
        raise
    return Heard(
        tuple(segments),
        time.monotonic() - began,
        engine=alias,
        model=engine.model,
        settings_hash=engines.settings_hash(alias),
        sent=bill.sent,
        paid=bill.paid,
        rejected=tuple(rejected),
        vectors=vectors,
        voices=beside.model if vectors else "",
    )


def _beside(part: Part, samples: np.ndarray) -> Beside:
    wanted = "" if part.is_last_chance else part.transcription.voices
    return Beside(wanted, samples, part.speech, part.start)


def _samples(part: Part) -> np.ndarray:
    with default_storage.open(part.file) as file:
        return audio.read_flac(file)


def _given_first(part: Part, longest: float) -> float:
    """Return the seconds of a part's blocks: pauses inside of one are paid for too."""
    clips = [Passage(NOTHING, part.start, *clip) for clip in part.clips]
    return sum(spanning(block).seconds for block in joined(clips, longest))


def _segments(
    part: Part,
    samples: np.ndarray,
    engine: Engine,
    bill: Bill,
    lease: Heartbeat,
    reject: pipeline.Reject,
) -> list[pipeline.SegmentDraft]:
    transcription = part.transcription

    def progress(share: float) -> None:
        lease.check()
        lease.progress = {"heard": share * (part.end - part.start)}

    try:
        return pipeline.transcribe_part(
            samples,
            [(start, end) for start, end in part.clips],
            engine,
            offset=part.start,
            language=transcription.language,
            terms=transcription.terms,
            backups=[partial(bill.backup, alias) for alias in transcription.backups],
            reject=reject,
            progress=progress,
        )
    finally:
        # Minutes of computing may have passed: a connection that was cut meanwhile
        # must cost neither what was heard, nor the record of what it cost or of what
        # went wrong.
        close_old_connections()


class Bill:
    """What one part costs at services, whichever engines hear it.

    An engine that sends audio away counts in `sent` the seconds that its service
    took: only it knows what was asked twice, and what it remembered and did not send.
    """

    def __init__(self, transcription: Transcription) -> None:
        self._transcription = transcription
        self._before: dict[int, tuple[Engine, float]] = {}  # by identity

    def load(self, alias: str, *, alone: bool = False) -> Engine:
        """Return an engine whose cost is counted from now on. Raises EngineError."""
        engine = engines.load(alias, alone=alone)
        self._before.setdefault(id(engine), (engine, _sent(engine)))
        return engine

    def backup(self, alias: str) -> Engine:
        """Return an engine that asks, before each call, whether it may cost that."""
        return Frugal(self.load(alias), self._transcription)

    @property
    def sent(self) -> float:
        """Seconds of audio."""
        return sum(_sent(engine) - before for engine, before in self._before.values())

    @property
    def paid(self) -> float:
        """US dollars."""
        return sum(
            spending.dollars(_sent(engine) - before, engine.capabilities.price)
            for engine, before in self._before.values()
        )


class Frugal:
    """An engine that sends nothing once the ceiling of cost is reached."""

    def __init__(self, engine: Engine, transcription: Transcription) -> None:
        self._engine, self._transcription = engine, transcription

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def model(self) -> str:
        return self._engine.model

    @property
    def capabilities(self) -> Capabilities:
        """As they are now: an engine learns what its server can do."""
        return self._engine.capabilities

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str,
        terms: Sequence[str],
        careful: bool = False,
    ) -> list[ClipResult]:
        """As Engine; raises EngineError too when the ceiling is reached."""
        if price := self.capabilities.price:
            close_old_connections()  # it may have been cut while the first one heard
            seconds = sum(clip.seconds for clip in clips)
            spending.allow(self._transcription, seconds, price)
        return self._engine.transcribe(
            clips, language=language, terms=terms, careful=careful
        )

    def unload(self) -> None:
        self._engine.unload()


def _sent(engine: Engine) -> float:
    return getattr(engine, "sent", 0.0)
