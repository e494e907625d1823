"""Real clusters, real audio, real Whisper: what was promised holds when they die."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from django_q.models import OrmQ
from django_q.tasks import async_task

import astra_site.clusters
from astra_site.clusters import Clusters
from sessions import uploads
from tests.conftest import database_url
from tests.make import make_session, make_user
from transcription import engines, pipeline, tasks
from transcription.models import Transcription

pytestmark = pytest.mark.cluster
LOADED_BYTES = 250 * 1024**2  # a worker without a model takes a third of that


def wait_for(what: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def worker_with_the_model(pid: int) -> psutil.Process | None:
    """Return the process of a cluster that has loaded Whisper, once one has."""
    family = psutil.Process(pid).children(recursive=True)
    loaded = [p for p in family if p.memory_info().rss > LOADED_BYTES]
    return loaded[0] if loaded else None


def test_it_hears_the_same_when_its_worker_is_killed(
    clusters: Clusters, short_recording: Path
) -> None:
    session = make_session()
    user = make_user(session.council, "secretary")
    recording = uploads.enter(session, user, short_recording)
    hearing = recording.transcription

    gpu = clusters.pid("gpu")
    wait_for(lambda: worker_with_the_model(gpu))
    os.kill(worker_with_the_model(gpu).pid, signal.SIGKILL)

    def is_done() -> bool:
        tasks.sweep()  # what the minute tick does
        return Transcription.objects.get().status == Transcription.Status.DONE

    wait_for(is_done)
    assert hearing.parts.get().attempt == 2
    heard = [segment.text for segment in hearing.segments()]
    calm = pipeline.transcribe_file(
        short_recording, engines.load("base"), terms=hearing.terms
    )
    assert heard == [segment.text for segment in calm]
    assert len(heard) > 3
    wait_for(lambda: hasattr(type(session).objects.get(pk=session.pk), "acta"))


def test_it_starts_a_dead_cluster_again(clusters: Clusters) -> None:
    before = clusters.pid("media")
    os.killpg(before, signal.SIGKILL)
    wait_for(lambda: clusters.pid("media") != before, seconds=20)
    assert psutil.Process(clusters.pid("media")).is_running()


def test_it_wakes_a_cluster_whose_idle_worker_was_killed(
    clusters: Clusters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """django-q2 itself never takes a message again after that."""
    monkeypatch.setitem(astra_site.clusters.STALE_SECONDS, "media", 2.0)
    before = clusters.pid("media")
    main = psutil.Process(before)
    wait_for(lambda: len(main.children(recursive=True)) >= 4)
    time.sleep(1)  # the worker waits on its queue by now, and holds its lock
    for process in main.children()[0].children():
        process.kill()
    async_task("transcription.tasks.tidy", cluster="media")
    wait_for(lambda: not OrmQ.objects.filter(key="media").exists(), seconds=60)
    assert clusters.pid("media") != before


def test_it_leaves_hearing_to_the_machine_that_hears(settings: Any) -> None:
    settings.HEAR_HERE = False
    running = Clusters()
    assert set(running._processes) == {"astra", "media"}


def test_it_leaves_no_process_behind(transactional_db: None, tmp_path: Path) -> None:
    with Clusters(DATABASE_URL=database_url(), ASTRA_VAR=str(tmp_path)) as running:
        time.sleep(2)
        families = [psutil.Process(running.pid(n)) for n in ("astra", "media", "gpu")]
        everyone = [p for f in families for p in (f, *f.children(recursive=True))]
    alive = []
    for process in everyone:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    assert alive == []
