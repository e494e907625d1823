"""The guards, against what Whisper base really wrote and what people really say."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.transcription.scripted import speech
from tests.transcription.sounds import noise, tone
from transcription import guards
from transcription.audio import RATE
from transcription.cutting import FRAME
from transcription.engines import ClipResult, Word, compression_ratio

TERMS = [
    "Gladys Idárraga",
    "Hernán Uribe",
    "Marleny Londoño",
    "Iván Hincapié",
    "Consuelo Arbeláez",
]


def result(text: str, **figures: float) -> ClipResult:
    return ClipResult(text=text, **figures)


def timed(text: str, seconds: float, probability: float = 0.9) -> ClipResult:
    """Return `text` with its words spread evenly over so many seconds."""
    said = text.split()
    step = seconds / len(said)
    words = tuple(
        Word(at * step, (at + 1) * step, word, probability)
        for at, word in enumerate(said)
    )
    return ClipResult(text, words, avg_logprob=-0.3, no_speech=0.05)


def sound(speech: float, seconds: float | None = None) -> guards.Sound:
    """Return a clip's sound, so many seconds of which stand out of the noise."""
    seconds = seconds or max(speech, 1.0)
    loud = np.zeros(round(seconds * RATE / FRAME), bool)
    loud[: round(speech * RATE / FRAME)] = True
    return guards.Sound(seconds, loud)


def findings(said: ClipResult, speech: float, **known: Any) -> tuple[str, ...]:
    return guards.findings(said, sound(speech), **known)


@dataclass(frozen=True)
class Recorded:
    """What faster-whisper 1.2 with Whisper base wrote, and its own figures."""

    text: str
    avg_logprob: float
    no_speech: float
    speech: float  # seconds of sound in the clip
    flags: set[str]

    @property
    def result(self) -> ClipResult:
        return ClipResult(
            self.text,
            avg_logprob=self.avg_logprob,
            no_speech=self.no_speech,
            compression_ratio=compression_ratio(self.text),
        )


INVENTED, LOOP, CREDITS = guards.INVENTED, guards.LOOP, guards.CREDITS
LANGUAGE, RUSHED = guards.LANGUAGE, guards.RUSHED
RECORDED = {
    # Greedy, over sound without speech.
    "room noise": Recorded("y", -1.84, 0.84, 0.0, {INVENTED}),
    "melody": Recorded("y y y y", -1.24, 0.72, 0.9, {INVENTED}),
    "noise told to be English": Recorded(
        "I'm going to do it.", -1.69, 0.84, 0.0, {INVENTED, LANGUAGE}
    ),
    "loud noise told to be English": Recorded(
        "I'm going to do a little bit of the same thing. " * 14,
        *(-0.2, 0.8, 0.0),
        {INVENTED, LOOP, LANGUAGE, RUSHED},
    ),
    # With a list of names as hotwords.
    "noise, list": Recorded(
        "El Piano de la Vista" + " de la Vista" * 70,
        *(-0.16, 0.62, 0.0),
        {INVENTED, LOOP, RUSHED},
    ),
    "melody, list": Recorded(
        "El Mónio de la Iglesia" + " de la Iglesia" * 50,
        *(-0.15, 0.44, 0.9),
        {INVENTED, LOOP, RUSHED},
    ),
    "speech, list, no timestamps": Recorded("Léz, " * 90, -0.13, 0.02, 19.0, {LOOP}),
    "speech, list, no timestamps, phrase": Recorded(
        "de la Secretaría" + " de la Autorización" * 60,
        *(-0.14, 0.12, 21.0),
        {LOOP, RUSHED},
    ),
    # With subtitles in the prompt.
    "silence, prompt": Recorded(
        "Gracias por ver el video. " * 30, -0.07, 0.74, 0.0, {INVENTED, LOOP, RUSHED}
    ),
    "noise, prompt": Recorded("Subtítulos.", -0.93, 0.85, 0.0, {CREDITS}),
    "melody, prompt": Recorded(
        "Subtítulos. Gracias por ver el video.", -0.4, 0.43, 0.9, {CREDITS}
    ),
    # The careful way, over clapping.
    "applause": Recorded(
        "No, no, no, no, yo no, yo no, no, yo, yo no, yo, yo, yo, no, yo, no, no, oh, "
        "oh, oh, no, oh, no, no, ah, oh, oh, ah, oh, ah, ah, oh, no, ah, ah, ah, no",
        *(-0.51, 0.61, 0.03),
        {INVENTED, RUSHED, LOOP},
    ),
    # The set phrases of the prompt, over clapping: words that fit nothing.
    "applause, phrases": Recorded(
        "¿Aprueban los honorables concejales? Aprueban los honorables concejales.",
        *(-0.47, 0.65, 0.03),
        {INVENTED, RUSHED},
    ),
    # The set phrases of the prompt, over a vote that was read out.
    "speech, phrases": Recorded(
        "¿Aprueban los honorables concejales? Aprobado. "
        + "¿Aprueban los honorables concejales? Aprueban. ¿Aprueban. " * 2
        + "¿Aprueban. " * 14,
        *(-0.4, 0.1, 22.0),
        {LOOP},
    ),
    "speech, phrases, all of them": Recorded(
        "¿Aprueban los honorables concejales? Aprueban. " * 6, -0.3, 0.1, 20.0, {LOOP}
    ),
    # A clip that stopped after its first words.
    "stopped early": Recorded(
        "y llegó a noche y no hubo tiempo de estudiarlo.",
        *(-0.44, 0.07, 24.0),
        {guards.EMPTY},
    ),
}


