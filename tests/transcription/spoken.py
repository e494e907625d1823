"""Transcriptions whose parts are written as letters, and a grouping that reads them."""

from collections.abc import Sequence

import numpy as np

from tests.make import make_part, make_recording, make_session
from transcription.models import Part, PartVoices, Transcription, Turn
from transcription.voices import Vectors
from transcription.voices.grouping import Speech, TurnDraft

# What each letter sounds like; letters in a test's script are people.
SOUNDS = dict(zip("abcdef", np.eye(6, dtype=np.float32), strict=True))


class Grouping:
    """Takes every span for a turn and equal vectors for one voice."""

    def __init__(self) -> None:
        self.calls: list[list[Speech]] = []
        self.people: list[int | None] = []
        self.order: list[int] = []  # of the voices: the first is number 1

    def __call__(
        self, recordings: Sequence[Speech], *, people: int | None = None
    ) -> list[list[TurnDraft]]:
        self.calls.append(list(recordings))
        self.people.append(people)
        known: list[int] = list(self.order)
        found = []
        for one in recordings:
            turns = []
            for (start, end), value in zip(one.spans, one.vectors.values, strict=True):
                who = int(value.argmax())
                if who not in known:
                    known.append(who)
                turns.append(TurnDraft(start, end, f"S{known.index(who) + 1}"))
            found.append(turns)
        return found


def heard(
    *scripts: str,
    together: str = "session 1",
    model: str = "campplus",
    of: Transcription | None = None,
    **fields: object,
) -> Transcription:
    """A transcription that is heard: a part a script, ten seconds of it a letter.

    " " is a pause, and a part whose script is in capitals has no vectors. `of` is an
    earlier hearing of the same audio.
    """
    audio = of.audio if of else make_recording(make_session()).file.name
    row = Transcription.objects.create(
        audio=audio,
        name="x.mp3",
        sha256="0" * 64,
        engine="base",
        together=together,
        seconds=10.0 * sum(map(len, scripts)),
        **{"voices": "onnx", "status": Transcription.Status.DONE, **fields},
    )
    at = 0.0
    for script in scripts:
        add(row, script, at, model)
        at += 10.0 * len(script)
    return row


def add(row: Transcription, script: str, at: float, model: str) -> Part:
    spans = [
        (at + 10.0 * n, at + 10.0 * n + 9, letter)
        for n, letter in enumerate(script)
        if letter != " "
    ]
    part = make_part(
        row,
        start=at,
        end=at + 10.0 * len(script),
        status=Part.Status.DONE,
        speech=[[start, end] for start, end, _ in spans],
    )
    if not script.isupper():
        vectors = Vectors(
            np.array([[start, end] for start, end, _ in spans], np.float32),
            np.stack([SOUNDS[letter] for *_, letter in spans]),
        )
        PartVoices.of(part.pk, model, vectors).save()
    return part


def voices(row: Transcription) -> str:
    """Return the numbers of a transcription's turns, in order."""
    turns = Turn.objects.filter(transcription=row)
    assert [turn.position for turn in turns] == list(range(len(turns)))
    return "".join(turn.voice[1:] or "-" for turn in turns)
