"""Recordings decoded in several ranges of packets at a time. [no Django]

Where a codec's packets depend on none but the last few, a range that is begun half a
second early and resampled in step with the whole gives the very samples of the whole.
That holds for MP3, FLAC and PCM (a test compares them). It does not for AAC, whose
noise substitution draws from a running generator, nor for Opus and Vorbis, whose
decoders remember without end: those are decoded in one go, as is any file whose
packets do not follow one another as they should.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import chain, islice
from math import ceil

import av
import numpy as np

from transcription.ahead import in_order
from transcription.children import Children
from transcription.resampling import Resampling

RANGE = 30.0  # seconds to a process at a time; each costs a decoder and a resampler
# An MP3 frame borrows at most 511 bytes from those before it (0.13 s at 32 kbit/s, the
# least; 255 bytes below 32 kHz, 0.26 s at 8 kbit/s), and overlaps two of 0.07 s.
WARM_UP = 0.5  # seconds
HISTORY = 512  # samples either side on which a resampled one may depend, and more
AFTER = 4  # packets behind a range that complete its last resampled samples
# FFmpeg's resampler steps through a period of samples exactly where this many phases
# are enough; 44,100 Hz to 16,000 has 160.
PHASES = 1024


class Irregular(Exception):
    """The file must be decoded in one go; what was yielded so far is right."""


@dataclass(frozen=True)
class Codec:
    """What a decoder must be told to begin in the middle."""

    name: str
    extradata: bytes | None
    rate: int  # Hz
    layout: str

    def open(self) -> av.AudioCodecContext:
        context = av.CodecContext.create(self.name, "r")
        context.extradata = self.extradata
        context.sample_rate = self.rate
        context.layout = self.layout
        return context


class Clock:
    """Counts samples by what the container says of its packets."""

    def __init__(self, tick: Fraction) -> None:
        self._tick = tick  # samples
        self._known: dict[int, int] = {}  # fractions are slow, lengths few

    def samples(self, packet: av.Packet) -> int:
        """Return a packet's length. Raises Irregular if it is not whole samples."""
        duration = packet.duration or 0
        if duration not in self._known:
            length = self._tick * duration
            if not length or length.denominator > 1:
                raise Irregular
            self._known[duration] = int(length)
        return self._known[duration]


@dataclass(frozen=True)
class Piece:
    """A packet, and how many samples it claims to hold."""

    packet: av.Packet | bytes
    samples: int

    def packed(self) -> "Piece":
        """Return it without what only the container knows: what is to be trimmed."""
        return replace(self, packet=bytes(self.packet))

    def unpacked(self) -> av.Packet:
        return av.Packet(self.packet) if isinstance(self.packet, bytes) else self.packet


@dataclass(frozen=True)
class Range:
    """Packets of one stretch, with those around it, and where it stands."""

    before: Sequence[Piece]  # WARM_UP of them; none for the first range
    body: Sequence[Piece]
    after: Sequence[Piece]  # AFTER of them; none for the last range
    start: int  # of `body`, in decoded samples of the recording
    end: int

    def packed(self) -> "Range":
        """Return the range so that it can be sent to another process."""
        return replace(
            self,
            before=[piece.packed() for piece in self.before],
            body=[piece.packed() for piece in self.body],
            after=[piece.packed() for piece in self.after],
        )


def planes(
    stream: av.AudioStream, packets: Iterator[av.Packet], rate: int, processes: int
) -> Iterator[np.ndarray]:
    """Yield float32 (channels, n) at `rate`, decoded by several `processes`.

    Raises Irregular where only decoding in one go is sure to be right.
    """
    context = stream.codec_context
    codec = Codec(
        context.name, context.extradata, context.sample_rate, context.layout.name
    )
    pace = Fraction(rate, codec.rate or 1)
    if not proven(codec.name) or pace.numerator > PHASES:
        raise Irregular
    clock = Clock(stream.time_base * codec.rate)
    opening = list(islice(packets, AFTER))
    skipped = _skipped(codec, opening, clock)
    bodies = _bodies(chain(opening, packets), clock, round(RANGE * codec.rate))
    ranges = _ranges(bodies, round(WARM_UP * codec.rate), skipped)
    with (
        Children("transcription.ranges", "decoded") as children,
        ThreadPoolExecutor(processes) as waiting,
        closing(
            in_order(
                waiting,
                (partial(_sent, children, codec, one, pace) for one in ranges),
                ahead=processes + 1,
            )
        ) as found,
    ):
        for plane in found:
            if plane is None:
                raise Irregular
            yield plane


