"""A session is created with its data, checked, by who may."""

import datetime
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from councils.models import Council, Membership, Role
from sessions.forms import SessionDataForm
from sessions.models import CouncilSession
from tests.make import make_council, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def council() -> Council:
    return make_council()


@pytest.fixture
def secretary(client: Client, council: Council) -> Client:
    client.force_login(make_user(council, Role.SECRETARY))
    return client


def asked(council: Council, **fields) -> dict[str, str]:
    return {
        "council": council.pk,
        "number": "52",
        "kind": "ordinaria",
        "modality": "presencial",
        "date": "2026-08-15",
        "place": "Recinto del Concejo",
        "engine": "",
        "agenda": "",
    } | fields


def test_it_creates_a_session(secretary, council):
    agenda = "1. Llamado a lista\n\n  2) Lectura del orden del día \n3.- Varios"
    answer = secretary.post("/sesiones/nueva/", asked(council, agenda=agenda))
    session = CouncilSession.objects.get()
    assert answer.url == f"/sesiones/{session.pk}/#subir"
    assert (session.council, session.number) == (council, 52)
    assert session.date == datetime.date(2026, 8, 15)
    assert session.created_by.may_edit(council)
    assert [(i.position, i.title, i.kind) for i in session.agenda.all()] == [
        (1, "Llamado a lista", "lista"),
        (2, "Lectura del orden del día", "orden"),
        (3, "Varios", "proposicion"),
    ]


def test_it_proposes_the_next_number_and_today(secretary, council):
    make_session(council, number=51)
    make_session(council, number=80, kind="extraordinaria")
    page = secretary.get("/sesiones/nueva/").content.decode()
    assert 'name="number" value="52"' in page
    assert f'value="{timezone.localdate():%Y-%m-%d}"' in page


def test_it_numbers_a_session_without_number(secretary, council):
    make_session(council, number=7, kind="extraordinaria")
    fields = asked(council, number="", kind="extraordinaria")
    secretary.post("/sesiones/nueva/", fields)
    assert council.sessions.filter(kind="extraordinaria", number=8).exists()


def test_it_lets_who_works_for_several_choose(client, council):
    other = make_council(name="Concejo de Otro Lado")
    user = make_user(council, Role.SECRETARY)
    Membership.objects.create(user=user, council=other, role=Role.SECRETARY)
    client.force_login(user)
    page = client.get(f"/sesiones/nueva/?concejo={other.slug}").content.decode()
    assert f'<option value="{other.pk}" selected>' in page
    client.post("/sesiones/nueva/", asked(other))
    assert other.sessions.count() == 1


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("1989-12-31", "Revise el año"),
        ("2062-08-15", "está muy lejos"),
        ("2026-02-30", "Esa fecha no existe"),
        ("", "Escriba la fecha"),
    ],
)
def test_it_doubts_a_wrong_date(secretary, council, date, said):
    answer = secretary.post("/sesiones/nueva/", asked(council, date=date))
    assert said in answer.content.decode()
    assert not CouncilSession.objects.exists()


def test_it_takes_a_session_called_for_next_month(secretary, council):
    date = str(timezone.localdate() + timedelta(days=30))
    assert secretary.post("/sesiones/nueva/", asked(council, date=date)).url


def test_it_leads_to_the_session_that_has_the_number(secretary, council):
    twin = make_session(council, number=52, date=datetime.date(2026, 2, 1))
    answer = secretary.post("/sesiones/nueva/", asked(council))
    said = answer.content.decode()
    assert "Ya existe la sesión ordinaria n.º 52 de 2026" in said
    assert f'<a href="/sesiones/{twin.pk}/">Ábrala</a>' in said
    assert council.sessions.count() == 1


def test_it_starts_counting_every_year_and_kind(secretary, council):
    make_session(council, number=52, date=datetime.date(2025, 8, 15))
    make_session(council, number=52, kind="extraordinaria")
    secretary.post("/sesiones/nueva/", asked(council))
    assert council.sessions.filter(number=52).count() == 3


@pytest.mark.parametrize("number", ["0", "-3", "muchas"])
def test_it_refuses_what_is_no_number(secretary, council, number):
    answer = secretary.post("/sesiones/nueva/", asked(council, number=number))
    assert answer.status_code == 200
    assert 'class="error"' in answer.content.decode()


