"""What is known of the numbers in a batch: leads of the same campaign, customers, do-not-call lists. One query each."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.among import among
from callcenter.store.database import Database
from callcenter.store.tables.campaigns import CallListRow, DoNotCallListRow, DoNotCallRow
from callcenter.store.tables.crm import ContactPhoneRow, ContactRow
from callcenter.store.tables.leads import LeadPhoneRow
from dialer.screening import Known, Owner, Policy


class Looking:
    """For the import of one list into a campaign. What the policy does not ask for is not looked up."""

    def __init__(self, database: Database, campaign: int, call_list: int, policy: Policy) -> None:
        self.policy = policy
        self._database, self._campaign, self._list = database, campaign, call_list

    async def at(self, numbers: Iterable[str]) -> Known:
        wanted = list(dict.fromkeys(numbers))
        known = Known(in_list=set(), in_campaign={}, owners={}, barred={})
        if not wanted:
            return known
        async with self._database.read() as session:
            if self.policy.in_list == "refuse" or self.policy.in_campaign == "refuse":
                known.in_list, known.in_campaign = await self._leads(session, wanted)
            if self.policy.contacts != "ignore":
                known.owners = await self._owners(session, wanted)
            if self.policy.do_not_call == "refuse":
                known.barred = await self._barred(session, wanted)
        return known

    async def _leads(self, session: AsyncSession, wanted: list[str]) -> tuple[set[str], dict[str, str]]:
        there = among(LeadPhoneRow.e164, wanted, sqlite=self._database.sqlite)
        query = select(LeadPhoneRow.e164, LeadPhoneRow.call_list).where(LeadPhoneRow.campaign == self._campaign, there)
        mine: set[str] = set()
        others: dict[str, int] = {}
        for number, call_list in await session.execute(query):
            if call_list == self._list:
                mine.add(number)
            else:
                others[number] = call_list
        if not others:
            return mine, {}
        named = select(CallListRow.id, CallListRow.name).where(CallListRow.campaign == self._campaign)
        names = dict((await session.execute(named)).all())
        return mine, {number: names.get(call_list, "") for number, call_list in others.items()}

    async def _owners(self, session: AsyncSession, wanted: list[str]) -> dict[str, Owner]:
        """Of several customers with one number, the one who was changed last."""
        query = (
            select(ContactPhoneRow.e164, ContactRow.id, ContactRow.account)
            .join(ContactRow, ContactRow.id == ContactPhoneRow.contact)
            .where(among(ContactPhoneRow.e164, wanted, sqlite=self._database.sqlite))  # type: ignore[arg-type]
            .order_by(ContactRow.changed_at, ContactRow.id.desc())
        )
        return {number or "": Owner(contact, account) for number, contact, account in await session.execute(query)}

    async def _barred(self, session: AsyncSession, wanted: list[str]) -> dict[str, str]:
        """The list's name, of a registry with the day of its data."""
        query = (
            select(DoNotCallRow.e164, DoNotCallListRow.kind, DoNotCallListRow.name, DoNotCallListRow.loaded_at)
            .join(DoNotCallListRow, DoNotCallListRow.id == DoNotCallRow.register)
            .where(
                among(DoNotCallRow.e164, wanted, sqlite=self._database.sqlite),
                DoNotCallListRow.state == "ready",
                or_(DoNotCallListRow.campaign.is_(None), DoNotCallListRow.campaign == self._campaign),
            )
        )
        found: dict[str, str] = {}
        for number, kind, name, loaded_at in await session.execute(query):
            day = datetime.fromtimestamp(loaded_at / 1000, UTC).date().isoformat()
            found[number] = f"{name} {day}" if kind == "registry" else kind
        return found
