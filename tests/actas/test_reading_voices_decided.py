"""One decision over a whole session, the same for the same words, and quoted."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from actas.reading import Line
from actas.reading.voices import SAYS, STRENGTHS, Kind, namings
from actas.reading.voices.assignment import total
from actas.reading.voices.proof import CAPS, Evidence
from tests.actas.voices_said import (
    CHAIR,
    GIVEN,
    NARIÑO,
    OFFICIAL,
    ROLL,
    VOTE,
    council,
    proposed,
    said,
    strengths,
)

BOYACÁ = council(
    "Nohora Patricia Suancha Rincón",
    "Deyanira Cuta Alarcón",
    "Ana Lucía Barrera Soler",
    president="Nohora Patricia Suancha Rincón",
    secretary="Rigoberto Niño Cely",
)

# ---- One assignment over all ---------------------------------------------------------


def test_it_assigns_all_voices_together_and_not_one_by_one():
    # S3 is a little likelier to be Tulcán than Botina; S4 can only be Tulcán.
    text = (
        CHAIR
        + (ROLL + VOTE).replace("S3", "S9").replace("S4", "S3")
        + (
            "S1: Tiene la palabra el concejal Segundo Tulcán.\n"
            "S3: Gracias, presidenta. El puente sobre el río sigue sin barandas.\n"
        )
    )
    names = proposed(text, NARIÑO)
    assert names["S9"] == "Segundo Tulcán Paz"
    assert names["S3"] == "Esneda Botina Cuastumal"


def test_it_names_two_labels_of_one_person_that_each_have_proof():
    own = "Buenos días, soy el concejal Segundo Tulcán y pido que conste en el acta."
    text = CHAIR + ROLL + VOTE + f"S1: Siguiente punto.\nS8: {own}\n"
    names = proposed(text, NARIÑO)
    assert names["S3"] == names["S8"] == "Segundo Tulcán Paz"


def test_two_voices_that_answer_each_other_are_not_one_person():
    own = "Buenos días, soy el concejal Segundo Tulcán."
    talk = (
        "S3: Yo le pregunto por el puente sin barandas.\n"
        "S8: Le contesto que eso ya está en obra.\n"
    )
    text = CHAIR + ROLL + VOTE + f"S1: Siguiente punto.\nS8: {own}\n" + talk * 2
    names = proposed(text, NARIÑO)
    assert [names.get("S3"), names.get("S8")].count("Segundo Tulcán Paz") == 1


# ---- Always --------------------------------------------------------------------------


def test_it_proposes_nobody_without_evidence():
    talk = "S1: Hoy llueve mucho en toda la cordillera.\nS2: Sí, y mañana también.\n"
    assert namings(said(talk * 20), NARIÑO) == []
    assert namings([], NARIÑO) == []
    assert proposed(CHAIR + ROLL, []) == {}


def test_it_says_the_same_whatever_the_order_of_lines_and_people():
    lines, people = said(CHAIR + ROLL + VOTE + GIVEN), list(NARIÑO)
    first = namings(lines, people)
    random.Random(7).shuffle(lines)
    people.reverse()
    assert namings(lines, people) == first


def test_words_without_a_voice_prove_nothing():
    lines = [replace(line, voice="") for line in said(CHAIR + ROLL + VOTE)]
    assert namings(lines, NARIÑO) == []


def test_no_kind_adds_up_for_ever():
    row = [Evidence(Kind.FLOOR, at, "x", 2.6, "c1") for at in range(50)]
    assert total(row) == CAPS[Kind.FLOOR]


def test_every_kind_has_a_strength_and_says_what_it_is():
    # How a voice sounds is weighed where that is remembered.
    assert set(SAYS) == {*STRENGTHS, Kind.VOICEPRINT} == set(Kind)
    assert all(SAYS[kind][0].islower() for kind in Kind)


VOICES = st.sampled_from(["S1", "S2", "S3", "S4", ""])
TEXTS = st.sampled_from(
    [line.text for line in said(CHAIR + ROLL + GIVEN + OFFICIAL)]
    + [
        "Positivo.",
        "Presidente.",
        "No contesta.",
        "¡",
        "h",
        "Gracias, concejal Tulcán.",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VOICES, TEXTS), max_size=40))
def test_it_always_quotes_what_was_said(rows):
    lines = [
        Line(pk, pk * 3.0, pk * 3.0 + 2.5, text, voice)
        for pk, (voice, text) in enumerate(rows)
    ]
    for naming in namings(lines, NARIÑO):
        assert 0 <= naming.confidence <= 1
        for one in naming.evidence:
            assert any(
                one.quote in line.text and line.start <= one.start <= line.end
                for line in lines
            )
            assert any(one.answer in line.text for line in lines)
        if naming.is_proposed:
            assert any(one.strength > 0 for one in naming.evidence)
            assert {o.kind for o in naming.evidence if o.strength > 0} != {Kind.FLOOR}


INFORMAL = """
S1: Les habla Nohora Patricia Suancha Rincón, muy buenos días. Arranquemos pues.
S2: Con gusto.
S1: Eso quedó claro la vez pasada, no le demos más vueltas. Concejala Deyanira Cuta.
S3: Yo lo que quiero es que nos cuenten qué pasó con la plata del puente de la vereda.
"""


def test_it_knows_the_chair_by_who_is_president_without_set_phrases():
    assert strengths("S3", "Deyanira Cuta Alarcón", INFORMAL, BOYACÁ)[Kind.FLOOR] > 0


def test_it_takes_nobody_else_for_the_chair():
    other = INFORMAL.replace("Nohora Patricia Suancha Rincón", "Ana Lucía Barrera")
    assert Kind.FLOOR not in strengths("S3", "Deyanira Cuta Alarcón", other, BOYACÁ)


def test_it_hears_that_somebody_is_let_through():
    text = INFORMAL.replace("Concejala", "Le doy paso a la concejala")
    found = strengths("S3", "Deyanira Cuta Alarcón", text, BOYACÁ)
    bare = strengths("S3", "Deyanira Cuta Alarcón", INFORMAL, BOYACÁ)
    assert found[Kind.FLOOR] >= bare[Kind.FLOOR]
