"""Random worlds: whatever agents, callees, carriers, commands, deaths and opt-outs do, no path dials a number that the gate
forbids, no lead is dialed twice for one attempt, and every attempt ends.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, select

from callcenter.hub.deadlines import Due
from callcenter.hub.dialing.floor import facts, reading
from callcenter.hub.dialing.replay import Replayer
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.center import Label, Opening
from callcenter.kernel.clock import HOUR, MINUTE
from callcenter.kernel.dialing import Machines, Mode, Outcome, RetryPlan, RetryRule
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CampaignId
from callcenter.kernel.law import AbandonCap, AttemptCap, CallingHours, LawVersion, LockOut, Pack, PackId, Rules
from callcenter.kernel.scenario import Faults
from callcenter.kernel.words import Answerer
from callcenter.simulation.phones import Outside
from callcenter.store.campaigns import Campaign, CampaignChange
from callcenter.store.claim_facts import read
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from dialer.compliance import verdict
from dialer.facts import CampaignFacts, History
from dialer.law import Law
from reporting.live import Live
from tests.integration.campaigning import Office, csv_file, phone
from tests.integration.dialing import NOON, Dialer, Killed, campaign

LEADS = 14
AGENTS = ("ana", "bo", "chen")
QUICK = {outcome: RetryRule(attempts=3, backoff_ms=(20_000,)) for outcome in Outcome}


def strict() -> Pack:
    """Hours that end in the middle of the world, two calls a day, a lock after an abandoned call."""
    hours = CallingHours(weekdays=tuple((Opening(9 * 60, 13 * 60 + 12), Opening(13 * 60 + 20, 20 * 60)) for _ in range(7)))
    version = LawVersion(
        version="1",
        valid_from=date(2020, 1, 1),
        everywhere=Rules(hours=hours, attempts=(AttemptCap(limit=2, per="day"),)),
        abandoned_lock=LockOut(for_ms=HOUR, unless_agent=False),
        abandon=AbandonCap(share=0.5, window_days=30),
    )
    return Pack(id=PackId("test"), label=Label("Test", "测试"), versions=(version,))


class World(Dialer):
    """A dialer that asks the gate by itself, with everything that the rows say at that moment, for every dial that is made."""

    forbidden: list[str]
    law_now: Law

    async def performs(self, effect: fx.AnyEffect) -> None:
        if isinstance(effect, fx.OriginateLeg) and isinstance(effect.target, fx.NumberTarget):
            await self._judge(effect.target.number)
        await super().performs(effect)

    async def _judge(self, number: str) -> None:
        """This dial's own attempt is in the rows already and does not count against it."""
        async with self.database.read() as session:
            open_ = select(LeadAttemptRow).where(LeadAttemptRow.e164 == number, LeadAttemptRow.settled_at.is_(None))
            claims = list(await session.scalars(open_))
            if len(claims) != 1:
                self.forbidden.append(f"{len(claims)} open attempts for one number")
                return
            row = await session.get_one(LeadRow, claims[0].lead)
            (lead,) = await read(session, [row], sqlite=True)
        values = next(iter(self.hub.state.center.campaigns.values()))
        asked = next(one.asked for one in lead.numbers if one.asked.number.e164 == number)
        past = tuple(one for one in asked.history.past if one.outcome is not None)
        campaign_facts: CampaignFacts = facts(self.hub.state.center, values)
        said = verdict(self.law_now, asked.number, asked.lead, History(past=past), campaign_facts, self.now)
        if not said.allowed:
            self.forbidden.append(said.why)


Step = Callable[[World, CampaignId, Random], Awaitable[None]]


async def _agent_comes(world: World, spring: CampaignId, chance: Random) -> None:
    name = chance.choice(AGENTS)
    if not world.network.devices.get(f"phone-{name}", None) or not world.network.devices[f"phone-{name}"].registered:
        await world.works(name, spring)


async def _agent_pauses(world: World, spring: CampaignId, chance: Random) -> None:
    await world.asks(c.SetNotReady(agent=AgentId(chance.choice(AGENTS)), reason="break"))


async def _agent_is_back(world: World, spring: CampaignId, chance: Random) -> None:
    await world.asks(c.SetAvailable(agent=AgentId(chance.choice(AGENTS))))


async def _agent_leaves(world: World, spring: CampaignId, chance: Random) -> None:
    await world.asks(c.SignOut(agent=AgentId(chance.choice(AGENTS)), after_call=True))


async def _phone_fails(world: World, spring: CampaignId, chance: Random) -> None:
    world.network.unregister(f"phone-{chance.choice(AGENTS)}", world.now)


