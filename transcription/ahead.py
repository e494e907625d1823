"""Work done ahead on several cores, its results in order. [no Django]

Threads where one call computes for long, as in ONNX Runtime: memory is there only once.
FFmpeg is called for every packet, and threads that ask for the interpreter so often
are slower together than one alone (3.1 s against 1.4 s for half an hour).
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing
from functools import partial
from itertools import repeat
from typing import TypeVar

T = TypeVar("T")

MOST_HELPERS = 4  # each takes some 40 MB


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def helpers() -> int:
    """Return how many processes should decode ranges of a recording.

    On two processors the process that decodes keeps up with the detector alone.
    """
    return min(cores() // 2, MOST_HELPERS) if cores() > 2 else 0


def in_order(
    pool: Executor, calls: Iterable[Callable[[], T]], ahead: int
) -> Generator[T, None, None]:
    """Yield what the calls return, in their order, while `ahead` more are at work.

    `calls` is read in the caller's thread. An error comes up where its result would;
    what was not begun is dropped then, and what was begun is waited for.
    """
    waiting: deque[Future[T]] = deque()
    try:
        for call in calls:
            waiting.append(pool.submit(call))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        wait(waiting)


def beforehand(items: Generator[T, None, None], ahead: int) -> Generator[T, None, None]:
    """Yield `items`, which a thread of its own draws up to `ahead` of them early.

    They are closed at the end.
    """
    end = object()
    draw: Callable[[], T | object] = partial(next, items, end)
    with (
        closing(items),
        ThreadPoolExecutor(1) as thread,
        closing(in_order(thread, repeat(draw), ahead)) as drawn,
    ):
        for item in drawn:
            if item is end:
                return
            yield item
