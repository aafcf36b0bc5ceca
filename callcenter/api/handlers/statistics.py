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
    queues, agents = _queues(query, center), _agents(query, center)

    async def read(connection: AsyncConnection, period: Days) -> Counters:
        if agents is not None:
            return total((await queries.by_agent(connection, reporting_tables, period.asked(), agents)).values())
        return await _queues_together(connection, period, queues)

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
    period, compared, (rows, whole), before = await _both(ask, query, _queue_rows(query, center))
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
    period, compared, rows, before = await _both(ask, query, _agent_rows(query, state.center))
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
    period, compared, now, before = await _both(ask, query, _of_center(query, _series(query, center)))
    queues = _queues(query, center)
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
    period, _, (rows, whole), _ = await _both(ask, query, _queue_rows(query, center))
    named = [(_in(language, _label(center, queue)), of) for queue, of in rows.items()]
    named.append(("全部" if language == "zh" else "All", whole))
    return _csv("queues", period, export.table_csv("队列" if language == "zh" else "Queue", named, f.QUEUE_TABLE, language))


async def agents_csv(ask: Ask) -> web.Response:
    query, language = ask.asked(StatisticsQuery), _language(ask)
    period, _, rows, _ = await _both(ask, query, _agent_rows(query, ask.services.engine.state.center))
    named = [(_agent_name(ask, agent), of) for agent, of in rows.items()]
    named.append(("全部" if language == "zh" else "All", total(rows.values())))
    return _csv("agents", period, export.table_csv("坐席" if language == "zh" else "Agent", named, f.AGENT_TABLE, language))


async def intervals_csv(ask: Ask) -> web.Response:
    center = ask.services.engine.state.center
    query = ask.asked(SeriesQuery)
    period, _, now, _ = await _both(ask, query, _of_center(query, _series(query, center)))
    return _csv("intervals", period, export.series_csv(now, _columns(query), Calendar(center.tz()), _language(ask)))


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


async def _queues_together(connection: AsyncConnection, period: Days, queues: Collection[str] | None) -> Counters:
    if queues is None:
        whole = await queries.summary(connection, reporting_tables, period.asked())
        return msgspec.structs.replace(whole, unadopted=len(await unadopted.starts(connection, period.since_at, period.until_at)))
    rows = await queries.by_queue(connection, reporting_tables, period.asked(), queues)
    return _without_time(total(rows.values())) if len(queues) > 1 else total(rows.values())


def _without_time(of: Counters) -> Counters:
    return msgspec.structs.replace(of, **dict.fromkeys(AGENTS_TIME, 0))


def _queue_rows(query: StatisticsQuery, center: Center) -> Read[tuple[dict[str, Counters], Counters]]:
    queues = _queues(query, center)

    async def read(connection: AsyncConnection, period: Days) -> tuple[dict[str, Counters], Counters]:
        found = await queries.by_queue(connection, reporting_tables, period.asked(), queues)
        wanted = [queue for queue in center.queues if queues is None or queue in queues]
        rows = {str(queue): found.get(queue, NOTHING) for queue in wanted}
        rows.update((queue, of) for queue, of in found.items() if queue not in rows)  # queues of the past
        return rows, await _queues_together(connection, period, queues)

    return read


def _agent_rows(query: StatisticsQuery, center: Center) -> Read[dict[str, Counters]]:
    agents = _agents(query, center)

    async def read(connection: AsyncConnection, period: Days) -> dict[str, Counters]:
        found = await queries.by_agent(connection, reporting_tables, period.asked(), agents)
        wanted = [agent.id for agent in center.agents.values() if agent.active and (agents is None or agent.id in agents)]
        rows = {str(agent): found.get(agent, NOTHING) for agent in wanted}
        rows.update((agent, of) for agent, of in found.items() if agent not in rows)
        return rows

    return read


def _series(query: SeriesQuery, center: Center) -> Read[dict[int, Counters]]:
    queues, agents = _queues(query, center), _agents(query, center)
    if queues is not None and agents is not None:
        raise ApiError("bad_request", "a series is of queues or of agents, not of both", field="agent")
    kind: Kind = "queue" if queues is not None else "agent" if agents is not None else "center"
    subjects = queues if queues is not None else agents

    async def read(connection: AsyncConnection, period: Days) -> dict[int, Counters]:
        if query.step == "1d":
            by_day = await queries.by_day(connection, reporting_tables, kind, period.asked(), subjects)
            series = points(period, None, by_day)
        else:
            if (period.until_at - period.since_at) // step_ms(query.step) > MOST_POINTS:
                raise ApiError("bad_request", f"more than {MOST_POINTS} points: take longer steps or fewer days", field="step")
            by_quarter = await queries.by_quarter(connection, reporting_tables, kind, period.asked(), subjects)
            series = points(period, step_ms(query.step), by_quarter)
        if queues is not None and len(queues) > 1:
            return {at: _without_time(of) for at, of in series.items()}
        return series

    return read


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


def _queues(query: StatisticsQuery, center: Center) -> tuple[str, ...] | None:
    return tuple(query.queue) or None


def _agents(query: StatisticsQuery, center: Center) -> tuple[str, ...] | None:
    """The agents named, and those of the teams named; None: all."""
    if not query.agent and not query.team:
        return None
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


def _csv(what: str, period: Days, text: str) -> web.Response:
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
