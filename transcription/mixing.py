"""Decoded channels made one, in blocks of one second. [no Django]"""

from collections.abc import Iterator

import numpy as np


def seconds_long(planes: Iterator[np.ndarray], rate: int) -> Iterator[np.ndarray]:
    """Regroup (channels, n) arrays into (channels, rate) ones, the last shorter."""
    kept: list[np.ndarray] = []
    count = 0
    for plane in planes:
        if kept and kept[0].shape[0] != plane.shape[0]:
            # From stereo to mono or back: finish the block in the old shape.
            yield np.concatenate(kept, axis=1)
            kept, count = [], 0
        kept.append(plane)
        count += plane.shape[1]
        if count >= rate:
            whole = np.concatenate(kept, axis=1)
            for start in range(0, count - rate + 1, rate):
                yield whole[:, start : start + rate]
            rest = count % rate
            kept, count = ([whole[:, -rest:]], rest) if rest else ([], 0)
    if count:
        yield np.concatenate(kept, axis=1)


class Mixer:
    """Several channels to one, without losing what cancels in the mean.

    Two microphones wired in opposite phase sum to nothing: when the mean holds far
    less energy than its channels, the loudest channel is taken instead. One live
    and one dead channel keep half the level, which engines do not mind. The
    energies fade over some ten blocks so that the choice does not flutter.
    """

    CANCELLED = 0.05  # share of the channels' energy left in their mean

    def __init__(self) -> None:
        self.energies = np.zeros(0)
        self.mean_energy = 0.0

    def mix(self, block: np.ndarray) -> np.ndarray:
        """Return float32 (n,) from (channels, n)."""
        if block.shape[0] == 1:
            return block[0]
        mean = block.mean(axis=0)
        if len(self.energies) != block.shape[0]:
            self.energies, self.mean_energy = np.zeros(block.shape[0]), 0.0
        self.energies = 0.9 * self.energies + (block**2).mean(axis=1)
        self.mean_energy = 0.9 * self.mean_energy + float((mean**2).mean())
        if self.mean_energy < self.CANCELLED * self.energies.mean():
            return block[int(self.energies.argmax())]
        return mean
