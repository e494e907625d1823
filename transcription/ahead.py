"""Work done ahead on several cores, its results in order. [no Django]

Threads and not processes: a worker of the queue may have no children, FFmpeg and ONNX
Runtime let go of the interpreter while they compute, and memory is there only once.
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


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
