"""A part through a transcription service: what is kept, what it costs, what is lost."""

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from django.conf import LazySettings
from django.utils import timezone

from actas.findings import holes
from sessions.models import CouncilSession
from sessions.progress import Progress
from tests.make import make_part, make_recording, make_transcription
from tests.transcription.api_server import ApiServer, Fault, numbers, refusal, serving
from tests.transcription.shapes import check_shape
from tests.transcription.sounds import ByLoudness, tone
from transcription import audio, engines, hearing, pipeline, tasks
from transcription.cutting import Cutter, cut
from transcription.engines import Clip, EngineError, Word
from transcription.leases import MAX_ATTEMPTS, Heartbeat, LeaseLost
from transcription.models import Part, Transcription, UsageRecord

pytestmark = pytest.mark.django_db
SECONDS = 10  # of the demonstration that are really heard
PRICE = 0.6  # US dollars a minute: a cent a second


@pytest.fixture
def server(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> Iterator[ApiServer]:
    """A service that the alias «openai» stands for, and recordings that are short."""
    monkeypatch.setattr(hearing, "close_old_connections", lambda: None)
    monkeypatch.setattr(engines, "_loaded", dict(engines._loaded))
    monkeypatch.setattr("transcription.preparation.Silero", ByLoudness)
    short = partial(Cutter, part=25)  # two turns
    monkeypatch.setattr("transcription.preparation.Cutter", short)
    with serving(monkeypatch) as running:
        settings.TRANSCRIPTION_ENGINES = engines_with(running, settings)
        settings.SERVICE_MAX_USD = {"recording": 0, "month": 0}
        engines.load("openai").pause = lambda seconds: None
        yield running
        engines.load("openai").unload()


def engines_with(server: ApiServer, settings: LazySettings) -> dict:
    return {
        **settings.TRANSCRIPTION_ENGINES,
        "openai": {
            "BACKEND": "transcription.engines.openai.OpenAICompatible",
            "LABEL": "Servicio",
            "EXTERNAL": True,
            "OPTIONS": {
                "base_url": server.url,
                "price_per_minute": PRICE,
                "block_seconds": 10,
            },
        },
    }


def spoken(turns: int) -> bytes:
    """A file of turns of 8 s, each of another pitch, with a pause that ends a clip."""
    pause = np.zeros(round(2.5 * audio.RATE))
    # A voice rises and falls; what is always equally loud is taken for noise.
    syllables = np.abs(tone(8, hertz=2)) * 2
    said = [
        np.concatenate([tone(8, hertz=150 + 20 * n) * syllables, pause])
        for n in range(turns)
    ]
    file = io.BytesIO()
    writer = audio.FlacWriter(file)
    writer.write(np.concatenate(said).astype(np.float32))
    writer.close()
    return file.getvalue()


def start(turns: int = 2, **fields: object) -> Transcription:
    """Prepare a recording that the service is to hear."""
    recording = make_recording(content=spoken(turns), name="sesion.flac")
    recording.transcription = Transcription.start(
        audio=recording.file.name,
        name=recording.name,
        sha256=recording.sha256,
        engine="openai",
        **fields,
    )
    recording.save()
    tasks.prepare(recording.transcription.pk)
    return recording.transcription


def run(transcription: Transcription) -> None:
    """Hear what waits, as often as its attempts allow, and assemble."""
    for part in transcription.parts.unfinished():
        for _ in range(MAX_ATTEMPTS):
            tasks.run_part(part.pk)
    tasks.assemble(transcription.pk)
    transcription.refresh_from_db()


def lease(**fields: object) -> SimpleNamespace:
    return SimpleNamespace(check=lambda: None, **fields)


def test_it_records_what_heard_each_part(server: ApiServer) -> None:
    server.served = "whisper-large-v3-turbo"
    transcription = start()
    run(transcription)

    part = transcription.parts.get()
    assert (part.status, part.engine) == (Part.Status.DONE, "openai")
    assert part.model == "whisper-large-v3-turbo"
    assert part.settings_hash == engines.settings_hash("openai")
    assert transcription.segments().exists()


def test_it_wakes_no_engine_where_nobody_speaks(server: ApiServer) -> None:
    part = make_part(make_transcription(engine="openai"), clips=[])
    assert hearing.hear(part, lease()) == hearing.Heard((), 0.0)
    assert server.requests == []


def test_it_leaves_clear_gaps_when_the_service_dies_and_fills_them_later(
    server: ApiServer,
) -> None:
    transcription = start(6)
    first, *others = transcription.parts.all()
    assert len(others) == 2
    tasks.run_part(first.pk)
    already = len(server.requests)
    server.stop()

    run(transcription)

    assert transcription.status == Transcription.Status.DONE
    session = CouncilSession.objects.get()
    for part in transcription.parts.exclude(pk=first.pk):
        assert part.status == Part.Status.FAILED
        assert "no hay conexión" in part.error
        assert "guardado" in part.error
    (hole,) = holes(session)
    assert hole.start == others[0].start
    assert hole.end == pytest.approx(others[1].end)
    assert "no hay conexión" in hole.why
    assert any(step.state == "bad" for step in Progress(session).steps)
    kept = list(transcription.segments().values_list("pk", flat=True))
    assert kept

    server.start()
    assert transcription.retry()
    run(transcription)

    assert transcription.status == Transcription.Status.DONE
    assert not holes(session)
    assert not transcription.parts.exclude(status=Part.Status.DONE).exists()
    assert list(transcription.segments().values_list("pk", flat=True))[: len(kept)] == (
        kept
    )
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(keys) == len(set(keys)) > already
    words = sum(len(segment.text.split()) for segment in transcription.segments())
    heard = sum(len(numbers(request.samples)) for request in server.requests)
    assert words == heard


@pytest.mark.parametrize(
    ("formats", "long"), [({"json"}, 0), ({"json", "verbose_json"}, 1)]
)
def test_it_hears_everything_at_a_service_without_times(
    server: ApiServer,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    formats: set[str],
    long: int,
) -> None:
    # The service is met with a block; that it gives no times shows in the answer.
    settings.TRANSCRIPTION_ENGINES["openai"]["OPTIONS"]["block_seconds"] = 900
    monkeypatch.setattr("transcription.preparation.Cutter", partial(Cutter, part=60))
    server.formats = formats
    server.gives_words = server.gives_segments = False
    transcription = start(4)
    run(transcription)

    part = transcription.parts.get()
    assert part.status == Part.Status.DONE
    segments = transcription.segments()
    words = " ".join(segment.text for segment in segments).split()
    assert len(words) == pytest.approx(4 * 8 * 3, abs=6)  # turns, seconds, words
    assert segments.last().end == pytest.approx(part.clips[-1][1], abs=0.1)
    paid = [r for r in server.requests if r.field("response_format") in formats]
    assert sum(request.seconds > 30 for request in paid) == long


def test_it_pays_once_for_the_blocks_of_a_part_that_failed(server: ApiServer) -> None:
    transcription = start()
    server.faults = [Fault(), refusal(400, "no")]
    run(transcription)
    part = transcription.parts.get()
    assert part.status == Part.Status.FAILED
    assert "sin transcribir" in part.error
    paid = UsageRecord.objects.get(part=part)
    assert paid.sent == pytest.approx(8, abs=0.5)

    assert transcription.retry()
    run(transcription)

    part.refresh_from_db()
    assert part.status == Part.Status.DONE
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(keys) == len(set(keys)) + 1  # only the one that was refused


def test_it_enters_machine_and_service_in_the_ledger(server: ApiServer) -> None:
    transcription = start(price=3600)  # a dollar a second
    run(transcription)

    usage = UsageRecord.objects.get()
    assert usage.sent == pytest.approx(16, abs=1)
    service = usage.sent / 60 * PRICE
    assert float(usage.cost) == pytest.approx(usage.seconds + service, rel=1e-3)


def test_it_counts_answers_that_were_lost(server: ApiServer) -> None:
    server.faults = [Fault(cut=9)]
    transcription = start(1)
    run(transcription)

    (request, again) = server.requests
    assert again.seconds == request.seconds
    assert UsageRecord.objects.get().sent == pytest.approx(2 * request.seconds)


def test_it_counts_what_was_paid_when_the_lease_was_lost(server: ApiServer) -> None:
    transcription = start(1)
    part = transcription.parts.get()

    def lost() -> None:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        hearing.hear(part, SimpleNamespace(check=lost))
    assert UsageRecord.objects.get().sent == pytest.approx(8, abs=0.5)

    heard = hearing.Heard((), 1.0, sent=60.0, paid=0.6)
    assert not part.finish("00000000-0000-0000-0000-000000000000", heard)
    assert UsageRecord.objects.filter(sent=60.0, cost=0.6).exists()


def test_it_keeps_the_cost_of_a_part_that_was_cut_anew(server: ApiServer) -> None:
    part = start(1).parts.get()
    Part.objects.all().delete()
    part.charge(1.0, 60.0, 0.6)
    assert UsageRecord.objects.get(part=None).sent == 60.0


@pytest.mark.parametrize("name", ["recording", "month"])
def test_it_stops_at_the_ceiling_and_goes_on_when_it_is_raised(
    server: ApiServer, settings: LazySettings, name: str
) -> None:
    transcription = start(4)
    first, second = transcription.parts.all()
    settings.SERVICE_MAX_USD = {"recording": 0, "month": 0, name: 0.2}

    run(transcription)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Part.Status.DONE, Part.Status.FAILED)
    assert second.attempt == 1
    assert "tope es de 0,20 USD" in second.error
    assert f"OPENAI_MAX_USD_{name.upper()}" in second.error
    assert "Lo ya transcrito está guardado" in second.error
    sent = sum(request.seconds for request in server.requests)
    assert sent == pytest.approx(UsageRecord.objects.get().sent)

    settings.SERVICE_MAX_USD = {"recording": 1, "month": 1}
    assert transcription.retry()
    run(transcription)
    assert not transcription.parts.exclude(status=Part.Status.DONE).exists()


