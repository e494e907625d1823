"""How people are called, answer and are thanked, as a model hears it."""

from dataclasses import replace

import pytest

from actas.reading import Line
from actas.reading.heard import Heard
from actas.reading.names import Person, calls
from actas.reading.voices import Candidate, Kind, Role
from actas.reading.voices.answers import mistaken
from actas.reading.voices.calling import callings
from actas.reading.voices.guests import heard_guests
from actas.reading.voices.scene import Scene
from tests.actas.voices_said import (
    CHAIR,
    NARIÑO,
    council,
    naming_of,
    proposed,
    said,
    strengths,
)

BOYACÁ = council(
    "Nohora Patricia Suancha Rincón",
    "Eliécer Tobo Pinzón",
    "Yudy Milena Chaparro Fonseca",
    "Wilson Orlando Pesca Higuera",
    "Deyanira Cuta Alarcón",
    "Ana Lucía Barrera Soler",
    president="Nohora Patricia Suancha Rincón",
    secretary="Rigoberto Niño Cely",
)
SURNAMES_FIRST = """
S2: Suancha Rincón, Nohora Patricia.
S1: Presente.
S2: Tobo Pinzón, Eliécer, aquí, Chaparro Fonseca, Yudy Milena.
S4: Buenas tardes a todos, presente.
S2: Pesca Higuera, Wilson.
S5: Presente, señor secretario.
S2: Cuta Alarcón, Deyanira.
S6: Presidente.
S2: Hay quórum, señora presidenta.
"""
VOTE = SURNAMES_FIRST.replace("resente", "ositivo").replace("Presidente", "Positivo")


def roll(text: str) -> Scene:
    return Scene(Heard.of(said(text)), BOYACÁ)


# ---- Names read out ------------------------------------------------------------------


def test_it_reads_lists_with_the_surnames_in_front():
    roster = [Person(0, "Wilson Orlando Pesca Higuera"), Person(1, "Ana Luz Gil Mora")]
    for text in ("Pesca Higuera Wilson Orlando", "Pesca Higuera, Wilson"):
        heard = Heard.of([Line(0, 0, 3, text)])
        (call,) = calls(heard, roster, 0, len(heard.words))
        assert (call.person.pk, call.first, call.last) == (0, 0, len(heard.words))


def test_it_hears_answers_to_a_list_with_the_surnames_in_front():
    (found,) = callings(roll(SURNAMES_FIRST))
    answers = {one.call.person.name.split()[0]: one.voice for one in found.answers}
    assert answers == {
        "Nohora": "S1",
        "Eliécer": "",
        "Yudy": "S4",
        "Wilson": "S5",
        "Deyanira": "S6",
    }


def test_no_voice_names_a_person_with_the_words_of_another():
    # "Yudy Milena" "Buenas tardes a …" sounds like the whole name put together.
    scene = roll("S2: Ana Lucía.\nS4: Barrena solo la tarde, presente.\n")
    assert not [m for m in scene.mentions if scene.voice(m.first) == "S4"]


def test_a_call_under_the_label_of_who_answers_it_does_not_speak_against():
    text = CHAIR + SURNAMES_FIRST.replace(
        "S2: Cuta Alarcón, Deyanira.\nS6: Presidente.",
        "S6: Cuta Alarcón, Deyanira, presente.",
    )
    found = strengths("S6", "Deyanira Cuta Alarcón", text, BOYACÁ)
    assert set(found) == {Kind.ROLL_CALL}


def test_who_says_señor_secretario_inside_the_callers_label_is_no_proof_against_it():
    text = CHAIR + SURNAMES_FIRST.replace("aquí,", "aquí, señor secretario,")
    naming = naming_of("S2", text, BOYACÁ)
    assert Kind.TO_SECRETARY not in {one.kind for one in naming.evidence}


def test_calls_that_follow_each_other_are_one_however_often_people_are_called():
    scene = roll(SURNAMES_FIRST + VOTE + VOTE)
    (found,) = callings(scene)
    assert sum(bool(one.voice) for one in found.answers) == 12


def test_an_answer_that_two_labels_share_is_worth_less_to_both():
    text = CHAIR + SURNAMES_FIRST.replace(
        "S6: Presidente.", "S6: Presente,\nS9: señor secretario."
    )
    whole = strengths("S6", "Deyanira Cuta Alarcón", CHAIR + SURNAMES_FIRST, BOYACÁ)
    for voice in ("S6", "S9"):
        found = strengths(voice, "Deyanira Cuta Alarcón", text, BOYACÁ)
        assert 0 < found[Kind.ROLL_CALL] < whole[Kind.ROLL_CALL]


