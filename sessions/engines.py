"""The engines that may hear a session, in the words of who chooses one."""

from dataclasses import dataclass

from django.conf import settings

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
    own = council.engine or settings.TRANSCRIPTION_ENGINE
    usual = Choice("", f"El de siempre: {label_of(own)}", note_on(own))
    others = [
        Choice(alias, label_of(alias), note_on(alias))
        for alias in settings.TRANSCRIPTION_ENGINES
        if council.external_api_allowed or not is_external(alias)
    ]
    return [usual, *others]


def label_of(alias: str) -> str:
    """Return an engine's name; an alias that is gone from the settings names itself."""
    return settings.TRANSCRIPTION_ENGINES.get(alias, {}).get("LABEL", alias)


def note_on(alias: str) -> str:
    return NOTES.get(alias, "")


def is_external(alias: str) -> bool:
    """Whether an engine sends the audio out of the owner's machines."""
    return bool(settings.TRANSCRIPTION_ENGINES.get(alias, {}).get("EXTERNAL"))
