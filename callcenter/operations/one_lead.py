"""One lead for somebody who asks why it is not dialed: its dials, what the gate would say now, and what keeps its campaign.

Reads rows and log beside a running service; writes nothing and shows no number: only which of the lead's numbers it is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy import select

from callcenter.bootstrap import open_log
from callcenter.hub.dialing.floor import facts
from callcenter.hub.dialing.why import Cause, why_not
from callcenter.hub.state import State
from callcenter.kernel.errors import NotFound
from callcenter.kernel.ids import CampaignId
from callcenter.kernel.words import Language
from callcenter.runtime.folding import folded
from callcenter.store import claim_facts
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.lead_plan import lines_of, promised_of, tried_of
from callcenter.store.tables.campaigns import CallListRow
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from config.settings import Settings
from dialer.planner import Choice, choose
from dialer.retry import Callback


class Dial(Struct, frozen=True, kw_only=True):
    at: int
    place: int
    rule: str
    outcome: str | None
    said: str | None = None
    """What the agent said of it (a code)."""
    answerer: str | None = None
    """Who answered, as heard last; None: nobody listened."""
    confidence: float | None = None
    heard_ms: int | None = None
    heard_why: str | None = None
    message_played_at: int | None = None


class Explained(Struct, frozen=True, kw_only=True):
    """`choice`: what the gate and the plan say at this moment; None: the campaign has no law here, or the lead is done."""

    lead: int
    campaign: int
    state: str
    held: str | None
    next_at: int | None
    list_works: bool
    dials: tuple[Dial, ...]
    choice: Choice | None
    causes: tuple[Cause, ...]
    """What keeps the whole campaign."""
    promised: Callback | None = None
    """A callback that is open."""
    anyone_at: int | None = None
    """When it becomes anyone's; None: it is."""


async def explain(settings: Settings, id: int, now: int) -> Explained:
    """Raises NotFound, LogFault and StoreFault."""
    event_log = open_log(settings.event_log_url)
    try:
        await event_log.open()
        state = await folded(event_log)
    finally:
        await event_log.close()
    database = Database(settings.database_url)
    try:
        return await of_rows(database, state, id, now)
    finally:
        await database.close()


async def of_rows(database: Database, state: State, id: int, now: int) -> Explained:
    """The same with the rows and the hub's state at hand."""
    registries = {one.name: one.loaded_at for one in await DoNotCall(database).registries()}
    async with database.read() as session:
        row = await session.get(LeadRow, id)
        if row is None:
            raise NotFound(f"There is no lead {id}: take its number from the campaign's page or from the log's AttemptDialed.")
        call_list = await session.get_one(CallListRow, row.call_list)
        query = select(LeadAttemptRow).where(LeadAttemptRow.lead == id).order_by(LeadAttemptRow.claimed_at)
        dials = tuple(
            Dial(
                at=one.claimed_at,
                place=one.place,
                rule=one.rule,
                outcome=one.outcome,
                said=one.disposition,
                answerer=one.answerer,
                confidence=one.confidence,
                heard_ms=one.heard_ms,
                heard_why=one.heard_why,
                message_played_at=one.message_played_at,
            )
            for one in await session.scalars(query)
        )
        (lead,) = await claim_facts.read(session, [row], sqlite=database.sqlite)
        campaign = CampaignId(str(row.campaign))
    values, law = state.center.campaigns.get(campaign), state.law(campaign)
    choice = None
    if values is not None and law is not None and row.state != "done":
        asked = facts(state.center, values, registries)
        promised = promised_of(lead, values.callbacks)
        choice = choose(law, values.retry, asked, lines_of(lead), tried_of(lead), now, promised)
    one = lead.promised
    waits = values is not None and one is not None and one.agent is not None
    return Explained(
        lead=id,
        campaign=row.campaign,
        state=row.state,
        held=row.held,
        next_at=row.next_at,
        list_works=call_list.active and call_list.state == "ready",
        dials=dials,
        choice=choice,
        causes=why_not(state, campaign, now),
        promised=one,
        anyone_at=one.at + values.callbacks.owner_waits_ms if waits and one is not None and values is not None else None,
    )


def lines(found: Explained, language: Language) -> Iterator[str]:
    """For a terminal; times in UTC."""
    zh = language == "zh"
    yield f"{'名单客户' if zh else 'lead'} {found.lead}, {'活动' if zh else 'campaign'} {found.campaign}: {found.state}"
    for one in found.dials:
        end = one.outcome or ("进行中" if zh else "under way")
        end += f", {one.said}" if one.said else ""
        yield f"  {_when(one.at)}  {'号码' if zh else 'number'} {one.place + 1}  {end}  ({one.rule})"
        if one.answerer is not None:
            yield f"    {_heard(one, zh=zh)}"
    if found.promised is not None:
        yield f"  {_promised(found, zh=zh)}"
    if not found.list_works:
        yield "  名单未启用" if zh else "  its list is not dialed"
    if found.held is not None:
        yield f"  {'搁置原因' if zh else 'held for'}: {found.held}"
    if found.next_at is not None:
        yield f"  {'最早再看' if zh else 'not looked at before'}: {_when(found.next_at)}"
    if found.choice is not None:
        yield f"  {'此刻' if zh else 'now'}: {_choice(found.choice, zh=zh)}"
    for cause in found.causes:
        count = f" ({cause.count})" if cause.count else ""
        until = f" -> {_when(cause.until)}" if cause.until is not None else ""
        yield f"  {'活动' if zh else 'campaign'}: {cause.code}{count}{until} {cause.why}".rstrip()


def _promised(found: Explained, *, zh: bool) -> str:
    assert found.promised is not None
    at, agent = _when(found.promised.at), found.promised.agent
    if agent is None:
        return f"已约定回拨：{at}，任何坐席" if zh else f"a callback was promised for {at}, anyone's"
    until = "" if found.anyone_at is None else _when(found.anyone_at)
    return (
        f"已约定回拨：{at}，由 {agent} 负责，{until} 起任何坐席"
        if zh
        else f"a callback was promised for {at}, {agent}'s; anyone's from {until}"
    )


def _heard(one: Dial, *, zh: bool) -> str:
    """Who answered, how sure that is, and what was left."""
    who = {
        "human": ("a person", "真人"),
        "machine": ("a machine", "答录机"),
        "fax": ("a fax", "传真机"),
        "undecided": ("not known, taken for a person", "未能判断，按真人处理"),
    }[one.answerer or "undecided"][zh]
    after = (one.heard_ms or 0) / 1000
    sure = round(100 * (one.confidence or 0))
    if zh:
        left = f"，{_when(one.message_played_at)} 开始播放语音" if one.message_played_at is not None else ""
        return f"应答者：{who}（应答后 {after:.1f} 秒判断，可信度 {sure}%，依据 {one.heard_why}）{left}"
    left = f"; message from {_when(one.message_played_at)}" if one.message_played_at is not None else ""
    return f"answered by: {who} (heard {after:.1f} s after the answer, {sure} % sure, by {one.heard_why}){left}"


def _choice(choice: Choice, *, zh: bool) -> str:
    if choice.place is not None:
        return (f"可拨号码 {choice.place + 1}" if zh else f"number {choice.place + 1} may be dialed") + f" ({choice.rule})"
    until = f" -> {_when(choice.until)}" if choice.until is not None else ""
    return f"{choice.reason}{until}"


def _when(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
