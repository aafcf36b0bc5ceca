"""The center's values to rows and back. Both directions stand side by side, so that a field forgotten in one is seen in the
other; a test sends random centers through both. Nothing here opens a transaction.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.center import (
    AgentValues,
    Center,
    Choice,
    HoursValues,
    Label,
    NumberValues,
    Opening,
    Outside,
    QueueValues,
    Timing,
)
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import AgentId, HoursId, PersonalId, PromptId, QueueId, SkillId, TeamId
from callcenter.store.tables import directory as t
from callcenter.store.tables.base import Base

CENTER_ID = 1
AGENT_NAME, BLOCKED_NUMBER = "agent_name", "blocked_number"

_TABLES: tuple[type[Base], ...] = (
    t.QueueRow,
    t.SkillRow,
    t.TeamRow,
    t.AgentSkillRow,
    t.AgentRow,
    t.NumberRow,
    t.OpeningRow,
    t.HolidayRow,
    t.HoursRow,
    t.FlowRow,
    t.PromptRow,
    t.DispositionRow,
    t.ReasonRow,
    t.BlockedNumberRow,
)
_QUEUE = tuple(name for name in QueueValues.__struct_fields__ if name != "label")

R = TypeVar("R", bound=Base)


class Named(Struct, frozen=True, kw_only=True):
    """A center with the values of people in the clear beside it. Its `AgentValues.name` and `blocked` are personal ids."""

    center: Center
    names: dict[AgentId, str]
    blocked: tuple[str, ...]


async def write_center(session: AsyncSession, named: Named, version: int, now: int) -> None:
    """Replaces every row of the directory, but for the personal ids."""
    for table in _TABLES:
        await session.execute(delete(table))
    rows = list(_rows(named))
    # Parents before children: the order in which they are listed.
    for kind in dict.fromkeys(map(type, rows)):
        session.add_all([row for row in rows if type(row) is kind])
        await session.flush()
    center = named.center
    await session.merge(
        t.CenterRow(
            id=CENTER_ID,
            version=version,
            name=center.name,
            zone=center.zone,
            languages=list(center.languages),
            default_language=center.default_language,
            default_queue=center.default_queue,
            timing=msgspec.to_builtins(center.timing),
            outside=msgspec.to_builtins(center.outside),
            agents_hear_own=center.agents_hear_own,
            changed_at=now,
        )
    )


async def read_center(session: AsyncSession) -> tuple[int, Named] | None:
    """The version and the values; None when the database is empty."""
    row = await session.get(t.CenterRow, CENTER_ID)
    if row is None:
        return None
    agents = await _all(session, t.AgentRow)
    blocked = [blocked.number for blocked in await _all(session, t.BlockedNumberRow)]
    ids = {(row.kind, row.subject): PersonalId(row.id) for row in await session.scalars(select(t.PersonalIdRow))}
    center = Center(
        name=row.name,
        zone=row.zone,
        languages=tuple(msgspec.convert(row.languages, list[Any])),
        default_language=msgspec.convert(row.default_language, Any),
        queues=_by_id(_queue(one) for one in await _all(session, t.QueueRow)),
        agents=await _agents(session, agents, ids),
        teams={TeamId(one.id): _label(one) for one in await _all(session, t.TeamRow)},
        skills={SkillId(one.id): _label(one) for one in await _all(session, t.SkillRow)},
        numbers=_by_id(_number(one) for one in await _all(session, t.NumberRow)),
        hours=await _hours(session),
        flows=_by_id(msgspec.json.decode(one.flow, type=Flow) for one in await _all(session, t.FlowRow)),
        prompts={PromptId(one.id): _label(one) for one in await _all(session, t.PromptRow)},
        dispositions=tuple(Choice(one.code, _label(one)) for one in await _all(session, t.DispositionRow)),
        reasons=tuple(Choice(one.code, _label(one)) for one in await _all(session, t.ReasonRow)),
        blocked=tuple(ids[BLOCKED_NUMBER, number] for number in blocked),
        default_queue=None if row.default_queue is None else QueueId(row.default_queue),
        timing=msgspec.convert(row.timing, Timing),
        outside=msgspec.convert(row.outside, Outside),
        agents_hear_own=row.agents_hear_own,
    )
    return row.version, Named(center=center, names={AgentId(one.id): one.name for one in agents}, blocked=tuple(blocked))


def _rows(named: Named) -> Iterable[Base]:
    center = named.center
    for place, queue in enumerate(center.queues.values()):
        plain = {name: getattr(queue, name) for name in _QUEUE}
        yield t.QueueRow(place=place, **_words(queue.label), **plain)
    labelled: tuple[tuple[Callable[..., Base], Mapping[Any, Label]], ...] = (
        (t.SkillRow, center.skills),
        (t.TeamRow, center.teams),
        (t.PromptRow, center.prompts),
    )
    for table, labels in labelled:
        for place, (id, label) in enumerate(labels.items()):
            yield table(id=id, place=place, **_words(label))
    for place, agent in enumerate(center.agents.values()):
        yield t.AgentRow(id=agent.id, place=place, name=named.names[agent.id], team=agent.team, active=agent.active)
    for agent in center.agents.values():
        for place, (skill, level) in enumerate(agent.skills.items()):
            yield t.AgentSkillRow(agent=agent.id, skill=skill, level=level, place=place)
    for place, number in enumerate(center.numbers.values()):
        yield t.NumberRow(
            id=number.id,
            place=place,
            **_words(number.label),
            dialed=number.dialed,
            flow=number.flow,
            language=number.language,
            skills=dict(number.skills),
            priority=number.priority,
        )
    for place, hours in enumerate(center.hours.values()):
        yield t.HoursRow(id=hours.id, place=place, days=len(hours.weekdays))
    for hours in center.hours.values():
        for weekday, openings in enumerate(hours.weekdays):
            for place, opening in enumerate(openings):
                yield t.OpeningRow(hours=hours.id, weekday=weekday, place=place, since=opening.since, until=opening.until)
        for place, day in enumerate(hours.holidays):
            yield t.HolidayRow(hours=hours.id, place=place, day=day.isoformat())
    for place, flow in enumerate(center.flows.values()):
        yield t.FlowRow(id=flow.id, place=place, flow=msgspec.json.encode(flow).decode())
    choices: tuple[tuple[Callable[..., Base], Sequence[Choice]], ...] = (
        (t.DispositionRow, center.dispositions),
        (t.ReasonRow, center.reasons),
    )
    for table, codes in choices:
        for place, choice in enumerate(codes):
            yield table(code=choice.code, place=place, **_words(choice.label))
    for place, blocked in enumerate(named.blocked):
        yield t.BlockedNumberRow(number=blocked, place=place)


async def _all(session: AsyncSession, table: type[R]) -> list[R]:
    place = table.__table__.c.place
    return list(await session.scalars(select(table).order_by(place)))


def _queue(row: t.QueueRow) -> QueueValues:
    return QueueValues(label=_label(row), **{name: getattr(row, name) for name in _QUEUE})


async def _agents(
    session: AsyncSession, rows: list[t.AgentRow], ids: Mapping[tuple[str, str], PersonalId]
) -> dict[AgentId, AgentValues]:
    skills: dict[str, dict[SkillId, int]] = {}
    for one in await _all(session, t.AgentSkillRow):
        skills.setdefault(one.agent, {})[SkillId(one.skill)] = one.level
    return _by_id(
        AgentValues(
            id=AgentId(row.id),
            name=ids[AGENT_NAME, row.id],
            team=TeamId(row.team),
            skills=skills.get(row.id, {}),
            active=row.active,
        )
        for row in rows
    )


def _number(row: t.NumberRow) -> NumberValues:
    values = {name: getattr(row, name) for name in ("id", "dialed", "flow", "language", "skills", "priority")}
    return msgspec.convert({**values, "label": _label(row)}, NumberValues)


async def _hours(session: AsyncSession) -> dict[HoursId, HoursValues]:
    rows = await _all(session, t.HoursRow)
    weeks: dict[str, list[list[Opening]]] = {row.id: [[] for _ in range(row.days)] for row in rows}
    for opening in await _all(session, t.OpeningRow):
        weeks[opening.hours][opening.weekday].append(Opening(opening.since, opening.until))
    holidays: dict[str, list[date]] = {}
    for holiday in await _all(session, t.HolidayRow):
        holidays.setdefault(holiday.hours, []).append(date.fromisoformat(holiday.day))
    return _by_id(
        HoursValues(id=HoursId(row.id), weekdays=tuple(map(tuple, weeks[row.id])), holidays=tuple(holidays.get(row.id, ())))
        for row in rows
    )


def _by_id(values: Iterable[Any]) -> dict[Any, Any]:
    return {value.id: value for value in values}


def _label(row: t.Labelled) -> Label:
    return Label(en=row.label_en, zh=row.label_zh)


def _words(label: Label) -> dict[str, str]:
    return {"label_en": label.en, "label_zh": label.zh}
