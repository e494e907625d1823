"""The first page, the list of actas and the backlog: what waits, for whom."""

import datetime
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actas.delay import draw
from actas.desk import in_words, summary
from actas.models import Acta, Utterance
from councils.models import Council, Role, User
from sessions.models import CouncilSession, Stage, Upload
from tests.make import (
    make_acta,
    make_council,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Transcription

pytestmark = pytest.mark.django_db


def page(client: Client, user: User, where: str = "/") -> str:
    client.force_login(user)
    return client.get(where).content.decode()


def days_ago(days: int) -> datetime.date:
    return timezone.localdate() - datetime.timedelta(days=days)


def approved(session: CouncilSession, user: User) -> Acta:
    acta = make_acta(session)
    acta.send()
    acta.approve(user, {"text": "Dicho.", "title": "Acta"}, b"word")
    return acta


def at_every_stage(council: Council, user: User) -> None:
    """One session at each stage."""
    make_session(council, number=100)
    arriving = make_session(council, number=101)
    Upload.objects.create(
        session=arriving,
        user=user,
        name="a.mp3",
        bytes=10,
        expires_at=timezone.now() + datetime.timedelta(hours=1),
    )
    for number, status in ((102, "hearing"), (103, "failed"), (104, "done")):
        recording = make_recording(make_session(council, number=number))
        make_transcription(recording, status=status, error="El archivo está vacío.")
    make_acta(make_session(council, number=105))
    make_acta(make_session(council, number=106)).send()
    approved(make_session(council, number=107), user)
    approved(make_session(council, number=108), user).publish()


def group(text: str, title: str) -> str:
    """The part of the page under one heading."""
    return text.split(f"<h2>{title} ")[1].split("</section>")[0]


def test_it_groups_sessions_by_what_they_wait_for(client: Client) -> None:
    council = make_council()
    secretary = make_user(council, Role.SECRETARY, name="Adriana Pérez")
    at_every_stage(council, secretary)
    text = page(client, secretary)
    assert "Adriana" in text
    assert "n.º 105" in group(text, "Por revisar")
    assert "n.º 106" in group(text, "Por aprobar")
    for number in (101, 102, 104):
        assert f"n.º {number}" in group(text, "En camino")
    assert "n.º 100" in group(text, "Sin grabación")
    assert "n.º 103" in group(text, "Detenidas")
    assert "El archivo está vacío." in group(text, "Detenidas")
    for number in (107, 108):
        assert f"n.º {number}" in group(text, "Hechas")
    assert "3 sesiones" in group(text, "En camino")
    assert (
        "Una sesión por revisar, un acta por aprobar, tres sesiones en camino, "
        "una sesión sin grabación y una sesión detenida." in text
    )


def test_it_gives_each_the_button_of_the_own_role(client: Client) -> None:
    council = make_council()
    secretary = make_user(council, Role.SECRETARY)
    at_every_stage(council, secretary)
    seen = {
        role: page(client, make_user(council, role))
        for role in (Role.SECRETARY, Role.PRESIDENT, Role.READER)
    }
    assert "Empezar a revisar" in seen[Role.SECRETARY]
    assert "Leer y aprobar" not in seen[Role.SECRETARY]
    assert "Subir una grabación" in seen[Role.SECRETARY]
    assert "Leer y aprobar" in seen[Role.PRESIDENT]
    assert seen[Role.PRESIDENT].index("Por aprobar ") < seen[Role.PRESIDENT].index(
        "Por revisar "
    )
    for role in (Role.PRESIDENT, Role.READER):
        assert "Empezar a revisar" not in seen[role]
        assert "Subir" not in seen[role].replace("Subiendo", "")
    assert "Leer y aprobar" not in seen[Role.READER]


def test_it_leads_to_the_first_sentence_nobody_looked_at(client: Client) -> None:
    council = make_council()
    acta = make_acta(make_session(council), ["Frase."] * 100)
    done = list(acta.utterances.values_list("pk", flat=True)[:62])
    acta.utterances.filter(pk__in=done).update(state=Utterance.State.VERIFIED)
    speakers = acta.session.speakers
    nameless, other = (speakers.create(voice=voice) for voice in ("S1", "S4"))
    acta.utterances.update(speaker=nameless)
    acta.utterances.filter(start__lt=50).update(
        speaker=speakers.create(voice="S3", same_as=nameless)
    )
    speakers.create(voice="S2")  # says nothing
    other.confirm(None)  # though nobody knows any more whom it was
    acta.utterances.filter(start__gt=900).update(
        speaker=speakers.create(voice="S5", same_as=other)
    )
    text = page(client, make_user(council, Role.SECRETARY))
    assert "62 % revisado" in text
    assert "Seguir en el tramo 2" in text  # sentence 63 begins at 620 s
    assert f"/sesiones/{acta.session.pk}/transcripcion/2/" in text
    assert "2 voces por confirmar" in text


def test_it_says_that_all_is_reviewed_only_when_it_is(client: Client) -> None:
    council = make_council()
    acta = make_acta(make_session(council), ["Frase."] * 300)
    first, *_, last = acta.utterances.values_list("pk", flat=True)
    secretary = make_user(council, Role.SECRETARY)
    acta.utterances.filter(pk=first).update(state=Utterance.State.VERIFIED)
    assert "Seguir en el tramo 1" in page(client, secretary)
    acta.utterances.exclude(pk=last).update(state=Utterance.State.VERIFIED)
    text = page(client, secretary)
    assert "99 % revisado" in text
    assert "Leer el acta completa" not in text


def test_it_says_what_waits_only_to_who_has_to_go_on(client: Client) -> None:
    council = make_council()
    make_acta(make_session(council)).send()
    make_recording(session := make_session(council))
    make_transcription(session.recordings.get(), status="hearing")
    seen = {
        role: page(client, make_user(council, role))
        for role in (Role.SECRETARY, Role.PRESIDENT, Role.READER)
    }
    assert "Esto le espera" in seen[Role.PRESIDENT]
    assert "Puede cerrar la página" in seen[Role.SECRETARY]
    for role in (Role.SECRETARY, Role.READER):
        assert "Esto le espera" not in seen[role]
        assert "Así van las sesiones" in seen[role]
    for role in (Role.PRESIDENT, Role.READER):
        assert "Puede cerrar la página" not in seen[role]


def test_it_calls_a_state_by_one_name_everywhere(client: Client) -> None:
    acta = make_acta()
    acta.send()
    user = make_user(acta.session.council, Role.PRESIDENT)
    where = ("/", "/actas/", f"/sesiones/{acta.session_id}/", f"/actas/{acta.pk}/")
    for address in where:
        pill = r'<span class="pill warn">\s*<svg.*?</svg>\s*Por aprobar</span>'
        assert re.search(pill, page(client, user, address), re.DOTALL), address


def test_it_says_why_an_acta_came_back(client: Client) -> None:
    council = make_council()
    acta = make_acta(make_session(council))
    acta.send()
    acta.give_back("Falta la votación del punto 4.")
    text = group(page(client, make_user(council, Role.SECRETARY)), "Por revisar")
    assert "Devuelta" in text
    assert "Falta la votación del punto 4." in text


def test_it_hides_other_councils(client: Client) -> None:
    make_acta(make_session(make_council(), number=777))
    text = page(client, make_user(make_council(), Role.SECRETARY))
    assert "777" not in text


def test_it_shows_staff_every_council_by_name(client: Client) -> None:
    councils = [make_council(name=name) for name in ("Concejo Uno", "Concejo Dos")]
    for council in councils:
        make_session(council)
    text = page(client, make_user(is_staff=True))
    assert group(text, "Sin grabación").count("Concejo ") == 2
    assert "<span>Actas de concejo</span>" in text  # no single council stands above


def test_it_welcomes_a_new_council(client: Client) -> None:
    council = make_council()
    text = page(client, make_user(council, Role.SECRETARY))
    assert "Aquí aparecerán las sesiones" in text
    assert 'href="/sesiones/nueva/"' in text
    text = page(client, make_user(council, Role.READER))
    assert "La secretaría aún no ha subido" in text
    assert "/sesiones/nueva/" not in text
    assert "no está en ningún concejo" not in text


def test_it_tells_who_has_no_council_what_to_do(client: Client) -> None:
    assert "aún no está en ningún concejo" in page(client, make_user())
    text = page(client, make_user(is_staff=True))
    assert "Inscribir un concejo" in text


def test_it_costs_the_same_however_many_sessions_there_are(client: Client) -> None:
    council = make_council()
    secretary = make_user(council, Role.SECRETARY)
    client.force_login(secretary)
    costs = []
    for _ in range(2):
        at_every_stage_again(council, secretary)
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        costs.append(len(queries))
    assert CouncilSession.objects.count() == 18
    assert costs[0] == costs[1] <= 20


def at_every_stage_again(council: Council, user: User) -> None:
    """The same nine sessions on another day, so that numbers may repeat."""
    day = days_ago(CouncilSession.objects.count() + 1)
    at_every_stage(council, user)
    CouncilSession.objects.filter(date=datetime.date(2026, 8, 14)).update(date=day)


def test_it_shows_the_real_delay(client: Client) -> None:
    council = make_council()
    user = make_user(council, Role.SECRETARY)
    make_session(council, number=8, date=days_ago(12))
    make_session(council, number=9, date=days_ago(3))
    text = page(client, user)
    assert '<span class="figure">12 días</span>' in text
    assert "Es la más antigua de 2." in text
    assert "<svg class=" not in text.split("Rezago")[1].split("</aside>")[0].replace(
        'svg class="i"', ""
    )  # two bars at least make a chart


def test_it_draws_what_it_took_before(client: Client) -> None:
    council = make_council()
    user = make_user(council, Role.SECRETARY)
    for number, ago in ((1, 20), (2, 10)):
        approved(make_session(council, number=number, date=days_ago(ago)), user)
    make_session(council, number=3, date=days_ago(5))
    text = page(client, user)
    assert "sesión 1, 20; sesión 2, 10; sesión 3, 5 y contando" in text


def test_it_says_when_nothing_waits(client: Client) -> None:
    council = make_council()
    user = make_user(council, Role.SECRETARY)
    approved(make_session(council, date=days_ago(5)), user)
    text = page(client, user)
    assert "todas las actas están aprobadas" in text
    assert "Ninguna sesión espera su acta" in text


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([(1, 4)], []),  # one tells nothing
        ([(1, 9), (2, 3)], [(9, 23), (3, 77), (6, 50)]),
        ([(1, 0), (2, 0)], [(0, 104), (0, 104), (6, 23)]),
    ],
)
def test_it_draws_bars_to_scale(
    days: list[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    bars = draw(days, (3, 6))
    assert [(bar.days, bar.y) for bar in bars] == expected
    assert [bar.waits for bar in bars[-1:]] == [True][: len(bars)]


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        ([], ""),
        ([Stage.PUBLISHED], ""),
        ([Stage.SENT], "Un acta por aprobar."),
        (
            [Stage.REVIEW] * 2 + [Stage.SENT] * 21,
            "Dos sesiones por revisar y veintiuna actas por aprobar.",
        ),
    ],
)
def test_it_says_what_waits_in_a_sentence(stages: list[Stage], sentence: str) -> None:
    assert summary(stages) == sentence


