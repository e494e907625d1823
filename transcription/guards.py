"""What is wrong with the text of one clip, seen without any truth. [no Django]"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np

from transcription.audio import RATE
from transcription.cutting import FLOOR, FRAME, LOUD
from transcription.drift import is_foreign
from transcription.engines import ClipResult, Word
from transcription.evaluation import loops
from transcription.evaluation.normaliser import without_accents
from transcription.passages import energies

INVENTED = "invented"  # words over hardly any sound
CREDITS = "credits"  # a line that Whisper learnt from subtitles
EMPTY = "empty"  # speech, and hardly a word
LANGUAGE = "language"  # not Spanish
LOOP = "loop"  # the text repeats itself
ECHO = "echo"  # the list of terms read back
RUSHED = "rushed"  # more words than anyone can say
STRAY = "stray"  # words outside the clip, or running backwards
EARLY = "early"  # sound after the last word
GAP = "gap"  # sound between two words
GLUED = "glued"  # two words written as one
DOUBTFUL = "doubtful"  # the engine itself does not believe it
INAUDIBLE = "inaudible"  # speech of which nothing could be made out

# How bad each is, for the order of the retries and the choice among the tries: text
# that nobody said is worse than none, and none is worse than text to be corrected.
WEIGHT: Mapping[str, int] = {
    INVENTED: 6,
    CREDITS: 6,
    EMPTY: 5,
    LANGUAGE: 4,
    LOOP: 4,
    ECHO: 3,
    RUSHED: 3,
    STRAY: 2,
    EARLY: 2,
    GAP: 2,
    GLUED: 1,
    DOUBTFUL: 1,
    INAUDIBLE: 5,
}
# Hearing the clip again may cure these.
CURABLE = frozenset({INVENTED, CREDITS, EMPTY, LANGUAGE, LOOP, ECHO, RUSHED, STRAY})
# These are of one place; the rest of the text can be used.
PARTIAL = frozenset({EARLY, GAP, GLUED})

# What the secretary reads beside a flagged sentence: what is odd, and what to do.
SAYS: Mapping[str, str] = {
    INVENTED: "Aquí casi no hay sonido y aun así quedó un texto. Óigalo y bórrelo si "
    "nadie lo dijo.",
    CREDITS: "Esto parece un letrero de subtítulos y no algo dicho en la sesión. "
    "Óigalo y bórrelo si nadie lo dijo.",
    EMPTY: "Aquí se habla más de lo que quedó escrito. Óigalo y complete lo que falta.",
    LANGUAGE: "Aquí quedaron palabras en otro idioma. Óigalo y escríbalo en español.",
    LOOP: "Aquí el texto se repite más de la cuenta. Óigalo y deje lo que se dijo.",
    ECHO: "Estos nombres están en el mismo orden de la lista de la sesión. Óigalo y "
    "confirme que alguien los leyó.",
    RUSHED: "Aquí hay más palabras de las que caben en ese tiempo. Óigalo y deje lo "
    "que se dijo.",
    STRAY: "Aquí los tiempos de las palabras no coinciden con el audio. Oiga un poco "
    "antes y un poco después.",
    EARLY: "Después de esta frase se sigue oyendo algo que no se escribió. Óigalo y "
    "agréguelo si hace falta.",
    GAP: "Junto a esta frase se oye algo que no se escribió. Óigalo y agréguelo si "
    "hace falta.",
    GLUED: "Aquí quedaron dos palabras pegadas. Sepárelas.",
    DOUBTFUL: "Esto se oyó con poca claridad. Óigalo y corrija lo que haga falta.",
    INAUDIBLE: "Aquí se oye voz y no se entendió. Óigalo y escríbalo.",
}

COMPRESSION = 2.4  # Whisper's own limits (openai/whisper, transcribe.py)
LOGPROB = -1.0
NO_SPEECH = 0.6
MISFIT = 0.15  # mean probability of words that nobody said; real ones pass 0.3
CREDIT_NO_SPEECH = 0.1  # a credit line needs only this much doubt
CREDIT_SPEECH = 0.3  # or less than this share of sound in its clip
CREDIT_LETTERS = 60
ENOUGH_SPEECH = 1.5  # seconds from which silence of the engine is a fault
FEWEST_WORDS = 0.5  # a second of speech; people say two to three
HOLE = 1.2  # seconds between two words that may hide others
HOLE_SPEECH = 0.7  # seconds of loud sound in it
ECHOED = 4  # terms in the list's order
ALIKE = 0.6  # of the letters, from which two hearings are of the same words
ALIKE_LETTERS = 500  # what a clip can hold; a loop of thousands takes a second
FASTEST = 7.0  # words a second of sound; the fastest reader says under five
FEWEST_RUSHED = 8  # words; a shout of three in half a second is possible
OUTSIDE = 0.5  # seconds; word times of attention are no better than that

# Subtitle lines that Whisper writes over silence and applause, Spanish recordings.
CREDIT_LINES = re.compile(
    r"subt[ií]tul(?:os|ado)|amara\.?\s?org|suscr[ií]b(?:ete|anse)|"
    r"gracias por ver(?: el video)?|"
    r"(?:traducci[oó]n|correcci[oó]n|transcripci[oó]n) (?:y \w+ )?(?:por|de) |"
    r"nos vemos en el pr[oó]ximo video|dale (?:like|me gusta)|www\.|\.com\b",
    re.IGNORECASE,
)
JOIN = re.compile(r"[a-záéíóúüñ][.,;:?!…]+[¿¡]?[A-ZÁÉÍÓÚÑ][a-záéíóúüñ]")
LONG = re.compile(r"[a-záéíóúüñ]{25}", re.IGNORECASE)  # Spanish words have 23 at most
ADDRESS = re.compile(r"@|/|www\.|\.(?:com|co|org|gov|net|edu)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Sound:
    """What a clip's sound tells without any engine."""

    seconds: float
    loud: np.ndarray  # bool a frame: stands out of the clip's own noise

    @classmethod
    def of(cls, samples: np.ndarray) -> "Sound":
        """Return what float32 `samples` tell."""
        energy = energies(samples)
        if not len(energy):
            return cls(len(samples) / RATE, np.zeros(0, bool))
        noise = max(float(np.percentile(energy, 10)), FLOOR)
        return cls(len(samples) / RATE, energy > noise * LOUD)

    @property
    def speech(self) -> float:
        """Seconds of sound above the noise."""
        return float(self.loud.sum()) * FRAME / RATE

    def between(self, start: float, end: float) -> float:
        """Return the seconds of sound from `start` to `end`, seconds in the clip."""
        first, last = int(start * RATE / FRAME), int(end * RATE / FRAME)
        return float(self.loud[first:last].sum()) * FRAME / RATE


