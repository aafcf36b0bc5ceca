"""Random packs, numbers, leads, histories and campaigns, and a naive judge of them, written without the gate's own code.

The judge walks through every rule with `zoneinfo` and comparisons of clock readings: slow, plain, and independent. It answers
with the set of codes that forbid a call.
"""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from callcenter.kernel.center import Label, Opening
from callcenter.kernel.dialing import Mode, NumberKind, Outcome
from callcenter.kernel.law import (
    AbandonCap,
    AttemptCap,
    CallingHours,
    ConsentRule,
    LawVersion,
    LockOut,
    MessageRule,
    Pack,
    PackId,
    Place,
    PlaceId,
    RegistryRule,
    Rules,
)
from dialer.facts import CampaignFacts, Consent, History, LeadFacts, Listing, Message, Past
from dialer.zones import Number

HOUR = 3_600_000
DAY = 24 * HOUR
# Around clock changes of both hemispheres, a leap day, a year's end, and the border of the two versions.
ZONES = (
    "America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Europe/London", "Asia/Kolkata", "Asia/Shanghai",
    "Australia/Lord_Howe", "America/Havana", "America/St_Johns", "Africa/Casablanca", "Pacific/Apia",
)  # fmt: skip
MOMENTS = [
    datetime(2024, 2, 28, 20, tzinfo=UTC), datetime(2024, 3, 9, 22, tzinfo=UTC), datetime(2024, 3, 30, 22, tzinfo=UTC),
    datetime(2024, 10, 5, 12, tzinfo=UTC), datetime(2024, 11, 2, 20, tzinfo=UTC), datetime(2024, 12, 31, 6, tzinfo=UTC),
    datetime(2024, 7, 1, 0, tzinfo=UTC),
]  # fmt: skip
BORDER = date(2024, 7, 2)
STATES = (PlaceId("US-AA"), PlaceId("US-BB"))


class World(Struct, frozen=True, kw_only=True):
    pack: Pack
    number: Number
    lead: LeadFacts
    history: History
    campaign: CampaignFacts
    now: int


