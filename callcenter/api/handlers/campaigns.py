"""Campaigns: made, changed, looked at. What a running one dials is the hub's."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from callcenter.api import dispositions
from callcenter.api.holds import HOLDS
from callcenter.api.numbers import phone_number
from callcenter.api.route import Ask
from callcenter.api.schemas import campaigns as m
from callcenter.api.schemas.callbacks import Result, SaidCount
from callcenter.api.schemas.common import PhoneNumber, Words
from callcenter.kernel.center import Label
from callcenter.kernel.clock import MINUTE, local
from callcenter.kernel.dialing import Machines, Mode, Outcome, Recycling, RetryPlan, RetryRule
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import CampaignId
from callcenter.kernel.law import Pack, PackId
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.campaign_outlook import Counts, Outlook, Upcoming
from callcenter.store.campaigns import Campaign, CampaignChange
from callcenter.store.lead_numbers import read_number
from dialer.law import Law
from dialer.lead import BadNumber

REACHED = (Outcome.ANSWERED, Outcome.ABANDONED)
"""A person answered."""


async def list_campaigns(ask: Ask) -> m.CampaignListBody:
    return m.CampaignListBody(items=[_body(ask, one) for one in await ask.services.campaigns.all()])


async def create_campaign(ask: Ask) -> m.CampaignBody:
    given = ask.read(m.CampaignCreate)
    _known_law(ask, given.law)
    values = Campaign(
        name=given.name, label=Label(given.label.en, given.label.zh), mode=Mode(given.mode), law=given.law,
        currency="CNY" if ask.services.region == "CN" else "USD",
    )  # fmt: skip
    async with ask.services.database.together() as session:
        made = await ask.services.campaigns.create(values, ask.who.user.login, ask.now)
        await audit.append(session, ask.now, _entry(ask, "campaign_created", made.id))
    return _body(ask, made)


async def read_campaign(ask: Ask) -> m.CampaignBody:
    return _body(ask, await ask.services.campaigns.campaign(ask.whole("campaign")))


async def change_campaign(ask: Ask) -> m.CampaignBody:
    given, id = ask.read(m.CampaignPatch), ask.whole("campaign")
    change = _change(ask, given, await ask.services.campaigns.campaign(id))
    async with ask.services.database.together() as session:
        made = await ask.services.campaigns.change(id, change, ask.who.user.login, ask.now, seen=given.seen)
        fields = [name for name in given.__struct_fields__ if name != "seen" and getattr(given, name) is not UNSET]
        await audit.append(session, ask.now, _entry(ask, "campaign_changed", id, fields=fields))
    return _body(ask, made)


async def list_laws(ask: Ask) -> m.LawListBody:
    return m.LawListBody(
        items=[_law(pack, ask.now) for pack in ask.services.laws.values()],
        carriers=sorted(ask.services.carriers),
        prompts=sorted(ask.services.engine.state.center.prompts),
    )


async def read_progress(ask: Ask) -> m.ProgressBody:
    campaign = await ask.services.campaigns.campaign(ask.whole("campaign"))
    found = await ask.services.outlooks.standing(campaign.id)
    total: Counter[str] = Counter()
    for counts in found.lists.values():
        total.update(msgspec.structs.asdict(counts))
    ended = sum(found.outcomes.values())
    results: dict[str, Result] = {one.code: one.result.value for one in campaign.dispositions}
    said = [
        SaidCount(code=code, result="success" if code in campaign.goal_outcomes else results.get(code, "neutral"), calls=calls)
        for code, calls in found.said.most_common()
    ]
    minutes = found.connected_ms / MINUTE
    return m.ProgressBody(
        leads=counts_body(Counts(**total)),
        dials=ended + found.open,
        open=found.open,
        outcomes=[
            m.OutcomeCount(outcome=outcome.value, dials=found.outcomes[outcome])
            for outcome in Outcome
            if found.outcomes.get(outcome)
        ],
        reached=sum(found.outcomes.get(outcome, 0) for outcome in REACHED),
        said=said,
        successes=sum(one.calls for one in said if one.result == "success"),
        cost=(ended + found.open) * campaign.cost_per_call + minutes * campaign.cost_per_minute,
        minutes=minutes,
        income=found.income.get(campaign.currency, 0.0),
        elapsed=_elapsed(campaign, local(ask.now, ZoneInfo(ask.services.engine.state.center.zone)).date()),
        now=ask.now,
    )


async def read_preflight(ask: Ask) -> m.PreflightBody:
    campaign = await ask.services.campaigns.campaign(ask.whole("campaign"))
    pack = ask.services.laws.get(PackId(campaign.law or ""))
    if pack is None:
        return _preflight(Outlook(), None, ask.now)
    facts = await ask.services.outlooks.facts(campaign.id, ask.services.engine.state.center)
    return _preflight(await ask.services.lists.preflight(campaign.id, facts, pack), pack, ask.now)


async def read_next(ask: Ask) -> m.NextBody:
    campaign = await ask.services.campaigns.campaign(ask.whole("campaign"))
    pack = ask.services.laws.get(PackId(campaign.law or ""))
    if pack is None:
        raise Refused("no_law", "the campaign has no law pack, and nothing may be dialed without one: choose one")
    facts = await ask.services.outlooks.facts(campaign.id, ask.services.engine.state.center)
    found = await ask.services.outlooks.next_up(campaign.id, facts, Law(pack), ask.now, ask.asked(m.NextQuery).limit)
    return m.NextBody(items=[_next(one, ask.services.region) for one in found], now=ask.now)


# -- what is asked for ------------------------------------------------------------------------------------------------


_NOT_PLAIN = (
    "seen", "label", "mode", "machines", "retry", "teams", "goal_outcomes", "caller_id", "message_contains", "dispositions",
    "callbacks",
)  # fmt: skip


def _change(ask: Ask, given: m.CampaignPatch, before: Campaign) -> CampaignChange:
    center = ask.services.engine.state.center
    if isinstance(given.law, str):
        _known_law(ask, given.law)
    if isinstance(given.skill, str) and given.skill not in center.skills:
        raise Refused("no_skill", "there is no such skill in the center: choose one that there is")
    if given.teams is not UNSET and not set(given.teams) <= {str(team) for team in center.teams}:
        raise Refused("no_team", "there is no such team in the center: choose one that there is")
    own = before.dispositions if given.dispositions is UNSET else dispositions.values(given.dispositions)
    known = {one.code for one in center.dispositions} | {one.code for one in own}
    if not {one.team for one in own if one.team is not None} <= set(center.teams):
        raise Refused("no_team", "there is no such team in the center: choose one that there is")
    if given.goal_outcomes is not UNSET and not set(given.goal_outcomes) <= known:
        raise Refused("unknown_disposition", "there is no such outcome in the center: choose one that there is")
    if isinstance(given.carrier, str) and given.carrier not in ask.services.carriers:
        raise Refused("unknown_carrier", "there is no such carrier: choose one that there is, or none")
    if any(isinstance(prompt, str) and prompt not in center.prompts for prompt in (given.message, given.voicemail)):
        raise Refused("unknown_prompt", "there is no such prompt in the center: choose one that there is, or none")
    plain = {
        name: value
        for name in given.__struct_fields__
        if name not in _NOT_PLAIN
        and (value := getattr(given, name)) is not UNSET
    }
    return CampaignChange(
        label=UNSET if given.label is UNSET else Label(given.label.en, given.label.zh),
        mode=UNSET if given.mode is UNSET else Mode(given.mode),
        machines=UNSET if given.machines is UNSET else Machines(given.machines),
        retry=UNSET if given.retry is UNSET else _plan(given.retry, before.retry),
        dispositions=UNSET if given.dispositions is UNSET else own,
        callbacks=UNSET if given.callbacks is UNSET else dispositions.plan(given.callbacks),
        teams=UNSET if given.teams is UNSET else tuple(given.teams),
        goal_outcomes=UNSET if given.goal_outcomes is UNSET else tuple(given.goal_outcomes),
        message_contains=UNSET if given.message_contains is UNSET else tuple(given.message_contains),
        caller_id=UNSET if given.caller_id is UNSET else _caller_id(given.caller_id, ask.services.region),
        **plain,
    )


def _known_law(ask: Ask, law: str | None) -> None:
    if law is not None and law not in ask.services.laws:
        raise Refused("unknown_law", "there is no such law pack: choose one that there is")


def _caller_id(written: str, region: str) -> str:
    if not written.strip():
        return ""
    read = read_number(written, region)
    if isinstance(read, BadNumber):
        raise Refused("bad_number", "the number to show is no telephone number: write it with area code, or leave it empty")
    return read.e164


def _plan(given: m.RetryBody, before: RetryPlan) -> RetryPlan:
    """What has no field of its own in the request stays as it was."""
    rules = dict(before.rules)
    for rule in given.rules:
        outcome = Outcome(rule.outcome)
        rules[outcome] = msgspec.structs.replace(
            rules.get(outcome, RetryRule()), again=rule.again, attempts=rule.attempts, backoff_ms=tuple(rule.waits_ms),
            other_part=rule.other_part, next_number=rule.next_number,
        )  # fmt: skip
    again = given.recycling
    recycling = None
    if again is not None:
        recycling = msgspec.structs.replace(before.recycling or Recycling(), after_ms=again.after_ms, rounds=again.rounds)
    return msgspec.structs.replace(before, rules=rules, most_attempts=given.most_attempts, recycling=recycling)


# -- what is answered -------------------------------------------------------------------------------------------------


def _body(ask: Ask, campaign: Campaign) -> m.CampaignBody:
    center = ask.services.engine.state.center
    able = [
        agent
        for agent in center.agents.values()
        if agent.active
        and (not campaign.teams or agent.team in campaign.teams)
        and (campaign.skill is None or dict(agent.skills).get(campaign.skill, 0) >= campaign.minimum_level)  # type: ignore[call-overload]
    ]
    known = ask.services.engine.state.campaigns.get(hub_id(campaign.id))
    plain = {
        name: getattr(campaign, name)
        for name in m.CampaignBody.__struct_fields__
        if name not in ("label", "mode", "state", "retry", "agents", *_NOT_PLAIN) or name == "caller_id"
    }
    return m.CampaignBody(
        label=Words(en=campaign.label.en or campaign.name, zh=campaign.label.zh or campaign.label.en or campaign.name),
        mode=campaign.mode.value,
        machines=campaign.machines.value,
        state=campaign.state if known is None else known.state.value,
        goal_outcomes=list(campaign.goal_outcomes),
        message_contains=msgspec.convert(campaign.message_contains, list[m.MessagePart]),
        teams=list(campaign.teams),
        retry=_retry(campaign.retry),
        dispositions=[dispositions.body(one) for one in campaign.dispositions],
        callbacks=dispositions.plan_body(campaign.callbacks),
        agents=len(able),
        **plain,
    )


def _retry(plan: RetryPlan) -> m.RetryBody:
    rules = [
        m.RetryRuleBody(
            outcome=outcome.value, again=rule.again, attempts=rule.attempts, waits_ms=list(rule.backoff_ms) or [0],
            other_part=rule.other_part, next_number=rule.next_number,
        )
        for outcome in Outcome
        if (rule := plan.rules.get(outcome)) is not None
    ]  # fmt: skip
    again = plan.recycling
    recycling = None if again is None else m.RecyclingBody(after_ms=again.after_ms, rounds=again.rounds)
    return m.RetryBody(most_attempts=plan.most_attempts, rules=rules, recycling=recycling)


def _law(pack: Pack, now: int) -> m.LawBody:
    in_force = Law(pack).at(now)
    version = None if in_force is None else in_force.version
    hours = None if version is None else version.everywhere.hours
    registries = () if version is None else (version.everywhere, *version.regions.values())
    return m.LawBody(
        id=pack.id,
        label=Words(en=pack.label.en, zh=pack.label.zh),
        version=None if version is None else version.version,
        countries=[] if version is None else list(version.countries),
        hours=None if hours is None else [
            [m.CallingTime(since=one.since, until=one.until) for one in day] for day in hours.weekdays
        ],
        abandon_share=None if version is None or version.abandon is None else version.abandon.share,
        abandon_days=None if version is None or version.abandon is None else version.abandon.window_days,
        least_ring_ms=0 if version is None else version.least_ring_ms,
        caller_id=version is not None and version.caller_id,
        message=version is not None and version.message is not None,
        registries=sorted({one.name for rules in registries for one in rules.registries}),
    )  # fmt: skip


def _preflight(found: Outlook, pack: Pack | None, now: int) -> m.PreflightBody:
    held = [
        m.HoldGroup(
            code=group.code.value,
            text=HOLDS[group.code],
            leads=group.leads,
            rules=[m.HoldRule(rule=str(rule), leads=leads) for rule, leads in group.rules],
            until=group.until,
        )
        for group in found.held
    ]
    others = found.not_due + found.claimed + found.done + found.switched_off + found.left_out
    return m.PreflightBody(
        leads=found.callable_now + sum(group.leads for group in held) + others,
        callable_now=found.callable_now,
        held=held,
        not_due=found.not_due,
        not_due_until=found.not_due_until,
        claimed=found.claimed,
        done=found.done,
        switched_off=found.switched_off,
        left_out=found.left_out,
        law=None if pack is None else str(pack.id),
        now=now,
    )


def _next(one: Upcoming, region: str) -> m.NextLead:
    said = one.verdict
    return m.NextLead(
        lead=one.lead,
        list_name=one.list_name,
        name=one.name,
        company=one.company,
        number=phone_number(one.e164, region) or PhoneNumber(value="", shown=""),
        attempts=one.attempts,
        due_at=one.next_at,
        allowed=said.allowed,
        reason=None if said.code is None else HOLDS[said.code],
        rule=str(said.rule),
        until=said.until,
    )


def counts_body(counts: Counts) -> m.LeadCounts:
    return m.LeadCounts(**msgspec.structs.asdict(counts))


def hub_id(campaign: int) -> CampaignId:
    """By which name the hub knows it."""
    return CampaignId(str(campaign))


def _elapsed(campaign: Campaign, today: date) -> float | None:
    if campaign.first_day is None or campaign.last_day is None:
        return None
    first, last = date.fromisoformat(campaign.first_day), date.fromisoformat(campaign.last_day)
    return min(1.0, max(0.0, ((today - first).days + 1) / ((last - first).days + 1)))


def _entry(ask: Ask, action: audit.Action, campaign: int, **details: object) -> Entry:
    return Entry(action=action, subject=f"campaigns/{campaign}", user_id=ask.who.user.id, details=details)
