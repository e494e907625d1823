"""A stored recording in; parts, drawn wave and playback copy out, in one pass."""

import tempfile
from collections.abc import Iterable
from typing import IO, Any

import numpy as np
from django.core.files import File
from django.core.files.storage import default_storage

from transcription import audio
from transcription.cutting import Cutter, PartCut, Silero
from transcription.leases import Heartbeat, Token
from transcription.models import Part, Transcription


def prepare(
    transcription: Transcription, token: Token, lease: Heartbeat
) -> dict[str, Any]:
    """Cut the recording into stored parts, each announced as soon as it exists.

    Returns what was learned: `seconds`, `peaks` (a byte per 0.1 s) and `playback`
    (the stored name of a copy, or "" when browsers play the original). The recording
    is never held in memory. Raises AudioError, LeaseLost.
    """
    with default_storage.open(transcription.audio) as file:
        copying = audio.needs_playback_copy(audio.probe(file, transcription.name))
        file.seek(0)
        with tempfile.TemporaryFile() as copy:
            player = audio.PlaybackWriter(copy) if copying else None
            peaks = audio.PeaksWriter()
            cutter = Cutter(Silero())
            samples = 0
            for block in audio.decode(file):
                lease.check()
                samples += len(block)
                peaks.write(block)
                if player:
                    player.write(block)
                _store(transcription, token, cutter.feed(block))
            _store(transcription, token, cutter.finish())
            playback = _keep_copy(transcription, player, copy) if player else ""
    return {
        "seconds": samples / audio.RATE,
        "peaks": peaks.close(),
        "playback": playback,
    }


def clear(transcription: Transcription) -> None:
    """Delete the audio of parts that are done; a part set aside keeps its own."""
    for part in transcription.parts.filter(status=Part.Status.DONE):
        default_storage.delete(part.file)


def _store(
    transcription: Transcription,
    token: Token,
    parts: Iterable[tuple[PartCut, np.ndarray]],
) -> None:
    """Store and announce each part; in a function, so that its samples are let go."""
    for cut, samples in parts:
        if transcription.has(cut):
            continue  # an earlier attempt made it; what was heard in it stays
        with tempfile.TemporaryFile() as flac:
            writer = audio.FlacWriter(flac)
            writer.write(samples)
            writer.close()
            flac.seek(0)
            name = f"parts/{transcription.pk}/{cut.position:03d}-{token.hex}.flac"
            transcription.keep(token, cut, default_storage.save(name, File(flac)))


def _keep_copy(
    transcription: Transcription, player: audio.PlaybackWriter, copy: IO[bytes]
) -> str:
    """Store the copy under the recording's hash, once for all its transcriptions."""
    player.close()
    name = f"playback/{transcription.sha256}.mp3"
    if not default_storage.exists(name):
        copy.seek(0)
        name = default_storage.save(name, File(copy))
    return name
