"""The legal gate: may this number of this lead be dialed now, by which rule not, why, and until when.

Every rule only forbids: a verdict is the list of all that forbid, in the order of `Hold`, so a rule that is added can only take
away. Nothing is guessed in favour of dialing: where several zones or states are possible all must agree, and a registry that was
never loaded, holidays that nobody knows or a country that the pack does not name forbid. Asked again in the transaction that
claims a lead.
"""

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from callcenter.kernel.clock import DAY, HOUR, MINUTE, SECOND, local
from callcenter.kernel.dialing import Mode, NumberKind, Outcome
from callcenter.kernel.law import AttemptCap, CallingHours, ConsentKind, ConsentRule, LockOut, PlaceId, RegistryRule, Rules
from dialer.facts import CampaignFacts, History, LeadFacts, Past
from dialer.law import InForce, Law, RuleName
from dialer.windows import HORIZON_DAYS, day_bounds, is_open, opens_everywhere
from dialer.zones import Number, clock_of, is_zone

_NOBODY = Number(e164="", country="", zones=(), country_zones=(), kind=NumberKind.OTHER, valid=False)
_MOST_STEPS = 2_000
"""Of looking for the next instant; each step ends a day, a window or a lock, so that the horizon comes first."""


class Hold(StrEnum):
    """Why a lead is not dialed, in the order in which reasons are told: what lasts longest first."""

    NO_VERSION = "no_version"
    NUMBER_INVALID = "number_invalid"
    NUMBER_COSTLY = "number_costly"
    COUNTRY_NOT_COVERED = "country_not_covered"
    ZONE_UNKNOWN = "zone_unknown"
    DO_NOT_CALL_OWN = "do_not_call_own"
    DO_NOT_CALL_CAMPAIGN = "do_not_call_campaign"
    DO_NOT_CALL_REGISTRY = "do_not_call_registry"
    CONSENT_MISSING = "consent_missing"
    CAP_LIFE = "cap_life"
    REGISTRY_MISSING = "registry_missing"
    REGISTRY_STALE = "registry_stale"
    CALLER_ID_MISSING = "caller_id_missing"
    RINGS_TOO_SHORT = "rings_too_short"
    MESSAGE_MISSING = "message_missing"
    HOLIDAYS_UNKNOWN = "holidays_unknown"
    ABANDON_CAP = "abandon_cap"
    LOCK_ABANDONED = "lock_abandoned"
    LOCK_MACHINE = "lock_machine"
    CAP_WINDOW = "cap_window"
    CAP_DAY = "cap_day"
    HOURS = "hours"


_ORDER = {hold: index for index, hold in enumerate(Hold)}


class Held(Struct, frozen=True, kw_only=True):
    """One reason. It forbids throughout from now to before `until`; None: it does not end by itself within the horizon."""

    code: Hold
    rule: RuleName
    why: str
    """An English sentence without any personal value."""
    until: int | None


class Verdict(Struct, frozen=True, kw_only=True):
    allowed: bool
    rule: RuleName
    """Of the first reason; of an allowed call the version that allowed it, with the key `allowed`."""
    why: str
    """Of the first reason; empty when allowed."""
    until: int | None
    """Held: the last of the reasons' ends, before which nothing can change; None when one of them has none."""
    reasons: tuple[Held, ...] = ()
    regions: tuple[PlaceId, ...] = ()
    zones: tuple[str, ...] = ()
    """The places and zones that were asked, for the record."""

    @property
    def code(self) -> Hold | None:
        return self.reasons[0].code if self.reasons else None


def verdict(law: Law, number: Number, lead: LeadFacts, history: History, campaign: CampaignFacts, now: int) -> Verdict:
    """Whether `number` may be dialed at `now` (ms). The same facts give the same verdict."""
    version = law.at(now)
    if version is None:
        rule = RuleName(law.pack.id, "", "versions")
        held = Held(code=Hold.NO_VERSION, rule=rule, why=f"no version of {law.pack.id} holds now", until=law.begins_after(now))
        return Verdict(allowed=False, rule=rule, why=held.why, until=held.until, reasons=(held,))
    asked = _Asked(version, number, lead, history, campaign, now)
    # Sorting keeps the order in which rules stand in the pack among reasons of one code.
    reasons = tuple(sorted(asked.reasons(), key=lambda one: _ORDER[one.code]))
    if not reasons:
        rule = version.rule("allowed")
        return Verdict(allowed=True, rule=rule, why="", until=None, regions=asked.regions, zones=asked.zones)
    ends = [one.until for one in reasons]
    until = None if None in ends else max(end for end in ends if end is not None)
    first = reasons[0]
    return Verdict(
        allowed=False, rule=first.rule, why=first.why, until=until, reasons=reasons, regions=asked.regions, zones=asked.zones
    )