def test_it_says_what_each_engine_is(secretary, council):
    page = secretary.get("/sesiones/nueva/").content.decode()
    assert "Whisper base" in page
    assert "para el uso diario se recomienda uno más grande" in page
    secretary.post("/sesiones/nueva/", asked(council, engine="turbo"))
    assert council.sessions.get().engine_alias == "turbo"


def test_it_offers_an_external_engine_only_where_allowed(secretary, council, settings):
    settings.TRANSCRIPTION_ENGINES = settings.TRANSCRIPTION_ENGINES | {
        "fuera": {"BACKEND": "x.Y", "LABEL": "Afuera", "EXTERNAL": True}
    }
    assert "Afuera" not in secretary.get("/sesiones/nueva/").content.decode()
    refused = secretary.post("/sesiones/nueva/", asked(council, engine="fuera"))
    assert refused.status_code == 200
    Council.objects.update(external_api_allowed=True)
    assert "Afuera" in secretary.get("/sesiones/nueva/").content.decode()


def test_it_creates_nothing_for_another_council(secretary, council):
    other = make_council()
    answer = secretary.post("/sesiones/nueva/", asked(other))
    assert answer.status_code == 200
    assert not CouncilSession.objects.exists()


@pytest.mark.parametrize("role", [Role.READER, Role.PRESIDENT])
def test_it_is_for_the_secretary(client, council, role):
    assert client.get("/sesiones/nueva/").status_code == 302
    client.force_login(make_user(council, role))
    assert client.get("/sesiones/nueva/").status_code == 403
    assert client.post("/sesiones/nueva/", asked(council)).status_code == 403
    assert not CouncilSession.objects.exists()


# ---- Its data, afterwards ----------------------------------------------------------


def data(session: CouncilSession, **fields) -> dict[str, str]:
    own = {
        "seen": SessionDataForm(instance=session).mark,
        "number": session.number,
        "date": str(session.date),
        "secretary_name": "",
        "opened_at": "",
        "closed_at": "",
        "presider": "",
    }
    return asked(session.council) | own | fields


def test_it_corrects_the_data(secretary, council):
    session, gladys = make_session(council), make_councillor(council, "Gladys Idárraga")
    answer = secretary.post(
        f"/sesiones/{session.pk}/datos/",
        data(
            session,
            opened_at="9:15 a. m.",
            closed_at="1:05 p. m.",
            presider=gladys.pk,
            secretary_name="Adriana Echeverri",
        ),
    )
    assert answer.url == f"/sesiones/{session.pk}/"
    session.refresh_from_db()
    assert session.opened_at == datetime.time(9, 15)
    assert session.closed_at == datetime.time(13, 5)
    assert session.presider == gladys
    assert session.secretary_name == "Adriana Echeverri"


def test_it_does_not_close_before_it_opens(secretary, council):
    session = make_session(council)
    hours = data(session, opened_at="9:15 a. m.", closed_at="8:05 a. m.")
    answer = secretary.post(f"/sesiones/{session.pk}/datos/", hours)
    assert "anterior a la de apertura" in answer.content.decode()
    session.refresh_from_db()
    assert session.opened_at is None


def test_it_knows_who_had_a_seat(secretary, council):
    session, late = make_session(council), make_councillor(council, "Recién Llegada")
    late.tenures.update(since=session.date + timedelta(days=1))
    page = secretary.get(f"/sesiones/{session.pk}/datos/").content.decode()
    assert "Recién Llegada" not in page
    answer = secretary.post(
        f"/sesiones/{session.pk}/datos/", data(session, presider=late.pk)
    )
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()


def test_it_keeps_its_own_number(secretary, council):
    session = make_session(council)
    answer = secretary.post(f"/sesiones/{session.pk}/datos/", data(session))
    assert answer.status_code == 302


@pytest.mark.parametrize("page", ["datos", "orden"])
def test_it_lets_only_the_secretary_change_it(client, council, page):
    address = f"/sesiones/{make_session(council).pk}/{page}/"
    assert client.get(address).status_code == 302
    client.force_login(make_user(make_council(), Role.SECRETARY))
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404
    client.force_login(make_user(council, Role.READER))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
