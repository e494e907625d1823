from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.transcription.sounds import noise, recorded, tone
from transcription import guards
from transcription.audio import RATE
from transcription.engines import Capabilities, Clip, ClipResult, Word
from transcription.pipeline import (
    INAUDIBLE,
    SegmentDraft,
    transcribe,
    transcribe_file,
    transcribe_part,
)


def said(text: str, start: float = 0.0, pace: float = 0.4) -> ClipResult:
    """Return `text` spoken from `start`, a word every `pace` seconds."""
    words = tuple(
        Word(start + index * pace, start + (index + 1) * pace, word, 0.9)
        for index, word in enumerate(text.split())
    )
    return ClipResult(text=text, words=words, avg_logprob=-0.3, no_speech=0.05)


class Scripted:
    """An engine that answers by a function of the clip and of being careful."""

    name = model = "scripted"

    def __init__(self, answer: Callable[[Clip, bool], ClipResult], batch: int = 4):
        self.answer = answer
        self.capabilities = Capabilities(batch=batch)
        self.calls: list[tuple[int, tuple[str, ...], bool]] = []

    def transcribe(
        self,
        clips: Sequence[Clip],
        *,
        language: str,
        terms: Sequence[str],
        careful: bool = False,
    ) -> list[ClipResult]:
        self.calls.append((len(clips), tuple(terms), careful))
        return [self.answer(clip, careful) for clip in clips]


def speech(seconds: float) -> np.ndarray:
    """Return sound that comes and goes like syllables."""
    sound = tone(seconds)
    time = np.arange(len(sound)) / RATE
    return (sound * (np.sin(2 * np.pi * 3 * time) > -0.5)).astype(np.float32)


def heard(text: str, seconds: float = 4.0) -> list[SegmentDraft]:
    """Return the segments of one clip in which `text` is said at 100 s."""
    engine = Scripted(lambda clip, careful: said(text))
    return transcribe([Clip(noise(seconds), 100.0)], engine)[0]


def test_it_gives_a_segment_a_sentence() -> None:
    found = heard("Se abre la discusión. Anuncio que se va a cerrar. Queda cerrada.")

    assert [segment.text for segment in found] == [
        "Se abre la discusión.",
        "Anuncio que se va a cerrar.",
        "Queda cerrada.",
    ]
    assert [segment.start for segment in found] == pytest.approx([100, 101.6, 104])
    assert found[1].words[0] == Word(101.6, 102.0, "Anuncio", 0.9)
    assert found[0].end <= found[1].start


@pytest.mark.parametrize(
    "text",
    [
        "La Sra. Ruiz y el Dr. Pérez presentaron el Art. 26 con el No. 12.",
        "una frase sin puntos que no termina",
        "¿Aprueban los honorables concejales? ¡Aprobado! Sí. No. Sí. «Bien.»",
        "palabra " * 200,
    ],
)
def test_it_never_drops_a_word(text: str) -> None:
    found = heard(text)

    assert " ".join(segment.text for segment in found) == " ".join(text.split())
    assert sum(len(segment.words) for segment in found) == len(text.split())
    for before, after in pairwise(found):
        assert before.end <= after.start


def test_it_does_not_end_a_segment_at_an_abbreviation() -> None:
    assert len(heard("La Sra. Ruiz y el Dr. Pérez presentaron excusa.")) == 1


def test_it_ends_a_segment_that_has_no_full_stop() -> None:
    found = heard("palabra, " * 100)

    assert all(segment.end - segment.start < 26 for segment in found)
    assert len(found) >= 2


def test_it_shares_time_by_letters_without_word_times() -> None:
    engine = Scripted(lambda clip, careful: ClipResult("Aprobado. Queda aprobado ya."))
    found = transcribe([Clip(noise(10.0), 5.0)], engine)[0]

    assert [segment.text for segment in found] == ["Aprobado.", "Queda aprobado ya."]
    assert found[0].start == 5.0
    assert found[0].end == found[1].start
    assert found[1].end == pytest.approx(15.0)


