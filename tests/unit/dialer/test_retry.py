"""When a lead is tried again: the shipped plan by example, callbacks, and what holds for every plan."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.kernel.clock import DAY, HOUR, MINUTE
from callcenter.kernel.dialing import (
    DAY_PARTS,
    CallbackPlan,
    Outcome,
    Recycling,
    RetryPlan,
    RetryRule,
)
from callcenter.kernel.ids import AgentId
from dialer.retry import Callback, LeadWork, Next, Tried, next_attempt, part_of
from tests.unit.dialer.law_people import at

ZONE = "America/New_York"
PLAN, CALLBACKS = RetryPlan(), CallbackPlan()
NINE = at("2026-11-18T09:30")  # a Wednesday morning


def tried(when: int, outcome: Outcome, number: int = 0, lasted: int = 25_000) -> Tried:
    return Tried(number=number, at=when, ended_at=when + lasted, outcome=outcome)


def work(*done: Tried, numbers: int = 1, **changes: object) -> LeadWork:
    return replace(LeadWork(zones=((ZONE,),) * numbers, tried=done), **changes)


def ask(lead: LeadWork, now: int = NINE, plan: RetryPlan = PLAN) -> Next:
    return next_attempt(plan, CALLBACKS, lead, now)


def clock(at: int | None) -> str:
    assert at is not None
    return datetime.fromtimestamp(at / 1000, ZoneInfo(ZONE)).strftime("%a %H:%M")


def test_a_fresh_lead_is_due_at_once_on_its_first_number():
    found = ask(work(numbers=2))
    assert (found.kind, found.number, found.not_before, found.reasons) == ("dial", 0, NINE, ("first attempt",))


def test_busy_is_tried_soon_and_then_less_and_less():
    done: list[Tried] = []
    waits = []
    when = NINE
    for _ in range(4):
        done.append(tried(when, Outcome.BUSY))
        found = ask(work(*done))
        assert found.not_before is not None
        waits.append((found.not_before - done[-1].ended_at) // MINUTE)
        when = found.not_before
    assert waits == [5, 15, 60, 60]
    assert found.reasons == ("busy 4 of 5", "wait 1 hour")
    assert ask(work(*done, tried(when, Outcome.BUSY))).reasons == ("every number used up",)


def test_no_answer_waits_for_another_part_of_the_day():
    found = ask(work(tried(NINE, Outcome.NO_ANSWER)))
    # Two hours later is the morning still.
    assert (clock(found.not_before), found.reasons[-1]) == ("Wed 12:00", "other part afternoon")
    noon = at("2026-11-18T12:00")
    found = ask(work(tried(NINE, Outcome.NO_ANSWER), tried(noon, Outcome.NO_ANSWER)))
    assert (clock(found.not_before), found.reasons[-1]) == ("Wed 17:00", "other part evening")
    evening = at("2026-11-18T17:00")
    third = (tried(NINE, Outcome.NO_ANSWER), tried(noon, Outcome.NO_ANSWER), tried(evening, Outcome.NO_ANSWER))
    found = ask(work(*third))
    assert (clock(found.not_before), found.reasons[-1]) == ("Sat 09:00", "other part weekend")


def test_a_part_of_the_day_is_that_of_every_zone_of_the_number():
    lead = LeadWork(zones=((ZONE, "America/Los_Angeles"),), tried=(tried(NINE, Outcome.NO_ANSWER),))
    # The afternoon begins at 12 in Los Angeles, 15 in New York.
    assert clock(ask(lead).not_before) == "Wed 15:00"
    nowhere = LeadWork(zones=((),), tried=(tried(NINE, Outcome.NO_ANSWER),))
    assert ask(nowhere).reasons[-1] == "part of the day unknown"
    assert ask(nowhere).not_before == NINE + 25_000 + 2 * HOUR


def test_an_invalid_number_is_dead_and_the_next_one_is_tried_at_once():
    done = tried(NINE, Outcome.INVALID)
    found = ask(work(done, numbers=3))
    assert (found.number, found.not_before) == (1, done.ended_at)
    assert found.reasons == ("invalid 1 of 1", "next number 2 of 3")
    assert ask(work(done)).reasons == ("no number left",)
    # For good, also in a later round.
    assert ask(work(done, numbers=2, rounds=1, round_from=1)).number == 1


def test_alternate_numbers_take_turns():
    first, second = tried(NINE, Outcome.NO_ANSWER, 0), tried(NINE + MINUTE, Outcome.NO_ANSWER, 1)
    assert ask(work(first, numbers=2)).number == 1
    found = ask(work(first, second, numbers=2))
    assert (found.number, clock(found.not_before)) == (0, "Wed 12:00")


def test_a_fault_of_ours_costs_the_lead_nothing():
    lead = work(*(tried(NINE + index * HOUR, Outcome.FAILED) for index in range(9)))
    assert ask(lead).reasons[0] == "failed 9 of 10"
    counted = work(*(tried(NINE + index * HOUR, Outcome.BUSY, index % 2) for index in range(8)), numbers=2)
    assert ask(counted).reasons == ("attempts 8 of 8",)


def test_an_answer_is_the_end():
    for again in (work(tried(NINE, Outcome.ANSWERED)), work(tried(NINE, Outcome.BUSY), tried(NINE + HOUR, Outcome.ANSWERED))):
        assert (ask(again).kind, ask(again).reasons) == ("done", ("outcome answered",))


def test_a_plan_that_forgets_an_outcome_dials_nobody_for_it():
    assert ask(work(tried(NINE, Outcome.BUSY)), plan=RetryPlan(rules={})).kind == "done"


def test_used_up_leads_are_recycled_so_often():
    plan = RetryPlan(most_attempts=1, recycling=Recycling(after_ms=30 * DAY, rounds=1))
    done = tried(NINE, Outcome.NO_ANSWER)
    found = ask(work(done), plan=plan)
    assert (found.kind, found.new_round, found.not_before) == ("dial", True, done.ended_at + 30 * DAY)
    assert found.reasons == ("attempts 1 of 1", "recycled 1 of 1", "wait 30 days")
    again = tried(NINE + 31 * DAY, Outcome.NO_ANSWER)
    assert ask(work(done, again, rounds=1, round_from=1), plan=plan).kind == "done"
    # Nobody is worked again after a refusal or an abandoned call.
    assert ask(work(tried(NINE, Outcome.BLOCKED)), plan=plan).kind == "done"
    assert ask(work(tried(NINE, Outcome.ABANDONED)), plan=plan).kind == "done"


def test_a_callback_goes_before_every_rule_and_is_its_agents():
    promised = Callback(at=NINE + DAY, agent=AgentId("1001"), number=1)
    lead = work(tried(NINE, Outcome.ANSWERED), numbers=2, callback=promised)
    found = ask(lead)
    assert (found.kind, found.number, found.not_before, found.agent) == ("callback", 1, NINE + DAY, "1001")
    assert found.remind_at == NINE + DAY - 5 * MINUTE
    assert found.anyone_from == NINE + DAY + 30 * MINUTE
    assert ask(lead, NINE + DAY + 30 * MINUTE - 1).agent == "1001"
    late = ask(lead, NINE + DAY + 30 * MINUTE)
    assert (late.agent, late.remind_at, late.reasons) == (None, None, ("callback", "its agent did not come", "anyone"))
    expired = ask(lead, NINE + DAY + 96 * HOUR)
    assert (expired.kind, expired.reasons) == ("done", ("callback expired", "outcome answered"))


def test_a_callback_of_anyones_and_one_to_a_dead_number():
    lead = work(tried(NINE, Outcome.INVALID, 1), numbers=2, callback=Callback(at=NINE + DAY, number=1))
    found = ask(lead)
    assert (found.number, found.agent, found.remind_at) == (0, None, None)
    assert found.reasons == ("callback", "its number is dead", "anyone")


def test_a_callback_that_expired_leaves_an_ordinary_lead():
    lead = work(tried(NINE, Outcome.BUSY), callback=Callback(at=NINE))
    assert ask(lead, NINE + 96 * HOUR).reasons == ("callback expired", "busy 1 of 5", "wait 5 minutes")


# -- every plan ---------------------------------------------------------------------------------------------------------------


def a_plan(dice: random.Random) -> RetryPlan:
    rules = {
        outcome: RetryRule(
            again=dice.random() < 0.8,
            attempts=dice.randint(1, 4),
            backoff_ms=tuple(dice.choice([0, MINUTE, HOUR, DAY]) for _ in range(dice.randint(0, 3))),
            other_part=dice.random() < 0.5,
            next_number=dice.random() < 0.5,
            number_dead=dice.random() < 0.15,
            counts=dice.random() < 0.8,
        )
        for outcome in Outcome
        if dice.random() < 0.95
    }
    recycling = Recycling(after_ms=5 * DAY, rounds=dice.randint(1, 2), outcomes=tuple(Outcome)) if dice.random() < 0.5 else None
    return RetryPlan(
        rules=rules,
        most_attempts=dice.randint(1, 6),
        day_parts=dice.choice([(), DAY_PARTS, DAY_PARTS[:2]]),
        recycling=recycling,
    )


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_a_lead_is_worked_to_its_end_within_its_plan(seed):
    """Every lead comes to an end; until then each dial keeps the waits, the counts and the dead numbers of its plan."""
    dice = random.Random(seed)
    plan = a_plan(dice)
    zones = tuple(
        tuple(dice.sample([ZONE, "America/Los_Angeles", "Europe/London"], dice.choice([0, 1, 1, 2])))
        for _ in range(dice.randint(1, 3))
    )
    lead, now = LeadWork(zones=zones), NINE + dice.randrange(7 * DAY)
    rule_of = {outcome: plan.rules.get(outcome, RetryRule(again=False, attempts=1)) for outcome in Outcome}
    rounds = 1 + (plan.recycling.rounds if plan.recycling else 0)
    # At most so many dials end one way on one number, and a round has so many numbers.
    longest = rounds * len(zones) * sum(rule.attempts for rule in rule_of.values()) + 1
    for _ in range(longest):
        found = next_attempt(plan, CALLBACKS, lead, now)
        assert found == next_attempt(plan, CALLBACKS, lead, now + dice.randrange(DAY)) or not lead.tried
        assert found.reasons
        if found.kind == "done":
            break
        assert found.number is not None
        assert found.not_before is not None
        mine = [one for one in lead.tried if one.number == found.number]
        assert not any(rule_of[one.outcome].number_dead for one in mine)
        if found.new_round:
            assert plan.recycling is not None
            assert found.not_before == lead.tried[-1].ended_at + plan.recycling.after_ms
            lead = replace(lead, rounds=lead.rounds + 1, round_from=len(lead.tried))
            assert lead.rounds <= plan.recycling.rounds
        this_round = lead.tried[lead.round_from :]
        mine = [one for one in this_round if one.number == found.number]
        if this_round:
            assert rule_of[this_round[-1].outcome].again
            assert sum(rule_of[one.outcome].counts for one in this_round) < plan.most_attempts
            assert found.not_before >= (mine[-1] if mine else this_round[-1]).ended_at
        for outcome in Outcome:
            assert sum(one.outcome is outcome for one in mine) < rule_of[outcome].attempts
        if mine and not found.new_round:
            last = mine[-1]
            waits = rule_of[last.outcome].backoff_ms or (0,)
            assert found.not_before >= last.ended_at + min(waits)
            code = next((reason for reason in found.reasons if reason.startswith("other part ")), None)
            if code is not None:
                before = part_of(plan.day_parts, zones[found.number], last.at)
                then = part_of(plan.day_parts, zones[found.number], found.not_before)
                assert then is not None
                assert then is not before
                assert code == f"other part {then.name}"
        now = max(now, found.not_before) + dice.randrange(2 * HOUR)
        done = Tried(number=found.number, at=now, ended_at=now + dice.randrange(60_000), outcome=dice.choice(list(Outcome)))
        lead = replace(lead, tried=(*lead.tried, done))
        now = done.ended_at
    else:
        raise AssertionError(f"still dialed after {longest} attempts")
