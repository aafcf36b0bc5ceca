"""Storing recordings: what may get better is tried again, what can never get better is given up at once."""

import asyncio
from typing import Any

import pytest

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as s
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.ids import CallId, EffectId, RecordingId
from callcenter.runtime import clock, performer
from callcenter.runtime.performer import Performer
from callcenter.store.recordings import BadRecording
from callcenter.telephony.port import Carrier
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from tests.unit.hub.story import CARRIER

STORE = fx.StoreRecording(effect=EffectId("e1"), carrier=CARRIER, recording=RecordingId("r1"), call=CallId("c1"))


class Failing:
    """Jobs whose store answers with these, one after the other; None is success."""

    def __init__(self, *faults: Exception | None) -> None:
        self.faults = list(faults)
        self.asked = 0

    async def look_up(self, number: str) -> tuple[s.ContactMatch, ...]:
        return ()

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        self.asked += 1
        fault = self.faults.pop(0)
        if fault is not None:
            raise fault
        return 44, 0


async def told(jobs: Failing) -> Any:
    """The one signal that comes of it."""
    heard: asyncio.Queue[s.AnySignal] = asyncio.Queue()
    found = Performer({CARRIER: SimulatedCarrier(CARRIER, clock=clock.now, seed=b"test")}, jobs)
    found.start(heard.put_nowait)
    found.perform([STORE])
    try:
        return await asyncio.wait_for(heard.get(), 10)
    finally:
        await found.close()


async def test_a_recording_that_is_none_is_asked_for_once():
    jobs = Failing(BadRecording("no sound"))
    signal = await told(jobs)
    assert isinstance(signal, s.RecordingLost)
    assert (signal.why, jobs.asked) == ("BadRecording", 1)


async def test_what_the_carrier_says_is_final_is_not_asked_for_again():
    jobs = Failing(CarrierFault("gone", retryable=False))
    assert isinstance(await told(jobs), s.RecordingLost)
    assert jobs.asked == 1


async def test_what_may_get_better_is_tried_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(performer, "FIRST_PAUSE_S", 0.0001)
    jobs = Failing(CarrierFault("busy", retryable=True), OSError("disk"), None)
    assert isinstance(await told(jobs), s.RecordingStored)
    assert jobs.asked == 3


async def test_after_so_many_attempts_it_is_lost(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(performer, "FIRST_PAUSE_S", 0.0001)
    jobs = Failing(*[OSError("disk")] * performer.STORE_TRIES)
    assert isinstance(await told(jobs), s.RecordingLost)
    assert jobs.asked == performer.STORE_TRIES
