"""People for voiced_sessions.py, made of recordings whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks import voices_truth
from transcription.audio import RATE, decode
from transcription.voices import VoiceModel, vectors_of

FACTORS = (90, 93, 96, 100, 104, 108, 112)  # per cent: how much higher a voice is
LEAST = 20.0  # seconds that must be there of a voice
TILT = 0.3  # of the sample before: some 5 dB between low and high tones at most
SAMPLE = 30.0  # seconds by which a voice is compared
SENTENCE = 3.0, 8.0  # seconds: where a longer one is cut
FRAME = RATE // 8  # samples: what a pause is, at least
SHORT = 1.6  # seconds: what a one-word answer takes at most
FEWEST = 4  # pieces that serve as answers, where fewer are as short
UNLIKE = 95  # per cent of the pairs of people are as far apart as any two voices here

SPEECH_RMS = 0.08  # of full scale, where the level is 0 dB
FADE = 0.005  # seconds


@dataclass(frozen=True)
class Voice:
    """Somebody who speaks: pieces of what one person says, at another pitch."""

    name: str
    pieces: tuple[np.ndarray, ...]  # float32, 16 kHz, all at SPEECH_RMS


def bank(pairs: Sequence[tuple[Path, Path]]) -> dict[str, list[np.ndarray]]:
    """Return what each person of the recordings says alone, turn by turn."""
    found: dict[str, list[np.ndarray]] = {}
    for audio, said in pairs:
        truth = voices_truth.read(said)
        sound = np.concatenate(list(decode(audio)))
        everything = sorted((*truth.turns, *truth.together))
        for start, end, who in truth.turns:
            alone = sum(a < end and start < b for a, b, _ in everything) == 1
            if alone and end - start >= 0.4:
                turn = sound[round(start * RATE) : round(end * RATE)]
                pieces = map(_levelled, _sentences(turn))
                found.setdefault(f"{audio.stem}: {who}", []).extend(pieces)
    lengths = {who: sum(map(len, pieces)) for who, pieces in found.items()}
    return {who: found[who] for who in found if lengths[who] >= LEAST * RATE}


def _sentences(turn: np.ndarray) -> Iterator[np.ndarray]:
    """Cut a turn where it is quietest, so that no piece is longer than SENTENCE."""
    while len(turn) > SENTENCE[1] * RATE:
        first, last = (round(second * RATE) for second in SENTENCE)
        energy = np.convolve(turn[first:last] ** 2, np.ones(FRAME), "valid")
        at = first + int(energy.argmin()) + FRAME // 2
        yield turn[:at]
        turn = turn[at:]
    yield turn


def _levelled(piece: np.ndarray) -> np.ndarray:
    """Bring what is loud in `piece` to SPEECH_RMS and fade its ends."""
    frames = piece[: len(piece) // 320 * 320].reshape(-1, 320)
    power = (frames**2).mean(axis=1)
    active = power[power >= 0.05 * power.max()].mean()
    ramp = np.minimum(1.0, np.arange(len(piece)) / (FADE * RATE))
    gain = ramp * ramp[::-1] * SPEECH_RMS / np.sqrt(active)
    return (piece * gain).astype(np.float32)


class Cast:
    """Picks people who are as different as people are."""

    def __init__(self, pieces: dict[str, list[np.ndarray]], model: VoiceModel) -> None:
        self._pieces, self._model = pieces, model
        self._centres: dict[tuple[str, int], np.ndarray] = {}
        self._limit = self._alike()

    def _alike(self) -> float:
        """Return the cosine that UNLIKE per cent of the pairs of people stay under."""
        people = list(self._pieces)
        likeness = [
            float(self._centre((one, 100)) @ self._centre((other, 100)))
            for at, one in enumerate(people)
            for other in people[:at]
            # Two recordings may have the same person under two names.
            if one.split(":")[0] == other.split(":")[0]
        ]
        return float(np.percentile(likeness, UNLIKE))

    def of(self, count: int, chance: np.random.Generator) -> list[Voice]:
        """Return `count` voices. Raises ValueError where there are not so many.

        Who speaks most comes first.
        """
        people = list(self._pieces)
        ways = [(who, factor) for factor in FACTORS for who in people]
        chance.shuffle(ways)
        # People as they are come first: the others are made of them.
        ways.sort(key=lambda way: int(way[1]) != 100)
        kept: list[tuple[str, int]] = []
        for who, factor in ways:
            way = (str(who), int(factor))
            if all(
                self._centre(way) @ self._centre(one) <= self._limit for one in kept
            ):
                kept.append(way)
                if len(kept) == count:
                    return self._ordered(kept, chance)
        raise ValueError(f"only {len(kept)} voices are different enough")

    def _ordered(
        self, ways: Sequence[tuple[str, int]], chance: np.random.Generator
    ) -> list[Voice]:
        """Return the voices, and more or less first those of whom most is there.

        Who speaks most, the first two, should not say the same over and over.
        """
        voices = [self._voice(who, factor) for who, factor in ways]
        there = np.array([sum(map(len, voice.pieces)) for voice in voices])
        order = np.argsort(-there * chance.lognormal(0, 0.3, len(voices)))
        return [voices[at] for at in order]

    def _voice(self, who: str, factor: int) -> Voice:
        pieces = tuple(_resampled(piece, factor) for piece in self._pieces[who])
        return Voice(f"{who} {factor} %", pieces)

    def _centre(self, way: tuple[str, int]) -> np.ndarray:
        if way not in self._centres:
            sound = np.concatenate(self._pieces[way[0]])[: round(SAMPLE * RATE)]
            sound = _resampled(sound, way[1])
            found = vectors_of(sound, [(0.0, len(sound) / RATE)], self._model)
            mean = found.values.mean(axis=0)
            self._centres[way] = mean / np.linalg.norm(mean)
        return self._centres[way]


def _resampled(sound: np.ndarray, factor: int) -> np.ndarray:
    from scipy.signal import resample_poly

    return sound if factor == 100 else resample_poly(sound, 100, factor)


class Deck:
    """The pieces of a voice, in another order each time they are through."""

    def __init__(self, voice: Voice, chance: np.random.Generator) -> None:
        ordered = sorted(voice.pieces, key=len)
        words = sum(len(one) <= SHORT * RATE for one in ordered)
        self._words = ordered[: max(words, FEWEST)]
        self._sentences = ordered[words:] or ordered
        self._chance = chance
        self._left: dict[bool, list[int]] = {True: [], False: []}

    def draw(self, seconds: float) -> np.ndarray:
        """Return sentences of about so many seconds or less; 0 asks for a word."""
        pieces = self._sentences if seconds else self._words
        left = self._left[bool(seconds)]
        longest = max(seconds * RATE, len(pieces[0])) if seconds else np.inf
        if not any(len(pieces[at]) <= longest for at in left):
            left[:] = map(int, self._chance.permutation(len(pieces)))
        at = next(at for at in left if len(pieces[at]) <= longest)
        left.remove(at)
        return self._again(pieces[at])

    def _again(self, piece: np.ndarray) -> np.ndarray:
        """Return it as if it were said anew: nobody says a thing twice alike.

        A little higher or lower, and from a little nearer or farther.
        """
        spoken = _resampled(piece, int(self._chance.integers(98, 103)))
        dull = np.float32(self._chance.uniform(-TILT, TILT))
        before = np.concatenate([spoken[:1], spoken[:-1]])
        return (spoken + dull * before) / np.sqrt(1 + dull**2)


@cache
def cast_of(pairs: tuple[tuple[Path, Path], ...]) -> Cast:
    """Return the people of some recordings, with their truths."""
    from transcription.voices.onnx import Onnx

    return Cast(bank(pairs), Onnx())
