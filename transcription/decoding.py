"""A recording decoded by a process of its own, while its reader does other things.

    python -m transcription.decoding DESCRIPTOR

FFmpeg is called for every packet, and a thread that asks for the interpreter so often
holds up all others. The process writes float32 samples to its output. [no Django]
"""

import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np

from transcription import audio
from transcription.ahead import cores, helpers

ROOT = Path(__file__).resolve().parent.parent
ITEM = 4  # bytes of a sample


def blocks(file: audio.File) -> Generator[np.ndarray, None, None]:
    """Yield blocks of a second as `audio.decode`, from another process if that helps.

    What such a process does not give is decoded here. Raises AudioError like
    `audio.decode`.
    """
    given = 0  # samples
    descriptor = _descriptor(file) if cores() > 1 else None
    if descriptor is not None:
        command = [sys.executable, "-m", __name__, str(descriptor)]
        with subprocess.Popen(
            command, cwd=ROOT, pass_fds=[descriptor], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            while block := process.stdout.read(audio.RATE * ITEM):
                samples = np.frombuffer(block, np.float32, len(block) // ITEM)
                given += len(samples)
                yield samples
        if process.returncode == 0:
            return
    with closing(audio.decode(file)) as decoded:
        for block in decoded:
            if given < len(block):
                yield block[given:]
            given = max(0, given - len(block))


def _descriptor(file: audio.File) -> int | None:
    """Return the number by which the system knows `file`, None if it does not."""
    try:
        return file.fileno()
    except (AttributeError, OSError):  # a path, or a file in memory
        return None


def main() -> None:
    """Decode the open file whose number was given; exit with 1 if it cannot be."""
    # Whoever reads may leave at any time: then this ends, without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        # Opened anew, so that it has a place of its own in the file.
        with Path(f"/dev/fd/{sys.argv[1]}").open("rb") as file:
            for block in audio.decode(file, processes=helpers()):
                sys.stdout.buffer.write(block.tobytes())
    except audio.AudioError:
        sys.exit(1)


if __name__ == "__main__":
    main()
