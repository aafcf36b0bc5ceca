"""What an agent wants: the choice is hers, and the last explicit one wins. What she is doing is in `activity`."""

from enum import StrEnum

from callcenter.kernel import events as e
from callcenter.kernel.machine import Table


class Presence(StrEnum):
    SIGNED_OUT = "signed_out"
    AVAILABLE = "available"
    NOT_READY = "not_ready"


P = Presence

PRESENCE: Table[Presence] = Table(
    "presence",
    P.SIGNED_OUT,
    {
        P.SIGNED_OUT: {e.AgentSignedIn: P.NOT_READY},
        P.AVAILABLE: {e.AgentNotReady: P.NOT_READY, e.AgentSignedOut: P.SIGNED_OUT},
        P.NOT_READY: {e.AgentAvailable: P.AVAILABLE, e.AgentNotReady: P.NOT_READY, e.AgentSignedOut: P.SIGNED_OUT},
    },
)
