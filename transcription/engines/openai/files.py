"""Sound as a file that a transcription service takes. [no Django]"""

import io
from contextlib import closing

import av
import numpy as np

from transcription.audio import RATE

# Container, codec and its options; FLAC loses nothing, Opus is a fifth of its size.
FORMATS = {
    "flac": ("flac", "flac", {}),
    "ogg": (
        "ogg",
        "libopus",
        {"b": "32000", "application": "voip", "compression_level": "5"},
    ),
}


def encoded(samples: np.ndarray, format: str) -> bytes:
    """Return int16 `samples` at 16 kHz as a file of one of FORMATS."""
    container_name, codec, options = FORMATS[format]
    file = io.BytesIO()
    with closing(av.open(file, "w", format=container_name)) as container:
        stream = container.add_stream(codec, RATE, options=options)
        stream.layout = "mono"
        stream.format = "s16"
        for start in range(0, len(samples), RATE):
            second = samples[start : start + RATE]
            frame = av.AudioFrame.from_ndarray(second[np.newaxis], "s16", "mono")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
