"""What is told to secretaries and lawyers is what the program does."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from actas.approval import approve, fingerprint
from actas.drafting import draft_of
from councils.forms_voices import MAX_MB
from councils.matching import FLOOR, MARGIN
from councils.models import Council, Role, Voiceprint
from councils.remembering import ENOUGH, KEPT
from councils.voiceprints import LONGEST
from tests.actas.test_voiceprints import call, make_voiced
from tests.councils.voices import make_consent, make_listening, make_remembered
from tests.make import make_councillor, make_user
from transcription.turns import PartVoices

DOC = Path(settings.BASE_DIR) / "docs" / "datos-personales.md"
TEXT = " ".join(DOC.read_text().split())


def numbers(pattern: str) -> set[str]:
    """Return every number that the document gives there."""
    found = set(re.findall(pattern, TEXT))
    assert found, pattern
    return found


def test_it_says_how_long_vectors_of_a_session_are_kept() -> None:
    default = re.search(
        r'"VOICE_VECTORS_DAYS", (\d+)\)',
        (Path(settings.BASE_DIR) / "astra_site" / "settings.py").read_text(),
    )
    assert numbers(r"(\d+) días") == {default[1]} == {"90"}


def test_it_says_how_much_is_kept_and_from_when_on() -> None:
    assert numbers(r"(\d+) voces") == {str(KEPT)}
    assert numbers(r"menos de (\d+) segundos") == {f"{ENOUGH:g}"}
    assert numbers(r"(\d+) años a lo sumo") == {f"{LONGEST.days // 365}"}
    assert numbers(r"(\d+) MB") == {str(MAX_MB)}


def test_it_says_by_what_rule_a_voice_is_recognised() -> None:
    assert numbers(r"\((0,\d+) o más") == {f"{FLOOR:g}".replace(".", ",")}
    assert numbers(r"al menos (0,\d+) más") == {f"{MARGIN:g}".replace(".", ",")}


def test_it_names_settings_and_tables_that_there_are() -> None:
    tables = {Voiceprint._meta.db_table, PartVoices._meta.db_table}
    named = set(re.findall(r"`(\w+)`", TEXT))
    assert tables <= named
    assert {name for name in named if name.isupper()} == {"VOICE_VECTORS_DAYS"}
    assert hasattr(settings, "VOICE_VECTORS_DAYS")
    assert "TRANSCRIPTION_VOICE=ninguno" in TEXT
    assert settings.TRANSCRIPTION_VOICE == "onnx"  # «viene encendido»


def test_it_says_what_comes_switched_off() -> None:
    assert "viene **apagado**" in TEXT
    assert Council._meta.get_field("voiceprints").default is False


@pytest.mark.django_db
def test_it_names_the_buttons_that_are_on_the_page(client: Client) -> None:
    steps = TEXT.split("## Los pasos, con sus botones")[1].split("## ")[0]
    table = steps.split("| Para… |")[1].split(" **Borrar** elimina")[0]
    council = make_listening(slug="rita")
    make_remembered(council)
    make_councillor(council)
    client.force_login(make_user(council, Role.SECRETARY))
    shown = client.get("/concejo/rita/voces/").content.decode()
    shown += client.get("/concejo/rita/").content.decode()
    Council.objects.update(voiceprints=False)
    client.force_login(make_user(council, Role.PRESIDENT))
    shown += client.get("/concejo/rita/voces/").content.decode()
    buttons = re.findall(r"\*\*([^*]+)\*\*", table)
    assert len(buttons) == 7
    for button in [*buttons, "Voces guardadas", "Ver de quién y con qué autorización"]:
        assert button in unescape(shown), button


@pytest.mark.django_db
def test_it_deletes_how_a_session_sounds_when_its_acta_is_approved() -> None:
    council = make_listening()
    acta, other = make_voiced(council), make_voiced(make_listening())
    ana = make_councillor(council, "Ana Ardila")
    make_consent(ana)
    call(acta, "S3", ana, make_user(council, Role.SECRETARY))
    acta.send()
    president = make_user(council, Role.PRESIDENT)
    approve(acta, president, fingerprint(draft_of(acta)), "https://example.com/")
    left = PartVoices.objects.get()
    assert left.part.transcription.together == f"session {other.session_id}"
    assert Voiceprint.objects.count() == 1  # what she consented to stays


def test_it_is_linked_where_people_begin_to_read() -> None:
    assert "docs/datos-personales.md" in (DOC.parent.parent / "README.md").read_text()
    assert "No es asesoría jurídica" in TEXT
