"""What was tried is stored with what was kept, from a part's file to its rows."""

import io

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.make import make_part, make_transcription
from tests.transcription.scripted import Scripted, filled, speech
from tests.transcription.sounds import noise
from transcription import audio, guards, hearing, tasks
from transcription.engines import Clip, ClipResult
from transcription.models import Part

pytestmark = pytest.mark.django_db

GOOD = "Tiene la palabra el concejal para su intervención de hoy."
LOOP = " ".join(["gracias"] * 20)


class First(Scripted):
    """Loops over speech, and makes something up over noise."""

    def __init__(self) -> None:
        super().__init__(self.say, name="first")

    def say(self, clip: Clip, careful: bool) -> ClipResult:
        if clip.start < 10:
            return filled(LOOP, clip.seconds)
        text = "No, no, no." if careful else "¿Aprueban los honorables?"
        return ClipResult(text, no_speech=0.8, avg_logprob=-1.4)


class Second(Scripted):
    """Hears everything rightly."""

    def __init__(self) -> None:
        super().__init__(
            lambda clip, careful: filled(GOOD, clip.seconds), name="second"
        )


@pytest.fixture
def part(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Part:
    """Eight seconds of speech and three of noise, and two engines to hear them."""
    # Inside a test's transaction the connection must not be closed.
    monkeypatch.setattr(hearing, "close_old_connections", lambda: None)
    settings.TRANSCRIPTION_ENGINES = {
        name.lower(): {"BACKEND": f"{__name__}.{name}", "OPTIONS": {}}
        for name in ("First", "Second")
    }
    file = io.BytesIO()
    writer = audio.FlacWriter(file)
    writer.write(np.concatenate([speech(8), noise(12)]))
    writer.close()
    stored = default_storage.save("parts/tries.flac", ContentFile(file.getvalue()))
    transcription = make_transcription(
        engine="first", backups=["second"], status="hearing", seconds=20.0
    )
    return make_part(
        transcription, end=20.0, clips=[[0.0, 8.0], [12.0, 15.0]], file=stored
    )


def test_it_stores_every_try_with_the_segment(part: Part) -> None:
    tasks.run_part(part.pk)

    segment = part.segments.get()
    assert (segment.text, segment.flags) == (GOOD, [])
    assert [(t["engine"], t["way"], t["flags"], t["kept"]) for t in segment.tries] == [
        ("first", "first", [guards.LOOP], False),
        ("first", "recut", [guards.LOOP], False),
        ("second", "backup", [], True),
    ]
    assert [t["text"] for t in segment.tries] == [LOOP, f"{LOOP} {LOOP}", GOOD]


def test_it_stores_what_nobody_said_with_the_part(part: Part) -> None:
    tasks.run_part(part.pk)

    part.refresh_from_db()
    (lost,) = part.rejected
    assert (lost["start"], lost["end"]) == (12.0, 15.0)
    assert lost["text"] == "¿Aprueban los honorables?"
    assert lost["flags"] == [guards.INVENTED, guards.DOUBTFUL]
    assert [one["kept"] for one in lost["tries"]] == [False, True]
