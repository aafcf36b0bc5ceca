"""The single writer on a real log: append before act, what a failed append costs (nothing), and a second hub that is refused."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.errors import Refused, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CallId, LegId, RecordingId
from callcenter.runtime import clock
from callcenter.runtime.engine import Engine
from callcenter.runtime.performer import Performer
from callcenter.store.sqlite_log import SqliteLog
from callcenter.telephony.port import Carrier
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from tests.unit.hub.story import CARRIER, DIALED, PEOPLE, center

ANA = AgentId("ana")


class NobodyKnown:
    """Jobs of a center without customers: every look-up answers that nobody was found."""

    async def look_up(self, number: str) -> tuple[s.ContactMatch, ...]:
        return ()

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        size = 0
        async for piece in await carrier.fetch_recording(recording):
            size += len(piece)
        return size, 0


class Running:
    def __init__(self, path: Path) -> None:
        self.log = SqliteLog(path)
        self.carrier = SimulatedCarrier(CARRIER, clock=clock.now, seed=b"test")
        self.carrier.use_prompts(center().prompts)
        self.engine = Engine(self.log, Performer({CARRIER: self.carrier}, NobodyKnown()), holder="test")
        self.announced: list[Recorded] = []
        self._changed = asyncio.Event()
        self.engine.listeners.append(self._heard)

    def _heard(self, events: object) -> None:
        self.announced.extend(events)  # type: ignore[arg-type]
        self._changed.set()

    async def start(self) -> None:
        await self.log.open()
        await self.engine.start()
        await self.carrier.start(self.engine.tell)

    async def stop(self) -> None:
        await self.carrier.close()
        await self.engine.close()
        await self.log.close()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def seen(self, kind: type) -> bool:
        return any(isinstance(recorded.event, kind) for recorded in self.announced)

    def call_in(self, caller: str = "+12125550123") -> LegId:
        return self.carrier.pump.act(lambda now: self.carrier.network.call_in(caller, DIALED))


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    service = Running(tmp_path / "events.db")
    await service.start()
    await service.engine.ask(c.ApplyCenter(version=1, center=center(), personal=PEOPLE))
    yield service
    await service.stop()


async def stored(log: SqliteLog) -> list[Recorded]:
    return [recorded async for batch in log.read() for recorded in batch]


async def test_what_is_announced_is_stored_and_the_effects_follow(running: Running):
    running.call_in()
    await running.until(lambda: running.seen(e.IvrWaits))
    assert [r.position for r in running.announced] == list(range(1, len(running.announced) + 1))
    assert (await stored(running.log))[: len(running.announced)] == running.announced


async def test_a_refusal_reaches_who_asked(running: Running):
    with pytest.raises(Refused) as refused:
        await running.engine.ask(c.SetAvailable(agent=ANA))
    assert refused.value.code == "not_signed_in"


async def test_a_restart_finds_everything_again(running: Running, tmp_path: Path):
    await running.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    running.call_in()
    await running.until(lambda: running.seen(e.IvrWaits))
    await running.engine.close()
    before = running.engine.state
    again = Engine(running.log, Performer({CARRIER: running.carrier}, NobodyKnown()), holder="test")
    await again.start()
    assert again.state.position == before.position
    assert again.state.calls == before.calls
    assert again.state.agents == before.agents
    (call,) = again.state.calls.values()
    assert again.personal(call.party) == "+12125550123"
    assert again.state.blocked == before.blocked != frozenset()
    await again.close()


async def test_a_log_that_cannot_be_written_costs_nobody_anything(running: Running, tmp_path: Path):
    """Rule 3: the hub is thrown away, commands are told to try again, signals are kept, nothing is written twice."""
    await running.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    position = running.engine.position
    other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    running.call_in()
    asked = asyncio.ensure_future(running.engine.ask(c.SetAvailable(agent=ANA)))
    running.call_in("+12125550124")
    with pytest.raises(TryAgain):
        await asked
    assert running.engine.position == position
    assert not running.seen(e.CallArrived), "nothing was announced that is not stored"
    with pytest.raises(TryAgain):
        await running.engine.ask(c.SetAvailable(agent=ANA))
    other.execute("ROLLBACK")
    other.close()
    await running.until(lambda: sum(isinstance(r.event, e.CallArrived) for r in running.announced) == 2)
    await running.until(lambda: running.engine.writable)
    await running.engine.ask(c.SetAvailable(agent=ANA))
    events = await stored(running.log)
    assert [r.position for r in events] == list(range(1, len(events) + 1))
    assert sum(isinstance(r.event, e.CallArrived) for r in events) == 2
    state = State()
    for recorded in events:
        apply(state, recorded)
    assert state.calls.keys() == running.engine.state.calls.keys()


async def test_a_second_hub_on_the_same_log_stops_the_first(running: Running, tmp_path: Path):
    position = running.engine.position
    second = SqliteLog(tmp_path / "events.db")
    await second.open()
    await second.acquire("test", 10_000)
    running.call_in()
    reason = await asyncio.wait_for(asyncio.shield(running.engine.stopped), 5)
    assert "epoch" in reason
    assert running.engine.position == position
    with pytest.raises(TryAgain):
        await running.engine.ask(c.SetAvailable(agent=ANA))
    assert len(await stored(second)) == position
    await second.close()


async def test_a_listener_that_fails_does_not_stop_the_others(running: Running):
    def broken(events: object) -> None:
        raise RuntimeError("planned")

    running.engine.listeners.insert(0, broken)
    running.call_in()
    await running.until(lambda: running.seen(e.CallArrived))
