"""Decoding in ranges gives the samples of decoding in one go, bit by bit."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.transcription.sounds import recorded
from transcription import ranges
from transcription.audio import AudioError, decode

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
SECONDS = 35


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
    with ThreadPoolExecutor(3) as pool:
        return whole, np.concatenate(list(decode(file, pool=pool)))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Say of each range whether it could be decoded on its own."""
    told: list[bool] = []
    one = ranges._decoded

    def tell(*arguments: object) -> np.ndarray | None:
        found = one(*arguments)
        told.append(found is not None)
        return found

    monkeypatch.setattr(ranges, "_decoded", tell)
    return told


@pytest.mark.parametrize(("format", "codec", "rate", "channels"), SPLIT)
def test_it_decodes_ranges_as_the_whole(
    format: str, codec: str, rate: int, channels: int, decoded: list[bool]
) -> None:
    sound = voices(rate, channels)

    whole, pieces = both(recorded(sound, format=format, codec=codec, rate=rate))

    assert np.array_equal(pieces, whole)
    assert len(decoded) >= 3
    assert all(decoded)


@pytest.mark.parametrize(("format", "codec", "rate", "channels"), WHOLE)
def test_it_leaves_the_rest_in_one_piece(
    format: str, codec: str, rate: int, channels: int, decoded: list[bool]
) -> None:
    sound = voices(rate, channels)

    whole, pieces = both(recorded(sound, format=format, codec=codec, rate=rate))

    assert np.array_equal(pieces, whole)
    assert not decoded


@pytest.mark.parametrize("damage", ["zeros", "hole", "end", "joined"])
@pytest.mark.parametrize(("format", "codec"), [("mp3", "libmp3lame"), ("flac", "flac")])
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
    with ThreadPoolExecutor(2) as pool, pytest.raises(AudioError, match="dañado"):
        list(decode(io.BytesIO(bytes(20_000)), pool=pool))
