"""The embedded server starts on first use and stops with its last user."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOLD = """
import sys
from pathlib import Path
from astra_site.embedded_postgres import socket_folder
print(socket_folder(Path(sys.argv[1])), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def users(tmp_path: Path) -> Iterator[list[subprocess.Popen]]:
    started: list[subprocess.Popen] = []
    yield started
    for process in started:
        process.kill()


def enter(users: list[subprocess.Popen], folder: Path) -> subprocess.Popen:
    """Start a process that uses the server on `folder` until it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    users.append(process)
    assert process.stdout.readline().strip()
    return process


def leave(process: subprocess.Popen) -> None:
    process.communicate("\n", timeout=30)


def is_running(folder: Path) -> bool:
    try:
        pid = int((folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (OSError, IndexError, ValueError):
        return False
    return True


def test_it_stops_when_the_last_user_leaves(users: list, tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    first, second = enter(users, folder), enter(users, folder)
    leave(first)
    assert is_running(folder)
    leave(second)
    assert not is_running(folder)


def test_it_does_not_wait_for_a_user_who_was_killed(
    users: list, tmp_path: Path
) -> None:
    folder = tmp_path / "postgres"
    killed, last = enter(users, folder), enter(users, folder)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    leave(last)
    deadline = time.monotonic() + 10
    while is_running(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(folder)
