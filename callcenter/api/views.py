"""The live views as the API shows them: ids of personal rows become values, numbers become readable, codes become words.

Pure: `Known` holds everything that had to be looked up. What the views mean is said in `callcenter.api.schemas.live`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from callcenter.api.figures import agent_figures, center_figures, queue_figures
from callcenter.api.numbers import phone_number
from callcenter.api.reasons import reason_view
from callcenter.api.schemas import live as m
from callcenter.api.schemas.common import PhoneNumber, Words
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import Center, Label
from callcenter.kernel.ids import CampaignId, ContactId, PersonalId
from callcenter.kernel.signals import ContactMatch
from reporting import views as live


@dataclass(frozen=True, slots=True)
class ContactName:
    """What a match shows of a contact."""

    name: str
    account: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """`personal` gives the value of a personal row; `contacts` holds the names that the customer store gave so far."""

    center: Center
    personal: Callable[[PersonalId], str]
    contacts: Mapping[ContactId, ContactName]

    def number(self, row: PersonalId | None) -> PhoneNumber | None:
        return None if row is None else phone_number(self.personal(row), self.center.outside.region)


def words(label: Label) -> Words:
    return Words(en=label.en, zh=label.zh)


def contacts_of(call: live.CallView) -> set[ContactId]:
    """The contacts whose names a call's view shows."""
    found = {match.contact for match in call.matches}
    if call.contact is not None:
        found.add(call.contact)
    return found


def center_view(view: live.CenterView, queues: Collection[live.QueueView]) -> m.CenterView:
    return m.CenterView(
        name=view.name,
        day=view.day,
        day_start=view.day_start,
        carriers={str(name): up for name, up in view.carriers.items()},
        in_ivr=view.in_ivr,
        waiting=view.waiting,
        longest_since=view.oldest_since,
        figures=center_figures(view.today, queues),
    )


def queue_view(view: live.QueueView, states: Mapping[m.AgentState, int]) -> m.QueueView:
    """`states`: how many agents who serve the queue are in each state."""
    return m.QueueView(
        id=view.id,
        label=words(view.label),
        waiting=view.waiting,
        longest_since=view.oldest_since,
        longest_wait_alarm_ms=view.longest_wait_alarm_ms,
        agents={state: number for state, number in states.items() if number},
        figures=queue_figures(view.today, view),
    )


def agent_view(view: live.AgentView, known: Known) -> m.AgentView:
    aside, wrap_up = view.set_aside, view.wrap_up
    return m.AgentView(
        id=view.id,
        name=known.personal(view.name),
        team=view.team,
        skills={str(skill): level for skill, level in view.skills.items()},
        state=view.state.value,
        since=view.state_since,
        presence=view.presence.value,
        reason=view.reason,
        presence_since=view.presence_since,
        activity=view.activity.value,
        activity_since=view.activity_since,
        set_aside=None if aside is None else m.SetAside(why=aside.why.value, since=aside.since, until=aside.until),
        reachable=view.reachable,
        leaving=view.leaving,
        call=view.call,
        wrap_up=None
        if wrap_up is None
        else m.WrapUpView(
            call=wrap_up.call, queue=wrap_up.queue, since=wrap_up.since, limit_at=wrap_up.limit_at, hard_at=wrap_up.hard_at
        ),
        campaign=_campaign(view.campaign, known),
        lead=None if view.lead is None else m.LeadView(attempt=view.lead.attempt, since=view.lead.since, until=view.lead.until),
        signed_in_at=view.signed_in_at,
        queues=list(view.queues),
        figures=agent_figures(view.today),
    )


