"""Which stretches of speech a speaker model looks at. [no Django]"""

from collections.abc import Iterator, Sequence

# The windows of 3D-Speaker's diarization recipe, which CAM++ was made for.
WINDOW = 1.5  # seconds
HOP = 0.75  # seconds
SHORTEST = 0.4  # seconds; less says nothing of who speaks
# Models take windows of one length at a time, so short ones are of a few lengths.
STEP = 0.04  # seconds

Span = tuple[float, float]  # start and end in seconds


def windows(speech: Sequence[Span]) -> list[Span]:
    """Return windows over `speech`, span by span, in order.

    They overlap by half, and the last of a span ends where the span ends. A span
    shorter than a window is one of its own, cut to a multiple of STEP amid it; one
    shorter than SHORTEST has none.
    """
    return [window for span in speech for window in _windows(*span)]


def _windows(start: float, end: float) -> Iterator[Span]:
    length = end - start
    if length < SHORTEST - 1e-6:
        return
    if length < WINDOW:
        kept = int(length / STEP + 1e-6) * STEP
        first = start + (length - kept) / 2
        yield first, first + kept
        return
    hops = int((length - WINDOW) / HOP + 1e-6)
    for hop in range(hops + 1):
        yield start + hop * HOP, start + hop * HOP + WINDOW
    if length - WINDOW - hops * HOP > STEP:
        yield end - WINDOW, end
