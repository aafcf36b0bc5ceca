"""A start reads from the last checkpoint on, and a checkpoint that is no good costs time and nothing else."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.hub import checkpoint
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.errors import TryAgain
from callcenter.runtime.checkpoints import HUB, Checkpoints, keep_live, restored_live
from callcenter.runtime.engine import Engine
from callcenter.runtime.performer import Performer
from callcenter.store.event_log import Checkpoint, EventLog
from callcenter.store.sqlite_log import SqliteLog
from reporting.live import Live
from tests.unit.hub.story import CARRIER, PEOPLE
from tests.unit.runtime.running import ANA, Running, stored


class Kept(Running):
    """An engine that keeps a checkpoint every few events."""

    def make(self, performer: Performer | None = None, **options: Any) -> Engine:
        return super().make(performer, checkpoints=Checkpoints(self.log, every=5), **options)

    async def calls(self, count: int) -> None:
        """So many callers have hung up in the flow."""
        for number in range(count):
            self.announced.clear()
            leg = self.call_in(f"+1212555{number:04}")
            await self.until(lambda: self.seen(e.IvrWaits))
            self.carrier.pump.act(lambda now, leg=leg: self.carrier.network.hang_up(leg, now))  # type: ignore[misc]
            await self.until(lambda: self.seen(e.LegDown))


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    service = Kept(SqliteLog(tmp_path / "events.db"))
    await service.open()
    await service.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    yield service
    await service.stop()


async def checkpoint_of(log: EventLog) -> Checkpoint:
    found = await log.checkpoint(HUB)
    assert found is not None
    return found


async def test_a_start_needs_only_the_events_behind_the_checkpoint(kept: Kept, tmp_path: Path):
    await kept.calls(3)
    kept.call_in("+12125550123")
    await kept.until(lambda: any(isinstance(r.event, e.IvrWaits) for r in kept.announced[-3:]))
    before = kept.engine.state
    await kept.engine.close()
    found = await checkpoint_of(kept.log)
    assert found.position == before.position, "the last one is kept at the end"
    with closing(sqlite3.connect(tmp_path / "events.db", isolation_level=None)) as log:
        log.execute("DELETE FROM events WHERE position < ?", (found.position,))
    again = kept.make()
    await again.start()
    (call,) = again.state.calls.values()
    assert again.state.calls == before.calls
    assert again.state.agents == before.agents
    assert again.personal(call.party) == "+12125550123"
    assert again.state.blocked == before.blocked != frozenset()
    await again.close()


@pytest.mark.parametrize("spoil", ["payload", "version", "position"])
async def test_a_checkpoint_that_is_no_good_is_not_used(kept: Kept, spoil: str):
    await kept.calls(2)
    before = kept.engine.state
    await kept.engine.close()
    good = await checkpoint_of(kept.log)
    spoiled = {
        "payload": msgspec.structs.replace(good, payload=b'{"position": 7}'),
        "version": msgspec.structs.replace(good, version=checkpoint.FORMAT + 1, payload=b"of another time"),
        "position": msgspec.structs.replace(good, position=good.position + 1_000),
    }
    await kept.log.keep_checkpoint(spoiled[spoil])
    again = kept.make()
    await again.start()
    assert again.state.position == before.position
    assert again.state.agents == before.agents
    await again.close()


async def test_what_never_reached_the_log_is_in_no_checkpoint(kept: Kept, tmp_path: Path):
    """The hub decides ahead of the disk, so that a checkpoint may be taken of events that are then lost."""
    await kept.calls(1)
    other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for number in range(20):
        kept.call_in(f"+1212555{number:04}")
    with pytest.raises(TryAgain):
        await kept.engine.ask(c.SetAvailable(agent=ANA))
    other.execute("ROLLBACK")
    other.close()
    await kept.until(lambda: kept.engine.writable and len(kept.engine.state.calls) == 20)
    await kept.engine.close()
    found = await checkpoint_of(kept.log)
    events = await stored(kept.log)
    assert found.position == events[-1].position
    assert checkpoint.load(found.payload).calls == kept.engine.state.calls


async def test_values_that_nobody_needs_leave_the_memory(kept: Kept):
    long = kept.call_in("+12125550123")
    await kept.until(lambda: kept.seen(e.IvrWaits))
    await kept.calls(30)
    (call,) = (call for call in kept.engine.state.calls.values() if call.customer == long)
    assert kept.engine.personal(call.party) == "+12125550123"
    assert len(kept.engine.state.personal) < len(PEOPLE) + 10
    assert len(await kept.log.personal_all()) > 30


async def test_who_else_needs_a_value_keeps_it(kept: Kept):
    kept.call_in("+12125550123")
    await kept.until(lambda: kept.seen(e.CallArrived))
    (row,) = (row for row, value in (await kept.log.personal_all()).items() if value == "+12125550123")
    await kept.engine.recall(lambda: {row})
    await kept.calls(30)
    assert kept.engine.personal(row) == "+12125550123"
    await kept.engine.close()
    again = kept.make()
    await again.start()
    await again.recall(lambda: {row})
    assert again.personal(row) == "+12125550123"
    await again.close()


async def test_the_board_goes_on_where_it_was(kept: Kept, tmp_path: Path):
    await kept.calls(2)
    live = Live()
    live.replay(await stored(kept.log))
    await keep_live(kept.log, live)
    again = await restored_live(kept.log)
    assert again.snapshot() == live.snapshot()
    assert again.position == live.position > 0
