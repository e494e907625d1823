"""The link to the second of the recording that supports a fact."""

from typing import Any

from django import template
from django.urls import reverse

from sessions.tramos import tramo_of
from sessions.wording import clock

register = template.Library()


@register.inclusion_tag("_proof.html")
def proof(session_pk: int, second: float | None, quote: str = "") -> dict[str, Any]:
    """Show ▶ and the clock, and what is heard there; nothing when it is not known."""
    if second is None:
        return {}
    address = reverse("review", args=[session_pk, tramo_of(second)])
    return {
        "href": f"{address}?t={int(second)}",
        "clock": clock(second),
        "quote": quote,
    }
