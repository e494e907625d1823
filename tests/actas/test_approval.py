"""Approval freezes what was read: content, bytes and sha256, in a person's name."""

import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actas import voiceprints
from actas.approval import approve, content_of, fingerprint
from actas.drafting import draft_of
from actas.models import Acta
from councils.models import Council, User
from sessions.facts import NotAllowed
from sessions.models import CouncilSession
from sessions.wording import long_date
from tests.actas.sample_draft import make_draft
from tests.make import (
    make_acta,
    make_council,
    make_recording,
    make_session,
    make_transcription,
    make_turns,
    make_user,
)
from transcription import voicing
from transcription.turns import PartVoices
from transcription.voices import Vectors

pytestmark = pytest.mark.django_db


@pytest.fixture
def council() -> Council:
    return make_council()


@pytest.fixture
def president(council: Council, client: Client) -> User:
    user = make_user(council, "president", name="Gladys Idárraga")
    client.force_login(user)
    return user


@pytest.fixture
def acta(council: Council) -> Acta:
    return make_acta(make_session(council), ["Se abre la sesión."], state="sent")


def answered(acta: Acta, **changes: str) -> dict[str, str]:
    """Return what the approval dialog sends; a value of "" is a box left blank."""
    seen = fingerprint(draft_of(Acta.objects.get(pk=acta.pk)))
    data = {"seen": seen, "read": "on", "despite": "on"} | changes
    return {name: value for name, value in data.items() if value}


def send(client: Client, acta: Acta, **changes: str):
    data = answered(acta, **changes)
    return client.post(f"/actas/{acta.pk}/aprobar/", data, follow=True)


def printed(word: bytes) -> str:
    with ZipFile(BytesIO(word)) as package:
        names = [name for name in package.namelist() if name.endswith(".xml")]
        return " ".join(package.read(name).decode() for name in names)


def test_it_freezes_the_acta_in_the_name_of_who_approves(
    client: Client, acta: Acta, president: User
) -> None:
    page = send(client, acta).content.decode()
    acta.refresh_from_db()
    version = acta.versions.get()
    assert acta.state == Acta.State.APPROVED
    assert (version.number, version.approved_by) == (1, president)
    assert version.approver_name == "Gladys Idárraga"
    assert version.sha256 == hashlib.sha256(bytes(version.word)).hexdigest()
    assert version.sha256 in page
    assert version.code in page


def test_it_prints_the_code_and_no_draft_mark_in_the_frozen_word(
    client: Client, acta: Acta, president: User
) -> None:
    send(client, acta)
    version = acta.versions.get()
    words = printed(bytes(version.word))
    assert version.code in words
    assert "http://testserver/verificar/" in words
    assert "BORRADOR" not in words
    assert "<cp:contentStatus>Aprobada" in words


def test_it_keeps_the_content_as_json_with_title_and_text(
    client: Client, acta: Acta, president: User
) -> None:
    send(client, acta)
    version = acta.versions.get()
    assert version.content["title"].startswith(f"Acta N.º {acta.number:03d}. Sesión")
    assert "Se abre la sesión." in version.content["text"]
    assert version.content["verification_code"] == version.code
    assert version.content["date"] == "2026-08-14"
    assert (version.content["approved"], version.content["version"]) == (True, 1)


def test_it_turns_every_part_of_a_draft_into_json() -> None:
    content = content_of(make_draft())
    assert json.loads(json.dumps(content)) == content
    assert (content["opened"], content["letterhead"]["logo"]) == ("08:15:00", None)
    assert len(content["sections"]) == 6
    assert 8044.0 in content["moments"]


def test_it_hands_out_exactly_the_frozen_bytes(
    client: Client, acta: Acta, president: User
) -> None:
    send(client, acta)
    version = acta.versions.get()
    for path in ("word/", "versiones/1/word/"):
        answer = client.get(f"/actas/{acta.pk}/{path}")
        assert hashlib.sha256(answer.content).hexdigest() == version.sha256
    assert f"acta-{acta.number:03d}-2026" in answer["Content-Disposition"]


