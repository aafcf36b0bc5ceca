"""Pre-flight: counts by first reason that add up, in memory that does not grow."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from dialer.compliance import Hold, verdict
from dialer.facts import History, LeadFacts, Listing
from dialer.preflight import WORDS, Candidate, preflight
from dialer.zones import number
from tests.unit.dialer.law_people import AGREED, DAY, LONDON, MIAMI, NEW_YORK, at, called, campaign, law

EVENING = at("2026-11-18T20:30")
OPTED_OUT = replace(AGREED, listings=(Listing(kind="own"),))


def people(count: int) -> Iterator[Candidate]:
    """Of ten: five may be called, two live in Florida, and one each opted out, is abroad, or never agreed."""
    new_york, miami, london = number(NEW_YORK), number(MIAMI), number(LONDON)
    for index in range(count):
        match index % 10:
            case 0:
                yield Candidate(number=new_york, lead=OPTED_OUT)
            case 1:
                yield Candidate(number=london, lead=AGREED)
            case 2:
                yield Candidate(number=new_york, lead=LeadFacts())
            case 3 | 4:
                yield Candidate(number=miami, lead=AGREED)
            case _:
                yield Candidate(number=new_york, lead=AGREED, history=History(past=(called(EVENING - DAY),)))


def test_the_totals_add_up_and_name_the_rules():
    found = preflight(law(), campaign(EVENING), people(500), EVENING)
    assert (found.leads, found.callable_now) == (500, 250)
    assert [(group.code, group.leads) for group in found.held] == [
        (Hold.COUNTRY_NOT_COVERED, 50),
        (Hold.DO_NOT_CALL_OWN, 50),
        (Hold.CONSENT_MISSING, 50),
        (Hold.HOURS, 100),
    ]
    assert found.callable_now + sum(group.leads for group in found.held) == found.leads
    hours = found.held[-1]
    assert [(rule.key, leads) for rule, leads in hours.rules] == [("regions.US-FL.hours", 100)]
    assert hours.until == at("2026-11-19T08:00")
    assert found.held[0].until is None


def test_the_sentences_say_what_a_manager_asks():
    head, *lines = preflight(law(), campaign(EVENING), people(5_000), EVENING).sentences()
    assert head == "2,500 of 5,000 cannot be called now, because"
    assert lines[-1] == "1,000: it is not the time of day there (for example: US-FL: not at Wed 20:30 in America/New_York)"
    assert not any(digits in " ".join(lines) for digits in ("5550100", "946000"))
    assert preflight(law(), campaign(EVENING), [], EVENING).sentences() == ("There are no leads.",)
    one = [Candidate(number=number(NEW_YORK), lead=AGREED)]
    assert preflight(law(), campaign(EVENING), one, EVENING).sentences() == ("All 1 can be called now.",)


def test_each_reason_is_the_first_of_its_verdict_and_has_words():
    expected: Counter[Hold | None] = Counter()
    for one in people(100):
        found = verdict(law(), one.number, one.lead, one.history, campaign(EVENING), EVENING)
        expected[found.code] += 1
    counted = {group.code: group.leads for group in preflight(law(), campaign(EVENING), people(100), EVENING).held}
    assert counted == {code: leads for code, leads in expected.items() if code is not None}
    assert set(WORDS) == set(Hold)


def test_memory_does_not_grow_with_the_list():
    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            preflight(law(), campaign(EVENING), people(count), EVENING)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(1_000) < peak(100) + 50_000
