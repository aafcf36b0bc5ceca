"""Contract: jobs of our own, done by the engine's own performer: who calls, and a finished recording brought into the store.

The customers' database and the folder are real; the recording comes from the carrier under test.
"""

import sqlite3
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.kernel.effects import JoinBridge, LookUpContacts, StartRecording, StopRecording, StoreRecording
from callcenter.kernel.errors import NotFound
from callcenter.kernel.ids import CarrierName, RecordingId
from callcenter.kernel.signals import (
    ContactsFound,
    LegJoined,
    LookUpFailed,
    PlaybackEnded,
    RecordingEnded,
    RecordingLost,
    RecordingStarted,
    RecordingStored,
)
from callcenter.kernel.words import Match
from callcenter.runtime.jobs import StoreJobs
from callcenter.runtime.performer import Performer
from callcenter.store.crm import Crm
from callcenter.store.customers import ContactChange, PhoneInput
from callcenter.store.database import Database
from callcenter.store.recordings import Recordings
from tests.contract.stage import Stage, provokes
from tests.contract.test_prompts import play
from tests.contract.world import CallerDoes


class Office:
    """What the engine performs jobs with: customers, a folder of recordings, the carrier of the stage."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.file = folder / "center.db"
        self.database = Database(f"sqlite:///{self.file}")
        self.crm = Crm(self.database)
        self.recordings = Recordings(self.database, folder / "recordings")
        jobs = StoreJobs(self.crm, self.recordings, lambda: "US")
        self.performer = Performer({stage.carrier.name: stage.carrier}, jobs)
        self._stage = stage

    def looks_up(self, number: str) -> LookUpContacts:
        entropy = self._stage.entropy
        effect = LookUpContacts(effect=entropy.effect(), call=entropy.call(), number=number)
        self._perform(effect)
        return effect

    def stores(self, recording: RecordingId, carrier: CarrierName | None = None) -> StoreRecording:
        entropy = self._stage.entropy
        effect = StoreRecording(
            effect=entropy.effect(), carrier=carrier or self._stage.carrier.name, recording=recording, call=entropy.call()
        )
        self._perform(effect)
        return effect

    def _perform(self, effect: LookUpContacts | StoreRecording) -> None:
        self._stage.expects(effect)
        self.performer.perform([effect])


@pytest.fixture
async def office(stage: Stage, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(stage, tmp_path)
    await office.database.upgrade()
    await office.recordings.prepare()
    office.performer.start(stage.deliver)
    yield office
    await office.performer.close()
    await office.database.close()


@provokes(LookUpContacts, ContactsFound)
async def test_a_caller_is_looked_up(stage: Stage, office: Office) -> None:
    change = ContactChange(name="Rosa", phones=(PhoneInput(number="+12025550143", label="mobile"),))
    rosa = await office.crm.create_contact(change, "US", 1)
    asked = office.looks_up("+12025550143")
    found = await stage.hears(ContactsFound, effect=asked.effect)
    assert found.call == asked.call
    assert [(match.contact, match.match) for match in found.matches] == [(rosa.id, Match.EXACT)]
    nobody = await stage.hears(ContactsFound, effect=office.looks_up("+12025550199").effect)
    assert nobody.matches == ()


@provokes(LookUpContacts, LookUpFailed)
async def test_a_look_up_without_its_table_fails(stage: Stage, office: Office) -> None:
    other = sqlite3.connect(office.file)
    other.execute("ALTER TABLE contact_phone RENAME TO elsewhere")
    other.close()
    asked = office.looks_up("+12025550143")
    failed = await stage.hears(LookUpFailed, effect=asked.effect)
    assert failed.call == asked.call
    assert failed.why


@provokes(StoreRecording, RecordingStored)
async def test_a_finished_recording_comes_into_the_store_and_leaves_the_carrier(stage: Stage, office: Office) -> None:
    caller, clock = await stage.caller(CallerDoes(tone=True)), await stage.caller()
    bridge, recording = stage.bridge(), stage.entropy.recording()
    await stage.do(JoinBridge, bridge=bridge, leg=caller)
    await stage.hears(LegJoined, leg=caller)
    await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.hears(RecordingStarted, recording=recording)
    await stage.hears(PlaybackEnded, effect=await play(stage, clock))  # a second or more
    await stage.do(StopRecording, recording=recording)
    await stage.hears(RecordingEnded, recording=recording)
    asked = office.stores(recording)
    stored = await stage.hears(RecordingStored, effect=asked.effect)
    kept = await office.recordings.find(recording)
    assert (stored.recording, kept.call) == (recording, asked.call)
    assert (stored.size, stored.duration_ms) == (kept.path.stat().st_size, kept.duration_ms)
    with wave.open(str(kept.path)) as file:
        assert stored.duration_ms == round(file.getnframes() / 8) > 500, "the file's own length"
    again = await stage.hears(RecordingLost, effect=office.stores(recording).effect)
    assert again.recording == recording, "the carrier keeps no copy"
    assert await office.recordings.find(recording) == kept


@provokes(StoreRecording, RecordingLost)
async def test_a_recording_that_never_was_is_lost(stage: Stage, office: Office) -> None:
    never = stage.entropy.recording()
    for carrier in (stage.carrier.name, CarrierName("nocarrier")):
        lost = await stage.hears(RecordingLost, effect=office.stores(never, carrier).effect)
        assert lost.recording == never
        assert lost.why
    with pytest.raises(NotFound):
        await office.recordings.find(never)
