"""What the review page sends: texts, ticks, names, undos; and who may send it."""

import uuid

import pytest
from django.test import Client

from actas.models import Acta, Utterance
from councils.models import User
from sessions.models import AgendaItem, Speaker
from tests.actas.sample_session import make_forty_minutes
from tests.make import (
    make_acta,
    make_councillor,
    make_part,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Segment

pytestmark = pytest.mark.django_db
State = Utterance.State
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def acta() -> Acta:
    return make_forty_minutes()


@pytest.fixture
def alice(acta: Acta) -> User:
    return make_user(acta.session.council, "secretary", name="Alicia Ruiz")


@pytest.fixture
def page(client: Client, alice: User, acta: Acta):
    """Log Alicia in; return what gets a tramo of the session."""
    client.force_login(alice)

    def get(tramo: int = 1, query: str = "", **headers):
        url = f"/sesiones/{acta.session_id}/transcripcion/{tramo}/{query}"
        return client.get(url, **headers)

    return get


def row(acta: Acta, n: int) -> Utterance:
    return acta.utterances.all()[n]


# ---- Saving a text -------------------------------------------------------------------


def fields(utterance: Utterance, text: str, **more) -> dict:
    return {
        "text": text,
        "version": utterance.version,
        "token": uuid.uuid4(),
        **more,
    }


def test_it_opens_a_row_as_a_form_without_javascript(page, acta: Acta) -> None:
    answer = page(1, f"?editar={row(acta, 1).pk}")
    assert answer.text.count("<textarea") == 1
    assert f'action="/intervenciones/{row(acta, 1).pk}/"' in answer.text
    assert "<html" in answer.text


def test_it_answers_htmx_with_the_row_alone(page, acta: Acta) -> None:
    answer = page(1, f"?editar={row(acta, 1).pk}", **HTMX)
    assert "<html" not in answer.text
    assert answer.text.count("<article") == 1
    assert "<textarea" in answer.text


def test_it_shows_what_the_machine_heard_beside_the_box(page, acta: Acta) -> None:
    utterance = row(acta, 0)
    part = make_part(make_transcription(acta.session.recordings.first()))
    segment = Segment.objects.create(
        part=part, position=0, start=0, end=9, text="frase numero cero"
    )
    utterance.segments.add(segment)
    text = page(1, f"?editar={utterance.pk}").text
    assert "La máquina oyó: «frase numero cero»" in text


def test_it_opens_no_row_of_another_acta(page) -> None:
    foreign = make_acta().utterances.first()
    assert page(1, f"?editar={foreign.pk}").status_code == 404


def test_it_saves_and_returns_to_the_row(page, client: Client, acta: Acta) -> None:
    utterance = row(acta, 3)
    url = f"/intervenciones/{utterance.pk}/"
    answer = client.post(url, fields(utterance, "Corregida."))
    assert answer.url == (
        f"/sesiones/{acta.session_id}/transcripcion/2/#u{utterance.pk}"
    )
    assert row(acta, 3).text == "Corregida."


def test_it_saves_and_opens_the_next(page, client: Client, acta: Acta) -> None:
    utterance, following = row(acta, 2), row(acta, 3)
    url = f"/intervenciones/{utterance.pk}/"
    answer = client.post(url, fields(utterance, "Corregida.", next="1"))
    assert answer.url.endswith(
        f"/transcripcion/2/?editar={following.pk}#u{following.pk}"
    )


def test_it_answers_a_save_with_the_row_and_the_progress(
    page, client: Client, acta: Acta
) -> None:
    utterance = row(acta, 0)
    url = f"/intervenciones/{utterance.pk}/"
    answer = client.post(url, fields(utterance, "Corregida."), **HTMX)
    assert answer.status_code == 200
    assert 'data-version="2"' in answer.text
    assert "10 % revisado" in answer.text


def test_it_verifies_while_saving(page, client: Client, acta: Acta) -> None:
    utterance = row(acta, 0)
    data = fields(utterance, "Corregida.", verified="1")
    client.post(f"/intervenciones/{utterance.pk}/", data)
    assert (row(acta, 0).text, row(acta, 0).state) == ("Corregida.", State.VERIFIED)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_it_shows_both_texts_when_somebody_was_first(
    page, client: Client, acta: Acta, headers: dict
) -> None:
    mine = row(acta, 0)
    bob = make_user(acta.session.council, "secretary", name="Bernardo Gil")
    row(acta, 0).change(bob, 1, text="La de Bernardo.")
    url = f"/intervenciones/{mine.pk}/"
    answer = client.post(url, fields(mine, "La de Alicia."), **headers)
    assert answer.status_code == 409
    assert "Mientras usted escribía, Bernardo Gil cambió" in answer.text
    assert "La de Alicia.</textarea>" in answer.text
    assert "La de Bernardo." in answer.text
    assert row(acta, 0).text == "La de Bernardo."
    assert 'name="version" value="2"' in answer.text
    client.post(url, {**fields(mine, "La de Alicia."), "version": 2})
    assert row(acta, 0).text == "La de Alicia."


def test_it_removes_what_cannot_be_seen(page, client: Client, acta: Acta) -> None:
    utterance = row(acta, 0)
    dirty = "  Uno\x00\x08 \u202edos\u200b.\r\nTre\u0301s.\t "
    client.post(f"/intervenciones/{utterance.pk}/", fields(utterance, dirty))
    assert row(acta, 0).text == "Uno dos.\nTrés."


def test_it_refuses_a_text_without_end(page, client: Client, acta: Acta) -> None:
    utterance = row(acta, 0)
    url = f"/intervenciones/{utterance.pk}/"
    answer = client.post(url, fields(utterance, "a" * 20_001), **HTMX)
    assert answer.status_code == 422
    assert "20001 letras" in answer.text
    assert "a" * 20_001 in answer.text  # nothing that was written is lost
    assert row(acta, 0).version == 1


def test_it_undoes_one_stay_in_the_box_at_once(
    page, client: Client, acta: Acta
) -> None:
    stay, url = uuid.uuid4(), f"/intervenciones/{row(acta, 0).pk}/"
    for version, text in enumerate(["F", "Fr", "Fra"], 1):
        data = {"text": text, "version": version, "token": stay}
        assert client.post(url, data, **HTMX).status_code == 200
    answer = client.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 1}, follow=True)
    assert row(acta, 0).text == "Frase número 0."
    assert "Se deshizo la corrección de la intervención de 0:00:00." in answer.text