async def _starts(world: World, spring: CampaignId, chance: Random) -> None:
    await world.asks(c.StartCampaign(campaign=spring))


async def _pauses(world: World, spring: CampaignId, chance: Random) -> None:
    await world.asks(c.PauseCampaign(campaign=spring))


async def _stops(world: World, spring: CampaignId, chance: Random) -> None:
    await world.asks(c.StopCampaign(campaign=spring))


async def _another_mode(world: World, spring: CampaignId, chance: Random) -> None:
    await world.campaigns.change(int(spring), CampaignChange(mode=chance.choice(list(Mode))), "ana", world.now)
    await world.center_changes()


async def _another_way_with_machines(world: World, spring: CampaignId, chance: Random) -> None:
    await world.campaigns.change(int(spring), CampaignChange(machines=chance.choice(list(Machines))), "ana", world.now)
    await world.center_changes()


async def _beeps(world: World, spring: CampaignId, chance: Random) -> None:
    """Somebody's radio beeps, whoever she is."""
    for line in list(world.network.lines.values()):
        if line.findings is not None:
            world.network.tell(s.BeepHeard(leg=line.leg, began_ms=1_000, ended_ms=1_300, heard_ms=1_540))


async def _reads(world: World, spring: CampaignId, chance: Random) -> None:
    for attempt in list(world.hub.state.attempts.values()):
        if attempt.reader is not None:
            command = c.DialLead if chance.random() < 0.7 else c.SkipLead
            await world.asks(command(agent=attempt.reader, attempt=attempt.id))


async def _key(world: World, spring: CampaignId, chance: Random) -> None:
    for line in list(world.network.lines.values()):
        if line.number is not None and line.prompts:
            world.network.press(line.leg, chance.choice("19"), world.now)


async def _somebody_objects(world: World, spring: CampaignId, chance: Random) -> None:
    async with world.database.read() as session:
        busy = set(await session.scalars(select(LeadAttemptRow.e164).where(LeadAttemptRow.settled_at.is_(None))))
    number = "+1" + "".join(filter(str.isdigit, phone(chance.randrange(LEADS))))
    if number not in busy:
        await DoNotCall(world.database).add(number, "US", "agent", world.now)


async def _cut_off(world: World, spring: CampaignId, chance: Random) -> None:
    world.network.lose_connection("planned")
    await world.advances(chance.choice((1, 4, 20)))
    world.network.connect()


async def _breaks_down(world: World, spring: CampaignId, chance: Random) -> None:
    world.network.break_down("planned", world.now)
    await world.advances(2)
    world.network.connect()


