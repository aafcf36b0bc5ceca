"""What every page of this process is shown: one fold of the committed events, rendered once, sent to all sockets.

It begins with the log and goes on with the fan-out, so it may start at any time and may fall behind without harm. Names of
contacts are asked of the customer store before a call is shown, for a short time only: a store that does not answer costs
the name, never the pop; the name follows when it answers again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import cycle
from typing import TypeVar

import structlog

from callcenter.api import views
from callcenter.api.notices import notice
from callcenter.api.schemas import live as m
from callcenter.api.session import Change
from callcenter.api.views import ContactName, Known
from callcenter.broadcast.fanout import TURNS, Fanout, Lagging, Subscription
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import PersonErased, Recorded, TransferFailed
from callcenter.kernel.ids import ContactId
from callcenter.runtime.deciding import Deciding
from reporting import views as seen
from reporting.live import Live

NAMES_WITHIN_S = 0.3
NAMES_AGAIN_AFTER_S = 2.0
LOG_AGAIN_AFTER_S = 0.5
MOST_NAMES = 5_000
KEEP_EVERY = 20_000
"""Events between two checkpoints."""
LOOK_AT_THE_CLOCK_EVERY_S = 1.0
TOGETHER_S = 0.25
"""So long at most, what is urgent to nobody at a page is put together before it is sent there."""

ReadLog = Callable[[int], AsyncIterator[list[Recorded]]]
Names = Callable[[set[ContactId]], Awaitable[Mapping[ContactId, ContactName]]]

V = TypeVar("V")

log = structlog.get_logger()


class _Pending:
    """What has been folded and not shown yet."""

    def __init__(self) -> None:
        self.center: seen.CenterView | None = None
        self.queues: dict[str, seen.QueueView] = {}
        self.agents: dict[str, seen.AgentView] = {}
        self.calls: dict[str, seen.CallView] = {}
        self.queues_gone: set[str] = set()
        self.agents_gone: set[str] = set()
        self.calls_gone: set[str] = set()
        self.notices: list[tuple[str, m.Notice]] = []

    def add(self, delta: seen.Delta) -> None:
        self.center = delta.center or self.center
        for views_, gone, new, went in (
            (self.queues, self.queues_gone, delta.queues, delta.queues_gone),
            (self.agents, self.agents_gone, delta.agents, delta.agents_gone),
            (self.calls, self.calls_gone, delta.calls, delta.calls_gone),
        ):
            views_.update(new)  # type: ignore[arg-type]
            gone.difference_update(new)
            gone.update(went)
            for id in went:
                views_.pop(id, None)


class Stage:
    """`live` is folded here and by nobody else. `position` is that of everything shown; the maps are replaced by entity."""

    def __init__(
        self,
        live: Live,
        source: Fanout[Sequence[Recorded]],
        read_log: ReadLog,
        keep: Callable[[Live], Awaitable[None]],
        engine: Deciding,
        names: Names,
        clock: Callable[[], int],
    ) -> None:
        self._live = live
        self._source = source
        self._read_log = read_log
        self._keep = keep
        self._kept = live.position
        self._engine = engine
        self._names = names
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._turning: asyncio.Task[None] | None = None
        self._nudging: asyncio.Task[None] | None = None
        self._folded = live.position
        self._pending = _Pending()
        self._queues_seen: dict[str, seen.QueueView] = {}
        self._calls_seen: dict[str, seen.CallView] = {}
        self._states: dict[str, Counter[m.AgentState]] = {}
        self._contacts: dict[ContactId, ContactName] = {}
        self._nameless: set[ContactId] = set()
        self.changes: Fanout[Change] = Fanout()
        self.position = 0
        self._version = live.snapshot().center.version
        self.center = views.center_view(live.snapshot().center, ())
        self.queues: dict[str, m.QueueView] = {}
        self.agents: dict[str, m.AgentView] = {}
        self.calls: dict[str, m.CallView] = {}

    @property
    def alive(self) -> bool:
        """Whether what is shown still follows the log."""
        return self._following is not None and not self._following.done()

    async def start(self) -> None:
        """Returns when everything that the log holds is shown."""
        subscription = self._source.subscribe()
        async for records in self._read_log(self._live.position):
            self._live.replay(records)
        self._folded = self._live.position
        await self._engine.recall(lambda: seen.personal_ids(self._live.snapshot()))
        self._pending.add(_whole(self._live.snapshot()))
        await self._catch_up()
        self._turning = asyncio.create_task(self._turn_days(), name="stage.days")
        self._nudging = asyncio.create_task(self._nudge(), name="stage.nudges")
        self._following = asyncio.create_task(self._follow(subscription), name="stage")
        self._following.add_done_callback(self._ended)

    async def close(self) -> None:
        for task in (self._following, self._refreshing, self._turning, self._nudging):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        self.changes.close()
        if self._live.position > self._kept:
            await self._keep(self._live)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("stage.stopped", kind=type(error).__name__, position=self._folded)
        self.changes.close()

    async def _follow(self, subscription: Subscription[Sequence[Recorded]]) -> None:
        while True:
            try:
                batches = await subscription.get()
            except Lagging:
                subscription = self._source.subscribe()
                await self._keep_catching_up()
                continue
            if not batches:
                return
            records = [record for batch in batches for record in batch if record.position > self._folded]
            if records and records[0].position != self._folded + 1:
                await self._keep_catching_up()
            async with self._one_at_a_time:
                self._fold(records)
                await self._show()
                if self._folded - self._kept >= KEEP_EVERY:
                    self._kept = self._folded
                    await self._keep(self._live)

    async def _keep_catching_up(self) -> None:
        """A log that does not answer for a moment must not end the live pages until somebody starts the service again."""
        while True:
            try:
                return await self._catch_up()
            except HouseError as error:
                log.warning("stage.log_unreachable", code=error.code, position=self._folded)
                await asyncio.sleep(LOG_AGAIN_AFTER_S)

    async def _catch_up(self) -> None:
        async with self._one_at_a_time:
            async for records in self._read_log(self._folded):
                self._fold(records)
            self._pending.notices.clear()  # of the past
            await self._show()

    async def _turn_days(self) -> None:
        """At the center's midnight the day's figures begin anew, whether anything happens or not."""
        while True:
            await asyncio.sleep(LOOK_AT_THE_CLOCK_EVERY_S)
            async with self._one_at_a_time:
                delta = self._live.turn(self._clock())
                if delta is not None:
                    self._pending.add(delta)
                    await self._show()

    async def _nudge(self) -> None:
        for turn in cycle(range(TURNS)):
            await asyncio.sleep(TOGETHER_S / TURNS)
            self.changes.nudge(turn)

    @property
    def center_version(self) -> int:
        """The center's version that is shown."""
        return self._version

    def _fold(self, records: Iterable[Recorded]) -> None:
        """Folds all of it and paints once: what one event made of an entity and the next one changed again, nobody is shown."""
        run: list[Recorded] = []
        for record in records:
            if record.position <= self._folded:
                continue
            event = record.event
            by = None
            if isinstance(event, PersonErased):
                self._paint(run)
                self._pending.add(_whole(self._live.snapshot()))
            elif isinstance(event, TransferFailed):
                self._paint(run)
                call = self._pending.calls.get(event.call) or self._calls_seen.get(event.call)
                by = call.transfer.agent if call is not None and call.transfer is not None else None
            if (passing := notice(record, by)) is not None:
                self._pending.notices.append(passing)
            run.append(record)
        self._paint(run)

    def _paint(self, run: list[Recorded]) -> None:
        if run:
            self._pending.add(self._live.replay(run))
            self._folded = run[-1].position
            run.clear()

    async def _show(self) -> None:
        """Renders what is pending and sends it."""
        pending, self._pending = self._pending, _Pending()
        wanted = {contact for call in pending.calls.values() for contact in views.contacts_of(call)}
        await self._learn(wanted - self._contacts.keys())
        known = Known(self._engine.state.center, self._engine.personal, self._contacts)
        agents = {id: views.agent_view(agent, known) for id, agent in pending.agents.items()}
        touched = self._count_states(agents, pending.agents_gone)
        self._queues_seen.update(pending.queues)
        for id in pending.queues_gone:
            self._queues_seen.pop(id, None)
        queues = {
            id: views.queue_view(queue, self._states.get(id, {}))
            for id, queue in self._queues_seen.items()
            if id in pending.queues or id in touched
        }
        calls = {id: views.call_view(call, known) for id, call in pending.calls.items()}
        self._calls_seen.update(pending.calls)
        self.queues.update(queues)
        self.agents.update(agents)
        self.calls.update(calls)
        for id in pending.queues_gone:
            self.queues.pop(id, None)
        for id in pending.agents_gone:
            self.agents.pop(id, None)
        for id in pending.calls_gone:
            self.calls.pop(id, None)
            self._calls_seen.pop(id, None)
        center = None
        if pending.center is not None:
            if pending.center.version != self._version:
                self.queues = _in_order(self.queues, known.center.queues)
                self.agents = _in_order(self.agents, known.center.agents)
            self._version = pending.center.version
            center = views.center_view(pending.center, self._queues_seen.values())
        self.center = center or self.center
        self.position = self._folded
        self.changes.publish(
            Change(
                position=self.position,
                center=center,
                queues=queues,
                agents=agents,
                calls=calls,
                queues_gone=frozenset(pending.queues_gone),
                agents_gone=frozenset(pending.agents_gone),
                calls_gone=frozenset(pending.calls_gone),
                notices=tuple(pending.notices),
            )
        )

    def _count_states(self, agents: Mapping[str, m.AgentView], gone: Iterable[str]) -> set[str]:
        """Keeps the number of agents per queue and state; answers with the queues whose numbers changed."""
        touched: set[str] = set()
        for id in (*agents, *gone):
            before, after = self.agents.get(id), agents.get(id)
            if before is not None and after is not None and (before.state, before.queues) == (after.state, after.queues):
                continue
            for agent, step in ((before, -1), (after, 1)):
                if agent is not None and agent.state != "signed_out":
                    for queue in agent.queues:
                        self._states.setdefault(queue, Counter())[agent.state] += step
                        touched.add(queue)
        return touched

    async def _learn(self, wanted: set[ContactId]) -> None:
        """Asks for names that are not known, for a short time; those that do not come are asked for again later."""
        if not wanted:
            return
        if len(self._contacts) > MOST_NAMES:
            shown = {contact for call in self._calls_seen.values() for contact in views.contacts_of(call)}
            self._contacts = {contact: name for contact, name in self._contacts.items() if contact in shown}
        if self._refreshing is not None and not self._refreshing.done():
            self._nameless |= wanted  # the store was silent a moment ago
            return
        await self._ask_names(wanted)
        if self._nameless:
            self._refreshing = asyncio.create_task(self._refresh(), name="names")

    async def _ask_names(self, wanted: set[ContactId]) -> None:
        try:
            async with asyncio.timeout(NAMES_WITHIN_S):
                found = await self._names(wanted)
        except (HouseError, TimeoutError) as error:
            log.warning("stage.names_missing", kind=type(error).__name__, contacts=len(wanted))
            self._nameless |= wanted
        else:
            for contact in wanted:
                self._contacts[contact] = found.get(contact, ContactName(name="", account=None))
            self._nameless -= wanted

    async def _refresh(self) -> None:
        while self._nameless:
            await asyncio.sleep(NAMES_AGAIN_AFTER_S)
            async with self._one_at_a_time:
                late = set(self._nameless)
                await self._ask_names(late)
                self._show_again(late - self._nameless)
                if self._pending.calls:
                    await self._show()

    async def contact_changed(self, contact: ContactId) -> None:
        """The customer store has a new name for this contact: calls that show it are shown again."""
        async with self._one_at_a_time:
            if self._contacts.pop(contact, None) is not None:
                self._show_again({contact})
                if self._pending.calls:
                    await self._show()

    def _show_again(self, contacts: set[ContactId]) -> None:
        for id, call in self._calls_seen.items():
            if contacts & views.contacts_of(call):
                self._pending.calls[id] = call


def _in_order(views: dict[str, V], order: Iterable[str]) -> dict[str, V]:
    """The views as the center lists them."""
    return {id: views[id] for id in order if id in views} | views


def _whole(snapshot: seen.LiveSnapshot) -> seen.Delta:
    """The change from nothing to this."""
    return seen.Delta(
        position=snapshot.position,
        at=snapshot.at,
        center=snapshot.center,
        queues=snapshot.queues,
        agents=snapshot.agents,
        calls=snapshot.calls,
    )
