"""Hours as people type them, and what a roll call allows."""

import re
from dataclasses import dataclass
from datetime import time

_HOUR = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*(?:[:.h]|\sy\s)\s*(?P<minute>\d{2}))?"
    r"\s*(?P<half>a\.?\s?m\.?|p\.?\s?m\.?|m\.?)?"
)
HOW = "Escríbala así: 9:58 a. m., 1:05 p. m. o 13:05."


def read_hour(
    text: str, opened: time | None = None, closed: time | None = None
) -> time:
    """Return the hour that `text` says: "9:58", "9 y 58", "1:05 p. m.", "13:05".

    An hour without its half of the day is the one of the clock; but "1:01" in a session
    that opened at 9:15 is of the afternoon, if the session lasted until then. Raises
    ValueError, in Spanish, when no hour can be read.
    """
    said = _HOUR.fullmatch(" ".join(text.lower().replace("\u00a0", " ").split()))
    if said is None:
        raise ValueError(f"«{text}» no se entiende como hora. {HOW}")
    hour, minute = int(said["hour"]), int(said["minute"] or 0)
    half = re.sub(r"[\s.]", "", said["half"] or "")
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        raise ValueError(f"«{text}» no es una hora del día. {HOW}")
    if half == "m" and (hour, minute) != (12, 0):
        raise ValueError(f"«{text}» no se entiende: «m.» es solo el mediodía. {HOW}")
    if half == "am":
        hour %= 12
    elif half == "pm":
        hour = hour % 12 + 12
    elif not half and opened and 1 <= hour < 8 and time(hour, minute) < opened:
        later = time(hour + 12, minute)
        return later if later <= (closed or time.max) else time(hour, minute)
    return time(hour, minute)


def is_guess(text: str, read: time, closed: time | None = None) -> bool:
    """Whether `read` is not the hour that `text` says by itself, but the likely one.

    `read` is what `read_hour` returned. Before a known closing there is no other hour
    that it could be.
    """
    return closed is None and read != read_hour(text)


def wrong_hours(
    arrived: time | None,
    left: time | None,
    opened: time | None,
    closed: time | None,
) -> dict[str, str]:
    """Return what is wrong with a councillor's hours, by "arrived" and "left".

    Hours that are not known (None) are not compared.
    """
    wrong = {}
    for name, hour in (("arrived", arrived), ("left", left)):
        if hour and opened and hour < opened:
            wrong[name] = "Es anterior a la apertura de la sesión."
        elif hour and closed and hour > closed:
            wrong[name] = "Es posterior al cierre de la sesión."
    if arrived and left and left <= arrived:
        wrong.setdefault("left", "La hora de retiro es anterior a la de llegada.")
    return wrong


@dataclass(frozen=True)
class Roll:
    """A roll call in numbers. Ley 136 de 1994, art. 29."""

    seats: int
    present: int
    confirmed: int
    """Councillors whose attendance a person has confirmed, whatever it is."""
    missing: int
    """Councillors whose attendance nobody has confirmed yet."""
    to_decide: int
    to_deliberate: int

    @property
    def tag(self) -> str:
        """How the quórum looks: "ok" to decide, "warn" to deliberate, "bad" none."""
        if self.present >= self.to_decide:
            return "ok"
        return "warn" if self.present >= self.to_deliberate else "bad"

    @property
    def icon(self) -> str:
        return {"ok": "check", "warn": "alert", "bad": "stop"}[self.tag]

    @property
    def verdict(self) -> str:
        return verdicts(self.to_decide, self.to_deliberate)[self.tag]


def verdicts(to_decide: int, to_deliberate: int) -> dict[str, str]:
    """Return what each number of present councillors allows, by the tag of a Roll."""
    return {
        "ok": f"Quórum decisorio, mínimo {to_decide}",
        "warn": f"Solo quórum deliberatorio: para decidir se necesitan {to_decide}",
        "bad": f"Sin quórum: para deliberar se necesitan {to_deliberate}",
    }
