"""Campaigns under the real engine: log in a file, rows in a database, carrier in real time. What dies keeps its promises."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import select, update

from callcenter.hub.dialing import looking
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.ids import AgentId, CampaignId
from callcenter.kernel.words import LegRole
from callcenter.runtime import clock
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.runtime.performer import Performer
from callcenter.simulation.phones import Outside
from callcenter.store.campaign_values import read_campaigns
from callcenter.store.database import Database
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from tests.integration.campaigning import Office, csv_file, phone
from tests.integration.dialing import ITSELF, SORRY, campaign, law
from tests.unit.hub.story import CARRIER, PEOPLE, center, label
from tests.unit.runtime.running import ANA, NobodyKnown, Running


class Mortal(Performer):
    """Performs nothing any more once it is dead, nor before `fatal` is performed."""

    def __init__(self, running: Running, database: Database) -> None:
        self.desk = LeadDesk(database, lambda: running.engine.state.center, clock.now)
        super().__init__({CARRIER: running.carrier}, NobodyKnown(), self.desk)
        self.fatal: type[fx.AnyEffect] | None = None
        self.dead = False
        self.originated: list[str] = []

    def perform(self, effects: Iterable[fx.AnyEffect]) -> None:
        for effect in effects:
            if self.fatal is not None and isinstance(effect, self.fatal):
                self.dead = True
            if not self.dead:
                if isinstance(effect, fx.OriginateLeg) and effect.role is LegRole.DIALED:
                    self.originated.append(effect.leg)
                super().perform([effect])


class Floor:
    def __init__(self, folder: Path, database: Database, url: str) -> None:
        self.database, self.office = database, Office(database, url, folder / "imports")
        self.folder = folder
        self.running = Running(SqliteLog(folder / "events.db"))
        self.running.carrier.network.anywhere = Outside(after_ms=60, rings_after_ms=20, hangs_up_after_ms=700)
        self.performer = self._employ(self.running)
        self.campaign = CampaignId("")

    def _employ(self, running: Running) -> Mortal:
        performer = Mortal(running, self.database)
        running.use(running.make(performer))
        return performer

    async def opens(self, leads: int) -> None:
        made = await self.office.campaigns.create(campaign(wrap_up_ms=1_000), "ana", clock.now())
        self.campaign = CampaignId(str(made.id))
        await self.office.imported(made.id, csv_file(self.folder / "a.csv", [[f"Ann{n}", phone(n)] for n in range(leads)]))
        async with self.database.write() as session:
            await session.execute(update(LeadRow).values(next_at=clock.now()))  # they were imported in some year to come
        async with self.database.read() as session:
            campaigns = await read_campaigns(session)
        values = center(campaigns=campaigns, laws={law().id: law()})
        values = msgspec.structs.replace(values, prompts={**values.prompts, SORRY: label("Sorry.")})
        self.running.carrier.use_prompts(values.prompts)
        await self.running.start()
        await self.running.engine.ask(c.ApplyCenter(version=1, center=values, personal=PEOPLE))
        await self.works()

    async def works(self) -> None:
        network = self.running.carrier.network
        self.running.carrier.pump.act(lambda now: network.register("phone-ana", now, answers_itself=ITSELF))
        engine = self.running.engine
        await engine.ask(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
        await engine.ask(c.WorkCampaign(agent=ANA, campaign=self.campaign))
        await engine.ask(c.SetAvailable(agent=ANA))

    async def dies_and_starts(self) -> None:
        """Everything that was not stored is gone; the calls on the network are not."""
        self.performer.dead = True
        await self.running.engine.close()
        carrier, announced = self.running.carrier, self.running.announced
        self.running = Running(self.running.log, carrier)
        self.running.announced = announced
        originated = self.performer.originated
        self.performer = self._employ(self.running)
        self.performer.originated = originated
        await self.running.engine.start()
        carrier.pump.act(lambda now: carrier.network.lose_connection("planned"))
        await carrier.start(self.running.engine.tell)

    async def ended(self, count: int) -> None:
        """Waits until so many attempts are settled, ending wrap-ups on the way."""

        def enough() -> bool:
            return sum(isinstance(one.event, e.AttemptSettled) for one in self.running.announced) >= count

        async def finish(agent: AgentId) -> None:
            await self.running.engine.ask(c.FinishWrapUp(agent=agent))

        while not enough():
            seen = len(self.running.announced)
            if self.running.engine.state.agents[ANA].activity.value == "wrapping":
                await finish(ANA)
            await self.running.until(lambda seen=seen: len(self.running.announced) > seen or enough())  # type: ignore[misc]

    async def outcomes(self) -> list[tuple[str, str | None]]:
        async with self.database.read() as session:
            return [(row.attempt, row.outcome) for row in await session.scalars(select(LeadAttemptRow))]


@pytest_asyncio.fixture
async def floor(tmp_path: Path, migrated_sqlite_url: str) -> AsyncIterator[Floor]:
    database = Database(migrated_sqlite_url)
    there = Floor(tmp_path, database, migrated_sqlite_url)
    yield there
    await there.running.stop()
    await database.close()


def dialed(floor: Floor) -> list[e.AttemptDialed]:
    return [one.event for one in floor.running.announced if isinstance(one.event, e.AttemptDialed)]


async def test_three_leads_one_after_the_other(floor: Floor):
    await floor.opens(3)
    await floor.running.engine.ask(c.StartCampaign(campaign=floor.campaign, by="ana"))
    await floor.ended(3)
    assert len(dialed(floor)) == len(floor.performer.originated) == 3
    assert {outcome for _, outcome in await floor.outcomes()} == {"answered"}
    assert (await floor.office.campaigns.campaign(int(floor.campaign))).state == "running"


async def test_a_claim_that_was_asked_and_never_made(floor: Floor):
    await floor.opens(2)
    floor.performer.fatal = fx.ClaimLeads
    await floor.running.engine.ask(c.StartCampaign(campaign=floor.campaign))
    await floor.running.until(lambda: floor.running.seen(e.LeadsAsked))
    await floor.dies_and_starts()
    await floor.ended(2)
    failed = [one.event for one in floor.running.announced if isinstance(one.event, e.LeadsAnswered) and one.event.failed]
    assert len(failed) == 1
    assert len(dialed(floor)) == 2


async def test_a_dial_that_was_decided_and_never_made_is_not_made_later(floor: Floor):
    await floor.opens(2)
    floor.performer.fatal = fx.OriginateLeg
    await floor.running.engine.ask(c.StartCampaign(campaign=floor.campaign))
    await floor.running.until(lambda: floor.running.seen(e.AttemptDialed))
    (lost,) = dialed(floor)
    await floor.dies_and_starts()
    await floor.ended(2)
    over = [one.event for one in floor.running.announced if isinstance(one.event, e.AttemptOver)]
    assert [event.outcome.value for event in over if event.attempt == lost.attempt] == ["failed"]
    rows = dict(await floor.outcomes())
    assert rows[lost.attempt] == "failed"
    async with floor.database.read() as session:
        lead = await session.get_one(LeadRow, lost.lead)
    assert lead.next_at is not None, "a fault of ours: the lead is tried again by its plan"


async def test_a_settlement_that_was_asked_and_never_written_is_written(floor: Floor):
    await floor.opens(1)
    floor.performer.fatal = fx.SettleAttempt
    await floor.running.engine.ask(c.StartCampaign(campaign=floor.campaign))
    await floor.running.until(lambda: floor.running.seen(e.AttemptOver))
    assert [outcome for _, outcome in await floor.outcomes()] == [None]
    await floor.dies_and_starts()
    await floor.ended(1)
    assert [outcome for _, outcome in await floor.outcomes()] == ["answered"]
    assert floor.running.engine.state.campaigns[floor.campaign].state is CampaignState.RUNNING


async def test_a_campaign_that_cannot_be_decided_holds_up_nobody(floor: Floor, monkeypatch: pytest.MonkeyPatch):
    await floor.opens(1)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(looking, "look", broken)
    await floor.running.engine.ask(c.StartCampaign(campaign=floor.campaign))
    await floor.running.until(lambda: floor.running.seen(e.CampaignKept))
    floor.running.call_in()
    await floor.running.until(lambda: floor.running.seen(e.IvrStarted))
    await floor.running.engine.ask(c.SetNotReady(agent=ANA, reason="break"))
    assert dialed(floor) == []
