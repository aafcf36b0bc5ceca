"""The gate under the packs that are shipped: who is called when, by which rule not, and from when on."""

from datetime import date

import pytest
from msgspec.structs import replace

from callcenter.kernel.dialing import Mode, NumberKind, Outcome
from callcenter.kernel.law import AttemptCap, CallingHours, ConsentRule, PlaceId, Rules
from dialer.compliance import Hold, Verdict, next_allowed_at, verdict
from dialer.facts import Consent, History, LeadFacts, Listing, Message
from dialer.law import Law
from dialer.zones import number
from tests.unit.dialer.law_people import (
    AGREED,
    BEIJING,
    DAY,
    HOUR,
    IDAHO,
    LONDON,
    MIAMI,
    NEW_YORK,
    PARIS,
    PENSACOLA,
    TEXAS,
    ask,
    at,
    called,
    campaign,
    codes,
    opens,
    packs,
)

NOON = at("2026-11-18T12:00")  # a Wednesday


def test_an_allowed_call_names_the_version_that_allowed_it_and_where_it_looked():
    found = ask(NEW_YORK, NOON)
    assert (found.allowed, found.why, found.until, found.reasons) == (True, "", None, ())
    assert (found.rule.pack, found.rule.version, found.rule.key) == ("us-federal", "2024-10-15", "allowed")
    assert (found.regions, found.zones) == (("US", "US-NY"), ("America/New_York",))


@pytest.mark.parametrize(
    ("e164", "clock", "zone", "allowed"),
    [
        (NEW_YORK, "2026-11-18T07:59:59", "America/New_York", False),
        (NEW_YORK, "2026-11-18T08:00:00", "America/New_York", True),
        (NEW_YORK, "2026-11-18T20:59:59", "America/New_York", True),
        (NEW_YORK, "2026-11-18T21:00:00", "America/New_York", False),
        (MIAMI, "2026-11-18T20:00:00", "America/New_York", False),  # Florida's 20:00
        (PENSACOLA, "2026-11-18T08:30:00", "America/New_York", False),  # Florida, but Central time
        (TEXAS, "2026-11-22T11:59:00", "America/Chicago", False),  # a Sunday
        (TEXAS, "2026-11-22T12:00:00", "America/Chicago", True),
        (IDAHO, "2026-11-18T08:30:00", "America/Boise", False),  # Idaho has two zones: 07:30 in the other
        (IDAHO, "2026-11-18T09:00:00", "America/Boise", True),
        (IDAHO, "2026-11-18T20:30:00", "America/Los_Angeles", False),
        ("+12055550100", "2026-11-22T12:00:00", "America/Chicago", False),  # Alabama: no Sundays
        ("+12055550100", "2026-11-26T12:00:00", "America/Chicago", False),  # nor Thanksgiving
        (TEXAS, "2026-11-26T12:00:00", "America/Chicago", True),
        ("+14015550100", "2026-11-21T16:59:00", "America/New_York", True),  # Rhode Island, a Saturday
        ("+14015550100", "2026-11-21T17:00:00", "America/New_York", False),
    ],
)
def test_calling_hours_are_those_of_the_place_and_of_every_zone_it_may_be_in(e164, clock, zone, allowed):
    found = ask(e164, at(clock, zone))
    assert (found.allowed, codes(found)) == (allowed, [] if allowed else codes(found))
    if not allowed:
        assert set(codes(found)) == {"hours"}


def test_a_state_is_told_by_its_rule_and_everywhere_by_its_own():
    night = ask(MIAMI, at("2026-11-18T20:30"))
    assert [str(reason.rule) for reason in night.reasons] == ["us-federal 2024-10-15 regions.US-FL.hours"]
    assert night.why == "US-FL: not at Wed 20:30 in America/New_York"
    deep = ask(MIAMI, at("2026-11-18T23:00"))
    assert [reason.rule.key for reason in deep.reasons] == ["everywhere.hours", "regions.US-FL.hours"]


