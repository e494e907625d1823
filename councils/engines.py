"""The engines that the settings name, in the words of who chooses one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from councils.models import Council

NOTES = {
    "base": "Rápido y modesto, funciona en cualquier servidor: para el uso diario se "
    "recomienda uno más grande.",
    "turbo": "El recomendado para el uso diario: acierta más en nombres y palabras "
    "poco comunes. Necesita una máquina con tarjeta gráfica.",
    "parakeet": "Muy rápido y de buena calidad. Necesita una máquina con tarjeta "
    "gráfica.",
    "parakeet-cpu": "De buena calidad, en el mismo servidor y sin máquina alquilada.",
    "openai": "Un servicio externo: el audio sale del servidor de ASTRA.",
}


def label_of(alias: str) -> str:
    """Return an engine's name; an alias that is gone from the settings names itself."""
    return settings.TRANSCRIPTION_ENGINES.get(alias, {}).get("LABEL", alias)


def note_on(alias: str) -> str:
    return NOTES.get(alias, "")


def exists(alias: str) -> bool:
    return alias in settings.TRANSCRIPTION_ENGINES


def is_external(alias: str) -> bool:
    """Whether an engine sends the audio out of the owner's machines."""
    return bool(settings.TRANSCRIPTION_ENGINES.get(alias, {}).get("EXTERNAL"))


def external() -> list[str]:
    """Return the aliases that send the audio out of the owner's machines."""
    return [alias for alias in settings.TRANSCRIPTION_ENGINES if is_external(alias)]


def may_hear(council: Council, alias: str) -> bool:
    """Whether an engine is there and the council lets it have its audio."""
    return exists(alias) and (council.external_api_allowed or not is_external(alias))


def allowed_to(council: Council) -> list[str]:
    """Return the aliases that may hear a council's sessions."""
    return [a for a in settings.TRANSCRIPTION_ENGINES if may_hear(council, a)]


def own_of(council: Council) -> str:
    """Return the engine that hears a council's sessions: its own or the server's."""
    return council.engine or settings.TRANSCRIPTION_ENGINE


def backups_of(council: Council, engine: str) -> list[str]:
    """Return what hears again what `engine` could not make out: one alias, or none."""
    backup = council.backup_engine
    return [backup] if backup != engine and may_hear(council, backup) else []
