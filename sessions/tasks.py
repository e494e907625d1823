"""What the site's cluster runs for sessions."""

from sessions import uploads


def sweep() -> None:
    """Forget the uploads that nobody went on with."""
    uploads.sweep()
