"""A transcript as a row of words, spelt the way they sound, tied to their seconds."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

# A speech model writes a name as it sounds to it. Spanish of Colombia has one sound
# for b/v, for s/c/z/x, for ll/y, and none for h; the models used here also lose the
# trill ("serada"). Order matters: "ch" must outlive the c, and "gue" the g.
_SOUNDS = tuple(
    (re.compile(letters), sound)
    for letters, sound in (
        ("x", "s"),
        ("ch", "x"),
        ("g(?=[ei])", "j"),
        ("gu(?=[ei])", "g"),
        ("qu(?=[ei])|q", "k"),
        ("c(?=[ei])|z", "s"),
        ("c", "k"),
        ("v", "b"),
        ("ll", "y"),
        ("h", ""),
        ("y(?![aeiou])", "i"),
        (r"([a-z])\1", r"\1"),
    )
)
_WORD = re.compile(r"\d{1,2}[:.]\d{2}(?!\d)|\w+")
# "No. 79" and "2.026" go on after their dot.
_PAUSE = re.compile(r"\s*(?:[,;:?!»]|\.(?!\s*\d))")
_SENTENCE_END = re.compile(r"\s*(?:[?!]|\.(?!\s*\d))")
_ABBREVIATED = frozenset(("dr", "dra", "sr", "sra", "srta", "ing"))  # "Dr. Ruiz"


@dataclass(frozen=True)
class Line:
    """One utterance of the transcript."""

    pk: int
    start: float  # seconds on the session's clock
    end: float
    text: str
    voice: str = ""


@dataclass(frozen=True)
class Proof:
    """The words that support a finding, exactly as the transcript has them."""

    line: int  # pk of the line in which the quote begins
    start: float  # seconds; inside a line, in proportion to its letters
    quote: str


@dataclass(frozen=True)
class Word:
    sound: str
    line: int  # index into Heard.lines
    at: int  # where the word lies in the line's text
    to: int
    ends: bool  # a sentence or the line ends here


def fold(text: str) -> str:
    """Spell lower-case, without accents, and by sound: "Vélez" and "Beles" are one."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    for letters, sound in _SOUNDS:
        plain = letters.sub(sound, plain)
    return plain


def folded(words: str) -> frozenset[str]:
    """Return the set of some words, by sound."""
    return frozenset(fold(words).split())


def formula(words: str) -> re.Pattern[str]:
    """Compile a set phrase, a regular expression in ordinary spelling, by its sound."""
    return re.compile(rf"(?<!\S)(?:{fold(words)})(?!\S)")


@dataclass(frozen=True)
class Heard:
    """The whole transcript; spans are half-open ranges of word positions."""

    lines: tuple[Line, ...]
    words: tuple[Word, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Heard":
        ordered = tuple(sorted(lines, key=lambda line: (line.start, line.pk)))
        words: list[Word] = []
        for index, line in enumerate(ordered):
            found = list(_WORD.finditer(line.text))
            for match in found:
                last = match is found[-1]
                sound = fold(match.group())
                closes = _SENTENCE_END.match(line.text, match.end())
                ends = last or (sound not in _ABBREVIATED and bool(closes))
                # "h" alone and the like have no sound and would break the joined text.
                if sound:
                    words.append(Word(sound, index, match.start(), match.end(), ends))
        return cls(ordered, tuple(words))

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        return tuple(word.sound for word in self.words)

    @cached_property
    def _text(self) -> str:
        return " ".join(self.sounds)

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        offsets, at = [], 0
        for sound in self.sounds:
            offsets.append(at)
            at += len(sound) + 1
        return tuple(offsets)

    def find(
        self, phrase: re.Pattern[str], first: int = 0, last: int | None = None
    ) -> Iterator[tuple[int, int]]:
        """Yield the spans of words between first and last that match the formula."""
        last = len(self.words) if last is None else min(last, len(self.words))
        if first >= last:
            return
        end = self._offsets[last - 1] + len(self.sounds[last - 1])
        for match in phrase.finditer(self._text, self._offsets[first], end):
            yield self._at(match.start()), self._at(match.end() - 1) + 1

    def has(self, phrase: re.Pattern[str], first: int, last: int) -> bool:
        return any(True for _ in self.find(phrase, max(first, 0), last))

    def _at(self, offset: int) -> int:
        return bisect_right(self._offsets, offset) - 1

    def seconds(self, index: int) -> float:
        """When a word was said, taking the letters of its line as evenly spoken."""
        word = self.words[index]
        line = self.lines[word.line]
        share = word.at / len(line.text)
        return round(line.start + (line.end - line.start) * share, 2)

    def until(self, index: int, seconds: float) -> int:
        """Return the first position said more than so many seconds after a word."""
        limit = self.seconds(index) + seconds
        while index < len(self.words) and self.seconds(index) <= limit:
            index += 1
        return index

    def sentence(self, index: int) -> tuple[int, int]:
        """Return the span of the sentence a word stands in; lines do not cut it."""
        first, last = index, index
        while first > 0 and not self._closes(first - 1):
            first -= 1
        while last < len(self.words) - 1 and not self._closes(last):
            last += 1
        return first, last + 1

    def _closes(self, index: int) -> bool:
        word = self.words[index]
        closes = _SENTENCE_END.match(self.lines[word.line].text, word.to)
        return word.sound not in _ABBREVIATED and bool(closes)

    def pauses(self, index: int) -> bool:
        """Say whether a comma or a stronger mark follows the word."""
        word = self.words[index]
        pause = _PAUSE.match(self.lines[word.line].text, word.to)
        return word.sound not in _ABBREVIATED and bool(pause)

    def literal(self, first: int, last: int) -> str:
        """Return the transcript's own letters for a span, lines joined by a space."""
        begin, end = self.words[first], self.words[last - 1]
        if begin.line == end.line:
            return self.lines[begin.line].text[begin.at : end.to]
        between = (self.lines[at].text for at in range(begin.line + 1, end.line))
        return " ".join(
            (
                self.lines[begin.line].text[begin.at :].strip(),
                *(text.strip() for text in between),
                self.lines[end.line].text[: end.to].strip(),
            )
        )

    def proof(self, first: int, last: int) -> Proof:
        line = self.lines[self.words[first].line]
        return Proof(line.pk, self.seconds(first), self.literal(first, last))
