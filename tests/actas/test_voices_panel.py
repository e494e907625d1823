"""The voices of a session: confirming, naming, joining; and who may."""

import pytest
from django.test import Client

from actas.models import Acta
from actas.panel import joining
from councils.models import User
from sessions.models import Speaker
from tests.actas.panel_rows import confirm, panel, propose, voice, voices_page
from tests.actas.sample_session import make_forty_minutes
from tests.make import make_acta, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def acta() -> Acta:
    return make_forty_minutes()


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary", name="Alicia Ruiz")


@pytest.fixture
def secretary(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


# ---- Confirming, naming, taking a name away ------------------------------------------


def test_it_confirms_and_goes_on_to_the_next(secretary, acta: Acta, alice) -> None:
    speaker = propose(acta, "S1", "Rosa Vélez")
    answer = secretary.post(f"/voces/{speaker.pk}/confirmar/")
    following = voice(acta, "S2").pk
    assert answer.url == f"/sesiones/{acta.session_id}/voces/#voz{following}"
    assert voice(acta, "S1").confirmed_by == alice
    text = voices_page(secretary, acta).text
    assert "Confirmado: Rosa Vélez. Faltan 2 de 3 voces." in text


def test_it_confirms_no_name_but_the_one_that_was_read(secretary, acta: Acta) -> None:
    speaker = propose(acta, "S1", "Rosa Vélez")
    page = voices_page(secretary, acta).text
    assert 'name="heard" value="Rosa Vélez"' in page
    propose(acta, "S1", "Néstor Gil")  # something else was heard in the meantime
    url = f"/voces/{speaker.pk}/confirmar/"
    answer = secretary.post(url, {"heard": "Rosa Vélez"}, follow=True)
    assert "el nombre propuesto cambió: ahora es Néstor Gil." in answer.text
    assert not voice(acta, "S1").is_confirmed
    secretary.post(url, {"heard": "Néstor Gil"})
    assert voice(acta, "S1").is_confirmed


def test_it_says_that_a_voice_has_lost_its_name(secretary, acta: Acta) -> None:
    speaker = propose(acta, "S1", "Rosa Vélez")
    secretary.post(f"/voces/{speaker.pk}/sin-nombre/")  # in another window
    url = f"/voces/{speaker.pk}/confirmar/"
    answer = secretary.post(url, {"heard": "Rosa Vélez"}, follow=True)
    assert "Mientras usted oía, esta voz ya no tiene nombre." in answer.text


def test_it_takes_one_step_to_undo_what_was_confirmed_twice(
    secretary, acta: Acta
) -> None:
    speaker = propose(acta, "S1", "Rosa Vélez")
    url = f"/voces/{speaker.pk}/confirmar/"
    for _ in range(2):
        answer = secretary.post(url, {"heard": "Rosa Vélez"}, follow=True)
        assert "Confirmado: Rosa Vélez. Faltan 2 de 3 voces." in answer.text
    secretary.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 0})
    assert not voice(acta, "S1").is_confirmed


def test_it_returns_to_the_tramo_that_asked(secretary, acta: Acta) -> None:
    speaker = propose(acta, "S1", "Rosa Vélez")
    answer = secretary.post(f"/voces/{speaker.pk}/confirmar/", {"tramo": 2})
    assert answer.url.startswith(f"/sesiones/{acta.session_id}/transcripcion/2/#voz")


def test_it_opens_one_voice_to_be_named(secretary, acta: Acta) -> None:
    rosa = make_councillor(acta.session.council, "Rosa Vélez")
    pk = voice(acta, "S1").pk
    whole = voices_page(secretary, acta, f"?nombrar={pk}").text
    assert whole.count('class="act"') == 1
    assert "<html" in whole
    assert f'href="/sesiones/{acta.session_id}/voces/#voz{pk}" data-close' in whole
    part = voices_page(secretary, acta, f"?nombrar={pk}&tramo=3", **HTMX).text
    assert "<html" not in part
    assert part.count("<article") == 1
    assert f'value="c{rosa.pk}">Rosa Vélez' in part
    assert 'name="tramo" value="3"' in part
    closed = voices_page(secretary, acta, f"?ficha={pk}", **HTMX).text
    assert 'class="act"' not in closed


