"""What is heard after the first draft: a retried part, a second recording."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actas import proposals
from actas.models import Acta
from actas.tasks import sweep
from councils.models import Role
from sessions.facts import NotAllowed
from sessions.models import Attendance, CouncilSession, Upload, Vote
from tests.make import (
    make_acta,
    make_councillor,
    make_part,
    make_recording,
    make_session,
    make_transcription,
    make_user,
)
from transcription.models import Part, Segment, Transcription

pytestmark = pytest.mark.django_db
VOTE = [
    "En consideración el acta número 22, que fue enviada. Se abre la discusión.",
    "¿Aprueban los honorables concejales?",
    "Aprobado.",
    "Ha sido aprobada, señor presidente.",
]
DEBATE = ["Muchas gracias.", "Sigo con el informe de las vías.", "Así fue."]


@pytest.fixture
def session() -> CouncilSession:
    return make_session()


def hear(session: CouncilSession, lines: list[str]) -> Transcription:
    """A recording of the session, heard: a sentence each ten seconds."""
    recording = make_recording(session, seconds=100.0)
    return make_transcription(recording, lines)


def hear_part(hearing: Transcription, text: str) -> None:
    """What a part that had been set aside says when it is heard at last."""
    part = make_part(hearing, start=50.0, end=90.0, status=Part.Status.DONE)
    Segment.objects.create(part=part, position=0, start=50.0, end=59.0, text=text)


def said(session: CouncilSession) -> list[str]:
    acta = Acta.objects.get(session=session)
    return [utterance.text for utterance in acta.utterances.all()]


def begin_upload(session: CouncilSession, name: str = "b.mp3") -> Upload:
    user = make_user(session.council, Role.SECRETARY)
    later = timezone.now() + timedelta(hours=1)
    return session.uploads.create(user=user, name=name, bytes=9, expires_at=later)


# ---- Text --------------------------------------------------------------------------


def test_it_takes_what_was_heard_while_the_acta_was_away(session) -> None:
    hearing = hear(session, ["Uno."])
    acta = proposals.draft(session)
    acta.send()
    hear_part(hearing, "Dos.")
    proposals.draft(session)
    sweep()
    assert said(session) == ["Uno."]
    acta.give_back("Falta el final.")
    sweep()
    assert said(session) == ["Uno.", "Dos."]


def test_it_sweeps_on_past_a_session_that_breaks(session, monkeypatch) -> None:
    sessions = [session, make_session(), make_session()]
    for one in sessions:
        hear(one, ["Uno."])
    draft, tried = proposals.draft, []

    def broken_at_first(one: CouncilSession) -> object:
        tried.append(one)
        if len(tried) == 1:
            raise RuntimeError("a bad session")
        return draft(one)

    monkeypatch.setattr("actas.tasks.proposals.draft", broken_at_first)
    sweep()
    assert len(tried) == 3
    assert Acta.objects.count() == 2


def test_it_waits_for_the_recording_that_is_arriving(session) -> None:
    hear(session, ["Uno."])
    upload = begin_upload(session)
    assert proposals.draft(session) is None
    upload.delete()
    sweep()
    assert said(session) == ["Uno."]


def test_it_does_not_wait_for_an_upload_that_nobody_went_on_with(session) -> None:
    hear(session, ["Uno."])
    Upload.objects.filter(pk=begin_upload(session).pk).update(expires_at=timezone.now())
    sweep()
    assert said(session) == ["Uno."]


def test_it_writes_before_a_recording_that_stopped(session) -> None:
    hearing = hear(session, ["Uno."])
    proposals.draft(session)
    stopped = make_recording(session)
    make_transcription(stopped, status=Transcription.Status.FAILED)
    hear(session, ["Tres."])  # its second of the clock is not certain yet
    hear_part(hearing, "Dos.")
    proposals.draft(session)
    assert said(session) == ["Uno.", "Dos."]


def test_it_holds_the_acta_before_it_copies(session) -> None:
    hear(session, ["Uno."])
    with CaptureQueriesContext(
        connection,
    ) as captured:
        proposals.draft(session)
    statements = [query["sql"] for query in captured]
    held = [i for i, s in enumerate(statements) if "actas_acta" in s and "FOR UP" in s]
    copied = [i for i, s in enumerate(statements) if 'INTO "actas_utterance"' in s]
    assert held[0] < copied[0]


def test_it_asks_the_database_as_often_for_a_long_session() -> None:
    def queries(lines: int) -> int:
        session = make_session()
        for _ in range(2):
            hear(session, ["Sigo con el informe."] * lines)
        with CaptureQueriesContext(connection) as captured:
            proposals.draft(session)
        return len(captured)

    assert queries(200) == queries(5)


# ---- Facts -------------------------------------------------------------------------


def test_it_proposes_the_votes_of_a_later_recording(session) -> None:
    hear(session, [*DEBATE, *VOTE])
    acta = proposals.draft(session)
    assert [vote.start > 20 for vote in session.votes.all()] == [True]
    session.votes.get().confirm(make_user())
    hear(session, [*DEBATE, *VOTE])
    proposals.draft(session)
    first, second = session.votes.all()
    assert (first.is_confirmed, second.is_confirmed) == (True, False)
    assert second.start > 100
    assert second.position > first.position
    assert acta.utterances.count() == 14


def test_it_proposes_no_vote_that_somebody_told_of(session) -> None:
    session.votes.create(question="Proposición 12", start=25.0)  # heard at 0:00:40
    hear(session, [*DEBATE, *VOTE])
    proposals.draft(session)
    assert session.votes.get().question == "Proposición 12"


def test_it_does_not_propose_again_what_somebody_deleted(session) -> None:
    hear(session, [*DEBATE, *VOTE])
    proposals.draft(session)
    Vote.objects.all().delete()
    hear(session, DEBATE)
    proposals.draft(session)
    assert not session.votes.exists()


def test_it_proposes_where_an_item_of_a_later_recording_begins(session) -> None:
    titles = ["Llamado a lista", "Proposiciones y varios"]
    one, two = (
        session.agenda.create(position=n, title=title)
        for n, title in enumerate(titles, start=1)
    )
    hear(session, ["Buenos días. Vamos a comenzar.", *DEBATE])
    proposals.draft(session)
    lines = ["Siguiente punto.", f"Segundo. {titles[1]}."]
    hear(session, [*lines, *DEBATE])
    proposals.draft(session)
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.start < 100 <= two.start


def test_it_leaves_out_a_beginning_that_breaks_the_order(session) -> None:
    one = session.agenda.create(position=1, title="Llamado a lista")
    session.agenda.create(position=2, title="Varios", start=0.0)
    lines = ["Buenos días.", "Primer punto del orden del día: llamado a lista."]
    hear(session, [*lines, *DEBATE])
    proposals.draft(session)
    one.refresh_from_db()
    assert one.start is None


def test_it_proposes_the_roll_call_of_a_part_that_was_set_aside(session) -> None:
    ana = make_councillor(session.council, "Ana Lucía Becerra Prada")
    luis = make_councillor(session.council, "Luis Carlos Tavera Ossa", gender="M")
    stated = session.attendance.create(councillor=luis, state=Attendance.State.EXCUSED)
    hearing = hear(session, ["Buenos días."])
    proposals.draft(session)
    hear_part(
        hearing,
        "Llamado a lista. Ana Lucía Becerra Prada. Presente. "
        "Luis Carlos Tavera Ossa. Presente.",
    )
    proposals.draft(session)
    stated.refresh_from_db()
    assert stated.state == Attendance.State.EXCUSED  # a person wrote it
    assert session.attendance.get(councillor=ana).state == Attendance.State.PRESENT


# ---- An acta that has left the draft takes nothing in ------------------------------


def test_it_attaches_nothing_to_an_acta_that_was_sent(session) -> None:
    stale = CouncilSession.objects.select_related("acta").get(pk=session.pk)
    assert not hasattr(stale, "acta")  # as it was when the upload began
    make_acta(session).send()
    with pytest.raises(NotAllowed):
        stale.attach(name="b.mp3", file="b.mp3", sha256="b" * 64, bytes=9, seconds=9.0)
    assert session.recordings.count() == 1
