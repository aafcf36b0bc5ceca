"""The recount of a campaign: it agrees with a day on which all was right, and every planted fault is named."""

from dataclasses import replace
from typing import Any

import pytest

from tests.recount.dials import (
    BELIEVED_MS,
    CONNECT_MS,
    Dial,
    crossed,
    delays,
    either,
    outcomes,
    too_often,
    two_at_once,
    unheard,
    wrong_figure,
    wrong_leads,
)
from tests.recount.wire import Dialog

RING_MS = 5_000
AT = 1_800_000_000_000
TALKED = Dial(
    number="+1", shown="+9", at=AT, rang_at=AT + 5, answered_at=AT + 400, given_up_at=None, status=200, over_at=AT + 3_000,
    hung_up_itself=True, agent_at=AT + 450,
)  # fmt: skip
LOST = replace(TALKED, number="+2", agent_at=None, message_at=AT + 2_400)
RANG = replace(
    TALKED, number="+3", answered_at=None, agent_at=None, status=487, given_up_at=AT + RING_MS, over_at=AT + RING_MS,
    hung_up_itself=False,
)  # fmt: skip
BUSY = replace(RANG, number="+4", rang_at=None, given_up_at=None, status=486, over_at=AT + 7)
AGAIN = replace(BUSY, at=AT + 4_010, over_at=AT + 4_020)
DAY = [TALKED, LOST, RANG, BUSY, AGAIN]
AGAIN_MS = {"busy": (4_000,)}


def leads() -> dict[str, Any]:
    said = {"+1": ("answered", 1), "+2": ("abandoned", 1), "+3": ("no_answer", 1), "+4": ("busy", 2), "+5": (None, 0)}
    return {number: {"outcome": outcome, "attempts": attempts} for number, (outcome, attempts) in said.items()}


def test_it_agrees_with_a_day_on_which_all_was_right():
    assert wrong_leads(DAY, leads(), RING_MS, {}) == []
    assert wrong_figure(DAY, {"answers": 2, "abandons": 1}, RING_MS) == []
    assert too_often(DAY, AGAIN_MS, RING_MS) == []


@pytest.mark.parametrize(("number", "outcome", "attempts"), [("+1", "abandoned", 1), ("+3", "cancelled", 1), ("+4", "busy", 1)])
def test_a_lead_that_says_otherwise_is_named(number: str, outcome: str, attempts: int):
    (wrong,) = wrong_leads(DAY, leads() | {number: {"outcome": outcome, "attempts": attempts}}, RING_MS, {})
    assert wrong.startswith(number)
    assert wrong_leads(DAY, {one: lead for one, lead in leads().items() if one != number}, RING_MS, {}) != []


def test_a_number_that_is_dialed_without_a_rule_is_named():
    assert too_often(DAY, {}, RING_MS) != []
    assert too_often([*DAY, replace(TALKED, at=AT + 60_000)], AGAIN_MS, RING_MS) != []
    assert too_often([BUSY, replace(AGAIN, at=AT + 2_000)], AGAIN_MS, RING_MS) != [], "too soon"
    assert too_often([*DAY, replace(AGAIN, at=AT + 9_000)], AGAIN_MS, RING_MS) != [], "once more than the plan says"


def test_the_laws_figure_is_the_callees():
    for answers, abandons in ((1, 1), (2, 0), (2, 2), (3, 1)):
        assert wrong_figure(DAY, {"answers": answers, "abandons": abandons}, RING_MS) != []


def test_at_a_limit_of_time_two_things_may_be_said():
    late = replace(TALKED, agent_at=AT + 400 + CONNECT_MS + 30)
    assert outcomes(late, RING_MS) == {"answered", "abandoned"}
    assert outcomes(replace(late, agent_at=late.agent_at + 1_000), RING_MS) == {"abandoned"}  # type: ignore[operator]
    assert outcomes(replace(RANG, given_up_at=AT + 3_000), RING_MS) == {"cancelled"}
    slow = replace(RANG, rang_at=AT + 2_000, given_up_at=AT + 2_000 + RING_MS)
    assert outcomes(slow, RING_MS) == {"no_answer"}
    assert outcomes(replace(slow, given_up_at=AT + RING_MS + 1_000), RING_MS) == {"cancelled"}, "counted from when it rang"
    assert outcomes(replace(BUSY, status=480), RING_MS) == {"failed"}
    assert outcomes(replace(BUSY, status=500), RING_MS) == set(), "nothing that the test knows of"


def ring(device: str, at: int, until: int, shown: str = "") -> Dialog:
    return Dialog(call_id=f"{device}{at}", outgoing=False, invite_at=at, shown=shown, dialed=device, answered_at=at, bye_at=until)


def test_only_what_nobody_can_know_is_excused():
    assert unheard(DAY, AT + 2_950) == {"+1": "failed", "+2": "failed"}
    assert unheard(DAY, AT + 20_000) == {}


def test_of_whom_two_things_are_unsure_either_may_be_said():
    """She was being joined when whoever listened died."""
    unsure = either({"+2": "answered"}, {"+1": "failed", "+2": "failed"})
    assert unsure == {"+1": {"failed"}, "+2": {"answered", "failed"}}
    for outcome in ("answered", "failed", "abandoned"):
        assert wrong_leads(DAY, leads() | {"+2": {"outcome": outcome, "attempts": 1}}, RING_MS, unsure) == []
    assert wrong_leads(DAY, leads() | {"+2": {"outcome": "busy", "attempts": 1}}, RING_MS, unsure) != []
    heard_after_40 = ring("a", AT + 410, AT + 3_000, "+1")
    left_after = AT + 3_000 - 40 - BELIEVED_MS
    assert crossed(DAY, [heard_after_40, ring("b", left_after, AT + 2_990, "+2")]) == {"+2": "answered"}
    assert crossed(DAY, [heard_after_40, ring("b", left_after - 1, AT + 2_990, "+2")]) == {}, "left in silence"
    assert crossed(DAY, [heard_after_40, ring("b", left_after, AT + 2_990, "+7")]) == {}, "somebody else's agent"
    assert crossed(DAY, [heard_after_40, ring("b", AT + 3_030, AT + 3_050, "+2")]) == {}, "she had gone"
    assert crossed(DAY, [ring("b", AT + 2_930, AT + 2_999, "+2")]) == {}, "nobody was heard sooner"


def test_a_device_in_two_conversations_is_named():
    assert two_at_once([ring("a", AT, AT + 5), ring("a", AT + 6, AT + 9), ring("b", AT + 1, AT + 3)]) == []
    assert len(two_at_once([ring("a", AT, AT + 5), ring("a", AT + 4, AT + 9)])) == 1


def test_who_found_an_agent_free_is_told_from_who_waited_for_one():
    other = replace(TALKED, number="+6", at=AT + 10, answered_at=AT + 410, agent_at=AT + 1_400)
    both = [TALKED, other]
    assert delays(both, [], 2).at_once == [50, 990]
    assert delays(both, [], 1).at_once == [50], "the first one was waiting for her still"
    assert delays(both, [(AT, AT + 1_000)], 1).at_once == []
    assert delays(both, [], 2, away=(AT + 300, AT + 500)).at_once == []
    assert delays(both, [], 2, away=(AT + 300, AT + 500)).all == [50, 990]
