"""What the acta says, out of the rows of a session."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actas import leaf, word
from actas.draft import Draft, Turn, VoteRecord
from actas.drafting import draft_of
from actas.models import Acta
from sessions.models import Attendance, Speaker, Vote
from tests.make import make_acta, make_councillor, make_session, make_user

pytestmark = pytest.mark.django_db


def test_it_joins_what_one_person_says_into_a_turn() -> None:
    acta = make_acta(lines=["Uno.", "Dos.", "Tres."])
    ana = Speaker.objects.create(
        session=acta.session, name="Ana Ruiz", office="invitada"
    )
    ana.confirm(None)
    acta.utterances.filter(start__lt=20).update(speaker=ana)
    (section,) = draft_of(acta).sections
    first, second = section.entries
    assert first == Turn(first.speaker, ("Uno. Dos.",), 0.0)
    assert first.speaker.name == "Ana Ruiz"
    assert second.speaker.name == "Interviniente sin identificar"


def said(acta: Acta) -> list[tuple[str, tuple[str, ...]]]:
    """Return who says what, turn by turn, as it is printed."""
    draft = draft_of(Acta.objects.get(pk=acta.pk))
    return [(t.speaker.label, t.paragraphs) for s in draft.sections for t in s.entries]


def give(acta: Acta, speaker: Speaker, *positions: int) -> None:
    for position in positions:
        acta.utterances.filter(start=10.0 * position).update(speaker=speaker)


def test_it_prints_no_name_that_nobody_confirmed() -> None:
    acta = make_acta(lines=["Uno.", "Dos.", "Tres.", "Cuatro.", "Cinco."])
    luz = make_councillor(acta.session.council, "Luz Dary Bernal")
    speakers = acta.session.speakers
    proposed = speakers.create(voice="S1", councillor=luz, source="machine")
    guest = speakers.create(voice="S2", name="Luis Gil", source="machine")
    give(acta, proposed, 0, 1)
    give(acta, guest, 2)
    give(acta, speakers.create(voice="S3"), 3)
    nobody = "Interviniente sin identificar"
    assert said(acta) == [
        (nobody, ("Uno. Dos.",)), (nobody, ("Tres.",)), (nobody, ("Cuatro.",)),
        (nobody, ("Cinco.",)),
    ]  # fmt: skip
    draft = draft_of(Acta.objects.get(pk=acta.pk))
    assert (draft.pending.speakers, draft.guests) == (3, ())
    text = word_text(draft)
    assert "Luz Dary" not in text
    assert "Luis Gil" not in text
    assert f"{nobody}:" in text
    proposed.confirm(None)
    guest.confirm(None)
    assert said(acta)[0] == ("La concejala, Luz Dary Bernal", ("Uno. Dos.",))
    draft = draft_of(Acta.objects.get(pk=acta.pk))
    assert [one.name for one in draft.guests] == ["Luis Gil"]


def test_it_joins_all_that_is_said_to_be_one_persons() -> None:
    acta = make_acta(lines=["Uno.", "Dos.", "Tres.", "Cuatro.", "Cinco."])
    speakers, ana = acta.session.speakers, {"name": "Ana Ruiz", "office": "invitada"}
    head = speakers.create(voice="S1", **ana)
    head.confirm(None)
    by_hand = speakers.create(voice="", **ana)
    by_hand.confirm(None)
    other = speakers.create(voice="S3")
    give(acta, head, 0)
    give(acta, speakers.create(voice="S2", same_as=head), 1)
    give(acta, by_hand, 2)
    give(acta, other, 3)
    give(acta, speakers.create(voice="S4", same_as=other), 4)
    assert said(acta) == [
        ("Invitada, Ana Ruiz", ("Uno. Dos. Tres.",)),
        ("Interviniente sin identificar", ("Cuatro. Cinco.",)),
    ]
    draft = draft_of(Acta.objects.get(pk=acta.pk))
    assert [one.name for one in draft.guests] == ["Ana Ruiz"]


def test_it_lists_no_guest_who_says_nothing() -> None:
    acta = make_acta()
    acta.session.speakers.create(voice="", name="Ana Ruiz").confirm(None)
    assert draft_of(acta).guests == ()


def word_text(draft: Draft) -> str:
    return leaf.text_of(leaf.read(word.write(draft)))


def test_it_deals_the_turns_out_to_the_agenda() -> None:
    acta = make_acta(lines=["Uno.", "Dos.", "Tres."])
    acta.session.agenda.create(position=1, title="Llamado a lista", start=10.0)
    acta.session.agenda.create(position=2, title="Varios", start=20.0)
    acta.session.agenda.create(position=3, title="Nunca llegó")
    sections = draft_of(acta).sections
    assert [(s.number, s.title, len(s.entries)) for s in sections] == [
        (None, "Apertura", 1),
        (1, "Llamado a lista", 1),
        (2, "Varios", 1),
        (3, "Nunca llegó", 0),
    ]


def test_it_prints_only_what_somebody_confirmed() -> None:
    session = make_session()
    ana, luz = make_councillor(session.council), make_councillor(session.council)
    user = make_user(session.council, "secretary")
    present = Attendance.State.PRESENT
    session.attendance.create(councillor=ana, state=present).confirm(user)
    session.attendance.create(councillor=luz, state=present)
    session.votes.create(question="Proposición 1", result=Vote.Result.APPROVED)
    draft = draft_of(make_acta(session))
    assert [line.name for line in draft.attendance] == [ana.full_name]
    assert draft.quorum is None
    assert (draft.pending.attendance, draft.pending.votes) == (1, 1)
    assert not any(isinstance(e, VoteRecord) for s in draft.sections for e in s.entries)


def test_it_counts_who_answered_the_roll_call() -> None:
    session = make_session(opened_at=datetime.time(8, 5))
    user = make_user(session.council, "secretary")
    rows = [
        {"state": Attendance.State.PRESENT},
        {"state": Attendance.State.PRESENT, "arrived": datetime.time(9, 0)},
        {"state": Attendance.State.EXCUSED},
    ]
    for row in rows:
        councillor = make_councillor(session.council)
        session.attendance.create(councillor=councillor, **row).confirm(user)
    quorum = draft_of(make_acta(session)).quorum
    assert (quorum.seats, quorum.present) == (7, 1)


def test_it_counts_only_who_holds_a_seat() -> None:
    session = make_session()
    user = make_user(session.council, "secretary")
    gone, ana = make_councillor(session.council), make_councillor(session.council)
    for who in (gone, ana):
        session.attendance.create(councillor=who, state="presente").confirm(user)
    gone.tenures.all().delete()
    draft = draft_of(Acta.objects.get(pk=make_acta(session).pk))
    assert (draft.pending.attendance, draft.quorum.present) == (0, 1)
    session.attendance.filter(councillor=ana).delete()
    draft = draft_of(Acta.objects.get(session=session))
    assert (draft.pending.attendance, draft.quorum) == (1, None)


def test_it_puts_a_vote_where_it_was_taken() -> None:
    acta = make_acta(lines=["Uno.", "Dos.", "Tres."])
    session = acta.session
    ana = make_councillor(session.council, "Ana Ruiz")
    vote = session.votes.create(
        question="Proposición 1", kind=Vote.Kind.NOMINAL, result="aprobada", start=15.0
    )
    vote.ballots.create(councillor=ana, position=1, value="si")
    vote.confirm(make_user(session.council, "secretary"))
    entries = draft_of(acta).sections[0].entries
    assert [type(entry).__name__ for entry in entries] == ["Turn", "VoteRecord", "Turn"]
    assert entries[1].ballots[0].name == "Ana Ruiz"
    assert [(t.choice, t.votes) for t in entries[1].tallies] == [("sí", 1)]
    assert entries[0].paragraphs == ("Uno. Dos.",)


def test_it_asks_the_database_as_often_for_a_long_session() -> None:
    def queries(lines: int) -> int:
        acta = make_acta(lines=[f"Frase {i}." for i in range(lines)])
        for i in range(lines // 5):
            councillor = make_councillor(acta.session.council)
            who = Speaker.objects.create(session=acta.session, councillor=councillor)
            acta.utterances.filter(start=10.0 * i).update(speaker=who)
        acta.refresh_from_db()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            draft_of(acta)
        return len(captured)

    assert queries(200) <= queries(20)


def test_it_becomes_a_word_file() -> None:
    assert word.write(draft_of(make_acta())).startswith(b"PK")
