"""An append that fails after the hub has decided more, on PostgreSQL: it never reached the server, or did, or does so too late.

Rule 3, whichever of them it was: nothing is lost, nothing is there twice, nobody is left alone, and nothing that failed is
written afterwards.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.errors import TryAgain
from callcenter.kernel.ids import CallId, LegId
from callcenter.store.postgres_log import PostgresLog
from tests.chaos.postgres_wire import How, PostgresWire
from tests.fixtures.ports import claim_free_port
from tests.unit.hub.story import CARRIER
from tests.unit.runtime.running import ANA, Running, stored

HOWS: tuple[How, ...] = ("never asked", "answer lost")
FENCE = b"\x00\x00\x00\x04test"
"""The holder of the lease, as a value of four bytes: of all statements after the start only the fence names it."""
MORE = 3
"""What the hub decides while the append that fails is under way."""


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Running, PostgresWire]]:
    there = urlsplit(url)
    assert there.port is not None
    wire = PostgresWire(claim_free_port(), there.port)
    await wire.mend()
    service = Running(PostgresLog(url.replace(f":{there.port}/", f":{wire.port}/")))
    try:
        await service.open()
        yield service, wire
        await service.stop()
    finally:
        await wire.cut()


def arrived(service: Running) -> list[LegId]:
    return [r.event.leg for r in service.announced if isinstance(r.event, e.CallArrived)]


@pytest.mark.parametrize("how", HOWS)
async def test_nothing_is_lost_or_there_twice(postgres_url: str, how: How):
    async with wired(postgres_url) as (service, wire):
        await service.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
        wire.break_at(b"CallArrived", how)
        legs = [service.call_in()]
        asked = []
        for number in range(MORE):
            await asyncio.sleep(0)  # the first is being written, the others are decided meanwhile
            asked.append(asyncio.ensure_future(service.engine.ask(c.SetAvailable(agent=ANA))))
            legs.append(service.call_in(f"+1212555013{number}"))
        async with asyncio.timeout(10):
            await wire.broke.wait()
            for one in asked:
                with pytest.raises(TryAgain):
                    await one
        await service.until(lambda: len(arrived(service)) == len(legs))
        # Everybody is answered, also the one whose append was stored and whose effects were never performed.
        await service.until(lambda: all(service.engine.state.legs[leg].up for leg in legs))
        await service.engine.ask(c.SetAvailable(agent=ANA))
        assert not service.engine.stopped.done()
        assert sorted(arrived(service)) == sorted(legs)
        events = await stored(service.log)
        assert [r.position for r in events] == list(range(1, len(events) + 1))
        assert service.announced[: len(events)] == events[: len(service.announced)], "each was announced once, in order"
        state = State()
        for recorded in events:
            apply(state, recorded)
        assert state.calls.keys() == service.engine.state.calls.keys()
        assert len(state.calls) == len(legs)


async def test_a_fence_whose_answer_was_lost_does_not_shut_us_out(postgres_url: str):
    """The first attempt to recover took a new epoch and does not know it."""
    async with wired(postgres_url) as (service, wire):
        wire.break_at(b"CallArrived", "never asked")
        service.call_in()
        await wire.broke.wait()
        wire.break_at(FENCE, "answer lost")
        async with asyncio.timeout(10):
            await wire.broke.wait()
        await service.until(lambda: len(arrived(service)) == 1)
        assert not service.engine.stopped.done()


async def test_an_append_that_was_given_up_is_not_carried_out_afterwards(postgres_url: str):
    """A server that stood still finds it in its socket, at the very position where the log ends."""
    async with wired(postgres_url) as (service, wire):
        wire.break_at(b"CallArrived", "asked late")
        service.call_in()
        await wire.broke.wait()
        given_up = re.search(rb'"call":"(\w{20})"', wire.late)
        assert given_up is not None
        wire.break_at(FENCE, "answer lost")  # the fence is there, and the engine pauses before it tries again
        async with asyncio.timeout(10):
            await wire.broke.wait()
        await wire.arrive()
        await service.until(lambda: len(arrived(service)) == 1)
        assert not service.engine.stopped.done()
        assert await service.log.read_call(CallId(given_up[1].decode())) == []