def of_campaign(law: Law, campaign: CampaignFacts, now: int) -> tuple[Held, ...]:
    """What forbids every dial of a campaign at `now`, whoever is called: whoever asks need not look at any lead."""
    version = law.at(now)
    if version is None:
        return verdict(law, _NOBODY, LeadFacts(), History(), campaign, now).reasons
    return tuple(_Asked(version, _NOBODY, LeadFacts(), History(), campaign, now).of_campaign())


def closed(law: Law, number: Number, lead: LeadFacts, campaign: CampaignFacts, now: int) -> Held | None:
    """Whether the hours forbid a dial that the gate allowed a moment ago: asked once more before it is made."""
    found = verdict(law, number, lead, History(), campaign, now)
    return next((one for one in found.reasons if one.code in (Hold.NO_VERSION, Hold.HOLIDAYS_UNKNOWN, Hold.HOURS)), None)


def next_allowed_at(
    law: Law,
    number: Number,
    lead: LeadFacts,
    history: History,
    campaign: CampaignFacts,
    now: int,
    horizon_days: int = HORIZON_DAYS,
) -> int | None:
    """The first instant from `now` on at which the number may be dialed when nothing but time passes.

    None: not within the horizon.
    """
    at, last = now, now + horizon_days * DAY
    for _ in range(_MOST_STEPS):
        found = verdict(law, number, lead, history, campaign, at)
        if found.allowed:
            return at
        version = law.at(at)
        # Another version may forbid less: no reason is good beyond the version that gave it.
        ends = law.begins_after(at) if version is None else version.ends
        at_last = max((_sooner(one.until, ends, last) for one in found.reasons), default=last)
        if at_last >= last:
            return None
        at = at_last
    return None


def _sooner(until: int | None, ends: int | None, last: int) -> int:
    return min(end for end in (until, ends, last) if end is not None)