def test_it_counts_in_words() -> None:
    assert in_words(1, "sesión", "sesiones") == "una sesión"
    assert in_words(1, "acta por aprobar", "") == "un acta por aprobar"


def test_it_lists_the_backlog_from_the_oldest(client: Client) -> None:
    council = make_council()
    user = make_user(council, Role.READER)
    make_session(council, number=31, date=days_ago(2))
    make_session(council, number=30, date=days_ago(40))
    make_session(council, number=32, date=days_ago(-7))  # not held yet
    approved(make_session(council, number=29, date=days_ago(50)), user)
    reopened = approved(make_session(council, number=28, date=days_ago(60)), user)
    reopened.reopen("Faltaba una firma.")
    text = page(client, user, "/actas/pendientes/")
    assert text.index("n.º 30") < text.index("n.º 31")
    assert 'class="num">40<' in text
    for number in (28, 29, 32):
        assert f"n.º {number}" not in text


def test_it_says_that_the_backlog_is_empty(client: Client) -> None:
    user = make_user(make_council(), Role.READER)
    assert "No hay actas pendientes" in page(client, user, "/actas/pendientes/")


def test_it_lists_the_actas_of_one_state(client: Client) -> None:
    council = make_council()
    user = make_user(council, Role.READER)
    make_acta(make_session(council, number=41))
    approved(make_session(council, number=42), user).publish()
    make_acta(make_session(number=43))
    every = page(client, user, "/actas/")
    assert "n.º 041" in every
    assert "n.º 042" in every
    assert "043" not in every
    published = page(client, user, "/actas/?estado=published")
    assert "n.º 041" not in published
    assert "n.º 042" in published
    assert "No hay actas en ese estado" in page(client, user, "/actas/?estado=sent")
    assert "n.º 041" in page(client, user, "/actas/?estado=nada&pagina=x")


