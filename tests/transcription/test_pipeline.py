from pathlib import Path

import numpy as np
import pytest

from tests.transcription.scripted import Call, Scripted, filled, said, speech
from tests.transcription.sounds import noise, recorded
from transcription import guards
from transcription.audio import RATE
from transcription.engines import Clip, ClipResult, Word
from transcription.pipeline import (
    INAUDIBLE,
    SegmentDraft,
    transcribe,
    transcribe_file,
    transcribe_part,
)

CALLED = "Buenos días a todos los honorables concejales presentes hoy aquí."


def word_at(second: float) -> str:
    """Return a word of its own for each half second; in a row they are no loop."""
    return f"{round(second * 2) * 2654435761 % 16**8:08x}"


def by_clip(clip: Clip, careful: bool) -> ClipResult:
    """Say a word every half second that tells when it is said."""
    times = [clip.start + at / 2 for at in range(round(clip.seconds * 2))]
    return filled(" ".join(map(word_at, times)), clip.seconds)


def test_it_puts_clips_on_the_recordings_clock() -> None:
    shares: list[float] = []
    samples = (noise(60) * 32767).astype(np.int16)
    engine = Scripted(lambda clip, careful: said("Aprobado."), batch=1)
    found = transcribe_part(
        samples,
        [(1201.0, 1203.0), (1210.0, 1215.5), (1250.0, 1251.0)],
        engine,
        offset=1200.0,
        progress=shares.append,
    )

    assert [segment.start for segment in found] == [1201.0, 1210.0, 1250.0]
    assert found[0].words == (Word(1201.0, 1201.4, "Aprobado.", 0.9),)
    assert [seconds for _, seconds in engine.heard] == pytest.approx([2.0, 5.5, 1.0])
    assert shares == sorted(shares)
    assert shares[0] < 2 / 3  # clips may yet have to be heard again
    assert shares[-1] == 1.0


def test_it_gives_nothing_for_a_silent_recording(tmp_path: Path) -> None:
    path = tmp_path / "silencio.wav"
    path.write_bytes(recorded(np.zeros((1, 60 * RATE))).read())
    engine = Scripted(lambda clip, careful: said("no debe oírse"))

    assert transcribe_file(path, engine) == []
    assert engine.calls == []


def test_it_gives_an_engine_no_more_terms_than_it_reads() -> None:
    terms = ["uno", "dos", "tres"]
    clip = Clip(speech(4), 0.0)
    reads_two = Scripted(by_clip, terms=2)
    reads_none = Scripted(by_clip, biasing="none")

    transcribe([clip], reads_two, terms=terms)
    transcribe([clip], reads_none, terms=terms)

    assert reads_two.calls == [Call(1, ("uno", "dos"), False)]
    assert reads_none.calls == [Call(1, (), False)]


def test_it_cuts_clips_again_for_an_engine_that_takes_less() -> None:
    engine = Scripted(by_clip, max_clip=12.0)
    found = transcribe([Clip(speech(28) + noise(28), 100.0)], engine)

    assert all(seconds <= 12.01 for _, seconds in engine.heard)
    assert sum(seconds for _, seconds in engine.heard) == pytest.approx(28, abs=0.01)
    assert found[0].start == 100.0
    assert found[-1].end == pytest.approx(128.0, abs=0.1)


