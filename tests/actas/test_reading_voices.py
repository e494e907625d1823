"""What each kind of words proves of a voice, and what speaks against it."""

from dataclasses import replace

import pytest

from actas.reading import Line
from actas.reading.heard import Heard
from actas.reading.voices import (
    PROPOSE,
    STRENGTHS,
    Candidate,
    Kind,
    Role,
)
from actas.reading.voices.guests import heard_guests
from actas.reading.voices.proof import CAPS, prior, probability
from tests.actas.voices_said import (
    CHAIR,
    GIVEN,
    NARIÑO,
    OFFICIAL,
    ROLL,
    VOTE,
    naming_of,
    proposed,
    strengths,
)

GUEST = Candidate("g1", "Wilmar Pantoja", "M", Role.GUEST, "secretario de Obras")


def shown(voice: str, person: str, text: str, people=NARIÑO) -> dict:
    return strengths(voice, person, text, people)


# ---- For -----------------------------------------------------------------------------


def test_it_hears_who_answers_the_roll():
    found = shown("S4", "Esneda Botina Cuastumal", CHAIR + ROLL)
    assert found == {Kind.ROLL_CALL: pytest.approx(3.3, abs=0.1)}


@pytest.mark.parametrize(
    ("voice", "text", "both"),
    [
        ("S4", ROLL, ("Esneda Botina Cuastumal.", "Presente, señor secretario.")),
        ("S7", GIVEN, ("Tiene la palabra el concejal Segundo Tulcán.",
                       "Gracias, presidenta.")),
        ("S1", "", ("Existiendo quórum, declaro abierta la sesión.", "")),
    ],
)  # fmt: skip
def test_it_quotes_what_was_answered_with_what_was_asked(voice, text, both):
    evidence = naming_of(voice, CHAIR + text, NARIÑO).evidence
    assert both in [(one.quote, one.answer) for one in evidence]


def test_it_proposes_who_answers_the_roll_and_votes():
    names = proposed(CHAIR + ROLL + VOTE, NARIÑO)
    assert names["S3"] == "Segundo Tulcán Paz"
    assert names["S6"] == "Rosaura Meneses Delgado"
    assert Kind.VOTE in shown("S5", "Hermes Guerrero Insuasty", CHAIR + ROLL + VOTE)


def test_it_does_not_propose_on_one_answer():
    assert set(proposed(CHAIR + ROLL, NARIÑO)) == {"S1", "S2"}


def test_it_hears_names_that_the_president_calls_for_a_vote():
    text = CHAIR + ROLL + VOTE.replace("S2:", "S1:")
    assert Kind.VOTE in shown("S3", "Segundo Tulcán Paz", text)


def test_it_counts_no_answer_of_the_voice_that_reads_the_names():
    text = CHAIR + ROLL.replace("S4: Presente", "S2: Presente")
    naming = naming_of("S2", text, NARIÑO)
    assert naming.person.name == "Libardo Zambrano Ortega"
    assert "Esneda Botina Cuastumal" not in proposed(text, NARIÑO).values()


def test_it_takes_presidente_for_presente_only_in_a_roll_call():
    text = CHAIR + ROLL.replace("S3: Presente.", "S3: Presidente.")
    assert Kind.ROLL_CALL in shown("S3", "Segundo Tulcán Paz", text)
    floor = "S1: Concejal Tulcán.\nS3: Presidente.\nS1: Siguiente punto.\n"
    assert Kind.ROLL_CALL not in shown("S3", "Segundo Tulcán Paz", CHAIR + floor)


@pytest.mark.parametrize(
    "words",
    [
        "Buenos días a todos, soy la concejala Esneda Botina y quiero hablar del agua.",
        "Presidenta, les habla Esneda Botina Cuastumal desde la vereda.",
        "Mi nombre es Esneda Botina y llevo veinte años en esta lucha por el páramo.",
    ],
)
def test_it_believes_who_says_the_own_name(words):
    assert proposed(f"{CHAIR}S7: {words}", NARIÑO)["S7"] == "Esneda Botina Cuastumal"


@pytest.mark.parametrize(
    "words",
    [
        "Soy vocero de la concejala Esneda Botina y vengo a leer una carta suya.",
        "Yo no soy la concejala Esneda Botina, para que quede claro en el acta.",
        "Como decía la concejala Esneda Botina, aquí falta el agua desde enero.",
    ],
)
def test_it_does_not_believe_who_speaks_of_another(words):
    assert "S7" not in proposed(f"{CHAIR}S7: {words}", NARIÑO)


def test_it_does_not_take_a_document_read_aloud_for_its_reader():
    text = (
        CHAIR + "S2: Soy la concejala Esneda Botina Cuastumal y me declaro impedida.\n"
    )
    naming = naming_of("S2", text, NARIÑO)
    assert naming.person.name == "Libardo Zambrano Ortega"


