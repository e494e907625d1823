"""The pages of votes: what is listed, noted, confirmed, and by whom."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from councils.models import Council, Councillor, User
from sessions.facts import Vote
from sessions.models import CouncilSession
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

YES, NO = "si", "no"


@pytest.fixture
def council() -> Council:
    return make_council(seats=3)


@pytest.fixture
def councillors(council: Council) -> list[Councillor]:
    return [make_councillor(council, f"Concejal {n}") for n in "ABC"]


@pytest.fixture
def session(council: Council, councillors: list[Councillor]) -> CouncilSession:
    session = make_session(council)
    for councillor in councillors:
        session.attendance.create(councillor=councillor, state="presente")
    session.agenda.create(position=5, title="Proposiciones")
    return session


@pytest.fixture
def secretary(council: Council, client: Client) -> User:
    user = make_user(council, "secretary", name="Adriana Echeverri")
    client.force_login(user)
    return user


def address(session: CouncilSession, *rest: object) -> str:
    tail = "".join(f"{part}/" for part in rest)
    return f"/sesiones/{session.pk}/votaciones/{tail}"


def posted(**changes: object) -> dict[str, object]:
    data = {"question": "Proposición n.º 38", "kind": "ordinaria"}
    data |= {"result": "aprobada", "yes": 2, "no": 1}
    return data | {"agenda_item": "", "start": "", "action": "save"} | changes


def ballots(councillors: list[Councillor], *values: str) -> dict[str, str]:
    pairs = zip(councillors, values, strict=True)
    return {f"b{councillor.pk}-value": value for councillor, value in pairs}


def seen(client: Client, page: str) -> str:
    """Return the mark of what a page shows of its row."""
    text = client.get(page).content.decode()
    return re.search('name="seen" value="([^"]*)"', text)[1]


def correct(client: Client, vote: Vote, data: dict[str, object]) -> HttpResponse:
    """Send a vote's page as it is now, with `data` typed into it."""
    page = address(vote.session, vote.pk)
    return client.post(page, data | {"seen": seen(client, page)})


def make_vote(session: CouncilSession, **facts: object) -> Vote:
    fields = {"question": "Orden del día", "yes": 2, "no": 1, "result": "aprobada"}
    return session.votes.create(**fields | facts)