def test_it_shows_what_was_frozen_and_not_what_changed_since(
    client: Client, acta: Acta, president: User
) -> None:
    send(client, acta)
    acta.utterances.update(text="Otra cosa.")
    page = client.get(f"/actas/{acta.pk}/").content.decode()
    assert "Se abre la sesión." in page
    assert "Otra cosa." not in page
    assert f"/sesiones/{acta.session_id}/transcripcion/1/?t=0" in page


@pytest.mark.parametrize("blank", ["read", "despite"])
def test_it_asks_that_the_acta_was_read_and_its_gaps_seen(
    client: Client, acta: Acta, president: User, blank: str
) -> None:
    answer = send(client, acta, **{blank: ""})
    acta.refresh_from_db()
    assert answer.status_code == 422
    assert "No se aprobó." in " ".join(answer.content.decode().split())
    assert acta.state == Acta.State.SENT


def test_it_does_not_approve_what_was_not_read(
    client: Client, acta: Acta, president: User
) -> None:
    seen = fingerprint(draft_of(acta))
    acta.utterances.update(text="Se cambió por detrás.")
    page = send(client, acta, seen=seen).content.decode()
    assert "El acta cambió desde que usted la abrió" in page
    assert "Se cambió por detrás." in page
    assert not acta.versions.exists()


def test_it_approves_once_when_clicked_twice(
    client: Client, acta: Acta, president: User
) -> None:
    send(client, acta)
    page = send(client, acta).content.decode()
    assert acta.versions.count() == 1
    assert "El acta está aprobada" in page


def test_it_approves_the_next_version_after_it_is_reopened(
    client: Client, acta: Acta, president: User
) -> None:
    send(client, acta)
    first = acta.versions.get()
    acta.refresh_from_db()
    acta.reopen("Falta una constancia.")
    acta.send()
    send(client, acta)
    second = acta.versions.get(number=2)
    assert second.content["version"] == 2
    assert second.code != first.code
    first.refresh_from_db()
    kept = client.get(f"/actas/{acta.pk}/versiones/1/word/").content
    assert hashlib.sha256(kept).hexdigest() == first.sha256


def test_it_prints_who_approved_it_and_why_there_is_another_version(
    client: Client, acta: Acta, president: User
) -> None:
    acta.give_back("Falta un nombre.")
    acta.send()
    send(client, acta)
    acta.refresh_from_db()
    acta.reopen("Faltaba\n\nuna constancia.")
    acta.send()
    acta.give_back("La fecha es otra.")
    assert acta.returned_because.endswith("una constancia.\n\nLa fecha es otra.")
    acta.send()
    send(client, acta)
    second, first = acta.versions.all()
    today = long_date(timezone.localdate()).split(" ", 1)[1]
    signed = f"Acta aprobada por Gladys Idárraga el {today}. Versión"
    assert f"{signed} 1." in first.content["text"]
    assert "Nota aclaratoria" not in printed(bytes(first.word))
    assert f"{signed} 2." in printed(bytes(second.word))
    note = "versión 2, que corrige la anterior: Faltaba una constancia."
    assert f"Nota aclaratoria: {note}" in second.content["text"]
    assert "La fecha es otra." not in second.content["text"]


def test_it_never_changes_a_version(acta: Acta, president: User) -> None:
    seen = fingerprint(draft_of(Acta.objects.get(pk=acta.pk)))
    version = approve(acta, president, seen, "http://testserver/verificar/")
    with pytest.raises(DatabaseError), transaction.atomic():
        acta.versions.filter(pk=version.pk).update(sha256="0" * 64)


