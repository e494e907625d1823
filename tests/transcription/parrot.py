"""An engine that says what second it is, and recordings for it to hear."""

import io
from collections.abc import Sequence

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from transcription import audio
from transcription.engines import Capabilities, Clip, ClipResult, Word
from transcription.models import Transcription


class Parrot:
    """Hears, in every second of a clip, the number of that second."""

    name = model = "parrot"
    capabilities = Capabilities()

    def transcribe(
        self, clips: Sequence[Clip], *, language: str, terms: Sequence[str], **_: object
    ) -> list[ClipResult]:
        return [self.hear(clip) for clip in clips]

    def hear(self, clip: Clip) -> ClipResult:
        words = tuple(
            Word(second, second + 0.9, f"{clip.start + second:.0f}", 0.9)
            for second in range(round(clip.seconds))
        )
        return ClipResult(" ".join(word.text for word in words), words)


def speech(seconds: float) -> np.ndarray:
    """Something the detector may take for speech or not: a buzzing, wavering tone."""
    t = np.arange(int(seconds * audio.RATE)) / audio.RATE
    return (0.3 * np.sin(2 * np.pi * 150 * t) * np.sin(2 * np.pi * 3 * t)).astype("f4")


def store(samples: np.ndarray, **fields: object) -> Transcription:
    flac = io.BytesIO()
    writer = audio.FlacWriter(flac)
    writer.write(samples)
    writer.close()
    name = default_storage.save("recordings/x.flac", ContentFile(flac.getvalue()))
    return Transcription.start(
        audio=name,
        name="x.flac",
        sha256="0" * 64,
        engine="base",
        then="actas.x",
        **fields,
    )
