"""Small recordings made on the spot, in any format."""

import io

import av
import numpy as np

from transcription.audio import RATE
from transcription.cutting import FRAME


def tone(seconds: float, *, rate: int = RATE, hertz: float = 440) -> np.ndarray:
    """Return float32 (n,): a sine at half scale."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(seconds: float, level: float = 0.01) -> np.ndarray:
    """Return float32 (n,): the same white noise every time."""
    count = round(seconds * RATE)
    return (np.random.default_rng(7).standard_normal(count) * level).astype(np.float32)


def recorded(
    channels: np.ndarray,
    *,
    format: str = "wav",
    codec: str = "pcm_s16le",
    rate: int = RATE,
    video: bool = False,
) -> io.BytesIO:
    """Return a file with `channels` (float32, (c, n) at `rate`) in it."""
    file = io.BytesIO()
    with av.open(file, "w", format=format) as container:
        # Every codec is open before the first packet writes the header.
        packets: list[av.Packet] = []
        picture = container.add_stream("mpeg4", 5) if video else None
        stream = container.add_stream(codec, rate) if channels.size else None
        if picture:
            picture.width = picture.height = 64
            for _ in range(5):
                black = np.zeros((64, 64, 3), np.uint8)
                packets += picture.encode(av.VideoFrame.from_ndarray(black))
            packets += picture.encode(None)
        if stream:
            stream.layout = "stereo" if len(channels) == 2 else "mono"
            stream.bit_rate = 12_200 if format == "amr" else 64_000
            planes = np.ascontiguousarray(channels, np.float32)
            frame = av.AudioFrame.from_ndarray(planes, "fltp", stream.layout.name)
            frame.sample_rate, frame.pts = rate, 0
            packets += [*stream.encode(frame), *stream.encode(None)]
        container.mux(packets)
    file.seek(0)
    return file


class ByLoudness:
    """A detector that calls every frame above a tenth of full scale speech."""

    def features(self, frames: np.ndarray, before: np.ndarray) -> np.ndarray:
        return np.abs(frames).max(axis=1)

    def __call__(self, features: np.ndarray) -> np.ndarray:
        return (features > 0.1).astype(np.float32)

    def afresh(self) -> "ByLoudness":
        return self


def frames(pattern: list[tuple[int, bool]]) -> np.ndarray:
    """Return samples from (frames, speaks) pairs."""
    return np.concatenate(
        [
            tone(count * FRAME / RATE) if speaks else np.zeros(count * FRAME)
            for count, speaks in pattern
        ]
        or [np.zeros(0)]
    ).astype(np.float32)
