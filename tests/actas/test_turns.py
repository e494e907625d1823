"""Sentences follow the turns of their recording, and names follow their voices."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actas import proposals
from actas.editing import Person, name_sentence, name_voice
from actas.models import Acta, Utterance
from actas.voices import merge_voices, split_voice
from councils.models import User
from sessions.models import CouncilSession, Recording, Speaker
from tests.make import (
    make_recording,
    make_session,
    make_transcription,
    make_turns,
    make_user,
)
from transcription.models import Segment, Transcription

pytestmark = pytest.mark.django_db
ANA = Person(name="Ana Ruiz", office="personera")


@pytest.fixture
def session() -> CouncilSession:
    return make_session()


@pytest.fixture
def alice(session: CouncilSession) -> User:
    return make_user(session.council, "secretary")


def hear(
    recording: Recording, voices: str, *texts: str, engine: str = "base"
) -> Transcription:
    """A hearing of segments of ten words, a second each; a digit says whose each is."""
    hearing = make_transcription(
        recording, [], engine=engine, seconds=10.0 * len(texts),
        together=f"session {recording.session_id}",
    )  # fmt: skip
    part = hearing.parts.get()
    hearing.parts.update(end=10.0 * len(texts))
    for n, text in enumerate(texts):
        at = 10.0 * n
        words = [[at + i, at + i + 1, w, 0.9] for i, w in enumerate(text.split())]
        Segment.objects.create(
            part=part, position=n, start=at, end=at + 10, text=text, words=words
        )
    make_turns(hearing, voices, seconds=1.0)
    return hearing


TEN = "Uno dos tres cuatro. Cinco seis. Siete ocho nueve diez."


def said(acta: Acta) -> list[tuple[str, str]]:
    """Return each sentence with the label of its voice; "-" for nobody."""
    rows = acta.utterances.select_related("speaker__same_as")
    return [(u.speaker.label if u.speaker else "-", u.text) for u in rows]


def row(acta: Acta, n: int) -> Utterance:
    return acta.utterances.all()[n]


def words(acta: Acta) -> list[str]:
    return " ".join(u.text for u in acta.utterances.all()).split()


# ---- Parting -------------------------------------------------------------------------


def test_it_parts_a_segment_where_the_voice_changes(session) -> None:
    hearing = hear(make_recording(session), "11112211--", TEN)
    hearing.turns.filter(voice="S2").update(overlapped=True)
    acta = proposals.draft(session)
    assert said(acta) == [
        ("Voz 1", "Uno dos tres cuatro."),
        ("Voz 2", "Cinco seis."),
        ("Voz 1", "Siete ocho"),
        ("-", "nueve diez."),
    ]
    assert [u.overlapped for u in acta.utterances.all()] == [False, True, False, False]
    assert {u.segments.get() for u in acta.utterances.all()} == {*hearing.segments()}
    spans = [(u.start, u.end) for u in acta.utterances.all()]
    assert spans == [(0.0, 4.0), (4.0, 6.0), (6.0, 8.0), (8.0, 10.0)]
    assert set(session.speakers.values_list("voice", "source")) == {
        ("S1", "machine"), ("S2", "machine")
    }  # fmt: skip
    assert not proposals.unwritten().exists()


def test_it_copies_as_before_where_voices_were_not_told_apart(session) -> None:
    hear(make_recording(session), "", TEN, TEN)
    acta = proposals.draft(session)
    assert said(acta) == [("-", TEN), ("-", TEN)]
    assert not session.speakers.exists()


def test_it_calls_a_voice_the_same_in_every_recording(session) -> None:
    hear(make_recording(session), "1111222222", TEN)
    hear(make_recording(session), "2222223333", TEN)
    acta = proposals.draft(session)
    assert [label for label, _ in said(acta)] == ["Voz 1", "Voz 2", "Voz 2", "Voz 3"]
    assert session.speakers.count() == 3
    assert words(acta) == TEN.split() * 2


def test_it_parts_around_what_somebody_touched(session, alice) -> None:
    recording = make_recording(session)
    hear(recording, "1111222222", TEN)
    acta = proposals.draft(session)
    row(acta, 1).change(alice, 1, text="Cinco, digo, seis. Y más.")
    kept = acta.utterances.filter(text__startswith="Cinco")
    before = kept.values().get()
    again = hear(recording, "1111223344", TEN.replace("Uno", "Un"), engine="turbo")
    proposals.draft(session)
    assert said(acta) == [
        ("Voz 1", "Un dos tres cuatro."),
        ("Voz 2", "Cinco, digo, seis. Y más."),
    ]
    assert kept.values().get() == before
    # Its place is heard in three pieces of one segment, which it holds once.
    assert kept.get().segments.filter(pk=again.segments().get().pk).count() == 1


# ---- Names stay with voices ----------------------------------------------------------


def test_it_keeps_names_when_the_session_is_heard_again(session, alice) -> None:
    recording = make_recording(session)
    hear(recording, "1111222222", TEN)
    acta = proposals.draft(session)
    name_voice(row(acta, 0), alice, 1, ANA)
    ana = Speaker.objects.get(name="Ana Ruiz")
    was = Speaker.objects.filter(pk=ana.pk).values().get()
    # Where she spoke before another does now: the label says who it is, not the time.
    hear(recording, "2222111111", TEN, engine="turbo")
    proposals.draft(session)
    assert said(acta) == [
        ("Voz 2", "Uno dos tres cuatro."),
        ("Ana Ruiz", "Cinco seis. Siete ocho nueve diez."),
    ]
    assert Speaker.objects.filter(pk=ana.pk).values().get() == was


def test_it_knows_a_voice_of_another_recording_in_a_new_hearing(session) -> None:
    first, second = make_recording(session), make_recording(session)
    hear(first, "1111222222", TEN)
    hear(second, "3333333333", TEN)
    acta = proposals.draft(session)
    hear(second, "3333222222", TEN, engine="turbo")
    proposals.draft(session)
    assert [label for label, _ in said(acta)] == ["Voz 1", "Voz 2", "Voz 3", "Voz 2"]
    assert session.speakers.count() == 3


def test_it_keeps_joined_voices_joined_and_parted_ones_parted(session, alice) -> None:
    recording = make_recording(session)
    hear(recording, "1111223333", TEN, TEN)
    acta = proposals.draft(session)
    one, two, three = session.speakers.order_by("voice")
    merge_voices(acta, alice, two, into=one)
    split_voice(acta.utterances.filter(speaker=three).get(), alice, 1)
    hear(recording, "1111223333", TEN, TEN, engine="turbo")
    proposals.draft(session)
    assert [label for label, _ in said(acta)] == ["Voz 1", "Voz 1", "Voz 3B", "-"]
    acta.undo(alice)
    acta.undo(alice)
    assert [label for label, _ in said(acta)] == ["Voz 1", "Voz 2", "Voz 3", "-"]


def test_it_forgets_a_proposed_voice_that_says_nothing_any_more(session) -> None:
    recording = make_recording(session)
    hear(recording, "1111222222", TEN)
    acta = proposals.draft(session)
    two = session.speakers.get(voice="S2")
    Speaker.objects.filter(pk=two.pk).update(name="Luis Gil")
    part = session.speakers.create(voice="S9", source="machine", same_as=two)
    acta.utterances.filter(speaker=two).update(speaker=part)
    hear(recording, "1111999999", TEN, engine="turbo")
    proposals.draft(session)
    assert session.speakers.count() == 3  # it is who the other one is
    hear(recording, "1111111111", TEN, engine="parakeet")
    proposals.draft(session)
    assert list(session.speakers.values_list("voice", flat=True)) == ["S1"]


# ---- Told apart anew -----------------------------------------------------------------


def regrouped(recording: Recording, voices: str) -> None:
    """The recording's turns as grouping writes them when another one joins."""
    recording.transcription.turns.all().delete()
    make_turns(recording.transcription, voices, seconds=1.0)


