"""The whole line in a real browser: recording in, approved Word acta out."""

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from actas.models import Acta
from astra_site.clusters import Clusters
from councils.models import User
from tests.make import PASSWORD, make_council, make_councillor, make_user

pytestmark = [pytest.mark.browser, pytest.mark.cluster]

HEARD_WITHIN = 150_000  # milliseconds, on a busy machine


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        context = browser.new_context(locale="es-CO", accept_downloads=True)
        yield context.new_page()
        connection.close()  # Playwright's loop made the test ask on another one
        browser.close()


def enter(page: Page, site: str, user: User) -> None:
    page.goto(f"{site}/cuenta/login/")
    page.get_by_label("Correo electrónico").fill(user.email)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def leave(page: Page, site: str) -> None:
    page.goto(f"{site}/cuenta/logout/")
    page.get_by_role("main").get_by_role("button").first.click()


def upload(page: Page, site: str, recording: Path) -> None:
    """Create a session and upload its recording, as the secretary does."""
    page.goto(f"{site}/sesiones/nueva/")
    page.get_by_label("Fecha").fill("2026-08-14")
    page.get_by_role("button", name="Crear la sesión").click()
    page.locator("input[type=file]").set_input_files(recording)
    review = page.get_by_role("link", name="Revisar")
    expect(review.first).to_be_visible(timeout=HEARD_WITHIN)


def correct_a_sentence(page: Page, text: str) -> None:
    row = page.locator("article.row").first
    row.get_by_role("link", name="Editar").click()
    page.locator("textarea").fill(text)
    page.get_by_role("button", name="Guardar como revisado").click()
    expect(page.locator("article.row").first).to_contain_text(text)
    expect(page.locator("textarea")).to_have_count(0)


def name_the_speaker(page: Page, name: str) -> None:
    row = page.locator("article.row").first
    row.locator("a.chip").click()
    page.locator("form.naming [role=combobox]").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Guardar quién habla").click()
    expect(page.locator("form.naming")).to_have_count(0)
    expect(row).to_contain_text(name)


def test_it_takes_a_recording_to_an_approved_acta(
    page: Page, live_server, clusters: Clusters, short_recording: Path
) -> None:
    council = make_council(seats=1)
    make_councillor(council, "Nubia Esperanza Camargo Pulido")
    secretary = make_user(council, "secretary", name="Álvaro Quevedo")
    president = make_user(council, "president", name="Nubia Camargo")
    site = live_server.url

    enter(page, site, secretary)
    upload(page, site, short_recording)
    acta = Acta.objects.get()
    page.goto(f"{site}/sesiones/{acta.session_id}/transcripcion/1/")
    said = "Buenos días, honorables concejales, dijo la corrección."
    correct_a_sentence(page, said)
    name_the_speaker(page, "Nubia Esperanza Camargo Pulido")
    page.goto(f"{site}/actas/{acta.pk}/")
    page.get_by_role("button", name="Enviar a aprobación").click()
    expect(page.get_by_text("espera la aprobación")).to_be_visible()
    leave(page, site)

    enter(page, site, president)
    page.goto(f"{site}/actas/{acta.pk}/")
    page.get_by_role("link", name="Aprobar el acta").click()
    dialog = page.locator("dialog#aprobar")
    for box in dialog.locator("input[type=checkbox]").all():
        box.check()
    dialog.get_by_role("button", name="Aprobar el acta").click()
    expect(page.get_by_text("Acta aprobada").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").first.click()
    content = Path(download.value.path()).read_bytes()
    page.goto("about:blank")  # lets the server finish with its last request

    assert content == bytes(acta.versions.get().word)
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)
    assert said in text
    assert "Nubia Esperanza Camargo Pulido" in text
