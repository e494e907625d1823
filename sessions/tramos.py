"""The tramos into which a session is cut to be reviewed: ten minutes each."""

SECONDS = 600.0  # of the session's clock in a tramo


def tramo_of(second: float) -> int:
    """Return the number, from 1, of the tramo in which a second falls."""
    return int(max(second, 0) // SECONDS) + 1
