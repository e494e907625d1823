"""The back office: every row is there, what the machine wrote stays as it is."""

import re

import numpy as np
import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_q.models import Failure, OrmQ, Schedule, Success

from actas.editing import Person
from actas.models import Acta, Edit, Utterance, Version
from councils.models import Councillor, Membership, Role, User
from sessions.models import Attendance, Ballot, CouncilSession, Speaker, Vote
from tests.councils.voices import make_listening, make_remembered
from tests.make import (
    PASSWORD,
    make_acta,
    make_council,
    make_councillor,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import (
    Part,
    PartVoices,
    Segment,
    Transcription,
    Turn,
    UsageRecord,
    Worker,
)
from transcription.voices import Vectors
from transcription.voices.grouping import TurnDraft

pytestmark = pytest.mark.django_db
ROOMS = ["councils", "council_sessions", "transcription", "actas"]
MODELS = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
FROZEN = [
    *(Transcription, Part, PartVoices, Segment, Turn, Worker, UsageRecord),
    *(Utterance, Edit, Version),
]


@pytest.fixture
def chief(client: Client) -> Client:
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def where(model: type, page: str = "", *args: object) -> str:
    tail = "".join(f"{arg}/" for arg in args) + (f"{page}/" if page else "")
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{tail}"


@pytest.fixture
def rows() -> None:
    """One row, at least, of every kind."""
    council = make_council()
    user = make_user(council, Role.SECRETARY)
    councillor = make_councillor(council)
    council.terms.create(text="Guacamayas")
    session = make_session(council)
    make_transcription(make_recording(session), ["Buenos días."])
    acta = make_acta(session)
    utterance = acta.utterances.first()
    utterance.change(user, utterance.version, text="Otra cosa.")
    acta.send()
    acta.approve(user, {"text": "Dicho.", "title": "Acta"}, b"word")
    Speaker.objects.create(session=session, voice="S1")
    Attendance.objects.create(session=session, councillor=councillor, state="presente")
    vote = Vote.objects.create(session=session, question="¿Aprueban?")
    Ballot.objects.create(vote=vote, councillor=councillor, position=1, value="si")
    session.agenda.create(position=1, title="Llamado a lista")
    council.past_actas.create(file="past/a.docx", name="a.docx", sha256="0" * 64)
    session.uploads.create(
        user=user, name="b.mp3", bytes=1, expires_at="2030-01-01T00:00Z"
    )
    UsageRecord.objects.create(part=Part.objects.get(), seconds=1, price=1, cost=1)
    Worker.speak("gpu-l4")
    make_remembered(make_listening())
    vectors = Vectors(np.array([[0.0, 1.5]]), np.array([[0.6, 0.8]]))
    PartVoices.of(Part.objects.get().pk, "campplus", vectors).save()
    draft = TurnDraft(0.0, 9.0, "S1")
    Turn.of(Transcription.objects.get().pk, 0, draft).save()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_it_shows_every_row(chief: Client, rows: None, model: type) -> None:
    assert admin.site.is_registered(model)
    assert chief.get(where(model)).status_code == 200
    first = model._default_manager.first()
    assert first is not None
    assert chief.get(where(model, "change", first.pk)).status_code == 200
    searches = bool(admin.site.get_model_admin(model).search_fields)
    assert not searches or chief.get(where(model), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("model", FROZEN, ids=lambda model: model.__name__)
def test_it_leaves_what_the_machine_wrote_alone(
    chief: Client, rows: None, model: type
) -> None:
    first = model._default_manager.first()
    assert chief.get(where(model, "add")).status_code == 403
    assert (
        chief.post(where(model, "change", first.pk), {"text": "x"}).status_code == 403
    )
    assert (
        chief.post(where(model, "delete", first.pk), {"post": "yes"}).status_code == 403
    )


@pytest.mark.parametrize("model", [Transcription, Part, PartVoices, Segment, Turn])
def test_it_lists_rows_without_reading_their_bulk(
    chief: Client, rows: None, model: type
) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert chief.get(where(model)).status_code == 200

    columns = " ".join(query["sql"] for query in asked.captured_queries)
    assert model._meta.db_table in columns
    assert not {'."peaks"', '."values"', '."times"'} & set(
        re.findall(r'\."\w+"', columns)
    )


def test_it_inscribes_a_person_with_email_name_and_password(chief: Client) -> None:
    council = make_council()
    form = {
        "email": "Nueva@Example.com",
        "name": "Nueva Persona",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-council": council.pk,
        "memberships-0-role": "secretary",
    }
    assert "username" not in chief.get(where(User, "add")).content.decode()
    answer = chief.post(where(User, "add"), form)
    assert answer.status_code == 302
    user = User.objects.get(email="nueva@example.com")
    assert user.role_in(council) == Role.SECRETARY
    inside = {"login": "nueva@example.com", "password": PASSWORD}
    assert Client().post("/cuenta/login/", inside).status_code == 302


def test_it_refuses_the_same_address_in_other_capitals(chief: Client) -> None:
    make_user(email="una@example.com")
    form = {
        "email": "UNA@example.com",
        "name": "Otra",
        "usable_password": "false",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    text = chief.post(where(User, "add"), form).content.decode()
    assert "Ya hay una persona inscrita con ese correo" in text


def test_it_links_the_rows_of_one_session(chief: Client, rows: None) -> None:
    transcription = Transcription.objects.get()
    recording = transcription.recording
    session = recording.session
    text = chief.get(where(type(session), "change", session.pk)).content.decode()
    assert where(Transcription, "change", transcription.pk) in text
    assert where(type(session.acta), "change", session.acta.pk) in text
    text = chief.get(where(Transcription, "change", transcription.pk)).content.decode()
    assert where(type(recording), "change", recording.pk) in text
    parts = f"{where(Part)}?transcription__id__exact={transcription.pk}"
    assert parts in text
    assert "1 parte" in chief.get(parts).content.decode()


def test_it_shows_what_heard_each_part_and_how_often(chief: Client) -> None:
    hearing = make_transcription(make_recording(make_session()), ["Uno.", "Dos."])
    part = hearing.parts.get()
    rejected = [{"start": 1, "end": 2, "text": "Nada <b>", "flags": [], "tries": []}]
    by = {"engine": "openai", "model": "whisper-large-v3", "settings_hash": "cafe1234"}
    Part.objects.update(**by, rejected=rejected)
    tries = [{"engine": "base", "way": "first", "flags": ["loop"], "text": "Tres.",
              "kept": False}]  # fmt: skip
    odd = Segment.objects.create(
        part=part, position=9, start=20, end=29, text="Tres, sí.", flags=["loop"],
        tries=tries * 3,
    )  # fmt: skip
    listed = chief.get(where(Part)).content.decode()
    assert all(value in listed for value in by.values())
    link = f"{where(Segment)}?part__id__exact={part.pk}&amp;tries=more"
    assert f'<a href="{link}">1</a>' in listed
    page = chief.get(where(Part, "change", part.pk)).content.decode()
    assert "cafe1234" in page
    assert "Nada &lt;b&gt;" in page
    found = chief.get(link.replace("&amp;", "&")).content.decode()
    assert "Tres, sí." in found
    assert "Uno." not in found
    assert '<td class="field-how_often">3</td>' in found
    page = chief.get(where(Segment, "change", odd.pk)).content.decode()
    assert "loop" in page
    assert "&quot;way&quot;: &quot;first&quot;" in page


@pytest.mark.parametrize(
    ("query", "texts"),
    [("flag=any", 1), ("flag=loop", 1), ("flag=echo", 0), ("tries=one", 2), ("", 3)],
)
def test_it_finds_segments_by_what_is_wrong_with_them(
    chief: Client, query: str, texts: int
) -> None:
    hearing = make_transcription(make_recording(make_session()), ["Uno.", "Dos."])
    Segment.objects.create(
        part=hearing.parts.get(), position=9, start=20, end=29, text="Tres.",
        flags=["loop"], tries=[{"text": "Tres."}],
    )  # fmt: skip
    page = chief.get(f"{where(Segment)}?{query}").content.decode()
    assert page.count('class="field-how_often"') == texts


def retry(client: Client, *transcriptions: Transcription) -> str:
    form = {"action": "retry", "_selected_action": [t.pk for t in transcriptions]}
    return client.post(where(Transcription), form, follow=True).content.decode()


def test_it_retries_what_failed_and_says_what_did_not(chief: Client) -> None:
    failed = make_transcription(status="failed", error="Se cortó.")
    done = make_transcription(status="done")
    text = retry(chief, failed, done)
    assert "1 de nuevo en la fila" in text
    assert "1 sin nada que reintentar" in text
    failed.refresh_from_db()
    assert (failed.status, failed.error) == ("waiting", "")
    assert OrmQ.objects.filter(key="media").count() == 1


def test_it_lets_only_who_may_change_retry(client: Client) -> None:
    staff = make_user(is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_transcription"))
    client.force_login(staff)
    failed = make_transcription(status="failed")
    retry(client, failed)
    failed.refresh_from_db()
    assert failed.status == "failed"
    staff.user_permissions.add(Permission.objects.get(codename="change_transcription"))
    retry(client, failed)
    failed.refresh_from_db()
    assert failed.status == "waiting"


@pytest.mark.parametrize("model", [OrmQ, Success, Failure, Schedule])
def test_it_keeps_pickles_for_superusers(client: Client, model: type) -> None:
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    client.force_login(staff)
    assert client.get(where(model)).status_code == 403
    assert where(model) not in client.get("/admin/").content.decode()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert client.get(where(model)).status_code == 200


def test_it_has_one_door(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.url.startswith("/cuenta/login/")
    client.force_login(make_user(make_council(), Role.SECRETARY))
    assert client.get("/admin/login/").status_code == 403


def test_it_decides_about_several_words(chief: Client, rows: None) -> None:
    council = make_council()
    words = [council.terms.create(text=text) for text in ("Uno", "Dos")]
    form = {"action": "approve", "_selected_action": [word.pk for word in words]}
    chief.post(where(type(words[0])), form)
    assert council.terms.filter(state="approved").count() == 2
    form["action"] = "reject"
    chief.post(where(type(words[0])), form)
    assert council.terms.filter(state="rejected").count() == 2


@pytest.mark.parametrize(
    "where_named", ["nowhere", "voice", "once", "chair", "roll", "ballot"]
)
def test_it_deletes_a_councillor_only_if_no_session_names_them(
    chief: Client, where_named: str
) -> None:
    council = make_council()
    councillor = make_councillor(council)
    acta = make_acta(make_session(council))
    session = acta.session
    speaker = Speaker.objects.create(session=session, voice="S1")
    if where_named in ("voice", "once"):
        name_voice(acta, speaker, councillor)
    if where_named == "once":
        name_voice(acta, speaker, None)  # and that can be undone
    elif where_named == "chair":
        CouncilSession.objects.update(presider=councillor)
    elif where_named == "roll":
        session.attendance.create(councillor=councillor)
    elif where_named == "ballot":
        vote = session.votes.create(question="¿Aprueban?")
        vote.ballots.create(councillor=councillor, position=1, value="si")
    page = where(Councillor, "delete", councillor.pk)
    asked = chief.get(page).content.decode()
    assert ("que habla, preside" in asked) == (
        where_named in ("voice", "once", "chair")
    )
    chief.post(page, {"post": "yes"})
    several = {"action": "delete_selected", "_selected_action": [councillor.pk]}
    chief.post(where(Councillor), several | {"post": "yes"})
    left = Councillor.objects.filter(pk=councillor.pk).exists()
    assert left == (where_named != "nowhere")


def test_it_leaves_who_a_voice_is_to_the_voices_page(chief: Client) -> None:
    session = make_session()
    councillor = make_councillor(session.council)
    speaker = Speaker.objects.create(session=session, voice="S1", name="Ana")
    chief.post(
        where(Speaker, "change", speaker.pk),
        {"session": session.pk, "councillor": councillor.pk, "name": "Berta"},
    )
    speaker.refresh_from_db()
    assert (speaker.councillor, speaker.name) == (None, "Ana")


def name_voice(acta: Acta, speaker: Speaker, councillor: Councillor | None) -> None:
    user = make_user(acta.session.council, Role.SECRETARY)
    facts = Person(councillor_id=councillor and councillor.pk).facts(user)
    acta.record(speaker, facts, user)


def test_it_keeps_one_role_in_a_council(chief: Client) -> None:
    council = make_council()
    user = make_user(council, Role.READER)
    form = {"user": user.pk, "council": council.pk, "role": "secretary"}
    assert chief.post(where(Membership, "add"), form).status_code == 200
    assert user.memberships.count() == 1


@pytest.mark.usefixtures("rows")
def test_it_says_what_became_of_voices_and_never_how_they_sound(chief: Client) -> None:
    part = Part.objects.get()
    page = where(Part, "change", part.pk)
    Transcription.objects.update(voices="onnx")
    Part.objects.update(speech=[[0.0, 9.0]])

    assert "Vectores de campplus, guardados" in chief.get(page).content.decode()
    kept = chief.get(where(PartVoices, "change", part.pk)).content.decode()
    assert "campplus" in kept
    assert "values" not in kept

    PartVoices.objects.all().delete()
    assert "sus vectores ya se borraron" in chief.get(page).content.decode()

    Turn.objects.all().delete()
    assert "Sin vectores: no se pudieron calcular" in chief.get(page).content.decode()

    Part.objects.update(speech=[])
    assert "Nadie habla." in chief.get(page).content.decode()

    Transcription.objects.update(voices="")
    assert "Nadie habla." not in chief.get(page).content.decode()
