"""Voices of all recordings of a session, told apart with a small fake at the edge."""

import datetime
import threading
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from tests.make import make_part, make_recording, make_session
from transcription import tasks, voicing
from transcription.models import Part, PartVoices, Transcription, Turn
from transcription.voices import Vectors
from transcription.voices.grouping import Speech, TurnDraft

pytestmark = pytest.mark.django_db

# What each letter sounds like; letters in a test's script are people.
SOUNDS = dict(zip("abcdef", np.eye(6, dtype=np.float32), strict=True))


class Grouping:
    """Takes every span for a turn and equal vectors for one voice."""

    def __init__(self) -> None:
        self.calls: list[list[Speech]] = []
        self.people: list[int | None] = []
        self.order: list[int] = []  # of the voices: the first is number 1

    def __call__(
        self, recordings: Sequence[Speech], *, people: int | None = None
    ) -> list[list[TurnDraft]]:
        self.calls.append(list(recordings))
        self.people.append(people)
        known: list[int] = list(self.order)
        found = []
        for one in recordings:
            turns = []
            for (start, end), value in zip(one.spans, one.vectors.values, strict=True):
                who = int(value.argmax())
                if who not in known:
                    known.append(who)
                turns.append(TurnDraft(start, end, f"S{known.index(who) + 1}"))
            found.append(turns)
        return found


@pytest.fixture
def grouping(monkeypatch: pytest.MonkeyPatch) -> Grouping:
    fake = Grouping()
    monkeypatch.setattr("transcription.voices.grouping.grouped", fake)
    return fake


def heard(
    *scripts: str,
    together: str = "session 1",
    model: str = "campplus",
    of: Transcription | None = None,
    **fields: object,
) -> Transcription:
    """A transcription that is heard: a part a script, ten seconds of it a letter.

    " " is a pause, and a part whose script is in capitals has no vectors. `of` is an
    earlier hearing of the same audio.
    """
    audio = of.audio if of else make_recording(make_session()).file.name
    row = Transcription.objects.create(
        audio=audio,
        name="x.mp3",
        sha256="0" * 64,
        engine="base",
        together=together,
        seconds=10.0 * sum(map(len, scripts)),
        **{"voices": "onnx", "status": Transcription.Status.DONE, **fields},
    )
    at = 0.0
    for script in scripts:
        add(row, script, at, model)
        at += 10.0 * len(script)
    return row


def add(row: Transcription, script: str, at: float, model: str) -> Part:
    spans = [
        (at + 10.0 * n, at + 10.0 * n + 9, letter)
        for n, letter in enumerate(script)
        if letter != " "
    ]
    part = make_part(
        row,
        start=at,
        end=at + 10.0 * len(script),
        status=Part.Status.DONE,
        speech=[[start, end] for start, end, _ in spans],
    )
    if not script.isupper():
        vectors = Vectors(
            np.array([[start, end] for start, end, _ in spans], np.float32),
            np.stack([SOUNDS[letter] for *_, letter in spans]),
        )
        PartVoices.of(part.pk, model, vectors).save()
    return part


def voices(row: Transcription) -> str:
    """Return the numbers of a transcription's turns, in order."""
    turns = Turn.objects.filter(transcription=row)
    assert [turn.position for turn in turns] == list(range(len(turns)))
    return "".join(turn.voice[1:] or "-" for turn in turns)


@pytest.mark.usefixtures("grouping")
def test_it_writes_the_turns_of_all_parts() -> None:
    row = heard("ab a", "ba")
    voicing.tell_apart(row)

    assert voices(row) == "12121"
    turn = row.turns.last()
    assert (turn.start, turn.end) == (50.0, 59.0)


def test_it_groups_what_is_together_at_once(grouping: Grouping) -> None:
    first = heard("ab")
    alien = heard("ab", together="session 2")
    second = heard("bc", people=9)
    voicing.tell_apart(second)

    assert (voices(first), voices(second), voices(alien)) == ("12", "23", "")
    assert [len(call) for call in grouping.calls] == [2]
    assert grouping.people == [9]


def test_it_takes_the_newest_hearing_of_each_audio(grouping: Grouping) -> None:
    old = heard("aaa")
    new = heard("aa", of=old)
    heard("a", of=old, status=Transcription.Status.HEARING)
    last = heard("b")
    voicing.tell_apart(last)

    assert [len(one.spans) for one in grouping.calls[0]] == [2, 1]
    assert (voices(old), voices(new), voices(last)) == ("", "11", "2")


@pytest.mark.usefixtures("grouping")
def test_it_stands_alone_without_a_key() -> None:
    one, other = heard("ab", together=""), heard("b", together="")
    voicing.tell_apart(other)

    assert (voices(one), voices(other)) == ("", "1")


