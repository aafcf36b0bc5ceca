"""Counters: whole numbers that add up, from which every figure is computed; and the quarter hours that they belong to.

No formula lives here (see `reporting.metrics`) and no event (see `reporting.intervals`). One struct serves queues, agents and
the center: a row of a table keeps the fields that its kind has.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Annotated as A
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import Meta as M
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
    """What happened, counted. Every field adds up but `longest_wait_ms`, of which the greatest counts.

    The descriptions are also the comments of the tables' columns.
    """

    # -- entries of a queue, counted in the quarter of the entry --------------------------------------------------------
    offered: A[int, M(description="Queue entries: answered, abandoned, flowed out, ended, and those that still wait.")] = 0
    answered: A[int, M(description="Entries that an agent answered.")] = 0
    answered_in_time: A[int, M(description="Of answered: within the queue's service-level threshold at the entry.")] = 0
    abandoned: A[int, M(description="Entries in which the caller hung up, early hang-ups included.")] = 0
    short_abandoned: A[int, M(description="Of abandoned: before the queue's short-abandon limit.")] = 0
    abandoned_in_time: A[int, M(description="Of abandoned: not later than the service-level threshold.")] = 0
    flowed_out: A[int, M(description="Entries that went on to another queue unanswered.")] = 0
    ended: A[int, M(description="Entries ended by the system: a carrier's failure, a gap.")] = 0
    came_back: A[int, M(description="Calls back in the queue because an agent's line was lost; no new entries.")] = 0
    wait_answered_ms: A[int, M(description="Waits of answered entries together, ms.")] = 0
    wait_abandoned_ms: A[int, M(description="Waits of abandoned entries together, ms.")] = 0
    wait_short_ms: A[int, M(description="Of wait_abandoned_ms: that of short_abandoned.")] = 0
    longest_wait_ms: A[int, M(description="The longest wait of an entry that has ended, ms.")] = 0
    answered_waits: A[tuple[int, ...], M(description="Answered entries by wait: one number for each bucket.")] = NO_WAITS
    abandoned_waits: A[tuple[int, ...], M(description="Abandoned entries by wait: one number for each bucket.")] = NO_WAITS

    # -- finished conversations: a queue's in the quarter of the entry, an agent's in that of the conversation's start ----
    handled: A[int, M(description="Conversations with an agent, wrap-up done.")] = 0
    handle_talk_ms: A[int, M(description="Talk time of handled, ms.")] = 0
    handle_hold_ms: A[int, M(description="Hold time of handled, ms.")] = 0
    handle_wrap_up_ms: A[int, M(description="Wrap-up time of handled, ms.")] = 0
    transferred: A[int, M(description="Of handled: ended by a transfer.")] = 0
    held: A[int, M(description="Of handled: with at least one hold.")] = 0
    agent_hung_up: A[int, M(description="Of handled: ended by the agent.")] = 0
    overrun: A[int, M(description="Of handled: with a wrap-up longer than its limit.")] = 0

    # -- offers of an agent, in the quarter of the offer ------------------------------------------------------------------
    offers: A[int, M(description="Calls that rang at the agent for an answer.")] = 0
    accepted: A[int, M(description="Offers answered.")] = 0
    rejected: A[int, M(description="Offers rejected by the agent.")] = 0
    missed: A[int, M(description="Offers that rang out.")] = 0
    withdrawn: A[int, M(description="Offers whose caller left first.")] = 0
    device_errors: A[int, M(description="Offers that the agent's telephone failed.")] = 0

    # -- calls, in the quarter of their start: an agent has those she placed, the center all --------------------------------
    placed: A[int, M(description="Calls that agents placed.")] = 0
    reached: A[int, M(description="Of placed: answered and connected.")] = 0
    arrived: A[int, M(description="Calls that came in.")] = 0
    blocked: A[int, M(description="Of arrived: from a blocked number, not answered.")] = 0
    closed: A[int, M(description="Of arrived: ended by the center's hours.")] = 0
    ended_by_flow: A[int, M(description="Of arrived: ended by the flow.")] = 0
    abandoned_in_ivr: A[int, M(description="Of arrived: the caller hung up before any queue; in no abandon rate.")] = 0
    lost: A[int, M(description="Of arrived: gone when we looked again after a gap.")] = 0
    failed: A[int, M(description="Of arrived: ended by a failure.")] = 0
    unadopted: A[
        int,
        M(description="Calls that Asterisk had while the service was away and that have no record; counted by `callcenter doctor "
          "--count-unadopted` from Asterisk's own records, in a table of their own (`unadopted_call`)."),
    ] = 0
    ivr_ms: A[int, M(description="Time in the flows of calls that came in, ms.")] = 0

    # -- time of an agent, split at the borders; in a queue's row that of all agents who serve the queue --------------------
    talk_ms: A[int, M(description="Agents' time in conversation, ms.")] = 0
    hold_ms: A[int, M(description="Agents' time with the customer on hold or the line lost, ms.")] = 0
    wrap_up_ms: A[int, M(description="Agents' time in wrap-up, ms.")] = 0
    idle_ms: A[int, M(description="Agents' time ready for a call, delays after a rejected offer included, ms.")] = 0
    reserved_ms: A[int, M(description="Agents' time with an offer ringing, ms.")] = 0
    dialing_ms: A[int, M(description="Agents' time waiting for a call they place, ms.")] = 0
    not_ready_ms: A[int, M(description="Agents' time not ready, holds for a missed call included, ms.")] = 0
    overrun_ms: A[int, M(description="Of wrap_up_ms: over the limit.")] = 0


NOTHING = Counters()

HISTOGRAMS = ("answered_waits", "abandoned_waits")
GREATEST = "longest_wait_ms"
SCALARS: tuple[str, ...] = tuple(name for name in Counters.__struct_fields__ if name not in HISTOGRAMS)


def bucket_names(histogram: str) -> tuple[str, ...]:
    """Flat names of a histogram's buckets, e.g. answered_waits_5s ... answered_waits_1800s, answered_waits_more."""
    return (*(f"{histogram}_{edge // SECOND}s" for edge in WAIT_EDGES_MS), f"{histogram}_more")


