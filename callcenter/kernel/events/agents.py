"""Events of agents at their desks: presence, device, what the system put on them, wrap-up."""

from callcenter.kernel.events.base import AgentEvent
from callcenter.kernel.ids import CallId, CarrierName, QueueId
from callcenter.kernel.words import NotReady


class AgentSignedIn(AgentEvent, frozen=True, kw_only=True):
    """She is not ready until she says that she is available."""

    carrier: CarrierName
    device: str
    reachable: bool


class AgentMoved(AgentEvent, frozen=True, kw_only=True):
    """Signed in again, on another device or the same one loaded anew."""

    carrier: CarrierName
    device: str
    reachable: bool


class AgentLeaving(AgentEvent, frozen=True, kw_only=True):
    """Her log-in ended in mid-call: she is signed out after the call and its wrap-up, unless she signs in again before."""


class AgentSignedOut(AgentEvent, frozen=True, kw_only=True):
    pass


class DeviceReachable(AgentEvent, frozen=True, kw_only=True):
    pass


class DeviceUnreachable(AgentEvent, frozen=True, kw_only=True):
    pass


class AgentAvailable(AgentEvent, frozen=True, kw_only=True):
    pass


class AgentNotReady(AgentEvent, frozen=True, kw_only=True):
    reason: str


class AgentSetAside(AgentEvent, frozen=True, kw_only=True):
    """The system keeps offers from her until `until`, whatever she chose."""

    why: NotReady
    until: int


class AgentBack(AgentEvent, frozen=True, kw_only=True):
    """What the system put on her is over."""

    by_agent: bool


class WrapUpStarted(AgentEvent, frozen=True, kw_only=True):
    call: CallId
    queue: QueueId | None
    limit_at: int
    hard_at: int


class WrapUpEnded(AgentEvent, frozen=True, kw_only=True):
    call: CallId
    by_limit: bool
