"""The center's directory: read it whole, compare it with another, replace it whole or not at all.

The rows are the truth. Each change raises their version in the same transaction; the hub compares versions and appends the
CenterChanged that is missing. Names of agents and blocked numbers stand in rows in the clear, and under a personal id that
stays the same in everything the log sees.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.hub import numbers
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.center import Center, Mistake, mistakes
from callcenter.kernel.errors import Conflict, Refused
from callcenter.kernel.ids import CampaignId, Entropy, PersonalId
from callcenter.kernel.law import Pack, PackId
from callcenter.kernel.personal import PersonalKind, PersonalRow
from callcenter.kernel.seed import CenterSeed
from callcenter.store.campaign_values import read_campaigns
from callcenter.store.database import Database
from callcenter.store.directory_rows import AGENT_NAME, BLOCKED_NUMBER, CENTER_ID, Named, read_center, write_center
from callcenter.store.tables.directory import CenterRow, PersonalIdRow

_KINDS: dict[str, PersonalKind] = {AGENT_NAME: "name", BLOCKED_NUMBER: "number"}


class Directory(Struct, frozen=True, kw_only=True):
    """The center at one version. `personal` has a row for each personal id that `center` names."""

    version: int
    center: Center
    personal: tuple[PersonalRow, ...]


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that a change would do. `before` and `after` are values as JSON would show them, names in the clear."""

    path: str
    """Such as queues.billing.ring_ms."""
    kind: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None


class DirectoryStore:
    """`entropy` makes the personal ids of values that have none yet; it must be seeded by real chance, once per process. `laws`
    are the rule packs that campaigns may name: what the answers of `load` need of them is part of the center."""

    def __init__(self, database: Database, entropy: Entropy, laws: Mapping[PackId, Pack] = MappingProxyType({})) -> None:
        self._database = database
        self._entropy = entropy
        self._laws = laws

    async def load(self) -> Directory | None:
        """None when the database holds no center yet."""
        async with self._database.read() as session:
            found = await read_center(session)
            campaigns = await read_campaigns(session)
        return None if found is None else self._with_campaigns(_directory(*found), campaigns)

    def _with_campaigns(self, directory: Directory, campaigns: dict[CampaignId, CampaignValues]) -> Directory:
        """Campaigns are planned beside the directory, and no center file speaks of them."""
        laws = {one.law: self._laws[one.law] for one in campaigns.values() if one.law is not None and one.law in self._laws}
        center = msgspec.structs.replace(directory.center, campaigns=campaigns, laws=laws)
        return msgspec.structs.replace(directory, center=center)

    async def touch(self) -> None:
        """Raises the version though no row has changed: what the values are made of besides (rule packs) is another."""
        async with self._database.write() as session:
            await session.execute(update(CenterRow).values(version=CenterRow.version + 1))

    async def version(self) -> int:
        """0 when there is no center yet."""
        async with self._database.read() as session:
            found = await session.scalar(select(CenterRow.version).where(CenterRow.id == CENTER_ID))
        return found or 0

    async def diff(self, new: CenterSeed) -> tuple[int, list[Difference]]:
        """What `apply` would change, and the version it was compared with."""
        async with self._database.read() as session:
            found = await read_center(session)
        if found is None:
            return 0, list(_differences({}, _shown(_named(new))))
        version, old = found
        return version, list(_differences(_shown(old), _shown(_named(new))))

    async def apply(self, new: CenterSeed, expected_version: int, now: int) -> Directory:
        """Replaces the whole directory and answers with it at its new version; all of it or nothing.

        Nothing is written, and the version stays, when there is no difference. Raises Refused when the values do not hold
        together, Conflict when the directory is not at `expected_version` (0: when there is one already).
        """
        async with self._database.write() as session:
            return await self.write(session, new, expected_version, now)

    async def write(self, session: AsyncSession, new: CenterSeed, expected_version: int, now: int) -> Directory:
        """`apply` in a transaction that writes more than the directory."""
        faults = [*mistakes(new.center), *_unnamed(new)]
        if faults:
            first = faults[0]
            raise Refused("center_invalid", f"{first.path}: {first.why}; write {first.instead} ({len(faults)} mistakes)")
        # On PostgreSQL the row is locked; SQLite has let no other writer in since the transaction began.
        found = await session.scalar(select(CenterRow.version).where(CenterRow.id == CENTER_ID).with_for_update())
        version = found or 0
        if version != expected_version:
            raise Conflict(f"the directory is at version {version} by now, not {expected_version}: compare again")
        old = await read_center(session)
        named = await self._with_ids(session, _named(new))
        if old is not None and not any(_differences(_shown(old[1]), _shown(named))):
            return _directory(*old)
        await write_center(session, named, version + 1, now)
        return _directory(version + 1, named)

    async def _with_ids(self, session: AsyncSession, named: Named) -> Named:
        """The same with a personal id for every value; those that have one keep it, blocked numbers that left lose theirs."""
        rows = {(row.kind, row.subject): row for row in await session.scalars(select(PersonalIdRow))}
        blocked = set(named.blocked)
        gone = [row.id for row in rows.values() if row.kind == BLOCKED_NUMBER and row.subject not in blocked]
        await session.execute(delete(PersonalIdRow).where(PersonalIdRow.id.in_(gone)))

        def id_of(kind: str, subject: str) -> PersonalId:
            row = rows.get((kind, subject))
            if row is None:
                row = rows[kind, subject] = PersonalIdRow(kind=kind, subject=subject, id=self._entropy.personal())
                session.add(row)
            return PersonalId(row.id)

        center = msgspec.structs.replace(
            named.center,
            agents={id: msgspec.structs.replace(agent, name=id_of(AGENT_NAME, id)) for id, agent in named.center.agents.items()},
            blocked=tuple(id_of(BLOCKED_NUMBER, number) for number in named.blocked),
        )
        await session.flush()
        return msgspec.structs.replace(named, center=center)


