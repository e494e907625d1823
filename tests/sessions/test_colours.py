"""One person has one colour on every page of a session."""

import re

import pytest
from django.test import Client

from councils.models import Council, Councillor
from sessions.colours import colours_of, councillor, person
from sessions.models import CouncilSession, Speaker
from tests.make import make_acta, make_council, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def council() -> Council:
    return make_council(seats=15)


@pytest.fixture
def councillors(council: Council) -> list[Councillor]:
    return [make_councillor(council) for _ in range(15)]


@pytest.fixture
def session(council: Council, councillors: list[Councillor]) -> CouncilSession:
    return make_session(council)


def colours(session: CouncilSession) -> dict[tuple, int]:
    return colours_of(session, session.speakers.order_by("pk"))


def test_it_begins_again_after_the_twelfth(
    session: CouncilSession, councillors: list[Councillor]
) -> None:
    found = [colours(session)[councillor(who.pk)] for who in councillors]
    assert found == [*range(1, 13), 1, 2, 3]


def test_it_leaves_the_other_voices_when_one_is_named(
    session: CouncilSession, councillors: list[Councillor]
) -> None:
    first, second = (session.speakers.create(voice=voice) for voice in ("S1", "S2"))
    before = colours(session)
    assert (before[person(first)], before[person(second)]) == (1, 2)
    assert before[councillor(councillors[0].pk)] == 3  # who is not heard comes after
    first.councillor = councillors[7]
    first.save()
    after = colours(session)
    assert after[councillor(councillors[7].pk)] == after[person(first)] == 1
    assert after[person(second)] == 2


def test_it_gives_several_rows_of_one_guest_one_colour(session: CouncilSession) -> None:
    guest = {"name": "Ana", "office": "personera"}
    rows = [session.speakers.create(voice=voice, **guest) for voice in ("S1", "")]
    assert len({colours(session)[person(row)] for row in rows}) == 1


def test_it_shows_one_person_alike_on_every_page(
    client: Client, session: CouncilSession, councillors: list[Councillor]
) -> None:
    who = councillors[5]
    session.speakers.create(voice="S1")
    voice = Speaker.objects.create(session=session, voice="S2", councillor=who)
    make_acta(session, ["Gracias."]).utterances.update(speaker=voice)
    vote = session.votes.create(question="¿Aprueban?", kind="nominal")
    vote.ballots.create(councillor=who, position=1, value="si")
    client.force_login(make_user(session.council, "secretary"))
    for page in ("asistencia", "transcripcion/1", f"votaciones/{vote.pk}"):
        text = client.get(f"/sesiones/{session.pk}/{page}/").content.decode()
        shown = rf'class="chip v(\d+)\b[^>]*>(?:(?!</span>).)*{who.full_name}'
        assert set(re.findall(shown, text, re.DOTALL)) == {"2"}, page
