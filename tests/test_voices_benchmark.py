"""What benchmarks/voices.py counts and the sessions it makes, without any model."""

import json
from pathlib import Path

import numpy as np
import pytest

from actas.reading.voices import Candidate, Naming, Role
from benchmarks import seven_hours, voiced_cast, voiced_sessions, voices_words
from benchmarks import voices as benchmark
from benchmarks import voices_truth as truth
from benchmarks.voiced_sessions import Size
from sessions.models import GUESTS
from transcription.audio import RATE, decode
from transcription.voices.windows import windows

ANA, LUZ = "Ana Ruiz", "Luz Peña"


# The truth


def read(folder: Path, **content: object) -> truth.Truth:
    path = folder / "truth.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return truth.read(path)


def turn(speaker: object, start: float, end: float, **more: object) -> dict:
    return {"speaker": speaker, "start": start, "end": end} | more


def test_it_gives_a_chorus_to_all_who_say_it(tmp_path: Path) -> None:
    said = turn("", 3, 4, chorus=[ANA, LUZ])

    found = read(tmp_path, turns=[turn(ANA, 0, 2), said])

    assert found.turns == ((0, 2, ANA), (3, 4, ANA), (3, 4, LUZ))
    assert found.together == ()


def test_it_counts_a_chorus_of_nobody_as_no_person(tmp_path: Path) -> None:
    said = turn("Varios", 3, 4, chorus=True)

    found = read(tmp_path, turns=[turn(ANA, 0, 2), said])

    assert found.voices == {ANA}
    assert found.together == ((3, 4, "Varios"),)


def test_it_keeps_the_first_seconds(tmp_path: Path) -> None:
    found = read(tmp_path, turns=[turn(ANA, 0, 2), turn(LUZ, 2, 9), turn(ANA, 9, 10)])

    assert found.until(5).turns == ((0, 2, ANA), (2, 5, LUZ))


def test_it_reads_a_truth_that_knows_little(tmp_path: Path) -> None:
    assert read(tmp_path, turns=[turn(ANA, 0, 2)]).roster == []
    assert read(tmp_path, turns=[turn(ANA, 0, 2), turn(None, 3, 4)]).voices == {ANA}
    assert read(tmp_path, turns=[], roster=[LUZ]).roster == [{"name": LUZ}]


def test_it_joins_what_overlaps_with_itself() -> None:
    turns = [(0, 3, ANA), (2, 4, ANA), (1, 2, LUZ), (5, 5, LUZ)]

    assert truth.merged(turns) == [(0, 4, ANA), (1, 2, LUZ)]


@pytest.mark.parametrize(
    ("told", "miss", "false_alarm", "confusion"),
    [
        ([(0, 6, "S2"), (6, 10, "S1")], 0, 0, 0),
        ([(1, 6, "S2"), (6, 10, "S1")], 1, 0, 0),
        ([(0, 6, "S2"), (6, 12, "S1")], 0, 2, 0),
        ([(0, 7, "S2"), (7, 10, "S1")], 0, 0, 1),
        # One voice for two people is right for one of them only, and the other way.
        ([(0, 10, "S1")], 0, 0, 4),
        ([(0, 4, "S1"), (4, 6, "S3"), (6, 10, "S2")], 0, 0, 2),
        ([], 10, 0, 0),
    ],
)
def test_it_finds_what_is_wrong(
    told: list[truth.Turn], miss: float, false_alarm: float, confusion: float
) -> None:
    found = truth.errors([(0, 6, ANA), (6, 10, LUZ)], told)

    assert found == truth.Errors(10, miss, false_alarm, confusion)
    assert found.rate == (miss + false_alarm + confusion) / 10


def test_it_counts_overlapped_speech_twice() -> None:
    found = truth.errors([(0, 4, ANA), (2, 4, LUZ)], [(0, 4, "S1")])

    assert found == truth.Errors(6, 2, 0, 0)


# Words


