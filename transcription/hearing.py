"""A stored part in; what the engine heard in it out."""

import time

from django.core.files.storage import default_storage

from transcription import audio, engines, pipeline
from transcription.leases import Heartbeat
from transcription.models import Part


def hear(part: Part, lease: Heartbeat) -> tuple[list[pipeline.SegmentDraft], float]:
    """Return the segments of a part, on the recording's clock, and machine seconds.

    Raises EngineError, and LeaseLost between two batches of clips.
    """
    began = time.monotonic()
    if not part.clips:
        return [], 0.0  # nobody speaks: no engine is woken for that
    transcription = part.transcription
    engine = engines.load(transcription.engine)
    with default_storage.open(part.file) as file:
        samples = audio.read_flac(file)

    def progress(share: float) -> None:
        lease.check()
        lease.progress = {"heard": share * (part.end - part.start)}

    segments = pipeline.transcribe_part(
        samples,
        [(start, end) for start, end in part.clips],
        engine,
        offset=part.start,
        language=transcription.language,
        terms=transcription.terms,
        progress=progress,
    )
    return segments, time.monotonic() - began