@pytest.fixture
def acta(session: CouncilSession) -> Acta:
    """Two segments of one recording: one voice, then two."""
    hear(make_recording(session), "1" * 10 + "1111222222", TEN, TEN)
    return proposals.draft(session)


def test_it_follows_when_another_recording_moves_a_voice(session, acta) -> None:
    first = session.recordings.get()
    pks = [u.pk for u in acta.utterances.all()]
    regrouped(first, "2" * 10 + "1111113333")
    proposals.draft(session)
    assert [label for label, _ in said(acta)] == ["Voz 1", "Voz 1", "Voz 2"]  # not yet
    hear(make_recording(session), "3333333333", TEN)
    proposals.draft(session)
    assert said(acta) == [
        ("Voz 2", TEN),
        ("Voz 1", "Uno dos tres cuatro. Cinco seis."),
        ("Voz 3", "Siete ocho nueve diez."),
        ("Voz 3", TEN),
    ]
    assert words(acta) == TEN.split() * 3
    whole = acta.utterances.get(pk=pks[0])  # only its voice changed
    assert (whole.version, whole.start, whole.end) == (2, 0.0, 10.0)
    starts = [u.start for u in acta.utterances.all()]
    assert starts == [0.0, 10.0, 16.0, 20.0]
    assert all(u.segments.count() == 1 for u in acta.utterances.all())
    assert not proposals.unwritten().exists()


