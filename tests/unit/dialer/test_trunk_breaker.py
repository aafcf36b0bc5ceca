"""The breaker of a trunk: opens on silence, tries again with a few calls, and never lets a dead trunk eat a list."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.kernel.dialing import TrunkLimits
from dialer.outcome import TrunkSign
from dialer.trunk_breaker import Circuit, TrunkBreaker

SECOND = 1_000
LIMITS = TrunkLimits()


@pytest.fixture
def trunk() -> TrunkBreaker:
    return TrunkBreaker()


def die(trunk: TrunkBreaker, count: int, at: int = 0) -> None:
    for index in range(count):
        trunk.dialed(f"d{at}-{index}", at)
        trunk.ended(f"d{at}-{index}", TrunkSign.SILENT, at)


def test_silent_ends_in_a_row_open_it_with_a_clear_reason(trunk):
    die(trunk, 7)
    assert trunk.permit(0).allowed
    die(trunk, 1, at=5)
    permit = trunk.permit(6)
    assert (permit.allowed, permit.until) == (False, 5 + 30 * SECOND)
    assert permit.why == "8 calls in a row over the trunk never rang: it seems dead and is left alone"


def test_one_sign_of_life_begins_the_count_anew(trunk):
    die(trunk, 7)
    trunk.dialed("alive", 10)
    trunk.progressed("alive")
    die(trunk, 7, at=20)
    assert trunk.permit(20).allowed
    # A word about the callee is one too, though it never rang.
    trunk.dialed("busy", 30)
    trunk.ended("busy", TrunkSign.ALIVE, 31)
    die(trunk, 7, at=40)
    assert trunk.permit(40).allowed


def test_unanswered_calls_and_calls_that_we_end_open_nothing(trunk):
    for index in range(50):
        trunk.dialed(f"u{index}", index)
        trunk.progressed(f"u{index}")
        trunk.ended(f"u{index}", TrunkSign.ALIVE, index)
        trunk.dialed(f"c{index}", index)
        trunk.ended(f"c{index}", TrunkSign.NEUTRAL, index)
    assert trunk.permit(100).allowed
    assert trunk.silent == 0


def test_dials_that_hang_count_before_they_end(trunk):
    for index in range(8):
        trunk.dialed(f"h{index}", index)
    assert trunk.next_deadline() == LIMITS.silent_ms
    assert trunk.permit(LIMITS.silent_ms + 6).allowed
    assert not trunk.permit(LIMITS.silent_ms + 7).allowed
    assert trunk.seen == 8


def opened(trunk: TrunkBreaker) -> int:
    die(trunk, 8)
    assert trunk.circuit is Circuit.OPEN
    deadline = trunk.next_deadline()
    assert deadline is not None
    return deadline


def test_after_the_pause_a_few_probes_decide(trunk):
    now = opened(trunk)
    assert not trunk.permit(now - 1).allowed
    for probe in ("p1", "p2"):
        assert trunk.permit(now).allowed
        trunk.dialed(probe, now)
    assert not trunk.permit(now).allowed
    trunk.progressed("p1")
    assert trunk.permit(now).allowed
    trunk.dialed("p3", now)
    trunk.progressed("p2")
    assert trunk.alive == 2
    trunk.progressed("p3")
    assert trunk.circuit is Circuit.CLOSED
    assert (trunk.permit(now).why, trunk.next_deadline()) == ("", None)


def test_a_failed_probe_doubles_the_pause_up_to_its_greatest(trunk):
    now = opened(trunk)
    pauses = []
    for round_ in range(7):
        assert trunk.permit(now).allowed
        trunk.dialed(f"p{round_}", now)
        trunk.ended(f"p{round_}", TrunkSign.SILENT, now)
        deadline = trunk.next_deadline()
        assert deadline is not None
        pauses.append((deadline - now) // SECOND)
        now = deadline
    assert pauses == [60, 120, 240, 480, 600, 600, 600]


def test_a_probe_that_hangs_fails_too(trunk):
    now = opened(trunk)
    trunk.permit(now)
    trunk.dialed("p", now)
    trunk.tick(now + LIMITS.silent_ms)
    assert trunk.circuit is Circuit.OPEN


def test_a_late_ringing_shortens_the_pause(trunk):
    trunk.dialed("slow", 0)
    opened(trunk)
    trunk.progressed("slow")
    assert trunk.permit(1).allowed
    assert trunk.circuit is Circuit.TRYING


def play(seed: int, *, dead_from: int, alive_from: int) -> tuple[TrunkBreaker, list[int], list[int]]:
    """A trunk that is dead for a while, and a dialer that asks every 200 ms: times of dials while dead, and after it."""
    dice = random.Random(seed)
    trunk = TrunkBreaker()
    under_way: list[tuple[int, str, bool]] = []
    while_dead, after = [], []
    for number, now in enumerate(range(0, alive_from + 1_500 * SECOND, 200)):
        for _, name, rings in [one for one in under_way if one[0] <= now]:
            if rings:
                trunk.progressed(name)
            trunk.ended(name, TrunkSign.ALIVE if rings else TrunkSign.SILENT, now)
        under_way = [one for one in under_way if one[0] > now]
        if len(under_way) < 20 and trunk.permit(now).allowed:
            dead = dead_from <= now < alive_from
            trunk.dialed(f"a{number}", now)
            # A live trunk rings within seconds; a dead one refuses at once or is given up after SIP's 32 s.
            under_way.append((now + dice.choice([300, 2_000, 32_000 if dead else 6_000]), f"a{number}", not dead))
            if dead:
                while_dead.append(now)
            elif now >= alive_from:
                after.append(now)
        if len(after) > 200:
            break
    return trunk, while_dead, after


@settings(max_examples=8)
@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(60, 600))
def test_a_dead_trunk_eats_few_leads_and_is_used_again(seed, dead_from, lasts):
    dead, alive = dead_from * SECOND, (dead_from + lasts) * SECOND
    trunk, wasted, after = play(seed, dead_from=dead, alive_from=alive)
    # Calls dialed before ring on for a while and begin the count anew; then a few probes for each pause. A dialer without a
    # breaker would have dialed thousands.
    assert len(wasted) <= 3 * (20 + LIMITS.silent_in_a_row) + 5 * LIMITS.probes
    assert trunk.circuit is Circuit.CLOSED
    assert after[0] - alive <= LIMITS.longest_cool_ms
    copy = msgspec.json.decode(msgspec.json.encode(trunk), type=TrunkBreaker)
    assert copy == trunk
    assert play(seed, dead_from=dead, alive_from=alive)[0] == trunk
