"""The hub as another process sees it, over a real Redis and the log's file: the same state and the same values whatever is heard,
commands carried out once or answered "try again". Both ends are in this process; test_two_processes has them apart."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.broadcast.redis_line import RedisLine
from callcenter.hub import checkpoint
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.errors import CarrierFault, Conflict, HouseError, NotFound, Refused, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CarrierName, PersonalId
from callcenter.kernel.presence import Presence
from callcenter.runtime import between, clock, hub_door, hub_view
from callcenter.runtime.beside_hub import SoftphonesAtHub
from callcenter.runtime.hub_door import HubDoor
from callcenter.runtime.hub_view import HubView
from callcenter.runtime.list_desk import ListDesk
from callcenter.runtime.list_jobs import ListJobs
from callcenter.store.database import Database, StoreFault
from callcenter.store.event_log import LogFault
from callcenter.store.sqlite_log import SqliteLog
from tests.fixtures.redis import RedisServer
from tests.integration.asking import until
from tests.unit.hub.story import CARRIER, PEOPLE, center
from tests.unit.runtime.running import ANA, Running, stored


class Pair:
    """A running hub with its door, and a view of it with a log and a line of its own."""

    def __init__(self, folder: Path, rows: str, server: RedisServer) -> None:
        self.server = server
        self.running = Running(SqliteLog(folder / "events.db"))
        self.engine = self.running.engine
        self.database = Database(rows)
        self.lists = ListDesk(self.database, ListJobs(rows, folder / "imports"), clock.now)
        self.door = self.make_door()
        self.log = SqliteLog(folder / "events.db")
        self.line = RedisLine(server.url)
        self.view = HubView(self.log, self.line)
        self.heard: list[Recorded] = []
        self.view.listeners.append(self.heard.extend)

    def make_door(self) -> HubDoor:
        line = RedisLine(self.server.url)
        return HubDoor(line, self.engine, {CARRIER: self.running.carrier}, self.lists, lambda: "")

    async def open(self) -> None:
        await self.running.open()
        await self.door.start()
        await self.log.open()
        await self.view.start()
        await self.line.start()
        await until(lambda: self.view.writable)

    async def stop(self) -> None:
        await self.view.close()
        await self.line.close()
        await self.log.close()
        await self.door.close()
        await self.running.stop()
        await self.database.close()

    async def level(self) -> None:
        """The view shows all that the hub has."""
        await until(lambda: self.view.position == self.engine.position == self.engine.state.position)

    def assert_same(self) -> None:
        assert saved(self.view.state) == saved(self.engine.state)
        named = checkpoint.named(checkpoint.dump(self.engine.state))
        assert {id: self.view.personal(id) for id in named} == {id: self.engine.personal(id) for id in named}

    async def sign_in(self) -> c.Done:
        return await self.view.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))


def saved(state: State) -> bytes:
    return checkpoint.dump(state)


@pytest.fixture
async def pair(tmp_path: Path, migrated_sqlite_url: str, own_redis: RedisServer) -> AsyncIterator[Pair]:
    pair = Pair(tmp_path, migrated_sqlite_url, own_redis)
    await pair.open()
    yield pair
    await pair.stop()


async def test_it_shows_what_the_hub_has_and_what_was_asked_through_it(pair: Pair):
    await pair.sign_in()
    assert pair.view.state.agents[ANA].presence is Presence.NOT_READY, "an answered command is shown"
    pair.running.call_in()
    pair.running.call_in("+12125550124")
    await pair.running.until(lambda: pair.running.seen(e.IvrWaits))
    await pair.level()
    pair.assert_same()
    (first, *_) = pair.view.state.calls.values()
    assert pair.view.personal(first.party) == "+12125550123", "numbers are read from the log's store"
    assert [recorded.position for recorded in pair.heard] == list(range(pair.heard[0].position, pair.view.position + 1))


async def test_what_was_not_heard_is_read_from_the_log(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pair.door._line, "say", lambda topic, message: None)  # everything that the hub says is lost
    pair.running.call_in()
    await pair.running.until(lambda: pair.running.seen(e.IvrWaits))
    assert pair.view.position < pair.engine.position
    monkeypatch.undo()  # the next batch does not follow, or the next beat is ahead
    await pair.level()
    pair.assert_same()
    assert len({recorded.position for recorded in pair.heard}) == len(pair.heard)


async def test_without_redis_it_says_so_follows_the_log_and_comes_back(pair: Pair):
    pair.server.stop()
    with pytest.raises(TryAgain):
        await asyncio.wait_for(pair.sign_in(), hub_view.TAKEN_WITHIN_S + 4)
    await until(lambda: pair.view.why_not == hub_view.NO_LINE, hub_view.FRESH_S + 4)
    pair.running.call_in()
    await pair.running.until(lambda: pair.running.seen(e.IvrWaits))
    await asyncio.wait_for(pair.level(), hub_view.LOOK_S + 2)
    pair.assert_same()
    with pytest.raises(TryAgain):
        await asyncio.wait_for(pair.sign_in(), 0.1)  # at once, when it is known
    pair.server.start()
    await until(lambda: pair.view.writable, 5)
    await pair.sign_in()
    await pair.level()
    pair.assert_same()
    assert len({recorded.position for recorded in pair.heard}) == len(pair.heard)


async def test_a_redis_that_is_emptied_costs_nothing_that_is_shown(pair: Pair):
    await pair.sign_in()
    pair.server.empty()
    assert pair.view.writable
    await pair.view.ask(c.SetAvailable(agent=ANA))
    assert pair.view.state.agents[ANA].presence is Presence.AVAILABLE
    pair.assert_same()


async def test_a_hub_that_is_gone_and_the_next_life(pair: Pair):
    await pair.door.close()
    await until(lambda: pair.view.why_not == hub_view.NO_HUB, hub_view.FRESH_S + 1)
    before = len(await stored(pair.log))
    with pytest.raises(TryAgain):
        await pair.sign_in()
    assert len(await stored(pair.log)) == before
    pair.door = pair.make_door()
    await pair.door.start()
    await until(lambda: pair.view.writable, 5)
    await pair.sign_in()
    pair.assert_same()


async def test_a_request_for_another_life_is_not_carried_out(pair: Pair):
    wanted = between.CarryOut(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    before = pair.engine.position
    answer = between.reply(await pair.door.carry(between.encode(between.Request("another", wanted))))
    assert answer == between.Failed("try_again", "try_again", hub_door.ANOTHER_LIFE)
    assert between.reply(await pair.door.carry(b"of another version")) == between.Failed(
        "try_again", "try_again", hub_door.NOT_UNDERSTOOD
    )
    assert pair.engine.position == before


async def test_a_lost_answer_is_never_done(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    """The hub has done it; nobody here can know, and the state tells."""
    monkeypatch.setattr("callcenter.broadcast.redis_line.ANSWER_MORE_S", 0.2)
    monkeypatch.setattr(hub_view, "TAKEN_WITHIN_S", 0.5)
    monkeypatch.setattr(pair.door._line, "_reply", lambda question, ended: None)
    with pytest.raises(TryAgain, match="not known"):
        await pair.sign_in()
    await pair.level()
    assert pair.view.state.agents[ANA].presence is Presence.NOT_READY
    monkeypatch.undo()
    await pair.sign_in()  # again is harmless


async def test_refusals_come_as_they_are(pair: Pair):
    with pytest.raises(Refused) as refused:
        await pair.view.ask(c.SetAvailable(agent=ANA))
    assert refused.value.code == "not_signed_in"
    with pytest.raises(NotFound):
        await pair.view.ask(c.SetAvailable(agent=AgentId("nobody")))


async def test_a_changed_center_brings_its_new_values(pair: Pair):
    renamed = [row if row.id != PersonalId("p-name-ana") else type(row)(row.id, row.kind, "Anastasia") for row in PEOPLE]
    await pair.engine.ask(c.ApplyCenter(version=2, center=center(), personal=tuple(renamed)))
    await pair.level()
    assert pair.view.personal(PersonalId("p-name-ana")) == "Anastasia"
    await pair.engine.ask(c.ErasePersonal(rows=(PersonalId("p-name-bo"),)))
    await pair.level()
    pair.assert_same()
    assert pair.view.personal(PersonalId("p-name-bo")) == pair.engine.personal(PersonalId("p-name-bo"))


async def test_softphones_are_made_where_the_network_is(pair: Pair):
    phones = SoftphonesAtHub(CARRIER, pair.view, ())
    assert phones.health().ready
    account = await phones.open_device("ana-1")
    assert account.kind == "simulated"
    assert pair.running.carrier._holds("ana-1", account.password)
    await phones.close_device("ana-1")
    assert not pair.running.carrier._holds("ana-1", account.password)
    with pytest.raises(NotFound):
        await SoftphonesAtHub(CarrierName("other"), pair.view, ()).open_device("ana-2")


@pytest.mark.parametrize(
    "error",
    [
        Refused("busy", "finish first"),
        NotFound("there is none"),
        Conflict("somebody else"),
        TryAgain("in a moment"),
        CarrierFault("it did not", retryable=True),
        CarrierFault("it did not", retryable=False),
        LogFault("log_unreachable", "the log is away"),
        StoreFault(OSError()),
    ],
)
def test_every_error_of_the_house_crosses_the_line(error: HouseError):
    """Told by the API as it would be in one process."""
    from callcenter.api import errors

    failure = between.reply(between.encode(between.failed(error)))
    assert isinstance(failure, between.Failed)
    came = between.error(failure)
    assert errors.status(came) == errors.status(error)
    assert errors.body(came) == errors.body(error)
    assert getattr(came, "retryable", None) == getattr(error, "retryable", None)
