"""A campaign on the real Asterisk listens who answers: SIPp plays what a machine and what a person says, the hub decides."""

from pathlib import Path

import msgspec
from sqlalchemy import select, update

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.dialing import Machines, Mode
from callcenter.kernel.ids import CampaignId
from callcenter.runtime import clock
from callcenter.runtime.engine import Engine
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.runtime.performer import Performer
from callcenter.store.campaign_values import read_campaigns
from callcenter.store.database import Database
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from tests.contract.asterisk_world import AsteriskWorld, asterisk_world
from tests.contract.world import PhoneDoes
from tests.integration.campaigning import Office, csv_file, phone
from tests.integration.dialing import campaign, law
from tests.integration.pbx import Pbx
from tests.unit.hub.story import PEOPLE, center, label
from tests.unit.runtime.running import NobodyKnown, Running

SECONDS = 60


class Exchange(Running):
    """The engine on one Asterisk."""

    def __init__(self, folder: Path, database: Database, world: AsteriskWorld) -> None:
        super().__init__(SqliteLog(folder / "events.db"))
        self.carrier = world.asterisk  # type: ignore[assignment]
        self.world = world
        desk = LeadDesk(database, lambda: self.engine.state.center, clock.now)
        performer = Performer({world.carrier.name: world.carrier}, NobodyKnown(), desk)
        self.use(Engine(self.log, performer, holder="test"))

    def all(self, kind: type) -> list[e.AnyEvent]:
        return [one.event for one in self.announced if isinstance(one.event, kind)]


async def test_a_machine_is_left_a_message_after_its_beep_and_a_person_hears_hers_at_once(
    pbx: Pbx, migrated_sqlite_url: str, tmp_path: Path
):
    database = Database(migrated_sqlite_url)
    office = Office(database, migrated_sqlite_url, tmp_path / "imports")
    values = campaign(
        mode=Mode.AGENTLESS, lines=1, machines=Machines.MESSAGE, voicemail="greeting", message="greeting"
    )
    made = await office.campaigns.create(values, "ana", clock.now())
    spring = CampaignId(str(made.id))
    async with asterisk_world(pbx) as world:
        exchange = Exchange(tmp_path, database, world)
        try:
            await exchange.start()
            async with database.read() as session:
                campaigns = await read_campaigns(session)
            known = center(campaigns=campaigns, laws={law().id: law()})
            known = msgspec.structs.replace(known, prompts={**known.prompts, world.prompt: label("Words.")})
            await exchange.engine.ask(c.ApplyCenter(version=1, center=known, personal=PEOPLE))
            for turn, says in enumerate(("machine", "person"), 1):
                await world.number(PhoneDoes(says=says))  # type: ignore[arg-type]
                await office.imported(made.id, csv_file(tmp_path / f"{says}.csv", [["Ann", phone(turn)]]))
                async with database.write() as session:
                    waiting = update(LeadRow).where(LeadRow.next_at.is_not(None), LeadRow.attempts == 0)
                    await session.execute(waiting.values(next_at=clock.now()))
                await exchange.engine.ask(c.StartCampaign(campaign=spring))
                await exchange.until(lambda turn=turn: len(exchange.all(e.AttemptSettled)) == turn, SECONDS)  # type: ignore[misc]
                await exchange.engine.ask(c.StopCampaign(campaign=spring))
        finally:
            await exchange.stop()
    first, second = exchange.all(e.AttemptOver)
    assert isinstance(first, e.AttemptOver)
    assert isinstance(second, e.AttemptOver)
    assert [first.outcome, second.outcome] == ["machine", "answered"]
    assert first.heard is not None
    assert second.heard is not None
    assert (first.heard.answerer, first.heard.why) == ("machine", "beep")
    assert (second.heard.answerer, second.heard.why) == ("human", "pause")
    assert [message.machine for message in exchange.all(e.MessageBegan)] == [True, False]  # type: ignore[union-attr]
    assert second.agent_at is not None
    assert second.greeting_end_at is not None
    assert second.agent_at - second.greeting_end_at < 2_000, "the law's seconds from the end of her greeting"
    async with database.read() as session:
        rows = {row.attempt: row for row in await session.scalars(select(LeadAttemptRow))}
    await database.close()
    assert (rows[first.attempt].answerer, rows[first.attempt].message_played_at) == ("machine", first.message_played_at)
    assert (rows[second.attempt].answerer, rows[second.attempt].agent_at) == ("human", second.agent_at)
