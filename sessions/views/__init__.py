"""Who may see and change what on the pages of a session."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from councils.models import User
from sessions.models import CouncilSession, Recording


def session_for(user: User, pk: int, *, editing: bool = False) -> CouncilSession:
    """Return a session of the user's councils, with its council and acta.

    Raises Http404 for anybody else's, PermissionDenied when `editing` needs a larger
    role.
    """
    visible = CouncilSession.objects.visible_to(user)
    session = get_object_or_404(visible.select_related("council", "acta"), pk=pk)
    if editing and not user.may_edit(session.council):
        raise PermissionDenied
    return session


def recording_for(user: User, pk: int, *, editing: bool = False) -> Recording:
    """Return a recording of the user's councils, its drawn wave left behind.

    Raises as `session_for` does.
    """
    visible = Recording.objects.filter(
        session__in=CouncilSession.objects.visible_to(user)
    ).select_related("transcription", "session__council", "session__acta")
    light = visible.defer("transcription__peaks", "transcription__terms")
    recording = get_object_or_404(light, pk=pk)
    if editing and not user.may_edit(recording.session.council):
        raise PermissionDenied
    return recording
