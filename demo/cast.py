"""Who speaks in the demonstration recording, and with which voice.

The halves of a style are blended apart: the timbre tells people from each other, the
prosody (pitch, melody, rhythm) decides whether a woman or a man is heard.
"""

from __future__ import annotations

from dataclasses import dataclass

Blend = dict[str, float]
"""Share of each style pack: a, g, n, t (women) and k (man). Shares may exceed 1."""


@dataclass(frozen=True)
class Voice:
    timbre: Blend
    prosody: Blend
    ratio: float
    """Resampling: above 1 the voice is higher and its formants too."""
    speed: float
    level: float = 0.0
    """Decibels against the nearest microphone, 0 or less."""


CAST: dict[str, tuple[str, Voice]] = {
    "camargo": (
        "Nubia Esperanza Camargo Pulido",
        Voice({"k": 1}, {"n": 1}, 1.05, 1.34),
    ),
    "sanabria": (
        "Jairo Antonio Sanabria Niño",
        Voice({"k": 1.2, "a": -0.2}, {"k": 0.85, "a": 0.15}, 1.05, 1.16, -2),
    ),
    "bernal": (
        "Luz Dary Bernal Fonseca",
        Voice({"a": 1}, {"a": 1}, 1.00, 1.16, -2),
    ),
    "cely": (
        "Edgar Mauricio Cely Avella",
        Voice({"t": 1}, {"k": 0.85, "t": 0.15}, 0.92, 1.16, -1),
    ),
    "buitrago": (
        "Martha Cecilia Buitrago Molano",
        Voice({"g": 1}, {"g": 1}, 1.00, 1.28, -3),
    ),
    "tibaduiza": (
        "Wilson Fernando Tibaduiza Pérez",
        Voice({"k": 0.65, "a": 0.35}, {"k": 1}, 0.90, 1.14, -3),
    ),
    "acevedo": (
        "Claudia Milena Acevedo Suárez",
        Voice({"n": 1}, {"n": 1}, 0.96, 1.28, -2),
    ),
    "mesa": (
        "Óscar Iván Mesa Cárdenas",
        Voice({"k": 0.5, "n": 0.5}, {"k": 0.8, "n": 0.2}, 0.90, 1.14, -4),
    ),
    "pinto": (
        "Diego Armando Pinto Casas",
        Voice({"a": 1}, {"k": 0.9, "a": 0.1}, 0.97, 1.24, -4),
    ),
    "vargas": (
        "Blanca Inés Vargas Holguín",
        Voice({"g": 0.5, "n": 0.5}, {"g": 0.5, "a": 0.5}, 0.92, 1.18, -3),
    ),
    "quevedo": (
        "Álvaro Hernán Quevedo Leal",
        Voice({"k": 1}, {"k": 1}, 1.00, 1.24),
    ),
    "forero": (
        "Paola Andrea Forero Díaz",
        Voice({"a": 0.6, "k": 0.4}, {"a": 1}, 1.06, 1.22, -2),
    ),
}

ABSENT = "Yesid Alfonso Cuervo Galindo"
