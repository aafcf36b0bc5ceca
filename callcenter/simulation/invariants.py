"""What must hold after every step of the hub, whatever the world does. `Watch` looks at a decision and at the state after it; a
promise that is broken is a `Violation`, never an exception, so that one run can show them all.

State changes by events only. So after each decision those calls and agents are looked at that its events name, and now and then
(`sweep`) everything, which must find nothing new. Used by the tests and by `callcenter simulate`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from callcenter.hub.deadlines import Due
from callcenter.hub.folding.register import CALL_DEADLINES
from callcenter.hub.state import Agent, Call, Leg, State
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId, CallId
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import LegRole
from callcenter.simulation.places import Places
from callcenter.simulation.shifts import Shifts

ONE_CALL = "no agent is on two calls"
ONE_END = "each offer ends once"
NOTHING_LEFT = "an ended call has no agent on it and owns nothing pending"
DEADLINE = "every transient state has a deadline"
PLACE = "a place in the queue never gets worse by our doing"
SHIFT = "activity seconds add up to the shift"
ATTEMPT = "every dial of a campaign has one outcome"
AGREES = "calls, legs, offers and agents agree with each other"
MOST = 200
"""So many violations are kept; the rest is counted."""

_OF_CALLS = CALL_DEADLINES
_OWN_LIMIT: dict[CallState, tuple[Due, ...]] = {
    CallState.IVR: (Due.ANSWER, Due.IVR_STEP, Due.IVR_TOTAL),
    CallState.PLACING: (Due.CONNECT,),
    CallState.CONNECTED: (Due.LONGEST,),
    CallState.HELD: (Due.LONGEST,),
    CallState.INTERRUPTED: (Due.CALL, Due.CONNECT),
    CallState.TRANSFERRING: (Due.CALL, Due.CONNECT),
    CallState.OUTSIDE: (Due.CALL,),
    CallState.MESSAGE: (Due.CALL,),
    CallState.DIALING: (Due.CALL,),
}
_BY_LEG = frozenset({CallState.PLACING, CallState.TRANSFERRING, CallState.DIALING})
"""States that end with the ringing of a leg, which has a limit of its own."""
_SWEEPS = (e.CenterChanged, e.CarrierChanged, e.PersonErased)
"""Events that may touch anybody."""


class Violation(Struct, frozen=True, kw_only=True):
    """A promise that did not hold."""

    rule: str
    at: int
    """ms since the epoch, virtual time."""
    position: int
    """Of the last event before it was seen."""
    about: str
    """The call, offer, leg or agent."""
    why: str


class Watch:
    """Watches one hub from its first event on."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.broken = 0
        """How many there were, those that are not kept included."""
        self.steps = 0
        self._offers: dict[str, bool] = {}
        """Offers of calls that are not over: whether it has ended."""
        self._offers_of: dict[CallId, list[str]] = {}
        self._on: dict[AgentId, CallId] = {}
        self._places = Places()
        self._shifts = Shifts()

    def step(self, events: Sequence[e.Recorded], state: State, now: int) -> None:
        """After each decision."""
        self.steps += 1
        if not events:
            return
        calls: dict[CallId, None] = {}
        agents: dict[AgentId, None] = {}
        everything = False
        for recorded in events:
            event = recorded.event
            call = getattr(event, "call", None)
            if call is not None:
                calls[call] = None
            agent = getattr(event, "agent", None)
            if agent is not None:
                agents[agent] = None
            everything = everything or isinstance(event, _SWEEPS)
            self._follow_offer(event, now, state)
        for about, why in self._places.follow(events, state):
            self.note(PLACE, about, why, state, now)
        for agent_id, why in self._shifts.follow(events, agents, state, now):
            self.note(SHIFT, agent_id, why, state, now)
        if everything:
            self.sweep(state, now)
            return
        for agent in agents:
            self._check_agent(agent, calls, state, now)
        for call in calls:
            self._check_call(call, state, now)

    def sweep(self, state: State, now: int) -> None:
        """Looks at everybody and everything."""
        calls: dict[CallId, None] = dict.fromkeys([*state.calls, *(leg.call for leg in state.legs.values())])
        for agent in state.agents:
            self._check_agent(agent, calls, state, now)
        for call in calls:
            self._check_call(call, state, now)
        for pending in state.pending.values():
            if pending.call not in state.calls:
                self.note(NOTHING_LEFT, pending.call, f"{pending.kind} is pending for a call that is gone", state, now)
        for about, why in self._places.sweep(state):
            self.note(PLACE, about, why, state, now)
        for agent_id, why in self._shifts.sweep(state, now):
            self.note(SHIFT, agent_id, why, state, now)
        for attempt in state.attempts.values():
            if attempt.reader is None and attempt.call not in state.calls:
                self.note(ATTEMPT, attempt.id, "its call is gone and it has no outcome", state, now)
        for attempt_id in state.unsettled:
            self.note(ATTEMPT, attempt_id, "a decision left it unsettled", state, now)
        due = state.deadlines.next()
        if due is not None and due <= state.at < now:
            self.note(DEADLINE, "", f"something was due at {due} and did not happen", state, now)

    def close(self, state: State, now: int) -> None:
        """At the end, when everybody has gone: nothing may be left."""
        self.sweep(state, now)
        left: dict[str, dict[Any, Any]] = {
            "calls": state.calls, "legs": state.legs, "offers": state.offers, "recordings": state.recordings,
            "pending": state.pending, "bridges": state.bridges, "attempts": state.attempts,
        }  # fmt: skip
        for what, there in left.items():
            if there:
                self.note(NOTHING_LEFT, next(iter(there)), f"{len(there)} {what} are left at the end", state, now)
        for offer, ended in self._offers.items():
            if not ended:
                self.note(ONE_END, offer, "it never ended", state, now)

    def note(self, rule: str, about: str, why: str, state: State, now: int) -> None:
        """A promise did not hold."""
        self.broken += 1
        if len(self.violations) < MOST:
            self.violations.append(Violation(rule=rule, at=now, position=state.position, about=about, why=why))

    # -- offers ---------------------------------------------------------------------------------------------------------

    def _follow_offer(self, event: e.AnyEvent, now: int, state: State) -> None:
        if isinstance(event, e.OfferMade):
            if event.offer in self._offers:
                self.note(ONE_END, event.offer, "it was made twice", state, now)
            self._offers[event.offer] = False
            self._offers_of.setdefault(event.call, []).append(event.offer)
        elif isinstance(event, e.OfferOver | e.OfferAccepted):
            ended = self._offers.get(event.offer)
            if ended is not False:
                self.note(ONE_END, event.offer, "it ended twice" if ended else "it ended and was never made", state, now)
            self._offers[event.offer] = True
        elif isinstance(event, e.CallOver):
            for offer in self._offers_of.pop(event.call, ()):
                if not self._offers.pop(offer):
                    self.note(ONE_END, offer, "its call is over and it has not ended", state, now)

    # -- agents ---------------------------------------------------------------------------------------------------------

    def _check_agent(self, agent_id: AgentId, calls: dict[CallId, None], state: State, now: int) -> None:
        """Also puts on the list what the agent left: nobody may still claim her."""
        before = self._on.pop(agent_id, None)
        if before is not None:
            calls.setdefault(before)
        her = state.agents.get(agent_id)
        if her is None:
            return
        if her.call is not None:
            self._on[agent_id] = her.call
            calls.setdefault(her.call)
        for rule, why in _agent_faults(her, state):
            self.note(rule, agent_id, why, state, now)

    # -- calls ----------------------------------------------------------------------------------------------------------

    def _check_call(self, call_id: CallId, state: State, now: int) -> None:
        call = state.calls.get(call_id)
        faults = _leftovers(call_id, state) if call is None else _call_faults(call, state)
        for rule, why in faults:
            self.note(rule, call_id, why, state, now)