def test_it_pages_a_long_list(client: Client) -> None:
    council = make_council()
    for number in range(1, 33):
        make_acta(make_session(council, number=number), [])
    user = make_user(council, Role.READER)
    first = page(client, user, "/actas/?estado=review")
    assert "Página 1 de 2" in first
    assert 'href="?estado=review&amp;pagina=2"' in first
    assert page(client, user, "/actas/?estado=review&pagina=2").count("<li><div>") == 2


def test_it_does_not_fetch_the_waveforms(client: Client) -> None:
    session = make_session()
    make_transcription(make_recording(session), status=Transcription.Status.FAILED)
    (found,) = CouncilSession.objects.with_stage()
    (recording,) = found.recordings.all()
    assert recording.transcription.get_deferred_fields() == {"peaks", "terms"}


def test_it_knows_an_upload_that_expired() -> None:
    session = make_session()
    upload = Upload.objects.create(
        session=session,
        user=make_user(),
        name="a.mp3",
        bytes=1,
        expires_at=timezone.now() + datetime.timedelta(hours=1),
    )
    assert CouncilSession.objects.with_stage().get().stage == Stage.UPLOADING
    upload.expires_at = timezone.now()
    upload.save()
    assert CouncilSession.objects.with_stage().get().stage == Stage.EMPTY
