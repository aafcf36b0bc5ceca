"""Counts, sums and key figures of calls: once from what was seen outside, once from call records, by the same few formulas.

Standard library only; the definitions are those of the industry as docs/statistics.md tells them, written here a second time.
A figure is a plain number or a fraction (above, below). Times are ms.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.recount.values import Click, OutsideCall, Scenario

Tally = dict[str, int]
Fraction = tuple[int, int]

QUEUE_FIGURES: dict[str, tuple[str, str]] = {
    "offered": ("offered", ""),
    "answered": ("answered", ""),
    "answered_in_time": ("answered_in_time", ""),
    "abandoned": ("abandoned", ""),
    "short_abandoned": ("short", ""),
    "service_level": ("answered_in_time", "offered"),
    "abandon_rate": ("abandoned -short", "offered -short"),
    "asa": ("wait_answered", "answered"),
    "aqt_abandoned": ("wait_abandoned -wait_short", "abandoned -short"),
    "handled": ("handled", ""),
    "aht": ("talk hold wrap_up", "handled"),
    "wrap_up_time": ("wrap_up", "handled"),
    "transfer_rate": ("transferred", "handled"),
    "hold_rate": ("held", "handled"),
}
AGENT_FIGURES: dict[str, tuple[str, str]] = {
    "handled": ("handled", ""),
    "aht": ("talk hold wrap_up", "handled"),
    "wrap_up_time": ("wrap_up", "handled"),
    "transfer_rate": ("transferred", "handled"),
    "hold_rate": ("held", "handled"),
    "offers": ("offers", ""),
    "accepted": ("accepted", ""),
    "missed": ("rang_out", ""),
    "rejected": ("rejected", ""),
    "agent_answer_rate": ("accepted", "offers"),
    "placed": ("placed", ""),
    "reached": ("reached", ""),
    "agent_hung_up_first": ("agent_hung_up", "handled"),
    "talk_ms": ("talk", ""),
    "hold_ms": ("hold", ""),
    "wrap_up_ms": ("wrap_up", ""),
}
TIME_FIGURES: dict[str, tuple[str, str]] = {
    "reserved_ms": ("reserved", ""),
    "dialing_ms": ("dialing", ""),
    "idle_ms": ("idle", ""),
    "not_ready_ms": ("not_ready", ""),
    "occupancy": ("talk hold wrap_up", "talk hold wrap_up idle reserved dialing"),
    "utilisation": ("talk hold wrap_up", "talk hold wrap_up idle reserved dialing not_ready"),
    "busy_rate": ("talk hold wrap_up reserved dialing", "talk hold wrap_up idle reserved dialing"),
}
"""Of an agent; what she does outside calls stands in no call record."""
CENTER_FIGURES: dict[str, tuple[str, str]] = {
    **{name: terms for name, terms in QUEUE_FIGURES.items() if not {"talk", "handled"} & set(" ".join(terms).split())},
    "arrived": ("arrived", ""),
    "abandoned_in_ivr": ("abandoned_in_ivr", ""),
    "ivr_abandon_rate": ("abandoned_in_ivr", "arrived"),
    "placed": ("placed", ""),
    "reached": ("reached", ""),
}
TIMES = {"wait_answered", "wait_abandoned", "wait_short", "talk", "hold", "wrap_up", "idle", "reserved", "dialing", "not_ready"}
"""Terms that are sums of ms; all others are counts."""


def total(terms: str, tally: Tally) -> int:
    """The sum of the named terms; one with a minus sign is taken away."""
    return sum(-tally[term[1:]] if term.startswith("-") else tally[term] for term in terms.split())


class Tallies:
    """Counters by (kind, subject): ("queue", id), ("agent", id), ("center", "")."""

    def __init__(self) -> None:
        self.by: dict[tuple[str, str], Tally] = {}

    def of(self, kind: str, subject: str) -> Tally:
        return self.by.setdefault((kind, subject), defaultdict(int))

    def add(self, kind: str, subject: str, **amounts: int) -> None:
        tally = self.of(kind, subject)
        for name, amount in amounts.items():
            tally[name] += amount

    def entry(self, queue: str, end: str, wait_ms: int, limits: dict[str, int]) -> None:
        """One stay in a queue; `limits` are the queue's service_level_ms and short_abandon_ms."""
        amounts = {"offered": 1, end: 1}
        if end == "answered":
            amounts |= {"answered_in_time": int(wait_ms <= limits["service_level_ms"]), "wait_answered": wait_ms}
        elif end == "abandoned":
            short = wait_ms < limits["short_abandon_ms"]
            amounts |= {"wait_abandoned": wait_ms, "short": int(short), "wait_short": wait_ms if short else 0}
        for kind, subject in (("queue", queue), ("center", "")):
            self.add(kind, subject, **amounts)

    def handled(
        self, agent: str, queue: str | None, *, talk: int, hold: int, wrap_up: int, held: int, transferred: int, hung_up: int
    ) -> None:
        """One conversation whose wrap-up is over."""
        subjects = [("agent", agent), ("center", "")] + ([("queue", queue)] if queue is not None else [])
        for kind, subject in subjects:
            self.add(
                kind, subject, handled=1, talk=talk, hold=hold, wrap_up=wrap_up, held=held, transferred=transferred,
                agent_hung_up=hung_up,
            )  # fmt: skip


