"""Who may see and change what on the pages of a council."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from councils.models import Council, User


def visible_council(request: HttpRequest, slug: str) -> Council:
    """Return the council of the address; 404 when it is not one's own."""
    return get_object_or_404(Council.objects.visible_to(request.user), slug=slug)


def editable_council(request: HttpRequest, slug: str) -> Council:
    """Return it to who may edit it; 403 for who only reads."""
    council = visible_council(request, slug)
    if not request.user.may_edit(council):
        raise PermissionDenied
    return council


def may_tend_voices(user: User, council: Council) -> bool:
    """Whether `user` may see which voices are kept, and delete them."""
    return user.may_edit(council) or user.may_approve(council)


def council_of_voices(request: HttpRequest, slug: str) -> Council:
    """Return it to who may see which voices are kept; 403 for who only reads."""
    council = visible_council(request, slug)
    if not may_tend_voices(request.user, council):
        raise PermissionDenied
    return council