def test_it_names_a_whole_voice(secretary, acta: Acta) -> None:
    rosa = make_councillor(acta.session.council, "Rosa Vélez")
    pk = voice(acta, "S1").pk
    url = f"/voces/{pk}/nombre/"
    answer = secretary.post(url, {"person": f"c{rosa.pk}"}, follow=True)
    assert "Quedó: Voz 1 es Rosa Vélez." in answer.text
    assert acta.utterances.filter(speaker__councillor=rosa).count() == 4
    answer = secretary.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 0}, follow=True)
    assert "Se deshizo el nombre de una voz: vuelve a ser Voz 1." in answer.text
    assert not voice(acta, "S1").is_named


def test_it_names_somebody_who_is_not_on_the_roll(secretary, acta: Acta) -> None:
    pk = voice(acta, "S1").pk
    data = {"name": "Inés Sol", "office": "ciudadana"}
    secretary.post(f"/voces/{pk}/nombre/", data)
    named = voice(acta, "S1")
    assert (named.label, named.office, named.is_confirmed) == (
        "Inés Sol", "ciudadana", True,
    )  # fmt: skip


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_asks_who_it_is(secretary, acta: Acta, headers: dict) -> None:
    pk = voice(acta, "S1").pk
    answer = secretary.post(f"/voces/{pk}/nombre/", {"person": "c999999"}, **headers)
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert not acta.edits.exists()


def test_it_takes_a_name_away(secretary, acta: Acta) -> None:
    speaker = confirm(acta, "S1", "Rosa Vélez")
    answer = secretary.post(f"/voces/{speaker.pk}/sin-nombre/", follow=True)
    assert "La voz 1 ya no es Rosa Vélez. Puede deshacerlo." in answer.text
    assert not voice(acta, "S1").is_named
    secretary.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 0})
    assert voice(acta, "S1").label == "Rosa Vélez"


# ---- Joining and parting -------------------------------------------------------------


def test_it_says_what_joining_will_do(secretary, acta: Acta) -> None:
    rosa = confirm(acta, "S1", "Rosa Vélez")
    pk = voice(acta, "S2").pk
    asked = voices_page(secretary, acta, f"?unir={pk}", **HTMX).text
    assert f'value="{rosa.pk}">Rosa Vélez' in asked
    assert f'<option value="{pk}"' not in asked  # not with itself
    said = voices_page(secretary, acta, f"?unir={pk}&into={rosa.pk}", **HTMX).text
    assert (
        "3 intervenciones de Voz 2 pasan a ser de Rosa Vélez. Puede deshacerlo." in said
    )
    assert f'action="/voces/{pk}/unir/"' in said
    assert voice(acta, "S2").same_as is None  # only said, not done


def test_it_joins_two_voices_and_parts_them_again(secretary, acta: Acta) -> None:
    rosa, other = confirm(acta, "S1", "Rosa Vélez"), voice(acta, "S2")
    data = {"into": rosa.pk}
    answer = secretary.post(f"/voces/{other.pk}/unir/", data, follow=True)
    assert "Quedó: Voz 2 y Rosa Vélez son la misma voz." in answer.text
    assert voice(acta, "S2").label == "Rosa Vélez"
    secretary.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 0})
    assert voice(acta, "S2").label == "Voz 2"


def test_it_says_it_of_the_voice_that_loses_its_own(acta: Acta) -> None:
    rosa = confirm(acta, "S1", "Rosa Vélez")
    cards = panel(acta)
    one, other = cards.card(rosa.pk), cards.card(voice(acta, "S2").pk)
    assert joining(one, other) == joining(other, one)


def test_it_joins_no_voice_of_another_session(secretary, acta: Acta) -> None:
    pk = voice(acta, "S1").pk
    foreign = make_forty_minutes().session.speakers.first()
    answer = secretary.post(f"/voces/{pk}/unir/", {"into": foreign.pk})
    assert answer.status_code == 422
    data = {"person": f"v{foreign.pk}", "scope": "one", "version": 1}
    row = acta.utterances.first()
    answer = secretary.post(f"/intervenciones/{row.pk}/voz/", data)
    assert answer.status_code == 422
    assert not acta.edits.exists()


