"""The look keeps its promises: contrast, one stylesheet, no style in the pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from actas import desk

ROOT = Path(settings.BASE_DIR)
SHEET = ROOT / "static" / "astra.css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
SPRITE = ROOT / "templates" / "_icons.html"
AA_TEXT, AA_GRAPHIC = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11

# What stands on what, by the rules of the stylesheet: text, ground.
GROUNDS = ["page", "sheet", "sunk"]
TEXT_PAIRS = [
    *[(text, ground) for text in ("ink", "ink-2", "accent") for ground in GROUNDS],
    *[(text, "sheet") for text in ("accent-2", "ok", "warn", "bad")],
    *[(text, "page") for text in ("accent-2", "ok", "warn", "bad")],
    *[(text, f"{text}-soft") for text in ("accent", "ok", "warn", "bad")],
    *[("ink", f"{soft}-soft") for soft in ("accent", "ok", "warn", "bad")],
    *[("ink-2", f"{soft}-soft") for soft in ("accent", "warn")],
    ("accent-2", "accent-soft"),
    ("on-accent", "accent"),
    ("on-cloth", "cloth"),
    ("sheet", "ok"),  # the dot of a finished stage
]
# Borders of what can be filled in or pressed, the focus ring, the graph's bars.
GRAPHIC_PAIRS = [
    *[(line, ground) for line in ("line-2", "focus") for ground in ("page", "sheet")],
    *[(state, "sheet") for state in ("ok", "warn", "bad")],
]


def tokens(theme: str) -> dict[str, str]:
    """Return the colours of a theme: those of the root, and what it redefines."""
    css = re.sub(r"/\*.*?\*/", "", SHEET.read_text(), flags=re.DOTALL)
    found: dict[str, str] = {}
    for selector in (":root", f'[data-theme="{theme}"]'):
        block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", css, re.DOTALL)
        if block:
            found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", block[1]))
    return found


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb, 0 to 1 (WCAG 2.2)."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    linear = []
    for start in (0, 2, 4):
        value = int(digits[start : start + 2], 16) / 255
        linear.append(
            value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        )
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_it_measures_contrast_as_the_norm_does() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_it_can_be_read(theme: str) -> None:
    colours = tokens(theme)
    dim = {
        f"{text} on {ground}": round(contrast(colours[text], colours[ground]), 2)
        for text, ground in TEXT_PAIRS
        if contrast(colours[text], colours[ground]) < AA_TEXT
    }
    assert dim == {}


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_it_can_be_made_out(theme: str) -> None:
    colours = tokens(theme)
    dim = {
        f"{line} on {ground}": round(contrast(colours[line], colours[ground]), 2)
        for line, ground in GRAPHIC_PAIRS
        if contrast(colours[line], colours[ground]) < AA_GRAPHIC
    }
    assert dim == {}


def test_it_writes_legible_initials_on_every_voice() -> None:
    voices = re.findall(
        r"\.v(\d+) \{ --v: (#\w+); --on-v: (#\w+); \}", SHEET.read_text()
    )
    assert [int(number) for number, *_ in voices] == list(range(1, 13))
    assert all(contrast(ground, text) >= AA_TEXT for _, ground, text in voices)


def test_it_uses_only_tokens_that_exist() -> None:
    css = SHEET.read_text()
    defined = set(re.findall(r"--([\w-]+):", css))
    assert set(re.findall(r"var\(--([\w-]+)", css)) <= defined


def test_it_has_one_stylesheet() -> None:
    sheets = list((ROOT / "static").rglob("*.css"))
    assert sheets == [SHEET]
    for path in TEMPLATES:
        assert ".css" not in path.read_text() or path.name == "base.html", path


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_it_keeps_style_and_script_out_of_the_pages(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)  # onclick and its kin
    for attributes, body in re.findall(
        r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL
    ):
        assert "src=" in attributes or "application/json" in attributes, attributes
        assert not body.strip() or "application/json" in attributes


ICONS = set(re.findall(r'<symbol id="i-([\w-]+)"', SPRITE.read_text()))


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=relative)
def test_it_has_every_icon_that_a_page_shows(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r'_icon\.html"\s+with\s+name="([\w-]+)"', text))
    named |= set(re.findall(r'href="#i-([a-z]+)"', text))
    assert named <= ICONS, named - ICONS


def test_it_has_every_icon_that_the_desk_names() -> None:
    source = Path(desk.__file__).read_text()
    named = {look.icon for look in desk.LOOKS.values()}
    named |= set(re.findall(r'Action\("[^"]+", \S+, "([a-z]+)"', source))
    named |= set(re.findall(r'Look\("[a-z]*", "([a-z]+)"', source))
    assert {"pen", "right", "stop", "undo", "book"} <= named
    assert named <= ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_it_sends_every_form_with_its_token(path: Path) -> None:
    for form in re.findall(r"<form\b[^>]*>.*?</form>", path.read_text(), re.DOTALL):
        if re.search(r'method="post"', form):
            assert "{% csrf_token %}" in form, form[:90]