def test_a_leads_own_state_adds_and_takes_nothing_away():
    # A number of New York, taken along to Florida (two zones): Florida's hours, in the zones of both.
    moved = replace(AGREED, state=PlaceId("US-FL"))
    assert codes(ask(NEW_YORK, at("2026-11-18T20:30"), lead=moved)) == ["hours"]
    assert codes(ask(NEW_YORK, at("2026-11-18T08:30"), lead=moved)) == ["hours", "hours"]
    assert ask(NEW_YORK, at("2026-11-18T09:00"), lead=moved).allowed
    # And the other way about: somebody of Florida does not escape her number's Sunday in Alabama.
    assert not ask("+12055550100", at("2026-11-22T12:00"), lead=moved).allowed


def test_a_leads_own_zone_adds_and_takes_nothing_away():
    far = replace(AGREED, zone="America/Los_Angeles")
    assert codes(ask(NEW_YORK, at("2026-11-18T10:59"), lead=far)) == ["hours"]
    assert ask(NEW_YORK, at("2026-11-18T11:00"), lead=far).allowed
    assert codes(ask(NEW_YORK, at("2026-11-18T21:00"), lead=far)) == ["hours"]
    assert codes(ask(NEW_YORK, NOON, lead=replace(AGREED, zone="America/Gotham"))) == ["zone_unknown"]


def test_an_unknown_state_is_every_state():
    found = ask(NEW_YORK, NOON, lead=replace(AGREED, state=PlaceId("US-ZZ")))
    assert found.allowed
    assert len(found.regions) == 52
    sunday = ask(NEW_YORK, at("2026-11-22T12:00"), lead=replace(AGREED, state=PlaceId("US-ZZ")))
    assert codes(sunday).count("hours") > 5


def test_a_number_without_a_place_is_in_every_zone_of_its_country():
    toll_free = ask("+18005550100", NOON)
    assert len(toll_free.zones) > 30
    assert codes(toll_free).count("hours") >= 1
    found = opens("+18005550100", NOON)
    assert found is None or ask("+18005550100", found).allowed


@pytest.mark.parametrize(
    ("e164", "code"),
    [
        ("+1999", "number_invalid"),
        ("nonsense", "number_invalid"),
        ("+19005550100", "number_costly"),
        (LONDON, "country_not_covered"),
        ("+16045550100", "country_not_covered"),  # Canada shares the country code
        ("+870773111632", "country_not_covered"),  # a satellite
    ],
)
def test_numbers_that_no_rule_is_for_are_not_called(e164, code):
    found = ask(e164, NOON)
    assert not found.allowed
    assert code in codes(found)
    assert opens(e164, NOON) is None


def test_three_calls_in_24_hours_to_a_number_in_florida():
    first, second, third = NOON - 24 * HOUR + 1, NOON - 3 * HOUR, NOON - HOUR
    past = [called(first), called(second), called(third)]
    found = ask(MIAMI, NOON, *past)
    assert codes(found) == ["cap_window"]
    assert found.why == "US-FL: at most 3 calls to one number in 24 hours; 3 were made"
    assert found.until == first + 24 * HOUR == opens(MIAMI, NOON, *past)
    assert ask(MIAMI, first + 24 * HOUR, *past).allowed
    assert ask(NEW_YORK, NOON, *past).allowed
    # Of four, the second oldest must leave.
    four = [*past, called(NOON - 2 * HOUR)]
    assert ask(MIAMI, NOON, *four).until == second + 24 * HOUR
    # Calls to her other number do not count; those of another campaign to this one do, and one under way does.
    assert ask(MIAMI, NOON, *past[:2], called(third, same_number=False)).allowed
    assert codes(ask(MIAMI, NOON, *past[:2], called(third, None, same_lead=False))) == ["cap_window"]
    # And she lives there, whatever her number.
    assert codes(ask(NEW_YORK, NOON, *past, lead=replace(AGREED, state=PlaceId("US-FL")))) == ["cap_window"]