def findings(
    result: ClipResult,
    sound: Sound,
    *,
    terms: Sequence[str] = (),
    locked: bool = True,
) -> tuple[str, ...]:
    """Return the flags that `result` deserves, over `sound`.

    `terms` are those that the engine was given; `locked` says that it was told the
    language and cannot leave it.
    """
    words = plain_words(result.text)
    gaps = holes(result.words, sound)
    checks = {
        INVENTED: is_invented(result, sound),
        CREDITS: is_credit(result, sound),
        EMPTY: is_empty(words, sound),
        LANGUAGE: not locked and is_foreign(result.text),
        LOOP: is_loop(result),
        ECHO: is_echo(words, terms),
        RUSHED: is_rushed(words, sound),
        STRAY: is_stray(result.words, sound),
        EARLY: any(is_end(gap, sound) for gap in gaps),
        GAP: any(not is_end(gap, sound) for gap in gaps),
        GLUED: is_glued(result.text),
        DOUBTFUL: is_doubtful(result),
    }
    return tuple(flag for flag, found in checks.items() if found)


def is_invented(result: ClipResult, sound: Sound) -> bool:
    """Tell words over hardly any sound that are unlikely or too many.

    Whisper's own gate asks for a silent clip *and* an unsure text; here there must
    be little sound above the room's noise as well, since the gate alone has cost
    others whispered replies. A set phrase that a prompt put on the model's tongue
    passes that gate: its words, aligned without the prompt, do not fit the sound.
    An engine without these figures is only caught when it says too much.
    """
    silent = (result.no_speech or 0.0) > NO_SPEECH
    unsure = (result.avg_logprob or 0.0) < LOGPROB
    fits = [word.probability for word in result.words]
    misfit = bool(fits) and sum(fits) / len(fits) < MISFIT
    odd = misfit or (silent and unsure) or is_rushed(plain_words(result.text), sound)
    return bool(result.text) and sound.speech < ENOUGH_SPEECH and odd


