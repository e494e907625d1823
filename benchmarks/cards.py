"""What graphics cards can do by their makers' word, and what follows for another."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A card's published peak figures: what bounds an encoder and a decoder."""

    name: str
    pattern: str  # in the name that the driver gives
    tflops: float  # dense 16-bit tensor TFLOPS (half of what «with sparsity» says)
    bandwidth: float  # GB of memory a second
    source: str


CARDS = (
    Card("T4", r"\bT4\b", 65, 320, "NVIDIA T4 product brief PB-09256 (2019)"),
    Card("L4", r"\bL4\b", 121, 300, "NVIDIA L4 datasheet (2023)"),
    Card("A10", r"\bA10\b", 125, 600, "NVIDIA A10 datasheet (2021)"),
    Card("L40S", r"\bL40S\b", 362, 864, "NVIDIA L40S datasheet (2023)"),
    Card("A100 40 GB", r"\bA100\b.*40GB", 312, 1555, "NVIDIA A100 datasheet (2021)"),
    Card("A100 80 GB", r"\bA100\b.*80GB", 312, 1935, "NVIDIA A100 datasheet (2021)"),
    Card("H100 PCIe", r"\bH100 PCIe\b", 756, 2000, "NVIDIA H100 datasheet (2022)"),
    Card("H100 SXM", r"\bH100\b.*HBM3", 989, 3350, "NVIDIA H100 datasheet (2022)"),
    Card("H200", r"\bH200\b", 989, 4800, "NVIDIA H200 datasheet (2024)"),
)
L4 = CARDS[1]
L4_PRICE = 0.35  # US dollars an hour, what the product reckons with
HOURS = 7.0  # of audio: the session that the product's costs are given for


@dataclass(frozen=True)
class Projection:
    """Seconds that seven hours of audio take, and what they cost if a price is known.

    Least and most: between two cards time goes with arithmetic or with memory,
    whichever an engine waits for, and a peak figure tells neither apart.
    """

    least: float
    most: float
    price: float | None  # US dollars an hour

    @property
    def cost(self) -> float | None:
        """US dollars at the most."""
        return None if self.price is None else self.most / 3600 * self.price


def known(driver_name: str) -> Card | None:
    """Return the card that the driver calls so, or None if it is not in the table."""
    found = (card for card in CARDS if re.search(card.pattern, driver_name))
    return next(found, None)


def here(factor: float, price: float | None) -> Projection:
    """Return what seven hours take where audio is heard `factor` times faster."""
    seconds = HOURS * 3600 / factor
    return Projection(seconds, seconds, price)


def elsewhere(factor: float, card: Card, other: Card, price: float) -> Projection:
    """Return what seven hours take on `other`, from the `factor` seen on `card`."""
    seconds = HOURS * 3600 / factor
    ratios = sorted((card.tflops / other.tflops, card.bandwidth / other.bandwidth))
    return Projection(seconds * ratios[0], seconds * ratios[1], price)
