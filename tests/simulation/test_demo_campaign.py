"""The demo's played agents work a campaign that somebody has started, besides their queues, and leave what is a person's."""

import itertools
from collections import Counter

import msgspec
import pytest

from callcenter.kernel import events as e
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.center import Label
from callcenter.kernel.commands import ApplyCenter, StartCampaign, WorkCampaign
from callcenter.kernel.dialing import Mode
from callcenter.kernel.effects import AnyEffect, ClaimLeads
from callcenter.kernel.ids import AgentId, CampaignId, LeadId
from callcenter.kernel.law import PackId
from callcenter.kernel.signals import ClaimedLead, LeadsClaimed
from config.law_file import read_packs
from tests.simulation.demo_center import DemoDay, sample_center

SPRING = CampaignId("1")
ANA = AgentId("1001")


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> DemoDay:
    """A morning of the demo with a campaign that runs: its leads are numbers of the fictional range, one after the other."""
    day = DemoDay(4)
    leads, others = itertools.count(1), day.world.perform

    def perform(effect: AnyEffect, now: int) -> None:
        if not isinstance(effect, ClaimLeads):
            others(effect, now)
            return
        claims = tuple(
            ClaimedLead(attempt=one, lead=LeadId(lead), place=0, number=f"+1212555{100 + lead % 100:04}", rule="none 1 allowed")
            for one, lead in zip(effect.attempts, leads, strict=False)
        )
        claimed = LeadsClaimed(
            effect=effect.effect, campaign=effect.campaign, attempts=effect.attempts, claims=claims, held={}, again_at=None
        )
        day.world.agenda.arrange(now + 20, lambda at: day.world._out.append(claimed))

    monkeypatch.setattr(day.world, "perform", perform)
    values = CampaignValues(
        id=SPRING, name="spring", label=Label("Spring", "春季"), mode=Mode.PREVIEW, law=PackId("none"), preview_ms=120_000
    )
    center = msgspec.structs.replace(sample_center(), campaigns={SPRING: values}, laws=read_packs())
    day.ask(ApplyCenter(version=2, center=center))
    day.goes_on(30)
    return day


def test_some_of_the_played_agents_read_dial_and_talk(day: DemoDay):
    day.person_comes(ANA)
    day.ask(StartCampaign(campaign=SPRING))
    events = [one.event for one in day.goes_on(15 * 60)]
    workers = {event.agent for event in events if isinstance(event, e.AgentWorks)}
    played = [agent for agent, one in day.demo.played.items() if one.on_duty]
    assert workers
    assert len(workers) < len(played), "the queues keep somebody"
    assert ANA not in workers, "a person chooses for herself"
    kinds = Counter(type(event) for event in events)
    dialed = {event.call for event in events if isinstance(event, e.LeadDialed)}
    talked = {event.call for event in events if isinstance(event, e.CallConnected)} & dialed
    assert kinds[e.LeadPreviewed] > 10
    assert len(talked) > 5
    assert {event.call for event in events if isinstance(event, e.DispositionSet)} & talked
    assert kinds[e.CallQueued] > 20, "callers are served all the while"


def test_a_person_who_works_a_campaign_has_time_to_read(day: DemoDay):
    """Callers do not come for her sake any more, and her lead is left to her."""
    day.person_comes(ANA)
    day.ask(StartCampaign(campaign=SPRING))
    day.ask(WorkCampaign(agent=ANA, campaign=SPRING))
    for _ in range(100):
        if any(attempt.reader == ANA for attempt in day.hub.state.attempts.values()):
            break
        day.goes_on(1)
    else:
        pytest.fail("no lead came to her")
    before = len(day.diary.events)
    day.goes_on(10)
    mine = [one.event for one in day.diary.events[before:] if getattr(one.event, "agent", None) == ANA]
    assert not any(isinstance(event, e.CallPlaced) for event in mine), "nobody dials for her"
