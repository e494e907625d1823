"""Which engines a council has, as whoever administers ASTRA chooses them."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django_q.models import OrmQ

from councils import engines
from councils.models import Council, Role
from tests.make import make_council, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def service(settings: LazySettings) -> None:
    """The settings name a service to which audio would be sent."""
    settings.TRANSCRIPTION_ENGINES = {
        **settings.TRANSCRIPTION_ENGINES,
        "openai": {
            "BACKEND": "transcription.engines.openai.OpenAICompatible",
            "LABEL": "Servicio externo",
            "EXTERNAL": True,
            "OPTIONS": {"model": "whisper-1"},
        },
    }


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def address(council: Council) -> str:
    return f"/admin/councils/council/{council.pk}/change/"


def save(client: Client, council: Council, **fields: str) -> str:
    """Post the council with other `fields`; return what is said, "" once saved."""
    form = client.get(address(council)).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    data = {k: v for k, v in shown.items() if v not in (None, False)} | fields
    data |= {f"memberships-{name}_FORMS": 0 for name in ("TOTAL", "INITIAL")}
    answer = client.post(address(council), {k: v for k, v in data.items() if v != ""})
    return "" if answer.status_code == 302 else answer.content.decode()


def test_it_offers_the_engines_of_the_settings(chief: Client) -> None:
    page = chief.get(address(make_council())).content.decode()
    for name in ("engine", "backup_engine"):
        choice = page.split(f'<select name="{name}"')[1].split("</select>")[0]
        assert '<option value="turbo">Whisper large-v3-turbo</option>' in choice
        assert "openai" not in choice
    assert "Repite lo que al primero no le salió." in page


def test_it_keeps_what_is_chosen(chief: Client) -> None:
    council = make_council()
    assert save(chief, council, engine="turbo", backup_engine="parakeet") == ""
    council.refresh_from_db()
    assert (council.engine, council.backup_engine) == ("turbo", "parakeet")


@pytest.mark.parametrize("name", ["engine", "backup_engine"])
def test_it_takes_a_service_only_with_the_councils_leave(
    chief: Client, name: str
) -> None:
    council = make_council()
    said = save(chief, council, **{name: "openai"})
    assert "el concejo no lo permite" in said
    assert save(chief, council, **{name: "openai"}, external_api_allowed="on") == ""
    council.refresh_from_db()
    assert getattr(council, name) == "openai"
    page = chief.get(address(council)).content.decode()
    assert '<option value="openai" selected>Servicio externo</option>' in page


def test_it_takes_no_leave_away_while_a_service_is_chosen(chief: Client) -> None:
    council = make_council(engine="openai", external_api_allowed=True)
    assert "el concejo no lo permite" in save(chief, council, external_api_allowed="")
    council.refresh_from_db()
    assert council.external_api_allowed


def test_it_tells_what_is_under_way_that_leave_was_taken_away(chief: Client) -> None:
    council = make_council(external_api_allowed=True)
    assert save(chief, council, mode="sucinto") == ""
    assert not OrmQ.objects.exists()
    assert save(chief, council, external_api_allowed="") == ""
    assert OrmQ.objects.get().func() == "sessions.tasks.withdraw"
    assert OrmQ.objects.get().task["args"] == (council.pk,)


def test_it_refuses_a_backup_that_is_the_same(chief: Client) -> None:
    council = make_council()
    assert "elija uno distinto" in save(
        chief, council, engine="turbo", backup_engine="turbo"
    )
    assert "elija uno distinto" in save(chief, council, backup_engine="base")


def test_it_says_that_an_engine_is_gone(chief: Client) -> None:
    council = make_council(engine="old-one")
    page = chief.get(address(council)).content.decode()
    assert "old-one (no se puede usar)" in page


@pytest.mark.parametrize(
    ("fields", "backups"),
    [
        ({"backup_engine": "parakeet"}, ["parakeet"]),
        ({"backup_engine": ""}, []),
        ({"backup_engine": "turbo"}, []),  # it is the one that hears
        ({"backup_engine": "openai"}, []),
        ({"backup_engine": "openai", "external_api_allowed": True}, ["openai"]),
        ({"backup_engine": "old-one"}, []),
    ],
)
def test_it_has_another_engine_help_where_it_may(
    fields: dict, backups: list[str]
) -> None:
    assert engines.backups_of(Council(**fields), "turbo") == backups


def council_page(client: Client, **fields) -> str:
    council = make_council(**fields)
    client.force_login(make_user(council, Role.READER))
    page = client.get(f"/concejo/{council.slug}/").content.decode()
    return page.split("<dt>Motor</dt>")[1].split("<dt>Servicios externos")[0]


def test_it_shows_both_on_the_councils_page(client: Client) -> None:
    said = council_page(client, engine="turbo", backup_engine="parakeet")
    assert "Whisper large-v3-turbo" in said
    assert "NVIDIA Parakeet" in said
    assert "Repite lo que al primero no le salió" in said
    assert "<dd>ninguno</dd>" in council_page(client)


def test_it_shows_that_a_service_is_barred(client: Client) -> None:
    said = council_page(client, engine="openai", backup_engine="openai")
    assert "No se puede usar" in said
    assert "No se usa" in said