def from_outside(calls: Sequence[OutsideCall], scenario: Scenario) -> Tallies:
    """What was seen, counted."""
    tallies = Tallies()
    queues: dict[str, dict[str, int]] = scenario.center["queues"]
    for call in calls:
        outbound = call.direction == "outbound"
        begun = {"placed": 1, "reached": int(bool(call.talks))} if outbound else {"arrived": 1, call.end: 1}
        tallies.add("center", "", **begun)
        if call.placed_by is not None:
            tallies.add("agent", call.placed_by, **begun)
        for entry in call.entries:
            tallies.entry(entry.queue, entry.end, entry.wait_ms, queues[entry.queue])
        for offer in call.offers:
            tallies.add("agent", offer.agent, offers=1, **{offer.end: 1})
        for talk in call.talks:
            tallies.handled(
                talk.agent, None if talk.entry is None else call.entries[talk.entry].queue, talk=talk.talk_ms, hold=talk.hold_ms,
                wrap_up=talk.wrap_up_ms, held=int(bool(talk.holds)), transferred=int(talk.transferred), hung_up=int(talk.hung_up),
            )  # fmt: skip
    for party in scenario.agents:
        tallies.add("agent", party.number, **agent_time(party.number, calls, scenario))
    return tallies


def from_records(records: Sequence[dict[str, Any]], scenario: Scenario) -> Tallies:
    """What the call records say, counted; an agent's idle and not-ready time stand in no call record."""
    tallies = Tallies()
    queues: dict[str, dict[str, int]] = scenario.center["queues"]
    for record in records:
        summary, conversations = record["summary"], record["conversations"]
        outbound = summary["direction"] == "outbound"
        begun = {"placed": 1, "reached": int(bool(conversations))} if outbound else {"arrived": 1, summary["end"]: 1}
        tallies.add("center", "", **begun)
        if outbound:
            tallies.add("agent", placed_by(record), **begun)
        for entry in record["queue_entries"]:
            tallies.entry(entry["queue"], entry["end"], entry["wait_ms"], queues[entry["queue"]])
        for offer in record["offers"]:
            tallies.add("agent", offer["agent"], offers=1, **{offer["end"]: 1})
        for one in conversations:
            holds = [hold for hold in record["holds"] if one["connected_at"] <= hold["started_at"] <= one["left_at"]]
            hold = sum(hold["ended_at"] - hold["started_at"] for hold in holds)
            wrap_ups = [wrap for wrap in record["wrap_ups"] if wrap["started_at"] == one["left_at"]]
            tallies.handled(
                one["agent"], one["queue"], talk=one["left_at"] - one["connected_at"] - hold, hold=hold,
                wrap_up=sum(wrap["ended_at"] - wrap["started_at"] for wrap in wrap_ups), held=int(bool(holds)),
                transferred=int(one["why"] == "transferred"), hung_up=int(one["why"] == "agent_hung_up"),
            )  # fmt: skip
    return tallies


def placed_by(record: dict[str, Any]) -> str:
    return next(str(leg["agent"]) for leg in record["legs"] if leg["role"] == "placing")


# -- an agent's day ---------------------------------------------------------------------------------------------------------


def agent_time(agent: str, calls: Sequence[OutsideCall], scenario: Scenario) -> Tally:
    """Her reserved, dialing, idle and not_ready time between sign-in and sign-out; talk, hold and wrap-up are the calls'."""
    clicks = [click for click in scenario.clicks if click.agent == agent and not click.refused]
    busy: list[tuple[int, int, str]] = []
    aside: list[tuple[int, int]] = []
    for call in calls:
        for talk in call.talks:
            if talk.agent == agent:
                busy.append((talk.since, talk.wrap_until, "worked"))
        for offer in call.offers:
            if offer.agent != agent:
                continue
            joined = [talk.since for talk in call.talks if talk.agent == agent and talk.since >= offer.ended_at]
            until = joined[0] if offer.end == "accepted" and joined else offer.ended_at
            busy.append((offer.made_at, until, "reserved"))
            if offer.end == "rang_out":
                aside.append((offer.ended_at, _back(clicks, offer.ended_at, int(scenario.center["missed_call_hold_ms"]))))
        if call.placed_by == agent:
            busy.append((call.began_at, call.talks[0].since if call.talks else call.ended_at, "dialing"))
    found: Tally = defaultdict(int)
    for since, until, ready in _presence(clicks):
        inside = [(max(since, a), min(until, b), what) for a, b, what in busy if a < until and b > since]
        for a, b, what in inside:
            if what != "worked":
                found[what] += b - a
        free = (until - since) - sum(b - a for a, b, _ in inside)
        if ready:
            missed = sum(max(0, min(until, b) - max(since, a)) for a, b in aside)
            missed -= sum(max(0, min(b, d) - max(a, c)) for a, b, _ in inside for c, d in aside)
            found["idle"] += free - missed
            found["not_ready"] += missed
        else:
            found["not_ready"] += free
    return found


def _back(clicks: Sequence[Click], since: int, hold_ms: int) -> int:
    """When she is taken for present again after a missed call."""
    return min([click.until for click in clicks if click.did == "available" and click.at > since] + [since + hold_ms])


def _presence(clicks: Sequence[Click]) -> list[tuple[int, int, bool]]:
    """(from, to, available) while she was signed in."""
    found = []
    state: tuple[int, bool] | None = None
    for click in sorted(clicks, key=lambda one: one.until):
        ready = {"sign_in": False, "not_ready": False, "available": True}.get(click.did)
        if click.did == "sign_in" and state is not None:
            continue
        if ready is None and click.did != "sign_out":
            continue
        if state is not None:
            found.append((state[0], click.until, state[1]))
        state = None if ready is None else (click.until, ready)
    return found
