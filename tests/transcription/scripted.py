"""An engine that says what a test tells it to, and sound that looks like speech."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.transcription.sounds import tone
from transcription.audio import RATE
from transcription.engines import Biasing, Capabilities, Clip, ClipResult, Word


@dataclass(frozen=True)
class Call:
    """What an engine was asked in one go."""

    clips: int
    terms: tuple[str, ...]
    careful: bool


class Scripted:
    """Answers by a function of the clip and of being careful, and counts the calls."""

    def __init__(
        self,
        answer: Callable[[Clip, bool], ClipResult],
        *,
        name: str = "scripted",
        batch: int = 4,
        max_clip: float = 29.0,
        biasing: Biasing = Biasing.PROMPT,
        terms: int = 40,
        language_lock: bool = True,
    ) -> None:
        self.name = self.model = name
        self.answer = answer
        self.capabilities = Capabilities(
            max_clip=max_clip,
            batch=batch,
            biasing=biasing,
            terms=terms,
            language_lock=language_lock,
        )
        self.calls: list[Call] = []
        self.heard: list[tuple[float, float]] = []  # start and seconds of every clip

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str,
        terms: Sequence[str],
        careful: bool = False,
    ) -> list[ClipResult]:
        self.calls.append(Call(len(clips), tuple(terms), careful))
        self.heard += [(round(clip.start, 2), clip.seconds) for clip in clips]
        return [self.answer(clip, careful) for clip in clips]

    def unload(self) -> None:
        """Nothing is held."""


def said(text: str, start: float = 0.0, pace: float = 0.4) -> ClipResult:
    """Return `text` spoken from `start`, a word every `pace` seconds."""
    words = tuple(
        Word(start + index * pace, start + (index + 1) * pace, word, 0.9)
        for index, word in enumerate(text.split())
    )
    return ClipResult(text=text, words=words, avg_logprob=-0.3, no_speech=0.05)


def filled(text: str, seconds: float) -> ClipResult:
    """Return `text` spoken evenly from the start of a clip to its end."""
    return said(text, pace=seconds / len(text.split()))


def speech(seconds: float) -> np.ndarray:
    """Return sound that comes and goes like syllables."""
    sound = tone(seconds)
    time = np.arange(len(sound)) / RATE
    return (sound * (np.sin(2 * np.pi * 3 * time) > -0.5)).astype(np.float32)
