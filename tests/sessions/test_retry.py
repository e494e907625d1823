"""What stopped is tried again, what is wrong is deleted, by who may."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from actas.models import Acta
from councils.models import Role, Term
from sessions.models import Upload
from tests.make import (
    make_acta,
    make_council,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from tests.sessions.test_session import DONE, FAILED, ago, heard, hearing, read, states
from transcription.leases import MAX_ATTEMPTS
from transcription.models import Part, Transcription

pytestmark = pytest.mark.django_db


# ---- Trying again, deleting --------------------------------------------------------


def test_it_tries_again(secretary, session):
    t = hearing(session, status="failed", attempt=MAX_ATTEMPTS, error="Se cayó.")
    address = f"/grabaciones/{t.recording.pk}/reintentar/"
    assert (
        "vuelve a intentarse" in secretary.post(address, follow=True).content.decode()
    )
    t.refresh_from_db()
    assert (t.status, t.attempt, t.error) == ("waiting", 0, "")
    assert "no está detenida" in secretary.post(address, follow=True).content.decode()


def test_it_tries_a_part_again(secretary, session):
    t = heard(session)
    done, aside = make_part(t, status=DONE), make_part(t, status=FAILED)
    secretary.post(f"/grabaciones/{t.recording.pk}/reintentar/")
    aside.refresh_from_db()
    done.refresh_from_db()
    assert (aside.status, done.status) == (Part.Status.WAITING, DONE)


def test_it_tries_nothing_again_once_the_acta_left_the_draft(secretary, session):
    failed = hearing(session, status="failed", error="Se cayó.")
    lost = make_recording(session)
    make_acta(session).send()
    for recording in (failed.recording, lost):
        address = f"/grabaciones/{recording.pk}/reintentar/"
        said = secretary.post(address, follow=True).content.decode()
        assert f"«{recording.name}» no se vuelve a transcribir" in said
    assert Transcription.objects.get().status == "failed"


def test_it_hears_a_recording_that_never_was(secretary, session):
    recording = make_recording(session)
    secretary.post(f"/grabaciones/{recording.pk}/reintentar/")
    recording.refresh_from_db()
    assert recording.transcription.status == "waiting"


def test_it_hears_with_the_words_of_the_council_and_of_the_country(session):
    approved = Term.State.APPROVED
    words = [(session.council, "Valle Sereno", 1), (None, "Contraloría", 9)]
    words += [(make_council(), "Río Ajeno", 5), (None, "Acuerdo", 1)]
    for council, text, count in words:
        Term.objects.create(council=council, text=text, count=count, state=approved)
    session.council.terms.create(text="Dudosa", count=99)  # only proposed
    known = {text for _, text, _ in words} | {"Dudosa"}
    terms = [text for text in make_recording(session).hear().terms if text in known]
    assert terms == ["Contraloría", "Acuerdo", "Valle Sereno"]


def test_it_waits_with_the_draft_for_what_is_arriving(secretary, session):
    make_part(heard(session, minutes=15), status=DONE)
    later = ago(hours=-1)
    user = make_user(session.council, Role.SECRETARY)
    session.uploads.create(user=user, name="b.mp3", bytes=9, expires_at=later)
    assert states(session)[-1] == "wait"
    said = read(secretary, session)
    assert "Espera a «b.mp3»" in said
    assert "Tarda más de lo debido" not in said


def test_it_deletes_a_recording_with_all_that_came_of_it(
    secretary, session, django_capture_on_commit_callbacks
):
    for name in ("parts/1.flac", "playback/1.mp3"):
        default_storage.save(name, ContentFile(b"sound"))
    t = hearing(session, status="failed", error="Dañado.", playback="playback/1.mp3")
    make_part(t, file="parts/1.flac")
    later = make_recording(session)
    recording = t.recording
    address = f"/grabaciones/{recording.pk}/borrar/"
    assert "No se puede deshacer" in secretary.get(address).content.decode()
    assert session.recordings.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        answer = secretary.post(address)
    assert answer.url == f"/sesiones/{session.pk}/"
    later.refresh_from_db()
    assert list(session.recordings.all()) == [later]
    assert later.position == 0
    assert not Transcription.objects.exists()
    for name in (recording.file.name, "parts/1.flac", "playback/1.mp3"):
        assert not default_storage.exists(name)
    assert default_storage.exists(later.file.name)


def test_it_keeps_the_copy_that_another_council_plays(
    secretary, session, django_capture_on_commit_callbacks
):
    default_storage.save("playback/1.mp3", ContentFile(b"sound"))
    mine = make_recording(session, b"the same file")
    theirs = make_recording(make_session(), b"the same file")
    for recording in (mine, theirs):
        make_transcription(recording, playback="playback/1.mp3")
    with django_capture_on_commit_callbacks(execute=True):
        mine.discard()
    assert default_storage.exists("playback/1.mp3")


def test_it_keeps_a_recording_that_an_acta_rests_on(secretary, session):
    acta = make_acta(session)
    recording = session.recordings.get()
    address = f"/grabaciones/{recording.pk}/borrar/"
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert address not in page
    assert "ya no se borra" in secretary.get(address).content.decode()
    unsaid = make_recording(session)  # nothing of it is in the acta yet
    for one in (address, f"/grabaciones/{unsaid.pk}/borrar/"):
        said = secretary.post(one, follow=True).content.decode()
        assert "ya hace parte de un acta" in said
    assert session.recordings.count() == 2
    assert Acta.objects.filter(pk=acta.pk).exists()


def test_it_takes_no_more_recordings_once_the_acta_is_sent(secretary, session):
    make_acta(session).send()
    page = secretary.get(f"/sesiones/{session.pk}/").content.decode()
    assert 'id="subir"' not in page


# ---- Who may -----------------------------------------------------------------------


def test_it_hides_other_councils(client, session):
    recording = hearing(session).recording
    pages = [
        f"/sesiones/{session.pk}/",
        f"/sesiones/{session.pk}/avance/",
        f"/grabaciones/{recording.pk}/borrar/",
    ]
    retry = f"/grabaciones/{recording.pk}/reintentar/"
    for page in pages:
        assert client.get(page).url.startswith("/cuenta/login/")
    assert client.post(retry).url.startswith("/cuenta/login/")
    client.force_login(make_user(make_council(), Role.SECRETARY))
    assert {client.get(page).status_code for page in pages} == {404}
    assert client.post(pages[-1]).status_code == 404
    assert client.post(retry).status_code == 404


@pytest.mark.parametrize("role", [Role.READER, Role.PRESIDENT])
def test_it_lets_readers_only_read(client, session, role):
    recording = hearing(session, status="failed", error="Dañado.").recording
    client.force_login(make_user(session.council, role))
    said = read(client, session)
    assert "Dañado." in said
    assert "Intentar de nuevo" not in said
    assert "Borrar" not in said
    delete = f"/grabaciones/{recording.pk}/borrar/"
    assert client.get(delete).status_code == 403
    assert client.post(delete).status_code == 403
    assert client.post(f"/grabaciones/{recording.pk}/reintentar/").status_code == 403
    assert not Upload.objects.exists()
    assert session.recordings.exists()