def block() -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Return a part of 90 s from 600 s on, and its four clips."""
    clips = [(600.0, 620.0), (620.4, 640.0), (640.6, 665.0), (665.5, 690.0)]
    return speech(90) + noise(90), clips


def test_it_joins_clips_for_an_engine_that_takes_more() -> None:
    samples, clips = block()
    engine = Scripted(by_clip, max_clip=900.0)
    found = transcribe_part(samples, clips, engine, offset=600.0)

    assert engine.heard == [(600.0, 90.0)]
    words = [word for segment in found for word in segment.words]
    assert [word.text for word in words] == [word_at(600 + at / 2) for at in range(180)]
    # Those said between two clips are brought into the nearer one.
    times = [word.start for word in words]
    assert times == pytest.approx([600 + at / 2 for at in range(180)], abs=0.5)
    assert {segment.flags for segment in found} == {()}


def test_it_retries_only_the_bad_clip_of_a_long_block() -> None:
    samples, clips = block()

    def answer(clip: Clip, careful: bool) -> ClipResult:
        if careful:
            return by_clip(clip, careful)
        good, loop = by_clip(clip, careful), "gracias " * 36
        first, last = 42 * 2, 64 * 2  # amid the third clip
        texts = loop.split()
        words = tuple(
            Word(w.start, w.end, texts[at % 36] if first <= at < last else w.text, 0.9)
            for at, w in enumerate(good.words)
        )
        return ClipResult(" ".join(word.text for word in words), words)

    engine = Scripted(answer, max_clip=900.0)
    found = transcribe_part(samples, clips, engine, offset=600.0)

    assert engine.heard[0] == (600.0, 90.0)
    assert engine.heard[1][0] == 640.6
    assert sum(seconds for _, seconds in engine.heard[1:]) == pytest.approx(24.4)
    retried = [one for one in found if one.tries]
    assert (retried[0].start, retried[-1].end) == (640.6, pytest.approx(665.0))
    assert "gracias" not in " ".join(one.text for one in found)


def test_it_hears_a_long_block_without_times_as_short_clips() -> None:
    samples, clips = block()

    def answer(clip: Clip, careful: bool) -> ClipResult:
        if clip.seconds > 29:
            return ClipResult("Un texto muy largo sin ningún tiempo. " * 20)
        return ClipResult(f"Dicho en {clip.start:.0f}. " + CALLED)

    engine = Scripted(answer, max_clip=900.0)
    found = transcribe_part(samples, clips, engine, offset=600.0)

    assert [start for start, _ in engine.heard] == [600.0, 600.0, 620.4, 640.6, 665.5]
    assert [one.text.split(".")[0] for one in found if "Dicho" in one.text] == [
        f"Dicho en {start}" for start in (600, 620, 641, 666)
    ]
    assert all(600 <= one.start < one.end <= 690 for one in found)


def test_it_takes_a_short_block_without_times_as_one_clip() -> None:
    samples, _ = block()
    engine = Scripted(lambda clip, careful: ClipResult(CALLED), max_clip=900.0)
    found = transcribe_part(samples, [(600, 605), (606, 610)], engine, offset=600.0)

    assert engine.heard == [(600.0, 10.0)]
    assert [(one.start, one.end, one.text) for one in found] == [(600, 610, CALLED)]


def test_it_marks_speech_of_which_nothing_was_made_out() -> None:
    engine = Scripted(lambda clip, careful: ClipResult(""))
    found = transcribe([Clip(speech(6), 10.0)], engine)

    assert [(segment.text, segment.flags) for segment in found] == [
        (INAUDIBLE, (guards.INAUDIBLE,))
    ]
    assert (found[0].start, found[0].end) == (10.0, pytest.approx(16.0))


def test_it_keeps_what_a_careful_hearing_did_not_hear_for_audit() -> None:
    credit = ClipResult("Subtítulos por Amara.org", no_speech=0.5, avg_logprob=-0.2)
    engine = Scripted(lambda clip, careful: ClipResult("") if careful else credit)
    rejected: list[SegmentDraft] = []

    found = transcribe([Clip(noise(3), 7.0)], engine, reject=rejected.append)

    assert found == []
    assert [(one.start, one.end, one.text, one.flags) for one in rejected] == [
        (7.0, 10.0, "Subtítulos por Amara.org", (guards.CREDITS,))
    ]
    assert [one.kept for one in rejected[0].tries] == [False, True]


def test_it_brings_stray_times_back_into_the_clip() -> None:
    words = (
        Word(0.0, 0.5, "Queda", 0.9),
        Word(3.0, 9.0, "aprobado", 0.9),
        Word(1.0, 1.2, "ya.", 0.9),
    )
    engine = Scripted(lambda clip, careful: ClipResult("Queda aprobado ya.", words))
    found = transcribe([Clip(noise(3.5), 20.0)], engine)

    times = [(word.start, word.end) for one in found for word in one.words]
    assert times == [(20.0, 20.5), (23.0, 23.5), (23.0, 23.0)]
    assert all(guards.STRAY in one.flags for one in found)


def test_it_flags_the_sentence_before_an_unfilled_hole() -> None:
    first, last = said(CALLED), said("Muchas gracias, presidente.", 14.8)
    both = ClipResult(f"{first.text} {last.text}", first.words + last.words)
    engine = Scripted(
        lambda clip, careful: both if clip.seconds > 15 else ClipResult("")
    )
    found = transcribe([Clip(speech(16), 200.0)], engine)

    assert [(one.text, one.flags) for one in found] == [
        (CALLED, (guards.GAP,)),
        ("Muchas gracias, presidente.", ()),
    ]


def test_it_flags_the_last_sentence_of_a_clip_that_stops_early() -> None:
    opening = said(f"{CALLED} Se abre la sesión.")
    engine = Scripted(
        lambda clip, careful: opening if clip.seconds > 15 else ClipResult("")
    )
    found = transcribe([Clip(speech(16), 0.0)], engine)

    assert [one.flags for one in found] == [(), (guards.EARLY,)]


def test_it_flags_only_the_sentence_with_glued_words() -> None:
    text = "Se abre la sesión.Damos inicio ya. Sigue el orden del día."
    engine = Scripted(lambda clip, careful: filled(text, clip.seconds))
    found = transcribe([Clip(speech(5), 0.0)], engine)

    assert [one.flags for one in found] == [(guards.GLUED,), ()]
