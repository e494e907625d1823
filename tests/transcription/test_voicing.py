"""Voices of all recordings of a session, told apart with a small fake at the edge."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from astra_site.demo import RECORDING
from tests.transcription.scripted import Scripted, filled
from tests.transcription.spoken import SOUNDS, Grouping, add, heard, voices
from transcription import engines, hearing, tasks, voicing
from transcription.models import PartVoices, Transcription, Turn
from transcription.voices.grouping import Speech, TurnDraft

pytestmark = pytest.mark.django_db


@pytest.fixture
def grouping(monkeypatch: pytest.MonkeyPatch) -> Grouping:
    fake = Grouping()
    monkeypatch.setattr("transcription.voices.grouping.grouped", fake)
    return fake


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


def test_it_tells_the_demonstration_apart_from_audio_to_turns(
    short_recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real model and the real grouping; only what is said is made up."""
    monkeypatch.setattr(hearing, "close_old_connections", lambda: None)
    engine = Scripted(lambda clip, _: filled("uno dos tres", clip.seconds))
    monkeypatch.setattr(engines, "load", lambda alias, **_: engine)
    content = ContentFile(short_recording.read_bytes())
    row = Transcription.start(
        audio=default_storage.save("recordings/x.flac", content),
        name="x.flac",
        sha256="0" * 64,
        engine="base",
        voices="onnx",
        together="session 1",
        people=12,
    )
    tasks.prepare(row.pk)
    for part in row.parts.all():
        tasks.run_part(part.pk)
    tasks.assemble(row.pk)

    row.refresh_from_db()
    assert row.status == Transcription.Status.DONE
    truth = json.loads(RECORDING.with_name("truth.json").read_text(encoding="utf-8"))
    people: dict[str, set[str]] = {}
    for one in truth["turns"]:
        if one["end"] < 75 and one["end"] - one["start"] > 3:
            who = one["speaker"]
            people.setdefault(who, set()).add(most_heard(row, one["start"], one["end"]))
    assert len(people) > 1
    assert all(len(labels) == 1 for labels in people.values())
    assert len(set.union(*people.values())) == len(people)
    heard_voices = voicing.voices_heard("session 1")
    assert len(heard_voices) >= len(people)
    assert all(one.longest and len(one.vector) == 192 for one in heard_voices[:2])


def most_heard(row: Transcription, start: float, end: float) -> str:
    """Return the voice that speaks most between two seconds."""
    seconds: Counter[str] = Counter()
    for turn in row.turns.all():
        seconds[turn.voice] += max(0, min(turn.end, end) - max(turn.start, start))
    return seconds.most_common(1)[0][0]