@pytest.mark.parametrize("name", RECORDED)
def test_it_finds_what_is_wrong_with_recorded_outputs(name: str) -> None:
    one = RECORDED[name]

    assert set(findings(one.result, one.speech, locked=False)) >= one.flags


@pytest.mark.parametrize(
    "text",
    [
        "Se abre la discusión. Anuncio que se va a cerrar. Queda cerrada.",
        "Presente. Presente. Presente. Presente. Presente.",
        "Aprobado, aprobado, aprobado, señora secretaria.",
        "Gracias, señor presidente.",
        "Muchas gracias por ver con buenos ojos esta proposición, concejales.",
        "El concejal Iván Hincapié y la concejala Marleny Londoño presentaron excusa.",
        "Nubia Cardona, sí. Rubén Tabares, no. Dora Ospina, sí. Jairo Zuluaga, sí.",
        "Por valor de $1.870.000.000, según el Acuerdo 012 de 2024 del H. Concejo.",
        "Escriban a secretaria@concejo.gov.co o vean www.concejo.gov.co/sesiones.",
        "El P.O.T. y la inconstitucionalidad de la Resolución N.º 14 de la C.R.A.",
        "Sí.",
    ],
)
def test_it_finds_nothing_wrong_with_what_people_say(text: str) -> None:
    said = result(
        text,
        no_speech=0.05,
        avg_logprob=-0.3,
        compression_ratio=compression_ratio(text),
    )

    assert findings(said, len(text.split()) / 3, terms=TERMS, locked=False) == ()


def test_it_lets_people_thank_the_president_in_a_doubtful_clip() -> None:
    thanks = result("Gracias, señor presidente.", no_speech=0.4, avg_logprob=-0.8)

    assert guards.findings(thanks, sound(1.6, 8.0)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "gracias " * 6,
        "Aprueban los honorables concejales aprueban. " * 3,
        "que el próximo viernes presente el cronograma de las vías terciarias ya " * 2,
    ],
)
def test_it_finds_loops(text: str) -> None:
    assert LOOP in findings(result(text), 5.0)


def test_it_finds_loops_by_compression() -> None:
    assert findings(result("a b", compression_ratio=2.5), 1.0) == (LOOP,)


def test_it_finds_speech_without_words() -> None:
    assert findings(result(""), 1.5) == (guards.EMPTY,)
    assert findings(result("Buenos días."), 20.0) == (guards.EMPTY,)
    assert findings(result(""), 0.5) == ()


def test_it_finds_credit_lines_only_where_speech_is_doubtful() -> None:
    line = "Subtítulos realizados por la comunidad de Amara.org"

    assert guards.is_credit(result(line, no_speech=0.4), sound(10.0))
    assert guards.is_credit(result(line), sound(2.0, 10.0))
    assert not guards.is_credit(result(line, no_speech=0.01), sound(10.0))
    assert not guards.is_credit(result(line), sound(10.0))


def test_it_leaves_the_language_to_an_engine_that_is_told_it() -> None:
    said = result("The council will now vote on the proposal that was read")

    assert findings(said, 4.0, locked=False) == (LANGUAGE,)
    assert findings(said, 4.0) == ()


def test_it_finds_the_list_of_terms_read_back() -> None:
    text = "gladys idarraga, Hernán Uribe, Marleny Londoño, Iván Hincapié"

    assert findings(result(text), 4.0, terms=TERMS) == (guards.ECHO,)
    assert findings(result(text), 4.0, terms=TERMS[:3]) == ()
    assert findings(result(text), 4.0, terms=TERMS[::-1]) == ()


def test_it_tells_the_same_words_from_others_however_they_are_spelt() -> None:
    listed = "Gladys Idárraga, Hernán Uribe, Marleny Londoño"

    assert guards.alike(listed, "Guadis y Darraga. Hernan Uribe. Marlene Londoño.")
    assert not guards.alike(listed, "Sírvase llamar a lista y verificar el quórum.")
    assert not guards.alike("¿Aprueban los honorables?", "No, no, no.")


