"""What stands in the engine's inbox, and what became of it. No decision is made here."""

import asyncio
from dataclasses import dataclass

from callcenter.hub.hub import Tick
from callcenter.hub.turn import Decision
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.errors import HouseError, TryAgain
from callcenter.kernel.signals import AnySignal
from callcenter.telephony.port import CarrierSnapshot

Incoming = AnySignal | CarrierSnapshot | AnyCommand | Tick

WENT_WRONG = "Something went wrong here and was written to the service's log. Try again in a moment."


@dataclass(slots=True)
class Item:
    item: Incoming
    answer: asyncio.Future[Done] | None = None
    leave_out: tuple[AnySignal, ...] = ()
    """Signals of a snapshot that could not be decided."""


@dataclass(slots=True)
class Decided:
    item: Item
    decision: Decision | None
    error: HouseError | None = None


def refuse(item: Item, why: str = "The database does not answer at the moment. Try again in a moment.") -> None:
    if item.answer is not None and not item.answer.done():
        item.answer.set_exception(TryAgain(why))
