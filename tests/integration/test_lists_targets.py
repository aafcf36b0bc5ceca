"""Campaigns, opportunities, and target groups that a filter over the CRM finds, on both databases."""

import contextlib
from typing import Any

import pytest
from sqlalchemy import select

from callcenter.kernel.dialing import Mode
from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.kernel.ids import AccountId, ContactId, TeamId
from callcenter.store import lead_rows, target_groups
from callcenter.store.campaigns import Campaign, CampaignChange
from callcenter.store.crm import Crm
from callcenter.store.customers import AccountChange, ContactChange, PhoneInput
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.opportunities import Opportunities, OpportunityChange
from callcenter.store.tables.leads import LeadRow
from callcenter.store.target_groups import Condition, Op, Target, TargetGroups
from tests.integration.campaigning import NOW, Office, phone


class Customers:
    """Five people: two of Harbor (gold), one of Mill, two of nobody; one of them has no telephone."""

    def __init__(self, office: Office) -> None:
        self.crm, self.chances = Crm(office.database), Opportunities(office.database)
        self.ids: dict[str, ContactId] = {}

    async def come(self) -> None:
        harbor = await self.crm.create_account(AccountChange(name="Harbor Supplies", tier="gold"), NOW)
        mill = await self.crm.create_account(AccountChange(name="Old Mill", tier="silver"), NOW)
        await self._person("Rosa Marin", phone(1), harbor.id, "gold")
        await self._person("Li Na", phone(2), harbor.id, "gold")
        await self._person("Ben Adams", phone(3), mill.id, "silver")
        await self._person("Zoé Petit", phone(4), None, "")
        await self._person("No Phone", None, None, "")
        await self.chances.create(
            OpportunityChange(
                name="Pumps", contact=self.ids["Rosa Marin"], account=harbor.id, stage="offered", value=9_000.0, probability=0.7
            ),
            NOW,
        )

    async def _person(self, name: str, number: str | None, account: AccountId | None, tier: str) -> None:
        phones = (PhoneInput(number=number, label="mobile"),) if number else ()
        made = await self.crm.create_contact(ContactChange(name=name, account=account, tier=tier, phones=phones), "US", NOW)
        self.ids[name] = made.id


def where(*conditions: tuple[str, Op, str | float | tuple[str, ...]]) -> Target:
    return Target(conditions=tuple(Condition(field=field, op=op, value=value) for field, op, value in conditions))


async def test_filters(office: Office):
    await Customers(office).come()
    groups = TargetGroups(office.database)

    async def found(*conditions: tuple[str, Op, str | float | tuple[str, ...]]) -> set[str]:
        return set((await groups.count(where(*conditions))).shown)

    assert await found() == {"Rosa Marin", "Li Na", "Ben Adams", "Zoé Petit"}
    assert await found(("tier", "is", "GOLD")) == {"Rosa Marin", "Li Na"}
    assert await found(("tier", "is_not", "gold")) == {"Ben Adams", "Zoé Petit"}
    assert await found(("account.name", "contains", "harbor"), ("name", "begins", "li")) == {"Li Na"}
    assert await found(("account.name", "empty", "")) == {"Zoé Petit"}
    assert await found(("account.tier", "one_of", ("silver", "bronze"))) == {"Ben Adams"}
    assert await found(("name", "is", "ZOÉ PETIT")) == {"Zoé Petit"}
    assert await found(("phone", "begins", "+1312")) == {"Li Na"}
    assert await found(("opportunity.value", "at_least", 5_000)) == {"Rosa Marin"}
    assert await found(("opportunity.stage", "is", "won")) == set()
    assert await found(("opportunity.name", "is_not", "pumps")) == {"Li Na", "Ben Adams", "Zoé Petit"}
    assert await found(("name", "contains", "%")) == set(), "a per cent sign is one"
    counted = await groups.count(where(("tier", "empty", "")))
    assert (counted.contacts, counted.with_number) == (2, 1)
    for bad in (("shoe", "is", "38"), ("created_at", "contains", "1"), ("tier", "at_least", 3.0), ("tier", "one_of", "gold")):
        with pytest.raises(Refused):
            await found(bad)