def test_the_title_tells_a_man_from_a_woman_of_one_surname():
    pair = [
        Candidate("c1", "Gilma Soto Cano", "F"),
        Candidate("c2", "Efrén Soto Melo", "M"),
    ]
    for title, person in (("concejala", "c1"), ("concejal", "c2"), ("doctora", "c1")):
        heard = Heard.of(said(f"S1: Tiene la palabra, {title} Soto."))
        assert [m.person.key for m in Scene(heard, pair).mentions] == [person]
    unknown = [replace(one, gender="") for one in pair]
    heard = Heard.of(said("S1: Tiene la palabra, concejala Soto."))
    assert not Scene(heard, unknown).mentions


def test_people_are_called_by_their_first_surname():
    people = council("Ana Luz Mora Tobo", "Luis Tobo Pardo", "Iván Gil Tobo", "Eva Paz")
    heard = Heard.of(said("S1: Tiene la palabra el concejal Tobo."))
    assert [one.person.name for one in Scene(heard, people).mentions] == [
        "Luis Tobo Pardo"
    ]
    two = [*people, *council("Inés Tobo Luna")]
    assert not Scene(heard, two).mentions


# ---- How often labels are wrong ------------------------------------------------------


def wrong(text: str) -> float:
    scene = roll(text)
    heard = [one for found in callings(scene) for one in found.answers if one.voice]
    return mistaken(scene, heard)


def test_it_learns_from_the_session_how_often_labels_are_wrong():
    steady = wrong(SURNAMES_FIRST + VOTE)
    shared = wrong((SURNAMES_FIRST + VOTE).replace("S6:", "S5:"))
    changing = wrong(SURNAMES_FIRST + VOTE.replace("S6", "S8").replace("S4", "S9"))
    assert steady < wrong(SURNAMES_FIRST) < min(shared, changing)


def test_one_answer_and_a_speech_prove_more_in_a_room_that_hears_well():
    speech = f"S6: {SPEECH.strip()} Le pido a la alcaldía que responda ya.\n"
    once = VOTE.replace("S2: Cuta Alarcón, Deyanira.\nS6: Positivo.\n", "")
    others = "".join(f"S{at}: Hoy llueve en la plaza.\n" for at in range(11, 18))
    many = SURNAMES_FIRST + once * 2
    good = naming_of("S6", CHAIR + many + speech + others, BOYACÁ)
    unknown = naming_of("S6", CHAIR + SURNAMES_FIRST + speech + others, BOYACÁ)
    assert good.person.name == unknown.person.name == "Deyanira Cuta Alarcón"
    assert good.is_proposed
    assert not unknown.is_proposed


# ---- The floor -----------------------------------------------------------------------

SPEECH = " El acueducto de la vereda lleva seis meses sin cloro y la gente se enferma."


@pytest.mark.parametrize(
    "call",
    [
        "Conceja la Yudy, tiene el uso de la palabra.",
        "Un cejal a Yudy Milena, bien pueda.",
        "Tiene la réplica la concejala Chaparro, dos minutos.",
        "Concejala Yudy, ya que la nombraron en el debate.",
        "Conceja Chaparro.",
        "Claro que sí, Yudy.",
        "Doctora Yudy, hasta por cinco minutos.",
        "Concejala Yudy, tiene la palabra para responder el cuestionario.",
    ],
)
def test_it_knows_who_is_given_the_floor_by_a_part_of_the_name(call):
    text = CHAIR + f"S1: {call}\nS7: Gracias, presidenta.{SPEECH}\n"
    found = strengths("S7", "Yudy Milena Chaparro Fonseca", text, BOYACÁ)
    assert Kind.FLOOR in found


@pytest.mark.parametrize(
    "words",
    [
        "Se prepara la concejala Yudy.",
        "Nos acompaña la concejala Yudy. Ingeniera, tiene la palabra.",
        "Gracias, concejala Yudy. Siguiente punto, señor secretario.",
        "Continúe, doctora.",
    ],
)
def test_it_gives_nobody_the_floor_who_is_only_named(words):
    text = CHAIR + f"S1: {words}\nS7: Gracias, presidenta.{SPEECH}\n"
    assert not strengths("S7", "Yudy Milena Chaparro Fonseca", text, BOYACÁ)


def test_who_was_asked_for_by_name_and_speaks_of_that_person_is_another():
    text = CHAIR + (
        "S1: Tiene la palabra la concejala Deyanira Cuta.\n"
        "S7: Presidenta, la concejala Deyanira salió un momento y yo quedé en decir "
        "lo que ella traía preparado.\n"
    )
    assert not strengths("S7", "Deyanira Cuta Alarcón", text, BOYACÁ)


