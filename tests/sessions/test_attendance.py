"""Attendance: facts that a person states, and nothing is printed before."""

import datetime
from datetime import time

import pytest
from django.test import Client

from councils.models import Council, Councillor, User
from sessions.attendance import read_hour, wrong_hours
from sessions.facts import Attendance
from sessions.models import CouncilSession
from tests.make import (
    make_acta,
    make_council,
    make_councillor,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def council() -> Council:
    return make_council(seats=3)


@pytest.fixture
def councillors(council: Council) -> list[Councillor]:
    return [
        make_councillor(council, name)
        for name in ("Gladys Idárraga", "Hernán Uribe", "Néstor Jaramillo")
    ]


@pytest.fixture
def session(council: Council, councillors: list[Councillor]) -> CouncilSession:
    return make_session(council, opened_at=time(9, 15), closed_at=time(13, 1))


@pytest.fixture
def secretary(council: Council, client: Client) -> User:
    user = make_user(council, "secretary", name="Adriana Echeverri")
    client.force_login(user)
    return user


def address(session: CouncilSession) -> str:
    return f"/sesiones/{session.pk}/asistencia/"


def posted(session: CouncilSession, *rows: dict[str, str], **more: str) -> dict:
    """Return what the page sends: each councillor's row, with what it showed before."""
    data = {"opened_at": "9:15 a. m.", "initial-opened_at": "9:15 a. m."}
    data |= {"closed_at": "1:01 p. m.", "initial-closed_at": "1:01 p. m."}
    stored = {row.councillor_id: row for row in session.attendance.all()}
    for councillor, typed in zip(
        session.council.councillors.all(), [*rows, {}, {}, {}], strict=False
    ):
        row = stored.get(councillor.pk) or Attendance()
        shown = {"state": row.state, "note": row.note}
        for name in ("arrived", "left"):
            hour = getattr(row, name)
            shown[name] = f"{hour:%H:%M}" if hour else ""
        for name, value in shown.items():
            data[f"initial-c{councillor.pk}-{name}"] = value
            data[f"c{councillor.pk}-{name}"] = typed.get(name, value)
    return data | more


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("9:58", time(9, 58)),
        ("09:58", time(9, 58)),
        ("9:58 am", time(9, 58)),
        ("9:58 a.\u00a0m.", time(9, 58)),
        ("9 y 58", time(9, 58)),
        ("9.58", time(9, 58)),
        ("10", time(10)),
        ("1:01", time(13, 1)),
        ("1:01 a. m.", time(1, 1)),
        ("12:51 P.M.", time(12, 51)),
        ("12 m", time(12)),
        ("12:30 am", time(0, 30)),
        ("8:50", time(8, 50)),
    ],
)
def test_it_reads_an_hour(text: str, hour: time) -> None:
    assert read_hour(text, time(9, 15), time(14)) == hour


@pytest.mark.parametrize(
    "text", ["nueve", "25:00", "9:75", "13:05 p. m.", "3 m", "9:5"]
)
def test_it_says_which_hour_it_does_not_understand(text: str) -> None:
    with pytest.raises(ValueError, match=f"«{text}»"):
        read_hour(text)


def test_it_does_not_take_an_hour_past_the_closing_for_the_afternoon() -> None:
    assert read_hour("7:30", time(9, 15), time(13)) == time(7, 30)


def test_it_finds_hours_that_cannot_be() -> None:
    day = time(9), time(13)
    assert wrong_hours(time(9, 30), time(12), *day) == {}
    assert "llegada" in wrong_hours(time(12), time(9, 30), *day)["left"]
    assert "apertura" in wrong_hours(time(8), None, *day)["arrived"]
    assert "cierre" in wrong_hours(None, time(14), *day)["left"]
    assert wrong_hours(time(8), time(14), None, None) == {}