async def _dies(world: World, spring: CampaignId, chance: Random) -> None:
    left = chance.randrange(1, 12)

    def hook(step: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed(step)

    world.hook = hook
    with suppress(Killed):
        await world.advances(30)
    world.hook = lambda step: None
    await world.dies_and_starts()


STEPS: dict[str, Step] = {
    name.strip("_"): step for name, step in globals().copy().items() if name.startswith("_") and asyncio.iscoroutinefunction(step)
}


KINDS = (
    *(Outside(after_ms=after_ms) for after_ms in (1_000, 4_000, 9_000)),
    *(Outside(does=does) for does in ("busy", "no_answer", "rejects", "invalid", "congestion", "fails")),
    Outside(after_ms=4_000, who="machine", greeting_ms=4_000, beep_ms=700),
    Outside(after_ms=1_000, who="machine", greeting_ms=9_000, beep_ms=None),
    Outside(after_ms=4_000, who="fax"),
    Outside(after_ms=4_000, who="odd"),
    Outside(after_ms=4_000, greeting_ms=3_000),
)
"""What callees do; who answers is the likeliest."""


def _outside(chance: Random) -> Outside:
    kind = chance.choice((*KINDS[:3], *KINDS))
    return replace(kind, hangs_up_after_ms=chance.choice((None, 500, 3_000, 20_000)))


def _random(chance: Random, plan: RetryPlan) -> Campaign:
    mode, machines = chance.choice(list(Mode)), chance.choice(list(Machines))
    return campaign(mode=mode, retry=plan, lines=6, preview_ms=40_000, machines=machines, voicemail="sorry")


async def live(template: Path, folder: Path, seed: int, steps: list[str]) -> World:
    database = Database(f"sqlite:///{shutil.copy(template, folder / 'center.db')}")
    chance = Random(seed)
    world = World(database, strict(), now=NOON, seed=seed.to_bytes(8, "big"))
    world.forbidden, world.law_now = [], Law(strict())
    try:
        plan = RetryPlan(rules=QUICK, day_parts=())
        spring = await world.opens(_random(chance, plan))
        office = Office(database, f"sqlite:///{folder / 'center.db'}", folder / "imports")
        leads = [[f"Ann{n}", phone(n)] for n in range(LEADS)]
        await office.imported(int(spring), csv_file(folder / "a.csv", leads))
        for number in range(LEADS):
            world.network.outside["+1" + "".join(filter(str.isdigit, phone(number)))] = _outside(chance)
        if chance.random() < 0.4:
            world.network.make_noise(Faults(lost=0.02, doubled=0.05, late=0.1, failing=0.02), chance)
        await world.works("ana", spring)
        await world.starts(spring)
        board, told = Live(), 0
        for name in steps:
            with suppress(HouseError):
                await STEPS[name](world, spring, chance)
            await world.advances(chance.choice((0.2, 1, 3, 10)))
            await world.wraps_up()
            board.replay(world.log[told:])
            told = len(world.log)
            _pages_tell(world, board)
        await _ends(world, spring)
        await _check(world)
    finally:
        await database.close()
    return world


def _pages_tell(world: World, board: Live) -> None:
    """What each agent works, and the lead that is hers to read, as the hub has them."""
    state = world.hub.state
    for id, shown in board.snapshot().agents.items():
        her = state.agents[id]
        read = reading(state, her)
        assert shown.campaign == her.campaign
        lead = None if shown.lead is None else (shown.lead.attempt, shown.lead.until)
        assert lead == (None if read is None else (read.id, state.deadlines.get(Due.PREVIEW, read.id)))


async def _ends(world: World, spring: CampaignId) -> None:
    """The campaign is stopped and everybody hangs up; then nothing is under way any more."""
    world.network.noise = None
    world.network.connect()
    await world.settles()
    with suppress(HouseError):
        await world.asks(c.StopCampaign(campaign=spring))
    for _ in range(6):
        for line in list(world.network.lines.values()):
            world.network.hang_up(line.leg, world.now)
        await world.advances(MINUTE / 1000)
        await world.wraps_up()
    world.network.listed()
    await world.advances(60)


async def _check(world: World) -> None:
    assert world.forbidden == []
    dialed = Counter(event.attempt for event in world.all(e.AttemptDialed))
    ended = Counter(event.attempt for event in world.all(e.AttemptOver))
    assert set(dialed.values()) <= {1}
    assert set(ended.values()) <= {1}
    assert set(dialed) <= set(ended)
    assert (world.hub.state.attempts, world.hub.state.jobs) == ({}, {})
    asked = Counter(effect for effect in world.dialed)
    told = Counter(world.personal[one.number].value for one in world.all(e.LegDialed) if one.number is not None)
    assert all(count <= told[number] for number, count in asked.items()), "nothing is dialed that no event tells of"
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).where(LeadAttemptRow.settled_at.is_(None))) == 0
        assert "claimed" not in set(await session.scalars(select(LeadRow.state)))
    log: list[Recorded] = world.log
    assert [one.position for one in log] == list(range(1, len(log) + 1))
    assert not any(number in str(one.event) for one in log for number in world.dialed), "no number is in the log"
    assert world.watch.violations == []
    _check_answers(log)
    for campaign_id in world.hub.state.campaigns:
        again = Replayer(campaign_id)
        again.follow(log)
        assert again.found.differences == []


def _check_answers(log: list[Recorded]) -> None:
    """Whoever is known to be a machine waits for nobody, and is no one's outcome but its own."""
    machines: dict[str, bool] = {}
    for recorded in log:
        match recorded.event:
            case e.AnswerHeard(late=False, call=call, heard=heard):
                machines[call] = heard.answerer in (Answerer.MACHINE, Answerer.FAX)
            case e.PersonFound(call=call):
                machines[call] = False
            case e.CallQueued(call=call) | e.OfferMade(call=call) | e.CallConnected(call=call):
                assert not machines.get(call), "a machine was brought to an agent"
            case e.MessageBegan(call=call, machine=machine):
                assert machine is machines.get(call, False)
            case e.AttemptOver(call=call, outcome=outcome) if outcome is not Outcome.FAILED:
                assert (outcome in (Outcome.MACHINE, Outcome.FAX)) is machines.get(call, False)


def test_no_path_dials_around_the_gate(sqlite_template: Path):
    with asyncio.Runner() as runner:

        @settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
        @given(st.integers(0, 2**32), st.lists(st.sampled_from(sorted(STEPS)), min_size=8, max_size=40))
        def check(seed: int, steps: list[str]) -> None:
            with tempfile.TemporaryDirectory() as folder:
                runner.run(live(sqlite_template, Path(folder), seed, steps))

        check()
