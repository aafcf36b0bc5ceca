"""Abandoned calls: the edges of the definition, the counter's windows, and how many more there may be."""

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.kernel.law import AbandonCap, LawVersion
from callcenter.kernel.words import Fate
from dialer.abandon_cap import (
    LONGEST_WINDOW_DAYS,
    AbandonCounter,
    AnswerFacts,
    fate,
    message_missing,
    was_abandoned,
)
from tests.unit.dialer.law_people import DAY, at, packs

US: LawVersion = packs()["us-federal"].versions[-1]
CAP = AbandonCap(share=0.03, window_days=30)


@pytest.mark.parametrize(
    ("greeting", "agent", "abandoned"),
    [
        (1_500, 1_500 + 1_999, False),
        (1_500, 1_500 + 2_000, False),
        (1_500, 1_500 + 2_001, True),
        # The end of the greeting is not known: from the answer.
        (None, 1_999, False),
        (None, 2_000, False),
        (None, 2_001, True),
        # An agent who is there before the greeting is over.
        (1_500, 900, False),
        (1_500, None, True),
        (None, None, True),
    ],
)
def test_two_seconds_from_the_end_of_the_greeting(greeting, agent, abandoned):
    start = 1_000_000
    facts = AnswerFacts(
        answered_at=start,
        greeting_end_at=None if greeting is None else start + greeting,
        agent_at=None if agent is None else start + agent,
    )
    assert was_abandoned(facts, US) == abandoned


def test_a_person_taken_for_a_machine_counts_as_abandoned():
    machine = AnswerFacts(answered_at=0, taken_for_machine=True)
    assert fate(machine, US) is Fate.MACHINE
    assert fate(msgspec.structs.replace(machine, was_person=True), US) is Fate.ABANDONED
    # Unless somebody was there in time all the same.
    assert fate(msgspec.structs.replace(machine, was_person=True, agent_at=1_000), US) is Fate.CONNECTED
    # And a machine that the detector took for a person was never a person's call.
    assert fate(AnswerFacts(answered_at=0, was_person=False), US) is Fate.MACHINE


@pytest.mark.parametrize(("played", "missing"), [(None, True), (2_000, False), (2_001, True), (0, False)])
def test_the_message_makes_no_call_less_abandoned_and_must_be_there(played, missing):
    facts = AnswerFacts(answered_at=0, message_played_at=played)
    assert was_abandoned(facts, US)
    assert message_missing(facts, US) == missing
    assert not message_missing(AnswerFacts(answered_at=0, agent_at=100), US)
    assert not message_missing(facts, packs()["none"].versions[0])


def test_the_figure_holds_the_window_and_says_what_is_left():
    counter = AbandonCounter(zone="America/New_York")
    first = at("2026-10-01T12:00")
    counter.count(first, Fate.CONNECTED, 970)
    counter.count(first, Fate.ABANDONED, 29)
    now = first + 29 * DAY
    figure = counter.figure(CAP, now)
    assert (figure.answers, figure.abandons, figure.left) == (999, 29, 0)
    counter.count(now, Fate.CONNECTED)
    figure = counter.figure(CAP, now)
    assert (figure.answers, figure.left, round(figure.rate, 4)) == (1_000, 1, 0.029)
    counter.count(now, Fate.ABANDONED)
    assert counter.figure(CAP, now).left == 0
    # The thirtieth day is the last on which the first one counts.
    after = counter.figure(CAP, now + DAY)
    assert (after.answers, after.abandons, str(after.since)) == (2, 1, "2026-10-02")
    assert counter.figure(AbandonCap(share=0.03, window_days=None), now + DAY).answers == 1_001


def test_the_window_is_no_longer_than_the_campaign():
    counter = AbandonCounter(zone="UTC")
    counter.count(at("2026-11-01T12:00", "UTC"), Fate.CONNECTED)
    assert str(counter.figure(CAP, at("2026-11-20T12:00", "UTC")).since) == "2026-11-01"
    assert str(counter.figure(CAP, at("2026-12-20T12:00", "UTC")).since) == "2026-11-21"
    assert AbandonCounter(zone="UTC").figure(CAP, 0).rate == 0


def test_a_day_is_that_of_the_counters_zone():
    counter = AbandonCounter(zone="Asia/Shanghai")
    counter.count(at("2026-11-18T23:30", "Asia/Shanghai"), Fate.ABANDONED)
    counter.count(at("2026-11-19T00:30", "Asia/Shanghai"), Fate.CONNECTED)
    today = AbandonCap(share=0.03, window_days=1)
    assert counter.figure(today, at("2026-11-19T12:00", "Asia/Shanghai")).abandons == 0
    assert counter.figure(today, at("2026-11-18T23:59", "Asia/Shanghai")).abandons == 1


def test_three_percent_of_seven_hundred_is_twenty_one():
    """Where floats would say 20.999: no share of any count is a call short."""
    for share in (0.01, 0.03, 0.07, 0.29):
        for answers in range(100, 1_001, 100):
            counter = AbandonCounter(zone="UTC")
            counter.count(0, Fate.CONNECTED, answers)
            assert counter.figure(AbandonCap(share=share, window_days=30), 0).left == round(share * 100) * answers // 100


def test_machines_are_counted_by_the_estimate():
    counter = AbandonCounter(zone="UTC")
    counter.count(0, Fate.CONNECTED, 90)
    counter.count(0, Fate.MACHINE, 41)
    figure = counter.figure(AbandonCap(share=0.03, window_days=1, machine_error=0.05), 0)
    assert (figure.estimated, figure.abandons, figure.answers, figure.machines, figure.left) == (3, 3, 93, 41, 0)
    counter.correct(0, Fate.MACHINE, Fate.ABANDONED)
    figure = counter.figure(AbandonCap(share=0.03, window_days=1), 0)
    assert (figure.abandons, figure.answers, figure.machines) == (1, 91, 40)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_the_counter_equals_a_recount_and_stays_small(seed):
    """Answers of two years, late ones among them, against a count of the calls themselves."""
    dice = random.Random(seed)
    counter, calls = AbandonCounter(zone="UTC"), []
    day = 0
    for _ in range(dice.randint(1, 120)):
        day += dice.choice([0, 0, 1, 2, 9, 40])
        late = dice.choice([0, 0, 0, 1, 3])
        when, what = max(0, day - late) * DAY + dice.randrange(DAY), dice.choice(list(Fate))
        counter.count(when, what)
        calls.append((when, what))
        if dice.random() < 0.1:
            counter = msgspec.json.decode(msgspec.json.encode(counter), type=AbandonCounter)
    now = day * DAY + DAY - 1
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    for window in (1, 30, LONGEST_WINDOW_DAYS, None):
        cap = AbandonCap(share=0.03, window_days=window, machine_error=0.1)
        within = [
            what
            for when, what in calls
            if window is None or datetime.fromtimestamp(when / 1000, UTC).date() > today - timedelta(days=window)
        ]
        estimate = -(-within.count(Fate.MACHINE) // 10)
        abandons = within.count(Fate.ABANDONED) + estimate
        answers = abandons + within.count(Fate.CONNECTED)
        figure = counter.figure(cap, now)
        assert (figure.abandons, figure.answers, figure.machines) == (abandons, answers, within.count(Fate.MACHINE))
        assert figure.left == max(0, int(Fraction(3, 100) * answers) - abandons)
        # Whoever loses no more than that stays under the cap.
        assert not figure.left or Fraction(abandons + figure.left, answers + figure.left) <= Fraction(3, 100)
    assert len(counter.days) <= LONGEST_WINDOW_DAYS
