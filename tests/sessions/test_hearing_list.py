import datetime

import pytest

from councils.models import Council, Office, Term
from sessions.hearing_list import MOST, listed, terms_of
from sessions.models import CouncilSession
from tests.make import make_council, make_councillor, make_recording, make_session


def the_list(**given: list[str]) -> list[str]:
    return listed(**{"people": [], "places": [], "titles": [], "words": [], **given})


def test_it_puts_people_before_places_and_words() -> None:
    found = the_list(
        people=["Luz Dary Bernal"],
        places=["Concejo Municipal de Santa Leonor"],
        titles=["Informe de la Empresa de Acueducto"],
        words=["quórum"],
    )

    assert found == [
        "Luz Dary Bernal",
        "Concejo Municipal de Santa Leonor",
        "Empresa de Acueducto",
        "quórum",
    ]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Llamado a lista y verificación del quórum", []),
        ("Informe del acueducto de la vereda El Tablón.", ["El Tablón"]),
        (
            "Citación a la Secretaría de Infraestructura, doctora Olga Patiño",
            ["Secretaría de Infraestructura", "Olga Patiño"],
        ),
        ("Plan de Desarrollo", ["Plan de Desarrollo"]),
        ("Lectura y aprobación del Plan de Desarrollo", ["Plan de Desarrollo"]),
        ("Segundo debate del Acuerdo 7", ["Acuerdo 7"]),
        ("Informe de Montefrío", ["Montefrío"]),
        ("El Tablón: informe", ["El Tablón"]),
        ("LLAMADO A LISTA DE CONCEJALES", []),
    ],
)
def test_it_finds_the_names_in_a_title(title: str, names: list[str]) -> None:
    assert the_list(titles=[title]) == names


def test_it_puts_words_of_the_agenda_before_the_others() -> None:
    found = the_list(
        titles=["DEBATE SOBRE EL ACUEDUCTO DE MONTEFRÍO"],
        words=["quórum", "Montefrío", "acueducto", "acta"],
    )

    assert found == ["Montefrío", "acueducto", "quórum", "acta"]


def test_it_names_each_once_however_it_is_written() -> None:
    found = the_list(people=["Óscar  Mesa", "Oscar mesa"], words=["óscar mesa", ""])

    assert found == ["Óscar Mesa"]


def test_it_puts_last_what_needs_no_help() -> None:
    found = the_list(
        places=["Concejo Municipal de Santa Leonor"],
        titles=["Debate del Proyecto de Acuerdo número 14 de 2026, vereda El Tablón"],
        words=["Santa Leonor", "Leo", "Ley 142 de 1994"],
    )

    assert found == [
        "Concejo Municipal de Santa Leonor",
        "El Tablón",
        "Leo",
        "Proyecto de Acuerdo número 14 de 2026",
        "Santa Leonor",
        "Ley 142 de 1994",
    ]


def test_it_stays_short() -> None:
    words = [f"palabra {'x' * n}" for n in range(1, 100)]

    assert the_list(people=["x" * 121], words=words) == words[:MOST]


@pytest.fixture
def council(db: None) -> Council:
    council = make_council(name="Concejo Municipal de Santa Leonor")
    make_councillor(council, "Wilson Tibaduiza", order=2)
    make_councillor(council, "Luz Dary Bernal", order=1)
    return council


@pytest.fixture
def session(council: Council) -> CouncilSession:
    return make_session(council, date=datetime.date(2026, 8, 14))


def test_it_lists_who_may_be_named(council: Council, session: CouncilSession) -> None:
    gone = make_councillor(council, "Jairo Sanabria")
    gone.tenures.update(until=datetime.date(2026, 8, 13))
    president = council.councillors.get(full_name="Wilson Tibaduiza")
    president.tenures.create(office=Office.PRESIDENT, since=datetime.date(2026, 1, 1))
    session.speakers.create(voice="S1", name="Paola Forero").confirm(None)
    session.speakers.create(voice="S4", name="Paola Torero")  # only a guess
    session.speakers.create(voice="S2", councillor=gone, name="Jairo Sanabria")
    session.speakers.create(voice="S3")

    assert terms_of(session) == [
        "Paola Forero",
        "Luz Dary Bernal",
        "Wilson Tibaduiza",
        "Adriana Pérez Duque",
        "Concejo Municipal de Santa Leonor",
    ]


def test_it_prefers_the_secretary_of_the_day(session: CouncilSession) -> None:
    session.secretary_name = "Álvaro Quevedo"

    assert "Álvaro Quevedo" in terms_of(session)
    assert "Adriana Pérez Duque" not in terms_of(session)


def test_it_takes_approved_words_by_count_and_the_agenda_first(
    council: Council, session: CouncilSession
) -> None:
    approved = Term.State.APPROVED
    for text, count, state, whose in [
        ("rara", 1, approved, council),
        ("frecuente", 9, approved, council),
        ("Montefrío", 2, approved, None),
        ("propuesta", 99, Term.State.PROPOSED, council),
        ("ajena", 99, approved, make_council()),
    ]:
        Term.objects.create(text=text, count=count, state=state, council=whose)
    session.agenda.create(position=1, title="VÍAS DE MONTEFRÍO")

    words = terms_of(session)[4:]

    assert [word for word in words if word != "Montefrío"] == ["frecuente", "rara"]
    assert words[0] == "Montefrío"


def test_a_recording_is_heard_with_the_list(session: CouncilSession) -> None:
    transcription = make_recording(session).hear()

    assert transcription.terms == terms_of(session)
    assert "Luz Dary Bernal" in transcription.terms