Fault = tuple[str, str]


def _agent_faults(her: Agent, state: State) -> Iterator[Fault]:
    limits = state.deadlines
    if her.aside is not None and limits.get(Due.ASIDE, her.id) is None:
        yield DEADLINE, f"she is set aside ({her.aside}) without a limit"
    if her.activity is Activity.IDLE:
        if her.call is not None or her.offer is not None:
            yield AGREES, f"she is idle and in call {her.call}"
        return
    call = state.calls.get(her.call) if her.call is not None else None
    if call is None:
        yield AGREES, f"she is {her.activity} in a call that is gone ({her.call})"
        return
    if her.presence is Presence.SIGNED_OUT:
        yield AGREES, f"she is {her.activity} and signed out"
    match her.activity:
        case Activity.RESERVED:
            offer = state.offers.get(her.offer) if her.offer is not None else None
            if offer is None or offer.agent != her.id or call.offer != offer.id:
                yield AGREES, "she is reserved, and no offer of her call names her"
            elif limits.get(Due.OFFER, offer.id) is None and limits.get(Due.CONNECT, call.id) is None:
                yield DEADLINE, "she is reserved without a limit"
        case Activity.WRAPPING:
            if her.id not in call.wrapping:
                yield AGREES, "she wraps up a call that does not know it"
            if limits.get(Due.WRAP_UP, her.id) is None:
                yield DEADLINE, "she wraps up without a limit"
        case _:
            if call.agent != her.id:
                yield ONE_CALL, f"she is {her.activity} in call {call.id}, which has {call.agent or 'nobody'}"
            elif call.state is CallState.OVER:
                yield NOTHING_LEFT, f"she is {her.activity} in a call that is over"