def test_it_moves_nothing_that_somebody_touched(session, acta, alice) -> None:
    name_sentence(row(acta, 1), alice, 1, ANA)
    acta.undo(alice)
    touched = acta.utterances.filter(pk=row(acta, 1).pk)
    before = touched.values().get()
    regrouped(session.recordings.get(), "2" * 10 + "3" * 10)
    hear(make_recording(session), "3333333333", TEN)
    proposals.draft(session)
    assert touched.values().get() == before
    # The other sentence of its segment follows as it is cut: half of it is told anew.
    assert said(acta)[:3] == [
        ("Voz 2", TEN),
        ("Voz 1", "Uno dos tres cuatro."),
        ("Voz 3", "Cinco seis. Siete ocho nueve diez."),
    ]


def test_it_does_not_say_twice_what_a_correction_says(session, acta, alice) -> None:
    row(acta, 1).change(alice, 1, text="Otra cosa.")
    Utterance.objects.filter(pk=row(acta, 1).pk).first().segments.clear()
    regrouped(session.recordings.get(), "1" * 10 + "1111223333")
    hear(make_recording(session), "3333333333", TEN)
    proposals.draft(session)
    assert [text for _, text in said(acta)] == [
        TEN, "Otra cosa.", "Cinco seis. Siete ocho nueve diez.", TEN
    ]  # fmt: skip
    assert said(acta)[2][0] == "Voz 3"


def test_it_changes_nothing_where_the_voices_stayed(session, acta) -> None:
    before = list(acta.utterances.values())
    hear(make_recording(session), "3333333333", TEN)
    proposals.draft(session)
    assert list(acta.utterances.values())[:3] == before


def test_it_asks_the_database_as_often_for_a_long_session() -> None:
    def queries(segments: int) -> int:
        session = make_session()
        hear(make_recording(session), "1111222222" * segments, *[TEN] * segments)
        proposals.draft(session)
        regrouped(session.recordings.get(), "1111112222" * segments)
        hear(make_recording(session), "2222223333" * segments, *[TEN] * segments)
        with CaptureQueriesContext(connection) as asked:
            acta = proposals.draft(session)
        assert words(acta) == TEN.split() * segments * 2
        return len(asked)

    assert queries(60) <= queries(6) + 2  # rows are deleted some hundred at a time
