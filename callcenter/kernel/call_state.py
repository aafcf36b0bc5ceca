"""The life of a call, as its customer lives it."""

from enum import StrEnum

from callcenter.kernel import events as e
from callcenter.kernel.machine import Table


class CallState(StrEnum):
    NEW = "new"
    IVR = "ivr"
    QUEUED = "queued"
    """Waits; an offer may be ringing at an agent."""
    PLACING = "placing"
    """An agent is calling the customer."""
    DIALING = "dialing"
    """A campaign has dialed; nobody of ours is in it. Answered, it is listened who is there, or waited for a machine's beep."""
    CONNECTED = "connected"
    HELD = "held"
    INTERRUPTED = "interrupted"
    """The agent's line was lost; the customer hears music and is kept for her."""
    TRANSFERRING = "transferring"
    """No agent is in the call; one agent or an outside number is being rung for it."""
    OUTSIDE = "outside"
    """Customer and outside number talk."""
    MESSAGE = "message"
    """The callee of a campaign hears its message, with which the call ends."""
    OVER = "over"


S = CallState

CALL: Table[CallState] = Table(
    "call",
    S.NEW,
    {
        S.NEW: {e.CallArrived: S.IVR, e.CallPlaced: S.PLACING, e.AttemptDialed: S.DIALING},
        S.IVR: {e.CallQueued: S.QUEUED, e.CallOver: S.OVER},
        S.QUEUED: {
            e.CallConnected: S.CONNECTED,
            e.CallQueued: S.QUEUED,
            e.BeepAwaited: S.DIALING,
            e.MessageBegan: S.MESSAGE,
            e.CallOver: S.OVER,
        },
        S.PLACING: {e.CallConnected: S.CONNECTED, e.CallOver: S.OVER},
        S.DIALING: {e.CallQueued: S.QUEUED, e.BeepAwaited: S.DIALING, e.MessageBegan: S.MESSAGE, e.CallOver: S.OVER},
        S.CONNECTED: {
            e.CallHeld: S.HELD,
            e.LineLost: S.INTERRUPTED,
            e.TransferStarted: S.TRANSFERRING,
            e.CallQueued: S.QUEUED,
            e.CallOver: S.OVER,
        },
        S.HELD: {
            e.CallRetrieved: S.CONNECTED,
            e.LineLost: S.INTERRUPTED,
            e.TransferStarted: S.TRANSFERRING,
            e.CallQueued: S.QUEUED,
            e.CallOver: S.OVER,
        },
        S.INTERRUPTED: {
            e.LineRestored: S.CONNECTED,
            e.CallQueued: S.QUEUED,
            e.CallOver: S.OVER,
        },
        S.TRANSFERRING: {
            e.CallConnected: S.CONNECTED,
            e.TransferCompleted: S.OUTSIDE,
            e.CallQueued: S.QUEUED,
            e.CallOver: S.OVER,
        },
        S.OUTSIDE: {e.CallOver: S.OVER},
        S.MESSAGE: {e.CallOver: S.OVER},
        S.OVER: {},
    },
    transient=frozenset({S.IVR, S.PLACING, S.CONNECTED, S.HELD, S.INTERRUPTED, S.TRANSFERRING, S.OUTSIDE, S.DIALING, S.MESSAGE}),
)
