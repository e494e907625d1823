"""The page of the voices that a council keeps, and who may do what on it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from councils.forms_voices import MAX_MB, usual_end
from councils.models import Council, Councillor, Office, Role, VoiceConsent
from councils.voiceprints import end_of_period
from tests.councils.voices import (
    DAY,
    PDF,
    TODAY,
    axis,
    make_consent,
    make_listening,
    make_remembered,
    remember,
    rows_with_vectors,
    stored,
)
from tests.make import make_council, make_councillor, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def council() -> Council:
    return make_listening(slug="rita")


@pytest.fixture
def ana(council: Council) -> Councillor:
    return make_councillor(council, "Ana Ardila")


def page(client: Client, council: Council, role: str = Role.SECRETARY) -> str:
    client.force_login(make_user(council, role))
    answer = client.get(f"/concejo/{council.slug}/voces/")
    assert answer.status_code == 200
    return answer.content.decode()


def row(text: str, name: str) -> str:
    return text.split(f'<p class="what">{name}</p>')[1].split("</li>")[0]


# Who gets what: stranger, other council, reader, secretary, president, staff.
MATRIX = {
    "GET": (302, 404, 403, 200, 200, 200),
    "POST encender/": (302, 404, 403, 403, 302, 302),
    "GET apagar/": (302, 404, 403, 200, 200, 200),
    "POST apagar/": (302, 404, 403, 302, 302, 302),
    "GET {ana}/autorizacion/": (302, 404, 403, 200, 403, 200),
    "POST {ana}/autorizacion/": (302, 404, 403, 422, 403, 422),
    "GET {ana}/formato/": (302, 404, 403, 200, 200, 200),
    "GET {ana}/documento/": (302, 404, 404, 200, 404, 200),
    "POST {ana}/borrar/": (302, 404, 403, 302, 302, 302),
    "GET {ana}/borrar/": (405, 405, 405, 405, 405, 405),
    "GET encender/": (405, 405, 405, 405, 405, 405),
    "GET {stranger}/autorizacion/": (302, 404, 403, 404, 403, 404),
    "POST {stranger}/borrar/": (302, 404, 403, 404, 404, 404),
    "GET {stranger}/documento/": (302, 404, 404, 404, 404, 404),
    "GET {stranger}/formato/": (302, 404, 403, 404, 404, 404),
}


@pytest.mark.parametrize("line", MATRIX)
def test_it_opens_to_whom_it_is_for(council: Council, ana: Councillor, line: str):
    stranger = make_remembered(make_listening())
    people = [
        None,
        make_user(make_council(), Role.SECRETARY),
        make_user(council, Role.READER),
        make_user(council, Role.SECRETARY),
        make_user(council, Role.PRESIDENT),
        make_user(is_staff=True),
    ]
    method, _, where = line.partition(" ")
    seen = []
    for person in people:
        council.refresh_from_db()
        Council.objects.filter(pk=council.pk).update(voiceprints=True)
        make_consent(ana)
        client = Client()
        if person:
            client.force_login(person)
        address = (
            f"/concejo/rita/voces/{where.format(ana=ana.pk, stranger=stranger.pk)}"
        )
        answer = client.generic(method, address)
        seen.append(answer.status_code)
        if answer.status_code == 302 and not person:
            assert answer.url.startswith("/cuenta/login/")
    assert tuple(seen) == MATRIX[line]
    assert stranger.voice_consents.get().voiceprints.count() == 1


def test_it_says_of_each_whether_their_voice_is_kept(
    client: Client, council: Council, ana: Councillor
) -> None:
    make_consent(ana, expires_on=TODAY + 30 * DAY)
    bea, cid, dan, eva = (
        make_councillor(council, name) for name in ("Bea B", "Cid C", "Dan D", "Eva E")
    )
    make_consent(cid, given_on=TODAY - 9 * DAY, expires_on=TODAY - DAY)
    make_consent(dan)
    remember(dan, axis(0), "session 1/S2", seconds=40)
    remember(dan, axis(1), "session 2/S2", seconds=85)
    make_consent(eva)
    secretary = make_user(council, Role.SECRETARY, name="Rosa Rojas")
    client.force_login(secretary)
    client.post(f"/concejo/rita/voces/{eva.pk}/borrar/")
    text = page(client, council)

    mine = row(text, "Ana Ardila")
    assert f"Vigente hasta el {TODAY + 30 * DAY:%d/%m/%Y}" in mine
    assert "Todavía no hay voz guardada" in mine
    assert "Renovar autorización" in mine
    theirs = row(text, "Bea B")
    assert "Sin autorización" in theirs
    assert "Registrar autorización" in theirs
    assert "Borrar su voz" not in theirs
    assert f"{bea.pk}/formato/" in theirs
    assert f"Vencida el {TODAY - DAY:%d/%m/%Y}" in row(text, "Cid C")
    assert "2\u00a0min de voz · Sesión ordinaria n.º 51" in row(text, "Dan D")
    assert "Borrar su voz" in row(text, "Dan D")
    ended = row(text, "Eva E")
    assert "Sin autorización" in ended
    assert f"la terminó Rosa Rojas el {TODAY:%d/%m/%Y}" in ended
    assert "Borrar su voz" not in ended


def test_it_still_shows_who_left_the_council_with_a_voice_kept(
    client: Client, council: Council, ana: Councillor
) -> None:
    make_consent(ana)
    ana.tenures.update(until=TODAY - DAY)
    gone = make_councillor(council, "Bea B")
    gone.tenures.update(until=TODAY - DAY)
    text = page(client, council)
    assert "Ana Ardila" in text
    assert "Bea B" not in text


def test_it_says_what_will_appear_where_nobody_is_inscribed(client: Client) -> None:
    council = make_listening()
    assert "No hay concejales inscritos hoy" in page(client, council)
    client.force_login(make_user(is_staff=True))
    text = client.get(f"/concejo/{council.slug}/voces/").content.decode()
    assert "/admin/councils/councillor/add/" in text


def test_it_offers_the_paper_and_nothing_else_while_it_is_off(client: Client) -> None:
    council = make_council(slug="rita")
    ana = make_councillor(council, "Ana Ardila")
    text = page(client, council)
    assert "Apagado" in text
    assert "Lo enciende la presidencia" in text
    assert "encender/" not in text
    assert "Imprimir formato" in row(text, "Ana Ardila")
    assert "Registrar" not in text
    answer = client.get(f"/concejo/rita/voces/{ana.pk}/autorizacion/", follow=True)
    assert "Primero la presidencia lo enciende" in answer.content.decode()
    answer = client.post(f"/concejo/rita/voces/{ana.pk}/autorizacion/", signed())
    assert answer.status_code == 302
    assert stored() == []
    assert client.get("/concejo/rita/voces/apagar/").status_code == 302


def test_it_links_the_page_to_who_may_see_it(client: Client) -> None:
    council = make_council()
    for role, linked in (
        (Role.READER, False),
        (Role.SECRETARY, True),
        (Role.PRESIDENT, True),
    ):
        client.force_login(make_user(council, role))
        text = client.get(f"/concejo/{council.slug}/").content.decode()
        assert "ASTRA no guarda la voz de nadie" in text
        assert (f"/concejo/{council.slug}/voces/" in text) is linked


def test_it_is_turned_on_by_the_president_and_remembers_who_did(client: Client) -> None:
    council = make_council(slug="rita")
    president = make_user(council, Role.PRESIDENT)
    client.force_login(president)
    assert 'action="/concejo/rita/voces/encender/"' in page(
        client, council, Role.PRESIDENT
    )
    client.force_login(president)
    answer = client.post("/concejo/rita/voces/encender/", follow=True)
    assert "Todavía no se guarda ninguna voz" in answer.content.decode()
    council.refresh_from_db()
    assert council.voiceprints is True
    entry = LogEntry.objects.get()
    assert entry.user == president
    assert entry.get_change_message() == "Encendió el reconocimiento de voces."
    client.post("/concejo/rita/voces/encender/")
    assert LogEntry.objects.count() == 1


def test_it_says_what_turning_it_off_loses_and_then_loses_it(
    client: Client,
    council: Council,
    ana: Councillor,
    django_capture_on_commit_callbacks,
) -> None:
    make_consent(ana)
    remember(ana, axis(0), "session 1/S2")
    remember(ana, axis(1), "session 2/S2")
    make_remembered(council, axis(2), source="session 2/S3")
    client.force_login(make_user(council, Role.SECRETARY))
    text = client.get("/concejo/rita/voces/apagar/").content.decode()
    assert "3 voces guardadas" in text
    assert "2 documentos firmados" in text
    assert "2 autorizaciones, que terminan hoy" in text
    assert rows_with_vectors() == 3
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/concejo/rita/voces/apagar/", follow=True)
    assert (
        "Apagado. Se borró todo: 3 voces guardadas y 2 documentos firmados. "
        "Las autorizaciones terminaron." in answer.content.decode()
    )
    assert rows_with_vectors() == 0
    assert stored() == []
    assert LogEntry.objects.filter(change_message__startswith="Apagó").exists()


def test_it_deletes_a_voice_with_one_click(
    client: Client,
    council: Council,
    ana: Councillor,
    django_capture_on_commit_callbacks,
) -> None:
    make_consent(ana)
    remember(ana)
    text = page(client, council)
    assert f'action="/concejo/rita/voces/{ana.pk}/borrar/"' in row(text, "Ana Ardila")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/concejo/rita/voces/{ana.pk}/borrar/", follow=True)
    assert (
        "Ana Ardila: Se borró todo: 1 voz guardada y 1 documento firmado. "
        "La autorización terminó." in answer.content.decode()
    )
    assert rows_with_vectors() == 0
    assert stored() == []
    answer = client.post(f"/concejo/rita/voces/{ana.pk}/borrar/", follow=True)
    assert "No había nada guardado." in answer.content.decode()


def signed(content: bytes = PDF, name: str = "firmado.pdf", **fields: str) -> dict:
    return {
        "given_on": (TODAY - DAY).isoformat(),
        "expires_on": (TODAY + DAY).isoformat(),
        "document": SimpleUploadedFile(name, content),
        **fields,
    }


def send(client: Client, ana: Councillor, form: dict) -> HttpResponse:
    client.force_login(make_user(ana.council, Role.SECRETARY))
    return client.post(f"/concejo/rita/voces/{ana.pk}/autorizacion/", form)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PDF, "pdf"),
        (b"\xff\xd8\xff\xe0 JFIF", "jpg"),
        (b"\x89PNG\r\n\x1a\n IHDR", "png"),
    ],
)
def test_it_records_what_was_signed(
    client: Client, ana: Councillor, content: bytes, extension: str
) -> None:
    """By what is in the file: its name may say anything."""
    answer = send(client, ana, signed(content, "autorizacion.exe"))
    assert answer.status_code == 302
    consent = VoiceConsent.objects.get()
    assert (consent.given_on, consent.expires_on) == (TODAY - DAY, TODAY + DAY)
    (name,) = stored()
    assert name.endswith(f".{extension}")
    assert "autorizacion" not in name
    with default_storage.open(f"consents/{name}") as file:
        assert file.read() == content


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (signed(b"MZ programa", "firmado.pdf"), "no es un PDF"),
        (signed(b"<html><script>"), "no es un PDF"),
        (signed(b""), "El archivo está vacío"),
        (signed(PDF + bytes(MAX_MB * 1024**2)), "pesa más de 10 MB"),
        (signed(document=""), "sin él no hay autorización"),
        (signed(given_on=(TODAY + DAY).isoformat()), "Ese día no ha llegado"),
        (signed(given_on=""), "Escriba el día en que se firmó"),
        (signed(given_on="31/02"), "Esa fecha no existe"),
        (signed(expires_on=(TODAY - DAY).isoformat()), "Es anterior a la firma"),
        (
            signed(expires_on=(TODAY + 1462 * DAY).isoformat()),
            "Son más de cuatro años desde la firma",
        ),
        (signed(given_on="2020-01-01", expires_on="2021-01-01"), "Ya venció"),
    ],
)
def test_it_refuses_what_is_no_consent(
    client: Client, ana: Councillor, form: dict, said: str
) -> None:
    if form["document"]:
        form["document"].seek(0)
    answer = send(client, ana, form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not VoiceConsent.objects.exists()
    assert stored() == []


def test_it_proposes_the_end_of_the_period_or_of_the_seat(
    client: Client, council: Council, ana: Councillor
) -> None:
    end = end_of_period(TODAY + DAY)
    assert usual_end(ana) == end
    client.force_login(make_user(council, Role.SECRETARY))
    where = f"/concejo/rita/voces/{ana.pk}/autorizacion/"
    assert f'value="{end.isoformat()}"' in client.get(where).content.decode()
    ana.tenures.filter(office=Office.COUNCILLOR).update(until=TODAY + 9 * DAY)
    assert usual_end(ana) == TODAY + 9 * DAY


def test_it_hands_the_document_out_as_a_file(client: Client, ana: Councillor) -> None:
    make_consent(ana)
    client.force_login(make_user(ana.council, Role.SECRETARY))
    where = f"/concejo/rita/voces/{ana.pk}/documento/"
    answer = client.get(where)
    assert b"".join(answer.streaming_content) == PDF
    name = f"autorizacion-de-voz-{ana.pk}.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    default_storage.delete(ana.voice_consents.get().document.name)
    assert client.get(where).status_code == 404
    client.post(f"/concejo/rita/voces/{ana.pk}/borrar/")
    assert client.get(where).status_code == 404


def test_it_prints_what_is_to_be_signed(client: Client) -> None:
    council = make_council(
        slug="rita",
        name="Concejo de Santa Rita",
        nit="899.999.123-4",
        address="Calle 1 # 2-3",
        phone="601 555 0100",
        email="concejo@example.com",
    )
    ana = make_councillor(council, "Ana Ardila")
    client.force_login(make_user(council, Role.SECRETARY))
    where = f"/concejo/rita/voces/{ana.pk}/formato/"
    text = client.get(where).content.decode()
    for said in (
        "Autorización para el tratamiento de datos biométricos (voz)",
        "Ana Ardila",
        "Concejo de Santa Rita",
        "899.999.123-4",
        "Calle 1 # 2-3",
        "601 555 0100",
        "concejo@example.com",
        "Ley 1581 de 2012",
        "no estoy en la obligación de autorizar",
        "ninguna actividad puede condicionarse",
        "Superintendencia de Industria y Comercio",
        "revocar esta autorización",
        str(end_of_period(TODAY + DAY).year),
    ):
        assert said in text
    assert "Al concejo le falta alguno" not in text
    Council.objects.update(phone="")
    assert "Al concejo le falta alguno" in client.get(where).content.decode()
