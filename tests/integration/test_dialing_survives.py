"""A campaign's process dies between any two steps, and is started again: no lead is dialed twice for one attempt, every attempt
ends once, no claim is left behind.
"""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.dialing import Machines, Outcome
from callcenter.kernel.ids import CampaignId
from callcenter.simulation.phones import Outside
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from tests.integration.campaigning import Office
from tests.integration.dialing import Dialer, Killed, campaign, law
from tests.integration.test_dialing import filled

LEADS = 4
STEPS = 52
"""Effects are begun or done so often in a day without a death; a test counts them."""
LISTENING_STEPS = 74
"""The same of a day on which it is listened who answers."""


async def ready(
    database: Database, office: Office, tmp_path: Path, **values: object
) -> tuple[Dialer, CampaignId, list[str]]:
    """Four leads: one answers and talks, one is answered when nobody is there and opts out, one is busy, one rings out."""
    dialer = Dialer(database, law())
    spring = await dialer.opens(campaign(**values))
    numbers = await filled(dialer, office, spring, tmp_path, LEADS)
    dialer.behave(numbers[0], after_ms=3_000, hangs_up_after_ms=8_000)
    dialer.behave(numbers[1], after_ms=3_000)
    dialer.behave(numbers[2], does="busy")
    dialer.behave(numbers[3], does="no_answer")
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    return dialer, spring, numbers


async def lives(dialer: Dialer, numbers: list[str]) -> None:
    """Ninety seconds: while the second number is up, the agent's phone is away and the callee presses the key."""
    for _ in range(180):
        await dialer.advances(0.5)
        await dialer.wraps_up()
        second = next((line for line in dialer.network.lines.values() if line.number == numbers[1]), None)
        ana = dialer.network.devices["phone-ana"]
        if second is not None and ana.registered:
            dialer.network.unregister("phone-ana", dialer.now)
        elif second is None and not ana.registered:
            await dialer.works("ana", next(iter(dialer.hub.state.campaigns)))
        if second is not None and second.prompts:
            dialer.network.press(second.leg, "9", dialer.now)
        await dialer.settles()


class Death:
    """Comes at the step of this number."""

    def __init__(self, at: int) -> None:
        self.at, self.steps = at, 0

    def __call__(self, step: str) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Killed(step)


async def check(dialer: Dialer, numbers: list[str]) -> None:
    dialed = [event.attempt for event in dialer.all(e.AttemptDialed)]
    assert len(dialed) == len(set(dialed)), "an attempt is dialed once"
    over = Counter(event.attempt for event in dialer.all(e.AttemptOver))
    assert set(over.values()) <= {1}, "an attempt ends once"
    assert set(over) == set(dialed), "every attempt ends"
    assert dialer.hub.state.attempts == {}
    assert dialer.hub.state.jobs == {}
    asked = Counter(dialer.dialed)
    attempts_of = Counter(dialer.personal[event.number].value for event in dialer.all(e.AttemptDialed))
    assert all(asked[number] <= attempts_of[number] for number in asked), "nothing is dialed that no event tells of"
    async with dialer.database.read() as session:
        open_ = await session.scalar(select(func.count()).where(LeadAttemptRow.settled_at.is_(None)))
        states = list(await session.scalars(select(LeadRow.state)))
        rows = {row.attempt: row.outcome for row in await session.scalars(select(LeadAttemptRow))}
    assert open_ == 0
    assert "claimed" not in states
    assert rows == {event.attempt: event.outcome.value for event in dialer.all(e.AttemptOver)}, "rows say what the log says"
    dialer.watch.sweep(dialer.hub.state, dialer.now)
    assert dialer.watch.violations == []
    if dialer.all(e.OptedOut):
        assert await DoNotCall(dialer.database).listed(numbers[1], "US") == ("own",)