ANSWERED_NAMES = bucket_names("answered_waits")
ABANDONED_NAMES = bucket_names("abandoned_waits")
MEANING: dict[str, str] = {
    name: hint.__metadata__[0].description for name, hint in get_type_hints(Counters, include_extras=True).items()
}
"""What each field counts, in a sentence."""

FLAT_NAMES: tuple[str, ...] = (*SCALARS, *ANSWERED_NAMES, *ABANDONED_NAMES)
"""Every counter under a flat name: what a tally has."""

FROM_OUTSIDE = ("unadopted",)
"""Counters that no event of ours tells: the tables of intervals have no column for them."""

_PLACES = {
    name: (histogram, index)
    for histogram, names in (("answered_waits", ANSWERED_NAMES), ("abandoned_waits", ABANDONED_NAMES))
    for index, name in enumerate(names)
}
"""Where a bucket's flat name belongs."""

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
    values: dict[str, Any] = {}
    waits: dict[str, list[int]] = {}
    for name, amount in tally.items():
        place = _PLACES.get(name)
        if place is None:
            values[name] = amount
        elif amount:
            waits.setdefault(place[0], list(NO_WAITS))[place[1]] = amount
    for histogram, amounts in waits.items():
        values[histogram] = tuple(amounts)
    return Counters(**values)


def flat(of: Counters) -> Tally:
    """The opposite of `counters`, zeros left out."""
    found: Tally = {}
    for name in SCALARS:
        amount = getattr(of, name)
        if amount:
            found[name] = amount
    for histogram, names in (("answered_waits", ANSWERED_NAMES), ("abandoned_waits", ABANDONED_NAMES)):
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