class _Asked:
    """One question, with the places and zones that it concerns."""

    def __init__(
        self, law: InForce, number: Number, lead: LeadFacts, history: History, campaign: CampaignFacts, now: int
    ) -> None:
        self.law, self.number, self.lead, self.history, self.campaign, self.now = law, number, lead, history, campaign, now
        self.regions = law.regions(number, lead.state)
        self.zones = law.zones(number, lead.state, lead.zone)

    def reasons(self) -> Iterator[Held]:
        yield from self._of_number()
        yield from self._of_lists()
        yield from self.of_campaign()
        yield from self._of_locks()
        windows: list[tuple[str, str, CallingHours]] = []
        for place, key, rules in (*self.law.rules(self.regions), ("the campaign", "campaign", self.campaign.own)):
            yield from self._of_rules(place, key, rules)
            if rules.hours is not None:
                windows.append((place, key, rules.hours))
        if all(map(is_zone, self.zones)):
            yield from self._of_hours(windows)

    def _held(self, code: Hold, key: str, why: str, until: int | None = None) -> Held:
        return Held(code=code, rule=self.law.rule(key), why=why, until=until)

    def _of_number(self) -> Iterator[Held]:
        version, state = self.law.version, self.lead.state
        if not self.number.valid:
            yield self._held(Hold.NUMBER_INVALID, "number", "no country has such a number")
        if NumberKind.COSTLY in self._kinds():
            yield self._held(Hold.NUMBER_COSTLY, "number", "a call to this kind of number costs more than usual")
        if not self.law.covers(self.number.country):
            why = f"the rules are for {', '.join(version.countries) or 'numbers of a country'}"
            where = f"the number is of {self.number.country}" if self.number.country else "the number belongs to no country"
            yield self._held(Hold.COUNTRY_NOT_COVERED, "countries", f"{why}; {where}")
        if state is not None and not self.law.covers(state.partition("-")[0]):
            why = f"the rules are for {', '.join(version.countries)}; the lead lives in {state}"
            yield self._held(Hold.COUNTRY_NOT_COVERED, "countries", why)
        if not self.zones:
            yield self._held(Hold.ZONE_UNKNOWN, "number", "nobody knows what time it is there: give the lead a time zone")
        for zone in self.zones:
            if not is_zone(zone):
                yield self._held(Hold.ZONE_UNKNOWN, "number", f"there is no time zone {zone!r}: give the lead an IANA name")

    def _of_lists(self) -> Iterator[Held]:
        kinds = {listing.kind for listing in self.lead.listings}
        if self.law.version.own_list and "own" in kinds:
            yield self._held(Hold.DO_NOT_CALL_OWN, "own_list", "the number is on the center's do-not-call list")
        if self.law.version.campaign_list and "campaign" in kinds:
            yield self._held(Hold.DO_NOT_CALL_CAMPAIGN, "campaign_list", "the number is on the campaign's do-not-call list")

    def of_campaign(self) -> Iterator[Held]:
        version, campaign = self.law.version, self.campaign
        may_abandon = not campaign.agent_guaranteed and campaign.mode is not Mode.PREVIEW
        if version.caller_id and not campaign.caller_id:
            why = "a number must be shown to the callee, and the campaign has none"
            yield self._held(Hold.CALLER_ID_MISSING, "caller_id", why)
        if campaign.ring_ms < version.least_ring_ms:
            why = f"a call must ring for {seconds(version.least_ring_ms)}; the campaign ends it after {seconds(campaign.ring_ms)}"
            yield self._held(Hold.RINGS_TOO_SHORT, "least_ring", why)
        if version.message is not None and may_abandon:
            missing = self._missing_of_message()
            if missing:
                yield self._held(Hold.MESSAGE_MISSING, "message", f"the message for abandoned calls lacks: {', '.join(missing)}")
        capped = version.abandon is not None and may_abandon and campaign.mode is not Mode.AGENTLESS
        if version.abandon is not None and capped and campaign.abandons_left is not None and campaign.abandons_left < 1:
            why = f"no call may be abandoned now (at most {version.abandon.share:.2%}), and no agent is kept free for this one"
            yield self._held(Hold.ABANDON_CAP, "abandon", why)

    def _missing_of_message(self) -> list[str]:
        rule, message = self.law.version.message, self.campaign.message
        assert rule is not None
        if message is None:
            return ["the message itself"]
        missing: list[str] = [part for part in rule.contains if part not in message.contains]
        return [*missing, "a key for opting out"] if rule.opt_out_key and not message.opt_out_key else missing

    def _of_locks(self) -> Iterator[Held]:
        version = self.law.version
        yield from self._lock(version.abandoned_lock, Outcome.ABANDONED, Hold.LOCK_ABANDONED, "abandoned_lock", "was abandoned")
        yield from self._lock(version.machine_lock, Outcome.MACHINE, Hold.LOCK_MACHINE, "machine_lock", "a machine answered")

    def _lock(self, lock: LockOut | None, outcome: Outcome, code: Hold, key: str, what: str) -> Iterator[Held]:
        if lock is None or (lock.unless_agent and self.campaign.agent_guaranteed):
            return
        ends = [
            (past.at if past.ended_at is None else past.ended_at) + lock.for_ms
            for past in self.history.past
            if past.same_number and past.outcome is outcome
        ]
        if ends and max(ends) > self.now:
            unless = " unless an agent is kept free" if lock.unless_agent else ""
            yield self._held(code, key, f"a call to this number {what}: not again for {length(lock.for_ms)}{unless}", max(ends))

    def _of_rules(self, place: str, key: str, rules: Rules) -> Iterator[Held]:
        for registry in rules.registries:
            yield from self._registry(place, f"{key}.registries.{registry.name}", registry)
        for index, rule in enumerate(rules.consent):
            if self._consent_binds(rule) and not self._agreed(rule.kind):
                why = f"{place}: {rule.kind} consent is needed for this kind of number and campaign, and there is none"
                yield self._held(Hold.CONSENT_MISSING, f"{key}.consent.{index}", why, self._agrees_from(rule.kind))
        for index, cap in enumerate(rules.attempts):
            yield from self._cap(place, f"{key}.attempts.{index}", cap)

    def _registry(self, place: str, key: str, rule: RegistryRule) -> Iterator[Held]:
        if self.lead.business and not rule.businesses:
            return
        if rule.consent is not None and self._agreed(rule.consent):
            return
        lifted = self._agrees_from(rule.consent) if rule.consent is not None else None
        if any(listing.kind == "registry" and listing.name == rule.name for listing in self.lead.listings):
            why = f"{place}: the number is in the registry {rule.name}"
            yield self._held(Hold.DO_NOT_CALL_REGISTRY, key, why, lifted)
        loaded = self.campaign.registries.get(rule.name)
        if loaded is None:
            why = f"{place}: the registry {rule.name} must be asked, and it was never loaded"
            yield self._held(Hold.REGISTRY_MISSING, key, why, lifted)
        elif self.now - loaded > rule.greatest_age_days * DAY:
            why = f"{place}: the registry {rule.name} is older than {rule.greatest_age_days} days: load it again"
            yield self._held(Hold.REGISTRY_STALE, key, why, lifted)

    def _consent_binds(self, rule: ConsentRule) -> bool:
        if self.campaign.mode not in rule.modes or (self.lead.business and not rule.businesses):
            return False
        return not rule.numbers or not self._kinds().isdisjoint(rule.numbers)

    def _kinds(self) -> set[NumberKind]:
        """Every kind that the number may be of."""
        told, kind = self.lead.kind, self.number.kind
        if kind is NumberKind.FIXED_OR_MOBILE and told in (NumberKind.FIXED, NumberKind.MOBILE):
            return {told}
        kinds = {kind} if told is None else {kind, told}
        if not kinds.isdisjoint({NumberKind.FIXED_OR_MOBILE, NumberKind.OTHER}):
            kinds |= {NumberKind.FIXED, NumberKind.MOBILE}
        return kinds

    def _agreed(self, kind: ConsentKind) -> bool:
        return self._agrees_from(kind) == self.now

    def _agrees_from(self, kind: ConsentKind) -> int | None:
        """The first instant from now on at which she agrees, by what is known now."""
        begins = (
            max(consent.given_at, self.now)
            for consent in self.lead.consents
            if consent.kind in (kind, "written")
            and (consent.ends_at is None or max(consent.given_at, self.now) < consent.ends_at)
        )
        return min(begins, default=None)

    def _cap(self, place: str, key: str, cap: AttemptCap) -> Iterator[Held]:
        if self.lead.asked_for and not cap.callbacks:
            return
        counted = [past.at for past in self.history.past if self._counts(past, cap)]
        what = f"{place}: at most {cap.limit} calls to one {cap.of}"
        if cap.per == "life":
            earlier = self.history.earlier_of_number if cap.of == "number" else self.history.earlier_of_lead
            if len(counted) + earlier >= cap.limit:
                yield self._held(Hold.CAP_LIFE, key, f"{what}; {len(counted) + earlier} were made")
        elif cap.per == "window":
            within = sorted(at for at in counted if self.now - at < cap.window_ms)
            if len(within) >= cap.limit:
                why = f"{what} in {length(cap.window_ms)}; {len(within)} were made"
                yield self._held(Hold.CAP_WINDOW, key, why, within[-cap.limit] + cap.window_ms)
        else:
            ends = []
            for zone in filter(is_zone, self.zones):
                begins, next_day = day_bounds(zone, self.now)
                if sum(begins <= at for at in counted) >= cap.limit:
                    ends.append(next_day)
            if ends:
                yield self._held(Hold.CAP_DAY, key, f"{what} on one day of the callee's", max(ends))

    @staticmethod
    def _counts(past: Past, cap: AttemptCap) -> bool:
        return past.same_number if cap.of == "number" else past.same_lead

    def _of_hours(self, windows: list[tuple[str, str, CallingHours]]) -> Iterator[Held]:
        # States of one country often keep the same hours: each is looked at once.
        closed_of: dict[CallingHours, tuple[list[str], int | None]] = {}
        for place, key, hours in windows:
            late = [
                zone
                for zone in self.zones
                if hours.known_until is not None and local(self.now, clock_of(zone)).date() > hours.known_until
            ]
            if late:
                why = f"{place}: holidays are known until {hours.known_until} only: renew the rules"
                yield self._held(Hold.HOLIDAYS_UNKNOWN, f"{key}.hours", why)
                continue
            if hours not in closed_of:
                found = [zone for zone in self.zones if not is_open(hours, zone, self.now)]
                opens = _opens(hours, self.zones, self.now) if found else None
                closed_of[hours] = (found, opens)
            closed, until = closed_of[hours]
            if closed:
                time = local(self.now, clock_of(closed[0])).strftime("%a %H:%M")
                more = f" and {len(closed) - 1} more zones" if len(closed) > 1 else ""
                yield self._held(Hold.HOURS, f"{key}.hours", f"{place}: not at {time} in {closed[0]}{more}", until)


@lru_cache(maxsize=256)
def _opens(hours: CallingHours, zones: tuple[str, ...], at: int) -> int | None:
    """Kept for a pre-flight, which asks at one instant: numbers with forty zones cost a thousand times those with one."""
    return opens_everywhere([(hours, zone) for zone in zones], at)


def length(ms: int) -> str:
    """A duration in words."""
    one = {DAY: "24 hours", HOUR: "1 hour", MINUTE: "1 minute"}
    if ms in one:
        return one[ms]
    for size, word in ((DAY, "days"), (HOUR, "hours"), (MINUTE, "minutes")):
        if ms % size == 0 and ms >= 2 * size:
            return f"{ms // size} {word}"
    return seconds(ms)


def seconds(ms: int) -> str:
    return f"{ms / SECOND:g} s"
