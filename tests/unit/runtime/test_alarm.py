"""Deadlines that passed while nobody looked: what carriers have to say comes first, but a silent one is not waited for long."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.words import OfferEnd
from callcenter.runtime import alarm, clock
from callcenter.runtime.engine import Engine
from callcenter.store.sqlite_log import SqliteLog
from tests.unit.hub.story import CARRIER, center
from tests.unit.runtime.running import ANA, Running

LATER_MS = 60_000
"""Longer than any phone rings."""
NOBODYS = "+15555550999"
"""A number without a flow: who calls it waits for an agent at once."""


def at_phone(running: Running, what: str) -> None:
    """Ana's telephone is there, or answers."""
    act = getattr(running.carrier.network, what)
    running.carrier.pump.act(lambda now: act("phone-ana", now))


async def rung(running: Running, engine: Engine) -> None:
    """Somebody calls, and Ana's telephone rings."""
    at_phone(running, "register")
    await engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    await engine.ask(c.SetAvailable(agent=ANA))
    running.carrier.pump.act(lambda now: running.carrier.network.call_in("+12125550123", NOBODYS))
    await running.until(lambda: running.seen(e.OfferMade) and running.seen(e.LegRang))


async def cut_off(running: Running) -> Engine:
    """The service dies; another is made that comes long after, on what was stored, when every phone has rung out."""
    running.carrier.pump.act(lambda now: running.carrier.network.lose_connection("planned"))
    await running.engine.close()
    running.use(running.make(now=lambda: clock.now() + LATER_MS))
    return running.engine


def ends(running: Running) -> list[OfferEnd]:
    return [recorded.event.end for recorded in running.announced if isinstance(recorded.event, e.OfferOver)]


async def test_who_answered_while_we_were_away_has_her_call(running: Running):
    await rung(running, running.engine)
    again = await cut_off(running)
    at_phone(running, "answer")
    await again.start()
    for _ in range(2):  # the second is decided after everything that was due at the start
        await again.ask(c.ApplyCenter(version=1, center=center()))
    await running.carrier.start(again.tell)
    await running.until(lambda: running.seen(e.CallConnected))
    assert ends(running) == []


async def test_what_was_not_answered_rings_out_once_that_is_seen(running: Running):
    await rung(running, running.engine)
    again = await cut_off(running)
    await again.start()
    await running.carrier.start(again.tell)
    await running.until(lambda: ends(running) == [OfferEnd.RANG_OUT], seconds=alarm.PATIENCE_MS / 1000 - 1)


async def test_a_carrier_that_never_comes_is_not_waited_for(running: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alarm, "PATIENCE_MS", 200)
    await rung(running, running.engine)
    again = await cut_off(running)
    began = asyncio.get_running_loop().time()
    await again.start()
    await running.until(lambda: ends(running) == [OfferEnd.RANG_OUT])
    assert asyncio.get_running_loop().time() - began >= 0.19


async def test_a_process_that_stood_still_looks_before_it_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """SIGSTOP and SIGCONT, or a machine that slept: her limit is over, and that she answered is not heard yet."""
    monkeypatch.setattr(alarm, "AWAY_MS", 300)
    running = Running(SqliteLog(tmp_path / "events.db"))
    queues = {id: msgspec.structs.replace(queue, ring_ms=400) for id, queue in center().queues.items()}
    await running.open(center(queues=queues))
    await rung(running, running.engine)
    running.carrier.network.lose_next("LegAnswered")
    at_phone(running, "answer")
    time.sleep(0.9)  # noqa: ASYNC251 - the whole process stands still
    await running.until(lambda: running.seen(e.CallConnected))
    assert ends(running) == []
    await running.stop()
