"""Which engine may hear a session, offered and refused."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from councils.engines import (
    allowed_to,
    external,
    is_external,
    label_of,
    may_hear,
    note_on,
    own_of,
)
from councils.models import Council
from transcription.engines import EngineError, model_of, settings_hash
from transcription.models import Part, Transcription


class NotPermitted(EngineError):
    """The council does not let this engine have its audio; nothing was sent."""

    def __init__(self, alias: str) -> None:
        super().__init__(
            f"El concejo no permite que su audio salga a un servicio externo, y "
            f"«{label_of(alias)}» lo es. No se le envió nada. Elija otro motor para "
            "la sesión, o pida a quien administra ASTRA que anote el permiso del "
            "concejo.",
            permanent=True,
        )


@dataclass(frozen=True)
class Choice:
    """An engine as people read it; alias "" stands for the council's own."""

    alias: str
    label: str
    note: str


def choices_for(council: Council) -> list[Choice]:
    """Return the engines that may hear a council's sessions, its own first.

    One that sends the audio elsewhere is offered only where the council allowed it.
    """
    own = own_of(council)
    note = note_on(own)
    if is_external(own) and not may_hear(council, own):
        note = "Es un servicio externo y el concejo no lo permite: elija otro."
    usual = Choice("", f"El de siempre: {label_of(own)}", note)
    return [usual, *named(allowed_to(council))]


def named(aliases: Iterable[str]) -> list[Choice]:
    return [Choice(alias, label_of(alias), note_on(alias)) for alias in aliases]


def check(council: Council, alias: str) -> None:
    """Raise NotPermitted for an engine that would send out what must stay in."""
    if is_external(alias) and not council.external_api_allowed:
        raise NotPermitted(alias)


def not_permitted(council: Council, aliases: Iterable[str]) -> list[str]:
    """Return those of `aliases` that must not have the council's audio."""
    barred = [] if council.external_api_allowed else external()
    return [alias for alias in aliases if alias in barred]


def has_stopped(hearing: Transcription) -> bool:
    """Whether a hearing, or a part of it, was set aside and waits for somebody."""
    aside = hearing.parts.filter(status=Part.Status.FAILED)
    return hearing.status == Transcription.Status.FAILED or aside.exists()


def do_without(hearing: Transcription, barred: Iterable[str]) -> None:
    """Take engines off the list of those that hear again what the first could not."""
    hearing.backups = [alias for alias in hearing.backups if alias not in set(barred)]
    hearing.save(update_fields=["backups"])


@transaction.atomic
def go_on_with(alias: str, hearing: Transcription, backups: list[str]) -> None:
    """Let another engine hear what is still to be heard; what is heard says by whom.

    Raises EngineError when the engine is not known.
    """
    done = hearing.parts.filter(status=Part.Status.DONE, engine="")
    done.filter(segments__isnull=False).update(  # heard before parts said by what
        engine=hearing.engine,
        model=hearing.model,
        settings_hash=hearing.settings_hash,
    )
    hearing.settings_hash, hearing.model = settings_hash(alias), model_of(alias)
    hearing.engine, hearing.backups = alias, backups
    hearing.save(update_fields=["engine", "model", "settings_hash", "backups"])