def test_it_does_not_let_a_token_reach_into_anothers_batch(
    page, client: Client, acta: Acta
) -> None:
    bob = make_user(acta.session.council, "secretary")
    edit = row(acta, 1).change(bob, 1, text="De Bernardo.")
    data = {**fields(row(acta, 0), "De Alicia."), "token": edit.batch}
    client.post(f"/intervenciones/{row(acta, 0).pk}/", data)
    client.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 1})
    assert row(acta, 0).text == "Frase número 0."
    assert row(acta, 1).text == "De Bernardo."


# ---- Ticks, names, undo --------------------------------------------------------------


def test_it_ticks_and_unticks(page, client: Client, acta: Acta) -> None:
    url = f"/intervenciones/{row(acta, 0).pk}/revisada/"
    answer = client.post(f"{url}?version=1", {"verified": "1"}, **HTMX)
    assert 'aria-checked="true"' in answer.text
    assert row(acta, 0).state == State.VERIFIED
    client.post(f"{url}?version=2", {"verified": "0"})
    assert row(acta, 0).state == State.MACHINE


def test_it_does_not_tick_a_text_that_was_not_read(
    page, client: Client, acta: Acta
) -> None:
    bob = make_user(acta.session.council, "secretary")
    row(acta, 0).change(bob, 1, text="De Bernardo.")
    url = f"/intervenciones/{row(acta, 0).pk}/revisada/?version=1"
    answer = client.post(url, {"verified": "1"}, **HTMX)
    assert answer.status_code == 409
    assert "De Bernardo." in answer.text
    assert row(acta, 0).state == State.EDITED


def test_it_verifies_a_tramo_and_undoes_it(page, client: Client, acta: Acta) -> None:
    url = f"/sesiones/{acta.session_id}/transcripcion/2/revisado/"
    client.post(url)
    assert acta.utterances.filter(state=State.VERIFIED).count() == 2
    answer = client.post(f"/actas/{acta.pk}/deshacer/", {"tramo": 2}, follow=True)
    assert "Se deshizo la revisión de 2 intervenciones." in answer.text
    assert acta.utterances.filter(state=State.VERIFIED).count() == 0


