"""Do-not-call lists as people look at them: which there are, how old, and the numbers on the center's own and the campaigns'.

Registries are asked by number and never shown: they are other people's, and have millions of entries.
"""

from typing import Literal, cast

from msgspec import Struct
from sqlalchemy import func, select

from callcenter.store.database import Database
from callcenter.store.do_not_call import OWN, Source
from callcenter.store.paging import Page, after, cursor
from callcenter.store.tables.campaigns import CampaignRow, DoNotCallListRow, DoNotCallRow

Kind = Literal["own", "campaign", "registry"]


class Register(Struct, frozen=True, kw_only=True):
    kind: Kind
    name: str
    """Of a registry; of a campaign's list the campaign's name; empty for the center's own."""
    campaign: int | None
    entries: int
    loaded_at: int
    """Of a registry: from when its data are."""


class Barred(Struct, frozen=True, kw_only=True):
    e164: str
    added_at: int
    source: Source


class DoNotCallPages:
    """Raises Refused for a cursor of another list, StoreFault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def registers(self) -> tuple[Register, ...]:
        """The center's own first, which there always is; then campaigns', then registries."""
        rows = (
            select(DoNotCallListRow, CampaignRow.name)
            .outerjoin(CampaignRow, CampaignRow.id == DoNotCallListRow.campaign)
            .where(DoNotCallListRow.state == "ready")
        )
        counts = (
            select(DoNotCallRow.register, func.count())
            .join(DoNotCallListRow, DoNotCallListRow.id == DoNotCallRow.register)
            .where(DoNotCallListRow.kind != "registry")
            .group_by(DoNotCallRow.register)
        )
        async with self._database.read() as session:
            entries = dict((await session.execute(counts)).all())
            found = [
                Register(
                    kind=cast(Kind, row.kind),
                    name=row.name if row.kind == "registry" else campaign or "",
                    campaign=row.campaign,
                    entries=row.entries if row.kind == "registry" else entries.get(row.id, 0),
                    loaded_at=row.loaded_at,
                )
                for row, campaign in await session.execute(rows)
            ]
        if not any(one.kind == "own" for one in found):
            found.append(Register(kind="own", name="", campaign=None, entries=0, loaded_at=0))
        return tuple(sorted(found, key=lambda one: (("own", "campaign", "registry").index(one.kind), one.name)))

    async def numbers(self, campaign: int | None, *, limit: int, cursor_: str | None) -> Page[Barred]:
        """Of the center's own list, or of a campaign's; those that were added last first."""
        name = OWN if campaign is None else f"campaign/{campaign}"
        of = f"do-not-call {name}"
        query = (
            select(DoNotCallRow)
            .join(DoNotCallListRow, DoNotCallListRow.id == DoNotCallRow.register)
            .where(DoNotCallListRow.name == name)
            .order_by(DoNotCallRow.added_at.desc(), DoNotCallRow.e164)
            .limit(limit + 1)
        )
        if cursor_ is not None:
            at, e164 = after(cursor_, of, int, str)
            query = query.where(
                (DoNotCallRow.added_at < at) | ((DoNotCallRow.added_at == at) & (DoNotCallRow.e164 > e164))
            )  # fmt: skip
        async with self._database.read() as session:
            rows = list(await session.scalars(query))
        items = tuple(Barred(e164=row.e164, added_at=row.added_at, source=cast(Source, row.source)) for row in rows[:limit])
        more = cursor(of, rows[limit - 1].added_at, rows[limit - 1].e164) if len(rows) > limit else None
        return Page(items, more)
