"""Each mistake that a flow can hold is found, at its field, with what to write instead."""

from msgspec.structs import replace

from callcenter.kernel.center import Center, Label, QueueValues
from callcenter.kernel.flow import AnyNode, GatherNode, HangUpNode, LookUpNode, MenuNode, QueueNode, SayNode, SetNode
from callcenter.kernel.ids import NodeId, PromptId, QueueId, SkillId
from ivr.check import FlowMistake, check
from tests.unit.ivr.builders import OFFICE, flow, harbor_lane, menu, node, prompt

WORD = Label(en="word", zh="词")
PROMPTS = ("welcome", "main-menu", "not-a-choice", "nothing-heard", "choose-language", "account-number", "closed")
CENTER = Center(
    name="Harbor Lane",
    zone="America/New_York",
    queues={QueueId(name): QueueValues(id=QueueId(name), label=WORD) for name in ("billing", "general")},
    skills={SkillId("billing"): WORD},
    hours={OFFICE.id: OFFICE},
    prompts={PromptId(name): WORD for name in PROMPTS},
)
WHOLE = harbor_lane()


def mistakes_with(**changed: AnyNode) -> list[FlowMistake]:
    """What is found when nodes of the sound flow are changed; underscores stand for hyphens."""
    nodes = {**WHOLE.nodes, **{NodeId(name.replace("_", "-")): at for name, at in changed.items()}}
    return check(replace(WHOLE, nodes=nodes), CENTER)


def only(found: list[FlowMistake]) -> FlowMistake:
    assert len(found) == 1, found
    return found[0]


def test_a_sound_flow_has_no_mistakes():
    assert check(WHOLE, CENTER) == []


def test_a_start_that_is_not_there():
    found = only(check(replace(WHOLE, start=node("welcom")), CENTER))
    assert (found.node, found.field) == ("", "start"), "and no node is called unreachable for it"
    assert found.instead.startswith("welcome (known: ")


def test_a_flow_without_nodes():
    assert only(check(replace(WHOLE, nodes={}), CENTER)).field == "nodes"


def test_a_target_that_is_not_there_names_the_nearest():
    found = only(mistakes_with(welcome=SayNode(prompt=prompt("welcome"), next=node("meno"))))
    assert (found.node, found.field) == ("welcome", "next")
    assert found.instead.startswith("menu (known: ")


def test_a_node_that_no_way_leads_to():
    found = only(mistakes_with(lost=QueueNode(queue=QueueId("billing"))))
    assert (found.node, found.why) == ("lost", "no way leads here")


def test_a_prompt_that_is_not_there_in_every_place_a_node_names_one():
    wrong = menu(keys={"1": "to-billing", "2": "account"})
    fields = [
        *mistakes_with(welcome=SayNode(prompt=prompt("hello"), next=node("menu"))),
        *mistakes_with(menu=replace(wrong, prompt=prompt("x"), invalid=prompt("y"), silence=prompt("z"))),
        *mistakes_with(closed=HangUpNode(prompt=prompt("x"))),
        *mistakes_with(account=replace(WHOLE.nodes[NodeId("account")], prompt=prompt("x"))),
        *mistakes_with(language=replace(WHOLE.nodes[NodeId("language")], prompt=prompt("x"))),
    ]
    assert [(one.node, one.field) for one in fields] == [
        ("welcome", "prompt"),
        ("menu", "prompt"),
        ("menu", "invalid"),
        ("menu", "silence"),
        ("closed", "prompt"),
        ("account", "prompt"),
        ("language", "prompt"),
    ]


def test_unknown_queue_skill_level_and_hours():
    assert only(mistakes_with(billing=QueueNode(queue=QueueId("biling")))).instead.startswith("billing (known: ")
    assert only(mistakes_with(to_billing=SetNode(skills={SkillId("sales"): 2}, next=node("billing")))).field == "skills.sales"
    assert "out of range" in only(mistakes_with(to_billing=SetNode(skills={SkillId("billing"): 9}, next=node("billing")))).why
    assert only(mistakes_with(hours=replace(WHOLE.nodes[NodeId("hours")], hours="night"))).field == "hours"