async def test_without_a_death_all_are_dialed(database: Database, office: Office, tmp_path: Path):
    dialer, _, numbers = await ready(database, office, tmp_path)
    dialer.hook = living = Death(0)
    await lives(dialer, numbers)
    assert living.steps == STEPS
    await check(dialer, numbers)
    assert {event.outcome for event in dialer.all(e.AttemptOver)} == {
        Outcome.ANSWERED, Outcome.ABANDONED, Outcome.BUSY, Outcome.NO_ANSWER,
    }  # fmt: skip


async def dies_at(database: Database, office: Office, tmp_path: Path, at: int) -> None:
    dialer, spring, numbers = await ready(database, office, tmp_path)
    await dies_once(dialer, spring, numbers, at)


async def dies_once(dialer: Dialer, spring: CampaignId, numbers: list[str], at: int) -> None:
    dialer.hook = Death(at)
    with pytest.raises(Killed):
        await lives(dialer, numbers)
    dialer.hook = lambda step: None
    await dialer.dies_and_starts()
    await lives(dialer, numbers)
    await dialer.asks(c.StopCampaign(campaign=spring))
    await dialer.advances(30)
    await check(dialer, numbers)


async def listening(database: Database, office: Office, tmp_path: Path) -> tuple[Dialer, CampaignId, list[str]]:
    """Machines are left a message: a person, one whom nobody takes, a machine, a fax."""
    dialer, spring, numbers = await ready(database, office, tmp_path, machines=Machines.MESSAGE, voicemail="sorry")
    dialer.behave(numbers[2], after_ms=3_000, who="machine", greeting_ms=900, beep_ms=200, hangs_up_after_ms=20_000)
    dialer.behave(numbers[3], after_ms=3_000, who="fax", hangs_up_after_ms=20_000)
    return dialer, spring, numbers


async def test_who_answers_is_heard_without_a_death(database: Database, office: Office, tmp_path: Path):
    dialer, _, numbers = await listening(database, office, tmp_path)
    dialer.hook = living = Death(0)
    await lives(dialer, numbers)
    assert living.steps == LISTENING_STEPS
    await check(dialer, numbers)
    over = {event.outcome: event.message_played_at for event in dialer.all(e.AttemptOver)}
    assert set(over) == {Outcome.ANSWERED, Outcome.ABANDONED, Outcome.MACHINE, Outcome.FAX}
    assert over[Outcome.MACHINE] is not None


@pytest.mark.parametrize("at", range(1, LISTENING_STEPS + 1, 3))
async def test_the_process_dies_at_any_step_of_listening(migrated_sqlite_url: str, tmp_path: Path, at: int):
    database = Database(migrated_sqlite_url)
    try:
        office = Office(database, migrated_sqlite_url, tmp_path / "imports")
        dialer, spring, numbers = await listening(database, office, tmp_path)
        await dies_once(dialer, spring, numbers, at)
    finally:
        await database.close()


@pytest.mark.parametrize("at", range(1, STEPS + 1))
async def test_the_process_dies_at_any_step(migrated_sqlite_url: str, tmp_path: Path, at: int):
    database = Database(migrated_sqlite_url)
    try:
        await dies_at(database, Office(database, migrated_sqlite_url, tmp_path / "imports"), tmp_path, at)
    finally:
        await database.close()


@pytest.mark.parametrize("at", range(2, STEPS + 1, 8))
async def test_so_it_is_on_both_databases(database: Database, office: Office, tmp_path: Path, at: int):
    await dies_at(database, office, tmp_path, at)


async def test_a_second_death_while_the_first_is_mended(database: Database, office: Office, tmp_path: Path):
    dialer, spring, numbers = await ready(database, office, tmp_path)
    dialer.network.anywhere = Outside(does="no_answer")
    for at in (7, 3, 11, 2, 5, 1):
        dialer.hook = Death(at)
        try:
            await dialer.dies_and_starts()
            await lives(dialer, numbers)
        except Killed:
            continue
    dialer.hook = lambda step: None
    await dialer.dies_and_starts()
    await lives(dialer, numbers)
    await dialer.asks(c.StopCampaign(campaign=spring))
    await dialer.advances(30)
    await check(dialer, numbers)
