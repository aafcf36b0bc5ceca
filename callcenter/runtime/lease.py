"""Holding on to the lease of the log, by which no second hub decides."""

import asyncio
from collections.abc import Callable

import structlog

from callcenter.kernel.errors import Conflict
from callcenter.store.event_log import EventLog, LogFault

log = structlog.get_logger(__name__)

LEASE_MS = 10_000


async def hold(event_log: EventLog, paused: Callable[[], bool]) -> None:
    """Renews the lease three times in its length, for ever. Raises Conflict when somebody else has it.

    While `paused` nothing is renewed: whoever folds the log anew renews by himself.
    """
    while True:
        await asyncio.sleep(LEASE_MS / 3000)
        if paused():
            continue
        try:
            await event_log.renew(LEASE_MS)
        except Conflict:
            raise
        except LogFault as fault:
            log.error("lease_not_renewed", code=fault.code)
        except Exception:
            log.exception("lease_not_renewed")
