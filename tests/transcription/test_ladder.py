import logging

import pytest

from tests.transcription.scripted import Call, Scripted, filled, said, speech
from tests.transcription.sounds import noise
from transcription import guards
from transcription.engines import Clip, ClipResult, EngineError
from transcription.pipeline import SegmentDraft, Try, Way, transcribe

GOOD = "Tiene la palabra el concejal para su intervención de hoy."
LOOP = said("gracias " * 20)
ENGLISH = "The council will now vote on the proposal that was read"
TERMS = ["Gladys Idárraga", "Hernán Uribe", "Marleny Londoño", "Iván Hincapié"]


def texts(segments: list[SegmentDraft]) -> str:
    return " ".join(segment.text for segment in segments)


def ways(segments: list[SegmentDraft]) -> list[Way]:
    return [one.way for one in segments[0].tries]


def never() -> Scripted:
    raise AssertionError("no clip needed a backup")


def test_it_hears_a_good_clip_once() -> None:
    engine = Scripted(lambda clip, careful: filled(GOOD, clip.seconds))
    found = transcribe([Clip(speech(6), 0.0)], engine, terms=TERMS, backups=[never])

    assert engine.calls == [Call(1, tuple(TERMS), False)]
    assert found[0].tries == ()


def test_it_hears_a_loop_again_in_halves_carefully_without_terms() -> None:
    def answer(clip: Clip, careful: bool) -> ClipResult:
        return filled(GOOD, clip.seconds) if careful else LOOP

    engine = Scripted(answer)
    found = transcribe([Clip(speech(8), 50.0)], engine, terms=["Invías"])

    assert engine.calls == [Call(1, ("Invías",), False), Call(2, (), True)]
    assert [(one.text, one.flags) for one in found] == [(GOOD, ()), (GOOD, ())]
    assert (found[0].start, found[1].start) == (50.0, pytest.approx(54, abs=1.5))
    assert found[0].tries == (
        Try("scripted", Way.FIRST, (guards.LOOP,), LOOP.text, kept=False),
        Try("scripted", Way.RECUT, (), f"{GOOD} {GOOD}", kept=True),
    )


def test_it_tries_three_times_at_most_and_keeps_the_flagged_text() -> None:
    engine = Scripted(lambda clip, careful: LOOP)
    found = transcribe([Clip(speech(8), 0.0)], engine)

    assert ways(found) == [Way.FIRST, Way.RECUT, Way.CAREFUL]
    assert [call.clips for call in engine.calls] == [1, 2, 1]
    assert set(texts(found).split()) == {"gracias"}
    assert all(guards.LOOP in segment.flags for segment in found)
    assert sum(one.kept for one in found[0].tries) == 1


def test_it_moves_the_cut_at_once_where_speech_was_passed_over() -> None:
    def answer(clip: Clip, careful: bool) -> ClipResult:
        whole = clip.seconds > 9
        return ClipResult("") if whole else filled(GOOD, clip.seconds)

    found = transcribe([Clip(speech(10), 100.0)], Scripted(answer))

    assert ways(found) == [Way.FIRST, Way.RECUT]
    assert [one.text for one in found] == [GOOD, GOOD]
    assert found[1].start == pytest.approx(105, abs=1.7)


def test_it_asks_a_backup_before_a_third_hearing_by_the_same_engine() -> None:
    backup = Scripted(lambda clip, careful: filled(GOOD, clip.seconds), name="other")
    found = transcribe(
        [Clip(speech(8), 0.0)],
        Scripted(lambda clip, careful: LOOP),
        terms=["Invías"],
        backups=[lambda: backup],
    )

    assert ways(found) == [Way.FIRST, Way.RECUT, Way.BACKUP]
    assert backup.calls == [Call(1, ("Invías",), False)]
    assert found[0].tries[-1] == Try("other", Way.BACKUP, (), GOOD, kept=True)