def test_a_cap_for_a_day_is_of_the_callees_day_and_for_life_ends_never():
    own = Rules(attempts=(AttemptCap(limit=2, per="day"),))
    now = at("2026-11-18T09:00", "America/Los_Angeles")
    # The evening before in Los Angeles, past midnight in New York.
    late = at("2026-11-17T20:59", "America/Los_Angeles")
    past = (called(late), called(now - HOUR))
    assert ask("+13105550100", now, *past, own=own).allowed
    found = ask("+13105550100", now, *past, called(now - HOUR // 2), own=own)
    assert (codes(found), found.until) == (["cap_day"], at("2026-11-19T00:00", "America/Los_Angeles"))
    assert found.rule.key == "campaign.attempts.0"
    assert opens("+13105550100", now, *past, called(now - HOUR // 2), own=own) == at("2026-11-19T08:00", "America/Los_Angeles")
    # In two zones, the day of either counts.
    both = replace(AGREED, zone="America/New_York")
    held = ask("+13105550100", now, called(late + HOUR, same_lead=True), called(now - HOUR), lead=both, own=own)
    assert (codes(held), held.until) == (["cap_day"], at("2026-11-19T00:00"))
    # Full in both, it lasts until the later midnight.
    full = ask("+13105550100", now, called(now - HOUR), called(now - 2 * HOUR), lead=both, own=own)
    assert full.until == at("2026-11-19T00:00", "America/Los_Angeles")
    life = Rules(attempts=(AttemptCap(limit=3, per="life", of="lead"),))
    assert codes(ask(NEW_YORK, NOON, called(NOON - 90 * DAY), own=life, earlier=2)) == ["cap_life"]
    assert ask(NEW_YORK, NOON, called(NOON - 90 * DAY), own=life, earlier=1).allowed
    assert opens(NEW_YORK, NOON, *[called(NOON - 90 * DAY)] * 3, own=life) is None


def test_after_an_abandoned_call_a_british_number_is_left_alone_for_72_hours_unless_an_agent_is_there():
    now = at("2026-11-18T12:00", "Europe/London")
    dropped = called(now - 71 * HOUR, Outcome.ABANDONED)
    found = ask(LONDON, now, dropped, pack="uk")
    assert (codes(found), found.until) == (["lock_abandoned"], now + HOUR + 20_000)
    assert ask(LONDON, now, dropped, pack="uk", agent_guaranteed=True).allowed
    assert ask(LONDON, now + HOUR + 20_000, dropped, pack="uk").allowed
    machine = called(now - 23 * HOUR, Outcome.MACHINE)
    assert codes(ask(LONDON, now, machine, pack="uk")) == ["lock_machine"]
    assert ask(LONDON, now, machine, pack="uk", agent_guaranteed=True).allowed
    assert ask(LONDON, now, called(now - 23 * HOUR, Outcome.MACHINE, same_number=False), pack="uk").allowed
    assert ask(NEW_YORK, NOON, called(NOON - HOUR, Outcome.ABANDONED)).allowed


def test_consent_is_by_mode_and_kind_of_number():
    nobody = LeadFacts()
    # Nobody can tell a mobile from a fixed line in the United States, so it counts as one.
    assert codes(ask(NEW_YORK, NOON, lead=nobody)) == ["consent_missing"]
    assert ask(NEW_YORK, NOON, lead=nobody, mode=Mode.PREVIEW).allowed
    assert ask(NEW_YORK, NOON, lead=LeadFacts(kind=NumberKind.FIXED)).allowed
    assert codes(ask(NEW_YORK, NOON, lead=LeadFacts(kind=NumberKind.MOBILE, business=True))) == ["consent_missing"]
    express = LeadFacts(consents=(Consent(kind="express", given_at=NOON - DAY),))
    assert ask(NEW_YORK, NOON, lead=express).allowed
    assert codes(ask(NEW_YORK, NOON, lead=express, mode=Mode.AGENTLESS)) == ["consent_missing"]
    revoked = LeadFacts(consents=(Consent(kind="written", given_at=NOON - DAY, ends_at=NOON),))
    assert ask(NEW_YORK, NOON - 1, lead=revoked).allowed
    assert codes(ask(NEW_YORK, NOON, lead=revoked)) == ["consent_missing"]


def test_do_not_call_lists_and_their_age():
    own = replace(AGREED, listings=(Listing(kind="own"),))
    for pack, e164 in (
        ("us-federal", NEW_YORK),
        ("uk", LONDON),
        ("eu-example", PARIS),
        ("china-example", BEIJING),
        ("none", LONDON),
    ):
        assert codes(ask(e164, NOON, lead=own, pack=pack))[0] == "do_not_call_own"
    assert codes(ask(NEW_YORK, NOON, lead=replace(AGREED, listings=(Listing(kind="campaign"),)))) == ["do_not_call_campaign"]
    listed = LeadFacts(kind=NumberKind.FIXED, listings=(Listing(kind="registry", name="us-national"),))
    found = ask(NEW_YORK, NOON, lead=listed)
    assert (codes(found), found.rule.key) == (["do_not_call_registry"], "everywhere.registries.us-national")
    # She agreed in writing, or it is a business: the registry is not for these.
    assert ask(NEW_YORK, NOON, lead=replace(listed, consents=AGREED.consents)).allowed
    assert ask(NEW_YORK, NOON, lead=replace(listed, business=True)).allowed
    fixed = LeadFacts(kind=NumberKind.FIXED)
    assert codes(ask(NEW_YORK, NOON, lead=fixed, registries={})) == ["registry_missing"]
    assert ask(NEW_YORK, NOON, lead=fixed, registries={"us-national": NOON - 31 * DAY}).allowed
    assert codes(ask(NEW_YORK, NOON, lead=fixed, registries={"us-national": NOON - 31 * DAY - 1})) == ["registry_stale"]


def test_what_a_campaign_must_have():
    assert codes(ask(NEW_YORK, NOON, caller_id="")) == ["caller_id_missing"]
    assert codes(ask(NEW_YORK, NOON, ring_ms=14_999)) == ["rings_too_short"]
    assert ask(NEW_YORK, NOON, ring_ms=15_000).allowed
    assert codes(ask(NEW_YORK, NOON, message=None)) == ["message_missing"]
    assert ask(NEW_YORK, NOON, message=None, mode=Mode.PREVIEW).allowed
    part = ask(NEW_YORK, NOON, message=Message(contains=("seller", "number")))
    assert part.why == "the message for abandoned calls lacks: purpose, opt_out, a key for opting out"
    assert codes(ask(NEW_YORK, NOON, abandons_left=0)) == ["abandon_cap"]
    assert ask(NEW_YORK, NOON, abandons_left=0, agent_guaranteed=True).allowed
    assert ask(NEW_YORK, NOON, abandons_left=0, mode=Mode.AGENTLESS).allowed


def test_all_reasons_are_told_in_one_order():
    lead = LeadFacts(listings=(Listing(kind="campaign"), Listing(kind="own")))
    found = ask(MIAMI, at("2026-11-18T23:00"), *[called(at("2026-11-18T19:00"))] * 3, lead=lead, caller_id="", registries={})
    assert codes(found) == [
        "do_not_call_own", "do_not_call_campaign", "consent_missing", "registry_missing", "caller_id_missing",
        "cap_window", "hours", "hours",
    ]  # fmt: skip
    assert (found.code, found.why, found.until) == (Hold.DO_NOT_CALL_OWN, found.reasons[0].why, None)


def test_versions_hold_in_their_time():
    oklahoma = "+14055550100"
    for clock, held in (("2022-10-31T12:00", False), ("2022-11-02T12:00", True)):
        now = at(clock, "America/Chicago")
        found = ask(oklahoma, now, *[called(now - HOUR)] * 3)
        assert (found.allowed, found.rule.version) == (not held, "2021-07-01" if not held else "2022-11-01")
    before = ask(NEW_YORK, at("2019-06-03T12:00"))
    assert (codes(before), before.rule.key) == (["no_version"], "versions")
    assert before.until == at("2021-07-01T00:00")
    assert opens(NEW_YORK, at("2021-05-03T12:00")) == at("2021-07-01T08:00")
    last, border = at("2024-10-14T23:59:59"), at("2024-10-15T00:00")
    assert (ask(NEW_YORK, last).rule.version, ask(NEW_YORK, border).rule.version) == ("2024-01-01", "2024-10-15")


def test_in_a_gap_between_versions_nobody_is_called():
    one = packs()["none"].versions[0]
    gap = replace(packs()["none"], versions=(
        replace(one, valid_until=date(2026, 1, 1)), replace(one, version="2", valid_from=date(2026, 3, 1)),
    ))  # fmt: skip
    border, again = at("2026-01-01T00:00", "UTC"), at("2026-03-01T00:00", "UTC")

    def found(now: int) -> Verdict:
        return verdict(Law(gap), number(NEW_YORK), AGREED, History(), campaign(now), now)

    assert [found(now).allowed for now in (border - 1, border, again - 1, again)] == [True, False, False, True]
    assert found(border).until == again
    assert next_allowed_at(Law(gap), number(NEW_YORK), AGREED, History(), campaign(border), border) == again


def test_france_has_a_pause_at_noon_and_four_calls_in_thirty_days():
    lead = AGREED
    for clock, allowed in (("13:00", False), ("13:59", False), ("14:00", True), ("19:59", True), ("20:00", False)):
        now = at(f"2026-11-18T{clock}", "Europe/Paris")
        assert ask(PARIS, now, pack="eu-example", lead=lead).allowed == allowed, clock
    now = at("2026-11-18T15:00", "Europe/Paris")
    past = [called(now - days * DAY) for days in (29, 20, 10, 2)]
    assert codes(ask(PARIS, now, *past, pack="eu-example", lead=lead)) == ["cap_window"]
    # Armistice Day: Wednesday the 11th.
    holiday = ask(PARIS, at("2026-11-11T15:00", "Europe/Paris"), pack="eu-example", lead=lead)
    assert codes(holiday) == ["hours"]
    assert holiday.until == at("2026-11-12T10:00", "Europe/Paris")


def test_rules_whose_holidays_have_run_out_forbid():
    found = ask(PARIS, at("2036-01-02T15:00", "Europe/Paris"), pack="eu-example")
    assert codes(found) == ["holidays_unknown"]
    assert "2035-12-31" in found.why
    assert opens(PARIS, at("2036-01-02T15:00", "Europe/Paris"), pack="eu-example") is None


def test_the_next_opening_over_clock_changes_and_a_leap_day():
    assert opens(NEW_YORK, at("2026-03-07T22:00")) == at("2026-03-08T08:00") == at("2026-03-07T22:00") + 9 * HOUR
    assert opens(NEW_YORK, at("2026-10-31T22:00")) == at("2026-11-01T08:00") == at("2026-10-31T22:00") + 11 * HOUR
    assert opens(NEW_YORK, at("2028-02-28T22:00")) == at("2028-02-29T08:00")
    assert opens(NEW_YORK, NOON) == NOON


def test_a_campaigns_own_rules_come_on_top():
    evening = Rules(
        hours=CallingHours(weekdays=((),) * 7),
        consent=(ConsentRule(kind="express"),),
    )
    found = ask(NEW_YORK, NOON, lead=LeadFacts(kind=NumberKind.FIXED), own=evening)
    assert [(reason.code.value, reason.rule.key) for reason in found.reasons] == [
        ("consent_missing", "campaign.consent.0"),
        ("hours", "campaign.hours"),
    ]


def test_a_verdict_holds_no_number():
    for found in (ask(LONDON, NOON), ask(MIAMI, at("2026-11-18T23:00"), *[called(NOON)] * 4), ask("nonsense", NOON)):
        assert not any(char in repr(found) for char in ("946000", "5550100", "nonsense"))
