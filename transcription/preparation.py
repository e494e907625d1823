"""A stored recording in; parts, drawn wave and playback copy out, in one pass."""

import datetime
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from typing import IO, Any

import numpy as np
from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone

from transcription import audio
from transcription.cutting import Cutter, PartCut, Silero
from transcription.leases import Heartbeat, Token
from transcription.models import Part, Transcription

PARTS, PLAYBACK = "parts", "playback"  # folders of the storage
ORPHAN_AGE = datetime.timedelta(days=1)


def prepare(
    transcription: Transcription, token: Token, lease: Heartbeat
) -> dict[str, Any]:
    """Cut the recording into stored parts, each announced as soon as it exists.

    Returns what was learned: `seconds`, `peaks` (a byte per 0.1 s) and `playback`
    (the stored name of a copy, or "" when browsers play the original). The recording
    is never held in memory. Raises AudioError, LeaseLost.
    """
    with (
        default_storage.open(transcription.audio) as file,
        tempfile.TemporaryFile() as copy,
        ExitStack() as open_writers,
    ):
        player = None
        if audio.needs_playback_copy(audio.probe(file, transcription.name)):
            player = open_writers.enter_context(closing(audio.PlaybackWriter(copy)))
        file.seek(0)
        peaks = audio.PeaksWriter()
        cutter = Cutter(Silero())
        samples = clips = 0
        for block in open_writers.enter_context(closing(audio.decode(file))):
            lease.check()
            samples += len(block)
            peaks.write(block)
            if player:
                player.write(block)
            clips += _store(transcription, token, cutter.feed(block))
        clips += _store(transcription, token, cutter.finish())
        if not clips:
            raise audio.AudioError(_nobody_speaks(transcription.name))
        return {
            "seconds": samples / audio.RATE,
            "peaks": peaks.close(),
            "playback": _keep_copy(transcription, token, player, copy),
        }


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


def _store(
    transcription: Transcription,
    token: Token,
    parts: Iterable[tuple[PartCut, np.ndarray]],
) -> int:
    """Store and announce each part; return how many clips of speech they hold.

    A function of its own, so that the samples of a part are let go.
    """
    clips = 0
    for cut, samples in parts:
        clips += len(cut.clips)
        if transcription.has(cut):
            continue  # an earlier attempt made it; what was heard in it stays
        with tempfile.TemporaryFile() as flac:
            with closing(audio.FlacWriter(flac)) as writer:
                writer.write(samples)
            name = f"{PARTS}/{transcription.pk}/{cut.position:03d}-{token.hex}.flac"
            transcription.keep(token, cut, _save(name, flac))
    return clips


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
