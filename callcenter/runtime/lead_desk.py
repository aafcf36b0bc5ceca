"""What campaigns ask of the leads' rows, one thing after the other: claims with the gate inside the transaction, claims given
back, attempts settled, what agents said of them, numbers that opted out. Whatever must not be lost is tried until it is done.

One lane for all: an opt-out that was asked for before a claim is on the list when the claim is made.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog

from callcenter.hub.dialing.floor import facts
from callcenter.hub.dialing.follow_ups import choices
from callcenter.kernel import effects as fx
from callcenter.kernel import signals as s
from callcenter.kernel.center import Center, Label
from callcenter.kernel.clock import MINUTE, SECOND
from callcenter.kernel.dialing import Mode
from callcenter.kernel.errors import Conflict, TryAgain
from callcenter.kernel.follow_up import Disposition, Follow, find
from callcenter.kernel.ids import AttemptId, ContactId, LeadId
from callcenter.kernel.law import Pack
from callcenter.store.campaign_values import campaign_of
from callcenter.store.campaigns import Campaigns
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.follow_ups import Said, keep
from callcenter.store.lead_plan import lines_of, may_take, next_due, opt_out, promised_of, settle_by_plan, tried_of, waits_until
from callcenter.store.leads import MOST_LOOKED_AT, Claim, Claimed, Hold, Leads, Never, Pass
from dialer.facts import LeadFacts
from dialer.law import Law
from dialer.planner import choose

log = structlog.get_logger(__name__)

LOOK_AGAIN_MS = MINUTE
"""Lists are filled and switched on meanwhile: what has nothing due is asked again after this time at the latest."""
SOONEST_MS = SECOND
PAUSES_S = (0.1, 0.5, 2.0, 5.0)
"""Between two tries of what must be done; the last one repeats."""


class LeadDesk:
    """`center` is what the hub decides by now; `epoch` that of the hub's lease."""

    def __init__(self, database: Database, center: Callable[[], Center], now: Callable[[], int]) -> None:
        self._database = database
        self._center = center
        self._now = now
        self._leads, self._campaigns, self._do_not_call = Leads(database), Campaigns(database), DoNotCall(database)
        self._law: tuple[Pack, Law] | None = None
        self._lane: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._epoch = 0
        self._tell: Callable[[s.AnySignal], None] = lambda signal: None

    def begin(self, epoch: int, keep: Collection[AttemptId], tell: Callable[[s.AnySignal], None]) -> None:
        """Before anything is claimed: claims of epochs before this one are undone, but for attempts of which the log tells."""
        self._epoch, self._tell = epoch, tell
        kept = frozenset(keep)
        self._lane.put_nowait(lambda: self._surely("claims_released", lambda: self._release(kept)))

    async def run(self) -> None:
        """For ever."""
        while True:
            await (await self._lane.get())()

    async def catch_up(self) -> None:
        """Whatever has been asked for until now, where nobody runs it."""
        while not self._lane.empty():
            await self._lane.get_nowait()()

    def perform(self, effect: fx.LeadEffect) -> None:
        """Takes an effect; its outcome is told as a signal."""
        match effect:
            case fx.ClaimLeads():
                self._lane.put_nowait(lambda: self._claim(effect))
            case fx.GiveBackClaims():
                self._put(effect, lambda: self._give_back(effect))
            case fx.SettleAttempt():
                self._put(effect, lambda: self._settle(effect))
            case fx.KeepOptOut():
                self._put(effect, lambda: self._opt_out(effect))
            case fx.KeepFollowUp():
                self._put(effect, lambda: self._follow_up(effect))
            case fx.KeepCampaignState():
                self._put(effect, lambda: self._keep_state(effect))

    def _put(self, effect: fx.LeadEffect, work: Callable[[], Awaitable[Any]]) -> None:
        self._lane.put_nowait(lambda: self._surely(type(effect).__name__, work))

    async def _surely(self, what: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Until it is done: the rows are away at most for a while, and each of these may be repeated. What can never be done is
        said aloud and holds up no other campaign; it stays pending, so the next start tries it again."""
        tries = 0
        while True:
            try:
                await work()
                return
            except (TryAgain, Conflict, OSError) as error:
                log.warning("leads_row_not_written", what=what, tries=tries + 1, error=type(error).__name__)
                await asyncio.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                tries += 1
            except Exception:
                log.exception("leads_row_impossible", what=what)
                return

    # -- claims -------------------------------------------------------------------------------------------------------------

    async def _claim(self, effect: fx.ClaimLeads) -> None:
        """Not repeated: when it fails, nobody knows what was claimed, and the hub gives it back."""
        try:
            signal = await self._claimed(effect)
        except Exception as error:
            log.warning("leads_not_claimed", campaign=effect.campaign, error=type(error).__name__)
            signal = s.ClaimFailed(effect=effect.effect, campaign=effect.campaign, why=type(error).__name__)
        self._tell(signal)

    async def _claimed(self, effect: fx.ClaimLeads) -> s.LeadsClaimed | s.ClaimFailed:
        center, now = self._center(), self._now()
        values = center.campaigns.get(effect.campaign)
        pack = center.laws.get(values.law) if values is not None and values.law is not None else None
        if values is None or pack is None:
            return s.ClaimFailed(effect=effect.effect, campaign=effect.campaign, why="no law")
        law = self._law_of(pack)
        registries = {one.name: one.loaded_at for one in await self._do_not_call.registries()}
        taken_by = effect.agents[0] if effect.lead is not None else None
        # Whoever takes a promised call is on the line before anybody answers, whatever the campaign does with others.
        asked = facts(center, values, registries, mode=None if taken_by is None else Mode.PREVIEW)
        whose: dict[int, LeadFacts] = {}

        def gate(lead: LeadToDial) -> Pass | Hold | Never:
            promised = promised_of(lead, values.callbacks, taken_by)
            if taken_by is not None and not may_take(lead, values.callbacks, taken_by, now):
                return Hold(until=None, reason="callback")  # moved, cancelled, kept or a colleague's since she saw it
            choice = choose(law, values.retry, asked, lines_of(lead), tried_of(lead), now, promised)
            if choice.place is not None:
                whose[lead.id] = next(one.asked.lead for one in lead.numbers if one.place == choice.place)
                return Pass(place=choice.place, rule=choice.rule)
            return Never(reason=choice.reason) if choice.done else Hold(until=choice.until, reason=choice.reason)

        if effect.anew:
            await self._leads.look_again(int(effect.campaign), now)
        if effect.lead is not None:
            found = await self._leads.claim_one(effect.lead, effect.attempts[0], self._epoch, now, gate)
        else:
            found = await self._leads.claim(int(effect.campaign), effect.attempts, self._epoch, now, gate, effect.agents)
        return s.LeadsClaimed(
            effect=effect.effect,
            campaign=effect.campaign,
            attempts=effect.attempts,
            claims=tuple(_told(one, whose[one.lead]) for one in found.claims),
            held=found.held,
            again_at=await self._again_at(effect, found, now),
        )

    def _law_of(self, pack: Pack) -> Law:
        """Made ready once for a pack."""
        if self._law is None or self._law[0] is not pack:
            self._law = (pack, Law(pack))
        return self._law[1]

    async def _again_at(self, effect: fx.ClaimLeads, found: Claimed, now: int) -> int | None:
        if effect.lead is not None or len(found.claims) == len(effect.attempts) or found.looked_at >= MOST_LOOKED_AT:
            return None
        async with self._database.read() as session:
            first = await next_due(session, int(effect.campaign), effect.agents)
        latest = now + LOOK_AGAIN_MS
        return latest if first is None else min(latest, max(first, now + SOONEST_MS))

    async def _release(self, keep: Collection[AttemptId]) -> None:
        undone = await self._leads.release(self._epoch, keep, self._now())
        if undone:
            log.info("claims_released", attempts=len(undone))

    async def _give_back(self, effect: fx.GiveBackClaims) -> None:
        await self._leads.give_back(effect.attempts, self._now())
        self._tell(s.ClaimsUndone(effect=effect.effect))

    # -- after the dial -----------------------------------------------------------------------------------------------------

    async def _settle(self, effect: fx.SettleAttempt) -> None:
        values = self._center().campaigns.get(effect.campaign)
        row = None if values is not None else await self._campaigns.campaign(int(effect.campaign))
        of = values if values is not None else row
        assert of is not None
        async with self._database.write() as session:
            following = await settle_by_plan(
                session, effect.attempt, effect.dial_outcome, effect.at, of.retry, of.callbacks, effect.times
            )
        next_at = waits_until(following) if following is not None else None
        reasons = following.reasons if following is not None else ()
        self._tell(s.LeadSettled(effect=effect.effect, next_at=next_at, reasons=reasons))

    async def _opt_out(self, effect: fx.KeepOptOut) -> None:
        async with self._database.write() as session:
            await opt_out(session, effect.attempt, effect.at)
        self._tell(s.NumberListed(effect=effect.effect))

    async def _follow_up(self, effect: fx.KeepFollowUp) -> None:
        center = self._center()
        values = center.campaigns.get(effect.campaign)
        async with self._database.write() as session:
            if values is None:
                values = await campaign_of(session, int(effect.campaign))
            picked = None if values is None else find(choices(center, values), effect.follow_up.code)
            next_at = None
            if values is not None:
                # Taken off the list since she picked it: what she said is kept, and nothing follows.
                disposition = picked or Disposition(code=effect.follow_up.code, label=Label("", ""), follow=Follow.DONE)
                said = Said(
                    attempt=effect.attempt,
                    follow_up=effect.follow_up,
                    disposition=disposition,
                    note=effect.note,
                    revision=effect.revision,
                    at=effect.at,
                )
                next_at = await keep(session, said, values)
        self._tell(s.FollowUpDone(effect=effect.effect, next_at=next_at))

    async def _keep_state(self, effect: fx.KeepCampaignState) -> None:
        await self._campaigns.keep_state(int(effect.campaign), effect.state.value)
        self._tell(s.CampaignStateKept(effect=effect.effect))


def _told(claim: Claim, facts: LeadFacts) -> s.ClaimedLead:
    return s.ClaimedLead(
        attempt=AttemptId(claim.attempt),
        lead=LeadId(claim.lead),
        place=claim.place,
        number=claim.e164,
        rule=claim.rule,
        agent=claim.agent,
        contact=None if claim.contact is None else ContactId(claim.contact),
        state=facts.state,
        zone=facts.zone,
    )
