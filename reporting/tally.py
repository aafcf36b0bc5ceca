"""What one call record adds to the counters of queues, agents and the center, interval by interval.

This is the only place that says what counts as offered, answered, abandoned or handled: the intervals' roll-up, the live board
and a full scan of the records all sum what it returns, so they agree by construction. No formula lives here.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from callcenter.kernel.center import Center, QueueValues
from callcenter.kernel.clock import instant, local
from callcenter.kernel.ids import AgentId, QueueId
from callcenter.kernel.words import CallEnd, OfferEnd
from reporting.agent_time import Span, split
from reporting.call_record import CallRecord, Conversation, EntryEnd, OfferRecord, QueueEntry
from reporting.counters import (
    ABANDONED_NAMES,
    ANSWERED_NAMES,
    EVERYTHING,
    GREATEST,
    IntervalKey,
    Kind,
    Tally,
    add,
    bucket,
    quarter,
)

_ENDS = {
    CallEnd.ABANDONED_IN_IVR: "abandoned_in_ivr",
    CallEnd.BLOCKED: "blocked",
    CallEnd.CLOSED: "closed",
    CallEnd.ENDED_BY_FLOW: "ended_by_flow",
    CallEnd.FAILED: "failed",
    CallEnd.LOST: "lost",
}

_OFFER_ENDS = {
    OfferEnd.ACCEPTED: "accepted",
    OfferEnd.REJECTED: "rejected",
    OfferEnd.RANG_OUT: "missed",
    OfferEnd.WITHDRAWN: "withdrawn",
    OfferEnd.DEVICE_ERROR: "device_errors",
}


class Calendar:
    """Interval keys in one zone. Days are remembered: a zone's rules are slow to ask."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._days: dict[int, str] = {}

    def day(self, start_at: int) -> str:
        found = self._days.get(start_at)
        if found is None:
            if len(self._days) > 4_000:
                self._days.clear()
            found = self._days[start_at] = local(start_at, self.zone).date().isoformat()
        return found

    def key(self, kind: Kind, subject: str, at: int) -> IntervalKey:
        start_at = quarter(at)
        return IntervalKey(kind, subject, start_at, self.day(start_at))


def day_bounds(day: str, zone: ZoneInfo) -> tuple[int, int]:
    """The first ms of a day of the center (ISO form) and the first of the next; 23, 24 or 25 hours lie between."""
    first = date.fromisoformat(day)

    def midnight(of: date) -> int:
        return instant(datetime(of.year, of.month, of.day, tzinfo=zone))

    return midnight(first), midnight(first + timedelta(days=1))


Contribution = dict[IntervalKey, Tally]


def counted_entry(record: CallRecord, index: int | None) -> QueueEntry | None:
    """The queue entry that counts for the one at `index`: one that came back counts as the entry that it came back to."""
    while index is not None and index > 0 and record.entries[index].back:
        index -= 1
    return None if index is None else record.entries[index]


def of_entry(entry: QueueEntry) -> Tally:
    """What a queue entry counts, its conversations aside."""
    if entry.back:
        return {"came_back": 1}
    found: Tally = {"offered": 1}
    wait = entry.wait_ms
    if wait is None or entry.end is None:
        return found
    if entry.end is EntryEnd.ANSWERED:
        found["answered"] = 1
        found["answered_in_time"] = int(entry.in_time)
        found["wait_answered_ms"] = wait
        found[ANSWERED_NAMES[bucket(wait)]] = 1
    elif entry.end is EntryEnd.ABANDONED:
        found["abandoned"] = 1
        found["abandoned_in_time"] = int(entry.in_time)
        found["wait_abandoned_ms"] = wait
        found[ABANDONED_NAMES[bucket(wait)]] = 1
        if entry.short:
            found["short_abandoned"] = 1
            found["wait_short_ms"] = wait
    elif entry.end is EntryEnd.FLOWED_OUT:
        found["flowed_out"] = 1
    else:
        found["ended"] = 1
    found[GREATEST] = wait
    return found


def of_conversation(one: Conversation) -> Tally:
    """What a finished conversation counts."""
    assert one.wrap_up is not None, "only a finished conversation is counted"
    return {
        "handled": 1,
        "handle_talk_ms": one.talk_ms,
        "handle_hold_ms": one.hold_ms,
        "handle_wrap_up_ms": one.wrap_up_ms,
        "transferred": int(one.why == "transferred"),
        "held": int(bool(one.holds)),
        "agent_hung_up": int(one.why == "agent_hung_up"),
        "overrun": int(one.wrap_up.overrun_ms > 0),
    }


def of_offer(offer: OfferRecord) -> Tally:
    found: Tally = {"offers": 1}
    if offer.end is not None:
        found[_OFFER_ENDS[offer.end]] = 1
    return found


def of_call(record: CallRecord) -> Tally:
    """What the call itself counts, for the center."""
    if record.direction == "outbound":
        return {"placed": 1, "reached": int(bool(record.conversations))}
    found: Tally = {"arrived": 1}
    if record.ivr_until is not None:
        found["ivr_ms"] = record.ivr_ms
    if record.end in _ENDS:
        found[_ENDS[record.end]] = 1
    return found


def tally(record: CallRecord, calendar: Calendar) -> Contribution:
    """Everything that the record counts, by interval."""
    found: Contribution = {}

    def put(kind: Kind, subject: str, at: int, amounts: Tally) -> None:
        add(found.setdefault(calendar.key(kind, subject, at), {}), amounts)

    def put_also_in_center(kind: Kind, subject: str, at: int, amounts: Tally) -> None:
        put(kind, subject, at, amounts)
        put("center", EVERYTHING, at, amounts)

    call = of_call(record)
    put("center", EVERYTHING, record.started_at, call)
    if record.placed_by is not None:
        put("agent", record.placed_by, record.started_at, call)
    for entry in record.entries:
        put_also_in_center("queue", entry.queue, entry.queued_at, of_entry(entry))
    for offer in record.offers:
        put_also_in_center("agent", offer.agent, offer.made_at, of_offer(offer))
    for one in record.conversations:
        if not one.finished:
            continue
        amounts = of_conversation(one)
        put_also_in_center("agent", one.agent, one.connected_at, amounts)
        answered = counted_entry(record, one.entry)
        if answered is not None:
            put("queue", answered.queue, answered.queued_at, amounts)
    return found


def serves(center: Center, agent: AgentId, queue: QueueValues) -> bool:
    """Whether the agent's time is time of this queue: she has the skill that every call of it needs."""
    values = center.agents.get(agent)
    if values is None or not values.active:
        return False
    return queue.skill is None or values.skills.get(queue.skill, 0) >= queue.minimum_level


def queues_of(center: Center, agent: AgentId) -> tuple[QueueId, ...]:
    """The queues that an agent serves, in the center's order."""
    return tuple(queue.id for queue in center.queues.values() if serves(center, agent, queue))


def of_span(span: Span, queues: tuple[QueueId, ...], calendar: Calendar) -> Contribution:
    """A stretch of an agent's time: hers, the center's, and in full that of each queue she serves."""
    found: Contribution = {}
    for piece in split(span):
        amounts = piece.tally()
        found[calendar.key("agent", piece.agent, piece.since)] = dict(amounts)
        found[calendar.key("center", EVERYTHING, piece.since)] = dict(amounts)
        for queue in queues:
            found[calendar.key("queue", queue, piece.since)] = dict(amounts)
    return found
