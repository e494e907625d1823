"""What is kept of a voice stays in its table: nothing sends, prints or shows it."""

import ast
import inspect
import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from actas.approval import content_of
from actas.drafting import draft_of
from actas.models import Acta
from actas.word import write
from councils.models import Council, Councillor, Role, VoiceConsent, Voiceprint
from sessions.models import Speaker
from tests.councils.voices import (
    FLAT,
    PDF,
    TRACE,
    make_listening,
    make_remembered,
    rows_with_vectors,
    stored,
)
from tests.make import make_acta, make_session, make_user
from transcription.engines import Engine

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
# The only modules that know of the rows with the vectors.
KEEPERS = {
    "councils/admin.py",
    "councils/models.py",
    "councils/remembering.py",
    "councils/views/voices.py",
    "councils/voiceprints.py",
}
# As text, and as the bytes of two of its numbers.
PAIR = (FLAT / np.linalg.norm(FLAT))[:2]
SIGNS = (TRACE.encode(), PAIR.tobytes(), PAIR.byteswap().tobytes())


def shows(content: bytes) -> bool:
    return any(sign in content for sign in SIGNS)


@pytest.fixture
def council() -> Council:
    return make_listening(slug="rita")


@pytest.fixture
def ana(council: Council) -> Councillor:
    return make_remembered(council)


@pytest.fixture
def acta(council: Council, ana: Councillor) -> Acta:
    """An acta in which the voice that is kept speaks, in her name."""
    acta = make_acta(make_session(council), ["Buenos días.", "Se abre la sesión."])
    user = make_user(council, Role.SECRETARY)
    speaker = Speaker(session=acta.session, voice="S1", councillor=ana)
    speaker.confirm(user)
    acta.utterances.update(speaker=speaker)
    return acta


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_it_would_see_a_vector(ana: Councillor) -> None:
    kept = Voiceprint.objects.get()
    assert shows(str(list(kept.vector)).encode())
    assert shows(kept.vector.tobytes())
    assert shows(json.dumps([float(x) for x in kept.vector]).encode())
    assert not shows(PDF)


def test_it_prints_none_in_an_acta(acta: Acta, ana: Councillor) -> None:
    draft = draft_of(acta)
    content = json.dumps(content_of(draft), ensure_ascii=False)
    assert ana.full_name in content
    assert not shows(content.encode())
    with ZipFile(BytesIO(write(draft))) as word:
        files = [word.read(name) for name in word.namelist()]
    assert any(ana.full_name.encode() in one for one in files)
    assert not any(shows(one) for one in files)


def test_it_shows_none_on_a_page(
    chief: Client, council: Council, acta: Acta, ana: Councillor
) -> None:
    draft = draft_of(acta)
    acta.send()
    user = make_user(council, Role.PRESIDENT)
    version = acta.approve(user, content_of(draft), write(draft))
    acta.publish()
    session = acta.session_id
    for where in (
        "/",
        "/concejo/rita/",
        "/concejo/rita/voces/",
        "/concejo/rita/voces/apagar/",
        f"/concejo/rita/voces/{ana.pk}/autorizacion/",
        f"/concejo/rita/voces/{ana.pk}/formato/",
        f"/sesiones/{session}/",
        f"/sesiones/{session}/transcripcion/1/",
        f"/actas/{acta.pk}/",
        f"/actas/{acta.pk}/word/",
        "/publico/rita/",
        f"/publico/rita/{acta.pk}/",
        f"/publico/rita/{acta.pk}/word/",
        f"/verificar/{version.code}/",
    ):
        answer = chief.get(where)
        assert answer.status_code == 200, where
        assert not shows(b"".join(answer)), where


def admin_of(model: type, *tail: object) -> str:
    return f"/admin/councils/{model._meta.model_name}/" + "".join(
        f"{part}/" for part in tail
    )


