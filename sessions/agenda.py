"""The orden del día as people paste it: one title a line, in order."""

import difflib
import re

from django.db import transaction

from sessions.facts import hold
from sessions.models import AgendaItem, CouncilSession

MAX_ITEMS = 60
MAX_TITLE = 1000  # letters, as AgendaItem.title
ALIKE = 0.7  # how alike a corrected title is to what it was
# "1.", "2)", "III.", "•": what numbers a line, and is numbered again on the page.
_NUMBERING = re.compile(r"^\s*(?:(?:\d{1,2}|[IVX]{1,5})\s*[.)º°\-–]+|[•·*\-–])\s*")
_KINDS = (
    (r"llamad[oa] a lista|verificaci[oó]n del? qu[oó]rum", AgendaItem.Kind.LISTA),
    (r"orden del d[ií]a", AgendaItem.Kind.ORDEN),
    (r"proyectos? de acuerdo", AgendaItem.Kind.PROYECTO),
    (r"\bactas?\b", AgendaItem.Kind.ACTA),
    (r"proposici[oó]n|\bvarios\b", AgendaItem.Kind.PROPOSICION),
    (r"debate|control pol[ií]tico|citaci[oó]n", AgendaItem.Kind.DEBATE),
)


def titles_in(text: str) -> list[str]:
    """Return the titles of a pasted orden del día, without their numbers."""
    lines = (_NUMBERING.sub("", line) for line in text.splitlines())
    return [title for line in lines if (title := " ".join(line.split()))]


def kind_of(title: str) -> str:
    """Return what an item seems to be, from the words of its title."""
    for pattern, kind in _KINDS:
        if re.search(pattern, title, re.IGNORECASE):
            return kind
    return AgendaItem.Kind.OTRO


@transaction.atomic
def write(session: CouncilSession, titles: list[str]) -> None:
    """Make `titles` the orden del día, keeping what is known of those that stay.

    A title that stays, moves or is corrected keeps its row, and so its start and the
    votes taken on it. Raises NotAllowed when the acta has left the draft.
    """
    hold(session)
    old = list(session.agenda.all())
    rows = [_taken(title, old, 1.0) for title in titles]
    for at, title in enumerate(titles):
        rows[at] = rows[at] or _taken(title, old, ALIKE)
    for item in old:
        item.delete()
    for position, (title, row) in enumerate(zip(titles, rows, strict=True), start=1):
        item = row or AgendaItem(session=session, kind=kind_of(title))
        if item.pk and item.title != title:
            item.kind = kind_of(title)
        item.position, item.title = position, title
        item.save()


def _taken(title: str, old: list[AgendaItem], alike: float) -> AgendaItem | None:
    """Take out of `old` the item most like `title`, if it is alike enough."""
    words = title.casefold()

    def likeness(item: AgendaItem) -> float:
        return difflib.SequenceMatcher(None, item.title.casefold(), words).ratio()

    best = max(old, key=likeness, default=None)
    if best is None or likeness(best) < alike:
        return None
    old.remove(best)
    return best
