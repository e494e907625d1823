"""How Spanish words sound, as vectors: near in sound is near in space."""

import re
import unicodedata
import zlib

import numpy as np

DIMENSIONS = 256

# Letters that most of Latin America does not tell apart by ear (seseo, yeísmo,
# betacismo, mute h), in the order in which they must be rewritten. RAE, Ortografía de
# la lengua española (2010), cap. I.
SOUNDS = (
    ("ch", "X"),
    ("qu(?=[ei])", "k"),
    ("gu(?=[ei])", "G"),
    ("g(?=[ei])", "j"),
    ("c(?=[ei])", "s"),
    ("[cq]", "k"),
    ("ll", "y"),
    ("z", "s"),
    ("v", "b"),
    ("w", "b"),
    ("x", "ks"),
    ("h", ""),
    (r"y(?![aeiou])", "i"),
    (r"(.)\1", r"\1"),
)


def sound(text: str) -> str:
    """Return how `text` sounds in letters: "Guacamayas" and "Huacamallas" are close."""
    letters = unicodedata.normalize("NFD", text.lower().replace("ñ", "N"))
    letters = re.sub(r"[^a-zN0-9 ]", "", letters)
    for spelled, heard in SOUNDS:
        letters = re.sub(spelled, heard, letters)
    return " ".join(letters.split())


def vector(text: str) -> np.ndarray:
    """Return a unit vector of `DIMENSIONS` floats for the sound of `text`.

    Pieces of two and three sounds are hashed into the dimensions (the hashing trick:
    Weinberger et al., ICML 2009), so no vocabulary has to be kept beside the rows.
    """
    values = np.zeros(DIMENSIONS, dtype=np.float32)
    padded = f"^{sound(text)}$"
    for size in (2, 3):
        for start in range(len(padded) - size + 1):
            code = zlib.crc32(padded[start : start + size].encode())
            values[code % DIMENSIONS] += 1 if code & 0x8000_0000 else -1
    length = float(np.linalg.norm(values))
    # A text without a single sound still needs a place: pgvector refuses zero length.
    return values / length if length else np.eye(1, DIMENSIONS, dtype=np.float32)[0]
