"""The demo's past: today until now and the same day of last week, lived by the real hub in virtual time and written to the log.

So the statistics, the timelines and the board of a demo that has just begun have something true to show.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from callcenter.hub.hub import Hub
from callcenter.kernel.clock import HOUR, MINUTE, SECOND, instant, local
from callcenter.kernel.commands import ApplyCenter
from callcenter.kernel.ids import CarrierName, Entropy
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.scenario import Exponential
from callcenter.kernel.signals import CarrierDown, ContactMatch
from callcenter.simulation.crowd import Habits
from callcenter.simulation.people import AgentTraits
from callcenter.simulation.phones import Outside
from callcenter.simulation.world import Diary, World, live
from callcenter.store.directory import Directory
from callcenter.store.event_log import BATCH, EventLog

OPENS, CLOSES = time(8), time(18)
QUIET_GAP_MS, BUSY_GAP_MS = 75 * SECOND, 40 * SECOND
"""Between two callers, on average: early and late, and around noon."""
LAST_CALLS_MS = 12 * MINUTE
"""Callers stop this long before the end, so that every call is over."""
SHORTEST_MS = 2 * HOUR
_HABITS = Habits(talk_ms=150 * SECOND, patience_ms=120 * SECOND)
_TRAITS = AgentTraits(
    wrap_up=Exponential(mean_ms=35 * SECOND, at_least_ms=2 * SECOND),
    break_time=Exponential(mean_ms=10 * MINUTE, at_least_ms=20 * SECOND),
)
_HOW_CUSTOMERS_ANSWER: tuple[Literal["answers", "no_answer", "busy"], ...] = (
    "answers",
    "answers",
    "answers",
    "answers",
    "no_answer",
    "busy",
)
_LEASE_MS = 60_000


async def write_history(
    log: EventLog,
    holder: str,
    directory: Directory,
    carrier: CarrierName,
    contacts: Mapping[str, tuple[ContactMatch, ...]],
    now: int,
) -> int:
    """Writes the past into an empty log and answers with its last position."""
    hub, diary = Hub(), Diary()
    rows: list[PersonalRow] = list(directory.personal)
    began = False
    for index, (since, until) in enumerate(_days(now, directory.center.tz())):
        world = World(directory.center, index, habits=_HABITS, traits=_TRAITS, carrier=carrier, contacts=contacts)
        if not began:
            command = ApplyCenter(version=directory.version, center=directory.center, personal=directory.personal)
            diary.note(hub.decide(command, since, Entropy(b"history")).events)
            began = True
        _arrange(world, since, until)
        live(world, hub, since, min(until + HOUR, now), index, diary)
        diary.note(hub.decide(CarrierDown(carrier=carrier, why="evening"), min(until + HOUR, now), Entropy(b"evening")).events)
    known = {row.id for row in rows}
    rows += [PersonalRow(row, "number", value) for row, value in hub.state.personal.items() if row not in known]
    await log.acquire(holder, _LEASE_MS)
    for first in range(0, len(diary.events), BATCH):
        await log.append(first, diary.events[first : first + BATCH], rows if first == 0 else ())
    await log.release()
    return len(diary.events)


def _days(now: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Opening and closing time of last week's day, and of today as far as it has come."""
    today = local(now, zone)
    week_ago = today - timedelta(days=7)
    days = [(_at(week_ago, OPENS), _at(week_ago, CLOSES))]
    opened = min(_at(today, OPENS), now - SHORTEST_MS)
    return [*days, (opened, now)]


def _at(day: datetime, moment: time) -> int:
    return instant(day.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0))


def _arrange(world: World, since: int, until: int) -> None:
    """Agents come when the doors open, callers until shortly before the end, and everybody goes home before it."""
    for index, agent in enumerate(world.center.agents):
        world.agenda.arrange(since + index * 20 * SECOND, lambda at, who=agent: world.hire(who, at))  # type: ignore[misc]
        world.agenda.arrange(until - MINUTE + index * SECOND, lambda at, who=agent: world.agents[who].sign_out(at))  # type: ignore[misc]
    for number in world.contacts:
        world.network.outside[number] = Outside(
            does=world.random.choice(_HOW_CUSTOMERS_ANSWER),
            after_ms=6 * SECOND,
            hangs_up_after_ms=world.random.randrange(30, 240) * SECOND,
        )
    world.network.anywhere = Outside(after_ms=6 * SECOND, hangs_up_after_ms=60 * SECOND)
    last = until - LAST_CALLS_MS
    third = (last - since) // 3
    world.calls_come(QUIET_GAP_MS, since + 5 * MINUTE, since + third)
    world.calls_come(BUSY_GAP_MS, since + third, since + 2 * third)
    world.calls_come(QUIET_GAP_MS, since + 2 * third, last)