def test_it_never_compares_vectors_of_two_models(grouping: Grouping) -> None:
    other = heard("ab", model="titanet")
    mixed = heard("ab", "ab", "c")
    PartVoices.objects.filter(part=mixed.parts.last()).update(model="titanet")
    voicing.tell_apart(mixed)

    assert (voices(other), voices(mixed)) == ("", "1212")
    assert len(grouping.calls[0]) == 1


@pytest.mark.usefixtures("grouping")
def test_it_leaves_parts_without_vectors_without_turns() -> None:
    row = heard("ab", "XX", "a")
    voicing.tell_apart(row)

    assert voices(row) == "121"
    assert row.turns.last().start == 40.0


def test_it_does_nothing_where_nobody_is_told_apart(grouping: Grouping) -> None:
    voicing.tell_apart(heard("XX"))
    voicing.tell_apart(heard("ab", voices=""))

    assert grouping.calls == []
    assert not Turn.objects.exists()


def test_it_keeps_the_labels_of_voices_when_told_apart_again(
    grouping: Grouping,
) -> None:
    row = heard("abcab")
    voicing.tell_apart(row)
    assert voices(row) == "12312"

    grouping.order = [2, 1, 0]
    voicing.tell_apart(row)
    assert voices(row) == "12312"


def test_it_keeps_the_labels_when_the_audio_is_heard_again(grouping: Grouping) -> None:
    old = heard("abcab")
    voicing.tell_apart(old)
    grouping.order = [4, 2, 1, 0]
    new = heard("abeab", of=old)
    voicing.tell_apart(new)

    assert voices(old) == "12312"
    # The third one is somebody else now, but said just what number 3 had said.
    assert voices(new) == "12312"


def test_it_gives_a_stranger_a_number_that_nobody_ever_had(grouping: Grouping) -> None:
    row = heard("aabc")
    voicing.tell_apart(row)
    middle = PartVoices.objects.get()
    values = np.stack([SOUNDS[letter] for letter in "aaba"])
    middle.values = values.astype("<f2").tobytes()
    middle.save()
    voicing.tell_apart(row)
    assert voices(row) == "1121"  # nobody is number 3 any more

    later = heard("de")
    voicing.tell_apart(later)
    assert voices(later) == "45"


def test_it_does_not_pass_a_label_on_to_somebody_who_said_little_of_it() -> None:
    from transcription.voices.labels import carried_over

    before = [TurnDraft(0, 4, "S5"), TurnDraft(4, 10, "S2"), TurnDraft(10, 20, "S3")]
    now = [TurnDraft(0, 10, "S1"), TurnDraft(10, 16, "S2"), TurnDraft(16, 20, "S3")]

    (found,) = carried_over([now], [before], last=7)

    assert [turn.voice for turn in found] == ["S2", "S3", "S8"]


@pytest.mark.usefixtures("grouping")
def test_it_keeps_what_was_known_where_the_vectors_are_gone() -> None:
    row = heard("ab", "XX")
    voicing.tell_apart(row)
    voicing.forget("session 1")
    row.parts.last().delete()
    add(row, "ba", 20.0, "campplus")
    voicing.tell_apart(row)

    assert voices(row) == "1234"  # who is who is not known any more


@pytest.mark.usefixtures("grouping")
def test_it_changes_nothing_the_second_time() -> None:
    first, second = heard("ab"), heard("bc")
    for row in (first, second, second):
        voicing.tell_apart(row)
        assert voices(first) == "12"
    assert voices(second) == "23"