ASKED = CHAIR + (
    "S7: Presidenta, la réplica.\nS1: Concejal Pesca.\n"
    f"S7: Gracias, presidenta.{SPEECH}\n"
)


def test_who_asked_and_goes_on_when_named_is_that_person():
    assert proposed(ASKED, BOYACÁ)["S7"] == "Wilson Orlando Pesca Higuera"


def test_who_asked_is_not_who_is_named_where_another_voice_goes_on():
    text = ASKED.replace("S7: Gracias", "S8: Gracias")
    assert not strengths("S7", "Wilson Orlando Pesca Higuera", text, BOYACÁ)
    assert "S8" not in proposed(text, BOYACÁ)


def test_the_floor_the_thanks_before_and_those_after_are_proof_together():
    given = f"S1: Concejala Ana Lucía.\nS7: Gracias, presidenta.{SPEECH}\n"
    text = CHAIR + given + "S1: Muchas gracias, concejala Ana Lucía.\n"
    assert "S7" not in proposed(CHAIR + given, BOYACÁ)
    assert proposed(text, BOYACÁ)["S7"] == "Ana Lucía Barrera Soler"


# ---- Looking back --------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        "S1: Concejala Deyanira, quedó registrada su constancia.",
        "S8: Claro que sí\nS1: concejala Deyanira, continuamos.",
        "S1: A usted, doctora Deyanira.",
    ],
)
def test_it_hears_whom_the_chair_answers(reply):
    text = CHAIR + f"S7: {SPEECH.strip()}\n{reply}\n"
    found = strengths("S7", "Deyanira Cuta Alarcón", text, BOYACÁ)
    assert found[Kind.THANKED] > 0


def test_thanks_to_one_are_not_thanks_to_who_is_called_next():
    text = CHAIR + (
        f"S7: {SPEECH.strip()}\nS1: Gracias, ingeniero. Concejala Deyanira, tiene la "
        f"palabra.\nS8: Gracias, presidenta.{SPEECH}\n"
    )
    assert not strengths("S7", "Deyanira Cuta Alarcón", text, BOYACÁ)
    assert Kind.FLOOR in strengths("S8", "Deyanira Cuta Alarcón", text, BOYACÁ)


def test_thanks_and_the_next_name_may_share_a_sentence():
    text = CHAIR + (
        f"S7: {SPEECH.strip()}\nS1: Gracias concejala, ahora el concejal Pesca.\n"
        f"S8: Gracias, presidenta.{SPEECH}\n"
    )
    assert not strengths("S7", "Wilson Orlando Pesca Higuera", text, BOYACÁ)
    assert Kind.FLOOR in strengths("S8", "Wilson Orlando Pesca Higuera", text, BOYACÁ)


def test_it_knows_who_is_thanked_as_ponente():
    text = CHAIR + (
        "S2: Ponente, el honorable concejal Eliécer Tobo Pinzón.\n"
        f"S7: {SPEECH.strip()}\nS1: A usted, concejal ponente.\n"
    )
    found = strengths("S7", "Eliécer Tobo Pinzón", text, BOYACÁ)
    assert found[Kind.THANKED] > 0


# ---- Guests --------------------------------------------------------------------------


def guests(*texts: str) -> dict[str, bool]:
    heard = Heard.of([Line(n, n, n + 1, text) for n, text in enumerate(texts)])
    return {one.name: sure for one, sure in heard_guests(heard, BOYACÁ).items()}


def test_a_guest_spells_the_own_name():
    assert guests(
        "Está inscrita la señora Edelmira Vargas Tocarema, presidenta de la Junta.",
        "Mi nombre es Edelmira Vargas Tocarruncho y vengo por el puente.",
    ) == {"Edelmira Vargas Tocarruncho": True}


def test_the_second_time_a_part_of_a_guests_name_is_enough():
    office = "Bienvenido el Dr. Octavio Rubiano, Secretario de Hacienda."
    assert guests(office, "Gracias, Dr. Octavio.") == {"Octavio Rubiano": True}
    assert guests(office, "Gracias, doctor.") == {"Octavio Rubiano": True}
    assert guests(office, "Doctor Otavio Rubianos.", "Doctor Octavio.") == {
        "Octavio Rubiano": False
    }
    assert guests(office, "Gracias, doctor Eliécer.") == {}


def test_a_name_that_a_comma_breaks_is_whole_where_the_office_follows():
    broken = "Y la doctora luz, Elvira Sanabria, personera municipal."
    assert guests(broken) == {}
    assert guests(broken, "Gracias, doctora.") == {"Luz Elvira Sanabria": True}
    assert guests(broken, "Gracias, doctora Elvira.") == {"Luz Elvira Sanabria": True}


