"""A council's page: who sat when, its words, its format, its people."""

import datetime

import pytest
from django.http import HttpResponse
from django.test import Client

from councils.models import Council, Gender, Office, Role, Term
from tests.make import make_council, make_councillor, make_user

pytestmark = pytest.mark.django_db


def page(
    client: Client, council: Council, role: str = Role.SECRETARY, query: str = ""
) -> str:
    client.force_login(make_user(council, role))
    return client.get(f"/concejo/{council.slug}/{query}").content.decode()


def test_it_shows_who_sits_with_offices_as_they_are_said(client: Client) -> None:
    council = make_council(seats=9)
    gladys = make_councillor(council, "Gladys Idárraga", gender=Gender.FEMALE)
    gladys.tenures.create(office=Office.PRESIDENT, since=datetime.date(2026, 1, 1))
    text = page(client, council, query="?fecha=2026-08-14")
    assert "1 de 9 curules" in text
    assert '<td data-l="Dignidad">presidenta</td>' in text
    assert "Presidenta, 01/01/2026 – hoy" in text
    assert '<td data-l="Dignidad">concejala</td>' in page(
        client, council, query="?fecha=2025-08-14"
    )


def test_it_shows_the_roster_of_another_day(client: Client) -> None:
    council = make_council()
    make_councillor(council, "Iván Hincapié")
    text = page(client, council, query="?fecha=2020-01-01")
    assert "No hay concejales inscritos para el miércoles 1.º de enero de 2020" in text
    assert "Iván Hincapié" in page(client, council)
    text = page(client, council, query="?fecha=ayer")
    assert "Esa fecha no existe" in text
    assert "Iván Hincapié" in text  # of today


def test_it_shows_quorums_letterhead_and_people(client: Client) -> None:
    council = make_council(seats=17, nit="899.999.123-4", mode="sucinto")
    make_user(council, Role.PRESIDENT, name="Gladys Idárraga")
    text = page(client, council, Role.READER)
    assert "<dt>Quórum para decidir</dt><dd>9</dd>" in text
    assert "<dt>Quórum para deliberar</dt><dd>5</dd>" in text
    assert "NIT 899.999.123-4" in text
    assert "sucinto" in text
    assert "Gladys Idárraga" in text


@pytest.mark.parametrize(("engine", "warned"), [("", True), ("turbo", False)])
def test_it_recommends_a_larger_engine(
    client: Client, engine: str, warned: bool
) -> None:
    text = page(client, make_council(engine=engine))
    assert ("Este es el modelo pequeño" in text) is warned
    assert ("Whisper large-v3-turbo" in text) is not warned


def test_it_lets_a_reader_look_only(client: Client) -> None:
    council = make_council()
    council.terms.create(text="Guacamayas")
    text = page(client, council, Role.READER)
    assert "Guacamayas" in text
    assert "<form" not in text.split('id="vocabulario"')[1].split("</section>")[0]


def test_it_links_staff_to_the_back_office(client: Client) -> None:
    council = make_council()
    client.force_login(make_user(is_staff=True))
    text = client.get(f"/concejo/{council.slug}/").content.decode()
    assert f"/admin/councils/council/{council.pk}/change/" in text
    assert "/admin/" not in page(client, council)


def add(client: Client, council: Council, **fields: str) -> HttpResponse:
    client.force_login(make_user(council, Role.SECRETARY))
    form = {"text": "Guacamayas", "kind": "place", "variants": "", **fields}
    return client.post(f"/concejo/{council.slug}/palabras/", form, follow=True)


def test_it_adds_a_word_that_is_used_from_then_on(client: Client) -> None:
    council = make_council()
    text = add(client, council, variants="wacamayas, guaca mayas").content.decode()
    assert "«Guacamayas» quedó en el vocabulario" in text
    (term,) = Term.objects.known_to(council)
    assert (term.text, term.kind) == ("Guacamayas", Term.Kind.PLACE)
    assert term.variants == ["wacamayas", "guaca mayas"]
    assert Term.objects.closest("Huacamallas").get() == term


def test_it_refuses_a_word_twice_and_keeps_what_was_typed(client: Client) -> None:
    council = make_council()
    council.terms.create(text="Guacamayas", state=Term.State.REJECTED)
    make_council().terms.create(text="Otra")
    answer = add(client, council, text="  guacamayas ")
    assert answer.status_code == 422
    assert "ya está en la lista" in answer.content.decode()
    assert 'value="  guacamayas "' in answer.content.decode()
    assert council.terms.count() == 1
    assert add(client, council, text="Otra").status_code == 200  # of another council
    assert add(client, council, text="").status_code == 422


def decide(client: Client, term: Term, decision: str) -> HttpResponse:
    where = f"/concejo/{term.council.slug}/palabras/{term.pk}/"
    return client.post(where, {"decision": decision})


def test_it_approves_and_rejects_a_word(client: Client) -> None:
    council = make_council()
    term = council.terms.create(text="Guacamayas")
    client.force_login(make_user(council, Role.SECRETARY))
    decide(client, term, "approve")
    assert Term.objects.known_to(council).get() == term
    decide(client, term, "reject")
    assert not Term.objects.known_to(council).exists()
    assert Term.objects.get().is_rejected


def test_it_decides_nothing_about_words_of_others(client: Client) -> None:
    council = make_council()
    client.force_login(make_user(council, Role.SECRETARY))
    theirs = make_council().terms.create(text="Suya")
    where = f"/concejo/{council.slug}/palabras/{theirs.pk}/"
    assert client.post(where, {"decision": "approve"}).status_code == 404
    assert Term.objects.get(pk=theirs.pk).is_proposed


def test_it_puts_what_waits_for_a_decision_first(client: Client) -> None:
    council = make_council()
    council.terms.create(text="Aaa", state=Term.State.REJECTED)
    council.terms.create(text="Bbb", state=Term.State.APPROVED)
    council.terms.create(text="ccc")
    assert [t.text for t in council.terms.in_order_of_work()] == ["ccc", "Bbb", "Aaa"]
