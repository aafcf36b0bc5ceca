"""Counters: whole numbers that add up, from which every figure is computed; and the quarter hours that they belong to.

No formula lives here (see `reporting.metrics`) and no event (see `reporting.intervals`). One struct serves queues, agents and
the center: a row of a table keeps the fields that its kind has.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from callcenter.kernel.clock import QUARTER, SECOND

WAIT_EDGES_MS: tuple[int, ...] = tuple(
    seconds * SECOND
    for seconds in (5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 150, 180, 240, 300, 420, 600, 900, 1_800)
)
"""Upper edges of the waiting-time buckets, each included in its bucket; one more bucket takes what is longer."""

BUCKETS = len(WAIT_EDGES_MS) + 1
NO_WAITS = (0,) * BUCKETS

Kind = Literal["queue", "agent", "center"]

EVERYTHING = ""
"""The subject of the one row that a center has in each interval."""


class IntervalKey(Struct, frozen=True, order=True):
    """Whose counters, and of which quarter hour: `start_at` is a multiple of 15 minutes of UTC, as every zone's borders are.

    `day` is the day of the interval in the center's zone, ISO form (2026-04-14).
    """

    kind: Kind
    subject: str
    """A queue id, an agent id, or "" for the center."""
    start_at: int
    day: str


class Counters(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened, counted. Every field adds up but `longest_wait_ms`, of which the greatest counts."""

    # -- entries of a queue, counted in the quarter of the entry ------------------------------------------------------
    offered: int = 0
    """Queue entries. offered = answered + abandoned + flowed_out + ended + still waiting."""
    answered: int = 0
    answered_in_time: int = 0
    """Within the queue's own threshold, as it was when the call came in."""
    abandoned: int = 0
    """The caller hung up in the queue, early hang-ups included."""
    short_abandoned: int = 0
    """Of these, after less than the queue's short-abandon limit."""
    abandoned_in_time: int = 0
    """Of these, not later than the service-level threshold."""
    flowed_out: int = 0
    """Went on to another queue unanswered."""
    ended: int = 0
    """Ended by the system: a carrier's failure, a gap."""
    came_back: int = 0
    """Came back to the head of the queue because an agent's line was lost; no new entry."""
    wait_answered_ms: int = 0
    wait_abandoned_ms: int = 0
    wait_short_ms: int = 0
    """Of `wait_abandoned_ms`, that of the short ones."""
    longest_wait_ms: int = 0
    answered_waits: tuple[int, ...] = NO_WAITS
    """Answered entries by wait, one number for each bucket of WAIT_EDGES_MS and one for longer ones."""
    abandoned_waits: tuple[int, ...] = NO_WAITS

    # -- finished conversations: of a queue in the quarter of the entry, of an agent in that of the conversation's start
    handled: int = 0
    """Conversations with an agent, wrap-up done."""
    handle_talk_ms: int = 0
    handle_hold_ms: int = 0
    handle_wrap_up_ms: int = 0
    transferred: int = 0
    """Of these, ended by a transfer."""
    held: int = 0
    """Of these, with at least one hold."""
    agent_hung_up: int = 0
    """Of these, ended by the agent."""
    overrun: int = 0
    """Of these, with a wrap-up longer than its limit."""

    # -- offers of an agent, in the quarter of the offer -----------------------------------------------------------------
    offers: int = 0
    accepted: int = 0
    rejected: int = 0
    missed: int = 0
    """Rang out."""
    withdrawn: int = 0
    """The caller left first."""
    device_errors: int = 0

    # -- calls, in the quarter of their start: an agent has those she placed, the center all -----------------------------
    placed: int = 0
    reached: int = 0
    """Placed calls that were answered and connected."""
    arrived: int = 0
    blocked: int = 0
    closed: int = 0
    ended_by_flow: int = 0
    abandoned_in_ivr: int = 0
    """Hung up before any queue: a figure of its own, in no abandon rate."""
    lost: int = 0
    """Gone when we looked again after a gap."""
    failed: int = 0
    ivr_ms: int = 0

    # -- time of an agent, split at the borders; in a queue's row that of all agents who serve the queue -----------------
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    idle_ms: int = 0
    reserved_ms: int = 0
    dialing_ms: int = 0
    not_ready_ms: int = 0
    overrun_ms: int = 0
    """Of `wrap_up_ms`, what lies over the limit."""


