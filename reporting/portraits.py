"""How an agent and a call look to the pages: pure functions from records and states to views.

What a view holds is in `reporting.views`, when it is painted anew in `reporting.live`.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.center import AgentValues
from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import AgentId, AttemptId, CallId, CampaignId, CarrierName, QueueId
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import NotReady, OfferEnd
from reporting import metrics
from reporting.agent_time import AgentState as Stand
from reporting.call_record import CallRecord, Conversation, LegRecord, OfferRecord, RecordingRecord
from reporting.counters import Counters
from reporting.views import (
    AgentState,
    AgentView,
    CallView,
    ConversationView,
    Figures,
    LeadView,
    LegView,
    OfferView,
    RecordingView,
    SetAsideView,
    TransferView,
    WrapUpView,
)

BUSY_STATES = {
    Activity.RESERVED: AgentState.RINGING,
    Activity.DIALING: AgentState.DIALING,
    Activity.TALKING: AgentState.TALKING,
    Activity.HOLDING: AgentState.HOLDING,
    Activity.WRAPPING: AgentState.WRAP_UP,
}


class Desk(Struct, frozen=True, omit_defaults=True):
    """What is known of an agent besides her place in the life-cycle tables."""

    carrier: CarrierName | None = None
    device: str | None = None
    reachable: bool = False
    leaving: bool = False
    signed_in_at: int | None = None
    set_aside: SetAsideView | None = None
    call: CallId | None = None
    campaign: CampaignId | None = None
    lead: LeadView | None = None


def desk_after(desk: Desk, recorded: e.Recorded, stand: Stand) -> Desk:
    """The desk after an event of its agent, who then stands at `stand`."""
    event, at = recorded.event, recorded.at
    match event:
        case e.AgentSignedIn():
            desk = replace(
                desk, carrier=event.carrier, device=event.device, reachable=event.reachable, signed_in_at=at, set_aside=None,
                leaving=False,
            )  # fmt: skip
        case e.AgentMoved():
            desk = replace(desk, carrier=event.carrier, device=event.device, reachable=event.reachable, leaving=False)
        case e.AgentLeaving():
            desk = replace(desk, leaving=True)
        case e.AgentSignedOut():
            desk = Desk(call=desk.call)
        case e.DeviceReachable():
            desk = replace(desk, reachable=True)
        case e.DeviceUnreachable():
            desk = replace(desk, reachable=False)
        case e.AgentSetAside():
            desk = replace(desk, set_aside=SetAsideView(event.why, at, event.until))
        case e.AgentBack():
            desk = replace(desk, set_aside=None)
        case e.AgentWorks():
            desk = replace(desk, campaign=event.campaign)
        case e.CallEvent() | e.WrapUpStarted():
            desk = replace(desk, call=event.call)
        case _:
            pass
    if stand.activity is Activity.IDLE and desk.call is not None:
        desk = replace(desk, call=None)
    return desk


def desks_with_leads(desks: Mapping[AgentId, Desk], recorded: e.Recorded) -> list[tuple[AgentId, Desk]]:
    """The desks to which a lead comes in preview, or from which it goes: dialed, or given back."""
    over: tuple[AttemptId, ...]
    match recorded.event:
        case e.LeadPreviewed(agent=agent, attempt=attempt, until=until):
            lead = LeadView(attempt=attempt, since=recorded.at, until=until)
            return [(agent, replace(desks.get(agent, Desk()), lead=lead))]
        case e.LeadDialed(attempt=attempt):
            over = (attempt,)
        case e.AttemptsDropped(attempts=attempts):
            over = attempts
        case _:
            return []
    return [(id, replace(desk, lead=None)) for id, desk in desks.items() if desk.lead is not None and desk.lead.attempt in over]


def figures(of: Counters) -> Figures:
    return Figures(
        service_level=metrics.SERVICE_LEVEL.value(of),
        abandon_rate=metrics.ABANDON_RATE.value(of),
        asa_ms=metrics.ASA.value(of),
        aht_ms=metrics.AHT.value(of),
        transfer_rate=metrics.TRANSFER_RATE.value(of),
        occupancy=metrics.OCCUPANCY.value(of),
    )


def state_of(stand: Stand) -> tuple[AgentState, int]:
    """The agent's state in one word, and since when."""
    busy = BUSY_STATES.get(stand.activity)
    if busy is not None:
        return busy, stand.activity_since
    if stand.presence is Presence.SIGNED_OUT:
        return AgentState.SIGNED_OUT, stand.presence_since
    since = max(stand.presence_since, stand.activity_since, stand.missed_at)
    if stand.presence is Presence.NOT_READY or stand.set_aside is NotReady.MISSED_CALL:
        return AgentState.NOT_READY, since
    return AgentState.AVAILABLE, since


def agent_view(
    values: AgentValues,
    queues: tuple[QueueId, ...],
    stand: Stand,
    desk: Desk,
    record: CallRecord | None,
    *,
    today: Counters,
    category_since: int,
) -> AgentView:
    """`record` is that of the desk's call, `category_since` when the stretch of time that runs began to be counted."""
    state, since = state_of(stand)
    category = stand.category
    return AgentView(
        id=values.id, name=values.name, team=values.team, skills=values.skills, queues=queues,
        presence=stand.presence, reason=stand.reason, presence_since=stand.presence_since,
        activity=stand.activity, activity_since=stand.activity_since, state=state, state_since=since,
        carrier=desk.carrier, device=desk.device, reachable=desk.reachable, leaving=desk.leaving,
        signed_in_at=desk.signed_in_at, set_aside=desk.set_aside, call=desk.call,
        offer=_offer_of(values.id, stand, record), wrap_up=_wrap_up_of(values.id, stand, record),
        campaign=desk.campaign, lead=desk.lead,
        today=today, figures=figures(today), category=category, category_since=category_since if category else 0,
    )  # fmt: skip


