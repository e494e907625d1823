from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.vad import get_vad_model
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transcription.sounds import ByLoudness, frames, noise, tone
from transcription import cutting
from transcription.audio import RATE, decode
from transcription.cutting import (
    BREAK,
    FIRST_PART,
    FRAME,
    MAX_CLIP,
    PAD,
    PART,
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


def speech() -> np.ndarray:
    """Return the first twenty seconds of the demonstration."""
    demo = Path(__file__).parents[2] / "demo" / "recording.opus"
    return np.concatenate(list(islice(decode(demo), 20)))


def bounds(speech: np.ndarray, loudness: np.ndarray) -> list[tuple[int, int]]:
    return clip_bounds(speech_spans(doubted(speech, loudness)), loudness)


def parts(samples: np.ndarray, **options: float) -> list[tuple[PartCut, np.ndarray]]:
    blocks = (samples[start : start + 5000] for start in range(0, len(samples), 5000))
    return list(cut(blocks, detector=ByLoudness(), **options))


@given(stretches)
@settings(max_examples=60, deadline=None)
def test_it_puts_all_speech_in_exactly_one_clip(pattern: list) -> None:
    speech = np.concatenate([np.full(n, float(speaks)) for n, speaks in pattern])
    loudness = np.random.default_rng(1).random(len(speech))

    clips = bounds(speech, loudness)

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


def test_it_tells_where_in_the_clips_somebody_speaks() -> None:
    sound = (np.zeros(RATE), tone(2), np.zeros(RATE), tone(3), np.zeros(RATE))
    samples = np.concatenate(sound).astype(np.float32)

    ((part, _),) = parts(samples, part=60)

    assert len(part.clips) == 1  # a pause of a second ends no clip
    assert np.array(part.speech) == pytest.approx(
        np.array([(1, 3), (4, 7)]), abs=4 * FRAME / RATE
    )
    first, last = part.clips[0]
    assert first < part.speech[0][0] < part.speech[-1][1] < last


class Deaf(ByLoudness):
    """A detector that hears nothing more once it has heard silence."""

    def __init__(self) -> None:
        self.is_deaf = False

    def __call__(self, features: np.ndarray) -> np.ndarray:
        heard = super().__call__(features)
        self.is_deaf = self.is_deaf or not heard.all()
        return heard * (0.0 if self.is_deaf else 1.0)

    def afresh(self) -> ByLoudness:
        return ByLoudness()


def test_it_looks_again_at_loud_stretches_that_were_denied() -> None:
    sound = (tone(9), np.zeros(9 * RATE), tone(9), np.zeros(9 * RATE), tone(0.5))
    samples = np.concatenate(sound).astype(np.float32)

    found = list(cut([samples], detector=Deaf(), part=20))

    speech = [span for part, _ in found for span in part.speech]
    assert speech[-1][1] == pytest.approx(27, abs=0.2)  # half a second is too short
    assert sum(end - start for start, end in speech) == pytest.approx(18, abs=0.5)


def test_it_takes_no_applause_for_speech_when_it_looks_again() -> None:
    time = np.arange(6 * RATE) / RATE
    claps = np.exp(-((time * 45) % 1) * 9) * noise(6, level=0.2)
    samples = np.concatenate(
        (noise(6, level=0.002), claps, noise(6, level=0.002))
    ).astype(np.float32)

    ((part, _),) = cut([samples], detector=Silero())

    assert part.speech == ()


def test_it_gives_silence_no_clips() -> None:
    found = parts(np.zeros(30 * RATE, np.float32), part=10)

    assert len(found) >= 3
    assert all(part.clips == () for part, _ in found)


def test_it_hands_over_a_part_long_before_all_is_read(monkeypatch) -> None:
    monkeypatch.setattr(cutting, "cores", lambda: 2)
    read = 0

    def blocks():
        nonlocal read
        for _ in range(400):
            read += 1
            yield np.zeros(RATE, np.float32)

    with closing(cut(blocks(), detector=ByLoudness(), part=10)) as found:
        next(found)

    assert 10 <= read < 60


def test_it_begins_with_a_short_part() -> None:
    blocks = [np.zeros(60 * RATE, np.float32)] * 30

    found = [part for part, _ in cut(blocks, detector=ByLoudness())]

    assert FIRST_PART / 2 < found[0].end <= FIRST_PART
    assert PART / 2 < found[1].end - found[1].start <= PART


@pytest.mark.parametrize("threads", [1, 5])
def test_it_cuts_the_same_on_any_machine(threads: int, monkeypatch) -> None:
    samples = np.concatenate([speech()] * 3)
    before = list(cut([samples], part=20))
    monkeypatch.setattr(cutting, "cores", lambda: threads)
    blocks = [samples[start : start + 777] for start in range(0, len(samples), 777)]

    after = list(cut(blocks, part=20))

    assert [part for part, _ in after] == [part for part, _ in before]
    for (_, heard), (_, expected) in zip(after, before, strict=True):
        assert (heard == expected).all()


def test_it_cuts_a_long_speech_where_the_voice_is_lowest() -> None:
    count = round(40 * SECOND)
    loudness = np.ones(count)
    low = round(20 * SECOND)
    loudness[low - 1 : low + 2] = 0.1

    clips = bounds(np.ones(count), loudness)

    assert clips[0][1] == clips[1][0] == low * FRAME
    assert clips[-1][1] == count * FRAME


def test_it_pads_to_the_middle_of_a_short_gap_at_most() -> None:
    second = round(SECOND)
    speech = np.ones(40 * second)
    speech[25 * second : 25 * second + 6] = 0

    clips = bounds(speech, np.ones(len(speech)))

    assert clips[0][1] == clips[1][0] == (25 * second + 3) * FRAME


def test_it_ends_a_clip_before_a_long_silence() -> None:
    second = round(SECOND)
    speech = np.zeros(20 * second)
    speech[second : 3 * second] = speech[10 * second : 12 * second] = 1

    clips = bounds(speech, np.zeros(len(speech)))

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


def test_it_judges_as_the_model_that_was_split() -> None:
    frames = speech()[: 600 * FRAME].reshape(-1, FRAME)
    whole = get_vad_model()(frames.reshape(-1).copy())

    detector, before, found = Silero(), np.zeros(FRAME, np.float32), []
    for start in range(0, 600, 70):
        some = frames[start : start + 70]
        found.append(detector(detector.features(some, before)))
        before = some[-1]

    assert whole.max() > 0.9
    # Their wrapper zeroes the end of the last frame by mistake.
    found = np.concatenate(found)[:-1]
    assert found == pytest.approx(whole.reshape(-1)[:-1], abs=1e-4)


def test_it_finds_no_speech_in_room_noise() -> None:
    found = list(cut([noise(1, 0.003)] * 20))

    assert found[0][0].clips == ()
