"""What went wrong with a transcription service, in the words of who waits for it.

No message carries the key: services repeat parts of it in theirs. [no Django]
"""

from __future__ import annotations

import email.utils
import math
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from transcription.engines import EngineError

if TYPE_CHECKING:
    import openai

OUT_OF_MONEY = re.compile(r"insufficient_quota|billing|credit", re.I)
SAID = 200  # letters of the service's own message that are passed on
KEPT = "Lo ya transcrito está guardado"
AGAIN = (
    f"{KEPT}; ASTRA lo intenta de nuevo y, si no se puede, deja este tramo apartado "
    "para que usted lo reintente."
)


class Passing(Exception):
    """A trouble that may pass while one waits.

    `trouble` is raised in its place when it does not; `wait` is what the service asked
    for, in seconds, or None; `taken` tells that it may have done the work (and count
    it) though its answer was lost.
    """

    def __init__(
        self, trouble: EngineError, *, wait: float | None = None, taken: bool = False
    ) -> None:
        super().__init__(str(trouble))
        self.trouble, self.wait, self.taken = trouble, wait, taken


def final(server: str, happened: str, do: str) -> EngineError:
    """Return the error for what does not pass by itself; `do` is what helps."""
    return EngineError(
        f"El servicio de transcripción ({server}) {happened}. {KEPT}; este tramo quedó "
        f"sin transcribir. {do} y después intente de nuevo.",
        permanent=True,
    )


def passing(
    server: str, happened: str, *, wait: float | None = None, taken: bool = False
) -> Passing:
    """Return the trouble that may be over in a while."""
    message = f"El servicio de transcripción ({server}) {happened}. {AGAIN}"
    return Passing(EngineError(message), wait=wait, taken=taken)


def of_status(
    error: openai.APIStatusError, *, server: str, model: str, key: str, key_name: str
) -> EngineError | Passing:
    """Return what a refusal means: an EngineError for good, a Passing for a while."""
    status, code = error.status_code, f"{error.code} {error.type}"
    said = _said(error, key)
    if status in (401, 403):
        return final(
            server,
            "no aceptó la clave",
            f"Pida a quien administra el servidor que revise {key_name}",
        )
    if status == 402 or (status == 429 and OUT_OF_MONEY.search(code)):
        return final(
            server,
            "dice que se acabó el saldo o el cupo de la cuenta",
            "Pida a quien administra la cuenta que la recargue",
        )
    if status == 404:
        return final(
            server,
            f"no conoce el modelo «{model}» o esa dirección",
            "Pida a quien administra el servidor que revise el modelo y la dirección",
        )
    if status == 413:
        return final(
            server,
            "no recibe archivos de este tamaño",
            "Pida a quien administra el servidor que baje block_seconds en las "
            "opciones del motor",
        )
    if status == 429:
        wait = retry_after(error.response.headers)
        return passing(server, "pide ir más despacio (429)", wait=wait)
    if status in (408, 409) or status >= 500:
        wait = retry_after(error.response.headers)
        return passing(server, f"tiene un problema ({status})", wait=wait)
    return final(
        server,
        f"rechazó el audio ({status}{said})",
        "Elija otro motor o muestre esta nota a quien administra el servidor",
    )


def of_connection(error: openai.APIConnectionError, *, server: str) -> Passing:
    """Return what a broken or silent connection means."""
    # Heavy, and loaded by then: only the process that transcribes may pay for it.
    import httpx2
    import openai

    cause = error.__cause__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        return passing(server, "no se deja alcanzar: no hay conexión")
    # A block that did not get there whole was not heard, and is not charged; one that
    # broke off while the answer was waited for may have been.
    lost = httpx2.ReadError | httpx2.ReadTimeout | httpx2.RemoteProtocolError
    taken = isinstance(cause, lost)
    if isinstance(error, openai.APITimeoutError):
        return passing(server, "no respondió a tiempo", taken=taken)
    return passing(server, "cortó la comunicación antes de terminar", taken=taken)


def broken(server: str) -> Passing:
    """Return the trouble of an answer that cannot be read to its end."""
    return passing(server, "envió una respuesta incompleta", taken=True)


def host(base_url: str) -> str:
    """Return the part of an address that may be shown: no user, no password."""
    return urlsplit(base_url).hostname or "dirección desconocida"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the service asks to wait, or None (RFC 9110, 10.2.3)."""
    asked = headers.get("retry-after", "")
    try:
        seconds = float(asked)
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(
            email.utils.parsedate_to_datetime(asked).timestamp() - time.time(), 0
        )
    except (TypeError, ValueError):
        return None


def _said(error: openai.APIStatusError, key: str) -> str:
    """Return the service's own words, short, on one line and without the key."""
    body = error.body
    if isinstance(body, dict):  # FastAPI says «detail», where OpenAI says «message»
        body = body.get("message") or body.get("detail")
    text = " ".join(str(body or "").split())
    if key:
        text = text.replace(key, "…")
    return f": {text[:SAID]}" if text else ""
