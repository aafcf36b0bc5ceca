"""The gate against a naive judge over random worlds: the same reasons, no later opening than need be, and no rule that frees."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.kernel.dialing import Outcome
from dialer.compliance import Hold, next_allowed_at, verdict
from dialer.facts import Listing, Past
from dialer.law import Law
from tests.unit.dialer.law_worlds import DAY, Dice, World, judge, world_of

ORDER = list(Hold)
SEEDS = st.integers(0, 2**32)


def ask(world: World, at: int | None = None):
    now = world.now if at is None else at
    return verdict(Law(world.pack), world.number, world.lead, world.history, world.campaign, now)


@settings(max_examples=250)
@given(SEEDS)
def test_the_gate_gives_the_reasons_that_a_naive_judge_finds(seed):
    world = world_of(seed)
    found = ask(world)
    assert {reason.code.value for reason in found.reasons} == judge(world, world.now)
    assert found.allowed == (not found.reasons)
    places = [ORDER.index(reason.code) for reason in found.reasons]
    assert places == sorted(places)
    if found.reasons:
        assert (found.rule, found.why) == (found.reasons[0].rule, found.reasons[0].why)
        assert "5550100" not in " ".join(reason.why for reason in found.reasons)
    assert found == ask(world)


@settings(max_examples=120)
@given(SEEDS)
def test_the_next_opening_is_the_first_one(seed):
    """What it names is allowed; every minute looked at before it is not, the last one included."""
    world = world_of(seed)
    law = Law(world.pack)
    found = next_allowed_at(law, world.number, world.lead, world.history, world.campaign, world.now, horizon_days=120)
    chance = random.Random(seed)
    if found is not None:
        assert judge(world, found) == set()
        assert world.now <= found < world.now + 120 * DAY
    end = world.now + 120 * DAY if found is None else found
    before = [chance.randrange(world.now, end) for _ in range(60)] if end > world.now else []
    before += [at for at in (end - 1, end - 60_000) if at >= world.now]
    for at in before:
        assert judge(world, at) != set(), f"open at {at}, {end - at} ms before {end}"


@settings(max_examples=120)
@given(SEEDS, st.integers(0, 5 * DAY))
def test_a_reason_forbids_until_its_end_under_its_version(seed, later):
    world = world_of(seed)
    found = ask(world)
    version = Law(world.pack).at(world.now)
    if version is None:
        return
    at = world.now + later
    if version.ends is not None and at >= version.ends:
        return
    codes = judge(world, at)
    for reason in found.reasons:
        if reason.until is None or at < reason.until:
            # Holidays that are not known close what the hours had closed.
            assert reason.code in codes or (reason.code is Hold.HOURS and Hold.HOLIDAYS_UNKNOWN in codes)


def restrictions(world: World, extra, chance: random.Random) -> list[World]:
    """The same world with one thing more that forbids."""
    lead, campaign, now = world.lead, world.campaign, world.now
    asked = world.number.zones or world.number.country_zones
    more = [
        replace(world, lead=replace(lead, listings=(*lead.listings, Listing(kind="own")))),
        replace(world, lead=replace(lead, listings=(*lead.listings, Listing(kind="registry", name="r1")))),
        replace(world, lead=replace(lead, consents=lead.consents[1:])),
        replace(world, campaign=replace(campaign, own=extra)) if campaign.own.hours is None and not campaign.own.attempts
        and not campaign.own.registries and not campaign.own.consent else world,
        replace(world, campaign=replace(campaign, caller_id="", registries={}, abandons_left=0)),
        replace(world, campaign=replace(campaign, agent_guaranteed=False)),
        replace(
            world,
            history=replace(
                world.history,
                past=(*world.history.past, Past(at=now - chance.randrange(DAY), outcome=chance.choice(list(Outcome)))),
            ),
        ),
    ]  # fmt: skip
    # Where nobody knows the time, an address is what frees.
    if lead.state is None and asked:
        more.append(replace(world, lead=replace(lead, state=chance.choice(["US-AA", "US-BB", "US-ZZ"]))))
    if lead.zone is None and asked:
        more.append(replace(world, lead=replace(lead, zone="Asia/Kolkata")))
    if len(world.number.zones) > 1:
        more.append(replace(world, number=replace(world.number, zones=(*world.number.zones, "Asia/Shanghai"))))
    some = [replace(one, regions={"US-AA": extra, **one.regions}) for one in world.pack.versions]
    more.append(replace(world, pack=replace(world.pack, versions=tuple(some))))
    return more


@settings(max_examples=80)
@given(SEEDS)
def test_one_restriction_more_never_allows_more(seed):
    world, dice = world_of(seed), Dice(seed + 1)
    extra = dice.rules()
    before = ask(world)
    law = Law(world.pack)
    opens = next_allowed_at(law, world.number, world.lead, world.history, world.campaign, world.now, horizon_days=20)
    for stricter in restrictions(world, extra, dice):
        after = ask(stricter)
        assert before.allowed or not after.allowed
        later = next_allowed_at(
            Law(stricter.pack), stricter.number, stricter.lead, stricter.history, stricter.campaign, world.now, horizon_days=20
        )
        assert later is None or (opens is not None and opens <= later)
