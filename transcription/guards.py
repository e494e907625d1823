"""What is wrong with the text of one clip, seen without any truth. [no Django]"""

import re
from collections.abc import Sequence

import numpy as np

from transcription.audio import RATE
from transcription.cutting import FLOOR, FRAME, LOUD
from transcription.engines import ClipResult, Word
from transcription.evaluation import loops, without_accents

LOOP = "loop"  # the text repeats itself
EMPTY = "empty"  # speech, and hardly a word
CREDITS = "credits"  # a line that Whisper learnt from subtitles
LANGUAGE = "language"  # not Spanish
ECHO = "echo"  # the list of terms read back
DOUBTFUL = "doubtful"  # the engine itself does not believe it
INAUDIBLE = "inaudible"  # speech of which nothing could be made out
RETRY = frozenset({LOOP, EMPTY, LANGUAGE, ECHO})  # decoding again may cure these

COMPRESSION = 2.4  # Whisper's own limits (openai/whisper, transcribe.py)
LOGPROB = -1.0
NO_SPEECH = 0.6
MISFIT = 0.15  # mean probability of words that nobody said; real ones pass 0.3
CREDIT_NO_SPEECH = 0.1  # a credit line needs only this much doubt
CREDIT_LETTERS = 60
ENOUGH_SPEECH = 1.5  # seconds from which silence of the engine is a fault
FEWEST_WORDS = 0.5  # a second of speech; people say two to three
HOLE = 1.2  # seconds between two words that may hide others
HOLE_SPEECH = 0.7  # seconds of loud sound in it
ECHOED = 4  # terms in the list's order

# Subtitle lines that Whisper writes over silence and applause, Spanish recordings.
CREDIT_LINES = re.compile(
    r"subt[ií]tul(?:os|ado)|amara\.?\s?org|suscr[ií]b(?:ete|anse)|"
    r"gracias por ver(?: el video)?|"
    r"(?:traducci[oó]n|correcci[oó]n|transcripci[oó]n) (?:y \w+ )?(?:por|de) |"
    r"nos vemos en el pr[oó]ximo video|dale (?:like|me gusta)|www\.|\.com\b",
    re.IGNORECASE,
)
ENGLISH = re.compile(
    r"\b(?:the|and|of|to|is|that|it|you|for|this|with|are|was|have|be|not|what|on|they|"
    r"we|his|but|from|she|he|will|would|there|their|can|all|been|has|if)\b"
)
SPANISH = re.compile(
    r"\b(?:de|la|que|el|en|y|a|los|se|del|las|un|por|con|no|una|su|para|es|al|lo|como|"
    r"mas|o|pero|sus|le|ha|me|si|sin|sobre|este|ya|todo|esta|muy|senor|senora|nos)\b"
)


def findings(
    result: ClipResult, speech_seconds: float, terms: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the flags that `result` deserves for `speech_seconds` of speech."""
    words = plain_words(result.text)
    checks = {
        LOOP: _loops(words, result),
        EMPTY: speech_seconds >= ENOUGH_SPEECH
        and len(words) < FEWEST_WORDS * speech_seconds,
        CREDITS: is_credit(result),
        LANGUAGE: _foreign(words),
        ECHO: _echoes(words, terms),
        DOUBTFUL: bool(words)
        and result.avg_logprob is not None
        and result.avg_logprob < LOGPROB,
    }
    return tuple(flag for flag, found in checks.items() if found)


def is_invented(result: ClipResult, speech_seconds: float) -> bool:
    """Tell text that nobody said: a credit line, or words over no speech.

    Whisper's own gate asks for a silent clip *and* an unsure text; here there must
    be little sound above the room's noise as well, since the gate alone has cost
    others whispered replies. A set phrase that a prompt put on the model's tongue
    passes that gate: its words, aligned without the prompt, do not fit the sound.
    """
    if is_credit(result):
        return True
    silent = (result.no_speech or 0.0) > NO_SPEECH
    unsure = (result.avg_logprob or 0.0) < LOGPROB
    fits = [word.probability for word in result.words]
    misfit = bool(fits) and sum(fits) / len(fits) < MISFIT
    return speech_seconds < ENOUGH_SPEECH and (misfit or (silent and unsure))


def is_credit(result: ClipResult) -> bool:
    """Tell a short subtitle credit over doubtful speech."""
    return (
        len(result.text) <= CREDIT_LETTERS
        and (result.no_speech or 0.0) >= CREDIT_NO_SPEECH
        and bool(CREDIT_LINES.search(result.text))
    )


def plain_words(text: str) -> list[str]:
    """Return the words of `text`, lower-case, bare of accents and punctuation."""
    return re.findall(r"\w+", without_accents(text.lower()))


def speech_seconds(samples: np.ndarray) -> float:
    """Return the seconds of float32 `samples` that stand out of their own noise."""
    return float(_loud(samples).sum()) * FRAME / RATE


def holes(
    words: Sequence[Word], samples: np.ndarray
) -> tuple[tuple[float, float], ...]:
    """Return stretches (start, end) in seconds with sound in them and no word.

    Engines skip whole sentences inside a clip, above all when given a list of
    terms, and no figure of theirs tells. `words` count from the clip's start.
    """
    loud = _loud(samples)
    seconds = len(samples) / RATE
    edges = [0.0, *(time for word in words for time in (word.start, word.end)), seconds]
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        first, last = int(start * RATE / FRAME), int(end * RATE / FRAME)
        if end - start >= HOLE and loud[first:last].sum() * FRAME / RATE >= HOLE_SPEECH:
            found.append((start, end))
    return tuple(found)


def _loud(samples: np.ndarray) -> np.ndarray:
    whole = len(samples) // FRAME * FRAME
    if not whole:
        return np.zeros(0, bool)
    energy = (samples[:whole].reshape(-1, FRAME) ** 2).mean(axis=1)
    return energy > max(float(np.percentile(energy, 10)), FLOOR) * LOUD


def _loops(words: Sequence[str], result: ClipResult) -> bool:
    packed = result.compression_ratio is not None and (
        result.compression_ratio > COMPRESSION
    )
    return packed or next(loops(words), None) is not None


def _foreign(words: Sequence[str]) -> bool:
    """Tell a clip that drifted into English, the only drift reported so far."""
    text = " ".join(words).replace("ñ", "n")
    english, spanish = len(ENGLISH.findall(text)), len(SPANISH.findall(text))
    return len(words) >= 5 and english >= 3 and english > spanish


def _echoes(words: Sequence[str], terms: Sequence[str]) -> bool:
    """Tell whether ECHOED neighbours of the list stand one after the other."""
    said = f" {' '.join(words)} "
    listed = [" ".join(plain_words(term)) for term in terms]
    return any(
        f" {' '.join(listed[start : start + ECHOED])} " in said
        for start in range(len(listed) - ECHOED + 1)
    )
