"""Nobody gets in without logging in, except where the door is open on purpose."""

import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from actas.drafting import draft_of
from actas.models import Acta
from actas.word import write
from councils.models import Role
from tests.make import make_acta, make_council, make_session, make_user

pytestmark = pytest.mark.django_db
HOUSE = ("astra_site", "councils", "sessions", "actas")
OPEN = {"public", "public_acta", "public_word", "verify", "theme", "health"}
# Values that fit the converters of an address; the rows need not exist.
SAMPLES = {"IntConverter": 1, "SlugConverter": "nadie", "StringConverter": "X"}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    """Yield the addresses whose views belong to the house."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        elif pattern.callback.__module__.split(".")[0] in HOUSE:
            yield pattern


def address(pattern: URLPattern) -> str:
    values = {
        name: SAMPLES.get(type(converter).__name__, uuid.UUID(int=0))
        for name, converter in pattern.pattern.converters.items()
    }
    return reverse(pattern.name or pattern.callback, kwargs=values)


CLOSED = {
    str(pattern.name or pattern.callback.__name__): pattern
    for pattern in patterns(get_resolver())
    if pattern.name not in OPEN
}


def test_it_finds_the_views() -> None:
    assert {"home", "session", "council", "status"} <= set(CLOSED)
    named = {pattern.name for pattern in patterns(get_resolver())}
    assert named >= OPEN, "an open door that no longer exists"


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_it_sends_strangers_to_the_log_in(client: Client, name: str) -> None:
    where = address(CLOSED[name])
    answer = client.get(where)
    if answer.status_code == 405:
        answer = client.post(where)
    assert answer.status_code == 302
    assert answer.url.startswith("/cuenta/login/")


# Who gets what: stranger, other council, reader, secretary, president, staff.
MATRIX = {
    "/": (302, 200, 200, 200, 200, 200),
    "/actas/": (302, 200, 200, 200, 200, 200),
    "/actas/pendientes/": (302, 200, 200, 200, 200, 200),
    "/concejo/rita/": (302, 404, 200, 200, 200, 200),
    "POST /concejo/rita/palabras/": (302, 404, 403, 302, 403, 302),
    "POST /concejo/rita/palabras/{term}/": (302, 404, 403, 302, 403, 302),
    "/sesiones/{session}/otra-vez/": (302, 404, 403, 200, 403, 200),
    "POST /sesiones/{session}/otra-vez/": (302, 404, 403, 422, 403, 422),
    "POST /sesiones/{session}/otra-vez/volver/": (302, 404, 403, 302, 403, 302),
    "POST /intervenciones/{said}/tambien/": (302, 404, 403, 422, 403, 422),
    "/publico/rita/": (200, 200, 200, 200, 200, 200),
    "/publico/nadie/": (404, 404, 404, 404, 404, 404),
    "/publico/rita/{acta}/": (200, 200, 200, 200, 200, 200),
    "/publico/rita/{acta}/word/": (200, 200, 200, 200, 200, 200),
    "/publico/rita/{draft}/": (404, 404, 404, 404, 404, 404),
    "/publico/rita/{draft}/word/": (404, 404, 404, 404, 404, 404),
    "/verificar/": (200, 200, 200, 200, 200, 200),
    "/verificar/{code}/": (200, 200, 200, 200, 200, 200),
    "/verificar/AAAA-AAAA-AAAA/": (404, 404, 404, 404, 404, 404),
    "/cuenta/": (302, 200, 200, 200, 200, 200),
    "/estado/": (302, 403, 403, 403, 403, 200),
    "/salud/": (200, 200, 200, 200, 200, 200),
    "/cuenta/login/": (200, 302, 302, 302, 302, 302),
    "/admin/": (302, 302, 302, 302, 302, 200),
}


@pytest.mark.parametrize("line", MATRIX)
def test_it_opens_each_page_to_whom_it_is_for(line: str) -> None:
    council = make_council(slug="rita")
    president = make_user(council, Role.PRESIDENT)
    acta = make_acta(make_session(council))
    acta.send()
    content = {"text": "Dicho.", "number": "001", "title": "Acta"}
    version = acta.approve(president, content, write(draft_of(acta)))
    acta.publish()
    people = [
        None,
        make_user(make_council(), Role.SECRETARY),
        make_user(council, Role.READER),
        make_user(council, Role.SECRETARY),
        president,
        make_user(is_staff=True),
    ]
    draft = make_acta(make_session(council), state=Acta.State.REVIEW)
    values = {
        "session": draft.session_id,
        "said": draft.utterances.first().pk,
        "term": council.terms.create(text="Guacamayas").pk,
        "acta": acta.pk,
        "draft": draft.pk,
        "code": version.code,
    }
    seen = []
    for place, person in enumerate(people):
        client = Client()
        if person:
            client.force_login(person)
        where = line.removeprefix("POST ").format(**values)
        if line.startswith("POST"):
            answer = client.post(
                where,
                {"text": f"Palabra {place}", "kind": "word", "decision": "approve"},
            )
        else:
            answer = client.get(where)
        seen.append(answer.status_code)
    assert tuple(seen) == MATRIX[line]
