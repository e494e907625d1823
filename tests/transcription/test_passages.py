import numpy as np
import pytest

from tests.transcription.scripted import speech
from tests.transcription.sounds import noise
from transcription.audio import RATE
from transcription.passages import Passage, halves, joined, shortened, spanning


def passages(*spans: tuple[float, float]) -> list[Passage]:
    """Return passages of a part of which nobody asks the sound."""
    return [Passage(np.zeros(0, np.float32), 0.0, *span) for span in spans]


def spans(groups: list[list[Passage]]) -> list[tuple[float, float, int]]:
    """Return what each group spans and how many clips it has."""
    return [
        (spanning(group).start, spanning(group).end, len(group)) for group in groups
    ]


def test_it_takes_its_samples_out_of_the_parts() -> None:
    part = (noise(20) * 32767).astype(np.int16)
    clip = Passage(part, 600.0, 603.0, 605.5).clip

    assert clip.start == 603.0
    assert clip.seconds == 2.5
    assert clip.samples.dtype == np.float32
    assert clip.samples[0] == part[3 * RATE] / 32768


def test_it_gives_an_engine_for_short_clips_our_own() -> None:
    clips = passages((0, 20), (21, 30), (30.5, 40))

    assert joined(clips, 29.0) == [[clip] for clip in clips]
    assert joined(clips, 57.0) == [[clip] for clip in clips]
    assert joined([], 900.0) == []


def test_it_joins_clips_with_the_silence_between_up_to_the_longest() -> None:
    clips = passages(*((start, start + 24) for start in range(0, 750, 25)))

    groups = joined(clips, 300.0)

    assert [clip for group in groups for clip in group] == clips
    assert all(end - start <= 300 for start, end, _ in spans(groups))
    assert len(groups) == 3


def test_it_ends_a_block_at_the_longest_pause_near_its_end() -> None:
    # Pauses: 1, 4 (too early), 1, 3, 1 seconds.
    clips = passages((0, 20), (21, 40), (44, 60), (61, 85), (88, 100), (101, 120))

    assert spans(joined(clips, 105.0)) == [(0, 85, 4), (88, 120, 2)]


def test_it_ends_a_block_at_a_recess() -> None:
    clips = passages((0, 20), (21, 40), (640, 660))

    assert spans(joined(clips, 900.0)) == [(0, 40, 2), (640, 660, 1)]


def test_it_cuts_again_at_the_quietest_moment() -> None:
    sound = speech(28) + noise(28)
    sound[16 * RATE : round(16.5 * RATE)] = 0  # the quietest moment of the second half
    pieces = shortened(Passage(sound, 50.0, 50.0, 78.0), 20.0)

    assert len(pieces) == 2
    assert pieces[0].end == pieces[1].start
    assert 66.0 <= pieces[0].end <= 66.5
    assert (pieces[0].start, pieces[1].end) == (50.0, 78.0)


def test_it_leaves_alone_what_is_short_enough() -> None:
    passage = Passage(speech(5), 0.0, 0.0, 5.0)

    assert shortened(passage, 5.0) == [passage]


@pytest.mark.parametrize("longest", [2.0, 7.5, 13.0])
def test_it_never_gives_more_than_an_engine_takes(longest: float) -> None:
    pieces = shortened(Passage(noise(29), 0.0, 0.0, 29.0), longest)

    assert all(piece.seconds <= longest + 0.01 for piece in pieces)
    assert sum(piece.seconds for piece in pieces) == pytest.approx(29.0)


def test_it_halves_where_it_is_quietest_in_the_middle() -> None:
    sound = speech(9) + noise(9)
    sound[5 * RATE : round(5.4 * RATE)] = 0
    first, second = halves(Passage(sound, 0.0, 0.0, 9.0))

    assert first.end == second.start
    assert 5.0 <= first.end <= 5.4
