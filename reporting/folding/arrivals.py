"""Folding a call record: how a call begins, what the flow and the look-up learn of it, before anybody is rung."""

from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.words import LegRole
from reporting.call_record import CallRecord, IvrVisit, Keyed, LegRecord
from reporting.folding import Steps


def arrived(at: int, event: e.CallArrived) -> CallRecord:
    """The record of a call that came in at `at` (ms since the epoch)."""
    leg = LegRecord(leg=event.leg, role=LegRole.CALLER, carrier=event.carrier, dialed_at=at, number=event.caller)
    return CallRecord(
        call=event.call, direction="inbound", carrier=event.carrier, started_at=at, state=CallState.IVR, state_since=at,
        customer=event.caller, dialed=event.dialed, number=event.number, legs=(leg,),
    )  # fmt: skip


def placed(at: int, event: e.CallPlaced) -> CallRecord:
    """The record of a call that an agent places at `at` (ms since the epoch)."""
    return CallRecord(
        call=event.call, direction="outbound", carrier=event.carrier, started_at=at, state=CallState.PLACING, state_since=at,
        customer=event.number, placed_by=event.agent, contact=event.contact,
        contact_by=event.agent if event.contact is not None else None,
    )  # fmt: skip


def dialed(at: int, event: e.AttemptDialed) -> CallRecord:
    """The record of a call that a campaign dials at `at` (ms since the epoch)."""
    return CallRecord(
        call=event.call, direction="outbound", carrier=event.carrier, started_at=at, state=CallState.DIALING, state_since=at,
        customer=event.number, contact=event.contact, campaign=event.campaign, attempt=event.attempt, lead=event.lead,
    )  # fmt: skip


# -- what the flow and the look-up say --------------------------------------------------------------------------------------


def _ivr_started(record: CallRecord, at: int, event: e.IvrStarted) -> CallRecord:
    return replace(record, flow=event.flow, ivr_since=at if record.ivr_since is None else record.ivr_since)


def _ivr_visited(record: CallRecord, at: int, event: e.IvrVisited) -> CallRecord:
    return replace(record, visits=(*record.visits, IvrVisit(at, event.node, event.outcome)))


def _digits(record: CallRecord, at: int, event: e.DigitsEntered) -> CallRecord:
    if event.into is None and event.digits is None:
        return record
    return replace(record, keyed=(*record.keyed, Keyed(at=at, count=event.count, into=event.into, digits=event.digits)))


def _language(record: CallRecord, at: int, event: e.LanguageChosen) -> CallRecord:
    return replace(record, language=event.language, language_why=event.why)


def _contacts_asked(record: CallRecord, at: int, event: e.ContactsAsked) -> CallRecord:
    return replace(record, looking_up=True, look_up_failed=False)


def _contacts_matched(record: CallRecord, at: int, event: e.ContactsMatched) -> CallRecord:
    return replace(record, matches=event.matches, looking_up=False, look_up_failed=False)


def _contacts_unknown(record: CallRecord, at: int, event: e.ContactsUnknown) -> CallRecord:
    return replace(record, looking_up=False, look_up_failed=True)


def _contact_chosen(record: CallRecord, at: int, event: e.ContactChosen) -> CallRecord:
    return replace(record, contact=event.contact, contact_by=event.agent)


def _requirements(record: CallRecord, at: int, event: e.RequirementsSet) -> CallRecord:
    priority = record.priority if event.priority is None else event.priority
    return replace(record, skills={**record.skills, **event.skills}, priority=priority)


STEPS: Steps = {
    e.IvrStarted: _ivr_started, e.IvrVisited: _ivr_visited, e.DigitsEntered: _digits, e.LanguageChosen: _language,
    e.ContactsAsked: _contacts_asked, e.ContactsMatched: _contacts_matched, e.ContactsUnknown: _contacts_unknown,
    e.ContactChosen: _contact_chosen, e.RequirementsSet: _requirements,
}  # fmt: skip