def test_it_hears_thanks_by_name_after_a_turn():
    text = CHAIR + (
        "S7: Presidenta, en mi barrio no hay agua desde hace dos semanas.\n"
        "S1: Muchas gracias, concejala Meneses.\n"
    )
    found = shown("S7", "Rosaura Meneses Delgado", text)
    assert found == {Kind.THANKED: STRENGTHS[Kind.THANKED]}


def test_it_does_not_take_thanks_of_the_hall_for_proof():
    text = CHAIR + (
        "S7: Presidenta, en mi barrio no hay agua desde hace dos semanas.\n"
        "S8: Gracias, concejala Meneses, por traer ese tema al recinto.\n"
    )
    assert not shown("S7", "Rosaura Meneses Delgado", text)


def test_it_hears_an_author_speak_of_what_was_presented():
    text = CHAIR + (
        "S2: Proposición presentada por la concejala Rosaura Meneses Delgado.\n"
        "S1: Tiene la palabra la autora de la proposición.\n"
        "S7: Gracias, presidenta. La proposición que presenté protege el páramo.\n"
    )
    found = shown("S7", "Rosaura Meneses Delgado", text)
    assert found[Kind.AUTHOR] == STRENGTHS[Kind.AUTHOR]
    assert Kind.FLOOR in found


def test_it_hears_who_speaks_first_after_an_arrival():
    text = CHAIR + (
        "S2: Señora presidenta, informo que el concejal Hermes Guerrero Insuasty se "
        "hace presente en la sesión.\n"
        "S7: Qué pena con ustedes, hubo un derrumbe en la vía a Túquerres.\n"
    )
    assert shown("S7", "Hermes Guerrero Insuasty", text) == {Kind.ARRIVED: 2.5}


def test_it_knows_chair_and_table_by_their_formulas():
    assert Kind.PRESIDES in shown("S1", "Adelaida Chamorro Erazo", CHAIR)
    assert Kind.SECRETARY in shown("S2", "Libardo Zambrano Ortega", CHAIR)


# ---- The floor -----------------------------------------------------------------------


def test_it_never_proposes_on_the_floor_alone_however_often():
    text = CHAIR + GIVEN * 12
    assert set(shown("S7", "Segundo Tulcán Paz", text)) == {Kind.FLOOR}
    assert "S7" not in proposed(text, NARIÑO)


def test_the_floor_stays_below_a_proposal_by_its_numbers_too():
    assert probability(prior(9) + CAPS[Kind.FLOOR]) < PROPOSE


def test_it_proposes_the_floor_together_with_an_answer():
    text = CHAIR + ROLL.replace("S3", "S7") + VOTE.replace("S3", "S7") + GIVEN
    assert proposed(text, NARIÑO)["S7"] == "Segundo Tulcán Paz"


def test_it_does_not_give_the_floor_to_who_is_only_next():
    text = (
        CHAIR
        + "S1: Concejala Botina, y se prepara el concejal Tulcán.\n"
        + ("S7: Gracias, presidenta. El puente sobre el Guáitara sigue sin barandas.\n")
    )
    assert Kind.FLOOR in shown("S7", "Esneda Botina Cuastumal", text)


def test_it_tells_before_and_after_the_floor_apart():
    text = CHAIR + (
        "S1: Nos acompaña la concejala Esneda Botina, tiene la palabra el concejal "
        "Segundo Tulcán.\nS7: Gracias, presidenta, por el tiempo que nos concede.\n"
    )
    assert shown("S7", "Segundo Tulcán Paz", text)[Kind.FLOOR] > 0


# ---- Guests --------------------------------------------------------------------------


def test_it_proposes_a_guest_of_the_list():
    assert proposed(OFFICIAL, [*NARIÑO, GUEST])["S7"] == "Wilmar Pantoja"


def test_it_proposes_a_guest_who_is_only_heard():
    naming = naming_of("S7", OFFICIAL, NARIÑO)
    assert naming.is_proposed
    assert naming.person.key.startswith("heard:")
    assert (naming.person.name, naming.person.role) == ("Wilmar Pantoja", Role.GUEST)
    assert naming.person.office == "secretario de Obras"


def test_it_makes_no_guest_of_a_name_heard_once_or_without_office():
    def heard(*texts):
        return heard_guests(
            Heard.of([Line(n, n, n + 1, text) for n, text in enumerate(texts)]), NARIÑO
        )

    assert not heard("La secretaria de Salud, doctora Flor Ibarra.")
    assert not heard("Doctora Flor Ibarra.", "Gracias, doctora Flor Ibarra.")
    assert not heard("Doctora Esneda Botina, personera.", "Doctora Esneda Botina.")
    alike = heard("La personera, doctora Flor Ibarra.", "Gracias, doctora Flor Ivarra.")
    assert list(alike.values()) == [True]
    other = heard("La personera, doctora Flor Ibarra.", "Doctora Floribe Ibarra.")
    assert list(other.values()) == [False]


