"""Frames in, float32 channels at one rate out, on the file's clock. [no Django]"""

from collections.abc import Iterable, Iterator

import av
import numpy as np

GAP = 0.25  # seconds that timestamps may jump before the hole is filled


def planes(
    frames: Iterable[av.AudioFrame], rate: int, declared: float | None
) -> Iterator[np.ndarray]:
    """Yield float32 (channels, n) at `rate`, with holes in time filled by zeros.

    `declared` is how many seconds the file says it has, None if it does not say.
    """
    sound: Resampling | None = None
    shape: tuple[int, str, str] | None = None
    clock = _Clock(declared)
    for frame in frames:
        hole = clock.hole_before(frame)
        now = (frame.sample_rate, frame.layout.name, frame.format.name)
        # Some recorders change rate or channels mid-file; a resampler cannot.
        if sound is not None and (hole or now != shape):
            yield from sound.rest()
            sound = None
        for _ in range(int(hole)):
            yield np.zeros((1, rate), np.float32)
        if hole % 1:
            yield np.zeros((1, round(hole % 1 * rate)), np.float32)
        if sound is None:
            shape = now
            sound = Resampling(rate)
        sound.write(frame)
        if sound.samples >= frame.sample_rate:
            yield from sound.read()
    if sound is not None:
        yield from sound.rest()


class Resampling:
    """Frames of one shape to one rate; they wait, since each call has its cost."""

    def __init__(self, rate: int) -> None:
        self._rate = rate  # Hz
        self._waiting = av.AudioFifo()
        self._resampler: av.AudioResampler | None = None

    @property
    def samples(self) -> int:
        """How many are waiting."""
        return self._waiting.samples

    def write(self, frame: av.AudioFrame) -> None:
        # Where it belongs is known; its own stamp would confuse the resampler.
        frame.pts = None
        self._waiting.write(frame)

    def drop(self, samples: int) -> None:
        """Forget the first `samples` that wait. Raises ValueError if they are fewer."""
        if not 0 <= samples <= self._waiting.samples:
            raise ValueError(samples)
        if samples:
            self._waiting.read(samples)

    def read(self) -> Iterator[np.ndarray]:
        """Yield float32 (channels, n): what was waiting, resampled."""
        frame = self._waiting.read(0, partial=True)
        if frame is None:
            return
        if self._resampler is None:
            self._resampler = av.AudioResampler("fltp", frame.layout, self._rate)
        for done in self._resampler.resample(frame):
            yield done.to_ndarray()

    def rest(self) -> Iterator[np.ndarray]:
        """Yield everything that is left, the resampler's own delay included."""
        yield from self.read()
        if self._resampler is not None:
            for done in self._resampler.resample(None):
                yield done.to_ndarray()


class _Clock:
    """Compares the time a frame claims with the time heard so far."""

    def __init__(self, declared: float | None) -> None:
        self.declared = declared  # seconds, None if the file does not say
        self.heard = 0.0
        self.origin: float | None = None

    def hole_before(self, frame: av.AudioFrame) -> float:
        """Return the seconds of silence to put before `frame`, and count both."""
        hole = 0.0
        if frame.time is not None:
            if self.origin is None:
                self.origin = frame.time
            hole = frame.time - self.origin - self.heard
            limit = self.declared or self.heard + 60
            if self.heard + hole > limit:
                # The stamp is wrong, not the recording: take it as the new zero.
                self.origin += hole
                hole = 0.0
        hole = hole if hole > GAP else 0.0
        self.heard += hole + frame.samples / frame.sample_rate
        return hole
