"""Counters by queue, agent and quarter hour, kept up with the events: the roll-up that every standard report reads.

What counts where is in `reporting.tally`; the rows are in `reporting.tables`. `drain` gives increments: they are added to what is
stored, in the transaction that stores the checkpoint.
"""

import msgspec
from msgspec import Struct

from callcenter.kernel import events as e
from callcenter.kernel.clock import SECOND
from callcenter.kernel.ids import AgentId, CallId, QueueId
from reporting.agent_time import AgentClock, Clock, Span
from reporting.call_record import CallRecord
from reporting.counters import Counters, IntervalKey, Tally, add, counters, difference
from reporting.fold import call_of
from reporting.records import RecordBook
from reporting.tally import Calendar, Contribution, of_span, queues_of, tally

COUNTED = frozenset(
    {
        e.CallArrived, e.CallPlaced, e.AttemptDialed, e.MessageBegan, e.BeepAwaited,
        e.IvrStarted, e.CallQueued, e.OfferMade, e.OfferOver, e.OfferAccepted, e.CallConnected,
        e.AgentLeft, e.WrapUpStarted, e.WrapUpEnded, e.CallOver,
    }
)  # fmt: skip
"""Events after which a record may count something else than before."""

SETTLE_EVERY_MS = 30 * SECOND
"""Running stretches of agents' time are brought up to the last event this often, by the log's own time."""


class _Saved(Struct):
    records: bytes | None
    clocks: dict[AgentId, Clock]
    last_at: int
    settled_at: int


class IntervalBook:
    """Folds events into increments of counters.

    Given a RecordBook, it reads that one's records: the owner applies each event there first, and forgets no record before the
    interval book was drained. Without one it keeps its own.
    """

    def __init__(self, records: RecordBook | None = None) -> None:
        self._owns = records is None
        self._records = RecordBook() if records is None else records
        self._clock = AgentClock()
        self._counted: dict[CallId, Contribution] = {}
        self._touched: set[CallId] = set()
        self._pending: Contribution = {}
        self._calendar = Calendar(self._records.center.tz())
        self._serves: dict[AgentId, tuple[QueueId, ...]] = {}
        self._last_at = 0
        self._settled_at = 0

    def apply(self, recorded: e.Recorded) -> None:
        kind = type(recorded.event)
        if kind is e.CenterChanged:
            self._change_center(recorded)
        if self._owns:
            self._records.apply(recorded)
        self._last_at = recorded.at
        span = self._clock.apply(recorded)
        if span is not None:
            self._add_span(span)
        if kind in COUNTED:
            call = call_of(recorded.event)
            if call is not None and call in self._records.records:
                self._touched.add(call)

    def forget(self, call: CallId) -> None:
        """Lets go of a call that no event is told of any more; what it has counted stays."""
        self._counted.pop(call, None)
        self._touched.discard(call)

    def _change_center(self, recorded: e.Recorded) -> None:
        """What was counted so far stays where it is: under the old zone's days, for the queues that the agents served."""
        assert isinstance(recorded.event, e.CenterChanged)
        self._count_calls()
        for span in self._clock.settle_all(recorded.at):
            self._add_span(span)
        center = recorded.event.center
        if center.tz() != self._calendar.zone:
            self._calendar = Calendar(center.tz())
            self._rebase()
        self._serves = {agent: queues_of(center, agent) for agent in center.agents}

    def _rebase(self) -> None:
        """In another zone a live call's quarters may belong to other days: what it counts moves there as a whole."""
        self._touched.update(self._counted)

    def _add_span(self, span: Span) -> None:
        for key, amounts in of_span(span, self._serves.get(span.agent, ()), self._calendar).items():
            add(self._pending.setdefault(key, {}), amounts)

    def _count_calls(self) -> None:
        touched, self._touched = self._touched, set()
        for call in touched:
            record = self._records.records.get(call)
            assert record is not None, "a record was forgotten before the intervals were drained"
            before = self._counted.get(call, {})
            after = tally(record, self._calendar)
            for key in before.keys() | after.keys():
                change = difference(after.get(key, {}), before.get(key, {}))
                if change:
                    add(self._pending.setdefault(key, {}), change)
            self._counted[call] = after
            if record.settled:
                # nothing that counts can follow: what it has counted need not be remembered
                del self._counted[call]
                if self._owns:
                    self._records.forget(call)

    def drain(self) -> dict[IntervalKey, Counters]:
        """What must be added to the stored counters since the last drain."""
        return {key: counters(amounts) for key, amounts in self.drain_tallies().items()}

    def drain_tallies(self) -> dict[IntervalKey, Tally]:
        """`drain` for who writes rows of them: by flat names, without the way through Counters."""
        self._count_calls()
        if self._last_at - self._settled_at >= SETTLE_EVERY_MS:
            self.settle()
        pending, self._pending = self._pending, {}
        return {key: amounts for key, amounts in pending.items() if any(amounts.values())}

    def settle(self) -> None:
        """Counts running stretches of agents' time up to the last event. `drain` does so now and then by itself."""
        self._settled_at = self._last_at
        for span in self._clock.settle_all(self._last_at):
            self._add_span(span)

    def dump(self) -> bytes:
        """What `load` needs; drain first, so that nothing is pending."""
        undrained = bool(self._pending) or bool(self._touched)
        assert not undrained, "drain first: increments would be lost"
        records = self._records.dump() if self._owns else None
        return msgspec.msgpack.encode(_Saved(records, self._clock.clocks, self._last_at, self._settled_at))

    def load(self, saved: bytes) -> None:
        """Into a new book. A shared RecordBook must have been loaded before, from the same position."""
        found = msgspec.msgpack.decode(saved, type=_Saved)
        if found.records is not None:
            self._records.load(found.records)
        center = self._records.center
        self._calendar = Calendar(center.tz())
        self._serves = {agent: queues_of(center, agent) for agent in center.agents}
        self._clock = AgentClock(found.clocks)
        self._last_at, self._settled_at = found.last_at, found.settled_at
        self._counted = {
            call: tally(record, self._calendar) for call, record in self._records.records.items() if not record.settled
        }  # fmt: skip


def scan(records: list[CallRecord], calendar: Calendar) -> dict[IntervalKey, Counters]:
    """The counters of these records by a full scan: what the roll-up must equal, agents' time aside."""
    found: dict[IntervalKey, Tally] = {}
    for record in records:
        for key, amounts in tally(record, calendar).items():
            add(found.setdefault(key, {}), amounts)
    return {key: counters(amounts) for key, amounts in found.items() if any(amounts.values())}
