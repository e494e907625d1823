"""The list of doubts follows the sentences, in a real browser."""

from collections.abc import Iterator

import pytest
from django.db import connection
from playwright.sync_api import Page, expect, sync_playwright

from actas import proposals
from actas.models import Acta
from councils.models import Role
from tests.make import (
    PASSWORD,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription import guards
from transcription.models import Part, Segment

pytestmark = pytest.mark.browser


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        yield browser.new_context(locale="es-CO").new_page()
        connection.close()  # Playwright's loop made the test ask on another one
        browser.close()


@pytest.fixture
def acta(transactional_db: None) -> Acta:
    """Two odd sentences; another try heard the first one otherwise."""
    recording = make_recording(make_session())
    part = make_part(make_transcription(recording, []), status=Part.Status.DONE)
    texts = {"El Por Venir.": "El Porvenir.", "No hay agua.": "No hay agua."}
    for n, (text, other) in enumerate(texts.items()):
        tries = [
            {"engine": "a", "way": "first", "flags": [], "text": text, "kept": True},
            {"engine": "b", "way": "backup", "flags": [], "text": other, "kept": False},
        ]
        Segment.objects.create(
            part=part, position=n, start=10.0 * n, end=10.0 * n + 9, text=text,
            flags=[guards.DOUBTFUL], tries=tries,
        )  # fmt: skip
    return proposals.draft(recording.session)


def test_it_counts_down_as_the_secretary_looks(live_server, acta, page: Page) -> None:
    site = live_server.url
    user = make_user(acta.session.council, Role.SECRETARY)
    page.goto(f"{site}/cuenta/login/")
    page.get_by_label("Correo electrónico").fill(user.email)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{site}/sesiones/{acta.session_id}/transcripcion/1/")
    count = page.locator(".tabs [data-doubts]")
    expect(count).to_have_text("2")

    page.get_by_role("button", name="Usar este texto").click()
    expect(count).to_have_text("1")
    expect(page.locator(".row").first).to_contain_text("El Porvenir.")

    page.locator(".tabs a", has_text="Dudas").click()
    page.get_by_role("button", name="Está bien").click()
    expect(count).to_have_text("0")
    expect(page.get_by_text("ASTRA no dudó de nada en este tramo")).to_be_visible()

    page.get_by_role("checkbox", name="Revisado").nth(1).click()
    expect(count).to_have_text("1")
    page.get_by_role("button", name="Está bien").click()  # at the version of now
    expect(count).to_have_text("0")
