"""Starts the site's background processes, keeps them alive, stops them together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django_q.models import OrmQ

from transcription.models import Part, Transcription

NAMES = ("astra", "media", "gpu")
WATCH_SECONDS = 3.0
# A message that stays this long while nobody holds a lease was lost by a killed
# worker: first it is handed out again, then its cluster is started anew. django-q2
# itself notices neither (a worker killed while idle freezes its whole cluster).
STALE_SECONDS = {"astra": 120.0, "media": 45.0, "gpu": 45.0}  # a draft has no lease
STOP_SECONDS = 20.0
PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent() -> None:
    """In a child: ask Linux for a SIGTERM when the parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """One child process in a group of its own, so that all of it can be stopped."""

    def __init__(self, name: str, command: Sequence[str], **environment: str) -> None:
        self.name = name
        self._command, self._environment = command, environment
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._child = subprocess.Popen(
            self._command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **self._environment},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        assert self._child is not None
        return self._child.pid

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to end; whatever is left of its group after `seconds` is killed."""
        if self._child is None:
            return
        self._child.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()


class Clusters:
    """The background clusters, alive for as long as the `with` block lasts."""

    def __init__(
        self, say: Callable[[str], None] = lambda text: None, **environment: str
    ) -> None:
        self._say = say
        command = [sys.executable, "manage.py", "qcluster"]
        self._processes = {
            name: Process(name, command, Q_CLUSTER_NAME=name, **environment)
            for name in NAMES
            if name != "gpu" or settings.HEAR_HERE
        }
        # Of each cluster: message id -> since when it waits.
        self._seen: dict[str, dict[int, float]] = {name: {} for name in NAMES}
        self._warned: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Clusters:
        for process in self._processes.values():
            process.start()
        self._thread.start()
        return self

    def pid(self, name: str) -> int:
        """The process id of the cluster called `name`."""
        return self._processes[name].pid

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()
        stopping = [
            threading.Thread(target=process.stop)
            for process in self._processes.values()
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(WATCH_SECONDS):
            for name, process in self._processes.items():
                if not process.is_alive:
                    self._restart(name)
            try:
                close_old_connections()
                for name in self._processes:
                    self._look_for_lost_messages(name)
            except Error as error:
                self._say(f"La base de datos no responde ({error}); se sigue probando.")
        connection.close()

    def _restart(self, name: str) -> None:
        self._say(f"El proceso «{name}» dejó de trabajar: se enciende de nuevo.")
        self._processes[name].stop(seconds=1)
        self._processes[name].start()

    def _look_for_lost_messages(self, name: str) -> None:
        now = time.monotonic()
        before = {} if is_busy(name) else self._seen[name]
        waiting = OrmQ.objects.filter(key=name).values_list("pk", flat=True)
        seen = self._seen[name] = {pk: before.get(pk, now) for pk in waiting}
        lost = [pk for pk, since in seen.items() if now - since > STALE_SECONDS[name]]
        if not lost:
            if not seen:
                self._warned.discard(name)
            return
        if name in self._warned:
            self._restart(name)
        self._warned ^= {name}
        OrmQ.objects.filter(pk__in=lost).update(lock=timezone.now())
        seen.update(dict.fromkeys(lost, now))


def is_busy(name: str) -> bool:
    """Whether somebody holds a lease for the work that cluster `name` does."""
    if name == "gpu":
        return Part.objects.alive().exists()
    status = Transcription.Status
    leased = status.PREPARING if name == "media" else status.ASSEMBLING
    return Transcription.objects.alive().filter(status=leased).exists()