def unsaid(before: Sequence[str], after: Sequence[str], sound: Sound) -> bool:
    """Whether two hearings of hardly any sound were both doubted for that reason.

    `before` and `after` are their flags. If their texts are `alike` somebody may have
    whispered; if not, each was made up.
    """
    doubt = {INVENTED, CREDITS}
    both = bool(doubt & set(before)) and bool(doubt & set(after))
    return both and sound.speech < ENOUGH_SPEECH


def is_credit(result: ClipResult, sound: Sound) -> bool:
    """Tell a short subtitle credit over doubtful speech (engines.md's first guard).

    The line alone proves nothing: a councillor may well thank for having watched.
    """
    silent = sound.speech < CREDIT_SPEECH * sound.seconds
    doubtful = (result.no_speech or 0.0) >= CREDIT_NO_SPEECH or silent
    return (
        doubtful
        and len(result.text) <= CREDIT_LETTERS
        and bool(CREDIT_LINES.search(result.text))
    )


def is_empty(words: Sequence[str], sound: Sound) -> bool:
    """Tell speech with fewer words than anybody says in that time.

    Sound is not always speech: applause of two seconds looks the same.
    """
    few = len(words) < FEWEST_WORDS * sound.speech
    return sound.speech >= ENOUGH_SPEECH and few


def is_loop(result: ClipResult) -> bool:
    """Tell text that repeats itself: tandem repeats, or Whisper's compression ratio.

    Both leave alone what councils repeat: «Presente.» at a roll call, formulas.
    """
    packed = (result.compression_ratio or 0.0) > COMPRESSION
    return packed or _repeats(result.text)


def is_echo(words: Sequence[str], terms: Sequence[str]) -> bool:
    """Tell whether ECHOED neighbours of the list stand one after the other.

    A secretary who calls the roll does the same: what is heard without the list
    decides, see `alike`. An engine's own set phrases are said in every session, so
    only `is_invented` may doubt them.
    """
    said = f" {' '.join(words)} "
    listed = [" ".join(plain_words(term)) for term in terms]
    return any(
        f" {' '.join(listed[start : start + ECHOED])} " in said
        for start in range(len(listed) - ECHOED + 1)
    )


def alike(one: str, other: str) -> bool:
    """Tell whether two hearings are of the same words, however they are spelt."""
    folded = [" ".join(plain_words(text))[:ALIKE_LETTERS] for text in (one, other)]
    return SequenceMatcher(None, *folded, autojunk=False).ratio() >= ALIKE


def is_rushed(words: Sequence[str], sound: Sound) -> bool:
    """Tell more words than a mouth can say in the sound that there is.

    In a room as loud as the voice the sound is underrated: the limit is wide.
    """
    return len(words) >= FEWEST_RUSHED and len(words) > FASTEST * sound.speech


def is_stray(words: Sequence[Word], sound: Sound) -> bool:
    """Tell words outside the clip, or that begin before the one in front of them."""
    outside = any(
        word.start < -OUTSIDE or word.end > sound.seconds + OUTSIDE for word in words
    )
    return outside or any(b.start < a.start - OUTSIDE for a, b in pairwise(words))