def test_it_goes_where_something_was_undone(page, client: Client, acta: Acta) -> None:
    utterance = row(acta, 9)
    client.post(f"/intervenciones/{utterance.pk}/", fields(utterance, "Otra."))
    undo = f"/actas/{acta.pk}/deshacer/"
    answer = client.post(undo, {"tramo": 1}, **HTMX)
    there = f"/sesiones/{acta.session_id}/transcripcion/4/#u{utterance.pk}"
    assert answer.headers["HX-Redirect"] == there
    nothing = client.post(undo, {"tramo": "x"}, follow=True)
    assert "No hay nada suyo que deshacer" in nothing.text


def test_it_offers_who_may_be_speaking(page, acta: Acta) -> None:
    session = acta.session
    seated = make_councillor(session.council, "Rosa Vélez")
    gone = make_councillor(session.council, "Pedro Ido")
    gone.tenures.update(until="2025-12-31")
    named = Speaker.objects.create(session=session, name="Luis Gil", office="personero")
    text = page(1, f"?voz={row(acta, 0).pk}").text
    assert f'value="c{seated.pk}">Rosa Vélez' in text
    assert f'value="s{named.pk}">Luis Gil, personero' in text
    assert "Adriana Pérez Duque, secretaria general" in text
    assert "Pedro Ido" not in text


def test_it_names_a_voice_from_a_row(page, client: Client, acta: Acta) -> None:
    rosa = make_councillor(acta.session.council, "Rosa Vélez")
    utterance = row(acta, 0)
    data = {"person": f"c{rosa.pk}", "scope": "voice", "version": 1}
    url = f"/intervenciones/{utterance.pk}/voz/"
    answer = client.post(url, data, follow=True)
    assert utterance.speaker.voice == "S1"
    assert acta.utterances.filter(speaker__councillor=rosa).count() == 4
    assert "habla Rosa Vélez en todas las intervenciones de esta voz" in answer.text


def test_it_names_a_new_person(page, client: Client, acta: Acta) -> None:
    data = {"name": "Inés Sol", "office": "ciudadana", "scope": "one", "version": 1}
    client.post(f"/intervenciones/{row(acta, 0).pk}/voz/", data)
    assert row(acta, 0).speaker.label == "Inés Sol"
    assert row(acta, 3).speaker.label == "Voz 1"


def test_it_offers_no_voice_where_there_is_none(
    page, client: Client, acta: Acta
) -> None:
    acta.utterances.update(speaker=None)
    text = page(1, f"?voz={row(acta, 0).pk}").text
    assert "Esta y las siguientes, hasta que hable otra persona" in text
    assert 'value="one" checked' in text
    assert 'value="voice"' not in text
    data = {"name": "Inés Sol", "scope": "voice", "version": 1}
    answer = client.post(f"/intervenciones/{row(acta, 0).pk}/voz/", data)
    assert answer.status_code == 422


def test_it_says_how_many_sentences_a_run_named(
    page, client: Client, acta: Acta
) -> None:
    acta.utterances.update(speaker=None)
    data = {"name": "Inés Sol", "scope": "run", "version": 1}
    url = f"/intervenciones/{row(acta, 0).pk}/voz/"
    answer = client.post(url, data, follow=True)
    count = acta.utterances.filter(speaker__name="Inés Sol").count()
    assert count == acta.utterances.count() > 1
    assert f"habla Inés Sol en {count} intervenciones seguidas" in answer.text


@pytest.mark.parametrize("data", [{}, {"person": "c999999"}, {"name": " \x07 "}])
def test_it_asks_who_it_is(page, client: Client, acta: Acta, data: dict) -> None:
    url = f"/intervenciones/{row(acta, 0).pk}/voz/"
    answer = client.post(url, {"scope": "one", "version": 1, **data})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert acta.edits.count() == 0


