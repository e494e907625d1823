import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest

from transcription.ahead import beforehand, in_order


def test_it_keeps_the_order_of_the_calls() -> None:
    def late(number: int) -> int:
        time.sleep(0.01 * (3 - number % 3))
        return number

    with ThreadPoolExecutor(4) as pool:
        calls = (partial(late, number) for number in range(20))
        assert list(in_order(pool, calls, ahead=5)) == list(range(20))


def test_it_reads_no_further_ahead_than_told() -> None:
    begun: list[int] = []

    def calls():
        for number in range(100):
            begun.append(number)
            yield partial(int, number)

    with ThreadPoolExecutor(2) as pool, closing(in_order(pool, calls(), 3)) as found:
        next(found)
        assert len(begun) == 4


def test_it_raises_an_error_in_its_place() -> None:
    calls = [partial(int, "1"), partial(int, "two"), partial(int, "3")]

    with ThreadPoolExecutor(2) as pool:
        found = in_order(pool, calls, ahead=2)
        assert next(found) == 1
        with pytest.raises(ValueError, match="two"):
            next(found)


def test_it_leaves_nothing_at_work_when_it_is_closed() -> None:
    begun, going = threading.Event(), threading.Event()
    done: list[int] = []

    def work(number: int) -> None:
        begun.set()
        going.wait()
        done.append(number)

    with ThreadPoolExecutor(1) as pool:
        calls = (
            partial(int, 0) if one == 0 else partial(work, one) for one in range(9)
        )
        found = in_order(pool, calls, ahead=5)
        next(found)
        assert begun.wait(10)
        threading.Timer(0.05, going.set).start()
        found.close()
        at_once = list(done)

    assert at_once == done == [1]


def test_it_draws_in_another_thread_and_closes() -> None:
    seen = []

    def items():
        try:
            for number in range(5):
                seen.append(threading.current_thread())
                yield number
        finally:
            seen.append("closed")

    with closing(beforehand(items(), ahead=2)) as found:
        assert next(found) == 0

    assert threading.main_thread() not in seen
    assert seen[-1] == "closed"


def test_it_gives_what_was_drawn_and_the_error_behind_it() -> None:
    def items():
        yield 1
        raise LookupError("gone")

    found = beforehand(items(), ahead=3)

    assert next(found) == 1
    with pytest.raises(LookupError, match="gone"):
        next(found)
