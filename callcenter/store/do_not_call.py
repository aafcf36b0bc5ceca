"""Do-not-call lists: the center's own, one for each campaign, and registries that are imported as files and have an age.

An opt-out is one row in one transaction, and every claim reads these rows, so it holds from the next dial on. A registry is
loaded beside the old one and takes its place in one step; until then, and when loading fails, the old one holds.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Literal

from msgspec import Struct
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import NotFound, Refused
from callcenter.store.among import among
from callcenter.store.database import Database
from callcenter.store.lead_numbers import read_number
from callcenter.store.lead_rows import insert_rows
from callcenter.store.tables.campaigns import CampaignRow, DoNotCallListRow, DoNotCallRow
from dialer.lead import BadNumber
from dialer.reasons import words

OWN = "own"
BATCH = 2_000
Source = Literal["agent", "key", "administrator", "registry"]
"""Who or what put a number on a list; `key` is the callee, on her telephone."""


class Registry(Struct, frozen=True, kw_only=True):
    name: str
    loaded_at: int
    """From when its data are, ms since the epoch: the law asks for its age."""
    entries: int


class DoNotCall:
    """Raises StoreFault. Times are ms since the epoch; numbers are taken in any written form, `region` reads national ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, number: str, region: str, source: Source, now: int, *, campaign: int | None = None) -> None:
        """On the center's own list, or on a campaign's; holds for every claim from now on. Raises Refused for no number."""
        e164 = _e164(number, region)
        async with self._database.write() as session:
            await add(session, e164, source, now, campaign=campaign)

    async def remove(self, number: str, region: str, *, campaign: int | None = None) -> bool:
        """Whether it stood there."""
        async with self._database.write() as session:
            register = await _register(session, campaign, 0)
            gone = delete(DoNotCallRow).where(DoNotCallRow.e164 == _e164(number, region), DoNotCallRow.register == register)
            return bool((await session.execute(gone)).rowcount)  # type: ignore[attr-defined]

    async def listed(self, number: str, region: str) -> tuple[str, ...]:
        """The names of all lists on which a number stands."""
        return (await self.standing(number, region))[1]

    async def standing(self, number: str, region: str) -> tuple[str, tuple[str, ...]]:
        """The number as it is dialed, and the names of all lists on which it stands."""
        e164 = _e164(number, region)
        query = (
            select(DoNotCallListRow.name)
            .join(DoNotCallRow, DoNotCallRow.register == DoNotCallListRow.id)
            .where(DoNotCallRow.e164 == e164, DoNotCallListRow.state == "ready")
        )
        async with self._database.read() as session:
            return e164, tuple(await session.scalars(query.order_by(DoNotCallListRow.name)))

    async def registries(self) -> tuple[Registry, ...]:
        query = select(DoNotCallListRow).where(DoNotCallListRow.kind == "registry", DoNotCallListRow.state == "ready")
        async with self._database.read() as session:
            rows = await session.scalars(query.order_by(DoNotCallListRow.name))
            return tuple(Registry(name=row.name, loaded_at=row.loaded_at, entries=row.entries) for row in rows)

    async def load_registry(self, name: str, numbers: AsyncIterator[Sequence[str]], loaded_at: int, now: int) -> Registry:
        """Replaces a registry by these numbers (E.164, in pieces of some thousands). `loaded_at`: from when they are."""
        if not name.strip() or name == OWN or name.startswith(("campaign/", "~")):
            raise Refused("bad_name", "a registry needs a name of its own, such as us_national")
        await self._clean()
        async with self._database.write() as session:
            row = DoNotCallListRow(
                name=f"~{name}", kind="registry", campaign=None, state="loading", loaded_at=loaded_at, entries=0
            )
            session.add(row)
            await session.flush()
            register = row.id
        async for some in numbers:
            await self._load(register, list(dict.fromkeys(some)), now)
        async with self._database.write() as session:
            entries = await session.scalar(select(func.count()).where(DoNotCallRow.register == register)) or 0
            if entries == 0:
                raise Refused("empty_file", "there is no number in the file, and the registry stays as it was: look at the file")
            old = update(DoNotCallListRow).where(DoNotCallListRow.name == name, DoNotCallListRow.kind == "registry")
            await session.execute(old.values(name=f"~{register}", state="loading"))
            fresh = update(DoNotCallListRow).where(DoNotCallListRow.id == register)
            await session.execute(fresh.values(name=name, state="ready", entries=entries))
        await self._clean()
        return Registry(name=name, loaded_at=loaded_at, entries=entries)

    async def _load(self, register: int, numbers: list[str], now: int) -> None:
        async with self._database.write() as session:
            there = among(DoNotCallRow.e164, numbers, sqlite=self._database.sqlite)
            known = set(await session.scalars(select(DoNotCallRow.e164).where(there, DoNotCallRow.register == register)))
            rows = [(number, register, now, "registry") for number in numbers if number not in known]
            columns = ("e164", "register", "added_at", "source")
            await insert_rows(session, DoNotCallRow.__tablename__, columns, rows)

    async def _clean(self) -> None:
        """What was replaced, or was being loaded when a process was killed, in small transactions."""
        async with self._database.read() as session:
            stale = list(await session.scalars(select(DoNotCallListRow.id).where(DoNotCallListRow.state == "loading")))
        for register in stale:
            while True:
                async with self._database.write() as session:
                    of_it = select(DoNotCallRow.e164).where(DoNotCallRow.register == register).limit(BATCH)
                    some = list(await session.scalars(of_it))
                    if not some:
                        await session.execute(delete(DoNotCallListRow).where(DoNotCallListRow.id == register))
                        break
                    there = among(DoNotCallRow.e164, some, sqlite=self._database.sqlite)
                    await session.execute(delete(DoNotCallRow).where(there, DoNotCallRow.register == register))


async def add(session: AsyncSession, e164: str, source: Source, now: int, *, campaign: int | None = None) -> bool:
    """In a transaction that writes more, such as the end of the call in which somebody pressed the key. False: it stood there."""
    register = await _register(session, campaign, now)
    if await session.get(DoNotCallRow, (e164, register)) is not None:
        return False
    session.add(DoNotCallRow(e164=e164, register=register, added_at=now, source=source))
    await session.flush()
    return True


async def take_back(session: AsyncSession, numbers: Sequence[str]) -> None:
    """Numbers that an agent put on the own list by mistake; those that somebody else put there stay."""
    register = await _register(session, None, 0)
    for e164 in numbers:
        row = await session.get(DoNotCallRow, (e164, register))
        if row is not None and row.source == "agent":
            await session.delete(row)
    await session.flush()


async def _register(session: AsyncSession, campaign: int | None, now: int) -> int:
    """The number of the own list, or of a campaign's; it is made when it is needed first."""
    name = OWN if campaign is None else f"campaign/{campaign}"
    found = await session.scalar(select(DoNotCallListRow.id).where(DoNotCallListRow.name == name))
    if found is not None:
        return found
    if campaign is not None and await session.get(CampaignRow, campaign) is None:
        raise NotFound("there is no such campaign")
    kind = "own" if campaign is None else "campaign"
    row = DoNotCallListRow(name=name, kind=kind, campaign=campaign, state="ready", loaded_at=now, entries=0)
    session.add(row)
    await session.flush()
    return row.id


def _e164(number: str, region: str) -> str:
    read = read_number(number, region)
    if isinstance(read, BadNumber):
        raise Refused("bad_number", words(read.reason, "en"))
    return read.e164
