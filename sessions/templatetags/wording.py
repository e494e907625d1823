"""Template filters over sessions.wording; what is missing shows as nothing."""

from datetime import date, datetime, time

from django import template
from django.utils import timezone

from sessions import wording

register = template.Library()


@register.filter
def hour(moment: time | datetime | None) -> str:
    """Show an hour; a moment with a date and a zone, on the clock of Colombia."""
    if moment is None:
        return ""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment).time()
    return wording.hour(moment)


@register.filter
def long_date(day: date | None) -> str:
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return wording.long_date(day) if day else ""


@register.filter
def clock(seconds: float | None) -> str:
    return "" if seconds is None else wording.clock(seconds)


@register.filter
def duration(seconds: float | None) -> str:
    return "" if seconds is None else wording.duration(seconds)


@register.filter
def elapsed(seconds: float | None) -> str:
    return "" if seconds is None else wording.elapsed(seconds)


@register.filter
def size(count: int | None) -> str:
    return "" if count is None else wording.size(count)