def test_it_judges_words_by_their_middle(tmp_path: Path) -> None:
    known = read(tmp_path, turns=[turn(ANA, 0, 2), turn(LUZ, 1.5, 4)])
    words = [
        (0.0, 1.0, ANA),
        (1.6, 1.8, ANA),  # both speak
        (1.6, 1.8, LUZ),
        (1.9, 3.0, ANA),
        (3.0, 3.5, ""),
        (3.9, 4.5, LUZ),
    ]

    found = truth.tally(words, known)

    assert found == truth.Tally(right=3, wrong=1, left_open=1, outside=1)
    assert found.share(found.right) == 0.6


def test_it_proposes_whom_the_site_knows() -> None:
    content = {
        "roster": [{"name": ANA, "gender": "F"}, {"name": LUZ}],
        "president": ANA,
        "presiders": [{"name": LUZ, "start": 0, "end": 9}],
        "secretary": "Raúl Gil",
        "guest": [{"name": "Ciro Paz"}],
        "roles": [{"name": "Raúl Gil", "role": "secretario general", "gender": "M"}],
    }

    found = {one.name: one for one in voices_words.people(content)}

    assert {name: one.role for name, one in found.items()} == {
        ANA: Role.COUNCILLOR,
        LUZ: Role.PRESIDENT,
        "Raúl Gil": Role.SECRETARY,
    }
    assert found[ANA].gender == "F"
    assert found["Raúl Gil"].office == "secretario general"


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("heard:x", "Olga Lucia Patino", "Olga Lucía Patiño Arango"),
        ("heard:x", "Pedro Gómez", "Pedro Gómez"),
        ("c1", "Olga Patiño", "Olga Patiño"),
    ],
)
def test_it_knows_a_guest_by_the_name_as_heard(key: str, name: str, said: str) -> None:
    naming = Naming("S1", Candidate(key, name), 1.0, ())

    assert voices_words.called(naming, {ANA, "Olga Lucía Patiño Arango"}) == said


def test_it_expects_as_many_guests_as_the_site() -> None:
    assert benchmark.GUESTS == GUESTS


# Generated sessions


class Pitch:
    """A speaker model that goes by pitch."""

    model, dimensions, batch, threads = "pitch", 2, 32, 1

    def vectors(self, speech: np.ndarray) -> np.ndarray:
        pitch = np.abs(np.fft.rfft(speech)).argmax(axis=1) / speech.shape[1] * RATE
        angle = 1.2 * np.log(pitch / 100)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)

    def unload(self) -> None:
        pass


def tone(pitch: float, seconds: float) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    return (0.1 * np.sin(2 * np.pi * pitch * times)).astype(np.float32)


def cast(*pitches: float) -> voiced_cast.Cast:
    lengths = (0.8, 2.0, 3.5, 6.0)
    pieces = {
        f"one: {pitch}": [tone(pitch, length) for length in lengths]
        for pitch in pitches
    }
    return voiced_cast.Cast(pieces, Pitch())


def make(folder: Path, size: Size, seed: int = 1) -> tuple[np.ndarray, truth.Truth]:
    people = cast(*np.geomspace(150, 2000, 12))
    audio, said = voiced_sessions.make(size, people, folder, seed)
    return np.concatenate(list(decode(audio))), truth.read(said)


def test_it_makes_other_people_by_resampling() -> None:
    low, high = np.geomspace(200, 300, 12).round(), np.geomspace(600, 900, 12).round()

    found = cast(*low, *high).of(23, np.random.default_rng(1))

    made = [voice.name.removeprefix("one: ").split() for voice in found]
    pitches = np.sort([float(pitch) * int(factor) / 100 for pitch, factor, _ in made])
    assert (pitches[1:] / pitches[:-1] > 1.03).all()
    assert any(factor != "100" for _, factor, _ in made)
    assert sum(factor == "100" for _, factor, _ in made) > 15


def test_it_takes_nobody_who_is_too_like_another() -> None:
    people = cast(200, 400, 800)

    with pytest.raises(ValueError, match="different enough"):
        people.of(4, np.random.default_rng(1))