def test_it_does_not_write_down_a_name_that_it_heard_in_two_ways():
    text = OFFICIAL.replace(
        "palabra el ingeniero Wilmar Pantoja", "palabra el ingeniero Uilmar Pantojas"
    )
    naming = naming_of("S7", text, NARIÑO)
    assert naming.person.key.startswith("heard:")
    assert not naming.is_proposed


# ---- Against -------------------------------------------------------------------------


def test_who_names_somebody_is_another():
    text = (
        CHAIR + ROLL + "S3: Usted sabe que el concejal Segundo Tulcán no vino ayer.\n"
    )
    assert shown("S3", "Segundo Tulcán Paz", text)[Kind.NAMES_THEM] == -2.0


def test_it_lowers_who_did_not_answer_while_another_voice_did():
    text = CHAIR + ROLL + VOTE.replace("S3", "S8")
    assert shown("S3", "Segundo Tulcán Paz", text)[Kind.OTHER_ANSWERED] == -1.0


GONE = "S1: Señor secretario, llamemos a lista.\n" + ROLL.replace(
    "S3: Presente.", "S2: No contesta."
)
SPEAKS = "S7: Buenos días, soy el concejal Segundo Tulcán y hablo desde mi casa.\n"


def test_it_lowers_people_who_are_absent():
    assert shown("S7", "Segundo Tulcán Paz", GONE + SPEAKS)[Kind.ABSENT] == -4.0
    assert "S7" not in proposed(GONE + SPEAKS, NARIÑO)
    assert "S7" in proposed(CHAIR + SPEAKS, NARIÑO)


def test_it_lowers_voices_that_spoke_before_somebody_arrived():
    talk = "S8: Yo sí le pido a la alcaldía que arregle el puente antes de enero.\n"
    arrival = (
        "S2: Señora presidenta, informo que el concejal Segundo Tulcán Paz se hace "
        "presente en la sesión.\n"
    )
    text = GONE + talk + arrival + SPEAKS
    assert Kind.EARLY not in shown("S7", "Segundo Tulcán Paz", text)
    early = text.replace("S8: ", "S7: ")
    assert shown("S7", "Segundo Tulcán Paz", early)[Kind.EARLY] == -2.5


def test_it_lowers_who_speaks_in_the_place_of_a_guest():
    before = OFFICIAL.replace("S1: Gracias, ingeniero Pantoja.", "")
    text = before.replace(
        "Hemos pavimentado", "En representación del secretario, hemos pavimentado"
    )
    people = [*NARIÑO, GUEST]
    naming = naming_of("S7", text, people)
    assert Kind.STANDS_IN in {one.kind for one in naming.evidence}
    assert naming.confidence < 0.6 < naming_of("S7", before, people).confidence


def test_who_speaks_to_the_secretary_is_not_the_secretary():
    words = "S2: Señor secretario, infórmele al concejo lo que dice la norma.\n"
    before = naming_of("S2", CHAIR, NARIÑO).confidence
    after = naming_of("S2", CHAIR + words, NARIÑO)
    assert after.confidence < before
    assert Kind.TO_SECRETARY in {one.kind for one in after.evidence}


def test_who_speaks_to_the_president_does_not_preside():
    words = "S1: Señora presidenta, con todo respeto, no estoy de acuerdo.\n"
    before = naming_of("S1", CHAIR, NARIÑO).confidence
    after = naming_of("S1", CHAIR + words * 3, NARIÑO)
    assert after.confidence < before
    assert Kind.TO_PRESIDENT in {one.kind for one in after.evidence}


def test_a_president_is_not_addressed_as_a_man_and_a_woman():
    people = [replace(p, gender="M") if p.key == "c1" else p for p in NARIÑO]
    text = CHAIR + "S2: Ha sido aprobado, señora presidenta.\n" * 2
    assert Kind.OTHER_GENDER in {
        one.kind for one in naming_of("S1", text, people).evidence
    }
    assert "S1" not in proposed(text, people)
    assert "S1" in proposed(text, [replace(p, gender="F") for p in NARIÑO])


def test_it_leaves_a_label_open_that_answers_for_two_people():
    text = CHAIR + (ROLL + VOTE).replace("S4:", "S3:")
    assert "S3" not in proposed(text, NARIÑO)
    assert proposed(text, NARIÑO)["S6"] == "Rosaura Meneses Delgado"


def test_it_leaves_the_chair_open_where_who_was_called_goes_on_in_its_voice():
    text = (
        CHAIR
        + ROLL.replace("S3", "S1")
        + GIVEN.replace("S7", "S1").replace(
            "sigue sin barandas",
            "sigue sin barandas y sin luz, y la gente pasa de noche con linterna",
        )
    )
    assert "S1" not in proposed(text, NARIÑO)
