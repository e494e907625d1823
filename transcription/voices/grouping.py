"""Which windows of a session are one voice, and so who speaks when. [no Django]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcription.voices import Vectors
from transcription.voices.windows import Span


@dataclass(frozen=True)
class Speech:
    """One recording: where somebody speaks, and how the voices sound there."""

    spans: tuple[Span, ...]  # seconds on the recording's clock, in order, apart
    vectors: Vectors  # on the same clock


@dataclass(frozen=True)
class TurnDraft:
    """A stretch of speech of one voice. Seconds on the recording's clock."""

    start: float
    end: float
    voice: str  # "S1", the same for all recordings; "" where it cannot be told
    overlapped: bool = False  # another voice is heard at the same time


def grouped(
    recordings: Sequence[Speech], *, people: int | None = None
) -> list[list[TurnDraft]]:
    """Return the turns of each recording, in order; voices are numbered as they come.

    Together they cover every span of speech and nothing else. `people` bounds how many
    voices are expected: who may be present, guests included.
    """
    raise NotImplementedError
