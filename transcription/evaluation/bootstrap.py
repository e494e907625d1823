"""How sure the difference between two runs over the same audio is. [no Django]"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000
SEED = 2026
WER = (1, 2, 3)  # columns of `evaluation.errors_by_unit` that count as errors
DELETED = (2,)
FEWEST_UNITS = 5  # of fewer the resamples are all alike, and every interval narrow


@dataclass(frozen=True)
class Difference:
    """A second run's error rate less the first's; negative: the second is better."""

    value: float
    low: float  # the middle 95 % of the resamples
    high: float
    units: int  # that were resampled

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out "no difference", from units enough."""
        apart = self.low > 0 or self.high < 0
        return apart and self.units >= FEWEST_UNITS


def paired(
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    *,
    columns: Sequence[int] = WER,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Difference:
    """Return the difference of two error rates with its interval.

    `first` and `second` hold, for each recording, what `evaluation.errors_by_unit`
    returns for the same units. Units are drawn with replacement, the same for both
    runs; where there are several recordings, these are drawn first, since what goes
    wrong in a room goes wrong in all of it (Efron and Tibshirani, An Introduction to
    the Bootstrap, 1993, ch. 8; Bisani and Ney, ICASSP 2004, for word errors). Raises
    ValueError when the two runs are not over the same units.
    """
    if [list(units[:, 0]) for units in first] != [list(u[:, 0]) for u in second]:
        raise ValueError("the runs were not scored over the same units")
    words = [units[:, 0] for units in first]
    columns = list(columns)
    more = [
        (two[:, columns] - one[:, columns]).sum(axis=1)
        for one, two in zip(first, second, strict=True)
    ]
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(words), size=(resamples, len(words)))
    errors, spoken = np.zeros(resamples), np.zeros(resamples)
    for recording, (extra, said) in enumerate(zip(more, words, strict=True)):
        # A recording drawn twice has its units drawn anew each time.
        rows = np.nonzero(drawn == recording)[0]
        units = rng.integers(len(said), size=(len(rows), len(said)))
        np.add.at(errors, rows, extra[units].sum(axis=1))
        np.add.at(spoken, rows, said[units].sum(axis=1))
    rates = errors / np.maximum(spoken, 1)
    low, high = np.percentile(rates, [2.5, 97.5])
    value = sum(int(extra.sum()) for extra in more) / sum(int(w.sum()) for w in words)
    return Difference(float(value), float(low), float(high), sum(map(len, words)))
