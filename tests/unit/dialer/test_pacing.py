"""The pacing decision at its edges: nobody there, everybody leaving, the cap used up, a dead carrier, single leads, modes."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.kernel.dialing import Mode
from dialer.pacing import constants as k
from dialer.pacing.estimates import Estimates
from dialer.pacing.floor import UNKNOWN, Decision, Floor, Law
from dialer.pacing.pacer import Pacer

LAW = Law(cap=0.03, answers=5_000, abandons=100)
"""Fifty abandons are left."""


def experienced(facts: int = 300, *, bank: float = 3.0) -> Estimates:
    """Three in ten answer after 5 to 15 s, others end after 25 s; two minutes of talk, 20 s of wrap-up."""
    estimates = Estimates()
    for number in range(facts):
        human = number % 10 < 3
        after = 5_000 + number * 97 % 10_000 if human else 25_000
        estimates.dial_resolved(human=human, after_ms=after, p=0.3, agents=10)
        if human:
            estimates.service_ended(talk_ms=20_000 + number * 1_237 % 200_000, wrap_up_ms=20_000)
    estimates.bank = bank
    return estimates


def busy(count: int) -> list[int]:
    return [7_000 + 9_000 * number for number in range(count)]


def test_more_dials_than_free_agents_when_the_law_allows():
    found = Pacer(experienced()).decide(Floor(free=3, talking_ms=busy(7)), LAW)
    assert found.dial > 3
    assert found.why == "risk"
    assert found.inputs.alpha > found.inputs.tau
    assert (found.inputs.free, found.inputs.talking, found.inputs.ringing) == (3, 7, 0)
    assert found.inputs.slack == 50


def test_without_agents_nothing_is_dialed_and_old_dials_are_cancelled():
    floor = Floor(free=0, ringing_ms=(14_999, 15_000, 22_000))
    found = Pacer(experienced()).decide(floor, LAW)
    assert (found.dial, found.why, found.cancel) == (0, "no_agents", (1, 2))
    assert found.again_ms == 1, "the young one is looked at again when it is old"
    assert Pacer(experienced()).decide(Floor(free=0), LAW).again_ms is None


def test_a_dial_is_cancelled_by_how_long_it_rang_not_by_how_long_ago_it_was_dialed():
    floor = Floor(free=0, ringing_ms=(14_999, 22_000, 22_000), rung_ms=(0, 15_000, 14_000))
    found = Pacer(experienced()).decide(floor, LAW)
    assert (found.cancel, found.again_ms) == ((1,), 1_000)


def test_when_all_agents_leave_nothing_is_dialed():
    found = Pacer(experienced()).decide(Floor(free=0, leaving=20), LAW)
    assert (found.dial, found.why) == (0, "all_leaving")


def test_agents_who_leave_are_not_counted_on():
    stay = Pacer(experienced()).decide(Floor(free=3, wrapping_ms=[12_000] * 6), LAW)
    leave = Pacer(experienced()).decide(Floor(free=3, leaving=6), LAW)
    assert leave.dial < stay.dial


def test_wrapping_up_is_nearer_to_free_than_talking():
    talking = Pacer(experienced()).decide(Floor(free=0, talking_ms=[30_000] * 6), LAW)
    wrapping = Pacer(experienced()).decide(Floor(free=0, wrapping_ms=[12_000] * 6), LAW)
    assert wrapping.dial > talking.dial


def test_a_dead_carrier_is_not_dialed():
    found = Pacer(experienced()).decide(Floor(free=5, carrier=False), LAW)
    assert (found.dial, found.why) == (0, "carrier_down")
    back = Pacer(experienced()).decide(Floor(free=5), LAW)
    assert back.dial >= 5


def test_lines_and_leads_are_limits():
    assert Pacer(experienced()).decide(Floor(free=9, lines=2), LAW).dial == 2
    found = Pacer(experienced()).decide(Floor(free=9), LAW, leads=[UNKNOWN] * 3)
    assert (found.dial, found.why) == (3, "no_leads")
    assert Pacer(experienced()).decide(Floor(free=9, lines=0), LAW).why == "no_lines"


def test_a_cold_start_is_one_to_one():
    """The window has no abandon to give before so many people answered."""
    found = Pacer().decide(Floor(free=20), Law(cap=0.03))
    assert (found.dial, found.why, found.inputs.gated) == (20, "gate", True)


def test_when_people_wait_and_nobody_is_free_old_dials_are_cancelled():
    floor = Floor(free=0, waiting=3, talking_ms=[5_000] * 4, ringing_ms=[3_000, 16_000, 18_000])
    found = Pacer(experienced()).decide(floor, LAW)
    assert (found.dial, found.cancel) == (0, (1, 2))
    calm = Floor(free=6, talking_ms=[5_000] * 4, ringing_ms=[3_000, 16_000, 18_000])
    assert Pacer(experienced()).decide(calm, LAW).cancel == ()


@settings(max_examples=150, deadline=None)
@given(
    free=st.integers(0, 30), waiting=st.integers(0, 5), talking=st.lists(st.integers(0, 2_000_000), max_size=60),
    wrapping=st.lists(st.integers(0, 400_000), max_size=20), ringing=st.lists(st.integers(0, 90_000), max_size=80),
    answers=st.integers(0, 3_000), over=st.floats(-0.99, 20), bank=st.floats(-30, 12),
)  # fmt: skip
def test_the_gate_holds_on_every_floor(
    free: int, waiting: int, talking: list[int], wrapping: list[int], ringing: list[int], answers: int, over: float, bank: float
):
    """Less than one abandon is left: nothing is dialed that could find nobody, whatever the estimates say."""
    abandons = max(0, int(0.03 * answers + over + 0.9999))
    law = Law(cap=0.03, answers=answers, abandons=abandons)
    if 0.03 * answers - abandons >= 1:
        return
    floor = Floor(free=free, waiting=waiting, talking_ms=talking, wrapping_ms=wrapping, ringing_ms=ringing)
    found = pacer_at(bank).decide(floor, law)
    assert found.dial <= max(0, free - waiting - len(ringing))
    assert all(ringing[place] >= law.ring_ms for place in found.cancel)
    assert 0 <= found.inputs.alpha <= 1


_EXPERIENCED = experienced()


def pacer_at(bank: float) -> Pacer:
    _EXPERIENCED.bank = bank
    return Pacer(_EXPERIENCED)


def test_a_fuller_bank_dials_more():
    floor = Floor(free=4, talking_ms=busy(18), ringing_ms=[2_000] * 2)
    dials = [Pacer(experienced(bank=bank)).decide(floor, LAW).dial for bank in (-20.0, 0.0, 6.0, 12.0)]
    assert dials == sorted(dials)
    assert dials[0] < dials[-1]


def test_a_stricter_cap_dials_less():
    floor = Floor(free=4, talking_ms=busy(16))
    three = Pacer(experienced()).decide(floor, LAW)
    one = Pacer(experienced()).decide(floor, replace(LAW, cap=0.01, abandons=0))
    assert one.dial < three.dial


def test_what_is_known_of_single_leads_counts():
    pacer = Pacer(experienced())
    floor = Floor(free=1, talking_ms=busy(5))
    likely, unlikely = (pacer.decide(floor, LAW, leads=[p] * 40).dial for p in (0.8, 0.05))
    assert likely < unlikely
    assert pacer.decide(floor, LAW, leads=[0.0] * 40).dial == 40, "nobody can be lost who never answers"
    ringing = Floor(free=1, talking_ms=busy(5), ringing_ms=[1_000] * 4)
    assert (
        pacer.decide(replace(ringing, ringing_p=[0.01] * 4), LAW).dial
        > pacer.decide(ringing, LAW).dial
        >= pacer.decide(replace(ringing, ringing_p=[0.9] * 4), LAW).dial
    )
    unknown = pacer.decide(replace(ringing, ringing_p=[UNKNOWN] * 4), LAW)
    assert unknown == pacer.decide(ringing, LAW)


def test_other_modes_are_one_to_one():
    pacer = Pacer(experienced())
    floor = Floor(free=5, waiting=1, talking_ms=busy(9), ringing_ms=[1_000, 2_000])
    assert [pacer.decide(floor, LAW, mode=mode).dial for mode in (Mode.PROGRESSIVE, Mode.PREVIEW)] == [2, 2]
    assert pacer.decide(Floor(free=0, talking_ms=busy(3)), LAW, mode=Mode.PROGRESSIVE).why == "nobody_free"
    assert pacer.decide(Floor(free=0), LAW, mode=Mode.PREVIEW).why == "no_agents"
    assert pacer.decide(Floor(free=0, lines=7), Law(), mode=Mode.AGENTLESS).dial == 7


def decisions(pacer: Pacer) -> list[Decision]:
    floors = [Floor(free=free, talking_ms=busy(20 - free), ringing_ms=[900 * ring for ring in range(free)]) for free in (0, 3, 9)]
    return [pacer.decide(floor, LAW) for floor in floors]


def test_a_decision_is_derived_again_from_the_same_facts():
    """Another process folded the same facts, or read a checkpoint, and decided nothing in between."""
    told, folded = Pacer(Estimates()), Pacer(Estimates())
    for number in range(60):
        for pacer in (told, folded):
            pacer.estimates.dial_resolved(human=number % 3 == 0, after_ms=400 * number, p=0.3, agents=20)
            pacer.estimates.service_ended(talk_ms=1_000 * number, wrap_up_ms=200 * number)
            pacer.estimates.answered(abandoned=number % 40 == 0, cap=0.03)
        decisions(told)
    read = Pacer(msgspec.msgpack.decode(msgspec.msgpack.encode(told.estimates), type=Estimates))
    assert decisions(told) == decisions(folded) == decisions(read)
    assert msgspec.json.decode(msgspec.json.encode(decisions(told)), type=list[Decision]) == decisions(told)


def test_nobody_is_looked_at_for_nothing():
    calm = Pacer(experienced()).decide(Floor(free=0, talking_ms=busy(5), ringing_ms=[1_000] * 30), LAW)
    assert calm.dial == 0
    assert calm.again_ms == k.SLOW_TICKS[0][1]
    eager = Pacer(experienced()).decide(Floor(free=3, talking_ms=busy(5)), LAW)
    assert eager.again_ms == k.TICK_MS
