"""Holds the service's call records and statistics against what was seen from outside, and says every difference.

Standard library only. Records and statistics come as the API gave them (JSON), fetched by whoever calls this.
"""

from collections.abc import Sequence
from typing import Any

from tests.recount.figures import (
    AGENT_FIGURES,
    CENTER_FIGURES,
    QUEUE_FIGURES,
    TIME_FIGURES,
    TIMES,
    Tallies,
    Tally,
    from_outside,
    from_records,
    total,
)
from tests.recount.outside import digits
from tests.recount.values import Leg, OutsideCall, Scenario, Talk

APART_MS = 2_000
"""A record belongs to a call when their beginnings lie not farther apart; how far apart they may be is the tolerance's matter."""


class Differences:
    """What does not agree; `about` names the call or subject in each line."""

    def __init__(self, tolerance_ms: int) -> None:
        self.found: list[str] = []
        self.tolerance_ms = tolerance_ms

    def same(self, about: str, what: str, seen: object, recorded: object) -> None:
        if seen != recorded:
            self.found.append(f"{about}: {what} is {recorded!r} in the record, {seen!r} outside")

    def near(self, about: str, what: str, seen: int | None, recorded: int | None, spans: int = 1) -> None:
        """Both or neither, and not farther apart than the tolerance (for each of `spans` measured stretches)."""
        if seen is None and recorded is None:
            return
        if seen is None or recorded is None or abs(seen - recorded) > self.tolerance_ms * spans:
            apart = "" if seen is None or recorded is None else f" ({recorded - seen:+} ms)"
            self.found.append(f"{about}: {what} is {recorded} in the record, {seen} outside{apart}")


def compare(
    calls: Sequence[OutsideCall],
    scenario: Scenario,
    records: Sequence[dict[str, Any]],
    statistics: dict[str, Any],
    tolerance_ms: int = 100,
) -> list[str]:
    """Every difference in words; empty when all agrees. `statistics` holds the API's tables under queues, agents and summary.

    Times agree within the tolerance. Counts agree exactly; so do the statistics with the records' own sums.
    """
    differences = Differences(tolerance_ms)
    left = list(records)
    for call in calls:
        record = _record_of(call, left)
        if record is None:
            differences.found.append(f"{_name(call)}: there is no record of this call")
            continue
        left.remove(record)
        _compare_call(differences, call, record)
    for record in left:
        differences.found.append(f"record {record['summary']['id']}: there was no such call, or it is recorded twice")
    seen, recorded = from_outside(calls, scenario), from_records(records, scenario)
    for kind, table, figures in (
        ("queue", statistics["queues"]["rows"], QUEUE_FIGURES),
        ("agent", statistics["agents"]["rows"], AGENT_FIGURES),
        ("agent", statistics["agents"]["rows"], TIME_FIGURES),
        ("center", [{"center": "", "figures": statistics["summary"]["figures"]}], CENTER_FIGURES),
    ):
        _compare_table(differences, kind, table, figures, seen, recorded)
    return differences.found


def _name(call: OutsideCall) -> str:
    return f"call of {call.number} at {call.began_at}"