def call_view(view: live.CallView, known: Known) -> m.CallView:
    return m.CallView(
        id=view.id,
        direction=view.direction,
        state=view.state.value,
        since=view.state_since,
        started_at=view.started_at,
        number=known.number(view.customer),
        dialed=view.number,
        language=view.language,
        queue=view.queue,
        queued_at=view.queued_at,
        waiting_since=view.waiting_since,
        wait_ms=view.wait_ms,
        priority=view.priority,
        told_position=view.told_position,
        skills={str(skill): level for skill, level in view.skills.items()},
        hears=[words(said) for spoken in view.hears if (said := known.center.words(spoken)) is not None],
        chose=[visit.node for visit in view.visits],
        keyed=[
            m.KeyedView(into=keyed.into or "", digits=known.personal(keyed.digits))
            for keyed in view.keyed
            if keyed.digits is not None
        ],
        look_up=_look_up(view),
        matches=[_match(match, known) for match in view.matches],
        contact=_contact(view, known),
        offer=_offer(view.offer, known),
        agent=view.agent,
        placed_by=view.placed_by,
        campaign=_campaign(view.campaign, known),
        attempt=view.attempt,
        conversations=[_conversation(conversation) for conversation in view.conversations],
        transfer=_transfer(view.transfer, known),
        legs=[_leg(leg, known) for leg in view.legs],
        recording=m.RecordingView(state=view.recording.value, since=view.recording_since),
        disposition=view.disposition,
        end=None if view.end is None else view.end.value,
        ended_by=None if view.by is None else view.by.value,
        over_at=view.over_at if view.state is CallState.OVER else None,
    )


def _campaign(id: CampaignId | None, known: Known) -> m.CampaignName | None:
    """Numbers of campaigns are given once; one that is gone has its number for a name."""
    if id is None:
        return None
    values = known.center.campaigns.get(id)
    return m.CampaignName(id=int(id), label=Words(en=id, zh=id) if values is None else words(values.label))


def _look_up(view: live.CallView) -> m.LookUp:
    """A caller whose number is known is always looked up; nobody else is."""
    if view.looking_up:
        return "pending"
    if view.look_up_failed:
        return "failed"
    if view.matches:
        return "found"
    return "not_found" if view.direction == "inbound" and view.customer is not None else "none"


def _match(match: ContactMatch, known: Known) -> m.MatchView:
    name = known.contacts.get(match.contact)
    return m.MatchView(
        contact=match.contact,
        name=None if name is None else name.name,
        account=None if name is None else name.account,
        match=match.match.value,
        tentative=match.match.tentative,
    )


def _contact(view: live.CallView, known: Known) -> m.ContactView | None:
    if view.contact is None:
        return None
    name = known.contacts.get(view.contact)
    return m.ContactView(
        id=view.contact,
        name=None if name is None else name.name,
        account=None if name is None else name.account,
        chosen_by="system" if view.contact_by is None else "agent",
    )


def _offer(offer: live.OfferView | None, known: Known) -> m.OfferView | None:
    if offer is None:
        return None
    return m.OfferView(
        id=offer.offer,
        agent=offer.agent,
        made_at=offer.made_at,
        expires_at=offer.expires_at,
        accepted=offer.accepted,
        reasons=[reason_view(reason, known.center.skills) for reason in offer.reasons],
    )


def _conversation(view: live.ConversationView) -> m.ConversationView:
    return m.ConversationView(
        agent=view.agent,
        connected_at=view.connected_at,
        held_since=view.held_since,
        line_lost_until=view.line_lost_until,
        left_at=view.left_at,
        why=view.why,
        hold_ms=view.hold_ms,
    )


def _transfer(view: live.TransferView | None, known: Known) -> m.TransferView | None:
    if view is None:
        return None
    return m.TransferView(
        by_agent=view.agent, since=view.since, to_agent=view.to_agent, to_number=known.number(view.to_number), until=view.until
    )


def _leg(view: live.LegView, known: Known) -> m.LegView:
    return m.LegView(
        id=view.id,
        role=view.role.value,
        state=view.state.value,
        agent=view.agent,
        number=known.number(view.number),
        since=view.since,
        up_at=view.up_at,
        cause=None if view.cause is None else view.cause.value,
    )
