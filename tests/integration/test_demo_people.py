"""The demo's people on a real engine and a real log, in real time, for as long as it takes to see one conversation."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.commands import ApplyCenter
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CallId, CarrierName, RecordingId
from callcenter.kernel.presence import Presence
from callcenter.runtime import clock
from callcenter.runtime.engine import Engine
from callcenter.runtime.performer import Performer
from callcenter.store.sqlite_log import SqliteLog
from callcenter.telephony.port import Carrier
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from callcenter.telephony.simulated.people import DemoPeople
from tests.simulation.demo_center import sample_center

NAME = CarrierName("simulated")
PERSONS = {AgentId("1001"), AgentId("1002")}


class NobodyKnown:
    async def look_up(self, number: str) -> tuple[s.ContactMatch, ...]:
        return ()

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        return len(b"".join([piece async for piece in await carrier.fetch_recording(recording)])), 0


async def test_a_conversation_within_twenty_seconds_and_everybody_goes_home(tmp_path: Path):
    log = SqliteLog(tmp_path / "events.db")
    carrier = SimulatedCarrier(NAME, clock=clock.now, seed=b"test")
    carrier.use_prompts(sample_center().prompts)
    engine = Engine(log, Performer({NAME: carrier}, NobodyKnown()), holder="test")
    people = DemoPeople(engine.ask, carrier, sample_center(), 7, persons=PERSONS)
    connected = asyncio.Event()

    def watch(events: Sequence[Recorded]) -> None:
        if any(isinstance(recorded.event, e.CallConnected) for recorded in events):
            connected.set()

    engine.listeners += [people.saw, watch]
    await log.open()
    await engine.start()
    await carrier.start(engine.tell)
    try:
        await engine.ask(ApplyCenter(version=1, center=sample_center()))
        await people.start()
        async with asyncio.timeout(20):
            await connected.wait()
        at_work = {agent.id for agent in engine.state.agents.values() if agent.presence is not Presence.SIGNED_OUT}
        assert at_work
        assert not at_work & PERSONS
        await people.stop()
        assert not people.played
    finally:
        await carrier.close()
        await engine.close()
        await log.close()