def _offer_of(agent: AgentId, stand: Stand, record: CallRecord | None) -> OfferView | None:
    if record is None or stand.activity is not Activity.RESERVED:
        return None
    mine = [offer for offer in record.offers if offer.agent == agent]
    return _offer(record, mine[-1]) if mine else None


def _wrap_up_of(agent: AgentId, stand: Stand, record: CallRecord | None) -> WrapUpView | None:
    if record is None or stand.activity is not Activity.WRAPPING:
        return None
    for one in reversed(record.conversations):
        if one.agent == agent and one.wrap_up is not None:
            queue = None if one.entry is None else record.entries[one.entry].queue
            return WrapUpView(record.call, queue, one.wrap_up.since, one.wrap_up.limit_at, one.wrap_up.hard_at)
    return None


def _offer(record: CallRecord, offer: OfferRecord) -> OfferView:
    return OfferView(
        offer=offer.offer, call=record.call, agent=offer.agent, made_at=offer.made_at, expires_at=offer.expires_at,
        reasons=offer.reasons, accepted=offer.end is OfferEnd.ACCEPTED,
        queue=None if offer.entry is None else record.entries[offer.entry].queue,
    )  # fmt: skip


def _open_offer(record: CallRecord) -> OfferView | None:
    """The offer that rings, or was accepted and is not joined yet."""
    if not record.offers or not record.offers[-1].open:
        return None
    return _offer(record, record.offers[-1])


def _leg(leg: LegRecord) -> LegView:
    state, since = LegState.DIALING, leg.dialed_at
    for reached, at in (
        (LegState.RINGING, leg.rang_at),
        (LegState.UP, leg.up_at),
        (LegState.DROPPED, leg.dropped_at),
        (LegState.DOWN, leg.down_at),
    ):
        if at is not None:
            state, since = reached, at
    return LegView(
        id=leg.leg, role=leg.role, state=state, since=since, agent=leg.agent, number=leg.number, up_at=leg.up_at,
        cause=leg.cause,
    )  # fmt: skip


def _conversation(one: Conversation) -> ConversationView:
    hold = one.holds[-1] if one.holds and one.holds[-1].until is None else None
    return ConversationView(
        agent=one.agent, connected_at=one.connected_at, left_at=one.left_at, why=one.why, hold_ms=one.hold_ms,
        held_since=None if hold is None else hold.since, line_lost_until=None if hold is None else hold.give_up_at,
    )  # fmt: skip


def _transfer(record: CallRecord) -> TransferView | None:
    if not record.transfers or record.transfers[-1].ended_at is not None:
        return None
    last = record.transfers[-1]
    return TransferView(
        agent=last.agent, since=last.at, to_agent=last.to_agent, to_number=last.to_number, until=last.until or 0
    )  # fmt: skip


def _recording(recordings: tuple[RecordingRecord, ...]) -> tuple[RecordingView, int | None]:
    if not recordings:
        return RecordingView.NONE, None
    last = recordings[-1]
    if last.failed_at is not None:
        return RecordingView.FAILED, last.failed_at
    if last.over_at is not None:
        return RecordingView.OVER, last.over_at
    if last.runs_at is not None:
        return RecordingView.RUNNING, last.runs_at
    return RecordingView.STARTING, last.asked_at


def call_view(record: CallRecord, hears: tuple[Spoken, ...] = ()) -> CallView:
    entry = record.entries[-1] if record.entries else None
    recording, recording_since = _recording(record.recordings)
    return CallView(
        id=record.call, direction=record.direction, carrier=record.carrier, started_at=record.started_at,
        state=record.state, state_since=record.state_since, customer=record.customer, dialed=record.dialed,
        number=record.number, placed_by=record.placed_by, campaign=record.campaign, attempt=record.attempt,
        language=record.language, language_why=record.language_why,
        matches=record.matches, looking_up=record.looking_up, look_up_failed=record.look_up_failed, hears=hears,
        contact=record.contact, contact_by=record.contact_by, visits=record.visits, keyed=record.keyed,
        queue=None if entry is None else entry.queue,
        queued_at=None if entry is None else entry.queued_at,
        place_since=None if entry is None else entry.since,
        waiting_since=None if entry is None else entry.waiting_since,
        wait_ms=None if entry is None else entry.wait_ms,
        priority=(record.priority or 0) if entry is None else entry.priority,
        skills=record.skills if entry is None else entry.skills,
        told_position=record.told_position, offer=_open_offer(record),
        legs=tuple(_leg(leg) for leg in record.legs),
        conversations=tuple(_conversation(one) for one in record.conversations),
        agent=record.conversations[-1].agent if record.conversations else None,
        transfer=_transfer(record), recording=recording, recording_since=recording_since,
        disposition=record.disposition, end=record.end, by=record.by, over_at=record.over_at,
    )  # fmt: skip
