"""Voices told apart from windows of synthetic vectors."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcription.voices import Vectors, clusters, edges
from transcription.voices.clusters import agglomerated
from transcription.voices.grouping import BRIDGE, Speech, TurnDraft, grouped
from transcription.voices.likeness import Pieces, clarity, trust
from transcription.voices.windows import windows

DIMENSIONS = 192
CLARITY = 1.3  # of a quiet room


class Room:
    """Voices as far apart as people's, heard as the speaker model hears them."""

    def __init__(self, voices, *, seed=1, alike=0.3, clarity=CLARITY):
        self.chance = np.random.default_rng(seed)
        self.clarity = clarity
        shared = self._direction()
        own = np.array([self._direction() for _ in range(voices)])
        mixed = np.sqrt(alike) * shared + np.sqrt(1 - alike) * own
        self.voices = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)

    def _direction(self):
        direction = self.chance.standard_normal(DIMENSIONS)
        return direction / np.linalg.norm(direction)

    def heard(self, voice, seconds):
        noise = self.chance.standard_normal(DIMENSIONS) / np.sqrt(DIMENSIONS)
        heard = voice + noise / np.sqrt(self.clarity * seconds)
        return heard / np.linalg.norm(heard)

    def says(self, *turns, pause=0.5):
        """Return the speech of (voice or voices at once, seconds), and their spans."""
        spans, who, clock = [], [], 0.0
        for voice, seconds in turns:
            spans.append((clock, clock + seconds))
            at_once = voice if isinstance(voice, tuple) else (voice,)
            who.append(self.voices[list(at_once)].sum(axis=0) / len(at_once) ** 0.5)
            clock += seconds + pause
        times, values = [], []
        for span, voice in zip(spans, who, strict=True):
            for start, end in windows([span]):
                times.append((start, end))
                values.append(self.heard(voice, end - start))
        return Speech(tuple(spans), _vectors(times, values))


def _vectors(times, values):
    return Vectors(
        np.array(times, np.float32).reshape(-1, 2),
        np.array(values, np.float32).reshape(-1, DIMENSIONS),
    )


def _voices(turns):
    return [turn.voice for turn in turns]


def _debate(*voices, times=4):
    return [(voice, 6.0) for voice in voices] * times


def test_it_tells_three_voices_apart():
    speech = Room(3).says((0, 8.0), (1, 6.0), (0, 5.0), (2, 7.0), (1, 4.0))

    (turns,) = grouped([speech])

    assert _voices(turns) == ["S1", "S2", "S1", "S3", "S2"]
    assert tuple((turn.start, turn.end) for turn in turns) == speech.spans


@pytest.mark.parametrize(("clarity", "alike"), [(1.5, 0.3), (0.6, 0.3), (1.3, 0.6)])
def test_it_needs_no_threshold_for_the_room(clarity, alike):
    room = Room(8, clarity=clarity, alike=alike)
    speech = room.says(*_debate(*range(8)))

    (turns,) = grouped([speech])

    assert _voices(turns) == [f"S{at % 8 + 1}" for at in range(32)]


def test_it_keeps_short_answers_as_turns_of_their_own():
    secretary, answers = 5, [0.8, 0.6, 0.7, 0.8, 0.6]
    roll_call = [
        turn
        for voice, seconds in enumerate(answers)
        for turn in ((secretary, 1.5), (voice, seconds))
    ]
    speech = Room(6).says(*_debate(0, 1, 2, 3, 4, times=2), *roll_call)

    (turns,) = grouped([speech])

    answered = [turn.voice for turn in turns if turn.end - turn.start < 1.0]
    assert answered == ["S1", "S2", "S3", "S4", "S5"]


def test_it_keeps_one_voice_through_pauses():
    speech = Room(2).says((0, 3.0), (0, 3.0), (0, 3.0), (1, 3.0), pause=BRIDGE - 0.1)

    (turns,) = grouped([speech])

    assert _voices(turns) == ["S1", "S2"]
    assert turns[0].end == speech.spans[2][1]


def test_it_ends_a_turn_at_a_long_pause():
    speech = Room(1).says((0, 3.0), (0, 3.0), pause=BRIDGE + 0.1)

    (turns,) = grouped([speech])

    assert _voices(turns) == ["S1", "S1"]


def test_it_uses_one_name_in_all_recordings():
    room = Room(3)
    morning = room.says((0, 6.0), (1, 6.0), (0, 6.0))
    afternoon = room.says((2, 6.0), (1, 6.0), (0, 6.0))

    turns = grouped([morning, afternoon])

    assert [_voices(one) for one in turns] == [["S1", "S2", "S1"], ["S3", "S2", "S1"]]


