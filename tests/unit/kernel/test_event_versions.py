"""Events that were written once are read for ever: recorded ones of every shape, and those that an upcaster lifts."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.kernel import codec
from callcenter.kernel import events as e
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CallId
from callcenter.store.event_log import LogFault, from_row
from callcenter.store.sqlite_log import SqliteLog
from tests.recordings.events.record import KINDS, Example, recorded, shape

HOW = "run python -m tests.recordings.events.record and read what it says about versions"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_shape_of_today_is_recorded(kind: str):
    shapes = {one.shape for one in recorded() if one.kind == kind and one.version == codec.version(kind)}
    assert shape(KINDS[kind]) in shapes, f"{kind} has a new shape: {HOW}"


@pytest.mark.parametrize("example", recorded(), ids=lambda one: f"{one.kind}-{one.version}-{one.shape}")
def test_what_was_written_once_is_read(example: Example):
    event = codec.decode(bytes(example.payload), example.kind, example.version)
    assert type(event) is KINDS[example.kind]
    if (example.version, example.shape) == (codec.version(example.kind), shape(KINDS[example.kind])):
        written: dict[str, Any] = msgspec.json.decode(codec.encode(event))
        assert written.items() <= msgspec.json.decode(example.payload).items()
        assert codec.decode(codec.encode(event), example.kind, example.version) == event


def lift_one(values: dict[str, Any]) -> dict[str, Any]:
    """Version 1 called the agent `who`."""
    return {key: value for key, value in values.items() if key != "who"} | {"agent": values["who"]}


def lift_two(values: dict[str, Any]) -> dict[str, Any]:
    """Version 2 had no reason."""
    return values | {"reason": "break"}


@pytest.fixture
def third_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if AgentNotReady had changed twice since the log was begun."""
    monkeypatch.setitem(codec.VERSIONS, "AgentNotReady", 3)
    monkeypatch.setitem(codec.UPCASTERS, ("AgentNotReady", 1), lift_one)
    monkeypatch.setitem(codec.UPCASTERS, ("AgentNotReady", 2), lift_two)


@pytest.mark.usefixtures("third_version")
def test_an_old_event_is_lifted_step_by_step():
    assert codec.decode(b'{"event":"AgentNotReady","who":"ana"}', "AgentNotReady", 1) == e.AgentNotReady(
        agent=AgentId("ana"), reason="break"
    )
    assert codec.decode(b'{"event":"AgentNotReady","agent":"ana"}', "AgentNotReady", 2).reason == "break"  # type: ignore[union-attr]


def test_an_event_of_a_newer_program_is_refused_with_what_to_do():
    with pytest.raises(LogFault) as refused:
        from_row(41, 0, "CallOver", 2, "{}")
    assert refused.value.code == "log_damaged"
    assert "event 41" in refused.value.why
    assert "install the newer one" in refused.value.why


@pytest.mark.usefixtures("third_version")
async def test_a_log_with_events_of_all_versions_is_read(tmp_path: Path):
    log = SqliteLog(tmp_path / "events.db")
    await log.open()
    await log.acquire("test", 60_000)
    await log.append(0, [Recorded(1, 1, e.AgentNotReady(agent=AgentId("ana"), reason="lunch"))])
    await log.append(1, [Recorded(2, 2, e.IvrStarted(call=CallId("c"), flow=None, until=3))])

    def older(db: Any) -> None:
        payload = '{"event":"AgentNotReady","who":"ana"}'
        db.execute("INSERT INTO events VALUES (3, 3, 'AgentNotReady', 1, NULL, 'ana', ?)", (payload,))
        assert db.execute("SELECT version FROM events WHERE position = 1").fetchone() == (3,), "written in today's version"

    await log._writer.run(older)
    events = [one.event async for batch in log.read() for one in batch]
    assert events[0] == e.AgentNotReady(agent=AgentId("ana"), reason="lunch")
    assert events[2] == e.AgentNotReady(agent=AgentId("ana"), reason="break")
    await log.close()
