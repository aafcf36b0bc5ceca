"""The engine when something goes wrong that must not: a decision that fails, one that cannot be written, a process that dies
between writing and acting, a clock that is set back, ten thousand signals at once, a log that is silent at the end."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from callcenter.hub import hub
from callcenter.hub.deadlines import Due
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import Timing
from callcenter.kernel.errors import TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import AgentId, LegId, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.runtime import clock, engine
from callcenter.runtime.performer import Performer
from callcenter.store.event_log import LogFault
from callcenter.store.sqlite_log import SqliteLog
from tests.unit.hub.story import CARRIER, PEOPLE, center
from tests.unit.runtime.running import ANA, NobodyKnown, Running


def broken(*_: object) -> None:
    raise RuntimeError("planned")


async def test_a_decision_that_fails_is_said_and_costs_only_itself(running: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(hub._SIGNALS, s.LegRinging, broken)
    with capture_logs() as said:
        first = running.call_in()
        running.engine.tell(s.LegRinging(leg=LegId("l-any")))
        running.call_in("+12125550124")
        await running.until(lambda: sum(isinstance(r.event, e.IvrWaits) for r in running.announced) >= 2)
    assert any(line["event"] == "decision_failed" and line["kind"] == "LegRinging" for line in said)
    await running.until(lambda: running.engine.writable)
    assert first in running.engine.state.legs


async def test_a_deadline_that_fails_does_not_stop_the_others(running: Running, monkeypatch: pytest.MonkeyPatch):
    """It would be due again after every fold, for ever, before everything else."""
    monkeypatch.setitem(hub._CALL_DUE, Due.IVR_TOTAL, broken)
    queues = {id: msgspec.structs.replace(queue, announce_first_ms=600) for id, queue in center().queues.items()}
    values = center(timing=Timing(ivr_total_ms=50), queues=queues)
    await running.engine.ask(c.ApplyCenter(version=2, center=values, personal=PEOPLE))
    with capture_logs() as said:
        running.call_in()
        running.call_in("+12125550124")
        running.carrier.pump.act(lambda now: running.carrier.network.call_in("+12125550125", "+15555550999"))
        await running.until(lambda: running.seen(e.PositionTold))
    assert sum(line["event"] == "decision_failed" for line in said) == 2, "once for each caller in the flow"
    assert len(running.engine.state.calls) == 3


async def test_a_decision_that_cannot_be_written_is_left_out_and_the_others_are_written(running: Running):
    """A lone surrogate is text in Python and nothing that SQLite takes."""
    running.engine.tell(s.LegRinging(leg=LegId("l-any")))
    running.engine.tell(s.LegOffered(carrier=CARRIER, leg=LegId("l-bad"), caller="", dialed="\ud800"))
    leg = running.call_in()
    await running.until(lambda: running.seen(e.IvrWaits))
    assert LegId("l-bad") not in running.engine.state.legs
    assert leg in running.engine.state.legs
    await running.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))


async def test_a_snapshot_with_one_signal_that_fails_still_brings_the_carrier_up(
    running: Running, monkeypatch: pytest.MonkeyPatch
):
    await running.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    running.carrier.pump.act(lambda now: running.carrier.network.lose_connection("planned"))
    await running.until(lambda: not running.engine.state.carriers[CARRIER])
    monkeypatch.setitem(hub._SIGNALS, s.DeviceChanged, broken)
    running.carrier.pump.act(lambda now: running.carrier.network.connect())
    await running.until(lambda: running.engine.state.carriers[CARRIER])


async def test_ten_thousand_signals_are_written_in_bounded_batches_and_commands_get_their_turn(tmp_path: Path):
    sizes: list[int] = []

    class Counting(SqliteLog):
        async def append(
            self,
            expected_position: int,
            events: Sequence[Recorded],
            personal: Sequence[PersonalRow] = (),
            erased: Sequence[PersonalId] = (),
        ) -> None:
            sizes.append(len(events))
            await super().append(expected_position, events, personal, erased)

    service = Running(Counting(tmp_path / "events.db"))
    await service.start()
    for number in range(10_000):
        service.engine.tell(s.LegAnswered(leg=LegId(f"l-{number}")))
    await service.engine.ask(c.ApplyCenter(version=1, center=center(), personal=PEOPLE))
    ignored = [r.event.leg for r in service.announced if isinstance(r.event, e.SignalIgnored)]
    assert ignored == [f"l-{number}" for number in range(10_000)], "in their order, each once"
    assert max(sizes) <= engine.LARGEST_BATCH + 1
    await service.stop()


async def test_what_was_decided_by_a_process_that_died_is_settled_by_the_next(tmp_path: Path):
    """The decision is stored, its effects were never performed: the caller is looked after, and nobody is dialed twice."""

    class Dying(Performer):
        def __init__(self, asked: list[fx.AnyEffect]) -> None:
            super().__init__({CARRIER: service.carrier}, NobodyKnown())
            self.asked = asked
            self.dead = False

        def perform(self, effects: Iterable[fx.AnyEffect]) -> None:
            if not self.dead:
                some = list(effects)
                self.asked.extend(some)
                super().perform(some)

    asked: list[fx.AnyEffect] = []
    service = Running(SqliteLog(tmp_path / "events.db"))
    performer = Dying(asked)
    service.use(service.make(performer))
    flow = msgspec.convert({"id": "main", "start": "q", "nodes": {"q": {"node": "queue", "queue": "billing"}}}, Flow)
    await service.open(center(flows={"main": flow}))
    for name in ("ana", "bo"):
        service.carrier.pump.act(lambda now, name=name: service.carrier.network.register(f"phone-{name}", now))  # type: ignore[misc]
        await service.engine.ask(c.SignIn(agent=AgentId(name), carrier=CARRIER, device=f"phone-{name}", reachable=True))
    leg = service.call_in()
    await service.until(lambda: service.seen(e.CallQueued))
    performer.dead = True
    await service.engine.ask(c.SetAvailable(agent=ANA))
    await service.until(lambda: service.seen(e.OfferMade))
    lost = next(r.event for r in service.announced if isinstance(r.event, e.OfferMade))
    await service.engine.close()

    again = Running(service.log, service.carrier)
    again.use(again.make(Dying(asked), now=lambda: clock.now() + 5_000))
    await again.engine.start()
    service.carrier.pump.act(lambda now: service.carrier.network.lose_connection("planned"))
    await service.carrier.start(again.engine.tell)
    await again.until(lambda: again.seen(e.OfferOver))
    call = again.engine.state.calls[lost.call]
    assert call.state is CallState.QUEUED
    assert again.engine.state.legs[leg].up
    await again.engine.ask(c.SetAvailable(agent=AgentId("bo")))
    await again.until(lambda: again.seen(e.OfferMade))
    dialed = [effect.leg for effect in asked if isinstance(effect, fx.OriginateLeg)]
    assert lost.leg not in dialed, "what may have been dialed is not dialed again"
    assert len(dialed) == len(set(dialed)) == 1
    await again.stop()


async def test_a_clock_that_is_set_back_does_not_stop_the_deadlines(tmp_path: Path):
    step = 0
    service = Running(SqliteLog(tmp_path / "events.db"))
    service.use(service.make(now=lambda: clock.now() + step))
    await service.open(center(timing=Timing(ivr_total_ms=300)))
    step = -3_600_000
    service.call_in()
    await service.until(lambda: service.seen(e.CallQueued), 5)
    times = [recorded.at for recorded in service.announced]
    assert times == sorted(times)
    await service.stop()


async def test_a_log_that_fails_again_while_it_is_read_anew_is_read_once_more(tmp_path: Path):
    class Flaky(SqliteLog):
        faults = 0

        async def read(self, after: int = 0, *, batch: int = 1_000) -> AsyncIterator[list[Recorded]]:
            if self.faults and after:
                self.faults -= 1
                raise LogFault("log_unreachable", "planned")
            async for events in super().read(after, batch=batch):
                yield events

        async def append(
            self,
            expected_position: int,
            events: Sequence[Recorded],
            personal: Sequence[PersonalRow] = (),
            erased: Sequence[PersonalId] = (),
        ) -> None:
            if self.faults:
                raise LogFault("log_unreachable", "planned")
            await super().append(expected_position, events, personal, erased)

    log = Flaky(tmp_path / "events.db")
    service = Running(log)
    await service.open()
    log.faults = 2
    service.call_in()
    await service.until(lambda: service.seen(e.IvrWaits))
    assert service.engine.writable
    await service.stop()


async def test_the_end_does_not_wait_for_a_silent_log_and_answers_who_still_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "CLOSE_WITHIN_S", 0.2)
    service = Running(SqliteLog(tmp_path / "events.db"))
    await service.open()
    other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = asyncio.ensure_future(service.engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True)))
    gone = asyncio.ensure_future(service.engine.ask(c.SetAvailable(agent=ANA)))
    await asyncio.sleep(0)
    gone.cancel()
    async with asyncio.timeout(8):
        await service.engine.close()
    with pytest.raises(TryAgain):
        await asked
    with pytest.raises(TryAgain):
        await service.engine.ask(c.SetAvailable(agent=ANA))
    other.execute("ROLLBACK")
    other.close()
    await service.carrier.close()
    await service.log.close()
