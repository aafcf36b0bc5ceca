"""Stories of callers in flows."""

import msgspec
import pytest

from callcenter.kernel.flow import HangUpNode, QueueNode, SayNode, SayPrompt, SetNode
from callcenter.kernel.ids import FlowId, NodeId, QueueId, SkillId
from ivr.interpreter import Ask, AwaitLookUp, Began, Enqueue, FlowFault, IvrContext, Leave, Speak, advance
from tests.unit.ivr.builders import MONDAY_TEN, NEW_YORK, Caller, at, flow, harbor_lane, menu, node, prompt


def test_a_caller_whose_number_speaks_english_goes_by_one_key_to_billing():
    caller = Caller(harbor_lane(), number="en")
    assert caller.step.request == Speak((SayPrompt(prompt("welcome")),))
    assert caller.step.language == ("en", "number")
    asked = caller.hears_it_out()
    assert asked.request == Ask(
        prompts=(SayPrompt(prompt("main-menu")),), maximum=1, terminator="", timeout_ms=5_000, between_ms=5_000
    )
    step = caller.presses("1")
    assert step.request == Enqueue(QueueId("billing"))
    assert step.skills == {SkillId("billing"): 3}
    assert step.priority == 2
    assert caller.path == [
        ("who", "not_found"),
        ("language", "en"),
        ("hours", "open"),
        ("welcome", "menu"),
        ("menu", "to-billing"),
        ("to-billing", "billing"),
        ("billing", "billing"),
    ]


def test_the_contacts_language_goes_before_the_called_numbers():
    caller = Caller(harbor_lane(), contact="zh", number="en", look_up="found")
    assert caller.step.language == ("zh", "contact")


def test_a_caller_of_unknown_language_is_asked_and_chooses_by_key():
    caller = Caller(harbor_lane())
    assert isinstance(caller.step.request, Ask)
    assert caller.step.request.prompts == (SayPrompt(prompt("choose-language")),)
    assert caller.step.language is None
    step = caller.presses("2")
    assert step.language == ("zh", "key")
    assert step.request == Speak((SayPrompt(prompt("welcome")),))


def test_a_caller_who_chooses_no_language_gets_the_default_after_the_last_attempt():
    caller = Caller(harbor_lane())
    assert caller.says_nothing().attempt == 2
    step = caller.presses("7")
    assert step.language == ("en", "default")
    assert caller.path[1:4] == [("language", "silence"), ("language", "invalid"), ("language", "failed")]


def test_a_language_chosen_for_the_call_is_kept():
    caller = Caller(harbor_lane())
    caller.presses("2")
    caller.contact = "en"  # the look-up answered late
    again = caller._next(None, 0, Began())
    assert again.language is None
    assert caller.language == "zh"


def test_a_wrong_key_is_told_so_and_asked_again():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    step = caller.presses("9")
    assert step.node == "menu"
    assert step.attempt == 2
    assert isinstance(step.request, Ask)
    assert step.request.prompts == (SayPrompt(prompt("not-a-choice")), SayPrompt(prompt("main-menu")))
    assert step.visits[0].outcome == "invalid"


def test_silence_is_told_so_and_asked_again():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    step = caller.says_nothing()
    assert isinstance(step.request, Ask)
    assert step.request.prompts == (SayPrompt(prompt("nothing-heard")), SayPrompt(prompt("main-menu")))


def test_after_the_last_attempt_the_caller_is_not_left_alone():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    caller.presses("9")
    caller.says_nothing()
    step = caller.presses("0")
    assert step.request == Enqueue(QueueId("general"))
    assert caller.path[-5:] == [
        ("menu", "invalid"),
        ("menu", "silence"),
        ("menu", "invalid"),
        ("menu", "failed"),
        ("anyone", "general"),
    ]


def test_no_key_that_was_pressed_stands_in_the_path():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    for digits in ("9", "2", "12", "48151623"):
        caller.presses(digits)
    assert not any(char.isdigit() for _, outcome in caller.path for char in outcome)


def test_outside_hours_the_closed_message_is_heard_and_the_call_ends():
    caller = Caller(harbor_lane(), number="en", now=at("2026-03-08", "10:00"))
    assert caller.step.request == Leave((SayPrompt(prompt("closed")),), "closed")
    assert ("hours", "closed") in caller.path


def test_on_a_holiday_the_center_is_closed_though_it_is_a_weekday():
    assert Caller(harbor_lane(), number="en", now=at("2026-12-25", "10:00")).step.node == "closed"
    assert Caller(harbor_lane(), number="en", now=at("2026-12-24", "10:00")).step.node == "welcome"


def test_a_look_up_that_runs_is_waited_for():
    caller = Caller(harbor_lane(), look_up="pending")
    assert caller.step.request == AwaitLookUp("caller", 1_500)
    caller.contact = "zh"
    step = caller.is_looked_up("found")
    assert step.language == ("zh", "contact")