def test_it_shows_none_in_the_back_office(
    chief: Client, council: Council, ana: Councillor
) -> None:
    kept, consent = Voiceprint.objects.get(), VoiceConsent.objects.get()
    for where in (
        admin_of(Voiceprint),
        admin_of(Voiceprint, kept.pk, "change"),
        admin_of(Voiceprint, kept.pk, "delete"),
        admin_of(Voiceprint, kept.pk, "history"),
        admin_of(VoiceConsent),
        admin_of(VoiceConsent, consent.pk, "change"),
        admin_of(Council, council.pk, "change"),
        admin_of(Councillor, ana.pk, "change"),
    ):
        answer = chief.get(where)
        assert answer.status_code == 200, where
        assert not shows(answer.content), where
    page = chief.get(admin_of(Voiceprint, kept.pk, "change")).content.decode()
    assert "vector" not in page
    page = chief.get(admin_of(VoiceConsent, consent.pk, "change")).content.decode()
    assert stored()[0] not in page  # the link would go past who may have it


@pytest.mark.parametrize("model", [VoiceConsent, Voiceprint])
def test_it_lets_nobody_write_one_in_the_back_office(
    chief: Client, ana: Councillor, model: type
) -> None:
    row = model.objects.get()
    assert chief.get(admin_of(model, "add")).status_code == 403
    change = {"vector": "1", "heard_in": "Otra", "expires_on": "2099-01-01"}
    assert chief.post(admin_of(model, row.pk, "change"), change).status_code == 403
    assert chief.post(admin_of(model, "add"), change).status_code == 403


def test_it_leaves_none_in_the_log_of_what_is_deleted(
    chief: Client, ana: Councillor
) -> None:
    kept = Voiceprint.objects.get()
    chief.post(admin_of(Voiceprint, kept.pk, "delete"), {"post": "yes"})
    assert rows_with_vectors() == 0
    entry = LogEntry.objects.get()
    assert not shows(f"{entry.object_repr}{entry.change_message}".encode())


def test_it_goes_with_a_councillor_who_is_deleted_there(
    chief: Client, ana: Councillor, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        chief.post(admin_of(Councillor, ana.pk, "delete"), {"post": "yes"})
    assert not Councillor.objects.exists()
    assert rows_with_vectors() == 0
    assert stored() == []


def test_it_is_deleted_when_staff_turn_it_off(
    chief: Client,
    council: Council,
    ana: Councillor,
    django_capture_on_commit_callbacks,
) -> None:
    page = chief.get(admin_of(Council, council.pk, "change"))
    form = page.context["adminform"].form
    fields = {k: v for k, v in form.initial.items() if v not in (None, False, "")}
    inline = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    fields.pop("voiceprints")
    with django_capture_on_commit_callbacks(execute=True):
        answer = chief.post(
            admin_of(Council, council.pk, "change"), fields | inline, follow=True
        )
    assert "Voces borradas: 1. Documentos borrados: 1." in answer.content.decode()
    council.refresh_from_db()
    assert council.voiceprints is False
    assert rows_with_vectors() == 0
    assert stored() == []


def names_in(path: Path) -> set[str]:
    """Return the names that a module uses, and its strings."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found |= set(node.name.split("."))
    return found


def test_it_is_known_to_few_modules() -> None:
    rooms = ["astra_site", "councils", "sessions", "transcription", "actas"]
    modules = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    known = {
        str(path.relative_to(ROOT))
        for path in modules
        if names_in(path) & {"Voiceprint", "VoiceprintQuerySet"}
        and "migrations" not in path.parts
    }
    assert known == KEEPERS


def test_it_is_given_to_no_engine() -> None:
    """An engine gets sound, words and a language; it cannot reach what voices are."""
    asked = inspect.signature(Engine.transcribe).parameters
    assert set(asked) == {"self", "clips", "language", "terms", "careful"}
    for path in (ROOT / "transcription" / "engines").glob("*.py"):
        assert not names_in(path) & {"voices", "voicing", "PartVoices", "councils"}


def test_it_is_in_no_file_of_a_transcription() -> None:
    commands = ROOT / "transcription" / "management" / "commands"
    names = names_in(commands / "transcribe.py") | names_in(commands / "evaluate.py")
    assert not names & {"voicing", "PartVoices", "councils"}


def test_it_is_out_of_reach_for_a_rented_machine() -> None:
    code = (ROOT / "astra_site" / "settings_gpu.py").read_text()
    assert '"councils"' not in code
    assert apps.get_model("councils", "Voiceprint")._meta.app_label == "councils"