def _named(seed: CenterSeed) -> Named:
    """Blocked numbers in the form that the hub makes of a caller's, each once; a word in place of a number blocks nobody."""
    region = seed.center.outside.region
    blocked = dict.fromkeys(form for number in seed.blocked if (form := numbers.normal(number, region)))
    return Named(center=seed.center, names=seed.names, blocked=tuple(blocked))


def _unnamed(seed: CenterSeed) -> Iterator[Mistake]:
    for id in seed.center.agents:
        if not seed.names.get(id, "").strip():
            yield Mistake(f"agents.{id}.name", "an agent needs a name", "the name as colleagues and records show it")
    for id in seed.names.keys() - seed.center.agents.keys():
        yield Mistake(f"agents.{id}", "a name is given for an agent who is not listed", "the agent, or no name")


def _directory(version: int, named: Named) -> Directory:
    center = named.center
    names = [PersonalRow(agent.name, _KINDS[AGENT_NAME], named.names[agent.id]) for agent in center.agents.values()]
    blocked = [PersonalRow(id, _KINDS[BLOCKED_NUMBER], number) for id, number in zip(center.blocked, named.blocked, strict=True)]
    return Directory(version=version, center=center, personal=(*names, *blocked))


def _shown(named: Named) -> dict[str, Any]:
    """The center as plain values with names and blocked numbers in the clear."""
    shown: dict[str, Any] = msgspec.to_builtins(named.center)
    for id, agent in shown["agents"].items():
        agent["name"] = named.names.get(id, "")
    shown["blocked"] = list(named.blocked)
    return shown


def _differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Dictionaries are compared key by key, everything else as a whole; the order counts where the center lists its things."""
    if isinstance(before, dict) and isinstance(after, dict):
        if path in _LISTED and before.keys() == after.keys() and list(before) != list(after):
            yield Difference(path=path, kind="changed", before=list(before), after=list(after))
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _differences(before.get(key, _ABSENT), after.get(key, _ABSENT), f"{path}.{key}" if path else key)
    elif before is _ABSENT:
        yield Difference(path=path, kind="added", after=after)
    elif after is _ABSENT:
        yield Difference(path=path, kind="removed", before=before)
    elif before != after:
        yield Difference(path=path, kind="changed", before=before, after=after)


_ABSENT = object()
_LISTED = frozenset({"queues", "agents", "teams", "skills", "numbers", "hours", "flows", "prompts"})
