"""`callcenter replay` and `explain` as an auditor uses them: real processes over a real past, untouched and tampered with."""

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest

from callcenter.bootstrap import Service
from callcenter.kernel import events as e
from callcenter.kernel.ids import CallId
from callcenter.operations.demo import DemoDay
from callcenter.operations.one_call import replay
from config.center_file import read_center
from config.settings import Settings, read_settings
from tests.integration.served import EXAMPLE
from tests.integration.test_command import command


class Past:
    """Two days of the sample center in a folder, with their records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "settings.yaml"

    @property
    def settings(self) -> Settings:
        return read_settings(self.config, {})

    def call(self, kind: type[e.Event]) -> str:
        """A call in which this happened."""
        with sqlite3.connect(self.folder / "var" / "events.db") as log:
            (call,) = log.execute("SELECT call FROM events WHERE kind = ? ORDER BY position LIMIT 1", (kind.__name__,)).fetchone()
            return str(call)

    def plant(self, statement: str, *values: object) -> None:
        with sqlite3.connect(self.folder / "var" / "center.db") as rows:
            assert rows.execute(statement, values).rowcount == 1


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    folder = tmp_path_factory.mktemp("past")
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    past = Past(folder)
    past.config.write_text(
        "center: center.yaml\npassword_cost: light\nlisten: 127.0.0.1:0\ncarriers:\n  demo: {kind: simulated}\n"
    )
    asyncio.run(work(past.settings))
    return past


async def work(settings: Settings) -> None:
    """The demo's past, down to its records."""
    seed = read_center(settings.center)
    service = Service(settings, seed)
    try:
        await service.prepare()
        await DemoDay(service, seed).have_worked()
        await service.projector.catch_up()
    finally:
        await service.close()


@pytest.mark.parametrize("kind", [e.WrapUpEnded, e.OfferOver, e.CallHeld, e.CallOver])
async def test_a_record_is_what_its_events_make(past: Past, kind: type[e.Event]):
    status, out, err = await command("replay", "call", past.call(kind), "--config", str(past.config))
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].endswith("events, no differences")
    assert kind.__name__ in out


async def test_no_call_of_two_days_differs(past: Past):
    with sqlite3.connect(past.folder / "var" / "events.db") as log:
        calls = [CallId(call) for (call,) in log.execute("SELECT DISTINCT call FROM events WHERE call IS NOT NULL")]
    assert len(calls) > 500
    for call in calls[::25]:
        found = await replay(past.settings, call)
        assert (found.deviations, found.behind) == ([], 0), call


async def test_a_planted_difference_is_found(past: Past):
    call = past.call(e.CallConnected)
    past.plant("UPDATE call_record SET talk_ms = talk_ms + 1000 WHERE call = ?", call)
    past.plant("DELETE FROM call_leg WHERE call = ? AND seq = 1", call)
    past.plant("UPDATE call_record SET body = json_set(body, '$.disposition', 'forged') WHERE call = ?", call)
    status, out, err = await command("replay", "call", call, "--json", "--config", str(past.config))
    assert (status, err) == (1, "")
    found = {(one["table"], one["column"]) for one in json.loads(out)["deviations"]}
    assert found == {("call_record", "talk_ms"), ("call_leg", "row"), ("call_record", "body.disposition")}
    status, out, _ = await command("replay", "call", call, "--config", str(past.config))
    assert status == 1
    assert "call_leg[1].row: stored False, folded True" in out
    assert out.splitlines()[-1].endswith("3 differences")


async def test_a_story_is_told_in_both_languages_with_the_reasons(past: Past):
    call = past.call(e.OfferAccepted)
    status, english, err = await command("explain", "call", call, "--config", str(past.config))
    assert (status, err) == (0, "")
    assert "because skill " in english
    assert "connected with " in english
    status, chinese, _ = await command("explain", "call", call, "--lang", "zh", "--config", str(past.config))
    assert status == 0
    assert "接通" in chinese
    assert len(english.splitlines()) == len(chinese.splitlines())


async def test_an_unknown_call_and_an_unknown_file_say_what_to_do(past: Past):
    status, _, err = await command("replay", "call", "cunknown", "--config", str(past.config))
    assert status == 2
    assert "take the id from" in err
    status, _, err = await command("explain", "call", "cunknown", "--config", str(past.folder / "nowhere.yaml"))
    assert status == 2
    assert "nowhere.yaml" in err
    assert "Traceback" not in err


async def test_a_person_who_is_erased_leaves_the_replay_whole(past: Past):
    """The rows of the values are gone; the events, the folding and the record are as before."""
    call = past.call(e.DispositionSet)
    before = await replay(past.settings, CallId(call))
    with sqlite3.connect(past.folder / "var" / "events.db") as log:
        log.execute("DELETE FROM personal WHERE kind = 'number'")
    after = await replay(past.settings, CallId(call))
    assert msgspec.json.encode(after) == msgspec.json.encode(before)
    assert after.deviations == []
