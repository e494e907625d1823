"""Processes of our own that do what threads would do one by one. [no Django]

Not multiprocessing: a worker of the queue, a daemon itself, may not use it. A child
lives until its pipe closes, so that none outlives a parent that is killed.
"""

import importlib
import pickle
import queue
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Children:
    """Processes that call one function of one module, started when they are needed.

    There are as many as threads that call at the same time.
    """

    def __init__(self, module: str, function: str) -> None:
        self._module, self._function = module, function
        self._idle: queue.SimpleQueue[subprocess.Popen] = queue.SimpleQueue()

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while not self._idle.empty():
            _end(self._idle.get())

    def call(self, *arguments: Any) -> Any:
        """Return what the function returns; both travel as pickles.

        A child that dies, as for want of memory, is replaced by the caller itself.
        """
        try:
            child = self._idle.get_nowait()
        except queue.Empty:
            child = self._start()
        try:
            assert child.stdin is not None
            assert child.stdout is not None
            pickle.dump(arguments, child.stdin)
            child.stdin.flush()
            found = pickle.load(child.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            _end(child)
            return _function(self._module, self._function)(*arguments)
        self._idle.put(child)
        return found

    def _start(self) -> subprocess.Popen:
        command = [sys.executable, "-m", __name__, self._module, self._function]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)


def _end(child: subprocess.Popen) -> None:
    with suppress(OSError):
        child.communicate()


def _function(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def serve(module: str, name: str) -> None:
    """Answer the calls that come in until there are no more."""
    function = _function(module, name)
    while True:
        try:
            arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(function(*arguments), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    serve(*sys.argv[1:])
