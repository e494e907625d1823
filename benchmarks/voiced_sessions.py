"""Council sessions of any length, with exact truth of who speaks, for voices.py.

    python benchmarks/voiced_sessions.py --minutes 30 --voices 12 --out FOLDER

Turns are cut from recordings whose truth is known (the demonstration alone, where
../shared/audio is not there). More people are made of them by resampling, which moves
pitch and formants; a voice is kept only where the speaker model holds it for as
different from those before it as it does most pairs of people. They speak as councils
do: a president and a secretary most of all, roll calls of one word, speeches, debates,
interruptions, acclamations, recesses. The same seed gives the same session.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks import voices_truth
from benchmarks.voiced_cast import SPEECH_RMS, Cast, Deck, Voice, cast_of
from transcription.audio import RATE, FlacWriter

LEVELS = (-7.0, 0.0)  # dB
MEDIAN_SPEECH, LONGEST_SPEECH = 40.0, 240.0  # seconds


@dataclass(frozen=True)
class Size:
    """What a session is like."""

    minutes: float
    voices: int
    noise: float  # dB that speech is above it
    reverb: float  # seconds until an echo is 60 dB weaker
    overlap: float  # share of the speech during which somebody else speaks too

    @property
    def name(self) -> str:
        return f"{self.minutes:g} min, {self.voices} voices"


# From a quiet room to a bad one, and from a short sitting to a day.
SIZES = (
    Size(10, 5, 28, 0.15, 0.0),
    Size(10, 8, 20, 0.3, 0.05),
    Size(10, 12, 10, 0.6, 0.15),
    Size(30, 12, 15, 0.4, 0.1),
    Size(60, 15, 20, 0.3, 0.05),
    Size(120, 18, 12, 0.5, 0.1),
    Size(420, 20, 18, 0.4, 0.05),
)
QUICK = SIZES[1]


@dataclass(frozen=True)
class Act:
    """That somebody speaks next."""

    voice: int
    seconds: float = 0.0  # 0: one word
    chorus: bool = False  # begins while the one before is still speaking


# What happens


def acts(size: Size, chance: np.random.Generator) -> Iterator[Act]:
    """Yield what happens in a council, for ever."""
    presider, secretary, *members = range(size.voices)
    # Some speak much more than others.
    weights = 1.0 / np.arange(1, len(members) + 1)
    weights /= weights.sum()
    heard: set[int] = set()
    scale = min(1.0, size.minutes / 60 + 0.2)
    yield Act(presider, 15)
    yield Act(secretary, 12)
    yield from _roll_call(presider, secretary, members)
    while True:
        yield Act(presider, 8)
        yield Act(secretary, chance.uniform(10, 70) * scale)
        for _ in range(int(chance.integers(3, 8))):
            yield Act(presider, chance.uniform(2, 6))
            silent = [member for member in members if member not in heard]
            if silent and chance.random() < 0.7:
                member = silent[0]
            else:
                member = int(chance.choice(members, p=weights))
            heard.add(member)
            speech = MEDIAN_SPEECH * scale * chance.lognormal(0, 0.6)
            yield from _speech(member, min(speech, LONGEST_SPEECH), size, chance)
        yield Act(presider, 6)
        if chance.random() < 0.3:
            yield from _roll_call(presider, secretary, members)
        else:
            many = min(len(members), int(chance.integers(2, 5)))
            yield from _acclamation(members, many if size.overlap else 1, chance)


def _roll_call(presider: int, secretary: int, members: list[int]) -> Iterator[Act]:
    for member in (presider, *members):
        yield Act(secretary)
        yield Act(member)


def _speech(
    member: int, seconds: float, size: Size, chance: np.random.Generator
) -> Iterator[Act]:
    """Somebody speaks; others may put in a word."""
    while seconds > 12 and chance.random() < 0.4:
        first = chance.uniform(4, seconds - 4)
        yield Act(member, first)
        others = [voice for voice in range(size.voices) if voice != member]
        yield Act(int(chance.choice(others)), chance.choice([0.0, 3.0, 6.0]))
        seconds -= first
    yield Act(member, seconds)


def _acclamation(
    members: list[int], many: int, chance: np.random.Generator
) -> Iterator[Act]:
    for at, member in enumerate(chance.choice(members, many, replace=False)):
        yield Act(int(member), chorus=at > 0)


# The tape


@dataclass
class Tape:
    """Sound as it is spoken, written once nobody can add to it any more."""

    writer: FlacWriter
    size: Size
    voices: Sequence[Voice]
    chance: np.random.Generator
    clock: float = 1.5  # seconds: where the last turn ends
    turns: list[voices_truth.Turn] = field(default_factory=list)
    _written: int = 0  # samples
    _open: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    _spoken: float = 0.0  # seconds of speech, and of it with somebody else
    _shared: float = 0.0
    _last: tuple[float, float, int] = (0.0, 0.0, -1)  # the last piece: whose it is

    def __post_init__(self) -> None:
        count = len(self.voices)
        self._levels = self.chance.uniform(LEVELS[0] + 2, LEVELS[1], count)
        self._rooms = [_echo(self.size.reverb, self.chance) for _ in range(count)]
        self._air = Air(self.chance)
        self._decks = [Deck(voice, self.chance) for voice in self.voices]

    def play(self, act: Act) -> None:
        """Let somebody speak, for about as long as told; that is one turn."""
        done, began = 0.0, None
        while began is None or done < act.seconds - 1:
            piece = self._decks[act.voice].draw(max(act.seconds - done, 0))
            length = len(piece) / RATE
            if began is None:
                start = began = self._begin(act, length)
            else:
                start = self.clock + self.chance.uniform(0.15, 0.5)
            self._put(act.voice, piece, start)
            done += length
        self.turns.append((began, self._last[1], self.voices[act.voice].name))

    def _begin(self, act: Act, length: float) -> float:
        """Return when a turn begins whose first piece is so long."""
        start, end, voice = self._last
        if voice == act.voice:
            return self.clock + self.chance.uniform(0.3, 0.9)
        room = 0.6 * min(end - start, length)
        if act.chorus:
            return max(start + self.chance.uniform(0.05, 0.2), end - room)
        # Whoever the clock belongs to has the last word: no more than two at once.
        if self._shared < self.size.overlap * self._spoken and end == self.clock:
            return end - min(self.chance.uniform(0.3, 2.0), room)
        return self.clock + self.chance.uniform(0.1, 1.0)

    def _put(self, voice: int, piece: np.ndarray, start: float) -> None:
        from scipy.signal import oaconvolve

        level = self._levels[voice] + self.chance.uniform(-2, 0)
        sound = oaconvolve(piece * _decibels(level), self._rooms[voice])
        end = start + len(piece) / RATE
        # Nobody begins before the one who began last: what is before is complete.
        self._flush(round(start * RATE) - self._written)
        self._open = np.pad(self._open, (0, max(0, len(sound) - len(self._open))))
        self._open[: len(sound)] += sound.astype(np.float32)
        self._shared += max(0.0, min(self.clock, end) - start)
        self._spoken += end - start
        self.clock = max(self.clock, end)
        self._last = (start, end, voice)

    def _flush(self, count: int) -> None:
        """Write the first `count` samples of what is open, with the room's noise."""
        self._open = np.pad(self._open, (0, max(0, count - len(self._open))))
        while count > 0:
            block = self._open[: min(count, RATE)]
            quiet = SPEECH_RMS * _decibels(sum(LEVELS) / 2 - self.size.noise)
            heard = block + quiet * self._air.blow(len(block))
            self.writer.write(np.clip(heard, -1, 1).astype(np.float32))
            self._open = self._open[len(block) :]
            self._written += len(block)
            count -= len(block)

    def pause(self, seconds: float) -> None:
        """Let nobody speak for a while."""
        self.clock += seconds

    def close(self) -> float:
        """Write what is left and two seconds of the room; return the whole length."""
        self._open = np.pad(self._open, (0, 2 * RATE))
        self._flush(len(self._open))
        return self._written / RATE


