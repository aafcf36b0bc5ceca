"""What an agent is seen doing. Every move is a row here; nothing here acts.

Reserved is the time an offer rings at her, dialing the time she waits for a call that she places, holding the time her
customer hears music, a lost line included.
"""

from enum import StrEnum

from callcenter.kernel import events as e
from callcenter.kernel.machine import Table


class Activity(StrEnum):
    IDLE = "idle"
    RESERVED = "reserved"
    DIALING = "dialing"
    TALKING = "talking"
    HOLDING = "holding"
    WRAPPING = "wrapping"


A = Activity

ACTIVITY: Table[Activity] = Table(
    "activity",
    A.IDLE,
    {
        A.IDLE: {e.OfferMade: A.RESERVED, e.CallPlaced: A.DIALING},
        A.RESERVED: {
            e.OfferAccepted: A.RESERVED,
            e.OfferOver: A.IDLE,
            e.ConnectFailed: A.IDLE,
            e.CallConnected: A.TALKING,
        },
        A.DIALING: {e.CallConnected: A.TALKING, e.PlacedCallFailed: A.IDLE},
        A.TALKING: {e.CallHeld: A.HOLDING, e.LineLost: A.HOLDING, e.WrapUpStarted: A.WRAPPING},
        A.HOLDING: {
            e.CallRetrieved: A.TALKING,
            e.LineRestored: A.TALKING,
            e.LineLost: A.HOLDING,
            e.WrapUpStarted: A.WRAPPING,
        },
        A.WRAPPING: {e.WrapUpEnded: A.IDLE},
    },
    transient=frozenset({A.RESERVED, A.DIALING, A.TALKING, A.HOLDING, A.WRAPPING}),
)
