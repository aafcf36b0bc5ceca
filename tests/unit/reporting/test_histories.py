"""The random histories reach everything that reporting has to count."""

import random
from collections import Counter

from callcenter.kernel import events as e
from reporting.agent_time import ACTIVITY_EVENTS, PRESENCE_EVENTS
from reporting.fold import RECORDED
from tests.unit.reporting.histories import history

OF_CAMPAIGNS = {e.AttemptDialed, e.AttemptOver, e.BeepAwaited, e.LeadDialed, e.MessageBegan, e.OptedOut}


def test_random_histories_meet_every_event_that_leaves_a_trace():
    seen: Counter[type] = Counter()
    dice = random.Random(5)
    for _ in range(60):
        log = history([dice.randrange(10_000) for _ in range(600)], closed=True)
        seen.update(type(recorded.event) for recorded in log)
    wanted = RECORDED | ACTIVITY_EVENTS | PRESENCE_EVENTS | {e.CenterChanged, e.AgentSetAside, e.AgentBack}
    # LegDropped only says when we asked for the end of a leg; a story test has it. Campaigns have stories of their own.
    assert wanted - set(seen) == {e.LegDropped} | OF_CAMPAIGNS
