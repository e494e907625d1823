"""How a session's text was made: who heard it, where, at what cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Sum

from councils.engines import backups_of, is_external, label_of, note_on
from sessions.facts import is_open
from sessions.models import CouncilSession
from transcription.models import Part, Transcription, UsageRecord


@dataclass(frozen=True)
class Ear:
    """An engine that heard parts of a session, as people read it."""

    engine: str
    model: str = ""  # as the service named it; "" for our own, whose name says it
    share: str = ""  # "2 de 3 partes", where several engines heard

    @property
    def label(self) -> str:
        return label_of(self.engine)


class Making:
    """The facts of the making, for the aside of the session's page."""

    def __init__(self, session: CouncilSession, parts: Sequence[Part]) -> None:
        self._session = session
        self._recordings = list(session.recordings.all())
        found = [recording.transcription for recording in self._recordings]
        self._hearings = [hearing for hearing in found if hearing]
        self._parts = parts
        self.tense = tense_of(self._hearings, parts)

    @property
    def title(self) -> str:
        made = {"future": "hará", "present": "hace", "past": "hizo"}
        return f"Cómo se {made[self.tense]}"

    @property
    def hears(self) -> str:
        heard = {"future": "oirá", "present": "oye", "past": "oyó"}
        return f"La {heard[self.tense]}"

    @cached_property
    def ears(self) -> list[Ear]:
        """Who heard, by the parts themselves: one tried again may be another's."""
        count = Counter(
            (part.engine, part.model if is_external(part.engine) else "")
            for part in self._parts
            if part.status == Part.Status.DONE and part.engine
        )
        asked = dict.fromkeys(hearing.engine for hearing in self._hearings)
        if not count:  # nothing was heard yet, or before parts said by what
            return [Ear(alias) for alias in asked or [self._session.engine_alias]]
        ears = [Ear(engine, model) for engine, model in count]
        known = {ear.engine for ear in ears}
        left = [h.engine for h in self._hearings if self._has_more(h)]
        coming = [Ear(alias, share="lo que falta") for alias in dict.fromkeys(left)]
        coming = [ear for ear in coming if ear.engine not in known]
        if len(ears) > 1 or coming:
            ears = [
                Ear(engine, model, f"{number} de {len(self._parts)} partes")
                for (engine, model), number in count.items()
            ]
        return ears + coming

    def _has_more(self, hearing: Transcription) -> bool:
        mine = [part for part in self._parts if part.transcription_id == hearing.pk]
        done = Part.Status.DONE
        return hearing.is_working and any(part.status != done for part in mine)

    @property
    def backups(self) -> str:
        """Who hears again what the first could not make out; "" for nobody."""
        asked = [alias for hearing in self._hearings for alias in hearing.backups]
        if not self._hearings:
            asked = backups_of(self._session.council, self._session.engine_alias)
        return " y ".join(label_of(alias) for alias in dict.fromkeys(asked))

    @property
    def where(self) -> str:
        outside = [ear for ear in self.ears if is_external(ear.engine)]
        if outside and len(outside) == len(self.ears):
            return "En un servicio externo que el concejo autorizó."
        if outside or self.was_sent:
            return (
                "En máquinas de ASTRA y, una parte, en un servicio externo que el "
                "concejo autorizó."
            )
        return "En máquinas de ASTRA. El audio no sale de ellas."

    @property
    def advice(self) -> str:
        """What to know of a modest engine; "" for one that serves daily use."""
        modest = any(ear.engine == "base" for ear in self.ears)
        return note_on("base") if modest else ""

    @property
    def cost(self) -> Decimal:
        """What hearing it cost so far, every time, in US dollars."""
        return self._spent["cost"] or Decimal(0)

    @property
    def was_sent(self) -> bool:
        """Whether some of the audio went to a service, this time or an earlier one."""
        return bool(self._spent["sent"])

    @property
    def can_be_repeated(self) -> bool:
        """Whether it may be heard by another engine now."""
        return self.tense == "past" and is_open(self._session)

    @cached_property
    def _spent(self) -> dict[str, Decimal | float | None]:
        files = [recording.file.name for recording in self._recordings]
        spent = UsageRecord.objects.filter(part__transcription__audio__in=files)
        return spent.aggregate(cost=Sum("cost"), sent=Sum("sent"))


def tense_of(hearings: Sequence[Transcription], parts: Sequence[Part]) -> str:
    """Return "present" while there is work, then "past" if anything was heard.

    Otherwise "future": nothing was begun, or it stopped before a first part was heard.
    """
    if any(hearing.is_working for hearing in hearings):
        return "present"
    done = any(part.status == Part.Status.DONE for part in parts)
    return "past" if done or any(h.heard_at for h in hearings) else "future"
