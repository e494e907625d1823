"""What the site's cluster runs for actas."""

from actas import naming, proposals
from actas.models import Acta
from sessions.models import Recording
from transcription.tasks import each


def draft(transcription_pk: int) -> None:
    """Write the draft of the session whose recording has just been heard."""
    recording = Recording.objects.filter(transcription=transcription_pk).first()
    if recording:  # an older hearing may end after a newer one took its place
        proposals.draft(recording.session)


def name_voices(acta_pk: int) -> None:
    """Propose names for voices that have none, now that a person named another."""
    acta = Acta.objects.select_related("session__council").filter(pk=acta_pk).first()
    if acta and acta.is_editable:
        naming.propose_further(acta)


def sweep() -> None:
    """Write what was heard and no acta says.

    Its task was lost, or it came when the acta could not take it: a recording was
    still arriving, or the acta had been sent and was given back since.
    """
    each(proposals.waiting(), proposals.draft)
