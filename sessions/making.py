"""How a session's text was made: who heard it, where, at what cost."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from councils.engines import is_external, label_of, note_on
from sessions.models import CouncilSession
from transcription.models import Part, Transcription, UsageRecord


class Making:
    """The facts of the making, for the aside of the session's page."""

    def __init__(self, session: CouncilSession, parts: Sequence[Part]) -> None:
        found = [recording.transcription for recording in session.recordings.all()]
        hearings = [hearing for hearing in found if hearing]
        self.tense = tense_of(hearings, parts)
        used = dict.fromkeys(hearing.engine for hearing in hearings)
        self.engines = list(used) or [session.engine_alias]
        self._parts = [part.pk for part in parts]

    @property
    def title(self) -> str:
        made = {"future": "hará", "present": "hace", "past": "hizo"}
        return f"Cómo se {made[self.tense]}"

    @property
    def hears(self) -> str:
        heard = {"future": "oirá", "present": "oye", "past": "oyó"}
        return f"La {heard[self.tense]}"

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


def tense_of(hearings: Sequence[Transcription], parts: Sequence[Part]) -> str:
    """Return "present" while there is work, then "past" if anything was heard.

    Otherwise "future": nothing was begun, or it stopped before a first part was heard.
    """
    if any(hearing.is_working for hearing in hearings):
        return "present"
    done = any(part.status == Part.Status.DONE for part in parts)
    return "past" if done or any(h.heard_at for h in hearings) else "future"
