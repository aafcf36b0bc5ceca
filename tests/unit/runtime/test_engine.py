"""The single writer on a real log: append before act, what a failed append costs (nothing), and a second hub that is refused."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.errors import Refused, TryAgain
from callcenter.store.sqlite_log import SqliteLog
from tests.unit.hub.story import CARRIER
from tests.unit.runtime.running import ANA, Running, stored


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
    again = running.make()
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