class Air:
    """Pink noise with the hum of the mains (60 Hz in Colombia), at RMS 1."""

    # J. O. Smith, "Spectral Audio Signal Processing", example of 1/f noise.
    ZEROS = (0.049922035, -0.095993537, 0.050612699, -0.004408786)
    POLES = (1.0, -2.494956002, 2.017265875, -0.522189400)
    RMS = 0.0857  # of what this filter makes of white noise at RMS 1

    def __init__(self, chance: np.random.Generator) -> None:
        self._chance, self._state, self._at = chance, np.zeros(3), 0

    def blow(self, count: int) -> np.ndarray:
        from scipy.signal import lfilter

        white = self._chance.standard_normal(count)
        pink, self._state = lfilter(self.ZEROS, self.POLES, white, zi=self._state)
        times = (self._at + np.arange(count)) / RATE
        self._at += count
        hum = 0.3 * np.sin(2 * np.pi * 60 * times)
        return (pink / self.RMS + hum) / np.sqrt(1 + 0.045)


def _echo(seconds: float, chance: np.random.Generator) -> np.ndarray:
    """Return a room's answer: the voice itself, then noise that dies away.

    Its tail holds from a tenth (0.15 s) to four tenths (0.6 s) of the direct sound's
    energy: from an arm's length off the microphone to amid a large room.
    """
    from scipy.signal import butter, sosfilt

    times = np.arange(round(seconds * RATE)) / RATE
    tail = chance.standard_normal(len(times)) * 10 ** (-3 * times / seconds)
    tail[: round(0.008 * RATE)] = 0  # the first wall is a few metres away
    tail = sosfilt(butter(2, (180, 4500), "bandpass", fs=RATE, output="sos"), tail)
    tail *= np.sqrt((0.1 + 0.3 * (seconds - 0.15) / 0.45) / np.sum(tail**2))
    tail[0] += 1.0
    return tail


