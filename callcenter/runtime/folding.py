"""State from the log: at the start, and whenever the hub was thrown away. Begins with the kept checkpoint, where there is one."""

from collections.abc import Mapping

import structlog

from callcenter.hub import checkpoint
from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import PersonalId
from callcenter.runtime.checkpoints import HUB
from callcenter.store.event_log import EventLog

log = structlog.get_logger(__name__)

NOTHING_KNOWN: Mapping[PersonalId, str] = {}


async def folded(event_log: EventLog, known: Mapping[PersonalId, str] = NOTHING_KNOWN) -> State:
    """What all events of the log make, with the personal values that it names. Raises LogFault.

    `known` are values that somebody may still ask for although the state no longer names them.
    """
    state = await _kept(event_log)
    async for batch in event_log.read(state.position):
        for recorded in batch:
            apply(state, recorded)
    values = await event_log.personal(checkpoint.named(checkpoint.dump(state)))
    checkpoint.know(state, {**known, **values})
    return state


async def _kept(event_log: EventLog) -> State:
    kept = await event_log.checkpoint(HUB)
    if kept is None or kept.version != checkpoint.FORMAT or kept.position > await event_log.last_position():
        return State()
    try:
        return checkpoint.load(kept.payload)
    except ValueError as error:
        log.warning("checkpoint_not_read", position=kept.position, kind=type(error).__name__)
        return State()


async def since(event_log: EventLog, position: int) -> list[Recorded]:
    """The events behind `position`. Raises LogFault."""
    events: list[Recorded] = []
    async for batch in event_log.read(position):
        events.extend(batch)
    return events
