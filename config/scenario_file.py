"""The scenario file, with the center file and CSV files that it names, to one `Scenario`, or to every mistake in them.

Keys come from the tables below; docs/scenarios.md describes each, and a test holds it against these tables. Whether the parts
fit together is checked by whoever plays scenarios and knows more than files do: `read_scenario` is given that check.

Campaigns are not among the keys yet: they come with the dialer, as `campaigns` beside `callers`.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.kernel.center import (
    Center,
    Mistake,
)
from callcenter.kernel.clock import HOUR, MINUTE, QUARTER, instant
from callcenter.kernel.ids import NodeId, NumberId, QueueId
from callcenter.kernel.scenario import (
    AnyArrivals,
    Callers,
    Counts,
    Faults,
    Moments,
    Outage,
    Rates,
    Scenario,
    Staff,
)
from config.readers import (
    DURATION,
    LEVEL,
    NAME,
    TEXT,
    TRUTH,
    Reader,
    fill,
    keys_of,
    listed,
    mapped,
    optional,
    places_of,
    read_keys,
    required,
    whole,
)
from config.scenario_center import CENTER_KEYS, QUEUE_KEYS, agent_ids, center_of, head_count
from config.scenario_values import (
    CSV_KEYS,
    DAY,
    QUARTERS,
    SPREAD,
    SPREAD_KEYS,
    SPREADS,
    Clocked,
    by_clock,
    cell_time,
    clock,
    column,
    group,
    no_mapping,
    number,
    part,
    refuse_cell,
    stepped,
)
from config.yaml import Place, Sheet

MOST_AGENTS = 2_000
_BEGINS = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})", re.ASCII)
DEFAULT_BEGINNING = "2026-03-02 08:00"
_FLOW_START = NodeId("start")


def _begins(place: Place) -> str | None:
    text = place.text("a day and a time")
    found = _BEGINS.fullmatch(text) if text is not None else None
    try:
        moment = datetime.fromisoformat(text) if text is not None and found else None
    except ValueError:
        moment = None
    if moment is None or moment.minute % 15:
        place.refuse(f"{text!r} is no day with a quarter hour", f"for example {DEFAULT_BEGINNING}")
        return None
    return text


def _per_hour(place: Place) -> float | None:
    return number(0, 1_000_000).read(place)


def _outage_list(place: Place) -> tuple[dict[str, Any], ...]:
    return tuple(read_keys(item, OUTAGE_KEYS, "an outage") for item in place.items("a list of outages"))


def _clock_time(place: Place) -> int | None:
    text = place.text("a time of day")
    return clock(place, text) if text is not None else None


BEGINS: Reader[str] = Reader(f"a day and a time such as {DEFAULT_BEGINNING}", _begins, DEFAULT_BEGINNING)
CLOCK: Reader[int] = Reader("a time of day such as 09:30", _clock_time, 0)
RATE: Reader[float] = Reader("a number of calls an hour", _per_hour, 0.0)

RATES_KEYS = (required("per_hour", by_clock(RATE, alone=no_mapping)),)
ARRIVALS_FILE_KEYS = (*CSV_KEYS, optional("count", TEXT), optional("every", DURATION))
OUTAGE_KEYS = (required("at", CLOCK), required("lasts", DURATION), optional("calls_die", TRUTH, False))
FAULT_KEYS = keys_of(
    Faults, late_by_ms=SPREAD, late_by=SPREAD, outages=Reader("a list of {at: 10:00, lasts: 5m}", _outage_list, ())
)


def _arrivals(place: Place) -> dict[str, Any] | None:
    if not place.is_mapping():
        place.refuse("arrivals need keys of their own", "per_hour: 60, or file and column of a CSV file")
        return None
    from_file = any(getattr(key, "value", "") in ("file", "column", "count") for key, _ in place.node.value)
    if not from_file:
        return read_keys(place, RATES_KEYS, "arrivals by rate")
    values = read_keys(place, ARRIVALS_FILE_KEYS, "arrivals of a CSV file")
    if bool(values["count"]) != bool(values["every"]):
        place.refuse("a column with counts and the length of its intervals belong together", "count: COLUMN and every: 15m")
        return None
    values["rows"] = _rows(place, values) if place.path not in place.sheet.broken else ()
    return values


def _rows(place: Place, values: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    """(time of day, calls) of each row."""
    rows = []
    for cell in column(place, values):
        at = cell_time(place, values, cell)
        calls = 1
        if values["count"]:
            text = (cell.row[values["count"]] or "").strip()
            if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
                refuse_cell(place, values, cell, f"{text!r} is no count", "a whole number such as 12")
                continue
            calls = int(text)
        if at is not None:
            rows.append((at, calls))
    return tuple(rows)


ARRIVALS: Reader[dict[str, Any]] = Reader("per_hour: 60, or file and column of a CSV file", _arrivals, {"per_hour": ((-1, 0.0),)})
CALLERS_KEYS = (
    required("queue", NAME),
    optional("numbers", listed(NAME), ()),
    optional("skills", mapped(LEVEL), {}),
    optional("priority", whole(-100, 100), 0),
    required("arrivals", ARRIVALS),
    optional("patience", SPREADS),
    required("talk", SPREADS),
    required("wrap_up", SPREADS),
    *keys_of(Callers, without=["queue", "numbers", "arrivals", "patience", "talk", "wrap_up"], think=SPREAD),
)
STAFF_KEYS = (
    optional("count", whole(1, MOST_AGENTS)),
    optional("skills", mapped(LEVEL), {}),
    optional("team", NAME),
    optional("there", by_clock(whole(0, MOST_AGENTS), alone=no_mapping)),
    *keys_of(Staff, without=["agents", "there"], answer=SPREAD, hold=SPREAD, break_time=SPREAD),
)
SCENARIO_KEYS = (
    required("name", TEXT),
    required("center", part(CENTER_KEYS, "the center")),
    optional("begins", BEGINS, DEFAULT_BEGINNING),
    required("length", QUARTERS),
    optional("warm_up", QUARTERS, 0),
    optional("report_every", QUARTERS),
    optional("busyness_cv", number(0, 5), 0.0),
    required("callers", group(CALLERS_KEYS, "a kind of caller")),
    required("staff", group(STAFF_KEYS, "a group of agents")),
    optional("faults", part(FAULT_KEYS, "faults"), {}),
)
TABLES = {
    "The file": SCENARIO_KEYS,
    "center": CENTER_KEYS,
    "queues": QUEUE_KEYS,
    "callers": CALLERS_KEYS,
    "arrivals by rate": RATES_KEYS,
    "arrivals of a CSV file": ARRIVALS_FILE_KEYS,
    "staff": STAFF_KEYS,
    "faults": FAULT_KEYS,
    "outages": OUTAGE_KEYS,
    **{f"kind: {name}": keys for name, keys in SPREAD_KEYS.items()},
}
"""Section of docs/scenarios.md -> its keys. Those of `timing` are in docs/center-file.md."""

Check = Callable[[Scenario], Iterable[Mistake]]


def read_scenario(path: Path, check: Check = lambda scenario: ()) -> Scenario:
    """Reads a scenario and everything it names. Raises BadFile with all the mistakes of all the files."""
    sheet = Sheet()
    top = sheet.open(path)
    if top is None:
        sheet.finish()
    assert top is not None
    names = [key.name for key in SCENARIO_KEYS]
    if not top.is_mapping():
        top.refuse("a scenario file has keys", f"its keys: {', '.join(names)}")
        sheet.finish()
    places = places_of(top, names, "a scenario")
    values = fill(top, places, SCENARIO_KEYS, "a scenario")
    _check_times(sheet, values)
    center = center_of(sheet, top, values)
    sheet.finish()
    scenario = _scenario(values, center)
    for one in check(scenario):
        sheet.refuse_path(one.path, one.why, one.instead)
    sheet.finish()
    return scenario


def _check_times(sheet: Sheet, values: dict[str, Any]) -> None:
    length, warm_up = values["length"], values["warm_up"]
    if "length" in sheet.broken:
        return
    if not QUARTER <= length <= DAY:
        sheet.refuse_path("length", "a scenario lasts a quarter hour to a day", "15m to 24h")
    elif warm_up >= length:
        sheet.refuse_path("warm_up", "nothing is left to count after the warm-up", "a shorter time than length")
    if values["report_every"] == 0:
        sheet.refuse_path("report_every", "this is no stretch of time", "15m or more, or nothing")


# -- callers, staff, faults -------------------------------------------------------------------------------------------------


def _scenario(values: dict[str, Any], center: Center) -> Scenario:
    begins = datetime.fromisoformat(values["begins"])
    clock_ms = begins.hour * HOUR + begins.minute * MINUTE
    inline = not values["center"]["file"]
    return Scenario(
        name=values["name"],
        center=center,
        begins_at=instant(begins.replace(tzinfo=ZoneInfo(center.zone))),
        length_ms=values["length"],
        warm_up_ms=values["warm_up"],
        report_every_ms=values["report_every"],
        busyness_cv=values["busyness_cv"],
        callers={name: _callers(name, one, clock_ms, inline) for name, one in values["callers"].items()},
        staff={name: _staff(name, one, clock_ms, center, inline) for name, one in values["staff"].items()},
        faults=_faults(values["faults"], clock_ms),
    )


def _callers(name: str, values: dict[str, Any], begins: int, inline: bool) -> Callers:
    patience = values["patience"]
    return Callers(
        queue=QueueId(values["queue"]),
        numbers=(NumberId(name),) if inline else values["numbers"],
        arrivals=_arrivals_at(values["arrivals"], begins),
        patience=None if patience is None else stepped(patience, begins),
        talk=stepped(values["talk"], begins),
        wrap_up=stepped(values["wrap_up"], begins),
        think=values["think"],
    )


def _arrivals_at(values: dict[str, Any], begins: int) -> AnyArrivals:
    if "per_hour" in values:
        return Rates(stepped(values["per_hour"], begins, before=0.0))
    moments = [((at - begins) % DAY, calls) for at, calls in values["rows"]]
    if values["count"]:
        return Counts(tuple((at, values["every"], calls) for at, calls in moments))
    return Moments(tuple(sorted(at for at, _ in moments)))


def _staff(name: str, values: dict[str, Any], begins: int, center: Center, inline: bool) -> Staff:
    if inline:
        agents = agent_ids(name, head_count(values))
    else:
        team = values["team"]
        agents = tuple(one.id for one in center.agents.values() if one.active and team in (None, one.team))
    there: Clocked[int] | None = values["there"]
    own = {key: value for key, value in values.items() if key not in ("count", "skills", "team", "there")}
    return Staff(
        agents=agents,
        there=((0, len(agents)),) if there is None else stepped(there, begins, before=0),
        **own,
    )


def _faults(values: dict[str, Any], begins: int) -> Faults:
    outages = tuple(
        Outage(at_ms=(one["at"] - begins) % DAY, lasts_ms=one["lasts"], calls_die=one["calls_die"])
        for one in values.get("outages", ())
    )
    return Faults(**{**values, "outages": outages})