def test_it_lets_another_voice_begin_at_a_sentence(secretary, acta: Acta) -> None:
    row = acta.utterances.all()[3]  # the second of S1, of four
    url = f"/intervenciones/{row.pk}/otra-voz/"
    answer = secretary.post(url, {"version": 1}, follow=True)
    assert "Quedó: desde aquí es otra voz, la 1B, con 3 intervenciones." in answer.text
    assert acta.utterances.filter(speaker__voice="S1").count() == 1
    secretary.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 2})
    assert acta.utterances.filter(speaker__voice="S1").count() == 4


def test_it_gives_a_sentence_to_another_voice(secretary, acta: Acta) -> None:
    row, other = acta.utterances.first(), voice(acta, "S2")
    opened = secretary.get(
        f"/sesiones/{acta.session_id}/transcripcion/1/?voz={row.pk}"
    ).text
    assert f'value="v{other.pk}">Voz 2' in opened
    assert f'value="v{row.speaker_id}">' not in opened
    data = {"person": f"v{other.pk}", "scope": "one", "version": 1}
    url = f"/intervenciones/{row.pk}/voz/"
    assert "habla Voz 2 en esta" in secretary.post(url, data, follow=True).text
    assert acta.utterances.first().speaker == other


def test_it_joins_the_voice_of_a_sentence_to_another(secretary, acta: Acta) -> None:
    row, other = acta.utterances.first(), voice(acta, "S2")
    url = f"/intervenciones/{row.pk}/voz/"
    data = {"person": f"v{other.pk}", "version": 1}
    assert secretary.post(url, {**data, "scope": "run"}).status_code == 422
    secretary.post(url, {**data, "scope": "voice"})
    assert voice(acta, "S1").same_as == other


# ---- Who may -------------------------------------------------------------------------


def changes(acta: Acta) -> list[tuple[str, dict]]:
    """Every address that changes a voice, with data that would change it."""
    one, other = voice(acta, "S1"), voice(acta, "S2")
    row = acta.utterances.first()
    return [
        (f"/voces/{one.pk}/confirmar/", {}),
        (f"/voces/{one.pk}/nombre/", {"name": "Ana"}),
        (f"/voces/{one.pk}/sin-nombre/", {}),
        (f"/voces/{one.pk}/unir/", {"into": other.pk}),
        (f"/voces/{one.pk}/separar/", {}),
        (f"/intervenciones/{row.pk}/otra-voz/", {"version": 1}),
    ]


def test_it_asks_strangers_to_log_in(client: Client, acta: Acta) -> None:
    assert voices_page(client, acta).url.startswith("/cuenta/login/")
    for address, data in changes(acta):
        answer = client.post(address, data)
        assert (answer.status_code, answer.url[:14]) == (302, "/cuenta/login/")
    assert not acta.edits.exists()


@pytest.mark.parametrize("role", ["secretary", "president", "reader"])
def test_it_hides_voices_of_other_councils(client: Client, acta: Acta, role) -> None:
    client.force_login(make_user(make_session().council, role))
    assert voices_page(client, acta).status_code == 404
    for address, data in changes(acta):
        assert client.post(address, data).status_code == 404, address
    assert not acta.edits.exists()


@pytest.mark.parametrize("role", ["reader", "president"])
def test_it_lets_others_of_the_council_hear_only(
    client: Client, acta: Acta, role: str
) -> None:
    speaker = propose(acta, "S1", "Rosa Vélez")
    client.force_login(make_user(acta.session.council, role))
    text = voices_page(client, acta).text
    assert "data-until=" in text
    assert "Respondió al llamado a lista" in text
    assert "Confirmar<span" not in text
    assert "Nombrar" not in text
    assert voices_page(client, acta, f"?nombrar={speaker.pk}").status_code == 404
    for address, data in changes(acta):
        assert client.post(address, data).status_code == 403, address
    assert not acta.edits.exists()


def test_it_opens_no_voice_of_another_session(secretary, acta: Acta) -> None:
    foreign = make_acta(make_session(acta.session.council))
    speaker = Speaker.objects.create(session=foreign.session, voice="S1")
    foreign.utterances.update(speaker=speaker)
    assert voices_page(secretary, acta, f"?nombrar={speaker.pk}").status_code == 404


def test_it_changes_voices_by_post_only_and_with_a_token(
    secretary, acta: Acta, alice
) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    for address, data in changes(acta):
        assert secretary.get(address).status_code == 405, address
        assert strict.post(address, data).status_code == 403, address
    assert not acta.edits.exists()
