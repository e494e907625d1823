"""What anybody may read, search, download and check, and what stays inside."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from actas import forms_public, leaf
from actas.archive import in_force, pattern, snippet
from actas.draft import Ballot, Person, Section, Turn, VoteRecord
from actas.models import Acta, Version
from actas.word import write
from councils.models import Council
from tests.actas.sample_draft import make_draft
from tests.make import make_acta, make_council, make_session, make_user

pytestmark = pytest.mark.django_db
WORD = b"PK the approved bytes"


@pytest.fixture
def council() -> Council:
    return make_council(slug="rita", name="Concejo Municipal de Santa Rita")


def approve(
    council: Council,
    number: int,
    text: str = "Dicho.",
    word: bytes = b"",
    **fields: Any,
) -> Version:
    acta = make_acta(make_session(council, number=number, **fields))
    acta.send()
    content = {
        "text": text,
        "number": f"{number:03d}",
        "title": f"Acta n.º {number:03d}",
    }
    user = make_user(name="Gladys Idárraga")
    return acta.approve(user, content, word or WORD + str(number).encode())


def printed(text: str, **changes: Any) -> bytes:
    """Return the Word file of an acta in which `text` is all that was said."""
    said = Turn(Person("Gladys Idárraga", "presidenta", "la"), (text,), start=1.0)
    sections = (Section("Proposiciones y varios", 1, (said,)),)
    final = {"approved": True, "show_times": False, "sections": sections}
    return write(make_draft(**final | changes))


def publish(
    council: Council, number: int, text: str = "Dicho.", **fields: Any
) -> Version:
    version = approve(council, number, text, **fields)
    version.acta.publish()
    return version


def read(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_lists_what_is_published_and_nothing_else(
    client: Client, council: Council
) -> None:
    publish(council, 11)
    publish(council, 12)
    approve(council, 13)
    make_acta(make_session(council, number=14))
    publish(make_council(), 15)
    text = read(client, "/publico/rita/")
    assert "2 actas</strong> publicadas" in text
    for number in (11, 12):
        assert f"Acta n.º 0{number}" in text
    for number in (13, 14, 15):
        assert f"n.º 0{number}" not in text


def test_it_says_when_nothing_is_published(client: Client, council: Council) -> None:
    approve(council, 1)
    assert "Todavía no hay actas publicadas" in read(client, "/publico/rita/")
    assert client.get("/publico/nadie/").status_code == 404


def test_it_finds_words_without_minding_accents(
    client: Client, council: Council
) -> None:
    publish(council, 21, "Se habló de las VÍAS\nTERCIARIAS del municipio.")
    publish(council, 22, "Se habló del acueducto.")
    text = read(client, "/publico/rita/?q=vias terciarias")
    assert "1 acta</strong> habla de «vias terciarias»" in text
    assert "Acta n.º 021" in text
    assert "Acta n.º 022" not in text
    assert '<mark class="hit">VÍAS\nTERCIARIAS</mark>' in text


@pytest.mark.parametrize(
    ("asked", "hit"),
    [
        ("terciarias vias", "VÍAS"),
        ("municipio hablo", "habló"),
        ("«vias terciarias»", "VÍAS\nTERCIARIAS"),
        ('municipio "vías terciarias"', "VÍAS\nTERCIARIAS"),
        ('"terciarias', "TERCIARIAS"),
        ('"terciarias vías"', None),
        ("terciarias acueducto", None),
    ],
)
def test_it_finds_words_in_any_order_and_a_phrase_in_quotes(
    client: Client, council: Council, asked: str, hit: str | None
) -> None:
    publish(council, 26, "Se habló de las VÍAS\nTERCIARIAS del municipio.")
    text = client.get("/publico/rita/", {"q": asked}).content.decode()
    assert ("Ninguna acta" in text) == (hit is None)
    assert hit is None or f'<mark class="hit">{hit}</mark>' in text


@pytest.mark.parametrize("asked", ['""', '" "', "«", "\u0301"])
def test_it_looks_for_nothing_in_a_search_without_words(
    client: Client, council: Council, asked: str
) -> None:
    publish(council, 27)
    text = client.get("/publico/rita/", {"q": asked}).content.decode()
    assert "Acta n.º 027" in text
    assert "hit" not in text


def test_it_takes_what_is_typed_as_words_not_as_a_pattern(
    client: Client, council: Council
) -> None:
    publish(council, 23, r"Costó $ 975.000.000 (el 36 %) [sic] a\b.")
    for asked in ("$ 975.000.000", "(el 36 %)", "[sic]", "a\\b"):
        assert (
            "Acta n.º 023"
            in client.get("/publico/rita/", {"q": asked}).content.decode()
        )
    for asked in (".*", "975x000", "(", "[", "\\"):
        answer = client.get("/publico/rita/", {"q": asked})
        assert answer.status_code == 200
    assert "Ninguna acta" in client.get("/publico/rita/", {"q": ".*"}).content.decode()


def test_it_escapes_what_was_said(client: Client, council: Council) -> None:
    text = "Dijo <script>alert(1)</script> y ya."
    publish(council, 24, text, word=printed(text))
    for where in (
        "/publico/rita/?q=<script>",
        f"/publico/rita/{Acta.objects.get().pk}/",
    ):
        assert "<script>alert" not in read(client, where)


def test_it_filters_by_kind_and_year(client: Client, council: Council) -> None:
    publish(council, 31, date="2025-05-02")
    publish(council, 32, date="2026-05-02", kind="extraordinaria")
    assert "n.º 031" not in read(client, "/publico/rita/?anio=2026")
    assert "n.º 032" not in read(client, "/publico/rita/?clase=ordinaria")
    assert "n.º 031" in read(client, "/publico/rita/?clase=ordinaria&anio=2025")
    nonsense = read(client, "/publico/rita/?anio=hoy&clase=x&pagina=z&q=" + "a" * 300)
    assert "n.º 031" in nonsense


def test_it_keeps_the_search_on_the_next_page(client: Client, council: Council) -> None:
    for number in range(100, 121):
        publish(council, number, "la vía")
    text = read(client, "/publico/rita/?q=vía&anio=2026")
    assert "?q=v%C3%ADa&amp;anio=2026&amp;pagina=2" in text


def test_it_shows_the_approved_word_with_its_code_and_fingerprint(
    client: Client, council: Council
) -> None:
    vote = VoteRecord("Moción", "nominal", (Ballot("Ana Ruiz", "sí"),), result="negada")
    sections = (Section("Proposiciones", 1, (vote,)),)
    version = publish(council, 41, word=printed("", sections=sections))
    text = read(client, f"/publico/rita/{version.acta.pk}/")
    for told in (
        '<h2 class="chapter">Desarrollo de la sesión</h2>',
        "<h2>1. Proposiciones</h2>",
        '<td data-l="Nombre"><span>Ana Ruiz</span></td>',
        "<strong>NEGADA.</strong>",
        '<div class="sign">',
        version.code,
        version.sha256,
        "Gladys Idárraga",
    ):
        assert told in text
    assert text.count("<h1") == 1
    assert "/transcripcion/" not in text  # what is heard stays inside


def test_it_reads_the_word_of_a_page_once(
    client: Client, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish(council, 43, word=printed("Dicho."))
    reads: list[bytes] = []
    whole = leaf.read
    monkeypatch.setattr(leaf, "read", lambda word: reads.append(word) or whole(word))
    with CaptureQueriesContext(connection) as captured:
        read(client, f"/publico/rita/{version.acta.pk}/")
    fetched = [q for q in captured if '"actas_version"."word",' in q["sql"]]
    assert (len(reads), len(fetched)) == (1, 1)


def test_it_hands_out_the_approved_bytes(client: Client, council: Council) -> None:
    version = publish(council, 42)
    answer = client.get(f"/publico/rita/{version.acta.pk}/word/")
    assert answer.content == WORD + b"42"
    assert hashlib.sha256(answer.content).hexdigest() == version.sha256
    assert 'filename="acta-042-rita.docx"' in answer["Content-Disposition"]


@pytest.mark.parametrize("tail", ["", "word/"])
def test_it_hides_an_acta_behind_another_council(
    client: Client, council: Council, tail: str
) -> None:
    version = publish(make_council(), 44)
    assert client.get(f"/publico/rita/{version.acta.pk}/{tail}").status_code == 404


def test_it_does_not_fetch_the_word_files_to_list_them(
    client: Client, council: Council
) -> None:
    publish(council, 45)
    (version,) = in_force()
    assert "word" in version.get_deferred_fields()
    assert version.word_bytes == len(WORD) + 2


def test_it_leads_from_a_typed_code_to_what_it_says(
    client: Client, council: Council
) -> None:
    version = publish(council, 51)
    typed = version.code.replace("-", " ").lower()
    answer = client.get("/verificar/", {"code": typed})
    assert answer.url == f"/verificar/{version.code}/"
    text = client.get("/verificar/", {"code": "ABC"}).content.decode()
    assert "El código tiene doce letras y números" in text


def test_it_tells_everything_of_a_published_acta(
    client: Client, council: Council
) -> None:
    version = publish(council, 52)
    text = read(client, f"/verificar/{version.code}/")
    for told in ("es válido", "Acta n.º 052", "Santa Rita", "Gladys", version.sha256):
        assert told in text


def test_it_keeps_the_published_version_while_a_new_one_is_made(
    client: Client, council: Council
) -> None:
    first = publish(council, 54, word=printed("Lo primero."))
    first.acta.reopen("Falta un nombre.")
    assert "Lo primero." in read(client, f"/publico/rita/{first.acta.pk}/")
    first.acta.send()
    word = printed("Lo segundo.")
    second = first.acta.approve(make_user(), first.content, word)
    assert "Lo primero." in read(client, f"/publico/rita/{first.acta.pk}/")
    assert "Santa Rita" not in read(client, f"/verificar/{second.code}/")
    first.acta.publish()
    assert "Lo segundo." in read(client, f"/publico/rita/{first.acta.pk}/")
    assert "la que rige es la 2" in read(client, f"/verificar/{first.code}/")


def test_it_tells_little_of_what_is_not_published(
    client: Client, council: Council
) -> None:
    version = approve(council, 53, "Secreto.")
    text = read(client, f"/verificar/{version.code}/")
    for told in ("es válido", "Acta n.º 053", "viernes 14 de agosto de 2026"):
        assert told in text
    for hidden in ("Santa Rita", "Gladys", version.sha256, "Secreto"):
        assert hidden not in text


def test_it_says_that_a_code_is_nobodys(client: Client) -> None:
    answer = client.get("/verificar/ABCD-ABCD-ABCD/")
    assert answer.status_code == 404
    assert "no es de ningún acta" in answer.content.decode()


def compare(client: Client, version: Version, **form: Any) -> str:
    return client.post(f"/verificar/{version.code}/", form).content.decode()


def test_it_compares_a_copy(client: Client, council: Council) -> None:
    version = publish(council, 61)
    same = SimpleUploadedFile("acta.docx", WORD + b"61")
    assert "igual</strong> a la aprobada" in compare(client, version, file=same)
    other = SimpleUploadedFile("acta.docx", WORD + b"61 and more")
    assert "no es igual" in compare(client, version, file=other)


def test_it_compares_a_pasted_fingerprint(client: Client, council: Council) -> None:
    version = publish(council, 62)
    spaced = f" {version.sha256[:32].upper()} {version.sha256[32:]}\n"
    assert "igual</strong> a la" in compare(client, version, fingerprint=spaced)
    assert "no es igual" in compare(client, version, fingerprint="0" * 64)
    assert "64 cifras" in compare(client, version, fingerprint="0" * 63)


def test_it_asks_for_something_to_compare(client: Client, council: Council) -> None:
    assert "Elija su archivo" in compare(client, publish(council, 63))


def test_it_refuses_a_copy_that_is_too_large(
    client: Client, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms_public, "COPY_MAX_BYTES", 10)
    large = SimpleUploadedFile("acta.docx", b"x" * 11)
    assert "más de 20 MB" in compare(client, publish(council, 64), file=large)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("guavio", ("Santa Rita del ", "Guavio", ", la sesión")),
        ("SESION", ("Santa Rita del Guavio, la ", "sesión", "")),
        ("la del guavio", ("Santa Rita del ", "Guavio", ", la sesión")),
        ("de la", ("Santa Rita ", "de", "l Guavio, la sesión")),
        ("otra", ("", "", "")),
        ("  ", ("", "", "")),
    ],
)
def test_it_quotes_what_was_found(wanted: str, expected: tuple[str, ...]) -> None:
    assert snippet("Santa Rita del Guavio, la sesión", wanted) == expected


def test_it_cuts_a_quotation_at_whole_words() -> None:
    before, hit, after = snippet("palabra " * 50 + "aguja" + " palabra" * 50, "aguja")
    assert hit == "aguja"
    assert set(before.split()) == {"…", "palabra"}
    assert set(after.split()) == {"…", "palabra"}


def test_it_searches_n_with_or_without_its_tilde_but_not_back() -> None:
    assert pattern("ano") == "[aáàäÁÀÄ][nñÑ][oóòöÓÒÖ]"
    assert pattern("ñ") == "[ñÑ]"