def _decibels(value: float) -> float:
    return 10 ** (value / 20)


def make(size: Size, cast: Cast, folder: Path, seed: int = 1) -> tuple[Path, Path]:
    """Write a session as FLAC and its truth as JSON; return the two paths."""
    chance = np.random.default_rng([seed, round(size.minutes), size.voices])
    voices = cast.of(size.voices, chance)
    path = folder / f"{size.minutes:g}min-{size.voices}voices-{seed}.flac"
    with path.open("wb") as file, closing(FlacWriter(file)) as writer:
        tape = Tape(writer, size, voices, chance)
        recess = size.minutes * 30  # in the middle
        for act in acts(size, chance):
            if tape.clock >= size.minutes * 60 - 8:
                break
            if recess and tape.clock >= recess:
                tape.pause(min(60.0, size.minutes))
                recess = 0
            tape.play(act)
        seconds = tape.close()
    truth = path.with_suffix(".json")
    content = _content(size, voices, tape, seconds) | {"seed": seed}
    truth.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path, truth


def _content(
    size: Size, voices: Sequence[Voice], tape: Tape, seconds: float
) -> dict[str, object]:
    names = [voice.name for voice in voices]
    return {
        "president": names[0],
        "secretary": names[1],
        # The secretary and the last, a guest, hold no seat.
        "roster": [{"name": name} for name in (names[0], *names[2:-1])],
        "turns": [
            {"speaker": who, "start": round(start, 3), "end": round(end, 3)}
            for start, end, who in sorted(tape.turns)
        ],
        "seconds": round(seconds, 2),
        "made_with": asdict(size),
        "overlapped": round(tape._shared / tape._spoken, 3),
    }


def main() -> None:
    from benchmarks.peers import known

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--voices", type=int, default=12)
    parser.add_argument("--noise", type=float, default=20.0, help="dB below speech")
    parser.add_argument("--reverb", type=float, default=0.3, help="seconds")
    parser.add_argument("--overlap", type=float, default=0.05, help="share of speech")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path())
    options = parser.parse_args()
    size = Size(
        options.minutes,
        options.voices,
        options.noise,
        options.reverb,
        options.overlap,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    for path in make(size, cast_of(tuple(known([], []))), options.out, options.seed):
        print(path)


if __name__ == "__main__":
    main()
