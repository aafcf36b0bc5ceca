"""A campaign that really dials: the real hub, the real rows in a database, the simulated phone network; a clock that only the
test moves. It can be killed between any two steps and started again from its events alone.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

import msgspec

from callcenter.hub import checkpoint
from callcenter.hub.apply import apply
from callcenter.hub.hub import Hub, Item, Tick
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.activity import Activity
from callcenter.kernel.center import Center, Label
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.dialing import Mode
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CampaignId, Entropy, PromptId
from callcenter.kernel.law import AbandonCap, AttemptCap, LawVersion, MessageRule, Pack, PackId, Rules
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.words import LegRole
from callcenter.runtime import resync
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.invariants import Watch
from callcenter.simulation.phones import Outside, Seen
from callcenter.store.campaign_values import read_campaigns
from callcenter.store.campaigns import Campaign, Campaigns
from callcenter.store.database import Database
from callcenter.store.leads import Leads
from callcenter.telephony.simulated.adapter import snapshot_of
from tests.unit.hub.story import CARRIER, PEOPLE, center

NOON = 1_800_036_000_000
"""A Friday in January, 13:00 in New York."""
SORRY = PromptId("sorry")
ITSELF = frozenset({LegRole.PLACING, LegRole.RECONNECT, LegRole.TAKING})

E = TypeVar("E")


def law(**version: object) -> Pack:
    """Three calls a day, 3 % abandoned, a message with a key within two seconds."""
    usual: dict[str, object] = {
        "version": "1",
        "valid_from": date(2020, 1, 1),
        "everywhere": Rules(attempts=(AttemptCap(limit=3, per="day"),)),
        "abandon": AbandonCap(share=0.03, window_days=30),
        "message": MessageRule(opt_out_key=True),
    }
    return Pack(id=PackId("test"), label=Label("Test", "测试"), versions=(LawVersion(**{**usual, **version}),))  # type: ignore[arg-type]


class Killed(Exception):
    """The process died here."""


class Dialer:
    """`hook` is called before and after each effect, with what it is; whatever it raises ends the process there."""

    def __init__(self, database: Database, law: Pack, *, now: int = NOON, seed: bytes = b"dialer") -> None:
        self.database, self.law, self.now = database, law, now
        self.network = PhoneNetwork(CARRIER, Agenda(), seed)
        self.network.agenda.run(now)
        self.campaigns, self.leads = Campaigns(database), Leads(database)
        self.hub = Hub()
        self.watch = Watch()
        self.log: list[Recorded] = []
        self.personal: dict[str, PersonalRow] = {}
        self.dialed: list[str] = []
        """Every number that was really dialed, in order."""
        self.hook: Callable[[str], None] = lambda step: None
        self.right_after: dict[str, AnyCommand] = {}
        """Commands that come when an effect of this kind was performed, before its answer."""
        self.epoch = 0
        self._seed, self._count = seed, 0
        self._begin()

    def _begin(self) -> None:
        self.epoch += 1
        self._signals: list[s.AnySignal] = []
        self.desk = LeadDesk(self.database, lambda: self.hub.state.center, lambda: self.now)
        self.desk.begin(self.epoch, resync.known_attempts(self.hub.state), self._signals.append)

    # -- the machine ----------------------------------------------------------------------------------------------------------

    async def decides(self, item: Item) -> Done | None:
        self._count += 1
        decision = self.hub.decide(item, self.now, Entropy(self._seed + self._count.to_bytes(8, "big")))
        self.log.extend(decision.events)
        self.personal.update((row.id, row) for row in decision.personal)
        self.watch.step(decision.events, self.hub.state, self.now)
        for effect in decision.effects:
            await self.performs(effect)
        return decision.reply

    async def performs(self, effect: fx.AnyEffect) -> None:
        kind = type(effect).__name__
        self.hook(f"before {kind}")
        match effect:
            case fx.LookUpContacts():
                self._signals.append(s.ContactsFound(effect=effect.effect, call=effect.call, matches=()))
            case fx.StoreRecording(effect=which, recording=recording):
                self._signals.append(s.RecordingStored(effect=which, recording=recording, size=44, duration_ms=1))
            case (
                fx.ClaimLeads()
                | fx.GiveBackClaims()
                | fx.SettleAttempt()
                | fx.KeepOptOut()
                | fx.KeepFollowUp()
                | fx.KeepCampaignState()
            ):
                self.desk.perform(effect)
                await self.desk.catch_up()
            case _:
                if isinstance(effect, fx.OriginateLeg) and isinstance(effect.target, fx.NumberTarget):
                    self.dialed.append(effect.target.number)
                self.network.perform(effect, self.now)
        self.hook(f"after {kind}")
        if (command := self.right_after.pop(kind, None)) is not None:
            await self.decides(command)

    async def settles(self) -> None:
        """Everything that is on its way at this moment arrives."""
        await self.desk.catch_up()
        while found := [*self.network.take(), *self._signals]:
            self._signals.clear()
            for signal in found:
                if isinstance(signal, Seen):
                    await self._resyncs(signal)
                else:
                    await self.decides(signal)
            await self.desk.catch_up()

    async def _resyncs(self, seen: Seen) -> None:
        snapshot = snapshot_of(CARRIER, seen)
        for signal in list(resync.missed(self.hub.state, snapshot, self.now)):
            await self.decides(signal)
        for effect in list(resync.remedies(self.hub.state, snapshot, Entropy(b"resync"))):
            await self.performs(effect)

    async def asks(self, command: AnyCommand) -> Done:
        reply = await self.decides(command)
        await self.settles()
        await self.advances(0)
        assert reply is not None
        return reply

    async def advances(self, seconds: float) -> None:
        """Time passes; whatever falls due happens at its own moment."""
        until = self.now + round(seconds * 1000)
        await self.settles()
        while True:
            due = [at for at in (self.hub.next_deadline(), self.network.next_at()) if at is not None]
            at = min(due, default=until + 1)
            if at > until:
                break
            self.now = max(self.now, at)
            self.network.tick(self.now)
            await self.settles()
            if (deadline := self.hub.next_deadline()) is not None and deadline <= self.now:
                await self.decides(Tick())
                await self.settles()
        self.now = until

    async def until(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        for _ in range(round(seconds * 2)):
            if condition():
                return
            await self.advances(0.5)
        raise AssertionError("it did not happen in time")

    async def dies_and_starts(self) -> None:
        """The process is gone with everything that it had not stored; the network and the rows are not. Started again, it folds
        its events and settles what was open, as the engine does."""
        self.network.lose_connection("the service is gone")
        self.network.take()
        state = State()
        for recorded in self.log:
            apply(state, recorded)
        kept = checkpoint.dump(state)
        assert kept == checkpoint.dump(self.hub.state), "what was decided is what the events make"
        state = checkpoint.load(kept)
        assert checkpoint.dump(state) == kept, "a checkpoint is read as it was written"
        checkpoint.know(state, {row.id: row.value for row in self.personal.values()})
        self.hub = Hub(state)
        self._begin()
        for carrier, up in list(state.carriers.items()):
            if up:
                await self.decides(s.CarrierDown(carrier=carrier, why="the service was started"))
        for effect in list(resync.repeated_jobs(state)):
            await self.performs(effect)
        for signal in list(resync.unknown_claims(state)):
            await self.decides(signal)
        self.network.connect()
        await self.settles()

    # -- people ---------------------------------------------------------------------------------------------------------------

    async def opens(self, campaign: Campaign) -> CampaignId:
        """The center with this campaign, which is not started yet."""
        self.network.connect()
        made = await self.campaigns.create(campaign, "ana", self.now)
        await self.center_changes()
        await self.settles()
        return CampaignId(str(made.id))

    async def center_changes(self, **changes: object) -> None:
        """The hub takes the rows as they are."""
        async with self.database.read() as session:
            campaigns = await read_campaigns(session)
        values: Center = center(campaigns=campaigns, laws={self.law.id: self.law}, **changes)
        values = msgspec.structs.replace(values, prompts={**values.prompts, SORRY: Label("We are sorry.", "抱歉")})
        self.network.texts = values.prompts
        await self.decides(c.ApplyCenter(version=self.hub.state.center_version + 1, center=values, personal=PEOPLE))

    async def works(self, name: str, campaign: CampaignId | None) -> AgentId:
        agent = AgentId(name)
        self.network.register(f"phone-{name}", self.now, answers_itself=ITSELF)
        await self.asks(c.SignIn(agent=agent, carrier=CARRIER, device=f"phone-{name}", reachable=True))
        await self.asks(c.WorkCampaign(agent=agent, campaign=campaign))
        await self.asks(c.SetAvailable(agent=agent))
        return agent

    async def starts(self, campaign: CampaignId) -> None:
        await self.asks(c.StartCampaign(campaign=campaign, by="ana"))

    async def wraps_up(self) -> None:
        """Everybody who wraps up is through with it."""
        for agent in [her.id for her in self.hub.state.agents.values() if her.activity is Activity.WRAPPING]:
            await self.asks(c.FinishWrapUp(agent=agent))

    def behave(self, number: str, **does: object) -> None:
        self.network.outside[number] = Outside(**does)  # type: ignore[arg-type]

    # -- what there is --------------------------------------------------------------------------------------------------------

    def all(self, kind: type[E]) -> list[E]:
        return [recorded.event for recorded in self.log if isinstance(recorded.event, kind)]

    def attempts(self) -> Iterator[e.AttemptDialed]:
        yield from self.all(e.AttemptDialed)


def campaign(**values: object) -> Campaign:
    """Progressive, under the law of the test, with a message and a key."""
    usual: dict[str, object] = {
        "name": "spring",
        "mode": Mode.PROGRESSIVE,
        "law": "test",
        "caller_id": "+12125550000",
        "wrap_up_ms": 1_000,
        "message": "sorry",
        "message_contains": ("seller", "number", "opt_out"),
        "opt_out_key": "9",
    }
    return Campaign(**{**usual, **values})  # type: ignore[arg-type]
