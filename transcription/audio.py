"""Recordings in, 16 kHz mono samples out, one block at a time. [no Django]"""

import contextlib
import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.container import InputContainer, OutputContainer

from transcription import ranges, resampling
from transcription.mixing import Mixer, seconds_long

RATE = 16_000  # samples a second, what every engine and the speech detector hear
PEAK_SECONDS = 0.1  # one peak of the drawn wave
PLAYBACK_BITS = 48_000  # a second
MAX_STREAMS = 16
MAX_DAMAGE = 100  # times that reading starts again after a broken stretch
# Containers that people bring. FFmpeg would also follow playlists (HLS, DASH,
# concat) to any address or file they name: those must never be opened.
FORMATS = (
    "mp3,mov,mp4,m4a,3gp,wav,w64,ogg,flac,asf,amr,amrnb,amrwb,matroska,webm,"
    "aac,aiff,caf,avi,mpegts"
)
# A browser plays these as they are and finds the exact second in them.
DIRECT = {
    ("mp3", "mp3"),
    ("mov", "aac"),
    ("ogg", "opus"),
    ("wav", "pcm_s16le"),
}
DIRECT_BYTES = 1_000_000_000  # above this a copy saves the reviewer's connection

File = str | Path | BinaryIO


class AudioError(Exception):
    """A recording cannot be used; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Probe:
    """What a file says of itself. `seconds` is a promise that decoding may correct."""

    seconds: float
    container: str  # FFmpeg's first name for it: mp3, mov, ogg, wav…
    codec: str
    sample_rate: int  # Hz
    channels: int
    bytes: int
    has_video: bool
    steady: bool  # constant bit rate or exact index: a seek lands where it says


def probe(file: File, name: str = "") -> Probe:
    """Return what `file` is, after hearing its first sound.

    `name` is used in messages only. Raises AudioError when there is nothing to hear.
    """
    called = f"«{name}»" if name else "El archivo"
    size = _size(file)
    if size == 0:
        raise AudioError(
            f"{called} está vacío (0 bytes). Vuelva a copiarlo desde la grabadora "
            "y súbalo de nuevo."
        )
    with _open(file, called) as container:
        stream = _sound(container, called)
        packets: list[av.Packet] = []
        frame = next(_frames(container, stream, keep=packets), None)
        if frame is None:
            raise AudioError(_unreadable(called))
        return Probe(
            seconds=_seconds(container, stream, packets),
            container=container.format.name.split(",")[0],
            codec=stream.codec_context.name.removesuffix("float"),
            sample_rate=frame.sample_rate,
            channels=frame.layout.nb_channels,
            bytes=size,
            has_video=any(_moves(video) for video in container.streams.video),
            steady=_steady(container, stream, packets),
        )


def decode(
    file: File, *, rate: int = RATE, processes: int = 0
) -> Generator[np.ndarray, None, None]:
    """Yield `file` as float32 mono blocks of one second at `rate`, the last shorter.

    Frames that do not decode are skipped and their time is kept as silence, so a
    second here is the same second in a player. A file that breaks off gives what
    can be heard. So many `processes` help where the samples are sure to be the same
    (see `ranges`). Raises AudioError when nothing can be heard.
    """
    mixer = Mixer()
    heard = False
    for block in seconds_long(_planes(file, rate, processes), rate):
        heard = True
        yield mixer.mix(block)
    if not heard:
        raise AudioError(_unreadable("El archivo"))


def _planes(file: File, rate: int, processes: int) -> Iterator[np.ndarray]:
    """Yield float32 (channels, n) at `rate`, with help where the result is sure."""
    given = 0  # samples
    if processes:
        with (
            _open(file, "El archivo") as container,
            contextlib.suppress(ranges.Irregular),
        ):
            stream = _sound(container, "El archivo")
            packets = _packets(container, stream)
            for plane in ranges.planes(stream, packets, rate, processes):
                given += plane.shape[1]
                yield plane
            return
    with _open(file, "El archivo") as container:
        stream = _sound(container, "El archivo")
        frames = _frames(container, stream)
        for plane in resampling.planes(frames, rate, _declared(container, stream)):
            if given < plane.shape[1]:
                yield plane[:, given:]
            given = max(0, given - plane.shape[1])


def read_flac(file: File) -> np.ndarray:
    """Return a part that FlacWriter wrote: float32, mono, shape (n,)."""
    return np.concatenate(list(decode(file)))


def needs_playback_copy(found: Probe) -> bool:
    """Tell whether browsers cannot play `found`, or not seek it to the second."""
    if found.has_video or not found.steady or found.bytes > DIRECT_BYTES:
        return True
    return (found.container, found.codec) not in DIRECT


def _size(file: File) -> int:
    if isinstance(file, str | Path):
        try:
            return Path(file).stat().st_size
        except FileNotFoundError as error:
            raise AudioError(f"No existe el archivo {file}.") from error
    file.seek(0, io.SEEK_END)
    size = file.tell()
    file.seek(0)
    return size


@contextmanager
def _open(file: File, called: str) -> Iterator[InputContainer]:
    """Open `file` through Python alone: FFmpeg never sees a path or an address."""
    if isinstance(file, str | Path):
        try:
            with Path(file).open("rb") as handle, _open(handle, called) as container:
                yield container
        except FileNotFoundError as error:
            raise AudioError(f"No existe el archivo {file}.") from error
        return
    file.seek(0)
    allowed = {"format_whitelist": FORMATS, "protocol_whitelist": "pipe"}
    try:
        container = av.open(file, container_options=allowed, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(_unreadable(called)) from error
    with container:
        yield container


def _unreadable(called: str) -> str:
    return (
        f"{called} no se puede leer como audio: está dañado, incompleto o no es una "
        "grabación. Compruebe que suena en su computador y súbalo de nuevo; si viene "
        "de una grabadora, expórtelo como MP3 o WAV."
    )


def _sound(container: InputContainer, called: str) -> av.AudioStream:
    if len(container.streams) > MAX_STREAMS:
        raise AudioError(f"{called} trae demasiadas pistas. Exporte solo el audio.")
    if not container.streams.audio:
        what = "es un video sin sonido" if container.streams.video else "no trae sonido"
        raise AudioError(
            f"{called} {what}. Suba la grabación de audio de la sesión, o el video "
            "con su pista de sonido."
        )
    return container.streams.best("audio")


def _moves(video: av.VideoStream) -> bool:
    """Tell a video from the cover picture that music programs attach."""
    return not video.disposition & av.stream.Disposition.attached_pic


def _frames(
    container: InputContainer,
    stream: av.AudioStream,
    keep: list[av.Packet] | None = None,
) -> Iterator[av.AudioFrame]:
    """Yield what decodes. A bad packet is skipped; a bad end is the end."""
    for packet in _packets(container, stream):
        if keep is not None:
            keep.append(packet)
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        yield from frames


def _packets(container: InputContainer, stream: av.AudioStream) -> Iterator[av.Packet]:
    """Yield the packets, reading on after damage until it does not end."""
    for _ in range(MAX_DAMAGE):
        try:
            yield from container.demux(stream)
        except av.FFmpegError:
            continue
        return


def _declared(container: InputContainer, stream: av.AudioStream) -> float | None:
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def _seconds(
    container: InputContainer, stream: av.AudioStream, packets: list[av.Packet]
) -> float:
    """Return the declared length, or the last packet's end where none is declared.

    A raw MP3 or AAC without index declares what its first bit rate suggests, which
    is wrong by hours for a variable one, so that one is counted too.
    """
    declared = _declared(container, stream)
    if declared and _steady(container, stream, packets):
        return declared
    end = 0.0
    for packet in _packets(container, stream):
        if packet.pts is not None:
            end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
    return end or declared or 0.0


def _steady(
    container: InputContainer, stream: av.AudioStream, packets: list[av.Packet]
) -> bool:
    """Tell whether seconds can be found by their place in the file.

    MP4, Ogg and WAV carry exact positions. An MP3 or raw AAC is searched by bit
    rate, so its packets must all be the same size (one byte of padding apart).
    """
    if container.format.name not in ("mp3", "aac"):
        return bool(_declared(container, stream))
    if container.format.name == "aac":
        return False
    packets += islice(_packets(container, stream), max(0, 400 - len(packets)))
    sizes = [packet.size for packet in packets[1:] if packet.size]
    return bool(sizes) and max(sizes) - min(sizes) <= 1


class _Writer:
    """Encodes 16 kHz mono blocks into an open binary file that can seek."""

    def __init__(self, file: BinaryIO, format: str, codec: str, **options: str) -> None:
        self._container: OutputContainer = av.open(file, "w", format=format)
        self._stream = self._container.add_stream(codec, RATE, options=options)
        self._stream.layout = "mono"
        self._stream.format = "s16p" if codec == "libmp3lame" else "s16"
        self._written = 0
        self._closed = False

    def write(self, block: np.ndarray) -> None:
        """Append float32 in -1…1, or int16, of shape (n,)."""
        # By the second: FFmpeg copies a frame several times, and a part is 40 MB.
        for start in range(0, len(block), RATE):
            samples = as_int16(block[start : start + RATE])
            frame = av.AudioFrame.from_ndarray(samples[np.newaxis], "s16", "mono")
            frame.sample_rate = RATE
            frame.pts = self._written
            self._written += len(samples)
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finish the file; the handle itself stays open. Closing twice is harmless.

        A writer must be closed before its file is: FFmpeg writes the end of an open
        one when it is collected, and into a closed file that kills the process.
        """
        if not self._closed:
            self._closed = True
            self._container.mux(self._stream.encode(None))
            self._container.close()