def test_it_reads_what_it_freezes_once_nobody_can_change_it(
    acta: Acta, president: User
) -> None:
    seen = fingerprint(draft_of(Acta.objects.get(pk=acta.pk)))
    with CaptureQueriesContext(connection) as captured:
        approve(acta, president, seen, "http://testserver/verificar/")
    statements = [query["sql"] for query in captured]
    held = next(i for i, sql in enumerate(statements) if "FOR UPDATE" in sql)
    read = next(i for i, s in enumerate(statements) if 'FROM "actas_utterance"' in s)
    assert held < read


def test_it_has_the_number_of_its_session_until_it_is_approved(
    client: Client, acta: Acta, president: User
) -> None:
    CouncilSession.objects.filter(acta=acta).update(number=7)
    send(client, acta)
    acta = Acta.objects.get(pk=acta.pk)
    assert str(acta) == "Acta n.º 007"
    acta.publish()
    acta.reopen("El número es otro.")
    CouncilSession.objects.filter(acta=acta).update(number=8)
    assert draft_of(Acta.objects.get(pk=acta.pk)).number == "008"
    public = f"/publico/{acta.session.council.slug}/"
    for page in (
        public,
        f"{public}{acta.pk}/",
        f"/verificar/{acta.public_version.code}/",
    ):
        said = client.get(page).content.decode()
        assert "Acta n.º 007" in said  # what was approved says what it said
        assert "Acta n.º 008" not in said


@pytest.mark.parametrize("state", ["review", "approved", "published"])
def test_it_approves_only_what_was_sent(
    acta: Acta, president: User, state: str
) -> None:
    Acta.objects.filter(pk=acta.pk).update(state=state)
    with pytest.raises(NotAllowed):
        approve(acta, president, "", "")
    assert not acta.versions.exists()


@pytest.mark.parametrize("role", ["secretary", "reader"])
def test_it_refuses_who_may_not_approve(
    client: Client, council: Council, acta: Acta, role: str
) -> None:
    client.force_login(make_user(council, role))
    assert send(client, acta).status_code == 403
    assert send(client, acta, read="").status_code == 403
    assert not acta.versions.exists()


def test_it_lets_staff_stand_in(client: Client, acta: Acta) -> None:
    client.force_login(make_user(is_staff=True, name="Soporte de ASTRA"))
    send(client, acta)
    assert acta.versions.get().approver_name == "Soporte de ASTRA"


def test_it_hides_the_acta_from_the_president_of_another_council(
    client: Client, acta: Acta
) -> None:
    client.force_login(make_user(make_council(), "president"))
    assert send(client, acta).status_code == 404
    assert not acta.versions.exists()


def test_it_forgets_how_the_voices_sound(acta: Acta, president: User) -> None:
    hearings = [
        make_transcription(recording, ["Se abre."], together=f"session {pk}")
        for recording, pk in (
            (acta.session.recordings.get(), acta.session_id),
            (make_recording(), 0),
        )
    ]
    vectors = Vectors(np.ones((1, 2), np.float32), np.ones((1, 192), np.float32))
    for hearing in hearings:
        PartVoices.of(hearing.parts.get().pk, "campplus", vectors).save()
        make_turns(hearing, "1")
    seen = fingerprint(draft_of(Acta.objects.get(pk=acta.pk)))
    with pytest.raises(NotAllowed):
        approve(acta, president, "another", "")
    assert PartVoices.objects.count() == 2
    approve(acta, president, seen, "")
    kept = PartVoices.objects.get()
    assert kept.part.transcription == hearings[1]
    assert hearings[0].turns.exists()  # who spoke when is no secret


def test_it_remembers_what_was_confirmed_before_it_forgets(
    acta: Acta, president: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    monkeypatch.setattr(voiceprints, "follow", lambda acta: done.append("follow"))
    monkeypatch.setattr(voicing, "forget", lambda together: done.append(together))
    Council.objects.update(voiceprints=True)
    approve(acta, president, fingerprint(draft_of(Acta.objects.get(pk=acta.pk))), "")
    assert done == ["follow", f"session {acta.session_id}"]