def _record_of(call: OutsideCall, records: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    mine = [
        record
        for record in records
        if record["summary"]["number"] is not None
        and digits(record["summary"]["number"]["value"]) == digits(call.number)
        and record["summary"]["direction"] == call.direction
        and abs(record["summary"]["started_at"] - call.began_at) <= APART_MS
    ]
    return min(mine, key=lambda record: abs(record["summary"]["started_at"] - call.began_at), default=None)


# -- one call ---------------------------------------------------------------------------------------------------------------


def _compare_call(differences: Differences, call: OutsideCall, record: dict[str, Any]) -> None:
    about, summary = _name(call), record["summary"]
    differences.near(about, "its beginning", call.began_at, summary["started_at"])
    differences.near(about, "its end", call.ended_at, summary["ended_at"])
    differences.same(about, "how it ended", call.end, summary["end"])
    differences.same(about, "who ended it", call.ended_by, record["ended_by"])
    _compare_legs(differences, about, call, record)
    _compare_entries(differences, about, call, record)
    _compare_offers(differences, about, call, record)
    _compare_talks(differences, about, call, record)


def _compare_legs(differences: Differences, about: str, call: OutsideCall, record: dict[str, Any]) -> None:
    def who(leg: dict[str, Any]) -> str:
        return {"caller": "customer", "customer": "customer", "target": "target"}.get(leg["role"], str(leg["agent"]))

    seen = sorted(call.legs, key=lambda leg: leg.dialog.invite_at)
    recorded = sorted(record["legs"], key=lambda leg: leg["dialed_at"])
    differences.same(about, "who had a leg", [leg.who for leg in seen], [who(leg) for leg in recorded])
    if [leg.who for leg in seen] != [who(leg) for leg in recorded]:
        return
    for leg, row in zip(seen, recorded, strict=True):
        _compare_leg(differences, f"{about}, leg of {leg.who}", leg, row)


def _compare_leg(differences: Differences, about: str, leg: Leg, row: dict[str, Any]) -> None:
    dialog = leg.dialog
    differences.near(about, "dialed", dialog.invite_at, row["dialed_at"])
    differences.near(about, "answered", dialog.answered_at, row["answered_at"])
    differences.near(about, "ended", dialog.ended_at, row["ended_at"])
    if not dialog.outgoing:
        differences.near(about, "rang", dialog.rang_at, row["ringing_at"])


def _compare_entries(differences: Differences, about: str, call: OutsideCall, record: dict[str, Any]) -> None:
    recorded = record["queue_entries"]
    ends = [(one["queue"], one["end"]) for one in recorded]
    differences.same(about, "its queue entries", [(one.queue, one.end) for one in call.entries], ends)
    if len(call.entries) != len(recorded):
        return
    for entry, row in zip(call.entries, recorded, strict=True):
        where = f"{about}, in {entry.queue}"
        differences.near(where, "entered", entry.entered_at, row["entered_at"])
        differences.near(where, "left", entry.left_at, row["left_at"])
        differences.near(where, "the wait", entry.wait_ms, row["wait_ms"])


def _compare_offers(differences: Differences, about: str, call: OutsideCall, record: dict[str, Any]) -> None:
    recorded = record["offers"]
    differences.same(
        about, "its offers", [(one.agent, one.end) for one in call.offers], [(one["agent"], one["end"]) for one in recorded]
    )
    if len(call.offers) != len(recorded):
        return
    for offer, row in zip(call.offers, recorded, strict=True):
        differences.near(f"{about}, offer to {offer.agent}", "made", offer.made_at, row["made_at"])
        differences.near(f"{about}, offer to {offer.agent}", "ended", offer.ended_at, row["ended_at"])


def _compare_talks(differences: Differences, about: str, call: OutsideCall, record: dict[str, Any]) -> None:
    recorded = record["conversations"]
    differences.same(about, "who talked", [talk.agent for talk in call.talks], [one["agent"] for one in recorded])
    if len(call.talks) != len(recorded):
        return
    for talk, row in zip(call.talks, recorded, strict=True):
        where = f"{about}, talk with {talk.agent}"
        differences.near(where, "connected", talk.since, row["connected_at"])
        differences.near(where, "left", talk.until, row["left_at"])
        if talk.deaf_ms > differences.tolerance_ms:
            differences.found.append(f"{where}: one of the two was heard only {talk.deaf_ms} ms after she spoke")
        differences.same(where, "transferred", talk.transferred, row["why"] == "transferred")
        _compare_spans(differences, where, talk, row, record)


def _compare_spans(differences: Differences, where: str, talk: Talk, row: dict[str, Any], record: dict[str, Any]) -> None:
    holds = [one for one in record["holds"] if row["connected_at"] <= one["started_at"] <= row["left_at"]]
    differences.same(where, "number of holds", len(talk.holds), len(holds))
    if len(talk.holds) == len(holds):
        for (since, until), one in zip(talk.holds, holds, strict=True):
            differences.near(where, "hold began", since, one["started_at"])
            differences.near(where, "hold ended", until, one["ended_at"])
    wrap_ups = [one for one in record["wrap_ups"] if one["agent"] == talk.agent and one["started_at"] == row["left_at"]]
    differences.same(where, "number of wrap-ups", 1, len(wrap_ups))
    for one in wrap_ups:
        differences.near(where, "wrap-up began", talk.until, one["started_at"])
        differences.near(where, "wrap-up ended", talk.wrap_until, one["ended_at"])


# -- statistics -------------------------------------------------------------------------------------------------------------


def _compare_table(
    differences: Differences,
    kind: str,
    rows: Sequence[dict[str, Any]],
    figures: dict[str, tuple[str, str]],
    seen: Tallies,
    recorded: Tallies,
) -> None:
    shown = {str(row[kind]): row["figures"] for row in rows}
    for of, subject in seen.by:
        if of == kind and subject not in shown:
            differences.found.append(f"statistics of {kind} {subject}: there is no row")
    for subject, row in shown.items():
        for name, (above, below) in figures.items():
            if name not in row:
                differences.found.append(f"statistics of {kind} {subject}: there is no figure {name}")
                continue
            figure = row[name]
            parts = [(above, figure["numerator"]), (below, figure["denominator"])] if below else [(above, figure["value"])]
            for terms, value in parts:
                where = f"statistics of {kind} {subject}"
                _compare_sum(differences, where, name, terms, value, seen.of(kind, subject))
                if figures is not TIME_FIGURES:
                    differences.same(where, f"{name} by the records", total(terms, recorded.of(kind, subject)), value)


def _compare_sum(differences: Differences, where: str, name: str, terms: str, value: int, seen: Tally) -> None:
    if any(term.lstrip("-") in TIMES for term in terms.split()):
        # One stretch for each call, offer, hold and click that the sum is made of.
        spans = 1 + 2 * (seen["offered"] + seen["handled"] + seen["offers"] + seen["placed"] + seen["held"])
        differences.near(where, name, total(terms, seen), value, spans)
    else:
        differences.same(where, name, total(terms, seen), value)
