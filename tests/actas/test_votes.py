"""Votes read in a transcript, and the talk about votes that is none."""

import pytest

from actas.reading.heard import Heard, Line
from actas.reading.names import Person
from actas.reading.votes import VoteFound, votes

AMPARO = Person(1, "Amparo Quiceno Rúa")
FREDY = Person(2, "Jhon Fredy Zapata Tobón")
DARY = Person(3, "Luz Dary Ceballos Higuita")
WILSON = Person(4, "Wilson Valderrama Ochoa")
ROSA = Person(5, "Rosa Emilia Yarce Buriticá")
ROSTER = (AMPARO, FREDY, DARY, WILSON, ROSA)


def votes_in(*texts: str) -> tuple[VoteFound, ...]:
    """Read the votes in lines of five seconds each, with pks from 100 on."""
    lines = [
        Line(100 + at, at * 5.0, at * 5.0 + 5, text) for at, text in enumerate(texts)
    ]
    return votes(Heard.of(lines), ROSTER)


def test_it_finds_an_ordinary_vote():
    (vote,) = votes_in(
        "En consideración el acta número 22, que fue enviada. Se abre la discusión.",
        "¿Aprueban los honorables concejales?",
        "Aprobado.",
        "Ha sido aprobada, señor presidente.",
        "De esta manera queda aprobada el acta.",
    )
    assert vote.question == "el acta número 22"
    assert (vote.kind, vote.result) == ("ordinaria", "aprobado")
    assert (vote.yes, vote.no, vote.ballots) == (None, None, ())
    assert vote.proof.quote == "De esta manera queda aprobada el acta"
    assert 5 <= vote.start < 6


def test_it_finds_a_mangled_ordinary_vote():
    (vote,) = votes_in(
        "y consideración el orden del día leído se abre la discusión",
        "prueban los sonorables consejales",
        "aproveado hacido aprovado señora presidenta",
    )
    assert vote.question == "el orden del día"
    assert vote.result == "aprobado"


def test_it_finds_a_nominal_vote_with_its_ballots():
    (vote,) = votes_in(
        "Abra la votación nominal de la proposición número ocho, señora secretaria.",
        "Así se hará. Honorable concejala Amparo Quiceno Rúa.",
        "Positivo.",
        "Honorable concejal Jhon Fredy Zapata Tobón. Mi voto es negativo, secretaria.",
        "Un orable consejala Luis Dari Zevallos Iguita, ocitivo.",
        "Honorable concejal Wilson Valderrama Ochoa. No.",
        "Honorable concejala Rosa Emilia Yarce Buriticá. No contesta.",
        "Le informo, señor presidente, que hay tres votos positivos y un voto negativo "
        "por la aprobación de la proposición número ocho.",
        "Queda aprobada la proposición.",
    )
    assert vote.question == "la proposición número ocho"
    assert vote.kind == "nominal"
    assert {ballot.person: ballot.value for ballot in vote.ballots} == {
        AMPARO: "sí",
        FREDY: "no",
        DARY: "sí",
        WILSON: "no",
    }
    # As announced, though the ballots say two and two: the secretary decides.
    assert (vote.yes, vote.no, vote.result) == (3, 1, "aprobado")
    assert vote.proof.line == 107
    assert vote.proof.quote.startswith("Le informo, señor presidente, que hay tres")


def test_it_leaves_out_a_ballot_heard_two_ways():
    (vote,) = votes_in(
        "Tomamos votación nominal por la aprobación o negación del acta 22.",
        "Amparo Quiceno Rúa. Positivo. Wilson Valderrama Ochoa. Negativo.",
        "Amparo Quiceno Rúa. Negativo.",
        "Queda negada el acta.",
    )
    assert [ballot.person for ballot in vote.ballots] == [WILSON]
    assert (vote.question, vote.result) == ("acta 22", "negado")


def test_it_adds_up_no_numbers_and_derives_no_result():
    (vote,) = votes_in(
        "Tomamos votación nominal.",
        "Amparo Quiceno Rúa. Positivo. Wilson Valderrama Ochoa. Positivo.",
        "Informo, señor presidente, que hay 12 votos positivos.",
    )
    assert (vote.question, vote.yes, vote.no, vote.result) == ("", 12, None, "")


def test_it_hears_who_is_called_by_surnames():
    (vote,) = votes_in(
        "Sírvase llamar a votación nominal por el proyecto de acuerdo 3.",
        "Concejal Zapata Tobón. No, señor secretario.",
        "Concejala Cevallos Iguita. Sí, por supuesto.",
        "Concejala Quiceno. Sí.",
        "Le informo que hay dos votos positivos y un voto negativo.",
    )
    assert {ballot.person: ballot.value for ballot in vote.ballots} == {
        FREDY: "no",
        DARY: "sí",
    }
    assert (vote.question, vote.yes, vote.no) == ("el proyecto de acuerdo 3", 2, 1)


def test_it_gives_nobody_the_ballot_of_an_unrecognised_name():
    (vote,) = votes_in(
        "Tomamos votación nominal.",
        "Concejal Wilson Valderrama Ochoa. Concejal Ditulio Marmolejo. Positivo.",
        "Queda aprobada el acta.",
    )
    assert vote.ballots == ()


def test_it_hears_the_council_answer():
    (vote,) = votes_in(
        "Con la corrección, aproveva el consejo el acta número 59.",
        "Aprobada.",
        "Ha sido aprobada, con la corrección.",
    )
    assert (vote.question, vote.result) == ("el acta número 59", "aprobado")


def test_it_reads_a_refusal():
    (vote,) = votes_in(
        "¿Aprueban los honorables concejales?", "No ha sido aprobado, señor presidente."
    )
    assert vote.result == "negado"


def test_it_keeps_two_votes_apart():
    first, second = votes_in(
        "¿Aprueban los honorables concejales?",
        "Ha sido aprobado, señor presidente.",
        "Queda aprobado el orden del día.",
        "¿Aprueban los honorables concejales?",
        "Ha sido aprobada, señor presidente.",
        "Queda aprobada el acta.",
    )
    assert (first.question, second.question) == ("el orden del día", "el acta")


@pytest.mark.parametrize(
    "said",
    [
        "Ayer votamos y queda aprobado el proyecto, como ha sido aprobado, señor "
        "presidente, tantas veces.",
        "En la votación de la semana pasada hubo ocho votos positivos y dos negativos.",
        "Si aprueban los honorables concejales, mañana queda aprobado el crédito.",
        "¿Aprueba el concejo esta plata así? Lo aprobado en comisión era otro.",
        "Yo quiero que esto se vote; cuando queda aprobado un proyecto, se cumple.",
        "Queda aprobado el crédito, dijo el banco.",
        "El alcalde pidió la votación nominal y nadie quiso.",
    ],
)
def test_it_makes_no_vote_of_talk_about_votes(said):
    assert votes_in(said) == ()
