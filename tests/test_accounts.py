"""People come in by invitation: log-in, its limits, passwords, the second step."""

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from tests.make import PASSWORD, make_council, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/cuenta/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Attempts of one test do not count in the next."""
    cache.clear()


def confirm_again(client: Client) -> None:
    """What guards the account is shown only after the password was given again."""
    assert client.get("/cuenta/2fa/totp/activate/").status_code == 302
    client.post("/cuenta/reauthenticate/", {"password": PASSWORD})


def log_in(
    client: Client, email: str, password: str = PASSWORD, **more: str
) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_it_logs_in_by_email_in_any_capitals(client: Client) -> None:
    make_user(email="adriana@example.com")
    answer = log_in(client, "Adriana@Example.com")
    assert (answer.status_code, answer.url) == (302, "/")


def test_it_leads_to_the_page_that_was_asked(client: Client) -> None:
    make_user(email="a@example.com")
    answer = log_in(client, "a@example.com", next="/actas/")
    assert answer.url == "/actas/"
    client.logout()
    assert log_in(client, "a@example.com", next="https://malo.example/").url == "/"


def test_it_says_in_spanish_that_the_password_is_wrong(client: Client) -> None:
    make_user(email="a@example.com")
    page = log_in(client, "a@example.com", "otra").content.decode()
    assert "no coinciden" in page
    assert 'value="a@example.com"' in page
    assert "otra" not in re.findall(r'value="([^"]*)"', page)


def test_it_says_the_same_of_an_unknown_address(client: Client) -> None:
    assert "no coinciden" in log_in(client, "nadie@example.com").content.decode()


def test_it_stops_who_guesses_and_says_how_long(client: Client) -> None:
    make_user(email="a@example.com")
    for _ in range(6):
        page = log_in(client, "a@example.com", "otra").content.decode()
    assert "cinco minutos" in page
    page = log_in(client, "a@example.com").content.decode()
    assert "cinco minutos" in page  # even with the right one


def test_it_forgets_with_the_browser_unless_told_to_remember(client: Client) -> None:
    make_user(email="a@example.com")
    log_in(client, "a@example.com")
    assert client.session.get_expire_at_browser_close()
    client.logout()
    log_in(client, "a@example.com", remember="on")
    assert not client.session.get_expire_at_browser_close()


def test_it_logs_out_by_post_only(client: Client) -> None:
    client.force_login(make_user())
    assert "¿Desea salir?" in client.get("/cuenta/logout/").content.decode()
    assert client.get("/cuenta/").status_code == 200
    client.post("/cuenta/logout/")
    assert client.get("/cuenta/").status_code == 302


def test_it_has_no_sign_up(client: Client) -> None:
    page = client.get("/cuenta/signup/").content.decode()
    assert "La inscripción la pide su concejo" in page
    data = {"email": "x@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/cuenta/signup/", data)
    assert "x@example.com" not in client.get("/cuenta/signup/").content.decode()
    assert log_in(client, "x@example.com").status_code == 200  # still outside


def test_it_sends_a_spanish_mail_to_put_another_password(client: Client) -> None:
    make_user(email="a@example.com")
    client.post("/cuenta/password/reset/", {"email": "a@example.com"})
    (letter,) = mail.outbox
    assert letter.subject == "ASTRA: Ponga su contraseña nueva"
    assert "su contraseña sigue igual" in letter.body
    link = re.search(r"http://testserver(/\S+)", letter.body)[1]
    page = client.get(link, follow=True)
    assert "Ponga su contraseña nueva" in page.content.decode()
    new = {"password1": "otra-clave-larga-9", "password2": "otra-clave-larga-9"}
    client.post(page.request["PATH_INFO"], new)
    assert log_in(client, "a@example.com", "otra-clave-larga-9").status_code == 302
    assert "ya no sirve" in Client().get(link, follow=True).content.decode()


def test_it_tells_an_unknown_address_nothing_on_the_page(client: Client) -> None:
    answer = client.post("/cuenta/password/reset/", {"email": "no@example.com"})
    assert answer.url == "/cuenta/password/reset/done/"
    assert "no está inscrito" in mail.outbox[0].body
    assert "signup" not in mail.outbox[0].body


def test_it_changes_the_password_and_keeps_the_person_in(client: Client) -> None:
    client.force_login(make_user(email="a@example.com"))
    form = {"oldpassword": "mala", "password1": "clave-nueva-77"}
    form["password2"] = form["password1"]
    page = client.post("/cuenta/password/change/", form).content.decode()
    assert "Esa no es su contraseña actual" in page
    client.post("/cuenta/password/change/", {**form, "oldpassword": PASSWORD})
    assert client.get("/cuenta/").status_code == 200
    assert log_in(Client(), "a@example.com", "clave-nueva-77").status_code == 302


def test_it_refuses_a_weak_password_in_spanish(client: Client) -> None:
    client.force_login(make_user())
    form = {"oldpassword": PASSWORD, "password1": "1234", "password2": "1234"}
    page = client.post("/cuenta/password/change/", form).content.decode()
    assert "demasiado corta" in page


def test_it_does_not_let_people_change_their_address(client: Client) -> None:
    client.force_login(make_user())
    page = client.get("/cuenta/email/", follow=True).content.decode()
    assert "Su correo se lo cambia quien administra ASTRA" in page


def code_for(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_it_asks_for_the_second_step(client: Client) -> None:
    user = make_user(email="a@example.com")
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    answer = log_in(client, "a@example.com")
    assert answer.url.startswith("/cuenta/2fa/authenticate/")
    assert client.get("/cuenta/").status_code == 302  # not inside yet
    wrong = client.post(answer.url, {"code": "000000"}).content.decode()
    assert "Escriba el código" in wrong
    assert 'class="error"' in wrong
    assert client.post(answer.url, {"code": code_for(secret)}).status_code == 302
    assert client.get("/cuenta/").status_code == 200


def test_it_sets_the_second_step_up_and_gives_recovery_codes(client: Client) -> None:
    make_user(email="a@example.com")
    log_in(client, "a@example.com")
    confirm_again(client)
    page = client.get("/cuenta/2fa/totp/activate/").content.decode()
    secret = re.search(r'class="mono">(\w+)<', page)[1]
    client.post("/cuenta/2fa/totp/activate/", {"code": code_for(secret)})
    codes = client.get("/cuenta/2fa/recovery-codes/").content.decode()
    assert "Quedan 10 de 10" in codes
    assert "Activa" in client.get("/cuenta/2fa/").content.decode()
    gone = client.post("/cuenta/2fa/totp/deactivate/", follow=True).content.decode()
    assert "Sin activar" in gone


PAGES = ["password/change/", "2fa/", "2fa/totp/activate/", "reauthenticate/", "logout/"]


@pytest.mark.parametrize("page", [*PAGES, ""])
def test_it_speaks_spanish_in_the_look_of_the_house(client: Client, page: str) -> None:
    make_user(make_council(), "secretary", email="a@example.com")
    log_in(client, "a@example.com")
    confirm_again(client)
    text = client.get(f"/cuenta/{page}").content.decode()
    assert "astra.css" in text
    assert not re.search(r"\b(password|sign (in|out)|email|tu|tus)\b", visible(text))


@pytest.mark.parametrize(
    "page",
    ["login/", "password/reset/", "password/reset/done/", "signup/", "inactive/"],
)
def test_it_speaks_spanish_at_the_door(client: Client, page: str) -> None:
    text = client.get(f"/cuenta/{page}").content.decode()
    assert 'class="plate"' in text
    assert not re.search(r"\b(password|sign (in|out)|email|tu|tus)\b", visible(text))


def visible(page: str) -> str:
    """The words of a page without its tags, in lower case, addresses taken out."""
    words = re.sub(r"<[^>]+>", " ", page).lower()
    return re.sub(r"\S+@\S+", " ", words)


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_it_remembers_how_the_pages_look(client: Client, theme: str) -> None:
    answer = client.post("/apariencia/", {"theme": theme, "next": "/cuenta/login/"})
    assert answer.url == "/cuenta/login/"
    assert f'data-theme="{theme}"' in client.get(LOGIN).content.decode()


def test_it_refuses_an_unknown_look_and_a_foreign_address(client: Client) -> None:
    form = {"theme": '"><script>', "next": "https://malo.example/"}
    answer = client.post("/apariencia/", form)
    assert answer.url == "/"
    assert "theme" not in answer.cookies