def _call_faults(call: Call, state: State) -> Iterator[Fault]:
    limits = state.deadlines
    for leg_id in call.legs:
        leg = state.legs.get(leg_id)
        if leg is None or leg.call != call.id:
            yield AGREES, f"its leg {leg_id} is not there or another's"
        else:
            yield from _leg_faults(leg, call, state)
    if call.state is CallState.OVER:
        yield from _after_the_end(call, state)
        return
    if call.agent is not None:
        her = state.agents.get(call.agent)
        if her is None or her.call != call.id:
            yield ONE_CALL, f"{call.agent} is in it and in {her.call if her is not None else 'nothing'}"
    offer = state.offers.get(call.offer) if call.offer is not None else None
    if call.offer is not None and (offer is None or offer.call != call.id):
        yield AGREES, f"its offer {call.offer} is not there or another's"
    if offer is not None:
        limit = limits.get(Due.CONNECT, call.id) if offer.accepted else limits.get(Due.OFFER, offer.id)
        if limit is None:
            yield DEADLINE, f"its offer is {'accepted' if offer.accepted else 'ringing'} without a limit"
        return
    if call.state is CallState.QUEUED:
        if call.queue is None or call.customer not in state.legs:
            yield AGREES, "it waits without a queue or without a caller"
        if call.dial is not None and call.connected_at is None and limits.get(Due.ABANDON, call.id) is None:
            yield DEADLINE, "its callee waits for an agent without the law's limit"
        return
    limited = any(limits.get(due, call.id) is not None for due in _OWN_LIMIT[call.state])
    if not limited and call.state in _BY_LEG:
        limited = any(limits.get(Due.LEG, leg) is not None for leg in call.legs)
    if not limited:
        yield DEADLINE, f"it is {call.state} without a limit"


def _leg_faults(leg: Leg, call: Call, state: State) -> Iterator[Fault]:
    limit = state.deadlines.get(Due.LEG, leg.id)
    if leg.state is LegState.DROPPED and limit is None:
        yield DEADLINE, f"its leg {leg.id} was asked to end, without a limit"
    elif leg.state in (LegState.DIALING, LegState.RINGING) and limit is None:
        if leg.role is not LegRole.CALLER or state.deadlines.get(Due.ANSWER, call.id) is None:
            yield DEADLINE, f"its leg {leg.id} is {leg.state} without a limit"
    if leg.agent is not None and leg.alive and call.state is not CallState.OVER:
        her = state.agents.get(leg.agent)
        if her is not None and her.call not in (None, call.id):
            yield ONE_CALL, f"the telephone of {leg.agent} is in it, and she is in {her.call}"


def _after_the_end(call: Call, state: State) -> Iterator[Fault]:
    if call.agent is not None or call.offer is not None:
        yield NOTHING_LEFT, f"it is over and has agent {call.agent}, offer {call.offer}"
    for due in _OF_CALLS:
        if state.deadlines.get(due, call.id) is not None:
            yield NOTHING_LEFT, f"it is over and {due} is still to come"
    for leg_id in call.legs:
        leg = state.legs.get(leg_id)
        if leg is not None and leg.alive:
            yield NOTHING_LEFT, f"it is over and nobody asked its leg {leg_id} to end"
    for pending in state.pending.values():
        # A recording is fetched after the end, and its own limit looks after it until then.
        if pending.call == call.id and pending.recording is None:
            yield NOTHING_LEFT, f"it is over and {pending.kind} is pending"
    for recording_id in call.open_recordings:
        recording = state.recordings.get(recording_id)
        if recording is None:
            yield AGREES, f"its recording {recording_id} is not there"
        elif recording.storing is None and state.deadlines.get(Due.RECORDING, recording_id) is None:
            yield DEADLINE, f"it is over and its recording {recording_id} runs without a limit"


def _leftovers(call_id: CallId, state: State) -> Iterator[Fault]:
    """What still speaks of a call that was forgotten."""
    for pending in state.pending.values():
        if pending.call == call_id:
            yield NOTHING_LEFT, f"it is forgotten and {pending.kind} is pending"
    for leg in state.legs.values():
        if leg.call == call_id:
            yield NOTHING_LEFT, f"it is forgotten and has a leg {leg.id}"
    for offer in state.offers.values():
        if offer.call == call_id:
            yield NOTHING_LEFT, f"it is forgotten and has an offer {offer.id}"
    for recording in state.recordings.values():
        if recording.call == call_id:
            yield NOTHING_LEFT, f"it is forgotten and has a recording {recording.id}"
    for bridge, owner in state.bridges.items():
        if owner == call_id:
            yield NOTHING_LEFT, f"it is forgotten and has a bridge {bridge}"
    for due in _OF_CALLS:
        if state.deadlines.get(due, call_id) is not None:
            yield NOTHING_LEFT, f"it is forgotten and {due} is still to come"
