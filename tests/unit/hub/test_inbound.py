"""Stories of callers: the flow, the languages, the hours, the blocked, until the queue."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.hub import numbers
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import HoursValues, NumberValues
from callcenter.kernel.codec import encode
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import AccountId, ContactId
from callcenter.kernel.words import CallEnd, Fault, Match, Treatment
from tests.unit.hub.story import DIALED, Story, center, label


def found(contact: int, language: str | None = None, match: Match = Match.EXACT) -> s.ContactMatch:
    return s.ContactMatch(contact=ContactId(contact), account=AccountId(1), match=match, language=language)  # type: ignore[arg-type]


def test_a_caller_chooses_language_and_menu_and_waits_with_music(story: Story):
    call = story.calls()
    story.until(lambda: story.call(call).node == "tongue")
    story.presses(call, "2")
    story.until(lambda: story.call(call).node == "menu")
    assert story.call(call).language == "zh"
    assert story.last(e.LanguageChosen).why == "key"
    story.presses(call, "1")
    assert story.call(call).state is CallState.QUEUED
    assert story.call(call).queue == "billing"
    assert story.heard_by(call) is Treatment.MUSIC


def test_the_contacts_language_goes_before_every_other(story: Story):
    story.contacts["+12125550123"] = (found(7, "zh"),)
    call = story.calls("(212) 555-0123")
    story.until(lambda: story.call(call).node == "hello")
    assert story.last(e.LanguageChosen) == e.LanguageChosen(call=call, language="zh", why="contact")
    assert story.call(call).contact == 7, "a single exact match is chosen by the system"


def test_the_called_numbers_language_goes_before_asking(story: Story):
    number = NumberValues(id="cn", dialed=DIALED, label=label("x"), flow="main", language="zh")  # type: ignore[arg-type]
    story.begins_with(center(numbers={"cn": number}))
    call = story.calls()
    story.until(lambda: story.call(call).node == "hello")
    assert story.last(e.LanguageChosen).why == "number"


def test_two_matches_are_a_choice_and_a_tentative_one_is_not_saved(story: Story):
    story.contacts["+12125550123"] = (found(7), found(8))
    call = story.calls()
    assert story.call(call).contact is None
    story.contacts["+12125550124"] = (found(9, match=Match.LAST_7),)
    other = story.calls("+12125550124")
    assert story.call(other).contact is None
    assert story.call(other).matches[0].contact == 9


def test_a_look_up_that_never_answers_delays_the_flow_by_its_limit_only(story: Story):
    story.look_up_answers = False
    call = story.calls()
    story.advances(1.4)
    assert story.call(call).node == "who"
    story.advances(0.2)
    assert story.call(call).node == "tongue"
    effect = story.last(e.ContactsAsked).effect
    story.hears(s.ContactsFound(effect=effect, call=call, matches=(found(3),)))
    assert story.call(call).contact == 3, "late is better than never: the pop still gets it"
    assert story.call(call).node == "tongue"


def test_skills_of_flow_and_queue_add_up(story: Story):
    call = story.waits("technical")
    assert story.last(e.CallQueued).skills == {"technical": 4}
    story.signs_in("bo")
    assert not story.rings("bo"), "level 2 is not level 4"
    story.signs_in("chen")
    assert story.rings("chen")
    assert story.call(call).offer is not None


def test_silence_and_wrong_keys_lead_on_after_three_attempts(story: Story):
    call = story.calls()
    story.until(lambda: story.call(call).node == "tongue")
    story.presses(call, "1")
    story.until(lambda: story.call(call).node == "menu")
    story.presses(call, "9")
    assert story.call(call).attempt == 2
    story.until(lambda: story.call(call).attempt == 3)
    story.until(lambda: story.call(call).queue == "billing")
    outcomes = [visit.outcome for visit in story.all(e.IvrVisited) if visit.node == "menu"]
    assert outcomes == ["invalid", "silence", "silence", "failed"]


def test_outside_hours_the_caller_is_told_and_let_go(story: Story):
    never = HoursValues(id="week", weekdays=((),) * 7, holidays=(date(2026, 1, 1),))  # type: ignore[arg-type]
    story.begins_with(center(hours={"week": never}))
    call = story.calls()
    story.until(lambda: story.call(call).node == "tongue")
    story.presses(call, "1")
    story.advances(10)
    assert call not in story.hub.state.calls
    assert story.last(e.CallOver).end is CallEnd.CLOSED
    assert story.network.lines == {}


@pytest.mark.parametrize("delivered", ["12125550199", "0012125550199", "(212) 555-0199", "+1 212 555 0199"])
def test_a_blocked_caller_is_known_however_the_network_writes_her(story: Story, delivered: str):
    story.network.call_in(delivered, DIALED)
    story.settles()
    assert [over.end for over in story.all(e.CallOver)] == [CallEnd.BLOCKED]


@pytest.mark.parametrize(
    ("delivered", "kept"),
    [
        ("442079460018", "+442079460018"), ("011442079460018", "+442079460018"), ("5550143", "5550143"), ("100", "100"),
        ("anonymous", ""), ("*67", "*67"), ("", ""),
    ],
)  # fmt: skip
def test_a_callers_number_is_kept_as_customers_numbers_are(delivered: str, kept: str):
    assert numbers.normal(delivered, "US") == kept


def test_a_blocked_caller_is_refused_without_an_answer(story: Story):
    story.network.call_in("+1 (212) 555-0199", DIALED)
    story.settles()
    assert story.last(e.CallOver).end is CallEnd.BLOCKED
    assert story.all(e.LegUp) == []
    assert story.hub.state.calls == {}


def test_an_abandon_in_the_ivr_is_its_own_end(story: Story):
    call = story.calls()
    story.advances(3)
    story.caller_hangs_up(call)
    assert story.last(e.CallOver).end is CallEnd.ABANDONED_IN_IVR
    assert story.hub.state.calls == {}
    assert story.hub.state.pending == {}


def test_an_unknown_number_reaches_people_all_the_same(story: Story):
    call = story.calls(dialed="+15555550999")
    assert story.call(call).queue == "billing"


def test_a_missing_prompt_does_not_stop_the_caller(story: Story):
    call = story.calls()
    story.network.fail_next("PlayPrompts", Fault.MISSING_MEDIA)
    story.until(lambda: story.call(call).node == "tongue")
    story.presses(call, "1")
    story.until(lambda: story.call(call).node == "menu")
    assert story.last(e.PromptOver).failure == "missing_media"


def test_a_flow_that_stands_still_hands_the_caller_to_people(story: Story):
    call = story.calls()
    story.network.lose_next("DigitsGathered")
    story.until(lambda: story.call(call).node == "tongue")
    story.presses(call, "1")
    story.advances(200)
    assert story.call(call).queue == "billing"


def test_positions_are_told_and_music_goes_on(story: Story):
    first, second = story.waits(), story.waits(caller="+12125550124")
    story.advances(6)
    told = {event.call: event.position for event in story.all(e.PositionTold)}
    assert told == {first: 1, second: 2}
    story.advances(10)
    assert story.heard_by(second) is Treatment.MUSIC
    story.advances(60)
    assert len([event for event in story.all(e.PositionTold) if event.call == second]) == 2


def test_a_doubled_arrival_is_one_call(story: Story):
    story.network.double_next("LegOffered")
    story.calls()
    assert len(story.hub.state.calls) == 1
    assert story.last(e.SignalIgnored).why == "doubled"


@given(number=st.from_regex(r"\A[2-9][0-9]{9}\Z"))
def test_no_number_stands_in_an_event(number: str):
    story = Story()
    story.calls(number)
    story.advances(5)
    written = b"".join(encode(recorded.event) for recorded in story.events)
    assert number.encode() not in written
    assert any(number in row.value for row in story.personal)


@pytest.mark.parametrize("withheld", ["", "anonymous"])
def test_a_withheld_number_is_no_number(story: Story, withheld: str):
    call = story.calls(withheld)
    story.advances(3)
    assert story.call(call).state is CallState.IVR


def test_secret_digits_reach_the_look_up_and_are_written_nowhere(story: Story):
    nodes = {
        "pin": {"node": "gather", "prompt": "menu", "into": "pin", "secret": True, "minimum": 4, "maximum": 4,
                "next": "who", "on_failure": "billing"},
        "who": {"node": "look_up", "by": "pin", "found": "billing", "not_found": "billing", "failed": "billing"},
        "billing": {"node": "queue", "queue": "billing"},
    }  # fmt: skip
    story.begins_with(center(flows={"main": msgspec.convert({"id": "main", "start": "pin", "nodes": nodes}, Flow)}))
    call = story.calls()
    story.advances(0.1)
    for key in "4711":
        story.presses(call, key)
    assert story.call(call).queue == "billing"
    assert [effect.number for effect in story.effects if isinstance(effect, fx.LookUpContacts)][-1] == "4711"
    assert "4711" not in {row.value for row in story.personal}
    assert "4711" not in str(story.events)