def test_it_hears_too_many_words_again_carefully_before_it_moves_the_cut() -> None:
    rushed = " ".join(str(number) for number in range(100, 180))
    engine = Scripted(lambda clip, careful: filled(rushed, clip.seconds))
    found = transcribe([Clip(speech(6), 0.0)], engine)

    assert ways(found) == [Way.FIRST, Way.CAREFUL, Way.RECUT]
    assert all(one.flags == (guards.RUSHED,) for one in found)


def test_it_gives_drift_to_a_backup_at_once() -> None:
    drifting = Scripted(
        lambda clip, careful: filled(ENGLISH, clip.seconds), language_lock=False
    )
    backup = Scripted(lambda clip, careful: filled(GOOD, clip.seconds), name="other")
    found = transcribe([Clip(speech(6), 0.0)], drifting, backups=[lambda: backup])

    assert ways(found) == [Way.FIRST, Way.BACKUP]
    assert found[0].tries[0].flags == (guards.LANGUAGE,)
    assert (texts(found), found[0].flags) == (GOOD, ())


def test_it_leaves_english_to_an_engine_that_was_told_the_language() -> None:
    engine = Scripted(lambda clip, careful: filled(ENGLISH, clip.seconds))

    assert transcribe([Clip(speech(6), 0.0)], engine)[0].flags == ()


def test_it_goes_on_without_a_backup_that_cannot_be_loaded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def absent() -> Scripted:
        raise EngineError("No está instalado.", permanent=True)

    backup = Scripted(lambda clip, careful: filled(GOOD, clip.seconds), name="other")
    engine = Scripted(lambda clip, careful: LOOP)
    found = transcribe([Clip(speech(8), 0.0)], engine, backups=[absent, lambda: backup])

    assert ways(found) == [Way.FIRST, Way.RECUT, Way.BACKUP]
    assert found[0].tries[-1].engine == "other"
    assert "No está instalado." in caplog.text


def test_it_goes_on_when_the_only_backup_stops() -> None:
    def stops(clip: Clip, careful: bool) -> ClipResult:
        raise EngineError("Se alcanzó el tope de costo.")

    found = transcribe(
        [Clip(speech(8), 0.0)],
        Scripted(lambda clip, careful: LOOP),
        backups=[lambda: Scripted(stops)],
    )

    assert ways(found) == [Way.FIRST, Way.RECUT, Way.CAREFUL]


def test_it_lets_an_error_of_the_main_engine_through() -> None:
    def stops(clip: Clip, careful: bool) -> ClipResult:
        if careful:
            raise EngineError("La tarjeta se detuvo.")
        return LOOP

    with pytest.raises(EngineError, match="tarjeta"):
        transcribe([Clip(speech(8), 0.0)], Scripted(stops))