def test_it_counts_the_pauses_that_a_block_holds(
    server: ApiServer, settings: LazySettings
) -> None:
    settings.TRANSCRIPTION_ENGINES["openai"]["OPTIONS"]["block_seconds"] = 900
    transcription = start()
    (first, second) = transcription.parts.get().clips
    said = first[1] - first[0] + second[1] - second[0]
    assert second[1] - first[0] > said + 1
    settings.SERVICE_MAX_USD = {"recording": (said + 1) / 60 * PRICE, "month": 0}

    run(transcription)

    assert "tope" in transcription.parts.get().error
    assert server.requests == []


def test_it_counts_this_month_and_services_only(
    server: ApiServer, settings: LazySettings
) -> None:
    settings.SERVICE_MAX_USD = {"recording": 1, "month": 1}
    old = UsageRecord.objects.create(seconds=0, sent=600, price=0, cost=6)
    last_month = timezone.now() - timezone.timedelta(days=32)
    UsageRecord.objects.filter(pk=old.pk).update(at=last_month)
    UsageRecord.objects.create(seconds=3600, price=9, cost=9)  # a machine of ours
    UsageRecord.objects.create(seconds=3600, sent=1, price=9, cost=9.01)

    transcription = start()
    run(transcription)

    assert transcription.parts.get().status == Part.Status.DONE