NOTHING = Counters()

HISTOGRAMS = ("answered_waits", "abandoned_waits")
GREATEST = "longest_wait_ms"
SCALARS: tuple[str, ...] = tuple(name for name in Counters.__struct_fields__ if name not in HISTOGRAMS)


def bucket_names(histogram: str) -> tuple[str, ...]:
    """Flat names of a histogram's buckets, e.g. answered_waits_5s ... answered_waits_1800s, answered_waits_more."""
    return (*(f"{histogram}_{edge // SECOND}s" for edge in WAIT_EDGES_MS), f"{histogram}_more")


ANSWERED_NAMES = bucket_names("answered_waits")
ABANDONED_NAMES = bucket_names("abandoned_waits")
FLAT_NAMES: tuple[str, ...] = (*SCALARS, *ANSWERED_NAMES, *ABANDONED_NAMES)
"""Every counter under a flat name: what a table's row and a tally have."""

_BUCKETS = {
    "answered_waits": (ANSWERED_NAMES, {name: index for index, name in enumerate(ANSWERED_NAMES)}),
    "abandoned_waits": (ABANDONED_NAMES, {name: index for index, name in enumerate(ABANDONED_NAMES)}),
}

Tally = dict[str, int]
"""Counters by flat name; what is missing is 0."""


def bucket(wait_ms: int) -> int:
    """The index of the bucket that a wait belongs to."""
    return bisect_left(WAIT_EDGES_MS, wait_ms)


def add(into: Tally, other: Mapping[str, int]) -> None:
    """Adds `other` to `into`, in place."""
    for name, amount in other.items():
        if name == GREATEST:
            into[name] = max(into.get(name, 0), amount)
        else:
            into[name] = into.get(name, 0) + amount


def difference(after: Mapping[str, int], before: Mapping[str, int]) -> Tally:
    """What must be added to `before` to make `after`, without zeros."""
    if not before:
        return {name: amount for name, amount in after.items() if amount}
    found: Tally = {}
    for name, amount in after.items():
        if name == GREATEST:
            if amount > before.get(name, 0):
                found[name] = amount
        elif amount != before.get(name, 0):
            found[name] = amount - before.get(name, 0)
    for name, amount in before.items():
        if name not in after and name != GREATEST and amount:
            found[name] = -amount
    return found


def counters(tally: Mapping[str, int]) -> Counters:
    """The struct with these flat values; unknown names are an error of the caller."""
    values: dict[str, int | tuple[int, ...]] = {}
    waits: dict[str, list[int]] = {}
    for name, amount in tally.items():
        for histogram, (_, index) in _BUCKETS.items():
            if name in index:
                waits.setdefault(histogram, [0] * BUCKETS)[index[name]] = amount
                break
        else:
            values[name] = amount
    for histogram, amounts in waits.items():
        values[histogram] = tuple(amounts)
    return Counters(**values)  # type: ignore[arg-type]


def flat(of: Counters) -> Tally:
    """The opposite of `counters`, zeros left out."""
    found: Tally = {}
    for name in SCALARS:
        amount = getattr(of, name)
        if amount:
            found[name] = amount
    for histogram, (names, _) in _BUCKETS.items():
        amounts = getattr(of, histogram)
        if amounts is not NO_WAITS:
            found.update((name, amount) for name, amount in zip(names, amounts, strict=True) if amount)
    return found


def total(many: Iterable[Counters]) -> Counters:
    """The sum of counters; of the longest waits the greatest."""
    tally: Tally = {}
    for one in many:
        add(tally, flat(one))
    return counters(tally) if tally else NOTHING


def quarter(at: int) -> int:
    """The start of the quarter hour that holds `at` (ms since the epoch)."""
    return at - at % QUARTER


def replace(of: Counters, **changes: int) -> Counters:
    return msgspec.structs.replace(of, **changes)