class FlacWriter(_Writer):
    """Writes a part: lossless, half the size of WAV, 2,000 times real time."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, "flac", "flac")


class PlaybackWriter(_Writer):
    """Writes the copy that browsers play where they cannot play the original.

    MP3 at a constant bit rate: Chromium, Firefox and Safari all play it, all find a
    second in it by arithmetic, and it can be played while still being fetched.
    (AAC in MP4 keeps its index at the end of a file that is written in one go, and
    Safari came late to Opus.) 16 kHz holds all a voice has; 7 h are 150 MB.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(
            file, "mp3", "libmp3lame", b=str(PLAYBACK_BITS), compression_level="7"
        )


class PeaksWriter:
    """Gathers the drawn wave: one uint8 a tenth of a second, 255 the loudest."""

    SAMPLES = round(RATE * PEAK_SECONDS)

    def __init__(self) -> None:
        self._peaks = bytearray()
        self._rest = np.zeros(0, np.float32)

    def write(self, block: np.ndarray) -> None:
        """Append float32 in -1…1 of shape (n,)."""
        block = np.abs(np.concatenate((self._rest, block)))
        whole = len(block) // self.SAMPLES * self.SAMPLES
        self._append(block[:whole].reshape(-1, self.SAMPLES))
        self._rest = block[whole:]

    def close(self) -> bytes:
        """Return all peaks; the last covers what is left of its tenth."""
        if len(self._rest):
            self._append(self._rest[np.newaxis])
        return bytes(self._peaks)

    def _append(self, rows: np.ndarray) -> None:
        peaks = np.minimum(rows.max(axis=1), 1.0) * 255
        self._peaks += np.round(peaks).astype(np.uint8).tobytes()


def as_int16(block: np.ndarray) -> np.ndarray:
    """Return float32 in -1…1 as int16, clipped; int16 comes back as it is."""
    if block.dtype == np.int16:
        return block
    return np.round(np.clip(block, -1, 1) * 32767).astype(np.int16)
