"""The script of the upload page, in a real browser: it survives what goes wrong."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from councils.models import Role
from sessions.models import CouncilSession
from tests.make import PASSWORD, make_session, make_user
from tests.transcription.sounds import noise, recorded

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHUNK = 100_000  # bytes


@pytest.fixture
def session(settings) -> CouncilSession:
    settings.UPLOAD_CHUNK_BYTES = CHUNK
    return make_session()


@pytest.fixture
def page(chromium: str, live_server, session: CouncilSession) -> Iterator[Page]:
    """The page of a session without recordings, open before its secretary."""
    user = make_user(session.council, Role.SECRETARY)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        page = browser.new_context(locale="es-CO").new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(f"{live_server.url}/cuenta/login/")
        page.get_by_label("Correo electrónico").fill(user.email)
        page.get_by_label("Contraseña").fill(PASSWORD)
        page.get_by_role("button", name="Entrar").click()
        page.goto(f"{live_server.url}/sesiones/{session.pk}/")
        yield page
        page.goto("about:blank")  # lets the server finish with its last request
        browser.close()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two recordings, of 640 and 64 kB, and a text that says it is one."""
    made = [tmp_path / name for name in ("Uno.wav", "Dos.wav", "Texto.mp3")]
    made[0].write_bytes(recorded(noise(20)[np.newaxis]).getvalue())
    made[1].write_bytes(recorded(noise(2, level=0.1)[np.newaxis]).getvalue())
    made[2].write_text("esto no suena " * 100)
    return made


def cut_the_line(page: Page, after: int) -> list[str]:
    """Let `after` chunks through and drop those that follow; return their offsets."""
    seen: list[str] = []

    def pass_on(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        seen.append(route.request.headers["upload-offset"])
        return route.continue_() if len(seen) <= after else route.abort()

    page.route("**/subidas/*/", pass_on)
    return seen


def choose(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files(files)


def test_it_goes_on_after_a_reload(page, session, files) -> None:
    seen = cut_the_line(page, after=3)
    choose(page, files[0])
    expect(page.get_by_text("Se cortó la conexión")).to_be_visible()
    page.unroute("**/subidas/*/")
    page.reload()
    expect(page.get_by_text("Quedó en 300 kB de 640 kB")).to_be_visible()
    line = page.locator("#avance [data-arriving]")
    expect(line).to_contain_text("300 kB de 640 kB")
    assert seen[:4] == ["0", "100000", "200000", "300000"]

    again = cut_the_line(page, after=1)
    choose(page, files[0], files[1])  # the one that was cut, and another behind it
    expect(page.get_by_text("Se cortó la conexión")).to_be_visible()
    expect(line).to_be_hidden()  # the bar is the only number
    page.unroute("**/subidas/*/")
    expect(page.locator("#grabaciones audio")).to_have_count(2)
    assert again[0] == "300000"
    assert [r.name for r in session.recordings.all()] == ["Uno.wav", "Dos.wav"]
    assert not session.uploads.exists()


def test_it_waits_for_the_line_to_come_back(page, session, files) -> None:
    cut_the_line(page, after=2)
    choose(page, files[0])
    expect(page.get_by_text("Se cortó la conexión")).to_be_visible()
    page.unroute("**/subidas/*/")
    expect(page.locator("#grabaciones audio")).to_have_count(1, timeout=15_000)
    assert session.recordings.get().bytes == files[0].stat().st_size


def test_it_pauses_and_cancels(page, session, files) -> None:
    cut_the_line(page, after=2)
    choose(page, files[0])
    expect(page.get_by_text("Se cortó la conexión")).to_be_visible()
    page.get_by_role("button", name="Pausar").click()
    expect(page.get_by_text("En pausa. Lo subido se conserva.")).to_be_visible()
    assert session.uploads.get().received == 2 * CHUNK
    page.get_by_role("button", name="Cancelar").click()
    expect(page.locator(".upload .ledger li")).to_have_count(0)
    assert not session.uploads.exists()


def test_it_says_what_is_wrong_and_goes_on_with_the_next(page, session, files) -> None:
    choose(page, files[2], files[1])
    wrong = page.locator(".upload .wrong")
    expect(wrong).to_contain_text("«Texto.mp3» no se puede leer como audio")
    expect(page.get_by_text("Recibida completa.")).to_be_visible()
    page.get_by_role("link", name="Ver el avance de lo recibido").click()
    expect(page.locator("#grabaciones audio")).to_have_count(1)
    choose(page, files[1])
    expect(page.get_by_text("ya está en esta sesión")).to_be_visible()
    expect(page.get_by_role("link", name="Abrir esa sesión")).to_be_visible()