def test_it_decodes_a_loop_again_in_halves_without_terms() -> None:
    loop = said("gracias " * 12)

    def answer(clip: Clip, careful: bool) -> ClipResult:
        return said("Tiene la palabra el concejal.") if careful else loop

    engine = Scripted(answer)
    found = transcribe([Clip(speech(8), 50.0)], engine, terms=["Invías"])[0]

    assert engine.calls[:2] == [(1, ("Invías",), False), (2, (), True)]
    assert [segment.text for segment in found] == ["Tiene la palabra el concejal."] * 2
    assert found[1].start == pytest.approx(54, abs=1.5)
    assert found[0].flags == ()


def test_it_keeps_and_flags_a_loop_that_stays() -> None:
    engine = Scripted(lambda clip, careful: said("gracias " * 12))
    found = transcribe([Clip(speech(8), 0.0)], engine)[0]

    assert " ".join(segment.text for segment in found).split() == ["gracias"] * 12
    assert all(guards.LOOP in segment.flags for segment in found)


def test_it_hears_again_what_was_skipped_inside_a_clip() -> None:
    opening = "Buenos días a todos los honorables concejales."
    skipped = "Esta frase faltaba en el medio de todo."

    def answer(clip: Clip, careful: bool) -> ClipResult:
        if clip.seconds > 15:
            first, last = said(opening), said("Muchas gracias, presidente.", 14.0)
            text = f"{first.text} {last.text}"
            return ClipResult(text=text, words=first.words + last.words)
        return said(skipped, 1.0)

    engine = Scripted(answer)
    found = transcribe([Clip(speech(16), 200.0)], engine)[0]

    assert [segment.text for segment in found] == [
        opening,
        skipped,
        "Muchas gracias, presidente.",
    ]
    assert found[1].start == pytest.approx(200 + 7 * 0.4 + 1.0)
    assert len(engine.calls) == 2


def test_it_marks_speech_of_which_nothing_was_made_out() -> None:
    engine = Scripted(lambda clip, careful: ClipResult(""))
    found = transcribe([Clip(speech(6), 10.0)], engine)[0]

    assert [(segment.text, segment.flags) for segment in found] == [
        (INAUDIBLE, (guards.INAUDIBLE,))
    ]
    assert (found[0].start, found[0].end) == (10.0, pytest.approx(16.0))


def test_it_makes_nothing_up_over_noise() -> None:
    invented = ClipResult("¡Gracias!", no_speech=0.9, avg_logprob=-1.5)
    engine = Scripted(lambda clip, careful: invented)

    assert transcribe([Clip(noise(3), 0.0)], engine) == [[]]


def test_it_drops_a_subtitle_credit() -> None:
    credit = ClipResult("Subtítulos por Amara.org", no_speech=0.5, avg_logprob=-0.2)
    engine = Scripted(lambda clip, careful: credit)

    assert transcribe([Clip(noise(3), 0.0)], engine) == [[]]


def test_it_puts_clips_on_the_recordings_clock() -> None:
    lengths: list[float] = []

    def answer(clip: Clip, careful: bool) -> ClipResult:
        lengths.append(clip.seconds)
        return said("Aprobado.")

    shares: list[float] = []
    samples = (noise(60) * 32767).astype(np.int16)
    found = transcribe_part(
        samples,
        [(1201.0, 1203.0), (1210.0, 1215.5), (1250.0, 1251.0)],
        Scripted(answer, batch=1),
        offset=1200.0,
        progress=shares.append,
    )

    assert [segment.start for segment in found] == [1201.0, 1210.0, 1250.0]
    assert lengths == pytest.approx([2.0, 5.5, 1.0])
    assert shares == [pytest.approx(2 / 3), 1.0]


def test_it_gives_nothing_for_a_silent_recording(tmp_path: Path) -> None:
    path = tmp_path / "silencio.wav"
    path.write_bytes(recorded(np.zeros((1, 60 * RATE))).read())
    engine = Scripted(lambda clip, careful: said("no debe oírse"))

    assert transcribe_file(path, engine) == []
    assert engine.calls == []
