"""What was folded, kept now and then, so that a start reads the last events and not years of them: the hub's state, the live
board.

A checkpoint of the hub is taken between two decisions and kept once all of it is stored. It may be lost at any time: it only
saves time. Values of personal rows that nobody needs any more are let go on the same occasion, so that memory does not grow
with the log.
"""

import asyncio
from collections.abc import Callable

import structlog

from callcenter.hub import checkpoint
from callcenter.hub.state import State
from callcenter.kernel.ids import PersonalId
from callcenter.store.event_log import Checkpoint, EventLog, LogFault
from reporting import live as board
from reporting.live import Live

log = structlog.get_logger(__name__)

HUB = "hub"
LIVE = "live"
EVERY = 20_000
"""Events between two checkpoints: about a tenth of a second of folding, and of an hour of 100 agents."""


class Forgetting:
    """Lets go of personal values that nobody needs any more, so that memory does not grow with the log."""

    def __init__(self) -> None:
        self._there_before: set[PersonalId] = set()
        self._named_before: set[PersonalId] = set()
        self.also_needed: list[Callable[[], set[PersonalId]]] = []
        """Who else still asks for personal values, and for which."""

    def let_go(self, state: State, named: set[PersonalId]) -> None:
        """A value stays while the state names it, and until the next time after that: pages may be a moment behind."""
        for others in self.also_needed:
            named |= others()
        for row in self._there_before - named - self._named_before:
            state.personal.pop(row, None)
        self._there_before = set(state.personal)
        self._named_before = named


class Checkpoints:
    """Of one engine. `look` costs nothing until the next one is due."""

    def __init__(self, event_log: EventLog, *, every: int = EVERY) -> None:
        self._log = event_log
        self._every = every
        self._last = 0
        self._taken: Checkpoint | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.forgetting = Forgetting()

    def begin(self, state: State) -> None:
        """The state was folded anew: what was taken of the one before may never be stored."""
        self._last = state.position
        self._taken = None

    def look(self, state: State, stored: int) -> None:
        """Called between decisions. `stored` is the last position in the log; the state may be ahead of it."""
        if self._taken is None and state.position - self._last >= self._every:
            self._take(state)
        if self._taken is not None and self._taken.position <= stored and self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(self._taken), name="checkpoint")

    async def close(self, state: State, stored: int) -> None:
        """One more at the end, when everything is stored: the next start has nothing to fold."""
        if self._keeping is not None:
            await self._keeping
        if state.position == stored and stored > self._last:
            self._take(state)
            assert self._taken is not None
            await self._keep(self._taken)

    def _take(self, state: State) -> None:
        saved = checkpoint.dump(state)
        self._taken = Checkpoint(name=HUB, position=state.position, version=checkpoint.FORMAT, payload=saved)
        self._last = state.position
        self.forgetting.let_go(state, checkpoint.named(saved))

    async def _keep(self, taken: Checkpoint) -> None:
        try:
            await self._log.keep_checkpoint(taken)
        except LogFault as fault:
            log.warning("checkpoint_not_kept", code=fault.code, position=taken.position)
        finally:
            self._keeping = None
            if self._taken is taken:
                self._taken = None


async def restored_live(event_log: EventLog) -> Live:
    """The live board as it was kept, or one that has folded nothing yet. Raises LogFault."""
    kept = await event_log.checkpoint(LIVE)
    if kept is None or kept.version != board.FORMAT or kept.position > await event_log.last_position():
        return Live()
    live = Live()
    try:
        live.load(kept.payload)
    except ValueError as error:
        log.warning("checkpoint_not_read", name=LIVE, position=kept.position, kind=type(error).__name__)
        return Live()
    return live


async def keep_live(event_log: EventLog, live: Live) -> None:
    """Keeps the board as it is now."""
    try:
        await event_log.keep_checkpoint(Checkpoint(LIVE, live.position, board.FORMAT, live.dump()))
    except LogFault as fault:
        log.warning("checkpoint_not_kept", name=LIVE, code=fault.code, position=live.position)
