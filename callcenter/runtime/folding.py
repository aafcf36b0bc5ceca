"""State from the log: at the start, and whenever the hub was thrown away."""

from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel.events import Recorded
from callcenter.store.event_log import EventLog


async def folded(log: EventLog) -> State:
    """What all events of the log make. Raises LogFault."""
    state = State()
    state.personal.update(await log.personal_all())
    async for batch in log.read():
        for recorded in batch:
            apply(state, recorded)
    return state


async def since(log: EventLog, position: int) -> list[Recorded]:
    """The events behind `position`. Raises LogFault."""
    events: list[Recorded] = []
    async for batch in log.read(position):
        events.extend(batch)
    return events
