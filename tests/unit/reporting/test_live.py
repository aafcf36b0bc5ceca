"""The live board: deltas add up to snapshots, days roll over, a restart changes nothing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from callcenter.kernel.events import Recorded
from reporting.live import Live
from reporting.views import LiveSnapshot, patch
from tests.unit.reporting.histories import TAPES, history


def folded(log: list[Recorded]) -> Live:
    live = Live()
    for recorded in log:
        live.apply(recorded)
    return live


@given(TAPES, st.data())
def test_an_old_snapshot_and_the_deltas_since_make_the_fresh_snapshot(tape, data):
    log = history(tape)
    live = Live()
    at = data.draw(st.integers(0, len(log)), label="old snapshot after")
    old: LiveSnapshot | None = live.snapshot() if at == 0 else None
    for recorded in log:
        delta = live.apply(recorded)
        if old is not None:
            old = patch(old, delta)
        if recorded.position == at:
            old = live.snapshot()
    assert old == live.snapshot()


@given(TAPES, st.data())
def test_a_restart_from_a_dump_changes_nothing(tape, data):
    log = history(tape)
    at = data.draw(st.integers(0, len(log)), label="restart after")
    again = Live()
    again.load(folded(log[:at]).dump())
    assert again.snapshot() == folded(log[:at]).snapshot()
    for recorded in log[at:]:
        again.apply(recorded)
    assert again.snapshot() == folded(log).snapshot()


@given(TAPES)
def test_a_snapshot_survives_the_wire(tape):
    snapshot = folded(history(tape)).snapshot()
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=LiveSnapshot) == snapshot
