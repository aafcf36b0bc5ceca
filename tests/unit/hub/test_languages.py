"""In which language callers are spoken to, in flows and in queues, with a language node and without."""

from typing import Any

import msgspec
import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.center import NumberValues
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import AccountId, AgentId, CallId, ContactId
from callcenter.kernel.words import Match
from tests.unit.hub.story import DIALED, Story, center, label

CALLER = "+12125550123"


def found(contact: int, language: str | None, match: Match = Match.EXACT) -> s.ContactMatch:
    return s.ContactMatch(contact=ContactId(contact), account=AccountId(1), match=match, language=language)  # type: ignore[arg-type]


def without_asking(story: Story, language: str | None = None, **changes: Any) -> None:
    """A flow that never asks for the language, on a number that may have one."""
    nodes = {
        "who": {"node": "look_up", "found": "hello", "not_found": "hello", "failed": "hello"},
        "hello": {"node": "say", "prompt": "welcome", "next": "billing"},
        "billing": {"node": "queue", "queue": "billing"},
    }
    number = NumberValues(id="main", dialed=DIALED, label=label("Main"), flow="main", language=language)  # type: ignore[arg-type]
    flow = msgspec.convert({"id": "main", "start": "who", "nodes": nodes}, Flow)
    story.begins_with(center(flows={"main": flow}, numbers={"main": number}, **changes))


def heard(story: Story) -> list[str]:
    return [asked.language for asked in story.effects if isinstance(asked, fx.PlayPrompts)]


def hears_all(story: Story) -> CallId:
    """Through the flow into the queue, until the position is told there."""
    call = story.calls(CALLER)
    story.until(lambda: bool(story.all(e.PositionTold)))
    return call


@pytest.mark.parametrize(
    ("matches", "number", "spoken"),
    [
        ((found(7, "zh"),), None, "zh"),
        ((found(7, "zh"),), "en", "zh"),
        ((found(7, None),), "zh", "zh"),
        ((), "zh", "zh"),
        ((), None, "en"),
        ((found(7, "zh"), found(8, "zh")), None, "zh"),  # whoever of the two it is
        ((found(7, "zh"), found(8, "en")), None, "en"),
        ((found(7, "zh"), found(8, None)), None, "en"),
        ((found(7, "zh", Match.LAST_7), found(8, "en", Match.LAST_7)), None, "en"),
        ((found(7, "zh", Match.LAST_9),), None, "en"),  # perhaps she, perhaps somebody else
        ((found(7, "zh", Match.LAST_7),), "en", "en"),
    ],
)
def test_every_prompt_is_in_the_contacts_language_else_the_numbers(
    story: Story, matches: tuple[s.ContactMatch, ...], number: str | None, spoken: str
):
    story.contacts[CALLER] = matches
    without_asking(story, number)
    hears_all(story)
    assert heard(story) == [spoken, spoken], "the greeting and the position"


def test_several_tentative_matches_are_asked_for_their_language(story: Story):
    story.contacts[CALLER] = (found(7, "zh", Match.LAST_7), found(8, "en", Match.LAST_7))
    call = story.calls(CALLER)
    story.until(lambda: story.call(call).node == "tongue")
    assert story.all(e.LanguageChosen) == []
    story.presses(call, "2")
    assert story.last(e.LanguageChosen) == e.LanguageChosen(call=call, language="zh", why="key")


def test_a_language_that_the_center_does_not_speak_is_nobodys(story: Story):
    story.contacts[CALLER] = (found(7, "zh"),)
    without_asking(story, languages=("en",))
    hears_all(story)
    assert set(heard(story)) == {"en"}


def test_whom_an_agent_says_she_talks_with_is_told_her_place_in_her_language(story: Story):
    story.contacts[CALLER] = (found(7, "zh", Match.LAST_7), found(8, "en", Match.LAST_7))
    without_asking(story)
    story.signs_in("ana")
    call = story.calls(CALLER)
    story.until(lambda: story.rings("ana"))
    story.answers("ana")
    story.asks(c.ChooseContact(agent=AgentId("ana"), call=call, contact=ContactId(7)))
    story.asks(c.TransferBlind(agent=AgentId("ana"), call=call, to=c.ToQueue("technical")))  # type: ignore[arg-type]
    story.until(lambda: bool(story.all(e.PositionTold)))
    assert heard(story) == ["en", "zh"]