def test_it_confirms_a_proposed_voice(page, client: Client, acta: Acta, alice) -> None:
    speaker = Speaker.objects.get(voice="S2")
    Speaker.objects.filter(pk=speaker.pk).update(name="Luis Gil", source="machine")
    assert "nombre propuesto" in page(1).text
    client.post(f"/voces/{speaker.pk}/confirmar/", {"tramo": 1})
    speaker.refresh_from_db()
    assert speaker.confirmed_by == alice
    assert "nombre propuesto" not in page(1).text


# ---- Who may -------------------------------------------------------------------------


def corrections(acta: Acta) -> list[tuple[str, dict]]:
    """Every address that changes something, with data that would change it."""
    utterance = acta.utterances.first()
    item, _ = AgendaItem.objects.get_or_create(
        session=acta.session, position=1, title="Llamado"
    )
    here = f"/intervenciones/{utterance.pk}"
    return [
        (f"{here}/", fields(utterance, "Cambiada.")),
        (f"{here}/revisada/?version=1", {"verified": "1"}),
        (f"{here}/voz/", {"name": "Ana", "scope": "one", "version": 1}),
        (f"{here}/voz/", {"name": "Ana", "scope": "voice", "version": 1}),
        (f"{here}/voz/", {"name": "Ana", "scope": "run", "version": 1}),
        (f"{here}/punto/", {"item": item.pk}),
        (f"/sesiones/{acta.session_id}/transcripcion/1/revisado/", {}),
        (f"/voces/{utterance.speaker_id}/confirmar/", {}),
        (f"/actas/{acta.pk}/deshacer/", {}),
    ]


def untouched(acta: Acta) -> bool:
    return (
        not acta.edits.filter(undoes__isnull=False).exists()
        and acta.edits.count() == 0
        and not acta.utterances.exclude(version=1).exists()
        and not acta.session.agenda.exclude(start=None).exists()
        and acta.session.speakers.count() == 3
    )


def test_it_asks_strangers_to_log_in(client: Client, acta: Acta) -> None:
    url = f"/sesiones/{acta.session_id}/transcripcion/1/"
    assert client.get(url).url.startswith("/cuenta/login/")
    for address, data in corrections(acta):
        answer = client.post(address, data)
        assert (answer.status_code, answer.url[:14]) == (302, "/cuenta/login/")
    assert untouched(acta)


@pytest.mark.parametrize("role", ["secretary", "president", "reader"])
def test_it_hides_actas_of_other_councils(client: Client, acta: Acta, role) -> None:
    client.force_login(make_user(make_session().council, role))
    url = f"/sesiones/{acta.session_id}/transcripcion/1/"
    assert client.get(url).status_code == 404
    for address, data in corrections(acta):
        assert client.post(address, data).status_code == 404, address
    assert untouched(acta)


@pytest.mark.parametrize("role", ["reader", "president"])
def test_it_lets_others_of_the_council_read_only(
    client: Client, acta: Acta, role: str
) -> None:
    client.force_login(make_user(acta.session.council, role))
    url = f"/sesiones/{acta.session_id}/transcripcion/1/"
    text = client.get(url).text
    assert "Frase número 0." in text
    assert "Editar" not in text
    assert "Marcar el tramo" not in text
    assert "Nombrar" not in text
    assert client.get(f"{url}?editar={row(acta, 0).pk}").status_code == 404
    for address, data in corrections(acta):
        assert client.post(address, data).status_code == 403, address
    assert untouched(acta)


def test_it_takes_corrections_by_post_only(page, client: Client, acta: Acta) -> None:
    for address, _ in corrections(acta):
        assert client.get(address).status_code == 405
    assert (
        client.post(f"/sesiones/{acta.session_id}/transcripcion/1/").status_code == 405
    )


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("state", [Acta.State.SENT, Acta.State.PUBLISHED])
def test_it_writes_nothing_in_a_closed_acta(
    page, client: Client, acta: Acta, state: str, headers: dict
) -> None:
    addresses = corrections(acta)
    Acta.objects.filter(pk=acta.pk).update(state=state)
    refusal = "El acta ya no está en borrador"
    for address, data in addresses[:-1]:
        answer = client.post(address, data, follow=True, **headers)
        assert refusal in answer.text, address
    assert untouched(acta)
    text = page(1).text
    assert "puede oírla y leerla, pero no corregirla" in text
    assert "Editar" not in text