def test_it_knows_a_guest_by_rank_and_surname():
    text = CHAIR + (
        "S1: Nos acompaña el mayor Fabián Acuña, comandante de la estación.\n"
        "S2: Así se hará, señora presidenta.\n"
        "S1: Mayor Acuña, tiene el uso de la palabra.\n"
        f"S7: Señora presidenta, buenos días.{SPEECH}\n"
        "S1: Gracias, mayor Acuña.\n"
    )
    assert proposed(text, BOYACÁ)["S7"] == "Fabián Acuña"


def test_it_thanks_a_guest_after_an_abbreviated_title():
    text = CHAIR + (
        "S1: Le damos la bienvenida al Dr. Octavio Rubiano, Secretario de Hacienda.\n"
        "S1: Doctor, hasta por 10 minutos.\n"
        f"S7: Muy amable, presidenta.{SPEECH}\n"
        "S1: Gracias, Dr. Octavio.\n"
    )
    assert proposed(text, BOYACÁ)["S7"] == "Octavio Rubiano"


def test_who_says_the_own_name_stands_in_for_nobody():
    text = CHAIR + (
        "S1: Se inscribió la señora Edelmira Vargas Tocarema, líder de Tota.\n"
        "S1: Tiene hasta tres minutos.\n"
        "S7: Mi nombre es Edelmira Vargas Tocarema y vengo en nombre de mi vereda.\n"
    )
    assert proposed(text, BOYACÁ)["S7"] == "Edelmira Vargas Tocarema"


# ---- Who comes late, who takes the chair, who is two ---------------------------------


def test_who_excuses_the_delay_is_who_has_just_come():
    text = CHAIR + (
        "S2: Señora presidenta, me permito informar que se hizo presente en el recinto "
        "el concejal Eliécer Tobo Pinzón.\n"
        "S7: Aprobado.\nS1: Siguiente punto, señor secretario.\n"
        f"S7: Primero que todo, excúseme la demora.{SPEECH}\n"
    )
    found = strengths("S7", "Eliécer Tobo Pinzón", text, BOYACÁ)
    assert set(found) == {Kind.ARRIVED, Kind.LATE}


def test_who_says_asumo_is_who_was_asked_to():
    text = CHAIR + (
        "S1: Le pido al vicepresidente, el concejal Eliécer Tobo, que por favor asuma "
        "la presidencia.\n"
        "S7: Muchas gracias. Asumo entonces la presidencia.\n"
        "S7: Se abre la discusión.\n"
    )
    assert Kind.PRESIDES in strengths("S7", "Eliécer Tobo Pinzón", text, BOYACÁ)
    assert proposed(text, BOYACÁ)["S1"] == "Nohora Patricia Suancha Rincón"


def test_a_table_that_also_takes_the_chair_is_two_people_and_still_thanks():
    text = CHAIR + (
        "S1: Le pido al vicepresidente, el concejal Eliécer Tobo, que asuma la "
        "presidencia.\n"
        "S2: Asumo entonces la presidencia. Se abre la discusión.\n"
        f"S7: {SPEECH.strip()}\n"
        "S2: Gracias, concejala Deyanira. Se cierra la discusión.\n"
        "S2: Siguiente punto, señor secretario.\n"
        "S2: Proposiciones. Hay una, señor presidente.\n"
    )
    naming = naming_of("S2", text, BOYACÁ)
    assert Kind.TWO_PEOPLE in {one.kind for one in naming.evidence}
    assert Kind.THANKED in strengths("S7", "Deyanira Cuta Alarcón", text, BOYACÁ)


def test_a_formula_out_of_the_middle_of_anothers_sentence_is_a_stray():
    said_by = "S1: Siendo las tres de la tarde,\nS7: doy por finalizada\nS1: la sesión."
    scrap = CHAIR + said_by
    assert naming_of("S7", scrap, BOYACÁ) is None
    whole = CHAIR + "S7: Doy por finalizada la sesión.\n"
    assert naming_of("S7", whole, BOYACÁ) is not None


def test_it_takes_councillors_and_not_guests_for_who_is_called_concejal():
    guest = Candidate("g1", "Chaparro Moya", role=Role.GUEST, office="gerente de Aguas")
    text = CHAIR + f"S1: Concejala Chaparro.\nS7: Gracias, presidenta.{SPEECH}\n"
    assert Kind.FLOOR in strengths(
        "S7", "Yudy Milena Chaparro Fonseca", text, [*BOYACÁ, guest]
    )


def test_it_does_not_hear_the_council_as_a_councillor():
    scene = Scene(Heard.of(said("S1: El concejo Barrera. El consejo Barrera.")), NARIÑO)
    assert not scene.mentions
