import time

import numpy as np
import pytest

from transcription.evaluation.bootstrap import DELETED, paired


def units(errors: list[int], words: int = 100, column: int = 1) -> np.ndarray:
    """Return units of `words` words with so many errors each, in one column."""
    found = np.zeros((len(errors), 4), np.int64)
    found[:, 0] = words
    found[:, column] = errors
    return found


def test_it_is_sure_of_a_difference_in_every_unit() -> None:
    found = paired([units([20] * 30)], [units([15] * 30)])

    assert found.value == pytest.approx(-0.05)
    assert (found.low, found.high) == pytest.approx((-0.05, -0.05))
    assert found.is_sure


def test_it_is_unsure_of_a_difference_in_one_unit() -> None:
    worse = [20] * 30
    worse[7] = 60

    found = paired([units([20] * 30)], [units(worse)])

    assert found.value == pytest.approx(40 / 3000)
    assert found.low == 0
    assert not found.is_sure


def test_it_is_unsure_of_few_units() -> None:
    assert not paired([units([20] * 4)], [units([1] * 4)]).is_sure


def test_its_interval_is_that_of_the_mean() -> None:
    rng = np.random.default_rng(1)
    extra = rng.integers(-10, 11, 400)
    found = paired([units([20] * 400)], [units(list(20 + extra))])
    error = extra.std() / 100 / 20  # of the mean of 400 units, as a rate

    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.05)


def test_it_gives_the_same_interval_every_time() -> None:
    first, second = [units([5, 9, 2, 7, 3])], [units([4, 9, 5, 1, 3])]

    assert paired(first, second) == paired(first, second)


def test_it_draws_recordings_before_their_units() -> None:
    same, worse = units([10] * 20), units([20] * 20)

    apart = paired([same, same], [same, worse])
    one = paired([np.vstack([same, same])], [np.vstack([same, worse])])

    assert apart.value == one.value == pytest.approx(0.05)
    assert (apart.low, apart.high) == pytest.approx((0, 0.1))
    assert one.low > 0


def test_it_counts_the_column_asked_for() -> None:
    lost = [units([3] * 10, column=2)]

    assert paired([units([0] * 10)], lost, columns=DELETED).value == pytest.approx(0.03)
    assert paired([units([9] * 10)], lost, columns=DELETED).value == pytest.approx(0.03)


def test_it_refuses_other_units() -> None:
    with pytest.raises(ValueError, match="same units"):
        paired([units([1, 2])], [units([1, 2], words=99)])
    with pytest.raises(ValueError, match="same units"):
        paired([units([1])], [units([1]), units([1])])


def test_it_is_quick_for_seven_hours() -> None:
    long = [units([7] * 420), units([8] * 300)]
    began = time.monotonic()
    paired(long, long)

    assert time.monotonic() - began < 3
