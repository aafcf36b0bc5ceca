"""One call whose record cannot be written stops nobody else's: it is set aside, said, counted, and the others go on."""

import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text
from structlog.testing import capture_logs

from callcenter.kernel import events as e
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId, ContactId
from callcenter.store.database import Database, StoreFault
from callcenter.store.projector import Projector
from callcenter.store.tables.projections import SetAsideRow
from reporting.counters import flat
from reporting.fold import call_of
from reporting.intervals import scan
from reporting.tables import FIELDS
from reporting.tally import Calendar
from tests.integration.test_store_projector import Log, counters_in, expected_calls, folded, rows
from tests.unit.reporting.histories import center, history

NO_COLUMN_TAKES = ContactId(2**63)
CALLS_ONLY = {field for field in FIELDS["queue"] if "wait" in field or not field.endswith("_ms")}


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    log = Log(tmp_path / "events.db")
    yield log
    await log.close()


def _day() -> list[Recorded]:
    dice = random.Random(7)
    return history([dice.randrange(10_000) for _ in range(600)], closed=True)


@pytest.fixture(scope="module")
def day() -> list[Recorded]:
    return _day()


def poisoned(events: Sequence[Recorded], place: int = 2) -> tuple[list[Recorded], CallId]:
    """A contact that no column takes is chosen for one of the day's calls, between its first events."""
    call = [record.call for record in folded(events).values() if record.conversations][place]
    mine = [recorded for recorded in events if call_of(recorded.event) == call]
    after = next(recorded for recorded in mine if isinstance(recorded.event, e.CallConnected)).position
    event = e.ContactChosen(call=call, contact=NO_COLUMN_TAKES, agent=folded(events)[call].conversations[0].agent)
    changed = [*events[:after], Recorded(0, events[after - 1].at, event), *events[after:]]
    return [Recorded(position, one.at, one.event) for position, one in enumerate(changed, 1)], call


def without(found: dict[str, list[dict[str, Any]]], calls: set[CallId]) -> dict[str, list[dict[str, Any]]]:
    return {name: [row for row in some if row["call"] not in calls] for name, some in found.items() if some and "call" in some[0]}


def check_others(found: dict[str, list[dict[str, Any]]], events: Sequence[Recorded], aside: set[CallId]) -> None:
    """Every other call's rows are a fold's; queues counted these calls and, at most, what the others had counted before."""
    wanted = without(expected_calls(events), aside)
    got = without(found, aside)
    for name, some in wanted.items():
        assert got.get(name, []) == some, name
    records = [record for record in folded(events).values() if record.call not in aside]
    counted = scan(records, Calendar(center().tz()))
    stored = counters_in(found)
    for key, values in counted.items():
        if key.kind != "queue":
            continue
        mine = stored[key.kind, key.subject, key.start_at, key.day]
        for name, amount in flat(values).items():
            if name in CALLS_ONLY and name != "longest_wait_ms":
                assert amount <= mine.get(name, 0) <= amount + len(aside), (key, name)


async def set_aside(database: Database) -> list[tuple[CallId | None, str]]:
    async with database.read() as session:
        rows_ = await session.scalars(select(SetAsideRow).order_by(SetAsideRow.position))
        return [(None if row.call is None else CallId(row.call), row.event) for row in rows_]


async def test_a_record_that_no_column_takes_is_set_aside_and_the_others_go_on(log: Log, database: Database, day: list[Recorded]):
    events, call = poisoned(day)
    await log.fill(events)
    projector = Projector(log, database)

    with capture_logs() as logged:
        assert await projector.catch_up() == events[-1].position

    assert await set_aside(database) == [(call, "ContactChosen")]
    assert projector.set_aside == 1
    (said,) = [line for line in logged if line["event"] == "record_set_aside"]
    assert (said["call"], said["log_level"]) == (call, "error")
    check_others(await rows(database), events, {call})


async def test_the_record_stays_as_it_last_could_be_written(log: Log, database: Database, day: list[Recorded]):
    events, call = poisoned(day)
    bad = next(recorded.position for recorded in events if isinstance(recorded.event, e.ContactChosen) and
               recorded.event.contact == NO_COLUMN_TAKES)  # fmt: skip
    await log.fill(events)
    await Projector(log, database).catch_up()

    until_then = expected_calls(events[: bad - 1])
    found = await rows(database)

    for name in ("call_record", "call_leg", "offer"):
        assert [row for row in found[name] if row["call"] == call] == [row for row in until_then[name] if row["call"] == call]


async def test_what_is_set_aside_stays_so_over_a_restart_and_is_tried_again_from_the_beginning(
    log: Log, database: Database, day: list[Recorded]
):
    events, call = poisoned(day)
    await log.fill(events)
    late_at = events[-1].at + 1_000
    await Projector(log, database).catch_up()
    once = await rows(database)
    agent = folded(events)[call].conversations[0].agent
    await log.append(len(events), [Recorded(len(events) + 1, late_at, e.DispositionSet(call=call, code="sold", agent=agent))])

    again = Projector(log, database)
    await again.catch_up()
    assert again.set_aside == 1
    assert without(await rows(database), set()) == without(once, set())

    await again.rebuild()
    assert (again.set_aside, await set_aside(database)) == (1, [(call, "ContactChosen")])

    async with database.write() as session:
        await session.execute(text("DELETE FROM projection"))
    anew = Projector(log, database)
    await anew.catch_up()
    assert (anew.set_aside, await set_aside(database)) == (1, [(call, "ContactChosen")])
    found = await rows(database)
    assert without(found, set()) == without(once, set())
    assert [row["offered"] for row in found["day_queue"]] == [row["offered"] for row in once["day_queue"]], "counted once"


async def test_several_bad_calls_of_one_batch(log: Log, database: Database, day: list[Recorded]):
    events, first = poisoned(day, 1)
    events, second = poisoned(events, 3)
    await log.fill(events)
    projector = Projector(log, database)

    await projector.catch_up()

    assert {call for call, _ in await set_aside(database)} == {first, second}
    check_others(await rows(database), events, {first, second})


async def test_events_that_fit_no_call_set_theirs_aside_and_those_of_an_agent_only_themselves(
    log: Log, database: Database, day: list[Recorded]
):
    """A log that another program wrote into, or a mistake in a fold."""
    over = next(recorded for recorded in day if isinstance(recorded.event, e.CallOver))
    here = next(recorded for recorded in day if isinstance(recorded.event, e.AgentSignedIn))
    events = list(day)
    for twice in sorted((over, here), key=lambda recorded: -recorded.position):
        events.insert(twice.position, twice)
    events = [replace(one, position=position) for position, one in enumerate(events, 1)]
    await log.fill(events)
    projector = Projector(log, database)

    await projector.catch_up()

    call = over.event.call  # type: ignore[union-attr]
    assert sorted(await set_aside(database), key=str) == sorted([(call, "CallOver"), (None, "AgentSignedIn")], key=str)
    found = await rows(database)
    assert without(found, {call}) == without(expected_calls(day), {call})


async def test_a_database_that_does_not_answer_sets_nothing_aside(log: Log, database: Database, day: list[Recorded]):
    await log.fill(day)
    async with database.write() as session:
        await session.execute(text("ALTER TABLE day_queue RENAME TO day_queue_away"))
    projector = Projector(log, database)

    with pytest.raises(StoreFault):
        await projector.catch_up()

    assert await set_aside(database) == []
    async with database.write() as session:
        await session.execute(text("ALTER TABLE day_queue_away RENAME TO day_queue"))
    await projector.catch_up()
    assert projector.set_aside == 0
