import threading

import pytest

from transcription.children import Children


def test_it_calls_in_a_process_that_ends_with_it() -> None:
    with Children("os", "getpid") as children:
        first, second = children.call(), children.call()
        child = children._idle.get_nowait()
        children._idle.put(child)

    assert first == second == child.pid
    assert child.returncode == 0


def test_it_starts_one_for_each_call_at_a_time() -> None:
    with Children("time", "sleep") as children:
        threads = [threading.Thread(target=children.call, args=(0.5,)) for _ in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert children._idle.qsize() == 2


def test_it_does_the_work_of_a_child_that_dies() -> None:
    with Children("operator", "add") as children:
        assert children.call(1, 2) == 3
        child = children._idle.get_nowait()
        child.kill()
        child.wait()
        children._idle.put(child)

        assert children.call(2, 3) == 5
        assert children._idle.empty()
        assert children.call(3, 4) == 7  # by a new one
        assert children._idle.qsize() == 1


def test_it_raises_what_cannot_be_called() -> None:
    with Children("operator", "nothing") as children, pytest.raises(AttributeError):
        children.call(1)