def test_a_set_node_that_sets_nothing():
    assert only(mistakes_with(to_billing=SetNode(next=node("billing")))).why == "it sets nothing"


def test_a_menu_without_keys_and_keys_that_no_telephone_has():
    empty = MenuNode(prompt=prompt("main-menu"), keys={}, on_failure=node("anyone"))
    found = check(flow(menu=empty, anyone=QueueNode(queue=QueueId("general"))), CENTER)
    assert only(found).field == "keys"
    strange = replace(empty, keys={"A": node("anyone"), "12": node("anyone"), "#": node("anyone")})
    found = check(flow(menu=strange, anyone=QueueNode(queue=QueueId("general"))), CENTER)
    assert [one.field for one in found] == ["keys.A", "keys.12"]


def test_a_question_that_is_never_asked_or_never_waits():
    found = mistakes_with(menu=replace(menu(keys={"1": "to-billing", "2": "account"}), attempts=0, timeout_ms=0))
    assert [one.field for one in found] == ["attempts", "timeout_ms"]


def test_digits_that_cannot_be_gathered():
    asked = GatherNode(
        prompt=prompt("account-number"),
        into="caller",
        next=node("by-account"),
        on_failure=node("anyone"),
        minimum=9,
        maximum=8,
        between_ms=0,
        terminator="##",
    )
    found = mistakes_with(account=asked)
    assert [one.field for one in found if one.node == "account"] == ["maximum", "between_ms", "terminator", "into"]
    assert [one.field for one in found if one.node == "by-account"] == ["by"], "nobody stores `account` any more"


def test_a_look_up_by_a_variable_that_no_node_stores_or_without_time():
    asked = LookUpNode(by="acount", found=node("anyone"), not_found=node("anyone"), failed=node("anyone"))
    assert only(mistakes_with(by_account=asked)).instead.startswith("account (known: ")
    assert only(mistakes_with(by_account=replace(asked, by="account", wait_ms=0))).field == "wait_ms"
    assert only(mistakes_with(by_account=replace(asked, by="account", wait_ms=10_000_000))).instead == "at most 120s"


def test_languages_that_the_center_does_not_speak():
    english = replace(CENTER, languages=("en",))
    assert [(one.node, one.field) for one in check(WHOLE, english)] == [("language", "keys.2")]


def test_a_silent_circle_is_found_though_a_way_leads_out_of_it():
    circle = flow(
        first=LookUpNode(found=node("queue"), not_found=node("second"), failed=node("second")),
        second=SetNode(priority=1, next=node("first")),
        queue=QueueNode(queue=QueueId("general")),
    )
    found = only(check(circle, CENTER))
    assert (found.node, found.why) == ("first", "an endless loop without a prompt (first -> second -> first)")


def test_a_talking_circle_that_nobody_can_leave():
    circle = flow(
        hello=SayNode(prompt=prompt("welcome"), next=node("once")),
        once=SayNode(prompt=prompt("closed"), next=node("again")),
        again=SayNode(prompt=prompt("welcome"), next=node("once")),
    )
    found = only(check(circle, CENTER))
    assert found.node == "once"
    assert "no way leads to a queue or an end (once -> again -> once)" in found.why


def test_a_menu_that_is_heard_again_is_no_endless_loop():
    again = flow(
        menu=menu(keys={"1": "back", "2": "anyone"}),
        back=SayNode(prompt=prompt("welcome"), next=node("menu")),
        anyone=QueueNode(queue=QueueId("general")),
    )
    assert check(again, CENTER) == []


def test_many_names_are_not_all_listed():
    many = replace(CENTER, prompts={PromptId(f"prompt-{number:02}"): WORD for number in range(40)})
    found = check(flow(hello=HangUpNode(prompt=prompt("zzz"))), many)
    assert only(found).instead.endswith("... (40 in all)")