async def test_a_target_group_becomes_a_list_linked_to_its_customers(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(target_groups, "BATCH", 2)
    customers = Customers(office)
    await customers.come()
    await DoNotCall(office.database).add(phone(3), "US", "agent", NOW)
    campaign = await office.campaign()
    groups = TargetGroups(office.database)
    call_list = await groups.begin(campaign, "everybody", where(), "ana", NOW)
    assert await groups.fill(call_list, "me", NOW) == 3
    async with office.database.read() as session:
        leads = list(await session.scalars(select(LeadRow).order_by(LeadRow.id)))
    assert [(one.name, one.contact, one.opportunity is not None) for one in leads] == [
        ("Rosa Marin", customers.ids["Rosa Marin"], True),
        ("Li Na", customers.ids["Li Na"], False),
        ("Zoé Petit", customers.ids["Zoé Petit"], False),
    ]
    assert (leads[0].company, leads[0].account is not None) == ("Harbor Supplies", True)
    state = await office.lists.import_state(call_list)
    assert (state.state, state.rows, state.kept, state.refused) == ("done", 5, 3, {"do_not_call": 1, "no_number": 1})
    assert (await office.lists.list(call_list)).state == "ready"
    with pytest.raises(Conflict):
        await groups.fill(call_list, "me", NOW)


async def test_a_target_group_goes_on_where_it_was(office: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(target_groups, "BATCH", 2)
    await Customers(office).come()
    groups = TargetGroups(office.database)
    call_list = await groups.begin(await office.campaign(), "everybody", where(), "ana", NOW)
    write, calls = lead_rows.write, 0

    async def dies(*arguments: Any, **named: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        await write(*arguments, **named)

    monkeypatch.setattr(lead_rows, "write", dies)
    with contextlib.suppress(KeyboardInterrupt):
        await groups.fill(call_list, "first", NOW)
    state = await office.lists.import_state(call_list)
    assert (state.state, state.kept, (await office.lists.list(call_list)).state) == ("running", 2, "filling")
    monkeypatch.setattr(lead_rows, "write", write)
    assert await groups.fill(call_list, "second", NOW) == 4


async def test_the_life_of_a_campaign(office: Office):
    made = await office.campaigns.create(Campaign(name="spring", mode=Mode.PREDICTIVE, goal=50, budget=1_000.0), "ana", NOW)
    assert (made.state, made.mode, (await office.campaigns.named("spring")).id) == ("draft", Mode.PREDICTIVE, made.id)
    with pytest.raises(Refused, match="law pack"):
        await office.campaigns.move(made.id, "running", "ana", NOW)
    changed = await office.campaigns.change(
        made.id, CampaignChange(law="us", teams=("sales",), first_day="2026-11-23"), "ana", NOW, seen=made.changed_at
    )
    assert (changed.law, changed.teams, changed.goal, changed.retry) == ("us", ("sales",), 50, made.retry)
    with pytest.raises(Conflict):
        await office.campaigns.change(made.id, CampaignChange(goal=1), "bob", NOW, seen=made.changed_at)
    for state in ("running", "paused", "running", "stopped", "finished"):
        assert (await office.campaigns.move(made.id, state, "ana", NOW)).state == state
    with pytest.raises(Refused, match="finished"):
        await office.campaigns.move(made.id, "running", "ana", NOW)
    for bad in (CampaignChange(share=0), CampaignChange(last_day="2026-11-22"), CampaignChange(currency="dollars")):
        with pytest.raises(Refused):
            await office.campaigns.change(made.id, bad, "ana", NOW)
    with pytest.raises(Refused):
        await office.campaigns.create(Campaign(name="spring"), "ana", NOW)
    with pytest.raises(NotFound):
        await office.campaigns.named("autumn")
    assert [one.name for one in await office.campaigns.all()] == ["spring"]


async def test_opportunities(office: Office):
    customers = Customers(office)
    await customers.come()
    (pumps,) = await customers.chances.of(contact=customers.ids["Rosa Marin"])
    assert (pumps.name, pumps.stage, pumps.value, pumps.currency) == ("Pumps", "offered", 9_000.0, "USD")
    won = await customers.chances.change(pumps.id, OpportunityChange(stage="won", probability=1.0, team=TeamId("sales")), NOW + 1)
    assert (won.stage, won.probability, won.team, won.changed_at) == ("won", 1.0, "sales", NOW + 1)
    assert await customers.chances.of(stage="offered") == ()
    assert await customers.chances.opportunity(pumps.id) == won
    for bad in (OpportunityChange(name=" "), OpportunityChange(probability=1.5), OpportunityChange(contact=ContactId(999))):
        with pytest.raises(Refused):
            await customers.chances.change(pumps.id, bad, NOW)
    with pytest.raises(NotFound):
        await customers.chances.opportunity(999)
