"""Hours whose half of the day was not typed: what was understood is said, or asked."""

from datetime import time

import pytest
from django.test import Client

from councils.models import Role
from sessions.attendance import is_guess, read_hour
from sessions.models import CouncilSession
from tests.make import make_council, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db
GUESSED = "Se entendió 7:50 p. m. Si fue otra hora, escríbala con a. m. o p. m."


@pytest.fixture
def session() -> CouncilSession:
    council = make_council()
    make_councillor(council, "Ana Ruiz")
    return make_session(council, opened_at=time(8, 5))


@pytest.fixture
def secretary(client: Client, session: CouncilSession) -> Client:
    client.force_login(make_user(session.council, Role.SECRETARY))
    return client


def save(client: Client, session: CouncilSession, closed: str, **more: str) -> str:
    """Send the attendance page of a session whose closing was not known."""
    shown = f"{session.opened_at:%H:%M}"
    data = {"opened_at": shown, "initial-opened_at": shown}
    data |= {"closed_at": closed, "initial-closed_at": ""}
    row = f"c{session.council.councillors.get().pk}"
    data |= {f"{row}-{name}": value for name, value in more.items()}
    address = f"/sesiones/{session.pk}/asistencia/"
    page = client.post(address, data, follow=True).content.decode()
    session.refresh_from_db()
    return page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "closed", "guess"),
    [
        ("7:50", None, True),
        ("7:50 p. m.", None, False),
        ("7:50 a. m.", None, False),
        ("19:50", None, False),
        ("11:30", None, False),
        ("1:01", time(13, 30), False),  # the closing leaves no other reading
    ],
)
def test_it_knows_what_is_a_guess(text, closed, guess):
    read = read_hour(text, time(8, 5), closed)
    assert is_guess(text, read, closed) == guess


def test_it_saves_a_guess_and_says_what_was_understood(secretary, session):
    page = save(secretary, session, "7:50")
    assert session.closed_at == time(19, 50)
    assert page.count(GUESSED) == 1


def test_it_says_what_was_understood_of_a_councillor(secretary, session):
    page = save(secretary, session, "", state="presente", left="7:50")
    assert session.attendance.get().left == time(19, 50)
    assert page.count(GUESSED) == 1


@pytest.mark.parametrize("typed", ["7:50 p. m.", "19:50"])
def test_it_says_nothing_of_an_hour_that_was_clear(secretary, session, typed):
    page = save(secretary, session, typed)
    assert session.closed_at == time(19, 50)
    assert "Se entendió" not in page