def test_it_spends_no_more_than_its_share_and_begins_with_the_worst(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def answer(clip: Clip, careful: bool) -> ClipResult:
        if clip.start == 480.0:
            return ClipResult("")  # the worst
        return said("gracias " * 40)

    engine = Scripted(answer)
    clips = [Clip(speech(20), float(start)) for start in range(0, 600, 20)]
    with caplog.at_level(logging.WARNING):
        found = transcribe(clips, engine)

    retried = engine.heard[len(clips) :]
    assert [start for start, _ in retried].count(480.0) >= 1
    assert sum(seconds for _, seconds in retried) <= 0.15 * 600
    assert "Engine unfit" in caplog.text
    assert all(segment.flags for segment in found)
    assert {int(one.start // 20) for one in found} == set(range(30))


def test_it_hears_again_only_what_was_skipped_inside_a_clip() -> None:
    opening = "Buenos días a todos los honorables concejales."
    skipped = "Esta frase faltaba en el medio de todo."

    def answer(clip: Clip, careful: bool) -> ClipResult:
        if clip.seconds > 15:
            first, last = said(opening), said("Muchas gracias, presidente.", 14.8)
            text = f"{first.text} {last.text}"
            return ClipResult(text=text, words=first.words + last.words)
        return said(skipped, 1.0)

    engine = Scripted(answer)
    found = transcribe([Clip(speech(16), 200.0)], engine)

    assert [segment.text for segment in found] == [
        opening,
        skipped,
        "Muchas gracias, presidente.",
    ]
    assert found[1].start == pytest.approx(200 + 7 * 0.4 + 1.0)
    assert engine.heard == [(200.0, 16.0), (202.8, pytest.approx(12.0))]
    assert [one.way for one in found[0].tries] == [Way.FIRST, Way.FILL]
    assert [one.kept for one in found[0].tries] == [True, True]
    assert found[0].tries[1].text == skipped


def test_it_says_when_a_hole_could_not_be_filled() -> None:
    opening = said("Buenos días a todos los honorables concejales.")

    def answer(clip: Clip, careful: bool) -> ClipResult:
        return opening if clip.seconds > 15 else ClipResult("")

    found = transcribe([Clip(speech(16), 0.0)], Scripted(answer))

    assert found[-1].flags == (guards.EARLY,)
    assert [one.kept for one in found[0].tries] == [True, False]


def test_it_keeps_words_on_silence_that_a_careful_hearing_hears_too() -> None:
    invented = ClipResult("¡Gracias!", no_speech=0.9, avg_logprob=-1.5)
    found = transcribe([Clip(noise(3), 0.0)], Scripted(lambda clip, careful: invented))

    assert texts(found) == "¡Gracias!"
    assert found[0].flags == (guards.INVENTED, guards.DOUBTFUL)


def test_it_takes_two_different_texts_on_silence_for_nothing() -> None:
    def answer(clip: Clip, careful: bool) -> ClipResult:
        text = "No, no, no." if careful else "¿Aprueban los honorables?"
        return ClipResult(text, no_speech=0.8, avg_logprob=-1.4)

    rejected: list[SegmentDraft] = []
    found = transcribe([Clip(noise(3), 0.0)], Scripted(answer), reject=rejected.append)

    assert found == []
    assert [one.text for one in rejected] == ["¿Aprueban los honorables?"]
    assert [one.text for one in rejected[0].tries] == [
        "¿Aprueban los honorables?",
        "No, no, no.",
    ]


def test_it_never_takes_two_texts_over_speech_for_nothing() -> None:
    def answer(clip: Clip, careful: bool) -> ClipResult:
        credit = "Subtítulos por Amara.org" if careful else "Gracias por ver el video."
        return ClipResult(credit, no_speech=0.5, avg_logprob=-0.2)

    found = transcribe([Clip(speech(5), 0.0)], Scripted(answer))

    assert texts(found)
    assert all(guards.CREDITS in one.flags for one in found)


def test_it_believes_a_roll_call_that_is_heard_without_the_list_too() -> None:
    listed = "Gladys Idárraga, Hernán Uribe, Marleny Londoño, Iván Hincapié."
    heard = "Gladis y Dárraga, Hernán Uribe, Marlene Londoño, Iván Incapié."

    def answer(clip: Clip, careful: bool) -> ClipResult:
        return filled(heard if careful else listed, clip.seconds)

    engine = Scripted(answer)
    found = transcribe([Clip(speech(6), 0.0)], engine, terms=TERMS)

    assert (texts(found), found[0].flags) == (listed, ())
    assert ways(found) == [Way.FIRST, Way.CAREFUL]


def test_it_does_not_believe_a_list_that_only_the_list_explains() -> None:
    listed = "Gladys Idárraga, Hernán Uribe, Marleny Londoño, Iván Hincapié."

    def answer(clip: Clip, careful: bool) -> ClipResult:
        return filled(GOOD if careful else listed, clip.seconds)

    found = transcribe([Clip(speech(6), 0.0)], Scripted(answer), terms=TERMS)

    assert (texts(found), found[0].flags) == (GOOD, ())


def test_it_cuts_a_clip_for_a_backup_that_takes_less() -> None:
    backup = Scripted(
        lambda clip, careful: filled(GOOD, clip.seconds), name="other", max_clip=6.0
    )
    found = transcribe(
        [Clip(speech(10), 0.0)],
        Scripted(lambda clip, careful: LOOP),
        backups=[lambda: backup],
    )

    assert len(backup.heard) == 2
    assert [one.text for one in found] == [GOOD, GOOD]
    assert found[1].start >= 3.0