def test_it_would_rather_part_a_voice_than_join_two_people():
    room = Room(2, alike=0.0)
    room.voices[1] = 0.8 * room.voices[0] + 0.6 * room.voices[1]
    speech = room.says(*_debate(0, 1))

    (turns,) = grouped([speech])

    assert not {t.voice for t in turns[::2]} & {t.voice for t in turns[1::2]}


def test_it_finds_no_more_voices_than_people():
    speech = Room(9).says(*_debate(*range(9)))

    (turns,) = grouped([speech], people=6)

    assert len(set(_voices(turns))) == 6


def test_it_finds_fewer_voices_than_people():
    speech = Room(3).says(*_debate(*range(3)))

    (turns,) = grouped([speech], people=25)

    assert set(_voices(turns)) == {"S1", "S2", "S3"}


def _unbroken(room, *turns):
    """Return speech of (voice, seconds) without a pause between them."""
    ends = np.cumsum([seconds for _, seconds in turns])
    span = (0.0, float(ends[-1]))
    values = []
    for start, end in windows([span]):
        clock = np.linspace(start, end, 151)[:-1]
        who = [turns[at][0] for at in np.searchsorted(ends, clock, "right")]
        values.append(room.heard(room.voices[who].mean(axis=0), end - start))
    return Speech((span,), _vectors(windows([span]), values))


def test_it_parts_a_span_where_the_voice_changes():
    room = Room(2)

    turns, _ = grouped([_unbroken(room, (0, 8.3), (1, 8.7)), room.says(*_debate(0, 1))])

    assert _voices(turns) == ["S1", "S2"]
    assert turns[0].end == turns[1].start == pytest.approx(8.3, abs=0.3)


def test_it_looks_at_no_more_at_once_where_nobody_pauses(monkeypatch):
    room, sizes = Room(3), []
    settled = edges._settled

    def watched(cells, shares, windows, known):
        sizes.append(shares.size)
        return settled(cells, shares, windows, known)

    monkeypatch.setattr(edges, "_settled", watched)
    speech = _unbroken(room, *[(at % 3, 11.0 + at % 4) for at in range(30)])

    (turns,) = grouped([speech])

    assert _voices(turns) == [f"S{at % 3 + 1}" for at in range(30)]
    ends = np.cumsum([11.0 + at % 4 for at in range(30)])
    assert [turn.end for turn in turns] == pytest.approx(ends.tolist(), abs=0.3)
    assert max(sizes) < 80 * 60 / edges.CELL * 1.1


def test_it_finds_an_answer_between_two_questions_without_a_pause():
    room = Room(4)
    answered = _unbroken(room, (0, 4.0), (2, 1.0), (0, 4.0))

    turns, _ = grouped([answered, room.says(*_debate(0, 1, 2, 3))])

    assert _voices(turns) == ["S1", "S2", "S1"]
    assert turns[1].start == pytest.approx(4.0, abs=0.3)
    assert turns[1].end == pytest.approx(5.0, abs=0.3)


def test_it_marks_an_answer_in_chorus_and_gives_it_to_nobody():
    room = Room(6, alike=0.1)
    speech = room.says(*_debate(*range(6)), ((1, 3, 4, 5), 1.2), (0, 6.0))

    (turns,) = grouped([speech])

    assert turns[-2].voice == ""
    assert [turn.overlapped for turn in turns] == [False] * 24 + [True, False]


def test_it_lends_speech_too_short_to_look_at_the_voice_next_to_it():
    speech = Room(2).says((0, 6.0), (0, 0.3), (1, 6.0), pause=0.4)

    (turns,) = grouped([speech])

    assert _voices(turns) == ["S1", "S2"]
    assert turns[0].end == speech.spans[1][1]


def test_it_gives_short_speech_far_from_any_other_to_nobody():
    speech = Room(2).says((0, 6.0), (0, 0.3), (1, 6.0), pause=3.0)

    (turns,) = grouped([speech])

    assert _voices(turns) == ["S1", "", "S2"]


def test_it_groups_nothing():
    assert grouped([]) == []
    assert grouped([Speech((), _vectors([], []))]) == [[]]


def test_it_keeps_speech_that_has_no_windows_at_all():
    silent = Speech(((1.0, 1.2),), _vectors([], []))

    turns = grouped([silent, Room(1).says((0, 2.0))])

    assert turns[0] == [TurnDraft(1.0, 1.2, "")]
    assert _voices(turns[1]) == ["S1"]
    assert grouped([silent]) == [[TurnDraft(1.0, 1.2, "")]]