class Dice(random.Random):
    """Chance with the words that worlds need."""

    def maybe(self, share: float, value: Any) -> Any:
        return value if self.random() < share else None

    def some(self, most: int, make: Callable[[], Any], least: int = 0) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.randint(least, most)))

    def toss(self) -> bool:
        return self.random() < 0.5

    def row(self) -> tuple[Opening, ...]:
        one, two = sorted(self.sample(range(1441), 2))
        return self.choice([
            (Opening(480, 1260),), (Opening(480, 1260),), (Opening(0, 1440),), (), (Opening(one, two),),
            (Opening(60, 180), Opening(600, 1080)),
        ])  # fmt: skip

    def hours(self) -> CallingHours:
        first = date(2024, 2, 27)
        return CallingHours(
            weekdays=tuple(self.row() for _ in range(7)),
            holidays=tuple(sorted({first + timedelta(days=self.randrange(310)) for _ in range(self.randrange(6))})),
            on_holidays=self.row(),
            known_until=self.choice([None, None, None, date(2024, 12, 31), date(2024, 3, 31)]),
        )

    def cap(self) -> AttemptCap:
        per: Literal["day", "window", "life"] = self.choice(["day", "window", "life"])
        window = self.choice([HOUR, DAY, 7 * DAY]) if per == "window" else 0
        return AttemptCap(limit=self.randint(1, 4), per=per, window_ms=window, of=self.choice(["number", "lead"]))

    def registry(self) -> RegistryRule:
        return RegistryRule(
            name=self.choice(["r1", "r2"]), greatest_age_days=self.choice([1, 31]), businesses=self.toss(),
            consent=self.choice([None, "express", "written"]),
        )  # fmt: skip

    def consent(self) -> ConsentRule:
        return ConsentRule(
            kind=self.choice(["express", "written"]), modes=tuple(self.sample(list(Mode), self.randint(1, 3))),
            numbers=self.choice([(), (NumberKind.MOBILE,), (NumberKind.FIXED,)]), businesses=self.toss(),
        )  # fmt: skip

    def rules(self) -> Rules:
        return Rules(
            hours=self.maybe(0.6, self.hours()), attempts=self.some(2, self.cap) if self.toss() else (),
            registries=self.some(1, self.registry) if self.toss() else (),
            consent=self.some(1, self.consent) if self.toss() else (),
        )  # fmt: skip

    def lock(self) -> LockOut | None:
        lock = LockOut(for_ms=self.choice([DAY, 3 * DAY]), unless_agent=self.toss())
        return lock if self.toss() else None

    def version(self, name: str) -> LawVersion:
        return LawVersion(
            version=name, valid_from=date(2000, 1, 1), zone=self.choice(ZONES[:4]),
            countries=self.choice([(), ("US",), ("US", "GB"), ("US", "GB"), ("GB",)]), everywhere=self.rules(),
            regions={place: self.rules() for place in self.sample([PlaceId("US"), *STATES], self.randint(0, 2))},
            own_list=self.toss(), campaign_list=self.toss(), abandoned_lock=self.lock(), machine_lock=self.lock(),
            caller_id=self.toss(), least_ring_ms=self.choice([0, 15_000]),
            abandon=self.maybe(0.5, AbandonCap(share=0.03, window_days=30)),
            message=self.maybe(0.4, MessageRule(opt_out_key=self.toss())),
        )  # fmt: skip

    def pack(self) -> Pack:
        some = [self.version("one")]
        if self.toss():
            second = replace(self.version("two"), valid_from=BORDER, zone=some[0].zone)
            some = [replace(some[0], valid_until=BORDER), second]
        if self.random() < 0.1:
            some[-1] = replace(some[-1], valid_until=date(2024, 11, 3))
        places = {
            PlaceId("US"): Place(),
            STATES[0]: Place(zones=("America/New_York",), codes=("121", "123")),
            STATES[1]: Place(zones=("America/Los_Angeles", "Pacific/Honolulu"), codes=("122", "1239")),
        }
        return Pack(id=PackId("p"), label=Label("p", "p"), versions=tuple(some), places=places)

    def number(self) -> Number:
        return Number(
            e164=self.choice(["+12125550100", "+12225550100", "+12395550100", "+12335550100", "+12415550100"]),
            country=self.choice(["US", "US", "US", "US", "US", "GB", ""]),
            zones=tuple(self.sample(ZONES, self.choice([0, 1, 1, 2, 3]))),
            country_zones=self.choice([("America/New_York", "Pacific/Honolulu"), ()]),
            kind=self.choice([NumberKind.FIXED, NumberKind.MOBILE, NumberKind.FIXED_OR_MOBILE, NumberKind.FIXED_OR_MOBILE]
                             if self.random() < 0.95 else [NumberKind.COSTLY]),
            valid=self.random() < 0.95,
        )  # fmt: skip

    def past(self, now: int) -> Past:
        at, outcome, lead = now - self.randrange(4 * DAY), self.choice([None, *Outcome, *_LOCKING]), self.toss()
        ended = None if outcome is None else at + self.randrange(60_000)
        return Past(at=at, ended_at=ended, outcome=outcome, same_lead=lead, same_number=self.toss() or not lead)

    def agreement(self, now: int) -> Consent:
        given = self.choice([now - self.randrange(4 * DAY), now - self.randrange(4 * DAY), now + DAY])
        return Consent(
            kind=self.choice(["express", "written"]), given_at=given, ends_at=self.maybe(0.5, given + self.randrange(8 * DAY))
        )

    def lead(self, now: int) -> LeadFacts:
        listings = [Listing(kind="own"), Listing(kind="campaign"), Listing(kind="registry", name="r1"),
                    Listing(kind="registry", name="elsewhere")]  # fmt: skip
        return LeadFacts(
            state=self.maybe(0.4, self.choice([*STATES, *STATES, PlaceId("US-ZZ"), PlaceId("CA-ON")])),
            zone=self.maybe(0.3, self.choice(["America/Los_Angeles", "Asia/Kolkata", "Asia/Kolkata", "Nowhere/Land"])),
            business=self.toss(), kind=self.choice([None, NumberKind.FIXED, NumberKind.MOBILE]),
            consents=self.some(2, lambda: self.agreement(now)),
            listings=self.some(1, lambda: self.choice(listings)) if self.toss() else (),
        )  # fmt: skip

    def campaign(self, now: int) -> CampaignFacts:
        messages = [None, Message(contains=("seller", "number")), Message(contains=("seller",), opt_out_key="9"),
                    *[Message(contains=("seller", "number"), opt_out_key="9")] * 4]  # fmt: skip
        ages = [now, now - DAY, now - DAY - 1, now - 31 * DAY, now - 31 * DAY - 1]
        return CampaignFacts(
            mode=self.choice(list(Mode)), agent_guaranteed=self.toss(),
            caller_id=self.choice(["+12125550199", "+12125550199", "+12125550199", ""]),
            ring_ms=self.choice([14_999, 15_000, 25_000, 25_000]), message=self.choice(messages),
            registries={name: self.choice(ages) for name in self.sample(["r1", "r2"], self.randint(0, 2))},
            abandons_left=self.choice([None, None, 0, 1]), own=self.rules() if self.random() < 0.3 else Rules(),
        )  # fmt: skip


