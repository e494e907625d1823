"""How a session's text was made: who heard it, where, at what cost."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from sessions.engines import is_external, label_of, note_on
from sessions.models import CouncilSession
from transcription.models import Part, UsageRecord


class Making:
    """The facts of the making, for the aside of the session's page."""

    def __init__(self, session: CouncilSession, parts: Sequence[Part]) -> None:
        hearings = [r.transcription for r in session.recordings.all()]
        used = dict.fromkeys(h.engine for h in hearings if h)
        self.heard = bool(used)
        self.engines = list(used) or [session.engine_alias]
        self._parts = [part.pk for part in parts]

    @property
    def labels(self) -> str:
        return " y ".join(label_of(alias) for alias in self.engines)

    @property
    def is_external(self) -> bool:
        return any(is_external(alias) for alias in self.engines)

    @property
    def advice(self) -> str:
        """What to know of a modest engine; "" for one that serves daily use."""
        return note_on("base") if "base" in self.engines else ""

    @property
    def cost(self) -> Decimal:
        """What the machine time cost so far, in US dollars."""
        spent = UsageRecord.objects.filter(part__in=self._parts)
        return spent.aggregate(total=Sum("cost"))["total"] or Decimal(0)