def test_it_groups_a_single_window():
    (turns,) = grouped([Room(1).says((0, 0.8))])

    assert turns == [TurnDraft(0.0, 0.8, "S1")]


def test_it_groups_identical_vectors():
    spans = tuple((at * 2.0, at * 2.0 + 1.5) for at in range(50))
    same = np.tile(np.eye(1, DIMENSIONS, dtype=np.float32), (50, 1))

    (turns,) = grouped([Speech(spans, _vectors(windows(spans), same))])

    assert turns == [TurnDraft(0.0, 99.5, "S1")]


def test_it_gives_the_same_turns_again():
    speech = Room(5).says(*_debate(*range(5)))

    assert grouped([speech]) == grouped([speech])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0.11, 6.0), st.floats(0.1, 3.0)),
        max_size=25,
    )
)
def test_it_covers_all_speech_and_only_pauses_within_a_voice(said):
    room, spans, times, values, clock = Room(4), [], [], [], 0.0
    for voice, seconds, pause in said:
        spans.append((clock, clock + seconds))
        for start, end in windows(spans[-1:]):
            times.append((start, end))
            values.append(room.heard(room.voices[voice], end - start))
        clock += seconds + pause
    speech = Speech(tuple(spans), _vectors(times, values))

    (turns,) = grouped([speech])

    assert all(turn.start < turn.end for turn in turns)
    assert all(a.end <= b.start for a, b in pairwise(turns))
    for start, end in spans:
        covered = sum(max(0.0, min(end, t.end) - max(start, t.start)) for t in turns)
        assert covered == pytest.approx(end - start)
    edges = {edge for span in spans for edge in span}
    for a, b in pairwise(turns):
        if a.end < b.start:
            assert {a.end, b.start} <= edges
            assert a.voice != b.voice or b.start - a.end >= BRIDGE
    beyond = sum(t.end - t.start for t in turns) - sum(b - a for a, b in spans)
    pauses = [b[0] - a[1] for a, b in pairwise(spans)]
    assert beyond <= sum(pause for pause in pauses if pause < BRIDGE) + 1e-6


def test_it_finds_how_clear_a_room_is():
    for expected in (0.6, 1.3):
        speech = Room(4, clarity=expected).says(*_debate(0, 1, 2, 3), pause=0.6)
        found = clarity(speech.vectors.values, speech.vectors.times)
        assert found == pytest.approx(expected, rel=0.15)


def test_it_trusts_long_windows_more():
    assert trust(np.array([0.5, 1.5]), 1.0) == pytest.approx([1 / 3, 0.6])


def test_it_gathers_in_blocks_what_is_too_much_at_once(monkeypatch):
    room = Room(5)
    who = np.tile(np.arange(5), 40)
    heard = np.array([room.heard(room.voices[voice], 8.0) for voice in who])
    found = Pieces(heard * 8.0, np.full(200, 8.0))
    whole = agglomerated(found)
    sizes = []
    joined = clusters._joined

    def watched(pieces, least, most):
        sizes.append(len(pieces))
        return joined(pieces, least, most)

    monkeypatch.setattr(clusters, "AT_ONCE", 60)
    monkeypatch.setattr(clusters, "_joined", watched)

    assert np.array_equal(agglomerated(found), whole)
    assert np.array_equal(whole, who)
    assert max(sizes) <= 60


def test_it_compares_no_more_at_once_where_hardly_any_two_are_alike(monkeypatch):
    chance = np.random.default_rng(3)
    found = Pieces(4 * chance.standard_normal((100, 2000)), np.full(100, 50.0))
    monkeypatch.setattr(clusters, "AT_ONCE", 30)

    groups = agglomerated(found)

    assert groups.shape == (100,)
    assert groups.max() < 30


def test_it_never_compares_all_windows_with_all(monkeypatch):
    room = Room(12)
    chance = np.random.default_rng(2)
    spans = tuple((at * 3.75, at * 3.75 + 3.0) for at in range(2_500))
    who = (np.arange(2_500) + chance.integers(0, 4, 2_500)) % 12
    times = windows(spans)
    noise = chance.standard_normal((len(times), DIMENSIONS)) / np.sqrt(DIMENSIONS * 2)
    values = room.voices[np.repeat(who, 3)] + noise
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    speech = Speech(spans, _vectors(times, values))

    sizes = []
    compared = clusters.gains

    def watched(one, other):
        sizes.append(len(one) * len(other))
        return compared(one, other)

    monkeypatch.setattr(clusters, "gains", watched)
    (turns,) = grouped([speech], people=20)

    assert len(set(_voices(turns))) == 12
    assert max(sizes) <= clusters.AT_ONCE**2
