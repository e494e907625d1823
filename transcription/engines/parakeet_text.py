"""Between Parakeet's tokens and our words; what its list is told. [no Django]"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from transcription.engines import Word

RATE = 16_000
LEAD = 0.1  # seconds of quiet that a careful decoding leaves before the speech
QUIET = 0.1  # of the loudness of the clip's loud frames: below it nobody speaks yet
BOUNDARY = "▁"  # SentencePiece's mark of a word's beginning
# What is no text: the unknown piece and the marks of language or task.
CONTROL = re.compile(r"<unk>|<\|.*\|>|<pad>")
OPENING = re.compile(r"[¿¡(\[{«“‘\"']+")

Spell = Callable[[list[int]], str]  # numbers of the vocabulary to text


@dataclass(frozen=True)
class Token:
    """One piece of the vocabulary as it was heard. Seconds from the clip's start."""

    number: int
    piece: str
    start: float
    end: float
    probability: float

    @property
    def spoken(self) -> bool:
        """Whether it has a letter or digit: punctuation makes no sound."""
        return any(letter.isalnum() for letter in self.piece)


def variants(terms: Sequence[str]) -> list[str]:
    """Return each term as written, in small letters and with a capital first letter.

    NeMo 3.0.0 compares letter by letter: without «concejo» and «Concejo» a list helps
    in one place of a sentence only. Words all in capitals stay so: they are acronyms.
    """
    found: dict[str, None] = {}
    for term in terms:
        written = " ".join(term.split())
        if not written:
            continue
        found[written] = None
        if not written.isupper():
            found[written.lower()] = None
            found[written[0].upper() + written[1:]] = None
    return list(found)


def is_text(piece: str) -> bool:
    """Tell a piece of text from the unknown one and the marks of language or task."""
    return not CONTROL.fullmatch(piece)


def quiet(samples: np.ndarray) -> float:
    """Return the seconds at the start that can go before anybody speaks."""
    frame = RATE // 50
    count = len(samples) // frame
    if not count:
        return 0.0
    power = (samples[: count * frame].reshape(-1, frame) ** 2).mean(axis=1)
    loud = np.sqrt(power) > QUIET * np.sqrt(np.percentile(power, 95))
    return max(0.0, round(float(loud.argmax()) * frame / RATE - LEAD, 2))


def words(tokens: Sequence[Token], spell: Spell, offset: float) -> list[Word]:
    """Join tokens to words, punctuation attached. `spell` turns numbers into text."""
    groups: list[list[Token]] = []
    for token in tokens:
        if token.piece.startswith(BOUNDARY) or not groups:
            groups.append([])
        groups[-1].append(token)
    words: list[Word] = []
    before = ""  # «¿» on its own, for the word to come
    for group in groups:
        text = spell([token.number for token in group]).strip()
        spoken = [token for token in group if token.spoken]
        if spoken:
            words.append(_word(before + text, spoken, offset))
            before = ""
        elif OPENING.fullmatch(text):
            before += text
        elif words:
            last = words.pop()
            words.append(Word(last.start, last.end, last.text + text, last.probability))
    return words


def _word(text: str, spoken: Sequence[Token], offset: float) -> Word:
    """Return a word timed by what sounds: full stops come after any silence."""
    return Word(
        max(0.0, round(spoken[0].start + offset, 2)),
        max(0.0, round(spoken[-1].end + offset, 2)),
        text,
        round(min(token.probability for token in spoken), 3),
    )