_LOCKING = (Outcome.ABANDONED, Outcome.MACHINE, Outcome.ABANDONED, Outcome.MACHINE)


def world_of(seed: int) -> World:
    """The world of a seed: a failing one is printed, and may be pinned."""
    dice = Dice(seed)
    # Often on the hour, where windows, days and versions begin and end.
    later = dice.randrange(48) * HOUR if dice.toss() else dice.randrange(2 * DAY)
    now = round(dice.choice(MOMENTS).timestamp() * 1000) + later
    history = History(past=dice.some(5, lambda: dice.past(now)), earlier_of_lead=dice.randint(0, 1))
    return World(
        pack=dice.pack(), number=dice.number(), lead=dice.lead(now), history=history, campaign=dice.campaign(now), now=now
    )


# -- the judge ----------------------------------------------------------------------------------------------------------------


def clock(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone))


def exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except Exception:
        return False
    return True


def open_by_the_clock(hours: CallingHours, at: int, zone: str) -> bool:
    here = clock(at, zone)
    today = here.date()
    if hours.known_until and today > hours.known_until:
        return False
    windows = hours.on_holidays if today in hours.holidays else hours.weekdays[today.weekday()]
    return any(
        (window.since // 60, window.since % 60) <= (here.hour, here.minute)
        and (here.hour, here.minute) < (window.until // 60, window.until % 60)
        for window in windows
    )


def judge(world: World, at: int) -> set[str]:
    """The codes that forbid dialing at `at`."""
    number, lead, campaign = world.number, world.lead, world.campaign
    law = None
    for one in world.pack.versions:
        today = clock(at, one.zone).date()
        if one.valid_from <= today and (one.valid_until is None or today < one.valid_until):
            law = one
    if law is None:
        return {"no_version"}
    bad: set[str] = set()
    home = None if lead.state is None else lead.state.split("-")[0]
    if not number.valid:
        bad.add("number_invalid")
    if number.kind == "costly":
        bad.add("number_costly")
    if number.country == "" or (law.countries and number.country not in law.countries):
        bad.add("country_not_covered")
    if home is not None and law.countries and home not in law.countries:
        bad.add("country_not_covered")
    # Where she may be, and whose rules bind there.
    codes = {code: state for state in STATES for code in world.pack.places[state].codes}
    owner = next((codes[number.e164[1:size]] for size in (5, 4) if number.e164[1:size] in codes), None)
    zones = set(number.zones) or set(world.pack.places[owner].zones if owner else ()) or set(number.country_zones)
    binding = {PlaceId(number.country)}
    if number.country == "US":
        binding |= {owner} if owner else set(STATES)
    if lead.state is not None:
        binding |= {lead.state} if lead.state in STATES else set(STATES) if home == "US" else set()
        binding |= {PlaceId(home or "")}
        zones |= set(world.pack.places[lead.state].zones) if lead.state in STATES else set()
    if lead.zone is not None:
        zones.add(lead.zone)
    if not zones or not all(map(exists, zones)):
        bad.add("zone_unknown")
    kinds = {number.kind} | ({lead.kind} if lead.kind else set())
    if number.kind == "fixed_or_mobile":
        kinds = {lead.kind} if lead.kind else {NumberKind.FIXED, NumberKind.MOBILE}

    def agreed(kind: str) -> bool:
        for consent in lead.consents:
            enough = consent.kind == kind or (kind == "express" and consent.kind == "written")
            if enough and consent.given_at <= at and not (consent.ends_at is not None and consent.ends_at <= at):
                return True
        return False

    for listing in lead.listings:
        if listing.kind == "own" and law.own_list:
            bad.add("do_not_call_own")
        if listing.kind == "campaign" and law.campaign_list:
            bad.add("do_not_call_campaign")
    can_lose = campaign.mode != "preview" and not campaign.agent_guaranteed
    if law.caller_id and campaign.caller_id == "":
        bad.add("caller_id_missing")
    if campaign.ring_ms < law.least_ring_ms:
        bad.add("rings_too_short")
    if law.message and can_lose:
        message = campaign.message or Message(contains=())
        if not set(law.message.contains) <= set(message.contains) or (law.message.opt_out_key and not message.opt_out_key):
            bad.add("message_missing")
    if law.abandon and can_lose and campaign.mode != "agentless" and campaign.abandons_left == 0:
        bad.add("abandon_cap")
    for past in world.history.past:
        ended = past.ended_at or past.at
        for lock, outcome, code in (
            (law.abandoned_lock, "abandoned", "lock_abandoned"), (law.machine_lock, "machine", "lock_machine"),
        ):  # fmt: skip
            if lock is None or (lock.unless_agent and campaign.agent_guaranteed):
                continue
            if past.same_number and past.outcome == outcome and at < ended + lock.for_ms:
                bad.add(code)
    all_rules = [law.everywhere, campaign.own, *(law.regions[place] for place in binding if place in law.regions)]
    for binds in all_rules:
        for registry in binds.registries:
            if (lead.business and not registry.businesses) or (registry.consent and agreed(registry.consent)):
                continue
            if Listing(kind="registry", name=registry.name) in lead.listings:
                bad.add("do_not_call_registry")
            if registry.name not in campaign.registries:
                bad.add("registry_missing")
            elif at - campaign.registries[registry.name] > registry.greatest_age_days * DAY:
                bad.add("registry_stale")
        for needed in binds.consent:
            if campaign.mode in needed.modes and (needed.businesses or not lead.business) and not agreed(needed.kind):
                if not needed.numbers or set(needed.numbers) & kinds:
                    bad.add("consent_missing")
        for cap in binds.attempts:
            calls = [past for past in world.history.past if (past.same_number if cap.of == "number" else past.same_lead)]
            earlier = world.history.earlier_of_lead if cap.of == "lead" else world.history.earlier_of_number
            if cap.per == "life" and len(calls) + earlier >= cap.limit:
                bad.add("cap_life")
            if cap.per == "window" and sum(past.at + cap.window_ms > at for past in calls) >= cap.limit:
                bad.add("cap_window")
            if cap.per == "day":
                for zone in filter(exists, zones):
                    today = clock(at, zone).date()
                    if sum(clock(past.at, zone).date() == today for past in calls) >= cap.limit:
                        bad.add("cap_day")
        if binds.hours is not None and all(map(exists, zones)):
            known = binds.hours.known_until
            if any(known and clock(at, zone).date() > known for zone in zones):
                bad.add("holidays_unknown")
            elif not all(open_by_the_clock(binds.hours, at, zone) for zone in zones):
                bad.add("hours")
    return bad