def _sent(
    children: Children, codec: Codec, one: Range, pace: Fraction
) -> np.ndarray | None:
    """Return what a child decodes; what must be trimmed is decoded here."""
    if one.before and one.after:
        return children.call(codec, one.packed(), pace)
    return decoded(codec, one, pace)


def proven(codec: str) -> bool:
    """Tell whether ranges of this codec's packets decode as the whole does."""
    return codec in ("mp3float", "flac") or codec.startswith("pcm_")


def _skipped(codec: Codec, opening: Sequence[av.Packet], clock: Clock) -> int:
    """Return the samples of encoder delay that a decoder drops at the beginning."""
    context = codec.open()
    opening = [packet for packet in opening if packet.size]
    try:
        frames = [frame for packet in opening for frame in context.decode(packet)]
    except av.FFmpegError as error:
        raise Irregular from error
    return sum(map(clock.samples, opening)) - sum(frame.samples for frame in frames)


def _bodies(
    packets: Iterator[av.Packet], clock: Clock, longest: int
) -> Iterator[list[Piece]]:
    """Yield stretches of `longest` samples; the last is never a few packets only.

    Raises Irregular where a packet does not follow on the one before.
    """
    body: list[Piece] = []
    length = full = 0
    due: int | None = None
    for packet in packets:
        if not packet.size:
            continue  # how the demuxer says that it is done
        if packet.pts is None or (due is not None and packet.pts != due):
            raise Irregular
        due = packet.pts + (packet.duration or 0)
        body.append(Piece(packet, clock.samples(packet)))
        length += body[-1].samples
        if not full and length >= longest:
            full = len(body)
        if full and len(body) == full + 2 * AFTER:
            yield body[:full]
            body = body[full:]
            length, full = sum(piece.samples for piece in body), 0
    yield body


def _ranges(
    bodies: Iterator[list[Piece]], warm_up: int, skipped: int
) -> Iterator[Range]:
    """Yield each stretch between the packets that it needs on either side."""
    start = -skipped
    before: list[Piece] = []
    body = next(bodies)
    for following in chain(bodies, [[]]):
        end = start + sum(piece.samples for piece in body)
        yield Range(before, body, following[:AFTER], max(start, 0), end)
        start = end
        needed = count = 0
        while needed < warm_up and count < len(body):
            count += 1
            needed += body[-count].samples
        before = body[-count:]
        body = following


def decoded(codec: Codec, one: Range, pace: Fraction) -> np.ndarray | None:
    """Return a range's float32 (channels, n), or None if it is not what it claims."""
    # It begins where the whole, resampled from the start, begins a period anew.
    period = pace.denominator
    origin = max(one.start - HISTORY, 0) // period * period if one.before else 0
    first, last = (ceil((at - origin) * pace) for at in (one.start, one.end))
    try:
        found = list(_planes(codec, one, pace, lead=one.start - origin))
        return np.concatenate(found, axis=1)[:, first : last if one.after else None]
    except (av.FFmpegError, ValueError, Irregular):
        return None


def _planes(
    codec: Codec, one: Range, pace: Fraction, lead: int
) -> Iterator[np.ndarray]:
    """Yield a range, resampled, and `lead` decoded samples before it.

    Raises Irregular or ValueError if anything is amiss.
    """
    sound = Resampling(int(pace * codec.rate))
    context = codec.open()
    for piece in one.before:
        if _add(context, codec, piece.unpacked(), sound) != piece.samples:
            sound.drop(sound.samples)  # it borrows from packets that are not here
    if one.before:
        sound.drop(sound.samples - lead)
    pieces = [*one.body, *one.after]
    # An encoder's delay is dropped from the first packets, its padding from the last.
    first = 0 if one.before else AFTER
    last = len(pieces) - (0 if one.after else 2 * AFTER)
    for index, piece in enumerate(pieces):
        length = _add(context, codec, piece.unpacked(), sound)
        if first <= index < last and length != piece.samples:
            raise Irregular
        if sound.samples >= codec.rate:
            yield from sound.read()
    if not one.after:
        _add(context, codec, None, sound)
    yield from sound.rest()


def _add(
    context: av.AudioCodecContext,
    codec: Codec,
    packet: av.Packet | None,
    sound: Resampling,
) -> int:
    """Decode `packet` into `sound` and return how many samples it held."""
    length = 0
    for frame in context.decode(packet):
        if (frame.sample_rate, frame.layout.name) != (codec.rate, codec.layout):
            raise Irregular
        sound.write(frame)
        length += frame.samples
    return length
