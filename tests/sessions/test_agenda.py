"""The orden del día is pasted, corrected and moved without losing what is known."""

import pytest
from django.test import Client

from councils.models import Role
from sessions import agenda
from sessions.agenda import kind_of, titles_in
from sessions.models import CouncilSession
from tests.make import make_acta, make_session, make_user


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("1. Llamado a lista", "Llamado a lista"),
        ("  10)  Varios ", "Varios"),
        ("2º. Lectura", "Lectura"),
        ("III. Debate", "Debate"),
        ("IV- Debate", "Debate"),
        ("• Himno\tnacional", "Himno nacional"),
        ("- Himno", "Himno"),
        ("20 de julio: acto cívico", "20 de julio: acto cívico"),
        ("Villa Inés: visita", "Villa Inés: visita"),
        ("1990. Año del acuerdo", "1990. Año del acuerdo"),
    ],
)
def test_it_drops_the_number_and_keeps_the_title(line, title):
    assert titles_in(line) == [title]


def test_it_skips_blank_lines():
    assert titles_in("\n1. Uno\r\n   \r\n2. Dos\n") == ["Uno", "Dos"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Llamado a lista y verificación del quórum", "lista"),
        ("Lectura y aprobación del orden del día", "orden"),
        ("Aprobación del acta n.º 50", "acta"),
        ("Segundo debate del proyecto de acuerdo 012", "proyecto"),
        ("Debate de control político", "debate"),
        ("Proposiciones y varios", "proposicion"),
        ("Himno nacional", "otro"),
        ("Actividades del mes", "otro"),
    ],
)
def test_it_guesses_the_kind(title, kind):
    assert kind_of(title) == kind


@pytest.fixture
def session() -> CouncilSession:
    session = make_session()
    agenda.write(session, ["Llamado a lista", "Debate del acueducto", "Varios"])
    for item, start in zip(session.agenda.all(), (0.0, 600.0, 4000.0), strict=True):
        item.start = start
        item.save()
    return session


def rows(session: CouncilSession) -> list[tuple[int, str, float | None]]:
    return list(session.agenda.values_list("position", "title", "start"))


@pytest.mark.django_db
def test_it_keeps_the_start_of_what_stays_and_moves(session):
    vote = session.votes.create(
        question="¿Se aprueba?", agenda_item=session.agenda.all()[1]
    )
    agenda.write(session, ["Himno", "Varios", "Debate del acueducto"])
    assert rows(session) == [
        (1, "Himno", None),
        (2, "Varios", 4000.0),
        (3, "Debate del acueducto", 600.0),
    ]
    vote.refresh_from_db()
    assert vote.agenda_item.title == "Debate del acueducto"


@pytest.mark.django_db
def test_it_keeps_the_start_of_a_corrected_title(session):
    titles = ["Llamado a lista", "Debate del acueducto veredal", "Varios"]
    agenda.write(session, titles)
    assert rows(session)[1] == (2, "Debate del acueducto veredal", 600.0)


@pytest.mark.django_db
def test_it_keeps_two_items_with_one_title_apart(session):
    agenda.write(session, ["Varios", "Varios"])
    assert rows(session) == [(1, "Varios", 4000.0), (2, "Varios", None)]


@pytest.mark.django_db
def test_it_edits_on_the_page(client: Client, session):
    client.force_login(make_user(session.council, Role.SECRETARY))
    address = f"/sesiones/{session.pk}/orden/"
    page = client.get(address).content.decode()
    assert "Llamado a lista\nDebate del acueducto\nVarios" in page
    assert "desde 1:06:40" in page
    client.post(address, {"agenda": "Varios\nDebate del acueducto"})
    assert [title for _, title, _ in rows(session)] == [
        "Varios",
        "Debate del acueducto",
    ]
    client.post(address, {"agenda": ""})
    assert rows(session) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [("x\n" * 61, "61 renglones"), ("y" * 1001, "1001 letras")],
)
def test_it_refuses_what_is_no_agenda(client: Client, session, text, said):
    client.force_login(make_user(session.council, Role.SECRETARY))
    answer = client.post(f"/sesiones/{session.pk}/orden/", {"agenda": text})
    assert said in answer.content.decode()
    assert len(rows(session)) == 3


@pytest.mark.django_db
def test_it_takes_a_long_point(client: Client, session):
    client.force_login(make_user(session.council, Role.SECRETARY))
    client.post(f"/sesiones/{session.pk}/orden/", {"agenda": "y" * 1000})
    assert session.agenda.get().title == "y" * 1000


@pytest.mark.django_db
def test_it_stays_once_the_acta_left_the_draft(client: Client, session):
    make_acta(session).send()
    client.force_login(make_user(session.council, Role.SECRETARY))
    answer = client.post(
        f"/sesiones/{session.pk}/orden/", {"agenda": "Otra cosa"}, follow=True
    )
    assert 'class="flash bad' in answer.content.decode()
    assert len(rows(session)) == 3