def test_it_leaves_the_turns_when_grouping_fails(
    grouping: Grouping, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    row = heard("ab")
    voicing.tell_apart(row)
    monkeypatch.setattr("transcription.voices.grouping.grouped", lambda *_, **__: 1 / 0)
    voicing.tell_apart(row)

    assert voices(row) == "12"
    assert "ZeroDivisionError" in caplog.text


def test_it_hands_over_what_it_cannot_tell_apart(monkeypatch) -> None:
    monkeypatch.setattr("transcription.voices.grouping.grouped", lambda *_, **__: 1 / 0)
    row = heard("ab", status=Transcription.Status.WAITING, heard_at=timezone.now())
    tasks.assemble(row.pk)

    row.refresh_from_db()
    assert row.status == Transcription.Status.DONE


@pytest.mark.usefixtures("grouping")
def test_it_tells_apart_before_it_hands_over() -> None:
    row = heard("aba", status=Transcription.Status.WAITING, heard_at=timezone.now())
    tasks.assemble(row.pk)

    row.refresh_from_db()
    assert row.status == Transcription.Status.DONE
    assert voices(row) == "121"


def test_it_begins_again_when_another_recording_comes_in(
    grouping: Grouping, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = heard("ab")
    late: list[Transcription] = []

    def grouped(recordings: Sequence[Speech], *, people: int | None = None):
        if not late:
            late.append(heard("cb"))
        return grouping(recordings, people=people)

    monkeypatch.setattr("transcription.voices.grouping.grouped", grouped)
    voicing.tell_apart(row)

    assert [len(call) for call in grouping.calls] == [1, 2]
    assert (voices(row), voices(late[0])) == ("12", "32")


@pytest.mark.usefixtures("transactional_db")
def test_it_gives_no_label_twice_when_two_are_assembled_at_once(
    grouping: Grouping, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        heard(script, status=Transcription.Status.ASSEMBLING, heard_at=timezone.now())
        for script in ("ab", "cb")
    ]
    both = threading.Barrier(2)

    def grouped(recordings: Sequence[Speech], *, people: int | None = None):
        both.wait(10)
        return grouping(recordings, people=people)

    def tell(row: Transcription) -> None:
        voicing.tell_apart(row)
        connection.close()

    monkeypatch.setattr("transcription.voices.grouping.grouped", grouped)
    threads = [threading.Thread(target=tell, args=[row]) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [voices(row) for row in rows] == ["12", "32"]


@pytest.mark.usefixtures("transactional_db")
def test_it_waits_for_whoever_writes_the_same_turns(grouping: Grouping) -> None:
    row = heard("ab")
    done = threading.Event()

    def tell() -> None:
        voicing.tell_apart(row)
        connection.close()
        done.set()

    thread = threading.Thread(target=tell)
    with transaction.atomic():
        Transcription.objects.select_for_update().get(pk=row.pk)
        thread.start()
        assert not done.wait(0.3)
    thread.join()
    assert voices(row) == "12"


@pytest.mark.usefixtures("grouping")
def test_it_says_how_each_voice_sounds_and_where() -> None:
    first, second = heard("aab"), heard("b" * 20)
    voicing.tell_apart(second)

    most, least = voicing.voices_heard("session 1")

    assert (most.voice, most.seconds) == ("S2", 21 * 9)
    assert (least.voice, least.seconds) == ("S1", 2 * 9)
    assert np.allclose(most.vector, SOUNDS["b"], atol=1e-3)
    assert np.linalg.norm(most.vector) == pytest.approx(1, abs=1e-5)
    assert least.longest == ((first.pk, 0.0, 9.0), (first.pk, 10.0, 19.0))
    starts = sorted(start for pk, start, _ in most.longest if pk == second.pk)
    assert len(most.longest) == 3
    assert all(other - one >= 60 for one, other in pairwise(starts))


@pytest.mark.usefixtures("grouping")
def test_it_takes_no_sample_where_others_speak_too() -> None:
    row = heard("ab")
    voicing.tell_apart(row)
    Turn.objects.filter(position=0).update(end=19.0)
    Turn.objects.create(
        transcription=row, position=2, start=40, end=90, voice="S1", overlapped=True
    )

    (one, _) = voicing.voices_heard("session 1")

    assert (one.voice, one.seconds) == ("S1", 69.0)
    assert one.longest == ((row.pk, 0.0, 10.0),)


@pytest.mark.usefixtures("grouping")
def test_it_tells_voices_of_one_model_only() -> None:
    row = heard("ab")
    voicing.tell_apart(row)

    assert len(voicing.voices_heard("session 1", "campplus")[0].vector) == 6
    assert len(voicing.voices_heard("session 1", "titanet")[0].vector) == 0
    assert voicing.voices_heard("") == []


@pytest.mark.usefixtures("grouping")
def test_it_forgets_how_a_session_sounds_and_nothing_else() -> None:
    row, other = heard("ab", "ba"), heard("ab", together="session 2")
    alone = heard("ab", together="")
    voicing.tell_apart(row)

    assert voicing.forget("") == 0
    assert voicing.forget("session 1") == 2
    left = PartVoices.objects.values_list("part__transcription", flat=True)
    assert set(left) == {other.pk, alone.pk}
    assert voices(row) == "1221"
    (one, _) = voicing.voices_heard("session 1")
    assert len(one.vector) == 0
    assert one.longest


def test_it_keeps_vectors_no_longer_than_they_may_be_kept(
    settings: LazySettings,
) -> None:
    settings.VOICE_VECTORS_DAYS = 30
    old, new = heard("a"), heard("a")
    at = timezone.now() - datetime.timedelta(days=31)
    PartVoices.objects.filter(part__transcription=old).update(created_at=at)
    tasks.tidy()

    assert PartVoices.objects.get().part.transcription == new


@pytest.mark.usefixtures("grouping")
def test_it_deletes_voices_and_turns_with_their_recording() -> None:
    recording = make_recording(make_session())
    row = heard("ab")
    Transcription.objects.filter(pk=row.pk).update(audio=recording.file.name)
    row.refresh_from_db()
    voicing.tell_apart(row)
    assert PartVoices.objects.exists()
    assert Turn.objects.exists()

    recording.discard()

    with connection.cursor() as cursor:
        for table in (PartVoices._meta.db_table, Turn._meta.db_table):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
