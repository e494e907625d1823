"""What the site's cluster runs for councils."""

from councils import remembering


def tidy() -> None:
    """Delete the voices and documents whose time is over."""
    remembering.tidy()
