"""What the page of a session's voices shows, and of how long each spoke."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actas.models import Acta, Utterance
from councils.models import User
from sessions.models import Speaker
from tests.actas.panel_rows import ROLL, confirm, panel, propose, voice, voices_page
from tests.actas.sample_session import make_forty_minutes
from tests.make import make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db
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
