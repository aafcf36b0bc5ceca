"""The book of call records: those of live calls, kept up with the events, for the projector to store.

How an event changes a record is in `reporting.folding`, a record's values in `reporting.call_record`, its rows in
`reporting.tables`.
"""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.center import NO_CENTER, Center
from callcenter.kernel.ids import CallId, CarrierName
from callcenter.kernel.words import CallEnd, Cause
from reporting.call_record import CallRecord
from reporting.fold import BEGINNINGS, RECORDED, call_of, fold


class Heard(Struct):
    """When a call was last heard of, and the time before that."""

    last: int
    before: int


class _Saved(Struct):
    center: Center
    records: list[CallRecord]
    heard: dict[CallId, Heard]
    away: frozenset[CarrierName] = frozenset()


class RecordBook:
    """The records of the calls that are not settled yet.

    `apply` every event in order; `drain` now and then for those that changed; `forget` those that are settled. An event of a
    call that was forgotten (`missing` tells) needs its record `put` back first, from wherever the drained ones are kept.
    """

    def __init__(self) -> None:
        self.center: Center = NO_CENTER
        self.records: dict[CallId, CallRecord] = {}
        self._heard: dict[CallId, Heard] = {}
        self._away: set[CarrierName] = set()
        """Carriers that cannot be heard: what happens to their calls meanwhile is ours, and proves nothing about the caller."""
        self._touched: set[CallId] = set()

    def apply(self, recorded: e.Recorded) -> CallRecord | None:
        """The record of the event's call afterwards; None when the event is about no call that the book knows."""
        event, at = recorded.event, recorded.at
        call = call_of(event)
        if call is None:
            if isinstance(event, e.CenterChanged):
                self.center = event.center
            elif isinstance(event, e.CarrierChanged):
                (self._away.discard if event.up else self._away.add)(event.carrier)
            return None
        before = self.records.get(call)
        after = fold(before, at, event, self.center)
        if after is None:
            return None
        if isinstance(event, e.CallOver) and event.end is CallEnd.LOST:
            heard = self._heard.get(call, Heard(at, at))
            after = replace(after, certain_until=heard.last if heard.last < at else heard.before)
        if after.carrier not in self._away and not (isinstance(event, e.LegDown) and event.cause is Cause.LOST):
            self._hear(call, at)
        if after is not before:
            self.records[call] = after
            self._touched.add(call)
        return after

    def _hear(self, call: CallId, at: int) -> None:
        heard = self._heard.get(call)
        if heard is None:
            self._heard[call] = Heard(at, at)
        elif at > heard.last:
            heard.before, heard.last = heard.last, at

    def missing(self, recorded: e.Recorded) -> CallId | None:
        """The call whose record must be `put` back before this event is applied; None when there is no need.

        Also None for an event that leaves no trace in a record: most of those that come after the end.
        """
        event = recorded.event
        call = call_of(event)
        if call is None or call in self.records or isinstance(event, BEGINNINGS):
            return None
        return call if type(event) in RECORDED else None

    def put(self, record: CallRecord) -> None:
        self.records[record.call] = record

    def drain(self) -> dict[CallId, CallRecord]:
        """The records that changed since the last drain."""
        touched, self._touched = self._touched, set()
        return {call: self.records[call] for call in touched}

    def forget(self, call: CallId) -> None:
        """Lets go of a record that is settled (and drained)."""
        self.records.pop(call, None)
        self._heard.pop(call, None)
        self._touched.discard(call)

    def dump(self) -> bytes:
        """What `load` needs. Drain first: a loaded book has nothing to drain."""
        return msgspec.json.encode(_Saved(self.center, list(self.records.values()), self._heard, frozenset(self._away)))

    def load(self, saved: bytes) -> None:
        """Raises msgspec.ValidationError for what another version wrote; then rebuild from the log."""
        found = msgspec.json.decode(saved, type=_Saved)
        self.center = found.center
        self.records = {record.call: record for record in found.records}
        self._heard = found.heard
        self._away = set(found.away)
        self._touched = set()
