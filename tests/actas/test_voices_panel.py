"""The voices of a session: hearing, confirming, naming, joining; and who may."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actas.models import Acta, Utterance
from actas.panel import Panel, joining
from actas.tramo import Tramo
from councils.models import User
from sessions.models import Speaker
from tests.actas.sample_session import make_forty_minutes
from tests.make import make_acta, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
ROLL = {"kind": "roll_call", "start": 38.0, "quote": "Presente.", "strength": 2.7}
ABSENT = {"kind": "absent", "start": 52.0, "quote": "No responde.", "strength": -4.0}


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


def voice(acta: Acta, label: str) -> Speaker:
    return acta.session.speakers.get(voice=label)


def propose(acta: Acta, label: str, name: str = "", **fields) -> Speaker:
    """Let the machine propose a councillor of that name for a voice."""
    who = make_councillor(acta.session.council, name)
    found = [{**ROLL, "person": f"c{who.pk}", "name": name}]
    start = {"source": "machine", "confidence": 0.97, "evidence": found}
    rows = acta.session.speakers.filter(voice=label)
    rows.update(councillor=who, **start | fields)
    return voice(acta, label)


def confirm(acta: Acta, label: str, name: str) -> Speaker:
    propose(acta, label, name, confirmed_at=timezone.now(), source="person")
    return voice(acta, label)


def voices_page(client: Client, acta: Acta, query: str = "", **headers):
    return client.get(f"/sesiones/{acta.session_id}/voces/{query}", **headers)


def panel(acta: Acta) -> Panel:
    return Tramo(Acta.objects.get(pk=acta.pk), 1).panel


# ---- What is shown -------------------------------------------------------------------


def test_it_puts_who_spoke_longest_first(acta: Acta) -> None:
    Utterance.objects.filter(speaker=voice(acta, "S2")).update(end=2000.0)
    cards = panel(acta).people
    assert [card.title for card in cards] == ["Voz 2", "Voz 1", "Voz 3"]
    assert cards[0].share > cards[1].share >= cards[2].share
    assert panel(acta).waiting == 3


def test_it_lets_one_hear_three_samples_to_their_end(secretary, acta: Acta) -> None:
    card = panel(acta).card(voice(acta, "S1").pk)
    assert len(card.samples) == 3
    text = voices_page(secretary, acta).text
    for number, sample in enumerate(card.samples, 1):
        assert f'data-play="{sample.start:g}" data-until="{sample.end:g}"' in text
        assert f'aria-label="Muestra {number} de Voz 1, en' in text


def test_it_lets_one_read_what_a_voice_without_a_name_says(
    secretary, acta: Acta
) -> None:
    propose(acta, "S2", "Rosa Vélez")
    first = panel(acta).card(voice(acta, "S1").pk).samples[0]
    said = acta.utterances.get(start=first.start)
    Utterance.objects.filter(pk=said.pk).update(text="El <b>puente</b> se cayó.")
    text = voices_page(secretary, acta).text
    assert "«El &lt;b&gt;puente&lt;/b&gt; se cayó.»" in text
    assert f'?t={first.start:g}">Leer lo que sigue' in text
    assert text.count("Leer lo que sigue") == 2  # Rosa Vélez has her proof
    beside = secretary.get(f"/sesiones/{acta.session_id}/transcripcion/4/").text
    assert "puente" not in beside


def test_it_shows_the_proof_of_a_proposed_name(secretary, acta: Acta) -> None:
    propose(acta, "S1", "Rosa Vélez", evidence=[ROLL, ABSENT], confidence=0.995)
    text = voices_page(secretary, acta).text
    assert "Propuesta, muy probable" in text
    assert "Respondió al llamado a lista: «Presente.»" in text
    assert 'data-play="38"' in text
    assert "Ver las 2 pruebas, 1 en contra" in text
    assert "En contra." in text
    assert "No respondió al llamado a lista: «No responde.»" in text
    assert "0.99" not in text  # how sure it is, is said in words


def test_it_shows_what_was_answered_beside_the_call(secretary, acta: Acta) -> None:
    call = {**ROLL, "quote": "Rosa Vélez.", "answer": "Presente, señor secretario."}
    propose(acta, "S1", "Rosa Vélez", evidence=[call])
    text = voices_page(secretary, acta).text
    assert "lista: «Rosa Vélez.» — «Presente, señor secretario.»" in text
    assert 'data-play="38" data-until="50"' in text


def test_it_shows_both_sides_where_there_is_little_room(secretary, acta: Acta) -> None:
    many = [{**ROLL, "start": 100.0 + n} for n in range(30)]
    propose(acta, "S1", "Rosa Vélez", evidence=[*many, ABSENT])
    beside = secretary.get(f"/sesiones/{acta.session_id}/transcripcion/1/").text
    assert beside.count("Respondió al llamado a lista:") == 1 + 5
    assert "No respondió al llamado a lista:" in beside
    assert "Ver las 31 en grande" in beside
    whole = voices_page(secretary, acta).text
    assert whole.count("Respondió al llamado a lista:") == 1 + 30


def test_it_tells_a_proposed_name_from_a_confirmed_one(secretary, acta: Acta) -> None:
    propose(acta, "S1", "Rosa Vélez")
    confirm(acta, "S2", "Néstor Gil")
    url = f"/sesiones/{acta.session_id}/transcripcion/1/"
    text = secretary.get(url).text
    assert text.count("nombre propuesto") == 1  # of the rows of ten minutes
    assert 'class="chip v1 proposed"' in text
    assert 'class="chip v2"' in text
    assert 'class="chip v3 nameless"' in text
    assert "Faltan 2 de 3 voces" in text


def test_it_says_who_a_voice_may_be_without_naming_it(secretary, acta: Acta) -> None:
    guess = [{**ROLL, "strength": 0.6, "person": "c1", "name": "Rosa Vélez"}]
    acta.session.speakers.filter(voice="S1").update(
        evidence=guess, confidence=0.6, source="machine"
    )
    text = voices_page(secretary, acta).text
    assert "Puede ser Rosa Vélez, pero falta prueba." in text
    assert "Propuesta" not in text


def test_it_makes_one_card_of_what_is_one_voice(acta: Acta) -> None:
    first, second = voice(acta, "S1"), voice(acta, "S2")
    Speaker.objects.filter(pk=second.pk).update(same_as=first)
    cards = panel(acta).people
    assert len(cards) == 2
    assert (cards[0].pk, cards[0].joined, cards[0].count) == (first.pk, "1 y 2", 7)


def test_it_keeps_two_proposals_of_one_person_apart(acta: Acta) -> None:
    one = propose(acta, "S1", "Rosa Vélez")
    Speaker.objects.filter(voice="S2").update(councillor=one.councillor)
    assert len(panel(acta).people) == 3  # each has to be heard
    Speaker.objects.filter(voice__in=["S1", "S2"]).update(confirmed_at=timezone.now())
    assert len(panel(acta).people) == 2


def test_it_counts_what_nobody_is_said_to_say(secretary, acta: Acta) -> None:
    acta.utterances.filter(speaker=voice(acta, "S3")).update(speaker=None)
    text = voices_page(secretary, acta).text
    assert "Sin asignar: 2\u00a0min en 3 intervenciones." in text
    row_text = secretary.get(f"/sesiones/{acta.session_id}/transcripcion/1/").text
    assert "Sin asignar <small>¿quién habla?</small>" in row_text


def test_it_says_where_people_talk_at_once(secretary, acta: Acta) -> None:
    url = f"/sesiones/{acta.session_id}/transcripcion/1/"
    assert "Hablan a la vez" not in secretary.get(url).text
    acta.utterances.update(overlapped=True)
    assert secretary.get(url).text.count("Hablan a la vez") == 3


def test_it_says_so_when_all_are_confirmed(secretary, acta: Acta) -> None:
    for label in ("S1", "S2", "S3"):
        confirm(acta, label, f"Persona {label}")
    text = voices_page(secretary, acta).text
    assert "Todas las voces tienen nombre" in text
    assert "Confirmar<span" not in text


def test_it_says_so_when_no_voices_were_told_apart(secretary, acta: Acta) -> None:
    acta.utterances.update(speaker=None)
    text = voices_page(secretary, acta).text
    assert "Las voces no se separaron en esta sesión." in text
    assert "toque «Sin asignar» encima de cada intervención" in text


def test_it_lets_a_closed_acta_be_heard_only(secretary, acta: Acta) -> None:
    propose(acta, "S1", "Rosa Vélez")
    Acta.objects.filter(pk=acta.pk).update(state=Acta.State.SENT)
    text = voices_page(secretary, acta).text
    assert "aquí puede oír las voces, pero no cambiarlas" in text
    assert "data-until=" in text
    assert "Confirmar<span" not in text
    pk = voice(acta, "S1").pk
    assert voices_page(secretary, acta, f"?nombrar={pk}").status_code == 404
    answer = secretary.post(f"/voces/{pk}/confirmar/", follow=True)
    assert "ya no está en borrador" in answer.text
    assert not voice(acta, "S1").is_confirmed


def test_it_sends_to_the_session_when_there_is_no_acta_yet(client: Client) -> None:
    session = make_session()
    client.force_login(make_user(session.council, "secretary"))
    answer = client.get(f"/sesiones/{session.pk}/voces/")
    assert answer.url == f"/sesiones/{session.pk}/"


def test_it_escapes_names_and_quotes(secretary, acta: Acta) -> None:
    evil = {**ROLL, "quote": "<script>alert(1)</script>"}
    propose(acta, "S1", "<b>Rosa</b>", evidence=[evil])
    text = voices_page(secretary, acta).text
    assert "<script>alert" not in text
    assert "<b>Rosa" not in text


def test_it_asks_the_database_as_often_for_many_voices(secretary, acta: Acta) -> None:
    voices_page(secretary, acta)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert voices_page(secretary, acta).status_code == 200
        return len(asked)

    few = queries()
    for n in range(4, 34):
        speaker = Speaker.objects.create(session=acta.session, voice=f"S{n}")
        recording = acta.session.recordings.first()
        Utterance.objects.create(
            acta=acta, recording=recording, start=50.0 * n, end=50.0 * n + 9,
            text="Una frase.", speaker=speaker,
        )  # fmt: skip
    assert queries() == few


# ---- How long each spoke -------------------------------------------------------------


def test_it_says_who_spoke_how_long_and_who_did_not(secretary, acta: Acta) -> None:
    confirm(acta, "S1", "Rosa Vélez")
    propose(acta, "S2", "Néstor Gil")
    confirm(acta, "S3", "Ana Rúa")
    make_councillor(acta.session.council, "Inés Callada")
    for address in (f"/sesiones/{acta.session_id}/voces/", f"/actas/{acta.pk}/"):
        text = secretary.get(address).text
        table = text[text.index('class="table times"') :]
        assert table.index("Rosa Vélez") < table.index("Néstor Gil")
        assert "Néstor Gil <small>nombre propuesto</small>" in table
        assert "40 %" in table  # four sentences of ten, of equal length
        assert "No se oyó en esta grabación: Inés Callada." in table


def test_it_calls_nobody_silent_while_a_voice_has_no_name(
    secretary, acta: Acta
) -> None:
    confirm(acta, "S1", "Rosa Vélez")
    make_councillor(acta.session.council, "Inés Callada")
    text = voices_page(secretary, acta).text
    assert "Inés Callada" not in text
    assert "Quién no habló se sabrá cuando todo lo que se oyó tenga nombre." in text


def test_it_calls_nobody_silent_while_something_is_nobodys(
    secretary, acta: Acta
) -> None:
    for label, name in {"S1": "Rosa", "S2": "Néstor", "S3": "Ana"}.items():
        confirm(acta, label, name)
    make_councillor(acta.session.council, "Inés Callada")
    assert "Inés Callada" in voices_page(secretary, acta).text
    Utterance.objects.filter(pk=acta.utterances.first().pk).update(speaker=None)
    assert "Inés Callada" not in voices_page(secretary, acta).text


def test_it_leaves_out_who_held_no_seat_that_day(secretary, acta: Acta) -> None:
    gone = make_councillor(acta.session.council, "Pedro Ido")
    gone.tenures.update(until=datetime.date(2025, 12, 31))
    for label in ("S1", "S2", "S3"):
        confirm(acta, label, f"Persona {label}")
    assert "Pedro Ido" not in voices_page(secretary, acta).text


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
