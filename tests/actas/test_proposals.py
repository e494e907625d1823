"""The draft: the machine's text and facts, put before the secretary."""

import pytest

from actas import proposals
from actas.models import Acta, Utterance
from actas.tasks import draft, sweep
from sessions.models import Attendance
from tests.make import (
    make_councillor,
    make_recording,
    make_session,
    make_transcription,
    make_turns,
    make_user,
)
from transcription.models import Segment

pytestmark = pytest.mark.django_db


def test_it_copies_what_was_heard_on_the_sessions_clock() -> None:
    session = make_session()
    first, second = make_recording(session, seconds=100.0), make_recording(session)
    make_transcription(first, ["Uno.", "Dos."])
    make_transcription(second, ["Tres."])
    acta = proposals.draft(session)
    said = [(u.start, u.text, u.recording_id) for u in acta.utterances.all()]
    assert said == [
        (0.0, "Uno.", first.pk),
        (10.0, "Dos.", first.pk),
        (100.0, "Tres.", second.pk),
    ]
    assert all(u.segments.count() == 1 for u in acta.utterances.all())


def test_it_waits_for_every_recording() -> None:
    session = make_session()
    make_transcription(make_recording(session), ["Uno."])
    make_transcription(make_recording(session))
    assert proposals.draft(session) is None
    assert not Acta.objects.exists()


def test_it_changes_nothing_the_second_time() -> None:
    session = make_session()
    transcription = make_transcription(make_recording(session), ["Uno.", "Dos."])
    draft(transcription.pk)
    before = list(Utterance.objects.values_list("pk", "text", "version"))
    draft(transcription.pk)
    assert list(Utterance.objects.values_list("pk", "text", "version")) == before


def test_it_never_overwrites_what_a_person_wrote() -> None:
    session = make_session()
    recording = make_recording(session)
    make_transcription(recording, ["Uno.", "Dos."])
    acta = proposals.draft(session)
    user = make_user(session.council, "secretary")
    acta.utterances.first().change(user, 1, text="Uno, corregido.")
    make_transcription(recording, ["Otra cosa.", "Y otra."])
    proposals.draft(session)
    texts = list(acta.utterances.values_list("text", flat=True))
    assert texts == ["Uno, corregido.", "Y otra."]


def test_it_takes_a_new_hearing_where_nobody_touched_the_old() -> None:
    session = make_session()
    recording = make_recording(session)
    make_transcription(recording, ["Uno."])
    acta = proposals.draft(session)
    make_transcription(recording, ["Uno, mejor."])
    proposals.draft(session)
    assert [u.text for u in acta.utterances.all()] == ["Uno, mejor."]
    assert Segment.objects.count() == 2  # the older hearing stays beside


def test_it_gives_each_voice_one_speaker() -> None:
    session = make_session()
    make_turns(make_transcription(make_recording(session), ["Hola."] * 3), "121")
    acta = proposals.draft(session)
    voices = [u.speaker.voice for u in acta.utterances.select_related("speaker")]
    assert voices == ["S1", "S2", "S1"]
    assert session.speakers.count() == 2


def test_it_proposes_the_roll_call_with_its_proof() -> None:
    session = make_session()
    ana = make_councillor(session.council, "Ana Lucía Becerra Prada")
    luis = make_councillor(session.council, "Luis Carlos Tavera Ossa", gender="M")
    make_transcription(
        make_recording(session),
        [
            "Señor secretario, sírvase llamar a lista.",
            "Ana Lucía Becerra Prada.",
            "Presente.",
            "Luis Carlos Tavera Ossa.",
            "Presente, señor secretario.",
        ],
    )
    proposals.draft(session)
    rows = {a.councillor_id: a for a in session.attendance.all()}
    assert rows[ana.pk].state == Attendance.State.PRESENT
    assert rows[luis.pk].proof_start is not None
    assert "Tavera" in rows[luis.pk].proof_quote
    assert not any(row.is_confirmed for row in rows.values())


def test_it_leaves_confirmed_attendance_alone() -> None:
    session = make_session()
    ana = make_councillor(session.council, "Ana Lucía Becerra Prada")
    user = make_user(session.council, "secretary")
    row = session.attendance.create(councillor=ana, state=Attendance.State.EXCUSED)
    row.confirm(user)
    lines = ["Llamado a lista.", "Ana Lucía Becerra Prada.", "Presente."]
    make_transcription(make_recording(session), lines)
    proposals.draft(session)
    row.refresh_from_db()
    assert row.state == Attendance.State.EXCUSED


def test_it_writes_a_draft_whose_task_was_lost() -> None:
    session = make_session()
    make_transcription(make_recording(session), ["Uno."])
    sweep()
    assert Acta.objects.get().session == session


def test_it_ignores_an_older_hearing_that_ends_late() -> None:
    session = make_session()
    recording = make_recording(session)
    old = make_transcription(recording, ["Viejo."])
    make_transcription(recording)
    draft(old.pk)
    assert not Acta.objects.exists()
