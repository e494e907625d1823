"""Every word to the voice that said it. [no Django]"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transcription.voices.grouping import TurnDraft

Word = tuple[float, float, str]  # start and end in seconds, text


@dataclass(frozen=True)
class Said:
    """What one voice says of a segment; the segment's words, each exactly once."""

    voice: str  # "S1"; "" where nobody can be told
    words: tuple[Word, ...]
    overlapped: bool = False  # another voice is heard at the same time

    @property
    def text(self) -> str:
        return " ".join(text for _, _, text in self.words)


def said(words: Sequence[Word], turns: Sequence[TurnDraft]) -> list[Said]:
    """Return a segment's words by the voices that said them, in order.

    `turns` are in order, on the clock of the words, and may reach beyond them. The
    segment is cut only between words, where the voice changes.
    """
    raise NotImplementedError
