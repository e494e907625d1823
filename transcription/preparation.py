"""A stored recording in; parts, drawn wave and playback copy out, in one pass."""

import datetime
import tempfile
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from typing import IO, Any

import numpy as np
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from transcription import audio, decoding
from transcription.ahead import beforehand, cores, in_order
from transcription.cutting import (
    Cutter,
    Detector,
    PartCut,
    Silero,
    Stretch,
    stretches,
)
from transcription.leases import Heartbeat, Token
from transcription.models import Part, Transcription

PARTS, PLAYBACK = "parts", "playback"  # folders of the storage
AHEAD = 60  # blocks of a second that are decoded before they are asked for
ORPHAN_AGE = datetime.timedelta(days=1)


def prepare(
    transcription: Transcription, token: Token, lease: Heartbeat
) -> dict[str, Any]:
    """Cut the recording into stored parts, each announced as soon as it exists.

    Returns what was learned: `seconds`, `peaks` (a byte per 0.1 s) and `playback`
    (the stored name of a copy, or "" when browsers play the original). The recording
    is never held in memory, and what comes out does not depend on the number of
    processors. Raises AudioError, LeaseLost.
    """
    with (
        default_storage.open(transcription.audio) as file,
        tempfile.TemporaryFile() as copy,
        ThreadPoolExecutor(cores()) as pool,
        ExitStack() as until_done,
    ):
        player = None
        if audio.needs_playback_copy(audio.probe(file, transcription.name)):
            player = until_done.enter_context(closing(audio.PlaybackWriter(copy)))
        detector = Silero()
        cutter, peaks = Cutter(detector), audio.PeaksWriter()
        parts = Parts(transcription, token, pool)
        seconds = 0.0
        sound = until_done.enter_context(closing(_heard(file, detector, pool, player)))
        for stretch in sound:
            lease.check()
            seconds += len(stretch.sound) / audio.RATE
            peaks.write(stretch.sound)
            parts.take(cutter.feed(stretch))
        parts.take(cutter.finish())
        parts.store()
        if not parts.clips:
            raise audio.AudioError(_nobody_speaks(transcription.name))
        return {
            "seconds": seconds,
            "peaks": peaks.close(),
            "playback": _keep_copy(transcription, token, player, copy),
        }


def _heard(
    file: IO[bytes],
    detector: Detector,
    pool: Executor,
    player: audio.PlaybackWriter | None,
) -> Generator[Stretch, None, None]:
    """Yield the recording, decoded and looked at; what is yielded is in the copy."""
    blocks = beforehand(decoding.blocks(file), ahead=AHEAD)
    with closing(blocks), closing(stretches(blocks, detector, pool)) as found:
        if player is None:
            yield from found
            return
        # Encoding the copy takes as long as all the rest, and goes in order.
        with ThreadPoolExecutor(1) as thread:
            calls = (partial(_copied, stretch, player) for stretch in found)
            with closing(in_order(thread, calls, ahead=cores() + 1)) as copied:
                yield from copied


def _copied(stretch: Stretch, player: audio.PlaybackWriter) -> Stretch:
    player.write(stretch.samples)
    return stretch


class Parts:
    """Parts on their way to the storage, encoded beside everything else."""

    def __init__(
        self, transcription: Transcription, token: Token, pool: Executor
    ) -> None:
        self._transcription, self._token, self._pool = transcription, token, pool
        self._encoding: tuple[PartCut, Future[IO[bytes]]] | None = None
        self.clips = 0  # of speech, in all parts

    def take(self, cuts: Iterable[tuple[PartCut, np.ndarray]]) -> None:
        """Begin to encode these, and store what is encoded by now. Raises LeaseLost.

        Nobody but the encoder may hold the samples of a part: they are 38 MB.
        """
        for cut, samples in cuts:
            self.clips += len(cut.clips)
            if self._transcription.has(cut):
                continue  # an earlier attempt made it; what was heard in it stays
            self.store()
            self._encoding = cut, self._pool.submit(_encoded, samples)
        if self._encoding and self._encoding[1].done():
            self.store()

    def store(self) -> None:
        """Wait for the part that is being encoded, store it and announce it.

        Raises LeaseLost.
        """
        if self._encoding is None:
            return
        cut, encoding = self._encoding
        self._encoding = None
        folder = f"{PARTS}/{self._transcription.pk}"
        with encoding.result() as flac:
            name = _save(f"{folder}/{cut.position:03d}-{self._token.hex}.flac", flac)
        self._transcription.keep(self._token, cut, name)


def _encoded(samples: np.ndarray) -> IO[bytes]:
    """Return a temporary file with the samples as FLAC."""
    flac = tempfile.TemporaryFile()  # noqa: SIM115  (whoever stores it closes it)
    with closing(audio.FlacWriter(flac)) as writer:
        writer.write(samples)
    return flac


def _nobody_speaks(name: str) -> str:
    return (
        f"En «{name}» no se oye hablar a nadie, de principio a fin. El archivo está "
        "guardado. Óigalo: si es otro, o el micrófono estaba apagado, bórrelo de la "
        "lista de grabaciones y suba el correcto."
    )


def clear(transcription: Transcription) -> None:
    """Delete the audio of parts that are done; a part set aside keeps its own."""
    for part in transcription.parts.filter(status=Part.Status.DONE):
        default_storage.delete(part.file)


def clear_orphans() -> None:
    """Delete stored files, a day old or more, that no row names.

    A worker that is killed between storing a file and naming it leaves one behind.
    """
    named = set(Part.objects.values_list("file", flat=True))
    named |= set(Transcription.objects.values_list("playback", flat=True))
    before = timezone.now() - ORPHAN_AGE
    for folder in (PARTS, PLAYBACK):
        for name in list(_files(folder)):
            if name not in named and default_storage.get_modified_time(name) < before:
                default_storage.delete(name)


def _files(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from _files(f"{folder}/{inner}")


def _keep_copy(
    transcription: Transcription,
    token: Token,
    player: audio.PlaybackWriter | None,
    copy: IO[bytes],
) -> str:
    """Store the copy, if one was made, and return its name.

    The name is this attempt's own: a copy that was cut off by a kill must never be
    taken for whole.
    """
    if player is None:
        return ""
    player.close()
    return _save(f"{PLAYBACK}/{transcription.pk}-{token.hex}.mp3", copy)


def _save(name: str, file: IO[bytes]) -> str:
    file.seek(0)
    return default_storage.save(name, File(file))