def test_it_speaks_where_the_truth_says(tmp_path: Path) -> None:
    size = Size(2, 5, noise=30, reverb=0.15, overlap=0.1)

    sound, said = make(tmp_path, size)

    assert 110 < len(sound) / RATE < 140
    assert len(said.voices) == 5
    spoken, quiet = np.zeros(len(sound), bool), np.ones(len(sound), bool)
    for start, end, _ in said.turns:
        spoken[round(start * RATE) : round(end * RATE)] = True
        quiet[round((start - 0.01) * RATE) : round((end + 0.25) * RATE)] = False
    loud, low = np.sqrt([(sound[spoken] ** 2).mean(), (sound[quiet] ** 2).mean()])
    assert 25 < 20 * np.log10(loud / low) < 35


def test_it_lets_people_speak_at_once_as_often_as_told(tmp_path: Path) -> None:
    def shared(overlap: float) -> float:
        size = Size(5, 6, noise=20, reverb=0.2, overlap=overlap)
        turns = make(tmp_path, size)[1].turns
        alone = truth.errors(turns, [(start, end, "S") for start, end, _ in turns])
        return alone.miss / alone.total

    assert shared(0.0) == 0.0
    assert 0.05 < shared(0.1) < 0.2


def test_it_makes_the_same_session_of_the_same_seed(tmp_path: Path) -> None:
    size = Size(1, 5, noise=20, reverb=0.2, overlap=0.05)

    first, again, other = (make(tmp_path, size, seed)[0] for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first[: len(other)], other[: len(first)])


def test_it_cuts_long_turns_where_they_are_quiet() -> None:
    turn = np.concatenate([tone(300, 5), np.zeros(RATE // 4, np.float32), tone(300, 6)])

    first, second = voiced_cast._sentences(turn)

    assert len(first) / RATE == pytest.approx(5.1, abs=0.15)
    assert len(first) + len(second) == len(turn)


# Seven hours


def test_it_draws_a_day_from_real_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seven_hours, "WINDOWS", 3000)
    chance = np.random.default_rng(3)
    people = [
        centre + 0.1 * chance.standard_normal((40, 16)) for centre in 2 * np.eye(16)[:6]
    ]

    speech, said = seven_hours.drawn(people)

    assert len(speech.vectors) == 3000
    assert np.allclose(np.linalg.norm(speech.vectors.values, axis=1), 1)
    assert np.allclose(speech.vectors.times, windows(speech.spans)[:3000], atol=1e-3)
    assert len(np.unique(speech.vectors.values.round(6), axis=0)) > 2900
    seconds = {who: 0.0 for _, _, who in said}
    for start, end, who in said:
        seconds[who] += end - start
    assert len(seconds) > 10
    assert max(seconds, key=seconds.__getitem__) == "P0"


def test_it_takes_people_apart_who_are_as_different_as_people() -> None:
    chance = np.random.default_rng(3)
    ana, luz = chance.standard_normal((2, 64))
    luz = luz + ana  # they are much alike
    people = [one + 0.3 * chance.standard_normal((30, 64)) for one in (ana, luz, ana)]

    centres, _ = seven_hours._voices(people, chance)

    centres = np.array([one / np.linalg.norm(one) for one in centres])
    likeness = centres @ centres.T - np.eye(20)
    assert len(centres) == 20
    assert 0.5 < likeness.max() < 0.8


def test_it_needs_two_people() -> None:
    with pytest.raises(ValueError, match="two people"):
        seven_hours.drawn([np.ones((30, 8)), np.ones((30, 8))])


def test_it_takes_the_windows_of_one_person_only(tmp_path: Path) -> None:
    spans = [(0.0, 30.0), (30.2, 60.0)]
    times = np.array(windows(spans))
    values = np.eye(2)[(times[:, 0] > 30).astype(int)]
    np.savez(tmp_path / "kept.npz", times=times, values=values)
    turns = [(0.0, 30.0, ANA), (30.2, 50.0, LUZ), (50.0, 51.0, ANA)]

    first, second = seven_hours.pools([(tmp_path / "kept.npz", turns)])

    assert (first == [1, 0]).all()
    assert (second == [0, 1]).all()
    assert len(second) == sum(end <= 50.1 and start > 30 for start, end in times)
