"""A page that was open while somebody else changed the same: nothing is overwritten."""

import datetime

import pytest
from django.test import Client

from councils.models import Councillor, User
from sessions.facts import Vote
from sessions.models import CouncilSession
from tests.make import make_councillor, make_session, make_user
from tests.sessions.test_votes import YES, address, ballots, make_vote, posted, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> CouncilSession:
    return make_session(place="Recinto")


@pytest.fixture
def secretary(session: CouncilSession, client: Client) -> User:
    user = make_user(session.council, "secretary", name="Adriana Echeverri")
    client.force_login(user)
    return user


@pytest.fixture
def other(session: CouncilSession) -> User:
    return make_user(session.council, "secretary", name="Ofelia Marín")


@pytest.fixture
def vote(session: CouncilSession) -> Vote:
    return make_vote(session, question="Como estaba")


def test_it_keeps_both_when_two_correct_a_vote(
    client: Client, session: CouncilSession, secretary: User, other: User, vote: Vote
) -> None:
    page = address(session, vote.pk)
    mark = seen(client, page)
    session.votes.update(question="La de Ofelia", yes=8)
    vote.refresh_from_db()
    vote.confirm(other)
    mine = posted(question="La de Adriana", action="confirm", seen=mark)
    answer = client.post(page, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Mientras usted escribía, Ofelia Marín cambió esta votación." in text
    assert "Lo que se vota: <b>La de Ofelia</b>" in text
    assert "Anunciados por el sí: <b>8</b>" in text
    assert "Anunciados por el no: <b>" not in text  # the same in both
    assert "La de Adriana</textarea>" in text
    vote.refresh_from_db()
    assert (vote.question, vote.yes, vote.confirmed_by) == ("La de Ofelia", 8, other)
    # Sent again, from the page that shows both, it is knowingly.
    assert answer.context["form"].mark != mark
    again = client.post(page, mine | {"seen": answer.context["form"].mark})
    assert again.status_code == 302
    vote.refresh_from_db()
    assert (vote.question, vote.yes) == ("La de Adriana", 2)


def test_it_does_not_change_in_ones_name_what_another_confirmed_meanwhile(
    client: Client, session: CouncilSession, secretary: User, other: User, vote: Vote
) -> None:
    mark = seen(client, address(session, vote.pk))
    vote.confirm(other)
    answer = client.post(address(session, vote.pk), posted(yes=3, seen=mark))
    assert answer.status_code == 409
    vote.refresh_from_db()
    assert (vote.yes, vote.confirmed_by) == (2, other)


def test_it_lets_two_write_the_same(
    client: Client, session: CouncilSession, secretary: User, vote: Vote
) -> None:
    mark = seen(client, address(session, vote.pk))
    session.votes.update(question="Proposición n.º 38")
    answer = client.post(address(session, vote.pk), posted(seen=mark))
    assert answer.status_code == 302


def test_it_notices_a_ballot(
    client: Client, session: CouncilSession, secretary: User, vote: Vote
) -> None:
    who: list[Councillor] = [make_councillor(session.council, "Ana Gil")]
    session.votes.update(kind="nominal")
    mark = seen(client, address(session, vote.pk))
    vote.ballots.create(councillor=who[0], position=1, value="abstencion")
    mine = posted(question="Como estaba", kind="nominal", seen=mark)
    answer = client.post(address(session, vote.pk), mine | ballots(who, YES))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Voto de Ana Gil: <b>Abstención, puesto 1</b>" in text
    assert vote.ballots.get().value == "abstencion"


def test_it_keeps_what_was_typed_in_a_vote_that_is_gone(
    client: Client, session: CouncilSession, secretary: User, vote: Vote
) -> None:
    page = address(session, vote.pk)
    mine = posted(question="La mía", seen=seen(client, page))
    vote.delete()
    answer = client.post(page, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "alguien borró esta votación" in text
    assert "La mía</textarea>" in text
    assert f'action="{address(session, "nueva")}"' in text
    assert not session.votes.exists()
    client.post(address(session, "nueva"), mine | {"seen": ""})
    assert session.votes.get().question == "La mía"


def test_it_keeps_both_when_two_correct_the_data_of_a_session(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    page = f"/sesiones/{session.pk}/datos/"
    fields = {"number": session.number, "kind": session.kind, "closed_at": ""}
    fields |= {"modality": session.modality, "date": "2026-08-13", "place": "Parque"}
    fields |= {"opened_at": "", "secretary_name": "", "presider": "", "engine": ""}
    mine = fields | {"seen": seen(client, page)}
    row = CouncilSession.objects.filter(pk=session.pk)
    row.update(opened_at=datetime.time(9, 15), place="Coliseo")
    answer = client.post(page, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Mientras usted escribía, alguien cambió los datos de esta sesión." in text
    assert "Lugar: <b>Coliseo</b>" in text
    assert "Hora de apertura: <b>9:15" in text
    assert "Fecha: <b>viernes 14 de agosto de 2026</b>" in text
    assert 'value="Parque"' in text
    session.refresh_from_db()
    assert (session.opened_at, session.place) == (datetime.time(9, 15), "Coliseo")
    client.post(page, mine | {"seen": answer.context["form"].mark})
    session.refresh_from_db()
    assert (session.opened_at, session.place) == (None, "Parque")
