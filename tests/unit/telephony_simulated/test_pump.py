"""The simulated network in real time: what is due happens by itself, in order, and nothing after the end."""

import asyncio

import pytest

from callcenter.kernel.effects import AnswerLeg, Gather, HangUpLeg
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.ids import CarrierName, Entropy, LegId, RecordingId
from callcenter.kernel.signals import DigitsGathered, LegAnswered, LegEnded, LegOffered
from callcenter.runtime import clock
from callcenter.telephony.port import CarrierSnapshot
from callcenter.telephony.simulated.adapter import SimulatedCarrier

NAME = CarrierName("simulated")


class Ear:
    """Collects what is delivered; `until` waits for a kind of signal."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self._news = asyncio.Event()

    def __call__(self, signal: object) -> None:
        self.heard.append(signal)
        self._news.set()

    async def until(self, kind: type) -> None:
        async with asyncio.timeout(10):
            while not any(isinstance(signal, kind) for signal in self.heard):
                self._news.clear()
                await self._news.wait()

    def kinds(self) -> list[type]:
        return [type(signal) for signal in self.heard]


@pytest.fixture
def carrier() -> SimulatedCarrier:
    return SimulatedCarrier(NAME, clock=clock.now, seed=b"test")


def call_in(carrier: SimulatedCarrier) -> LegId:
    return carrier.pump.act(lambda now: carrier.network.call_in("+12025550123", "+12025550100"))


def an(kind, entropy=Entropy(b"effects"), **fields):  # noqa: B008  one stream of ids for the file
    return kind(effect=entropy.effect(), carrier=NAME, **fields)


async def test_a_start_shows_what_is_there_first(carrier):
    ear = Ear()
    call_in(carrier)
    assert not carrier.health().ready
    await carrier.start(ear)
    snapshot = ear.heard[0]
    assert isinstance(snapshot, CarrierSnapshot)
    assert [(line.inbound, line.up) for line in snapshot.legs] == [(True, False)]
    assert carrier.health().ready
    await carrier.close()


async def test_what_is_due_happens_without_anybody_asking(carrier):
    ear = Ear()
    await carrier.start(ear)
    leg = call_in(carrier)
    await carrier.perform(an(AnswerLeg, leg=leg))
    ask = {"prompts": (), "language": "en", "maximum": 1, "terminator": "", "between_ms": 10}
    await carrier.perform(an(Gather, leg=leg, timeout_ms=30, **ask))
    await ear.until(DigitsGathered)
    assert ear.kinds() == [CarrierSnapshot, LegOffered, LegAnswered, DigitsGathered]
    await carrier.close()


async def test_whoever_acts_while_hearing_is_served_after_what_was_said_before(carrier):
    """An engine may ask for an effect in the middle of a delivery; the order of signals stays that of the network."""
    ear = Ear()

    def hang_up_at_once(signal: object) -> None:
        ear(signal)
        if isinstance(signal, LegOffered):
            carrier.pump.act(lambda now: carrier.network.perform(an(HangUpLeg, leg=signal.leg), now))

    await carrier.start(hang_up_at_once)

    def two_call(now: int) -> None:
        carrier.network.call_in("+12025550123", "+12025550100")
        carrier.network.call_in("+12025550124", "+12025550100")

    carrier.pump.act(two_call)
    assert ear.kinds() == [CarrierSnapshot, LegOffered, LegOffered, LegEnded, LegEnded]
    await carrier.close()


async def test_nothing_is_delivered_after_the_end_and_calls_are_not_touched(carrier):
    ear = Ear()
    await carrier.start(ear)
    leg = call_in(carrier)
    await carrier.close()
    before = len(ear.heard)
    carrier.pump.act(lambda now: carrier.network.hang_up(leg, now))
    other = call_in(carrier)
    assert len(ear.heard) == before
    assert other in carrier.network.lines


async def test_a_recording_that_is_not_there_cannot_be_fetched(carrier):
    with pytest.raises(CarrierFault) as fault:
        await carrier.fetch_recording(RecordingId("r1"))
    assert not fault.value.retryable
    await carrier.discard_recording(RecordingId("r1"))
