"""Which engine hears: chosen, helped by another, refused where audio must stay in."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django_q.models import OrmQ

from councils.models import Council, Role
from sessions import permission, tasks
from sessions.engines import NotPermitted, choices_for
from sessions.making import Making
from sessions.models import CouncilSession, Recording
from sessions.progress import Progress
from tests.make import (
    make_acta,
    make_council,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Part, Segment, Transcription, UsageRecord

pytestmark = pytest.mark.django_db
DONE, FAILED, HEARING, WAITING = (
    Part.Status.DONE,
    Part.Status.FAILED,
    Part.Status.HEARING,
    Part.Status.WAITING,
)
READY = "2026-01-01T00:00Z"  # any moment: the preparation is over
SERVICE = {
    "BACKEND": "transcription.engines.openai.OpenAICompatible",
    "LABEL": "Servicio externo",
    "EXTERNAL": True,
    "OPTIONS": {"model": "whisper-1"},
}


@pytest.fixture(autouse=True)
def service(settings: LazySettings) -> None:
    engines = {**settings.TRANSCRIPTION_ENGINES, "openai": SERVICE}
    settings.TRANSCRIPTION_ENGINES = engines


def recording_of(**fields) -> Recording:
    """A recording of a council with these fields, not heard yet."""
    return make_recording(make_session(make_council(**fields)))


def allow(recording: Recording, allowed: bool = True) -> Council:
    council = recording.session.council
    Council.objects.filter(pk=council.pk).update(external_api_allowed=allowed)
    council.refresh_from_db()
    return council


# ---- Hearing -----------------------------------------------------------------------


def test_it_hears_with_the_councils_engine_and_its_backup() -> None:
    recording = recording_of(engine="turbo", backup_engine="parakeet")
    hearing = recording.hear()
    assert (hearing.engine, hearing.backups) == ("turbo", ["parakeet"])
    recording.session.engine = "parakeet"  # the session's own choice
    hearing = recording.hear()
    assert (hearing.engine, hearing.backups) == ("parakeet", [])


def test_it_sends_nothing_out_without_the_councils_leave() -> None:
    recording = recording_of(engine="openai")
    with pytest.raises(NotPermitted, match="no permite que su audio salga"):
        recording.hear()
    recording.refresh_from_db()
    assert recording.transcription is None
    assert not Transcription.objects.exists()
    allow(recording)
    assert Recording.objects.get().hear().engine == "openai"


def test_it_does_without_a_backup_that_would_send_audio_out() -> None:
    recording = recording_of(backup_engine="openai")
    assert recording.hear().backups == []
    allow(recording)
    assert Recording.objects.get().hear().backups == ["openai"]


def test_it_keeps_what_was_uploaded_when_the_engine_is_refused() -> None:
    session = recording_of(engine="openai").session
    with pytest.raises(NotPermitted):
        session.attach(name="b.mp3", file="b.mp3", sha256="b" * 64, bytes=9, seconds=9)
    assert session.recordings.count() == 1  # the upload stays, and says why


def test_it_keeps_the_wave_and_the_copy_until_the_new_hearing_has_its_own() -> None:
    recording = make_recording()
    make_transcription(recording, ["Uno."], peaks=b"\x01", playback="playback/1.mp3")
    recording.hear()
    assert recording.playable == "playback/1.mp3"
    assert bytes(recording.transcription.peaks) == b"\x01"


def test_it_says_of_a_barred_engine_that_another_must_be_chosen() -> None:
    usual, *others = choices_for(make_council(engine="openai"))
    assert "el concejo no lo permite" in usual.note
    assert "openai" not in [choice.alias for choice in others]


# ---- Trying again ------------------------------------------------------------------


def aside(recording: Recording, **fields) -> Transcription:
    """A hearing of which the first part was heard and the second set aside."""
    hearing = make_transcription(recording, ["Uno."], prepared_at=READY, **fields)
    make_part(hearing, start=10.0, end=20.0, status=FAILED, error="Se cayó.")
    return hearing


def states(hearing: Transcription) -> list[str]:
    return list(hearing.parts.values_list("status", flat=True))


def test_it_retries_nothing_that_would_go_out_once_leave_was_withdrawn(
    client: Client,
) -> None:
    recording = recording_of(engine="openai", external_api_allowed=True)
    hearing = aside(recording, engine="openai")
    allow(recording, False)
    with pytest.raises(NotPermitted):
        Recording.objects.get().retry()
    client.force_login(make_user(recording.session.council, Role.SECRETARY))
    address = f"/grabaciones/{recording.pk}/reintentar/"
    said = client.post(address, follow=True).content.decode()
    assert "no permite que su audio salga" in said
    assert states(hearing) == [DONE, FAILED]
    assert not OrmQ.objects.exists()
    allow(recording)
    assert Recording.objects.get().retry()
    assert states(hearing) == [DONE, WAITING]


def test_it_retries_without_the_backup_that_may_not_help_any_more() -> None:
    recording = recording_of()
    hearing = aside(recording, backups=["parakeet", "openai"])
    assert recording.retry()
    hearing.refresh_from_db()
    assert hearing.backups == ["parakeet"]
    assert states(hearing) == [DONE, WAITING]


def test_it_retries_with_another_engine_and_keeps_who_heard_the_rest() -> None:
    recording = recording_of(backup_engine="base")
    hearing = aside(recording, engine="turbo", model="large-v3-turbo")
    assert recording.retry("parakeet")
    hearing.refresh_from_db()
    assert (hearing.engine, hearing.backups) == ("parakeet", ["base"])
    assert hearing.model == "nvidia/parakeet-tdt-0.6b-v3"
    heard, again = hearing.parts.all()
    assert (heard.engine, heard.model) == ("turbo", "large-v3-turbo")
    assert (again.status, again.engine) == (WAITING, "")


def test_it_changes_no_engine_where_nothing_stopped() -> None:
    recording = recording_of()
    hearing = make_transcription(recording, ["Uno."], engine="turbo")
    assert not recording.retry("parakeet")
    hearing.refresh_from_db()
    assert hearing.engine == "turbo"


def test_it_retries_with_no_service_without_leave() -> None:
    recording = recording_of()
    hearing = aside(recording)
    with pytest.raises(NotPermitted):
        recording.retry("openai")
    assert states(hearing) == [DONE, FAILED]


# ---- Leave that is taken back while something is under way -------------------------


@pytest.fixture
def under_way() -> Transcription:
    """A prepared hearing at a service: a part heard, one being heard, one waiting."""
    recording = recording_of(engine="openai", external_api_allowed=True)
    hearing = make_transcription(
        recording, engine="openai", status="hearing", prepared_at=READY
    )
    done = make_part(hearing, status=DONE, end=10.0)
    Segment.objects.create(part=done, position=0, start=0, end=9, text="Dicho.")
    make_part(hearing, start=10.0, end=20.0)
    make_part(hearing, start=20.0, end=30.0)
    return hearing


def test_it_sends_no_more_once_leave_is_withdrawn(under_way: Transcription) -> None:
    part = under_way.parts.get(position=1)
    token = part.claim("gpu-1")
    council = allow(under_way.recording, False)
    tasks.withdraw(council.pk)
    assert states(under_way) == [DONE, FAILED, FAILED]
    assert not part.heartbeat(token)  # the worker must stop, and can write nothing
    assert Part.objects.get(pk=part.pk).claim("gpu-2") is None
    assert "retiró el permiso" in under_way.parts.get(position=2).error
    under_way.refresh_from_db()
    assert under_way.heard_at  # what was heard goes on to the draft
    assert Segment.objects.get().text == "Dicho."


def test_it_stops_what_is_not_prepared_yet() -> None:
    recording = recording_of(engine="openai", external_api_allowed=True)
    hearing = recording.hear()
    token = hearing.claim()
    make_part(hearing)
    council = allow(recording, False)
    permission.withdraw(council)
    hearing.refresh_from_db()
    assert (hearing.status, states(hearing)) == ("failed", [FAILED])
    assert not hearing.heartbeat(token)
    assert "otro motor" in hearing.error


def test_it_goes_on_without_the_backup(under_way: Transcription) -> None:
    Transcription.objects.update(engine="base", backups=["openai", "turbo"])
    part = under_way.parts.get(position=1)
    token = part.claim("gpu-1")
    permission.withdraw(allow(under_way.recording, False))
    under_way.refresh_from_db()
    assert under_way.backups == ["turbo"]
    assert not part.heartbeat(token)  # it holds the old list in its memory
    assert states(under_way) == [DONE, WAITING, WAITING]
    assert Part.objects.get(pk=part.pk).claim("gpu-2")


def test_it_looks_every_hour_and_leaves_others_alone(under_way: Transcription) -> None:
    tasks.sweep()
    assert states(under_way) == [DONE, WAITING, WAITING]
    allowed = under_way.recording.session.council
    other = recording_of(external_api_allowed=False)
    mine = make_transcription(other, status="hearing", prepared_at=READY)
    make_part(mine)
    tasks.withdraw(allowed.pk)  # it may have been given again meanwhile
    tasks.sweep()
    assert states(under_way) == [DONE, WAITING, WAITING]
    assert states(mine) == [WAITING]
    allow(under_way.recording, False)
    tasks.sweep()
    assert states(under_way) == [DONE, FAILED, FAILED]


def test_it_stops_an_older_hearing_of_the_same_file(under_way: Transcription) -> None:
    recording = under_way.recording
    CouncilSession.objects.update(engine="base")
    Recording.objects.get().hear()
    permission.withdraw(allow(recording, False))
    assert states(under_way) == [DONE, FAILED, FAILED]


def test_it_retries_from_the_back_office_with_the_same_care(client: Client) -> None:
    recording = recording_of(external_api_allowed=True)
    hearing = aside(recording, engine="openai")
    allow(recording, False)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    form = {"action": "retry", "_selected_action": [hearing.pk]}
    where = "/admin/transcription/transcription/"
    said = client.post(where, form, follow=True).content.decode()
    assert "no permite que su audio salga" in said
    assert states(hearing) == [DONE, FAILED]
    make_acta(recording.session).send()
    allow(recording)
    said = client.post(where, form, follow=True).content.decode()
    assert "ya no está en borrador" in said
    assert states(hearing) == [DONE, FAILED]


# ---- Saying who heard it -----------------------------------------------------------


def told(recording: Recording) -> Making:
    """How the page says that the session was made, from the rows as they are now."""
    session = CouncilSession.objects.get(pk=recording.session_id)
    return Making(session, Progress(session).parts)


def ears(recording: Recording) -> list[tuple[str, str, str]]:
    return [(ear.label, ear.model, ear.share) for ear in told(recording).ears]


def part_of(hearing: Transcription, engine: str, model: str = "", **fields) -> Part:
    return make_part(hearing, status=DONE, engine=engine, model=model, **fields)


def test_it_says_which_engine_heard_by_the_parts_themselves() -> None:
    recording = recording_of(engine="turbo")
    assert ears(recording) == [("Whisper large-v3-turbo", "", "")]  # what will hear
    hearing = make_transcription(recording, status="done", engine="parakeet")
    for engine in ("base", "base", "parakeet"):
        part_of(hearing, engine, "any")
    part_of(hearing, "")  # nobody speaks there: no engine was woken
    assert ears(recording) == [
        ("Whisper base", "", "2 de 4 partes"),
        ("NVIDIA Parakeet", "", "1 de 4 partes"),
    ]
    assert told(recording).where == "En máquinas de ASTRA. El audio no sale de ellas."


def test_it_says_what_hears_the_rest() -> None:
    recording = recording_of()
    hearing = make_transcription(recording, status="hearing", engine="parakeet")
    part_of(hearing, "base")
    make_part(hearing)
    assert ears(recording) == [
        ("Whisper base", "", "1 de 2 partes"),
        ("NVIDIA Parakeet", "", "lo que falta"),
    ]


def test_it_tells_the_model_that_a_service_served() -> None:
    recording = recording_of(external_api_allowed=True)
    hearing = make_transcription(recording, status="done", engine="openai")
    part_of(hearing, "openai", "whisper-large-v3")
    assert ears(recording) == [("Servicio externo", "whisper-large-v3", "")]
    assert told(recording).where == "En un servicio externo que el concejo autorizó."
    part_of(hearing, "base", "base")
    assert "y, una parte, en un servicio externo" in told(recording).where


def test_it_goes_by_the_transcription_where_parts_do_not_say() -> None:
    recording = recording_of()
    part_of(make_transcription(recording, status="done", engine="turbo"), "")
    assert ears(recording) == [("Whisper large-v3-turbo", "", "")]


def test_it_does_not_hide_what_an_earlier_hearing_sent_and_cost() -> None:
    recording = recording_of(external_api_allowed=True)
    first = make_transcription(recording, status="done", engine="openai")
    part = part_of(first, "openai", "whisper-1")
    UsageRecord.objects.create(part=part, seconds=1, sent=600, price=0, cost=0.06)
    second = make_transcription(recording, status="done", engine="base")
    mine = part_of(second, "base")
    UsageRecord.objects.create(part=mine, seconds=9, price=4, cost=0.01)
    making = told(recording)
    assert f"{making.cost:.2f}" == "0.07"
    assert "en un servicio externo" in making.where


def test_it_shows_how_it_was_made(client: Client) -> None:
    recording = recording_of(external_api_allowed=True)
    hearing = make_transcription(
        recording, status="done", engine="openai", backups=["base"], heard_at=READY
    )
    part_of(hearing, "openai", "whisper-large-v3")
    client.force_login(make_user(recording.session.council, Role.SECRETARY))
    page = client.get(f"/sesiones/{recording.session_id}/").content.decode()
    how = page.split('id="como"')[1].split("</section>")[0]
    assert "Servicio externo (modelo whisper-large-v3)" in how
    assert "<dt>De respaldo</dt><dd>Whisper base" in how
    assert "Transcribir otra vez con otro motor" in how
