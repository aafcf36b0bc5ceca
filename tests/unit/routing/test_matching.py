"""Stories of who gets which call, and the matcher held against its specification over random histories."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from callcenter.kernel.ids import AgentId, CallId, QueueId
from routing.matching import Assignment, Matcher
from routing.queue import Waiting, place
from routing.ranking import Free
from tests.unit.routing.builders import NOON, a_call, an_agent, naive_next, offers


def test_nobody_is_offered_while_nobody_waits_or_nobody_is_free():
    matcher = Matcher()
    assert matcher.next(NOON) is None
    matcher.put_agent(an_agent("ana"))
    assert matcher.next(NOON) is None
    matcher.drop_agent(AgentId("ana"))
    matcher.put_call(a_call("c1"))
    assert matcher.next(NOON) is None


def test_the_longest_waiting_goes_to_the_longest_idle():
    matcher = Matcher()
    matcher.put_call(a_call("late", waits=10))
    matcher.put_call(a_call("early", waits=40))
    matcher.put_agent(an_agent("ana", idle=30))
    matcher.put_agent(an_agent("ben", idle=125))
    assert matcher.next(NOON) == Assignment(call=CallId("early"), agent=AgentId("ben"), reasons=("longest idle 125 s",))
    assert offers(matcher) == [("early", "ben"), ("late", "ana")]


def test_priority_goes_before_waiting_time_over_all_queues():
    matcher = Matcher()
    matcher.put_call(a_call("patient", "sales", waits=300))
    matcher.put_call(a_call("urgent", "alarm", waits=1, priority=5))
    matcher.put_agent(an_agent("ana"))
    found = matcher.next(NOON)
    assert found is not None
    assert found.call == "urgent"
    assert found.reasons == ("priority 5", "only agent free")


def test_a_level_that_is_too_low_does_not_qualify():
    matcher = Matcher()
    matcher.put_call(a_call("c1", needs={"billing": 3}))
    matcher.put_agent(an_agent("beginner", idle=900, billing=2))
    matcher.put_agent(an_agent("other", idle=900, sales=5))
    assert matcher.next(NOON) is None
    matcher.put_agent(an_agent("expert", idle=1, billing=5))
    assert matcher.next(NOON) == Assignment(
        call=CallId("c1"), agent=AgentId("expert"), reasons=("skill billing 5", "only agent free")
    )


def test_every_skill_that_a_call_needs_is_needed():
    matcher = Matcher()
    matcher.put_call(a_call("c1", needs={"billing": 1, "chinese": 2}))
    matcher.put_agent(an_agent("half", idle=500, billing=5))
    matcher.put_agent(an_agent("both", idle=5, billing=1, chinese=2))
    matcher.put_agent(an_agent("more", idle=4, billing=4, chinese=5))
    found = matcher.next(NOON)
    assert found is not None
    assert found.agent == "both"
    assert found.reasons == ("skill billing 1", "skill chinese 2", "longest idle 5 s")


def test_of_two_equally_idle_the_better_skilled_then_the_smaller_id():
    matcher = Matcher()
    for name in ("c1", "c2", "c3"):
        matcher.put_call(a_call(name, needs={"billing": 1}))
    matcher.put_agent(an_agent("zoe", idle=60, billing=2))
    matcher.put_agent(an_agent("amy", idle=60, billing=2))
    matcher.put_agent(an_agent("may", idle=60, billing=4))
    assert offers(matcher) == [("c1", "may"), ("c2", "amy"), ("c3", "zoe")]


def test_a_call_that_nobody_can_take_does_not_hold_up_the_others():
    matcher = Matcher()
    matcher.put_call(a_call("stuck", "billing", waits=600, priority=9, needs={"billing": 5}))
    matcher.put_call(a_call("easy", "sales", waits=1, needs={"sales": 1}))
    matcher.put_agent(an_agent("ana", sales=3, billing=4))
    assert offers(matcher) == [("easy", "ana")]
    assert matcher.position(CallId("stuck")) == 1


def test_a_kept_place_is_the_head_of_the_queue():
    matcher = Matcher()
    matcher.put_call(a_call("first", waits=50))
    matcher.put_call(a_call("second", waits=20))
    matcher.drop_call(CallId("first"))
    assert matcher.position(CallId("second")) == 1
    matcher.put_call(a_call("first", waits=50))
    assert [matcher.position(CallId(name)) for name in ("first", "second")] == [1, 2]


def test_positions_counts_and_the_oldest_are_each_queues_own():
    matcher = Matcher()
    matcher.put_call(a_call("s1", "sales", waits=10))
    matcher.put_call(a_call("s2", "sales", waits=5, priority=1))
    matcher.put_call(a_call("b1", "billing", waits=99))
    assert [matcher.position(CallId(name)) for name in ("s1", "s2", "b1", "nobody")] == [2, 1, 1, None]
    assert [matcher.waiting(QueueId(queue)) for queue in ("sales", "billing", "none")] == [2, 1, 0]
    assert matcher.oldest(QueueId("sales")) == NOON - 10_000
    assert matcher.oldest(QueueId("none")) is None


def test_putting_and_dropping_again_changes_nothing_and_putting_anew_replaces():
    matcher = Matcher()
    for _ in range(2):
        matcher.put_call(a_call("c1", waits=9))
        matcher.put_agent(an_agent("ana", sales=1))
    assert matcher.waiting(QueueId("sales")) == 1
    matcher.put_agent(an_agent("ana", sales=1, billing=3))
    matcher.put_call(a_call("c1", "billing", waits=9, needs={"billing": 2}))
    assert matcher.waiting(QueueId("sales")) == 0
    assert offers(matcher) == [("c1", "ana")]
    for _ in range(2):
        matcher.drop_call(CallId("c1"))
        matcher.drop_agent(AgentId("ana"))
    assert matcher.next(NOON) is None


SKILLS = st.dictionaries(st.sampled_from(["billing", "sales", "chinese"]), st.integers(1, 5), max_size=3)
NAMES = st.sampled_from([f"x{index}" for index in range(8)])
SECONDS = st.integers(0, 4)  # few values: ties are where mistakes are


class MatcherEqualsNaiveScan(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.matcher = Matcher()
        self.calls: dict[str, Waiting] = {}
        self.agents: dict[str, Free] = {}

    @rule(name=NAMES, queue=st.sampled_from(["q1", "q2"]), waits=SECONDS, priority=st.integers(0, 2), needs=SKILLS)
    def a_call_waits(self, name, queue, waits, priority, needs):
        self.calls[name] = call = a_call(name, queue, waits=waits, priority=priority, needs=needs)
        self.matcher.put_call(call)

    @rule(name=NAMES)
    def a_caller_leaves(self, name):
        self.calls.pop(name, None)
        self.matcher.drop_call(CallId(name))

    @rule(name=NAMES, idle=SECONDS, skills=SKILLS)
    def an_agent_is_free(self, name, idle, skills):
        self.agents[name] = agent = an_agent(name, idle=idle, **skills)
        self.matcher.put_agent(agent)

    @rule(name=NAMES)
    def an_agent_is_gone(self, name):
        self.agents.pop(name, None)
        self.matcher.drop_agent(AgentId(name))

    @rule(both=st.booleans())
    def the_offer_is_made(self, both):
        found = self.matcher.next(NOON)
        if found is not None:
            self.matcher.drop_agent(found.agent)
            del self.agents[found.agent]
            if both:
                self.matcher.drop_call(found.call)
                del self.calls[found.call]

    @invariant()
    def it_proposes_what_a_scan_of_everything_would(self):
        found = self.matcher.next(NOON)
        expected = naive_next(self.calls, self.agents)
        if expected is None:
            assert found is None
        else:
            assert found is not None
            assert (found.call, found.agent) == expected[:2]
            assert ("only agent free" in found.reasons) == (expected[2] == 1)

    @invariant()
    def positions_are_those_of_the_sorted_queue(self):
        for queue in ("q1", "q2"):
            row = sorted((call for call in self.calls.values() if call.queue == queue), key=place)
            assert [self.matcher.position(call.call) for call in row] == list(range(1, len(row) + 1))
            assert self.matcher.waiting(QueueId(queue)) == len(row)
            assert self.matcher.oldest(QueueId(queue)) == min((call.since for call in row), default=None)


TestMatcherEqualsNaiveScan = MatcherEqualsNaiveScan.TestCase
TestMatcherEqualsNaiveScan.settings = settings(max_examples=150, stateful_step_count=40)
