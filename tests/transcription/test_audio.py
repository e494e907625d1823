import io
import subprocess
import sys

import av
import numpy as np
import pytest

from tests.transcription.sounds import noise, recorded, tone
from transcription.audio import (
    RATE,
    AudioError,
    FlacWriter,
    PeaksWriter,
    PlaybackWriter,
    decode,
    needs_playback_copy,
    probe,
    read_flac,
)

FORMATS = [
    ("mp3", "libmp3lame", 44_100),
    ("mp3", "libmp3lame", 8_000),
    ("ipod", "aac", 48_000),
    ("wav", "pcm_s16le", 11_025),
    ("ogg", "libopus", 48_000),
    ("flac", "flac", 32_000),
    ("asf", "wmav2", 22_050),
    ("amr", "libopencore_amrnb", 8_000),
    ("matroska", "libmp3lame", 44_100),
    ("webm", "libopus", 48_000),
    ("adts", "aac", 16_000),
]


def level(samples: np.ndarray) -> float:
    return float(np.sqrt((samples**2).mean()))


@pytest.mark.parametrize(("format", "codec", "rate"), FORMATS)
def test_it_hears_every_format(format: str, codec: str, rate: int) -> None:
    sound = tone(3, rate=rate)[np.newaxis]
    file = recorded(sound, format=format, codec=codec, rate=rate)

    found = probe(file)
    blocks = list(decode(file))

    assert found.seconds == pytest.approx(3, abs=0.2)
    assert found.channels == 1
    assert all(block.dtype == np.float32 for block in blocks)
    assert max(len(block) for block in blocks) == RATE
    heard = np.concatenate(blocks)
    assert len(heard) / RATE == pytest.approx(3, abs=0.2)
    assert level(heard[RATE : 2 * RATE]) == pytest.approx(0.354, abs=0.07)


@pytest.mark.parametrize("format", ["mp4", "matroska"])
def test_it_hears_the_sound_of_a_video(format: str) -> None:
    file = recorded(tone(2)[np.newaxis], format=format, codec="aac", video=True)

    assert probe(file).has_video
    assert level(np.concatenate(list(decode(file)))) > 0.3
    assert needs_playback_copy(probe(file))


def test_it_keeps_a_stereo_recording_with_one_dead_channel() -> None:
    sound = tone(4)
    file = recorded(np.stack([np.zeros_like(sound), sound]))

    assert level(np.concatenate(list(decode(file)))) > 0.15


def test_it_keeps_a_stereo_recording_in_opposite_phase() -> None:
    sound = tone(4)
    file = recorded(np.stack([-sound, sound]))

    assert level(np.concatenate(list(decode(file)))) > 0.3


def test_it_keeps_both_people_when_each_has_a_channel() -> None:
    sound, silence = tone(3), np.zeros(3 * RATE, np.float32)
    left, right = np.append(sound, silence), np.append(silence, sound)

    heard = np.concatenate(list(decode(recorded(np.stack([left, right])))))

    assert level(heard[: 3 * RATE]) > 0.15
    assert level(heard[3 * RATE :]) > 0.15


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "vacío"),
        (b"Acta de la sesi\xc3\xb3n ordinaria. " * 400, "no se puede leer"),
        (b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1/secreto.ts\n", "no se puede leer"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "no se puede leer"),
        (bytes(20_000), "no se puede leer"),
    ],
)
def test_it_says_what_is_wrong(content: bytes, says: str) -> None:
    with pytest.raises(AudioError, match=says) as caught:
        probe(io.BytesIO(content), "sesion.mp3")
    assert "«sesion.mp3»" in str(caught.value)


def test_it_says_that_a_video_has_no_sound() -> None:
    file = recorded(np.zeros((0, 0)), format="mp4", video=True)

    with pytest.raises(AudioError, match="video sin sonido"):
        probe(file)


def test_it_says_that_a_file_is_missing(tmp_path) -> None:
    with pytest.raises(AudioError, match="No existe"):
        list(decode(tmp_path / "no.mp3"))


