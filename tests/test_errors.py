"""What people read when something is not there, not theirs, or broken."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from django.views import defaults

from councils.models import Role
from tests.make import make_council, make_user


@pytest.mark.django_db
def test_it_says_that_a_page_is_not_there(client: Client) -> None:
    answer = client.get("/nada/")
    assert answer.status_code == 404
    assert "Esa página no está aquí" in answer.content.decode()
    assert 'class="top"' in answer.content.decode()


@pytest.mark.django_db
def test_it_says_that_the_role_is_too_small(client: Client) -> None:
    client.force_login(make_user(make_council(), Role.READER))
    answer = client.get("/estado/")
    assert answer.status_code == 403
    assert "no permite hacer eso" in answer.content.decode()


@pytest.mark.django_db
def test_it_says_that_a_form_got_old() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/cuenta/login/", {"login": "a@example.com"})
    assert answer.status_code == 403
    assert "La página estuvo abierta mucho tiempo" in answer.content.decode()


def test_it_admits_its_own_failure_without_leaning_on_anything() -> None:
    answer = defaults.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "lo que ya estaba guardado sigue guardado" in answer.content.decode()
    assert "astra.css" in answer.content.decode()


def test_it_says_that_what_came_made_no_sense() -> None:
    error = SuspiciousOperation("x")
    answer = defaults.bad_request(RequestFactory().get("/"), error)
    assert answer.status_code == 400
    assert "No se entendió lo que llegó" in answer.content.decode()


@pytest.mark.django_db
def test_it_speaks_when_somebody_hurries_too_much(client: Client) -> None:
    for _ in range(25):
        answer = client.post("/cuenta/password/reset/", {"email": "a@example.com"})
    assert answer.status_code == 429
    assert "Hubo demasiados intentos seguidos" in answer.content.decode()
