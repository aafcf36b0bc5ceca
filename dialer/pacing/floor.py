"""What a decision is told and what it says: the floor as it stands, the legal window, the decision with the inputs it used."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from callcenter.kernel.dialing import Inputs

UNKNOWN = -1.0
"""In place of a lead's own probability: the campaign's answer rate stands for it."""


class Floor(Struct, frozen=True, kw_only=True):
    """One instant of a campaign. Ages are ms."""

    free: int
    """Agents who can take an answer now; not those who asked to pause or leave."""
    waiting: int = 0
    """Persons who answered and have nobody yet."""
    talking_ms: Sequence[int] = ()
    """Of each agent in talk or hold who will be free afterwards: since she was connected."""
    wrapping_ms: Sequence[int] = ()
    """Of each agent in wrap-up who will be free afterwards: since the wrap-up began."""
    leaving: int = 0
    """Busy agents who asked to pause or leave: they will not be free."""
    ringing_ms: Sequence[int] = ()
    """Of each dial under way: since it was dialed."""
    rung_ms: Sequence[int] | None = None
    """Of the same dials: since the carrier said that it rings, 0 before. None: as `ringing_ms`."""
    ringing_p: Sequence[float] = ()
    """Of the same dials: the lead's own probability, or UNKNOWN. Empty when none is known."""
    lines: int = 1_000
    """Dials that trunks, rates and other limits allow now."""
    carrier: bool = True
    """The carrier takes calls."""


class Law(Struct, frozen=True, kw_only=True):
    """The legal window as it stands. Without a cap nothing is gated, and pacing steers at the house's own."""

    cap: float | None = None
    """Greatest abandons / answers by the rule pack, such as .03."""
    answers: int = 0
    """Persons who answered in the window, connected or not."""
    abandons: int = 0
    ring_ms: int = 15_000
    """A dial that rang shorter must not be cancelled."""
    patience_ms: int = 2_000
    """A person who answered must have an agent within this time."""


Why = Literal[
    "dialing",
    "carrier_down",
    "no_lines",
    "no_agents",
    "all_leaving",
    "nobody_free",
    "risk",
    "gate",
    "no_leads",
]
"""Why no more is dialed now."""


class Decision(Struct, frozen=True, kw_only=True):
    """How many of the next leads to dial now, and which dials to cancel (places in `ringing_ms`)."""

    dial: int
    why: Why
    cancel: tuple[int, ...] = ()
    again_ms: int | None = None
    """Look again after this time though nothing happened; None: only when something happens."""
    inputs: Inputs
