"""What the site's cluster runs for sessions."""

from councils.models import Council
from sessions import permission, uploads


def sweep() -> None:
    """Forget the uploads that nobody went on with; send nothing without leave."""
    uploads.sweep()
    permission.sweep()


def withdraw(council_pk: int) -> None:
    """Stop sending a council's audio to services, from this moment on."""
    for council in Council.objects.filter(pk=council_pk, external_api_allowed=False):
        permission.withdraw(council)