def test_it_hears_what_a_truncated_mp3_still_holds() -> None:
    whole = recorded(tone(10)[np.newaxis], format="mp3", codec="libmp3lame").getvalue()
    file = io.BytesIO(whole[: len(whole) // 2])

    probe(file)
    heard = np.concatenate(list(decode(file)))

    assert 4.5 < len(heard) / RATE < 5.5


def test_it_keeps_the_time_of_frames_that_do_not_decode() -> None:
    whole = recorded(tone(10)[np.newaxis], format="mp3", codec="libmp3lame").getvalue()
    third = len(whole) // 3
    broken = whole[:third] + bytes(len(whole) // 10) + whole[third + len(whole) // 10 :]

    heard = np.concatenate(list(decode(io.BytesIO(broken))))

    assert level(heard[:RATE]) > 0.3
    assert level(heard[-RATE:]) > 0.3
    assert len(heard) / RATE > 8.5


def test_it_fills_a_hole_in_time_with_silence() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("flac", RATE)
        stream.layout = "mono"
        for start in (0, 5):
            frame = av.AudioFrame.from_ndarray(tone(1)[np.newaxis], "fltp", "mono")
            frame.sample_rate, frame.pts = RATE, start * RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    heard = np.concatenate(list(decode(file)))

    assert len(heard) / RATE == pytest.approx(6, abs=0.3)
    assert level(heard[2 * RATE : 4 * RATE]) < 0.001
    assert level(heard[int(5.3 * RATE) :]) > 0.3


def test_it_plays_originals_that_browsers_can_seek() -> None:
    sound = np.stack([noise(30, 0.1)])
    cbr = recorded(sound, format="mp3", codec="libmp3lame")
    m4a = recorded(sound, format="ipod", codec="aac")
    opus = recorded(tone(3, rate=48_000)[None], format="ogg", codec="opus", rate=48_000)

    assert not needs_playback_copy(probe(cbr))
    assert not needs_playback_copy(probe(m4a))
    assert not needs_playback_copy(probe(opus))
    assert not needs_playback_copy(probe(recorded(sound)))


@pytest.mark.parametrize(
    ("format", "codec"),
    [("flac", "flac"), ("asf", "wmav2"), ("matroska", "aac"), ("adts", "aac")],
)
def test_it_copies_what_browsers_cannot_seek(format: str, codec: str) -> None:
    file = recorded(tone(3)[np.newaxis], format=format, codec=codec)

    assert needs_playback_copy(probe(file))


def test_it_copies_an_mp3_of_variable_bit_rate() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        options = {"q": "5", "flags": "+qscale", "global_quality": "600"}
        stream = container.add_stream("libmp3lame", RATE, options=options)
        stream.layout = "mono"
        sound = np.concatenate((np.zeros(5 * RATE, np.float32), noise(5, 0.2)))
        frame = av.AudioFrame.from_ndarray(sound[np.newaxis], "fltp", "mono")
        frame.sample_rate, frame.pts = RATE, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    assert needs_playback_copy(probe(file))
    assert probe(file).seconds == pytest.approx(10, abs=0.2)


def test_it_writes_a_copy_that_needs_no_copy() -> None:
    file = io.BytesIO()
    writer = PlaybackWriter(file)
    for _ in range(12):
        writer.write(tone(1))
    writer.close()

    found = probe(file)

    assert not needs_playback_copy(found)
    assert (found.container, found.channels) == ("mp3", 1)
    assert found.seconds == pytest.approx(12, abs=0.15)


def test_it_reads_a_part_as_it_was_written() -> None:
    sound = noise(2.5, 0.2)
    file = io.BytesIO()
    writer = FlacWriter(file)
    writer.write(sound[:30_000])
    writer.write((sound[30_000:] * 32767).round().astype(np.int16))
    writer.close()

    heard = read_flac(file)

    assert heard.dtype == np.float32
    assert heard.shape == sound.shape
    assert np.abs(heard - sound).max() < 1e-4


def test_it_draws_one_peak_a_tenth_of_a_second() -> None:
    writer = PeaksWriter()
    writer.write(np.zeros(2000, np.float32))
    writer.write(np.full(2000, -0.5, np.float32))
    writer.write(np.full(100, 3.0, np.float32))

    assert list(writer.close()) == [0, 128, 255]


def test_it_brings_no_engine_along() -> None:
    code = (
        "import sys, transcription.audio, transcription.cutting, transcription.guards, "
        "transcription.pipeline, transcription.weights, transcription.engines, "
        "transcription.engines.whisper, transcription.evaluation\n"
        "heavy = 'ctranslate2 torch nemo onnxruntime faster_whisper django'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_it_survives_a_writer_that_nobody_could_finish() -> None:
    """An error amid the writing must not take the process down when it is collected."""
    code = (
        "import tempfile, contextlib, numpy as np\n"
        "from transcription import audio\n"
        "try:\n"
        "    with tempfile.TemporaryFile() as f, "
        "contextlib.closing(audio.PlaybackWriter(f)) as w:\n"
        "        w.write(np.zeros(16000, np.float32))\n"
        "        w.close()\n"
        "        raise RuntimeError\n"
        "except RuntimeError:\n"
        "    print('alive')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "alive\n")
