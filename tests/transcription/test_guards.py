from typing import Any

import numpy as np
import pytest

from tests.transcription.sounds import noise, tone
from transcription import guards
from transcription.audio import RATE
from transcription.cutting import FRAME
from transcription.engines import ClipResult, Word

TERMS = ["Gladys Idárraga", "Hernán Uribe", "Marleny Londoño", "Iván Hincapié"]


def result(text: str, **figures: float) -> ClipResult:
    return ClipResult(text=text, **figures)


def sound(speech: float, seconds: float | None = None) -> guards.Sound:
    """Return a clip's sound, so many seconds of which stand out of the noise."""
    seconds = seconds or max(speech, 1.0)
    loud = np.zeros(round(seconds * RATE / FRAME), bool)
    loud[: round(speech * RATE / FRAME)] = True
    return guards.Sound(seconds, loud)


def findings(said: ClipResult, speech: float, **known: Any) -> tuple[str, ...]:
    return guards.findings(said, sound(speech), **known)


@pytest.mark.parametrize(
    "text",
    [
        "Se abre la discusión. Anuncio que se va a cerrar. Queda cerrada.",
        "Presente. Presente. Presente. Presente. Presente.",
        "Aprobado, aprobado, aprobado, señora secretaria.",
        "Gracias por ver con buenos ojos esta proposición, honorables concejales.",
        "El concejal Iván Hincapié y la concejala Marleny Londoño presentaron excusa.",
        "Sí.",
    ],
)
def test_it_finds_nothing_wrong_with_what_people_say(text: str) -> None:
    said = result(text, no_speech=0.05, avg_logprob=-0.3, compression_ratio=1.4)

    assert findings(said, len(text.split()) / 3, terms=TERMS) == ()
    assert not guards.is_invented(said, sound(1.0))


@pytest.mark.parametrize(
    "text",
    [
        "gracias " * 6,
        "Aprueban los honorables concejales aprueban. " * 3,
        "que el próximo viernes presente el cronograma de las vías terciarias ya " * 2,
    ],
)
def test_it_finds_loops(text: str) -> None:
    assert guards.LOOP in findings(result(text), 5.0)


def test_it_finds_loops_by_compression() -> None:
    assert findings(result("a b", compression_ratio=2.5), 1.0) == (guards.LOOP,)


def test_it_finds_speech_without_words() -> None:
    assert findings(result(""), 1.5) == (guards.EMPTY,)
    assert findings(result("Buenos días."), 20.0) == (guards.EMPTY,)
    assert findings(result(""), 0.5) == ()


def test_it_finds_credit_lines_only_where_speech_is_doubtful() -> None:
    line = "Subtítulos realizados por la comunidad de Amara.org"

    assert guards.is_credit(result(line, no_speech=0.4), sound(10.0))
    assert not guards.is_credit(result(line, no_speech=0.01), sound(10.0))
    assert guards.is_credit(result(line), sound(2.0, 10.0))


def test_it_finds_english() -> None:
    text = "The council will now vote on the proposal that was read"

    assert findings(result(text), 4.0, locked=False) == (guards.LANGUAGE,)


def test_it_finds_the_list_of_terms_read_back() -> None:
    text = "gladys idarraga, Hernán Uribe, Marleny Londoño, Iván Hincapié"

    assert findings(result(text), 4.0, terms=TERMS) == (guards.ECHO,)


def test_it_says_when_the_engine_doubts() -> None:
    found = findings(result("carlos mario", avg_logprob=-1.2), 1.0)

    assert found == (guards.DOUBTFUL,)


def test_it_calls_unsure_words_over_no_sound_invented() -> None:
    unsure = result("¡Gracias!", no_speech=0.8, avg_logprob=-1.4)

    assert guards.is_invented(unsure, sound(0.2))
    assert not guards.is_invented(unsure, sound(3.0))


def test_it_calls_words_that_do_not_fit_the_sound_invented() -> None:
    words = (Word(0, 1, "¿Aprueban", 0.01), Word(1, 1, "los", 0.07))
    echoed = ClipResult("¿Aprueban los", words, avg_logprob=-0.4, no_speech=0.2)

    assert guards.is_invented(echoed, sound(0.0))
    assert not guards.is_invented(echoed, sound(3.0))


def test_it_counts_speech_above_the_rooms_noise() -> None:
    samples = noise(10, 0.01)
    samples[3 * RATE : 5 * RATE] += tone(2)

    assert guards.Sound.of(samples).speech == pytest.approx(2, abs=0.1)
    assert guards.Sound.of(noise(10, 0.01)).speech == 0
    assert guards.Sound.of(np.zeros(100, np.float32)).speech == 0


def test_it_finds_holes_with_sound_in_them() -> None:
    samples = noise(12, 0.001)
    samples[: 2 * RATE] += tone(2)
    samples[4 * RATE : 6 * RATE] += tone(2)  # nobody wrote this
    samples[10 * RATE : 11 * RATE] += tone(1)
    words = (Word(0.0, 2.0, "uno", 0.9), Word(10.0, 11.0, "dos", 0.9))

    assert guards.holes(words, guards.Sound.of(samples)) == ((2.0, 10.0),)
