"""What the site's cluster runs for actas."""

from actas import proposals
from sessions.models import Recording
from transcription.tasks import each


def draft(transcription_pk: int) -> None:
    """Write the draft of the session whose recording has just been heard."""
    recording = Recording.objects.filter(transcription=transcription_pk).first()
    if recording:  # an older hearing may end after a newer one took its place
        proposals.draft(recording.session)


def sweep() -> None:
    """Write what was heard and no acta says.

    Its task was lost, or it came when the acta could not take it: a recording was
    still arriving, or the acta had been sent and was given back since.
    """
    each(proposals.waiting(), proposals.draft)
