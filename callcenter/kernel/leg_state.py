"""The life of a leg: one party's connection."""

from enum import StrEnum

from callcenter.kernel import events as e
from callcenter.kernel.machine import Table


class LegState(StrEnum):
    DIALING = "dialing"
    RINGING = "ringing"
    UP = "up"
    DROPPED = "dropped"
    """We asked for its end and wait for the carrier's word."""
    DOWN = "down"


LEG: Table[LegState] = Table(
    "leg",
    LegState.DIALING,
    {
        LegState.DIALING: {
            e.LegRang: LegState.RINGING,
            e.LegUp: LegState.UP,
            e.LegDropped: LegState.DROPPED,
            e.LegDown: LegState.DOWN,
        },
        LegState.RINGING: {e.LegUp: LegState.UP, e.LegDropped: LegState.DROPPED, e.LegDown: LegState.DOWN},
        LegState.UP: {e.LegDoubted: LegState.UP, e.LegDropped: LegState.DROPPED, e.LegDown: LegState.DOWN},
        LegState.DROPPED: {e.LegDown: LegState.DOWN},
        LegState.DOWN: {},
    },
    transient=frozenset({LegState.DIALING, LegState.RINGING, LegState.DROPPED}),
)
