"""A call's story: every kind of event has its sentence or a reason to have none, in both languages, and names nobody."""

import re
from typing import get_args

from hypothesis import given

from callcenter.kernel import events as e
from reporting.fold import call_of
from reporting.story import UNTOLD, kinds, story
from tests.unit.reporting.histories import TAPES, history


def test_every_kind_of_event_is_told_or_says_why_not():
    of_calls = {kind for kind in get_args(e.AnyEvent) if issubclass(kind, e.CallEvent)} | {e.WrapUpStarted, e.WrapUpEnded}
    of_calls.add(e.AttemptOver)
    assert kinds() | set(UNTOLD) == of_calls
    assert not kinds() & set(UNTOLD)


@given(TAPES)
def test_each_call_of_a_random_history_can_be_told(tape: list[int]):
    calls: dict[str, list[e.Recorded]] = {}
    for recorded in history(tape):
        call = call_of(recorded.event)
        if call is not None:
            calls.setdefault(call, []).append(recorded)
    for events in calls.values():
        english, chinese = list(story(events)), list(story(events, "zh"))
        assert [one.position for one in english] == [one.position for one in chinese]
        assert len(english) == sum(type(recorded.event) in kinds() for recorded in events)
        assert english[0].after_ms == 0
        for sentence in english:
            assert "None" not in sentence.text
        assert all(re.search("[\u4e00-\u9fff]", sentence.text) for sentence in chinese)