def test_it_shows_a_row_for_each_councillor_seated_and_stores_none(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    gone = make_councillor(session.council, "Quien Ya No Está")
    gone.tenures.update(until=datetime.date(2025, 1, 1))
    page = client.get(address(session)).content.decode()
    assert "Néstor Jaramillo" in page
    assert "Quien Ya No Está" not in page
    assert not Attendance.objects.exists()


def test_it_shows_what_was_heard_with_its_proof(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    session.attendance.create(
        councillor=councillors[0],
        state="presente",
        source="machine",
        proof_start=628.4,
        proof_quote="Gladys Idárraga. Presente.",
    )
    page = client.get(address(session)).content.decode()
    assert f"/sesiones/{session.pk}/transcripcion/2/?t=628" in page
    assert "0:10:28" in page
    assert "Gladys Idárraga. Presente." in page
    assert "Confirmar los 3 que faltan" in page
    assert "1</span> de 3 presentes" in page


def test_it_saves_without_confirming(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    row = {"state": "presente", "arrived": "9:58", "left": "12:51", "note": "Cita"}
    assert client.post(address(session), posted(session, row)).status_code == 302
    stored = session.attendance.get()
    assert (stored.arrived, stored.left) == (time(9, 58), time(12, 51))
    assert (stored.note, stored.is_confirmed) == ("Cita", False)
    assert stored.source == Attendance.Source.PERSON


def test_it_confirms_one_row(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    rows = {"state": "presente"}, {"state": "excusa", "note": "Fuera del municipio"}
    pressed = str(councillors[1].pk)
    done = client.post(address(session), posted(session, *rows, confirm=pressed))
    assert done["Location"].endswith(f"#c{pressed}")
    first, second = session.attendance.order_by("councillor__order")
    assert not first.is_confirmed
    assert (second.state, second.confirmed_by) == ("excusa", secretary)


def test_it_confirms_all_that_have_a_state_and_names_the_rest(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    rows = {"state": "presente"}, {"state": "ausente"}
    data = posted(session, *rows, confirm="todos")
    page = client.post(address(session), data, follow=True).content.decode()
    assert session.attendance.filter(confirmed_by=secretary).count() == 2
    assert "Falta marcar la asistencia de Néstor Jaramillo" in page


def test_it_does_not_confirm_a_row_without_a_state(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    row = {"note": "Llamó por teléfono"}
    data = posted(session, row, confirm=str(councillors[0].pk))
    page = client.post(address(session), data, follow=True).content.decode()
    stored = session.attendance.get()
    assert (stored.note, stored.is_confirmed) == ("Llamó por teléfono", False)
    assert "Falta marcar la asistencia de Gladys Idárraga." in page


def test_it_confirms_what_the_page_showed_and_not_what_came_since(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    row = session.attendance.create(councillor=councillors[0], state="presente")
    data = posted(session, confirm=str(councillors[0].pk))
    Attendance.objects.filter(pk=row.pk).update(state="ausente")
    client.post(address(session), data)
    row.refresh_from_db()
    assert (row.state, row.is_confirmed) == ("presente", True)


def test_it_leaves_alone_what_another_person_changed_meanwhile(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    for councillor in councillors[:2]:
        session.attendance.create(councillor=councillor, state="presente")
    data = posted(session, {}, {"note": "Llegó con su escolta"})
    session.attendance.update(state="excusa")
    client.post(address(session), data)
    rows = session.attendance.order_by("councillor__order")
    assert [row.state for row in rows] == ["excusa", "excusa"]
    assert rows[1].note == "Llegó con su escolta"


def test_it_confirms_a_changed_row_again_in_the_name_of_who_changed_it(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    before = make_user(session.council, "secretary")
    row = session.attendance.create(councillor=councillors[0], state="presente")
    row.confirm(before)
    untouched = session.attendance.create(councillor=councillors[1], state="presente")
    untouched.confirm(before)
    client.post(address(session), posted(session, {"state": "excusa"}))
    row.refresh_from_db()
    untouched.refresh_from_db()
    assert (row.state, row.confirmed_by) == ("excusa", secretary)
    assert untouched.confirmed_by == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"arrived": "12:00", "left": "10:00"}, "anterior a la de llegada"),
        ({"arrived": "8:00"}, "anterior a la apertura"),
        ({"left": "6:00 p. m."}, "posterior al cierre"),
        ({"arrived": "temprano"}, "no se entiende como hora"),
        ({"state": "ausente", "arrived": "10:00"}, "de quien estuvo presente"),
    ],
)
def test_it_keeps_what_was_typed_when_an_hour_is_wrong(
    client: Client,
    session: CouncilSession,
    secretary: User,
    typed: dict[str, str],
    said: str,
) -> None:
    rows = {"state": "presente"} | typed, {"state": "presente", "note": "Otra cosa"}
    answer = client.post(address(session), posted(session, *rows, confirm="todos"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Todavía no se guardó nada." in page
    assert said in page
    assert "Otra cosa" in page
    for value in typed.values():
        assert f'value="{value}"' in page
    assert not Attendance.objects.exists()


def test_it_stores_the_hours_of_the_session(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    data = posted(session, opened_at="9:05", closed_at="1:30")
    client.post(address(session), data)
    session.refresh_from_db()
    assert (session.opened_at, session.closed_at) == (time(9, 5), time(13, 30))


def test_it_refuses_a_session_that_closes_before_it_opens(
    client: Client, session: CouncilSession, secretary: User
) -> None:
    answer = client.post(address(session), posted(session, closed_at="8:00 a. m."))
    assert answer.status_code == 422
    session.refresh_from_db()
    assert session.closed_at == time(13, 1)


def test_it_says_whether_there_is_quorum(
    client: Client,
    session: CouncilSession,
    councillors: list[Councillor],
    secretary: User,
) -> None:
    assert "Sin quórum" in client.get(address(session)).content.decode()
    for councillor, said in zip(
        councillors, ("Solo quórum deliberatorio", "Quórum decisorio"), strict=False
    ):
        session.attendance.create(councillor=councillor, state="presente")
        pill = client.get(address(session)).content.decode().split("data-verdict")[1]
        assert said in pill.split("</span>")[0]


@pytest.mark.parametrize("state", ["sent", "approved", "published"])
def test_it_changes_nothing_once_the_acta_was_sent(
    client: Client, session: CouncilSession, secretary: User, state: str
) -> None:
    make_acta(session, state=state)
    data = posted(session, {"state": "presente"}, confirm="todos")
    page = client.post(address(session), data, follow=True).content.decode()
    assert "ya no está en borrador" in page
    assert "<fieldset disabled>" in page
    assert not Attendance.objects.exists()


def test_it_shows_the_page_to_who_may_not_edit_and_refuses_the_form(
    client: Client, session: CouncilSession
) -> None:
    for role in ("reader", "president"):
        client.force_login(make_user(session.council, role))
        assert "<fieldset disabled>" in client.get(address(session)).content.decode()
        answer = client.post(address(session), posted(session, {"state": "presente"}))
        assert answer.status_code == 403
    assert not Attendance.objects.exists()


def test_it_hides_the_session_of_another_council(
    client: Client, session: CouncilSession
) -> None:
    client.force_login(make_user(make_council(), "secretary"))
    assert client.get(address(session)).status_code == 404
    assert client.post(address(session), posted(session)).status_code == 404


def test_it_asks_who_is_there(client: Client, session: CouncilSession) -> None:
    for answer in (client.get(address(session)), client.post(address(session))):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/cuenta/login/")


def test_it_asks_the_database_the_same_for_three_and_for_twenty(
    client: Client,
    session: CouncilSession,
    secretary: User,
    django_assert_num_queries,
) -> None:
    for councillor in session.council.councillors.all():
        session.attendance.create(councillor=councillor, state="presente")
    with django_assert_num_queries(9):
        client.get(address(session))
    for _ in range(17):
        extra = make_councillor(session.council)
        session.attendance.create(councillor=extra, state="presente")
    with django_assert_num_queries(9):
        client.get(address(session))


def test_it_says_what_to_do_when_nobody_is_seated(client: Client) -> None:
    council = make_council()
    client.force_login(make_user(council, "secretary"))
    page = client.get(address(make_session(council))).content.decode()
    assert "No hay concejales en esta fecha" in page
