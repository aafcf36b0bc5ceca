"""What may be sold to whom: with stage, probability and value, for a team or an agent to follow."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AccountId, AgentId, ContactId, TeamId
from callcenter.store.database import Database
from callcenter.store.tables.campaigns import CampaignRow
from callcenter.store.tables.crm import AccountRow, ContactRow, OpportunityRow


class Opportunity(Struct, frozen=True, kw_only=True):
    id: int
    name: str
    account: AccountId | None
    contact: ContactId | None
    campaign: int | None
    stage: str
    """The center's own word; `open` where nobody said."""
    probability: float
    """Of a sale, 0 to 1."""
    value: float
    """Money, in `currency`."""
    currency: str
    team: TeamId | None
    agent: AgentId | None
    created_at: int
    changed_at: int


class OpportunityChange(Struct, frozen=True, kw_only=True):
    """What is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    account: AccountId | UnsetType | None = UNSET
    contact: ContactId | UnsetType | None = UNSET
    campaign: int | UnsetType | None = UNSET
    stage: str | UnsetType = UNSET
    probability: float | UnsetType = UNSET
    value: float | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    team: TeamId | UnsetType | None = UNSET
    agent: AgentId | UnsetType | None = UNSET


class Opportunities:
    """Raises NotFound, Refused for values that cannot be, StoreFault. `now` is ms since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opportunity(self, id: int) -> Opportunity:
        async with self._database.read() as session:
            return _opportunity(_there(await session.get(OpportunityRow, id)))

    async def of(
        self, *, account: AccountId | None = None, contact: ContactId | None = None, stage: str | None = None, limit: int = 200
    ) -> tuple[Opportunity, ...]:
        """Those with all that is given, changed last first."""
        query = select(OpportunityRow).order_by(OpportunityRow.changed_at.desc(), OpportunityRow.id.desc()).limit(limit)
        asked = ((OpportunityRow.account, account), (OpportunityRow.contact, contact), (OpportunityRow.stage, stage))
        for column, value in asked:
            if value is not None:
                query = query.where(column == value)
        async with self._database.read() as session:
            return tuple(map(_opportunity, await session.scalars(query)))

    async def create(self, values: OpportunityChange, now: int) -> Opportunity:
        row = OpportunityRow(
            name="", account=None, contact=None, campaign=None, stage="open", probability=0.5, value=0.0, currency="USD",
            team=None, agent=None, created_at=now, changed_at=now,
        )  # fmt: skip
        return await self._write(row, values)

    async def change(self, id: int, values: OpportunityChange, now: int) -> Opportunity:
        async with self._database.read() as session:
            row = _there(await session.get(OpportunityRow, id))
        row.changed_at = now
        return await self._write(row, values)

    async def _write(self, row: OpportunityRow, values: OpportunityChange) -> Opportunity:
        for name in values.__struct_fields__:
            value: Any = getattr(values, name)
            if value is not UNSET:
                setattr(row, name, value.strip() if isinstance(value, str) else value)
        if not row.name:
            raise Refused("name_missing", "an opportunity needs a name: say what it is about")
        if not 0 <= row.probability <= 1:
            raise Refused("bad_probability", "a probability lies between 0 and 1")
        if not 0 <= row.value < 1e15 or len(row.currency) != 3:
            raise Refused("bad_amount", "a value is 0 or more, in a currency of three letters")
        async with self._database.write() as session:
            for kind, id in ((AccountRow, row.account), (ContactRow, row.contact), (CampaignRow, row.campaign)):
                if id is not None and await session.get(kind, id) is None:
                    raise Refused("no_such_owner", "the opportunity names an account, contact or campaign that is not there")
            row = await session.merge(row)
            await session.flush()
            return _opportunity(row)


def _there(row: OpportunityRow | None) -> OpportunityRow:
    if row is None:
        raise NotFound("there is no such opportunity")
    return row


def _opportunity(row: OpportunityRow) -> Opportunity:
    return Opportunity(**{name: getattr(row, name) for name in Opportunity.__struct_fields__})