@pytest.mark.parametrize(("answer", "outcome"), [("failed", "failed"), ("pending", "timeout"), ("none", "not_found")])
def test_a_look_up_without_an_answer_does_not_stop_the_call(answer, outcome):
    caller = Caller(harbor_lane(), number="en", look_up="pending")
    assert isinstance(caller.is_looked_up(answer).request, Speak)
    assert caller.path[0] == ("who", outcome)


def test_a_withheld_number_is_not_waited_for():
    assert Caller(harbor_lane(), number="en", look_up="none").path[0] == ("who", "not_found")


def test_digits_are_named_for_the_look_up_that_asks_for_them():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    asked = caller.presses("2")
    assert isinstance(asked.request, Ask)
    assert (asked.request.maximum, asked.request.terminator, asked.request.between_ms) == (8, "#", 3_000)
    step = caller.presses("48151623")
    assert step.into == "account"
    assert step.request == AwaitLookUp("account", 1_500)
    assert caller.is_looked_up("found").request == Enqueue(QueueId("general"))


def test_too_few_digits_are_asked_for_again_and_then_given_up():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    caller.presses("2")
    assert caller.presses("123").into is None
    assert caller.says_nothing().attempt == 3
    assert caller.presses("1").request == Enqueue(QueueId("general"))


def test_secret_digits_are_marked_from_the_question_to_the_answer():
    whole = harbor_lane()
    secret = msgspec.structs.replace(whole.nodes[NodeId("account")], secret=True)
    caller = Caller(msgspec.structs.replace(whole, nodes={**whole.nodes, NodeId("account"): secret}), number="en")
    caller.hears_it_out()
    asked = caller.presses("2")
    assert isinstance(asked.request, Ask)
    assert asked.request.secret
    assert caller.presses("4815").secret


def test_a_message_that_cannot_be_played_is_passed_over():
    caller = Caller(harbor_lane(), number="en")
    step = caller.hears_nothing()
    assert step.node == "menu"
    assert caller.path[-1] == ("welcome", "failed")


def test_a_menu_that_cannot_be_played_is_not_asked_in_silence():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    assert caller.hears_nothing().request == Enqueue(QueueId("general"))
    assert caller.path[-2:] == [("menu", "failed"), ("anyone", "general")]


def test_a_language_question_that_cannot_be_played_gives_the_default():
    assert Caller(harbor_lane()).hears_nothing().language == ("en", "default")


def test_set_nodes_add_up_and_the_last_word_counts():
    walk = flow(
        first=SetNode(skills={SkillId("billing"): 1, SkillId("zh"): 2}, priority=1, next=node("second")),
        second=SetNode(skills={SkillId("billing"): 4}, next=node("queue")),
        queue=QueueNode(queue=QueueId("billing")),
    )
    step = Caller(walk).step
    assert step.skills == {"billing": 4, "zh": 2}
    assert step.priority == 1


def test_a_silent_circle_is_a_fault_and_not_a_hang():
    circle = flow(first=SetNode(next=node("second")), second=SetNode(next=node("first")))
    with pytest.raises(FlowFault, match="circle"):
        Caller(circle)


def test_a_hundred_silent_nodes_are_a_long_flow_and_no_circle():
    nodes = {f"n{number}": SetNode(next=node(f"n{number + 1}")) for number in range(100)}
    assert Caller(flow(**nodes, n100=HangUpNode())).step.request == Leave((), "ended_by_flow")
    with pytest.raises(FlowFault):
        Caller(flow(**nodes, n100=SetNode(next=node("n101")), n101=HangUpNode()))


def test_a_missing_node_is_a_fault_that_names_it():
    with pytest.raises(FlowFault, match="nowhere"):
        Caller(flow(hello=SayNode(prompt=prompt("welcome"), next=node("nowhere")))).hears_it_out()


def test_missing_hours_are_a_fault():
    ctx = IvrContext(
        caller_language=None,
        number_language="en",
        default_language="en",
        language=None,
        now=MONDAY_TEN,
        zone=NEW_YORK,
        hours={},
        look_up="none",
    )
    with pytest.raises(FlowFault, match="office"):
        advance(harbor_lane(), None, 0, Began(), ctx)


def test_a_flow_changed_under_the_caller_is_a_fault_and_no_guess():
    caller = Caller(harbor_lane(), number="en")
    caller.hears_it_out()
    caller.flow = flow(menu=SayNode(prompt=prompt("welcome"), next=node("menu")))
    with pytest.raises(FlowFault, match="changed"):
        caller.presses("1")


def test_a_menu_counts_its_attempts_anew_each_time_it_is_entered():
    walk = flow(
        menu=menu(keys={"1": "again"}, attempts=2),
        again=SayNode(prompt=prompt("welcome"), next=node("menu")),
        anyone=QueueNode(queue=QueueId("general")),
    )
    caller = Caller(walk)
    assert caller.says_nothing().attempt == 2
    caller.presses("1")
    assert caller.hears_it_out().attempt == 1


def test_one_input_gives_the_same_step():
    assert Caller(harbor_lane(), number="en").step == Caller(harbor_lane(), number="en").step
    assert FlowId("main") == harbor_lane().id
