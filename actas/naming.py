"""Names proposed for the voices of a session, with what speaks for and against them.

Only a voice that nobody has named, and of which nobody took a name away, gets one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actas.models import Acta
from actas.reading.voices import Evidence


def propose_names(
    acta: Acta,
    heard: Mapping[str, Sequence[Evidence]] | None = None,
    *,
    only_empty: bool = False,
) -> None:
    """Propose who each voice is, out of all that the acta says now.

    `heard` is further evidence by voice: how it sounds, where the council may remember
    that. With `only_empty`, a name that is proposed already stays. The caller holds
    the acta's lock.
    """
    raise NotImplementedError
