"""Folding a call record: what a call is made of, its legs and recordings."""

from typing import Any

from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.ids import LegId, RecordingId
from callcenter.kernel.words import LegRole
from reporting.call_record import CallRecord, LegRecord, RecordingRecord
from reporting.folding import Steps
from reporting.rows import last, swapped


def _leg(record: CallRecord, leg: LegId, **changes: Any) -> CallRecord:
    index = last(record.legs, lambda one: one.leg == leg)
    if index is None:
        return record
    return replace(record, legs=swapped(record.legs, index, replace(record.legs[index], **changes)))


def _leg_dialed(record: CallRecord, at: int, event: e.LegDialed) -> CallRecord:
    leg = LegRecord(
        leg=event.leg, role=event.role, carrier=event.carrier, dialed_at=at, agent=event.agent, number=event.number
    )  # fmt: skip
    return replace(record, legs=(*record.legs, leg))


def _leg_rang(record: CallRecord, at: int, event: e.LegRang) -> CallRecord:
    return _leg(record, event.leg, rang_at=at)


def _leg_up(record: CallRecord, at: int, event: e.LegUp) -> CallRecord:
    changed = _leg(record, event.leg, up_at=at)
    if record.answered_at is None and any(
        leg.leg == event.leg and leg.role in (LegRole.CALLER, LegRole.CUSTOMER, LegRole.DIALED) for leg in record.legs
    ):
        return replace(changed, answered_at=at)
    return changed


def _leg_dropped(record: CallRecord, at: int, event: e.LegDropped) -> CallRecord:
    return _leg(record, event.leg, dropped_at=at)


def _leg_down(record: CallRecord, at: int, event: e.LegDown) -> CallRecord:
    return _leg(record, event.leg, down_at=at, cause=event.cause, by_us=event.by_us, detail=event.detail)


# -- recordings -------------------------------------------------------------------------------------------------------------


def _recording(record: CallRecord, recording: RecordingId, **changes: Any) -> CallRecord:
    index = last(record.recordings, lambda one: one.recording == recording)
    if index is None:
        return record
    changed = replace(record.recordings[index], **changes)
    return replace(record, recordings=swapped(record.recordings, index, changed))


def _recording_asked(record: CallRecord, at: int, event: e.RecordingAsked) -> CallRecord:
    asked = RecordingRecord(recording=event.recording, bridge=event.bridge, asked_at=at)
    return replace(record, recordings=(*record.recordings, asked))


def _recording_runs(record: CallRecord, at: int, event: e.RecordingRuns) -> CallRecord:
    return _recording(record, event.recording, runs_at=at)


def _recording_over(record: CallRecord, at: int, event: e.RecordingOver) -> CallRecord:
    return _recording(record, event.recording, over_at=at, duration_ms=event.duration_ms)


def _recording_failed(record: CallRecord, at: int, event: e.RecordingFailed) -> CallRecord:
    return _recording(record, event.recording, failed_at=at, why=event.why)


def _recording_kept(record: CallRecord, at: int, event: e.RecordingKept) -> CallRecord:
    return _recording(record, event.recording, kept_at=at, size=event.size, duration_ms=event.duration_ms)


STEPS: Steps = {
    e.LegDialed: _leg_dialed, e.LegRang: _leg_rang, e.LegUp: _leg_up, e.LegDropped: _leg_dropped, e.LegDown: _leg_down,
    e.RecordingAsked: _recording_asked, e.RecordingRuns: _recording_runs, e.RecordingOver: _recording_over,
    e.RecordingFailed: _recording_failed, e.RecordingKept: _recording_kept,
}  # fmt: skip
