"""Going through the voices in a real browser, by ear and by keyboard."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect, sync_playwright

from actas.models import Acta, Utterance
from councils.models import Role
from sessions.models import Speaker
from tests.make import (
    PASSWORD,
    make_acta,
    make_councillor,
    make_recording,
    make_session,
    make_user,
)
from transcription import audio

pytestmark = pytest.mark.browser
SECONDS = 60
LONG = 1.5  # seconds of each sentence: samples that a test can wait for


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        yield browser
        connection.close()  # Playwright's loop made the test ask on another one
        browser.close()


@pytest.fixture
def acta(transactional_db: None) -> Acta:
    """Three voices, ten sentences each in turn; one of them has a proposed name."""
    session = make_session()
    file = io.BytesIO()
    writer = audio.FlacWriter(file)
    hum = 0.1 * np.sin(np.arange(16_000) * 2 * np.pi * 220 / 16_000)
    for _ in range(SECONDS):
        writer.write(hum.astype(np.float32))
    writer.close()
    recording = make_recording(
        session, file.getvalue(), name="tono.flac", seconds=float(SECONDS)
    )
    acta = make_acta(session, lines=[])
    rosa = make_councillor(session.council, "Rosa Vélez Peña")
    make_councillor(session.council, "Álvaro Rosas")
    voices = [Speaker.objects.create(session=session, voice=f"S{n}") for n in (1, 2, 3)]
    found = {"kind": "roll_call", "start": 2, "quote": "Presente.", "strength": 2.7}
    proposed = {"councillor": rosa, "source": "machine", "confidence": 0.96}
    Speaker.objects.filter(voice="S1").update(**proposed, evidence=[found])
    Utterance.objects.bulk_create(
        Utterance(
            acta=acta,
            recording=recording,
            start=2.0 * n,
            end=2.0 * n + LONG + 0.1 * (n % 3 == 0),
            text=f"Frase {n}.",
            speaker=voices[n % 3],
        )
        for n in range(30)
    )
    return acta


def enter(browser: Browser, site: str, acta: Acta, **options) -> Page:
    """Return a page on which a secretary is logged in."""
    page = browser.new_context(locale="es-CO", **options).new_page()
    user = make_user(acta.session.council, Role.SECRETARY)
    page.goto(f"{site}/cuenta/login/")
    page.get_by_label("Correo electrónico").fill(user.email)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def card(acta: Acta, label: str) -> str:
    return f"#voz{acta.session.speakers.get(voice=label).pk}"


PLACES = ["voces/", "transcripcion/1/"]


@pytest.mark.parametrize("place", PLACES)
def test_it_hears_confirms_and_is_on_the_next_voice(
    live_server, acta: Acta, browser: Browser, place: str
) -> None:
    page = enter(browser, live_server.url, acta)
    page.goto(f"{live_server.url}/sesiones/{acta.session_id}/{place}")
    first, second = page.locator(card(acta, "S1")), page.locator(card(acta, "S2"))
    furthest = "document.querySelector('audio').played"
    first.focus()
    page.keyboard.press("Enter")
    sample = first.locator(".samples .proof").first
    expect(sample).to_have_attribute("aria-current", "true")
    expect(sample).not_to_have_attribute("aria-current", "true", timeout=8000)
    ends = page.evaluate(f"{furthest}.end({furthest}.length - 1)")
    until = float(sample.get_attribute("data-until"))
    assert until - 0.2 < ends < until + 0.2
    assert page.evaluate("document.querySelector('audio').paused")

    page.keyboard.press("Control+Enter")
    expect(second).to_be_focused()
    expect(page.get_by_text("Confirmado: Rosa Vélez Peña.")).to_be_visible()
    expect(first).to_contain_text("Confirmada")
    page.keyboard.press("Control+z")
    expect(first).to_contain_text("Propuesta")


@pytest.mark.parametrize("place", PLACES)
def test_it_names_by_typing_whatever_the_accents(
    live_server, acta: Acta, browser: Browser, place: str
) -> None:
    page = enter(browser, live_server.url, acta)
    page.goto(f"{live_server.url}/sesiones/{acta.session_id}/{place}")
    second = page.locator(card(acta, "S2"))
    second.get_by_role("link", name="Nombrar").click()
    expect(page.get_by_label("Quién habla")).to_be_focused()
    page.keyboard.type("ros")
    options = page.get_by_role("listbox").get_by_role("option")
    # Who begins so comes first; who has it inside, after; a new person, last.
    expect(options.nth(0)).to_contain_text("Rosa Vélez Peña")
    expect(options.nth(1)).to_contain_text("Álvaro Rosas")
    expect(options.nth(2)).to_contain_text("Otra persona: ros")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.get_by_label("Quién habla").fill("alvaro")
    page.keyboard.press("Enter")  # takes the first
    page.keyboard.press("Enter")  # saves
    expect(second).to_contain_text("Álvaro Rosas")
    expect(second).to_contain_text("Confirmada")
    expect(page.locator(card(acta, "S3"))).to_be_focused()

    page.locator(card(acta, "S3")).get_by_role("link", name="Nombrar").click()
    expect(page.get_by_label("Quién habla")).to_be_focused()
    page.keyboard.type("Inés Sol")
    page.keyboard.press("Enter")
    page.keyboard.type("ciudadana")
    page.keyboard.press("Enter")
    expect(page.locator(card(acta, "S3"))).to_contain_text("Inés Sol ciudadana")


def test_it_jumps_to_the_next_voice_without_a_name(
    live_server, acta: Acta, browser: Browser
) -> None:
    page = enter(browser, live_server.url, acta)
    page.goto(f"{live_server.url}/sesiones/{acta.session_id}/transcripcion/1/")
    for sentence in ("Frase 1.", "Frase 2.", "Frase 4."):  # not those of Rosa
        page.keyboard.press("F8")
        expect(page.locator(".row:focus")).to_contain_text(sentence)
    page.keyboard.press("Shift+F8")
    expect(page.locator(".row:focus")).to_contain_text("Frase 2.")
    expect(page.locator("[data-keys]")).to_contain_text("siguiente voz sin nombre")


def test_it_names_and_joins_without_a_script(
    live_server, acta: Acta, browser: Browser
) -> None:
    page = enter(browser, live_server.url, acta, java_script_enabled=False)
    page.goto(f"{live_server.url}/sesiones/{acta.session_id}/voces/")
    page.locator(card(acta, "S2")).get_by_role("link", name="Nombrar").click()
    page.get_by_label("Quién habla").select_option(label="Álvaro Rosas")
    page.get_by_role("button", name="Guardar quién es").click()
    expect(page.locator(card(acta, "S2"))).to_contain_text("Confirmada")
    page.locator(card(acta, "S3")).get_by_role("link", name="Unir con").click()
    other = str(acta.session.speakers.get(voice="S2").pk)
    page.get_by_label("Es la misma voz que").select_option(other)
    page.get_by_role("button", name="Ver qué cambia").click()
    expect(page.get_by_text("de Voz 3 pasan a ser de Álvaro Rosas")).to_be_visible()
    page.get_by_role("button", name="Unir las dos voces").click()
    expect(page.locator(card(acta, "S2"))).to_contain_text("voces 2 y 3")
