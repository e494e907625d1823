"""What services that charge for hearing may cost, and what they have cost so far."""

from __future__ import annotations

from django.conf import settings
from django.db.models import F, FloatField, Q, Sum
from django.utils import timezone

from transcription.engines import EngineError
from transcription.machines import UsageRecord
from transcription.models import Transcription

NAMES = {
    "recording": ("OPENAI_MAX_USD_RECORDING", "por grabación", "la grabación ya va en"),
    "month": ("OPENAI_MAX_USD_MONTH", "al mes", "este mes ya va en"),
}


def dollars(seconds: float, price: float) -> float:
    """Return what `seconds` of audio cost at `price` US dollars a minute."""
    return seconds / 60 * price


def allow(transcription: Transcription, seconds: float, price: float) -> None:
    """Raise EngineError if sending `seconds` would pass a ceiling.

    The ledger tells what was spent: on this recording by all its transcriptions, and
    since the first of the month by everybody; what retries and failed parts cost is
    in it. Parts that are being heard at this moment are not yet: each worker may
    pass the ceiling by one part.
    """
    cost = dollars(seconds, price)
    if not cost:
        return
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0)
    same = Q(part__transcription__sha256=transcription.sha256)
    for name, rows in (("recording", same), ("month", Q(at__gte=first))):
        ceiling = settings.SERVICE_MAX_USD[name]
        if ceiling and (spent := spent_on(rows)) + cost > ceiling:
            raise _too_much(name, spent, cost, ceiling)


def spent_on(rows: Q) -> float:
    """Return the US dollars paid to services in the ledger's `rows`."""
    machine = F("price") * F("seconds") / 3600.0
    paid = Sum(F("cost") - machine, output_field=FloatField())
    sent = UsageRecord.objects.filter(rows, sent__gt=0)
    return sent.aggregate(paid=paid)["paid"] or 0.0


def _too_much(name: str, spent: float, cost: float, ceiling: float) -> EngineError:
    setting, each, so_far = NAMES[name]
    return EngineError(
        f"Este tramo no se envió al servicio de transcripción: {so_far} "
        f"{usd(spent)}, enviarlo costaría {usd(cost)} más y el tope es de "
        f"{usd(ceiling)} {each}. Lo ya transcrito está guardado. Elija otro motor, o "
        f"pida a quien administra el servidor que suba el tope ({setting}), y después "
        "intente de nuevo.",
        permanent=True,
    )


def usd(amount: float) -> str:
    """Return US dollars as people here write them: «0,12 USD»."""
    return f"{amount:.2f} USD".replace(".", ",")
