"""Events of calls in conversation: placed, connected, held, interrupted, transferred, over."""

from callcenter.kernel.events.base import CallEvent
from callcenter.kernel.ids import AgentId, BridgeId, CarrierName, ContactId, LegId, PersonalId
from callcenter.kernel.words import CallEnd, Cause, Party


class CallPlaced(CallEvent, frozen=True, kw_only=True):
    """An agent calls somebody: her own device rings first."""

    carrier: CarrierName
    agent: AgentId
    number: PersonalId
    contact: ContactId | None = None


class CallConnected(CallEvent, frozen=True, kw_only=True):
    """Customer and agent hear each other. The first one of a queue entry ends the wait."""

    agent: AgentId
    leg: LegId
    bridge: BridgeId
    until: int
    """The longest that the call may last."""


class CallHeld(CallEvent, frozen=True, kw_only=True):
    agent: AgentId


class CallRetrieved(CallEvent, frozen=True, kw_only=True):
    agent: AgentId


class LineLost(CallEvent, frozen=True, kw_only=True):
    """The agent's device vanished in mid-call: the customer hears music, the call waits for her until `until`."""

    agent: AgentId
    until: int


class LineRestored(CallEvent, frozen=True, kw_only=True):
    agent: AgentId
    leg: LegId


class AgentLeft(CallEvent, frozen=True, kw_only=True):
    """The agent's part in the conversation is over (hang-up, transfer, line lost for good)."""

    agent: AgentId
    why: str
    """caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."""


class TransferStarted(CallEvent, frozen=True, kw_only=True):
    """A blind transfer: to an agent or to a number. (To a queue it is CallQueued at once.)"""

    agent: AgentId
    to_agent: AgentId | None = None
    to_number: PersonalId | None = None
    until: int = 0


class TransferFailed(CallEvent, frozen=True, kw_only=True):
    """Nobody took the customer over: back to a queue."""

    why: str
    """Of a number the Cause of its leg; of a colleague no_answer, rejected or device_error; too_slow, bridge_lost or agent_left
    when somebody had answered."""


class TransferCompleted(CallEvent, frozen=True, kw_only=True):
    """The customer talks with the outside number; no agent is in the call any more."""

    leg: LegId


class PlacedCallFailed(CallEvent, frozen=True, kw_only=True):
    """The customer was not reached; the presence that the agent chose stands."""

    agent: AgentId
    cause: Cause


class DispositionSet(CallEvent, frozen=True, kw_only=True):
    code: str
    agent: AgentId


class CallOver(CallEvent, frozen=True, kw_only=True):
    """The call's last event but for wrap-up, disposition and recording. Its legs are told to end in the same decision."""

    end: CallEnd
    by: Party
    cause: Cause = Cause.NORMAL
    happened_at: int | None = None
    """As in CallArrived."""


class ContactChosen(CallEvent, frozen=True, kw_only=True):
    contact: ContactId
    agent: AgentId | None
    """None: chosen by the system, the match being exact and single."""
