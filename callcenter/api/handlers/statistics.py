"""Statistics: counters read from the rows, figures made of them by `reporting.metrics`, as JSON and as CSV.

A figure about agents' time counts all time of the agents who serve a queue, so several queues together have none of their
own: their rows would count one agent several times.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TypeVar

import msgspec
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.api import figures as f
from callcenter.api.errors import ApiError
from callcenter.api.period import Days, day, days
from callcenter.api.route import Ask
from callcenter.api.schemas import statistics as s
from callcenter.api.schemas.common import Words
from callcenter.api.schemas.queries import SeriesQuery, StatisticsQuery
from callcenter.api.series import points, step_ms
from callcenter.kernel.center import Center
from callcenter.kernel.words import Language
from callcenter.store import unadopted
from callcenter.store.audit import Entry
from callcenter.store.tables import reporting_tables
from reporting import export, queries
from reporting.counters import NOTHING, Counters, Kind, total
from reporting.tally import Calendar

T = TypeVar("T")
Read = Callable[[AsyncConnection, Days], Awaitable[T]]

MOST_POINTS = 3_000
AGENTS_TIME = ("talk_ms", "hold_ms", "wrap_up_ms", "idle_ms", "reserved_ms", "dialing_ms", "not_ready_ms", "overrun_ms")


async def read_formulas(ask: Ask) -> s.FormulasBody:
    return s.FormulasBody(formulas=f.formulas({*queries.COUNTED_CALLS, *queries.BEHIND}))


async def read_summary(ask: Ask) -> s.SummaryBody:
    query = ask.asked(StatisticsQuery)
    center = ask.services.engine.state.center
    queues, agents, team = _queues(ask, query), _agents(ask, query), _team_of(ask, query)

    async def read(connection: AsyncConnection, period: Days) -> Counters:
        if agents is not None:
            return total((await queries.by_agent(connection, reporting_tables, period.asked(), agents)).values())
        return await _queues_together(connection, period, queues, team)

    period, compared, now, before = await _both(ask, query, read)
    targets = f.targets_of(center.queues[queue] for queue in center.queues if queues is None or queue in queues)
    return s.SummaryBody(
        period=period.body(),
        compared=None if compared is None else compared.body(),
        figures=f.figures(f.SUMMARY, now, targets),
        before=None if before is None else f.figures(f.SUMMARY, before, targets),
    )


async def read_queues(ask: Ask) -> s.QueueTableBody:
    center = ask.services.engine.state.center
    query = ask.asked(StatisticsQuery)
    period, compared, (rows, whole), before = await _both(ask, query, _queue_rows(ask, query))
    then, whole_then = before if before is not None else ({}, None)
    targets = f.targets_of(center.queues[queue] for queue in center.queues if queue in rows)
    return s.QueueTableBody(
        period=period.body(),
        compared=None if compared is None else compared.body(),
        rows=[
            s.QueueRow(
                queue=queue,
                label=_label(center, queue),
                figures=f.figures(f.QUEUE_TABLE, of, _target(center, queue)),
                before=None if before is None else f.figures(f.QUEUE_TABLE, then.get(queue, NOTHING), _target(center, queue)),
            )
            for queue, of in rows.items()
        ],
        total=f.figures(f.QUEUE_TOTAL, whole, targets),
        total_before=None if whole_then is None else f.figures(f.QUEUE_TOTAL, whole_then, targets),
    )


async def read_agents(ask: Ask) -> s.AgentTableBody:
    state = ask.services.engine.state
    query = ask.asked(StatisticsQuery)
    period, compared, rows, before = await _both(ask, query, _agent_rows(ask, query))
    return s.AgentTableBody(
        period=period.body(),
        compared=None if compared is None else compared.body(),
        rows=[
            s.AgentRow(
                agent=agent,
                name=_agent_name(ask, agent),
                team=_team(state.center, agent),
                figures=f.figures(f.AGENT_TABLE, of),
                before=None if before is None else f.figures(f.AGENT_TABLE, before.get(agent, NOTHING)),
            )
            for agent, of in rows.items()
        ],
        total=f.figures(f.AGENT_TABLE, total(rows.values())),
        total_before=None if before is None else f.figures(f.AGENT_TABLE, total(before.values())),
    )


async def read_intervals(ask: Ask) -> s.SeriesBody:
    query = ask.asked(SeriesQuery)
    center = ask.services.engine.state.center
    period, compared, now, before = await _both(ask, query, _of_center(query, _series(ask, query)))
    queues = _queues(ask, query)
    targets = f.targets_of(center.queues[queue] for queue in center.queues if queues is None or queue in queues)

    def shown(series: Mapping[int, Counters]) -> list[s.IntervalPoint]:
        return [s.IntervalPoint(start_at=at, figures=f.figures(_columns(query), of, targets)) for at, of in series.items()]

    return s.SeriesBody(
        period=period.body(),
        compared=None if compared is None else compared.body(),
        step=query.step,
        points=shown(now),
        before=None if before is None else shown(before),
    )


async def queues_csv(ask: Ask) -> web.Response:
    center = ask.services.engine.state.center
    query, language = ask.asked(StatisticsQuery), _language(ask)
    period, _, (rows, whole), _ = await _both(ask, query, _queue_rows(ask, query))
    named = [(_in(language, _label(center, queue)), of) for queue, of in rows.items()]
    named.append(("全部" if language == "zh" else "All", whole))
    text = export.table_csv("队列" if language == "zh" else "Queue", named, f.QUEUE_TABLE, language)
    return await _csv(ask, "queues", period, text)


async def agents_csv(ask: Ask) -> web.Response:
    query, language = ask.asked(StatisticsQuery), _language(ask)
    period, _, rows, _ = await _both(ask, query, _agent_rows(ask, query))
    named = [(_agent_name(ask, agent), of) for agent, of in rows.items()]
    named.append(("全部" if language == "zh" else "All", total(rows.values())))
    text = export.table_csv("坐席" if language == "zh" else "Agent", named, f.AGENT_TABLE, language)
    return await _csv(ask, "agents", period, text)


async def intervals_csv(ask: Ask) -> web.Response:
    center = ask.services.engine.state.center
    query = ask.asked(SeriesQuery)
    period, _, now, _ = await _both(ask, query, _of_center(query, _series(ask, query)))
    return await _csv(ask, "intervals", period, export.series_csv(now, _columns(query), Calendar(center.tz()), _language(ask)))


# -- reading ----------------------------------------------------------------------------------------------------------------


async def _both(ask: Ask, query: StatisticsQuery, read: Read[T]) -> tuple[Days, Days | None, T, T | None]:
    """The period asked for, the one to compare it with, and what is read of each, in one transaction."""
    zone = ask.services.engine.state.center.tz()
    period = days(query.first, query.last, zone, ask.now)
    compared = None if query.compare is None else period.beginning(day(query.compare, "compare"))
    async with ask.services.database.read() as session:
        connection = await session.connection()
        now = await read(connection, period)
        before = None if compared is None else await read(connection, compared)
    return period, compared, now, before


async def _queues_together(
    connection: AsyncConnection, period: Days, queues: Collection[str] | None, team: Collection[str] | None
) -> Counters:
    if queues is None:
        whole = await queries.summary(connection, reporting_tables, period.asked())
        return msgspec.structs.replace(whole, unadopted=len(await unadopted.starts(connection, period.since_at, period.until_at)))
    rows = await queries.by_queue(connection, reporting_tables, period.asked(), queues)
    together = total(rows.values())
    if team is not None:
        agents = await queries.by_agent(connection, reporting_tables, period.asked(), team)
        return _with_time(together, total(agents.values()))
    return _with_time(together, NOTHING) if len(queues) > 1 else together


def _with_time(of: Counters, agents: Counters) -> Counters:
    """The calls of queues with the time of these agents."""
    return msgspec.structs.replace(of, **{name: getattr(agents, name) for name in AGENTS_TIME})


def _queue_rows(ask: Ask, query: StatisticsQuery) -> Read[tuple[dict[str, Counters], Counters]]:
    center = ask.services.engine.state.center
    queues, team = _queues(ask, query), _team_of(ask, query)

    async def read(connection: AsyncConnection, period: Days) -> tuple[dict[str, Counters], Counters]:
        found = await queries.by_queue(connection, reporting_tables, period.asked(), queues)
        wanted = [queue for queue in center.queues if queues is None or queue in queues]
        rows = {str(queue): found.get(queue, NOTHING) for queue in wanted}
        rows.update((queue, of) for queue, of in found.items() if queue not in rows)  # queues of the past
        return rows, await _queues_together(connection, period, queues, team)

    return read


def _agent_rows(ask: Ask, query: StatisticsQuery) -> Read[dict[str, Counters]]:
    center, agents = ask.services.engine.state.center, _agents(ask, query)
    if agents is None:
        agents = ask.reach.named_agents(())

    async def read(connection: AsyncConnection, period: Days) -> dict[str, Counters]:
        found = await queries.by_agent(connection, reporting_tables, period.asked(), agents)
        wanted = [agent.id for agent in center.agents.values() if agent.active and (agents is None or agent.id in agents)]
        rows = {str(agent): found.get(agent, NOTHING) for agent in wanted}
        rows.update((agent, of) for agent, of in found.items() if agent not in rows)
        return rows

    return read


def _series(ask: Ask, query: SeriesQuery) -> Read[dict[int, Counters]]:
    queues, agents, team = _queues(ask, query), _agents(ask, query), _team_of(ask, query)
    if query.queue and agents is not None:
        raise ApiError("bad_request", "a series is of queues or of agents, not of both", field="agent")
    kind: Kind = "agent" if agents is not None else "queue" if queues is not None else "center"
    subjects = agents if agents is not None else queues

    async def read(connection: AsyncConnection, period: Days) -> dict[int, Counters]:
        series = await _points(connection, period, query, kind, subjects)
        if kind != "queue":
            return series
        if team is not None:
            times = await _points(connection, period, query, "agent", team)
            return {at: _with_time(of, times[at]) for at, of in series.items()}
        if subjects is not None and len(subjects) > 1:
            return {at: _with_time(of, NOTHING) for at, of in series.items()}
        return series

    return read


async def _points(
    connection: AsyncConnection, period: Days, query: SeriesQuery, kind: Kind, subjects: Collection[str] | None
) -> dict[int, Counters]:
    if query.step == "1d":
        return points(period, None, await queries.by_day(connection, reporting_tables, kind, period.asked(), subjects))
    if (period.until_at - period.since_at) // step_ms(query.step) > MOST_POINTS:
        raise ApiError("bad_request", f"more than {MOST_POINTS} points: take longer steps or fewer days", field="step")
    by_quarter = await queries.by_quarter(connection, reporting_tables, kind, period.asked(), subjects)
    return points(period, step_ms(query.step), by_quarter)


def _columns(query: SeriesQuery) -> tuple[str, ...]:
    return f.SERIES if query.queue or query.agent or query.team else f.CENTER_SERIES


def _of_center(query: SeriesQuery, read: Read[dict[int, Counters]]) -> Read[dict[int, Counters]]:
    """A series of the whole center also has the calls that the service never took, which no interval of ours counts."""
    if query.queue or query.agent or query.team:
        return read

    async def both(connection: AsyncConnection, period: Days) -> dict[int, Counters]:
        series = await read(connection, period)
        begins = sorted(series)
        passed = Counter(
            begins[bisect_right(begins, at) - 1] for at in await unadopted.starts(connection, period.since_at, period.until_at)
        )
        return {at: msgspec.structs.replace(of, unadopted=passed[at]) if passed[at] else of for at, of in series.items()}

    return both


# -- what was asked ---------------------------------------------------------------------------------------------------------


def _queues(ask: Ask, query: StatisticsQuery) -> tuple[str, ...] | None:
    """The queues named, or those that the one who asks sees; None: all."""
    return ask.reach.named_queues(query.queue)


def _team_of(ask: Ask, query: StatisticsQuery) -> tuple[str, ...] | None:
    """Whose time stands beside queues together that nobody named: that of the agents whom the one who asks sees."""
    return None if query.queue or ask.reach.agents is None else tuple(ask.reach.agents)


def _agents(ask: Ask, query: StatisticsQuery) -> tuple[str, ...] | None:
    """The agents named, and those of the teams named; None: nobody is named."""
    if not query.agent and not query.team:
        return None
    ask.reach.named_agents(query.agent)
    ask.reach.named_teams(query.team)
    center = ask.services.engine.state.center
    of_teams = [agent.id for agent in center.agents.values() if agent.team in query.team]
    if not query.team:
        return tuple(query.agent)
    return tuple(of_teams) if not query.agent else tuple(agent for agent in of_teams if agent in query.agent)


def _label(center: Center, queue: str) -> Words:
    values = {str(id): values for id, values in center.queues.items()}.get(queue)
    return Words(en=queue, zh=queue) if values is None else Words(en=values.label.en, zh=values.label.zh)


def _target(center: Center, queue: str) -> dict[str, float]:
    return f.targets_of([values for id, values in center.queues.items() if id == queue])


def _agent_name(ask: Ask, agent: str) -> str:
    state = ask.services.engine.state
    for id, values in state.center.agents.items():
        if id == agent:
            return state.value(values.name)
    return agent


def _team(center: Center, agent: str) -> str:
    for id, values in center.agents.items():
        if id == agent:
            return values.team
    return ""


def _language(ask: Ask) -> Language:
    return ask.who.user.language or ask.services.engine.state.center.default_language


def _in(language: Language, words: Words) -> str:
    return words.zh if language == "zh" else words.en


async def _csv(ask: Ask, what: str, period: Days, text: str) -> web.Response:
    """What leaves the house as a file is in the audit log before it does."""
    days_ = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    entry = Entry(action="exported", subject=f"statistics/{what}.csv", user_id=ask.who.user.id, details=days_)
    await ask.services.audit.add(ask.now, entry)
    name = f"{what}-{period.first.isoformat()}-{period.last.isoformat()}.csv"
    return web.Response(
        body=text.encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


__all__: Sequence[str] = (
    "agents_csv", "intervals_csv", "queues_csv", "read_agents", "read_formulas", "read_intervals", "read_queues", "read_summary",
)  # fmt: skip
