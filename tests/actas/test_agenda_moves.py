"""Where the items of the orden del día begin."""

import pytest
from django.test import Client

from actas.editing import OutOfOrder, move_item
from actas.forms import BoundaryForm
from actas.models import Acta, NotAllowed
from sessions.models import AgendaItem
from tests.make import make_acta, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def acta() -> Acta:
    """Ten sentences, ten seconds apart; three items, two of which have begun."""
    session = make_session()
    for position, (start, end) in enumerate([(0, 40), (40, 90), (None, None)], 1):
        AgendaItem.objects.create(
            session=session,
            position=position,
            title=f"Punto {position}",
            start=start,
            end=end,
        )
    return make_acta(session, [f"Frase {n}." for n in range(10)])


@pytest.fixture
def alice(acta: Acta):
    return make_user(acta.session.council, "secretary")


def item(acta: Acta, position: int) -> AgendaItem:
    return acta.session.agenda.get(position=position)


def spans(acta: Acta) -> list[tuple]:
    return list(acta.session.agenda.values_list("start", "end"))


def test_it_begins_an_item_and_ends_the_one_before(acta: Acta, alice) -> None:
    move_item(acta, item(acta, 3), alice, 70.0)
    assert spans(acta) == [(0, 40), (40, 70), (70, 90)]


def test_it_moves_a_beginning(acta: Acta, alice) -> None:
    move_item(acta, item(acta, 2), alice, 20.0)
    assert spans(acta) == [(0, 20), (20, 90), (None, None)]


def test_it_removes_a_beginning_and_the_one_before_goes_on(acta: Acta, alice) -> None:
    move_item(acta, item(acta, 2), alice, None)
    assert spans(acta) == [(0, 90), (None, None), (None, None)]


def test_it_undoes_a_move_with_its_neighbours_in_one_step(acta: Acta, alice) -> None:
    before = spans(acta)
    move_item(acta, item(acta, 3), alice, 70.0)
    acta.undo(alice)
    assert spans(acta) == before
    assert acta.undo(alice) is None


def test_it_notes_nothing_when_nothing_moves(acta: Acta, alice) -> None:
    move_item(acta, item(acta, 2), alice, 40.0)
    assert acta.edits.count() == 0


@pytest.mark.parametrize(("position", "start"), [(2, 0.0), (1, 40.0), (1, 50.0)])
def test_it_keeps_the_order_of_the_agenda(
    acta: Acta, alice, position: int, start: float
) -> None:
    before = spans(acta)
    with pytest.raises(OutOfOrder, match="Nada se cambió"):
        move_item(acta, item(acta, position), alice, start)
    assert spans(acta) == before
    assert acta.edits.count() == 0


def test_it_says_which_item_is_in_the_way(acta: Acta, alice) -> None:
    with pytest.raises(OutOfOrder) as refusal:
        move_item(acta, item(acta, 3), alice, 40.0)
    assert "El punto 3 no puede empezar en 0:00:40" in str(refusal.value)
    assert "el punto 2, que va antes, empieza en 0:00:40" in str(refusal.value)


def test_it_moves_nothing_in_a_closed_acta(acta: Acta, alice) -> None:
    acta.send()
    with pytest.raises(NotAllowed):
        move_item(acta, item(acta, 3), alice, 70.0)
    assert spans(acta)[2] == (None, None)


# ---- From the page -----------------------------------------------------------------


def post(client: Client, acta: Acta, row: int, **data):
    utterance = acta.utterances.all()[row]
    return client.post(f"/intervenciones/{utterance.pk}/punto/", data, follow=True)


def test_it_begins_an_item_at_a_row(client: Client, acta: Acta, alice) -> None:
    client.force_login(alice)
    answer = post(client, acta, 7, item=item(acta, 3).pk)
    assert item(acta, 3).start == 70.0
    assert "El punto 3 empieza aquí." in answer.text
    assert "<h2>3. Punto 3</h2>" in answer.text


@pytest.mark.parametrize(("second", "position"), [(0, 1), (20, 2), (40, 2), (70, 3)])
def test_it_proposes_the_item_that_comes(
    acta: Acta, second: float, position: int
) -> None:
    proposed = BoundaryForm.likely(acta.session, second)
    assert proposed == item(acta, position).pk


def test_it_removes_a_beginning_from_a_row(client: Client, acta: Acta, alice) -> None:
    client.force_login(alice)
    post(client, acta, 4, item=item(acta, 2).pk, remove="1")
    assert item(acta, 2).start is None


def test_it_tells_why_it_did_not_move(client: Client, acta: Acta, alice) -> None:
    client.force_login(alice)
    answer = post(client, acta, 2, item=item(acta, 3).pk)
    assert "El punto 3 no puede empezar en 0:00:20" in answer.text
    assert item(acta, 3).start is None


def test_it_takes_no_item_of_another_session(client: Client, acta: Acta, alice) -> None:
    foreign = AgendaItem.objects.create(session=make_session(), position=1, title="X")
    client.force_login(alice)
    answer = post(client, acta, 2, item=foreign.pk)
    assert answer.status_code == 422
    foreign.refresh_from_db()
    assert foreign.start is None
