"""Decoding in ranges gives the samples of decoding in one go, bit by bit."""

import io
import pickle

import numpy as np
import pytest

from tests.transcription.sounds import recorded
from transcription import ranges
from transcription.audio import RATE, AudioError, decode
from transcription.children import Children

SPLIT = [
    ("mp3", "libmp3lame", 44_100, 1),
    ("mp3", "libmp3lame", 48_000, 2),
    ("mp3", "libmp3lame", 22_050, 1),
    ("mp3", "libmp3lame", 8_000, 1),
    ("wav", "pcm_s16le", 44_100, 2),
    ("wav", "pcm_s24le", 96_000, 1),
    ("wav", "pcm_mulaw", 8_000, 1),
    ("flac", "flac", 44_100, 2),
]
WHOLE = [
    ("adts", "aac", 44_100, 1),
    ("ipod", "aac", 48_000, 1),
    ("ogg", "libopus", 48_000, 1),
    ("asf", "wmav2", 22_050, 1),
    ("amr", "libopencore_amrnb", 8_000, 1),
    ("matroska", "libmp3lame", 44_100, 1),  # its stamps are rounded
]
SECONDS = 35  # four ranges of ten


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "RANGE", 10.0)


def voices(rate: int, channels: int) -> np.ndarray:
    """Return something that leaves a coder no rest: tones that swell, and noise."""
    time = np.arange(SECONDS * rate) / rate
    noise = np.random.default_rng(3).standard_normal((channels, len(time)))
    tones = [np.sin(2 * np.pi * 200 * (one + 1) * time) for one in range(channels)]
    swelling = 0.3 * (1 + np.sin(3 * time))
    sound = np.stack(tones) * swelling + 0.05 * noise * (np.sin(time) > 0)
    return sound.astype(np.float32)


def both(file: io.BytesIO) -> tuple[np.ndarray, np.ndarray]:
    """Return what decoding in one go and in ranges give."""
    whole = np.concatenate(list(decode(file)))
    return whole, np.concatenate(list(decode(file, processes=2)))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Say of each range sent to a child, played here, whether it was as it claims."""
    told: list[bool] = []

    def call(_: Children, *arguments: object) -> np.ndarray | None:
        found = ranges.decoded(*pickle.loads(pickle.dumps(arguments)))
        told.append(found is not None)
        return found

    monkeypatch.setattr(Children, "call", call)
    return told


@pytest.mark.parametrize(("format", "codec", "rate", "channels"), SPLIT)
def test_it_decodes_ranges_as_the_whole(
    format: str, codec: str, rate: int, channels: int, sent: list[bool]
) -> None:
    sound = voices(rate, channels)

    whole, pieces = both(recorded(sound, format=format, codec=codec, rate=rate))

    assert np.array_equal(pieces, whole)
    assert len(sent) >= 2
    assert all(sent)


@pytest.mark.parametrize(("format", "codec", "rate", "channels"), WHOLE)
def test_it_leaves_the_rest_in_one_piece(
    format: str, codec: str, rate: int, channels: int, sent: list[bool]
) -> None:
    sound = voices(rate, channels)

    whole, pieces = both(recorded(sound, format=format, codec=codec, rate=rate))

    assert np.array_equal(pieces, whole)
    assert not sent


@pytest.mark.parametrize("damage", ["zeros", "hole", "end", "joined"])
@pytest.mark.parametrize(("format", "codec"), [("mp3", "libmp3lame"), ("flac", "flac")])
@pytest.mark.usefixtures("sent")
def test_it_hears_damage_as_the_whole_does(
    format: str, codec: str, damage: str
) -> None:
    rate = 44_100
    content = recorded(
        voices(rate, 1), format=format, codec=codec, rate=rate
    ).getvalue()
    middle, tenth = len(content) // 2, len(content) // 10
    content = {
        "zeros": content[:middle] + bytes(tenth) + content[middle + tenth :],
        "hole": content[:middle] + content[middle + tenth :],
        "end": content[: middle + tenth],
        "joined": content + content,
    }[damage]

    whole, pieces = both(io.BytesIO(content))

    assert np.array_equal(pieces, whole)


def test_it_still_says_what_it_cannot_read() -> None:
    with pytest.raises(AudioError, match="dañado"):
        list(decode(io.BytesIO(bytes(20_000)), processes=2))


def test_it_decodes_in_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Children] = []
    start = Children._start
    monkeypatch.setattr(
        Children, "_start", lambda self: started.append(self) or start(self)
    )

    whole, pieces = both(recorded(voices(RATE, 1)))

    assert np.array_equal(pieces, whole)
    assert started