def is_glued(text: str) -> bool:
    """Tell a lost space: «palabra.Otra», or a word longer than Spanish has.

    505 of 1,677 joins lacked one in a project that trusted its engine's spaces
    (eellak/OpenCouncil). Addresses are left alone.
    """
    return any(
        JOIN.search(word) or LONG.search(word)
        for word in text.split()
        if not ADDRESS.search(word)
    )


def is_doubtful(result: ClipResult) -> bool:
    """Tell text that the engine itself gives little credit (Whisper's own limit)."""
    return bool(result.text) and (result.avg_logprob or 0.0) < LOGPROB


def holes(words: Sequence[Word], sound: Sound) -> tuple[tuple[float, float], ...]:
    """Return stretches (start, end) in seconds with sound in them and no word.

    Engines skip whole sentences inside a clip, above all when given a list of
    terms, and no figure of theirs tells. `words` count from the clip's start; without
    any nothing is known. Coughs and chairs are sound as well.
    """
    if not words:
        return ()
    times = (time for word in words for time in (word.start, word.end))
    edges = [0.0, *times, sound.seconds]
    return tuple(
        (start, end)
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end - start >= HOLE and sound.between(start, end) >= HOLE_SPEECH
    )


def is_end(hole: tuple[float, float], sound: Sound) -> bool:
    """Whether nothing was written after a hole: the clip stopped early."""
    return hole[1] >= sound.seconds


def gravity(flags: Sequence[str]) -> tuple[int, int]:
    """Return how bad the worst of `flags` is, and all of them together."""
    weights = [WEIGHT[flag] for flag in flags]
    return max(weights, default=0), sum(weights)


def fitting(result: ClipResult, flags: Sequence[str]) -> int:
    """Return how many words can have been said: none invented, none of a loop."""
    if {INVENTED, CREDITS} & set(flags):
        return 0
    words = plain_words(result.text)
    return len(words) - sum(end - start for start, end in loops(words))


def tidied(words: Sequence[Word], seconds: float) -> list[Word]:
    """Return the same words with times inside the clip that never run backwards."""
    tidy: list[Word] = []
    reached = 0.0
    for word in words:
        start = min(max(word.start, reached), seconds)
        tidy.append(replace(word, start=start, end=max(start, min(word.end, seconds))))
        reached = start
    return tidy


def placed(
    flags: Sequence[str],
    starts: Sequence[float],
    texts: Sequence[str],
    gaps: Sequence[tuple[float, float]],
    seconds: float,
) -> list[tuple[str, ...]]:
    """Share a clip's flags among its sentences: some are of one, the others of all.

    `starts` are the sentences', in the clip, and `gaps` the holes left in it: what is
    missing is missing after the sentence before, or before the first.
    """
    told = {LANGUAGE: is_foreign, LOOP: _repeats, GLUED: is_glued}
    own: list[set[str]] = [set(flags) - PARTIAL - set(told) for _ in texts]
    if EARLY in flags:
        own[-1].add(EARLY)
    for start, end in gaps if GAP in flags else ():
        if end < seconds:
            before = sum(one < start for one in starts)
            own[max(before - 1, 0)].add(GAP)
    for flag in set(told) & set(flags):
        wrong = [told[flag](text) for text in texts]
        for one, is_wrong in zip(own, wrong, strict=True):
            if is_wrong or not any(wrong):  # it takes several sentences to see it
                one.add(flag)
    return [tuple(flag for flag in flags if flag in one) for one in own]


def _repeats(text: str) -> bool:
    return next(loops(plain_words(text)), None) is not None


def plain_words(text: str) -> list[str]:
    """Return the words of `text`, lower-case, bare of accents and punctuation."""
    return re.findall(r"\w+", without_accents(text.lower()))
