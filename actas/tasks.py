"""What the site's cluster runs for actas."""

from actas import proposals
from sessions.models import CouncilSession, Recording
from transcription.models import Transcription


def draft(transcription_pk: int) -> None:
    """Write the draft of the session whose recording has just been heard."""
    recording = Recording.objects.filter(transcription=transcription_pk).first()
    if recording:  # an older hearing may end after a newer one took its place
        proposals.draft(recording.session)


def sweep() -> None:
    """Write the drafts whose task was lost on its way."""
    waiting = CouncilSession.objects.filter(
        acta__isnull=True, recordings__transcription__status=Transcription.Status.DONE
    )
    for session in waiting.distinct():
        proposals.draft(session)