def test_it_asks_the_ceiling_before_each_call_of_a_backup(
    server: ApiServer, settings: LazySettings
) -> None:
    transcription = start(1)
    bill = hearing.Bill(transcription)
    backup = bill.backup("openai")
    clip = Clip(tone(5), 0.0)
    backup.transcribe([clip], language="es", terms=())
    assert (bill.sent, bill.paid) == (5.0, pytest.approx(0.05))
    assert backup.capabilities.price == PRICE
    assert (backup.name, backup.model) == ("openai", "whisper-1")

    settings.SERVICE_MAX_USD = {"recording": 0.01, "month": 0}
    with pytest.raises(EngineError, match="tope"):
        backup.transcribe([clip], language="es", terms=())


def test_it_counts_an_engine_once_however_often_it_is_loaded(
    server: ApiServer,
) -> None:
    bill = hearing.Bill(start(1))
    engine = bill.load("openai")
    bill.backup("openai")
    engine.transcribe([Clip(tone(5), 0.0)])
    assert bill.sent == 5.0


def test_it_keeps_its_lease_while_the_service_is_slow(
    server: ApiServer, settings: LazySettings
) -> None:
    transcription = start(1)
    settings.LEASE_SECONDS = 0.06
    server.faults = [Fault(wait=0.1)]
    beats: list[object] = []

    def heartbeat(token: object, **progress: object) -> bool:
        beats.append(token)
        return True

    with Heartbeat(SimpleNamespace(heartbeat=heartbeat), "token") as held:
        heard = hearing.hear(transcription.parts.get(), held)

    assert heard.segments
    assert len(beats) >= 3


def by_whisper(samples: np.ndarray) -> list[Word]:
    """Hear with Whisper base, as a server of one's own would."""
    ((part, _),) = cut([samples])
    clips = [
        Clip(samples[round(start * audio.RATE) : round(end * audio.RATE)], start)
        for start, end in part.clips
    ]
    heard = engines.load("base").transcribe(clips, language="es", terms=())
    return [
        replace(word, start=word.start + clip.start, end=word.end + clip.start)
        for clip, result in zip(clips, heard, strict=True)
        for word in result.words
    ]


def test_it_gives_the_same_shape_by_changing_one_alias(
    server: ApiServer, short_recording: Path
) -> None:
    server.hear = by_whisper
    opening = np.concatenate([*islice(audio.decode(short_recording), SECONDS)])
    ((part, samples),) = cut([opening])
    heard = {
        alias: pipeline.transcribe_part(samples, part.clips, engines.load(alias))
        for alias in ("base", "openai")
    }

    for segments in heard.values():
        check_shape(segments, SECONDS)
    texts = [" ".join(one.text for one in segments) for segments in heard.values()]
    words = [set(text.lower().split()) for text in texts]
    assert len(words[0] & words[1]) > 0.7 * len(words[0])