def test_it_finds_more_words_than_anyone_can_say() -> None:
    text = "queda aprobada la proposición que fue leída por la señora secretaria"

    assert guards.RUSHED in findings(result(text), 1.5)
    assert guards.RUSHED not in findings(result(text), 2.4)
    assert guards.RUSHED not in findings(result("¡Que sí, señor!"), 0.3)


def test_it_says_when_the_engine_doubts() -> None:
    found = findings(result("carlos mario", avg_logprob=-1.2), 1.0)

    assert found == (guards.DOUBTFUL,)


def test_it_calls_unsure_words_over_no_sound_invented() -> None:
    unsure = result("¡Gracias!", no_speech=0.8, avg_logprob=-1.4)

    assert guards.is_invented(unsure, sound(0.2))
    assert not guards.is_invented(unsure, sound(3.0))


def test_it_calls_words_that_do_not_fit_the_sound_invented() -> None:
    echoed = timed("¿Aprueban los", 1.0, probability=0.04)

    assert guards.is_invented(echoed, sound(0.0))
    assert not guards.is_invented(echoed, sound(3.0))


@pytest.mark.parametrize(
    ("word", "is_stray"),
    [
        (Word(1.0, 1.5, "ya", 0.9), False),
        (Word(-0.8, 1.0, "ya", 0.9), True),
        (Word(4.0, 5.8, "ya", 0.9), True),
        (Word(4.9, 5.3, "ya", 0.9), False),  # within what word times are worth
    ],
)
def test_it_finds_words_outside_the_clip(word: Word, is_stray: bool) -> None:
    assert guards.is_stray([word], sound(5.0)) is is_stray


def test_it_finds_words_that_run_backwards() -> None:
    words = [Word(2.0, 2.5, "queda", 0.9), Word(1.0, 1.5, "cerrada", 0.9)]

    assert guards.is_stray(words, sound(5.0))
    assert guards.tidied(words, 5.0) == [words[0], Word(2.0, 2.0, "cerrada", 0.9)]


@pytest.mark.parametrize(
    "text",
    [
        "Se levanta la sesión.Muchas gracias",
        "la palabra,Presidente",
        "¿Aprueban?¡Aprobado!",
        "loshonorablesconcejalesdeben votar",
    ],
)
def test_it_finds_lost_spaces(text: str) -> None:
    assert guards.is_glued(text)


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
    said = ClipResult("uno dos", words)
    heard = guards.Sound.of(samples)

    assert guards.holes(words, heard) == ((2.0, 10.0),)
    assert guards.GAP in guards.findings(said, heard)
    assert guards.EARLY not in guards.findings(said, heard)
    assert guards.holes((), heard) == ()


def test_it_finds_a_clip_that_stops_early() -> None:
    said = timed("Buenos días a todos los presentes", 2.4)

    assert guards.findings(said, guards.Sound.of(speech(4.5))) == (guards.EARLY,)
    assert guards.findings(said, guards.Sound.of(speech(2.6))) == ()


def test_it_puts_each_flag_where_it_belongs() -> None:
    found = guards.placed(
        (guards.LANGUAGE, guards.RUSHED, guards.EARLY, guards.GAP, guards.GLUED),
        starts=[0.0, 3.0, 9.0],
        texts=["Primera.", "Segunda.Pegada.", "And the third of them."],
        gaps=[(5.0, 9.0), (11.0, 14.0)],
        seconds=14.0,
    )

    assert found == [
        (guards.RUSHED,),
        (guards.RUSHED, guards.GAP, guards.GLUED),
        (guards.LANGUAGE, guards.RUSHED, guards.EARLY),
    ]


def test_it_flags_every_sentence_of_a_loop_that_none_shows_alone() -> None:
    texts = ["Queda aprobado.", "Queda aprobado."] * 3
    found = guards.placed((LOOP,), list(range(6)), texts, [], 6.0)

    assert found == [(LOOP,)] * 6


def test_it_thinks_text_that_nobody_said_worse_than_none() -> None:
    order = [(), ("doubtful",), ("gap",), ("loop", "rushed"), ("empty",), ("credits",)]

    assert sorted(order, key=guards.gravity) == order


def test_it_counts_no_word_that_cannot_have_been_said() -> None:
    loop = result("la sesión empieza " + "gracias " * 9)

    assert guards.fitting(loop, ()) == 3
    assert guards.fitting(loop, (guards.INVENTED,)) == 0


def test_it_tells_the_secretary_what_to_do_about_every_flag() -> None:
    assert set(guards.SAYS) == set(guards.WEIGHT)
    for says in guards.SAYS.values():
        assert says.endswith(".")
        assert "." in says[:-1]  # what is odd, and what to do
