import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcription.sounds import ByLoudness, frames, noise, tone
from transcription.audio import RATE
from transcription.cutting import (
    BREAK,
    FRAME,
    MAX_CLIP,
    PAD,
    PartCut,
    Silero,
    clip_bounds,
    cut,
    doubted,
    speech_spans,
)

SECOND = RATE / FRAME  # frames

stretches = st.lists(
    st.tuples(st.integers(1, 1200), st.booleans()), min_size=1, max_size=30
)


def parts(samples: np.ndarray, **options: float) -> list[tuple[PartCut, np.ndarray]]:
    blocks = (samples[start : start + 5000] for start in range(0, len(samples), 5000))
    return list(cut(blocks, detector=ByLoudness(), **options))


@given(stretches)
@settings(max_examples=60, deadline=None)
def test_it_puts_all_speech_in_exactly_one_clip(pattern: list) -> None:
    speech = np.concatenate([np.full(n, float(speaks)) for n, speaks in pattern])
    loudness = np.random.default_rng(1).random(len(speech))

    clips = clip_bounds(speech, loudness)

    covered = np.zeros(len(speech), int)
    for start, end in clips:
        assert 0 < end - start <= MAX_CLIP * RATE
        covered[start // FRAME : end // FRAME] += 1
    assert covered.max(initial=0) <= 1
    for start, end in speech_spans(speech):
        assert (covered[start:end] == 1).all()
    reach = round((BREAK + PAD) * SECOND)
    for frame in np.flatnonzero(covered):
        assert speech[max(0, frame - reach) : frame + reach].any()


@given(st.lists(st.tuples(st.integers(1, 300), st.booleans()), max_size=12))
@settings(max_examples=25, deadline=None)
def test_it_covers_the_recording_without_gap(pattern: list) -> None:
    samples = frames(pattern)
    samples = np.append(samples, np.zeros(len(pattern) * 37 % FRAME, np.float32))

    found = parts(samples, part=6)

    assert sum(len(heard) for _, heard in found) == len(samples)
    clock = 0.0
    for position, (part, heard) in enumerate(found):
        assert part.position == position
        assert part.start == pytest.approx(clock)
        assert part.end - part.start == pytest.approx(len(heard) / RATE)
        for start, end in part.clips:
            assert part.start <= start < end <= part.end + 1e-9
        clock = part.end
    assert clock == pytest.approx(len(samples) / RATE)


def test_it_gives_the_samples_back_as_they_came() -> None:
    samples = noise(9)

    heard = np.concatenate([heard for _, heard in parts(samples, part=4)])

    assert heard.dtype == np.int16
    assert np.abs(heard / 32767 - samples).max() < 1e-4


def test_it_cuts_parts_in_the_longest_silence() -> None:
    samples = np.concatenate(
        (tone(7), np.zeros(RATE), tone(1), np.zeros(4000), tone(8))
    )

    found = parts(samples.astype(np.float32), part=10)

    assert 7 < found[0][0].end < 8


def test_it_gives_silence_no_clips() -> None:
    found = parts(np.zeros(30 * RATE, np.float32), part=10)

    assert len(found) >= 3
    assert all(part.clips == () for part, _ in found)


def test_it_hands_over_a_part_before_the_next_is_read() -> None:
    read = 0

    def blocks():
        nonlocal read
        for _ in range(40):
            read += 1
            yield np.zeros(RATE, np.float32)

    next(cut(blocks(), detector=ByLoudness(), part=10))

    assert read == 10


def test_it_cuts_a_long_speech_where_the_voice_is_lowest() -> None:
    count = round(40 * SECOND)
    loudness = np.ones(count)
    low = round(20 * SECOND)
    loudness[low - 1 : low + 2] = 0.1

    clips = clip_bounds(np.ones(count), loudness)

    assert clips[0][1] == clips[1][0] == low * FRAME
    assert clips[-1][1] == count * FRAME


def test_it_pads_to_the_middle_of_a_short_gap_at_most() -> None:
    second = round(SECOND)
    speech = np.ones(40 * second)
    speech[25 * second : 25 * second + 6] = 0

    clips = clip_bounds(speech, np.ones(len(speech)))

    assert clips[0][1] == clips[1][0] == (25 * second + 3) * FRAME


def test_it_ends_a_clip_before_a_long_silence() -> None:
    second = round(SECOND)
    speech = np.zeros(20 * second)
    speech[second : 3 * second] = speech[10 * second : 12 * second] = 1

    clips = clip_bounds(speech, np.zeros(len(speech)))

    assert len(clips) == 2
    assert clips[0][1] / RATE == pytest.approx(3 + PAD, abs=0.2)
    assert clips[1][0] / RATE == pytest.approx(10 - PAD, abs=0.2)


def test_it_believes_the_ear_where_the_detector_doubts() -> None:
    second = round(SECOND)
    loudness = np.full(30 * second, 1e-5)
    loudness[10 * second : 12 * second] = 1e-2
    loudness[20 * second : 22 * second] = 1e-2
    speech = np.full(30 * second, 0.02)
    speech[11 * second] = 0.3  # in doubt over the first, sure about the second

    spans = speech_spans(doubted(speech, loudness))

    assert len(spans) == 1
    assert spans[0][0] == pytest.approx(10 * second, abs=4)
    assert spans[0][1] == pytest.approx(12 * second, abs=4)


def test_it_carries_the_detector_from_block_to_block() -> None:
    samples = noise(4, 0.1)[: 120 * FRAME].reshape(-1, FRAME)
    whole = Silero()(samples)

    detector = Silero()
    pieces = [detector(samples[start : start + 7]) for start in range(0, 120, 7)]

    assert np.concatenate(pieces) == pytest.approx(whole, abs=1e-4)


def test_it_finds_no_speech_in_room_noise() -> None:
    found = list(cut([noise(1, 0.003)] * 20))

    assert found[0][0].clips == ()