def test_it_lists_votes_with_their_proof_and_state(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    make_vote(session, proof_start=12680.0, proof_quote="Aprobada con dos votos")
    make_vote(session, question="La otra").confirm(secretary)
    page = client.get(address(session)).content.decode()
    assert f"/sesiones/{session.pk}/transcripcion/22/?t=12680" in page
    assert "2 por el sí, 1 por el no" in page
    assert "Falta confirmar" in page
    assert "Confirmada" in page


def test_it_says_how_to_begin_when_there_are_none(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    page = client.get(address(session)).content.decode()
    assert "Todavía no hay votaciones" in page
    assert "Agregar una votación" in page


def test_it_adds_a_vote_that_is_not_printed_yet(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    item = session.agenda.get()
    data = posted(agenda_item=item.pk, start="3:31:20")
    client.post(address(session, "nueva"), data)
    vote = session.votes.get()
    assert (vote.agenda_item, vote.start, vote.position) == (item, 12680.0, 1)
    assert (vote.yes, vote.no, vote.result) == (2, 1, "aprobada")
    assert (vote.source, vote.is_confirmed) == ("person", False)


def test_it_confirms_a_vote_that_adds_up(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    client.post(address(session, "nueva"), posted(action="confirm"))
    assert session.votes.get().confirmed_by == secretary


def test_it_keeps_a_vote_that_does_not_add_up_and_does_not_confirm_it(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    data = posted(yes=9, action="confirm")
    answer = client.post(address(session, "nueva"), data, follow=True)
    vote = session.votes.get()
    assert (vote.yes, vote.is_confirmed) == (9, False)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == address(session, vote.pk)
    assert "la cuenta no coincide" in page
    assert "Suman 10 y en la asistencia hay 3 presentes" in page
    assert "Lo confirmo así" in page


def test_it_confirms_knowingly_what_does_not_add_up(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    vote = make_vote(session, yes=9)
    data = posted(yes=9, action="confirm", knowingly="on")
    correct(client, vote, data)
    vote.refresh_from_db()
    assert vote.confirmed_by == secretary
    page = client.get(address(session)).content.decode()
    assert "Suman 10 y en la asistencia hay 3 presentes" in page


def test_it_notes_each_ballot_in_the_order_of_the_vote(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    data = posted(kind="nominal", action="confirm")
    data |= ballots(councillors, YES, NO, YES)
    for councillor, place in zip(councillors, (2, 3, 1), strict=True):
        data[f"b{councillor.pk}-order"] = place
    client.post(address(session, "nueva"), data)
    vote = session.votes.get()
    noted = [(ballot.councillor, ballot.value) for ballot in vote.ballots.all()]
    a, b, c = councillors
    assert noted == [(c, YES), (a, YES), (b, NO)]
    assert vote.is_confirmed
    page = client.get(address(session, vote.pk)).content.decode()
    assert page.index("Concejal C") < page.index("Concejal A")


def test_it_waits_for_the_ballot_that_is_missing(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    data = posted(kind="nominal", yes="", no="", action="confirm")
    data |= ballots(councillors, YES, NO, "")
    page = client.post(address(session, "nueva"), data, follow=True).content.decode()
    assert not session.votes.get().is_confirmed
    assert session.votes.get().ballots.count() == 2
    assert "Falta anotar el voto de 1 concejal." in page


def test_it_asks_ballots_only_of_who_was_present(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    session.attendance.filter(councillor=councillors[2]).update(state="ausente")
    page = client.get(address(session, "nueva")).content.decode()
    assert "Voto de Concejal B" in page
    assert "Voto de Concejal C" not in page


def test_it_asks_before_it_drops_named_ballots(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    vote = make_vote(session, kind="nominal")
    vote.ballots.create(councillor=councillors[0], position=1, value=YES)
    answer = correct(client, vote, posted(kind="secreta"))
    assert answer.status_code == 422
    assert "1 voto con nombre" in answer.content.decode()
    assert vote.ballots.count() == 1
    correct(client, vote, posted(kind="secreta", drop_ballots="on"))
    vote.refresh_from_db()
    assert (vote.kind, vote.ballots.count()) == ("secreta", 0)


def test_it_confirms_a_changed_vote_again_by_who_changed_it(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    vote = make_vote(session)
    vote.confirm(make_user(session.council, "secretary"))
    correct(client, vote, posted(question="Otra redacción"))
    vote.refresh_from_db()
    assert (vote.question, vote.confirmed_by) == ("Otra redacción", secretary)


def test_it_takes_the_confirmation_back_when_a_change_stops_adding_up(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    vote = make_vote(session)
    vote.confirm(secretary)
    correct(client, vote, posted(yes=7))
    vote.refresh_from_db()
    assert (vote.yes, vote.is_confirmed) == (7, False)


def test_it_leaves_the_name_of_who_confirmed_when_nothing_changes(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    before = make_user(session.council, "secretary")
    vote = make_vote(session, start=12.4)
    vote.confirm(before)
    data = posted(question="Orden del día", start="0:00:12")
    correct(client, vote, data)
    vote.refresh_from_db()
    assert vote.confirmed_by == before
    assert vote.start == 12.4


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"question": ""}, "obligatorio"),
        ({"start": "hora y media"}, "no se entiende como momento"),
        ({"yes": -1}, "mayor o igual a 0"),
    ],
)
def test_it_keeps_what_was_typed_when_something_is_wrong(
    client: Client,
    session: CouncilSession,
    secretary: User,
    typed: dict[str, object],
    said: str,
) -> None:
    answer = client.post(address(session, "nueva"), posted(no=77, **typed))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="77"' in page
    assert not session.votes.exists()


def test_it_refuses_an_item_of_another_session(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    other = make_session(session.council).agenda.create(position=1, title="Ajeno")
    data = posted(agenda_item=other.pk)
    assert client.post(address(session, "nueva"), data).status_code == 422


def test_it_confirms_from_the_list_only_what_adds_up(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    right, wrong = make_vote(session), make_vote(session, yes=9)
    client.post(address(session, right.pk, "confirmar"))
    answer = client.post(address(session, wrong.pk, "confirmar"))
    right.refresh_from_db()
    wrong.refresh_from_db()
    assert (right.confirmed_by, wrong.is_confirmed) == (secretary, False)
    assert answer["Location"] == address(session, wrong.pk)


def test_it_asks_before_it_deletes(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    vote = make_vote(session)
    page = client.get(address(session, vote.pk, "borrar")).content.decode()
    assert "¿Borrar esta votación?" in page
    assert session.votes.exists()
    client.post(address(session, vote.pk, "borrar"))
    assert not session.votes.exists()


@pytest.mark.parametrize("rest", ["nueva", "{}", "{}/confirmar", "{}/borrar"])
def test_it_changes_nothing_once_the_acta_was_sent(
    client: Client, session: CouncilSession, secretary: User, rest: str
) -> None:
    vote = make_vote(session)
    make_acta(session, state="sent")
    path = address(session, rest.format(vote.pk))
    page = client.post(path, posted(action="confirm"), follow=True).content.decode()
    assert "ya no está en borrador" in page
    vote = session.votes.get()
    assert (vote.question, vote.is_confirmed) == ("Orden del día", False)


def test_it_refuses_who_only_reads(client: Client, session: CouncilSession) -> None:
    vote = make_vote(session)
    for role in ("reader", "president"):
        client.force_login(make_user(session.council, role))
        assert "Corregir" not in client.get(address(session)).content.decode()
        assert client.get(address(session, vote.pk)).status_code == 200
        assert client.get(address(session, "nueva")).status_code == 403
        assert client.get(address(session, vote.pk, "borrar")).status_code == 403
        for rest in ("nueva", vote.pk, f"{vote.pk}/confirmar", f"{vote.pk}/borrar"):
            assert client.post(address(session, rest), posted()).status_code == 403
    assert session.votes.get().question == "Orden del día"


def test_it_hides_the_votes_of_another_council(
    client: Client, session: CouncilSession
) -> None:
    vote = make_vote(session)
    stranger = make_user(make_council(), "secretary")
    client.force_login(stranger)
    assert client.get(address(session)).status_code == 404
    for rest in ("nueva", vote.pk, f"{vote.pk}/confirmar", f"{vote.pk}/borrar"):
        assert client.post(address(session, rest), posted()).status_code == 404


def test_it_does_not_reach_a_vote_through_another_session(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    vote = make_vote(make_session(make_council()))
    assert client.get(address(session, vote.pk)).status_code == 404
    assert client.post(address(session, vote.pk, "borrar")).status_code == 404
    assert Vote.objects.filter(pk=vote.pk).exists()


def test_it_asks_who_is_there(client: Client, session: CouncilSession) -> None:
    vote = make_vote(session)
    for rest in ((), ("nueva",), (vote.pk,), (vote.pk, "borrar")):
        answer = client.get(address(session, *rest))
        assert answer["Location"].startswith("/cuenta/login/")


def test_it_asks_the_database_the_same_for_one_vote_and_for_many(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
    django_assert_num_queries,
) -> None:
    def add() -> None:
        vote = make_vote(session, kind="nominal")
        vote.ballots.create(councillor=councillors[0], position=1, value=YES)

    add()
    with django_assert_num_queries(7):
        client.get(address(session))
    for _ in range(5):
        add()
    with django_assert_num_queries(7):
        client.get(address(session))
