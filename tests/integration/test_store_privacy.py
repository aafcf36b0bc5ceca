"""No personal value reaches the log or what is made from it: planted numbers, names and digits are looked for in every row.

The real hub decides a day on the simulated network; its events go through the real log and the real projector of both
databases. Scanning for what was planted finds it where it belongs, and nowhere else.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.flow import Flow, GatherNode, QueueNode
from callcenter.kernel.ids import AgentId, NodeId, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.simulation.phones import Outside
from callcenter.store.database import Database
from callcenter.store.event_log import EventLog
from callcenter.store.postgres_log import PostgresLog
from callcenter.store.projector import Projector
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.tables import reporting_tables
from tests.unit.hub.story import Story, center

CALLER, CALLED, FORWARDED, BLOCKED = "+12125558341", "+12125552769", "+12125559052", "+12125550199"
ACCOUNT, PIN = "48213597", "940617"
NAME = "Xanthippe Quellenhofer"
PLANTED = {
    "caller": CALLER,
    "called": CALLED,
    "forwarded": FORWARDED,
    "blocked": BLOCKED,
    "keyed": ACCOUNT,
    "secret": PIN,
    "name": NAME,
}


def traces(value: str) -> set[str]:
    """What would give a value away: itself, its digits, their end, a part of a name."""
    digits = "".join(letter for letter in value if letter.isdigit())
    return {value, *value.split(), *({digits, digits[-7:]} if digits else ())}


def a_day() -> Story:
    flow = Flow(
        id="main",  # type: ignore[arg-type]
        start=NodeId("account"),
        nodes={
            NodeId("account"): GatherNode(prompt="menu", into="account", next="pin", on_failure="queue", maximum=8),  # type: ignore[arg-type]
            NodeId("pin"): GatherNode(prompt="menu", into="pin", next="queue", on_failure="queue", maximum=6, secret=True),  # type: ignore[arg-type]
            NodeId("queue"): QueueNode(queue="billing"),  # type: ignore[arg-type]
        },
    )
    story = Story()
    named = (PersonalRow(PersonalId("p-name-ana"), "name", NAME),)
    values = center(flows={"main": flow})
    story.asks(c.ApplyCenter(version=story.hub.state.center_version + 1, center=values, personal=named))
    ana = story.signs_in("ana")
    blocked = story.network.call_in(BLOCKED, "+15555550100")
    story.settles()
    assert blocked
    call = story.calls(CALLER)
    for key in ACCOUNT:
        story.until(lambda: story.call(call).node == "account")
        story.presses(call, key)
    story.until(lambda: story.call(call).node == "pin")
    for key in PIN:
        story.presses(call, key)
    story.until(lambda: story.rings("ana"))
    story.answers("ana")
    story.network.outside[FORWARDED] = Outside(does="answers")
    story.asks(c.TransferBlind(agent=ana, call=call, to=c.ToNumber(FORWARDED)))
    story.advances(20)
    story.caller_hangs_up(call)
    story.asks(c.SetDisposition(agent=ana, call=call, code="resolved"))
    story.asks(c.FinishWrapUp(agent=ana))
    story.network.outside[CALLED] = Outside(does="answers")
    placed = story.asks(c.PlaceCall(agent=ana, number=CALLED)).call
    assert placed is not None
    story.advances(10)
    story.caller_hangs_up(placed)
    story.asks(c.FinishWrapUp(agent=ana))
    kinds = {type(recorded.event) for recorded in story.events}
    assert {e.CallBlocked, e.DigitsEntered, e.TransferCompleted, e.CallPlaced, e.CallConnected} <= kinds
    return story


@pytest.fixture
async def log(rows_url: str) -> AsyncIterator[EventLog]:
    log: EventLog
    if rows_url.startswith("sqlite"):
        log = SqliteLog(Path(rows_url.removeprefix("sqlite:///")).with_name("events.db"))
    else:
        log = PostgresLog(rows_url)
    await log.open()
    await log.acquire("test", 60_000)
    yield log
    await log.close()


async def raw_events(log: EventLog) -> str:
    """Every column of every event as the database has it."""
    if isinstance(log, SqliteLog):
        return str(await log._reader.run(lambda db: db.execute("SELECT * FROM events").fetchall()))
    assert isinstance(log, PostgresLog)
    return str([tuple(row) for row in await log._reader.run(lambda db: db.fetch("SELECT * FROM log.events"))])


async def raw_rows(database: Database) -> str:
    async with database.read() as session:
        tables = [*reporting_tables.by_name(), "projection"]
        return str([(await session.execute(text(f"SELECT * FROM {table}"))).all() for table in tables])


async def test_what_was_planted_is_in_no_event_and_in_no_row(log: EventLog, database: Database):
    story = a_day()
    await log.append(0, story.events, story.personal)
    await Projector(log, database).catch_up()
    values = set((await log.personal_all()).values())
    assert set(PLANTED.values()) - {PIN} <= values, "the values themselves are where they belong"
    assert PIN not in values, "secret digits are kept nowhere"
    for where in (await raw_events(log), await raw_rows(database)):
        assert len(where) > 5_000
        assert {kind for kind, value in PLANTED.items() if any(trace in where for trace in traces(value))} == set()


async def test_the_scan_bites(log: EventLog, database: Database):
    """The same scan finds a number in an event that was written by mistake."""
    story = a_day()
    await log.append(0, story.events, story.personal)
    slip = e.Recorded(len(story.events) + 1, story.now, e.AgentNotReady(agent=AgentId("ana"), reason="call 212 5558341"))
    await log.append(len(story.events), [slip])
    await Projector(log, database).catch_up()
    where = await raw_events(log)
    assert any(trace in where for trace in traces(CALLER))


async def test_after_erasure_the_log_is_whole_and_the_value_gone(log: EventLog, database: Database):
    story = a_day()
    rows = tuple(row.id for row in story.personal if row.value in (CALLER, ACCOUNT))
    assert rows
    story.asks(c.ErasePersonal(rows=rows))
    erased = next(recorded.event for recorded in story.events if isinstance(recorded.event, e.PersonErased))
    await log.append(0, story.events, story.personal, erased.rows)
    values = set((await log.personal_all()).values())
    assert CALLER not in values
    assert ACCOUNT not in values
    assert CALLED in values
    assert await Projector(log, database).catch_up() == len(story.events)
