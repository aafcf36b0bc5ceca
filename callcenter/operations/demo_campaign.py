"""A campaign of the demo, so that the campaign manager's pages are not empty: a plan, a list of a file and one of customers, and
numbers that may not be called. A draft under the law pack `none`, which dials nothing; every number is of the fictional ranges.
"""

import secrets
from datetime import date, timedelta
from pathlib import Path

from callcenter.kernel.center import Label
from callcenter.kernel.clock import MINUTE
from callcenter.kernel.dialing import Mode
from callcenter.store.campaigns import Campaign, Campaigns
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.list_import import ListImport
from callcenter.store.list_orders import Choice, preview, rules
from callcenter.store.lists import Lists, keep_file
from callcenter.store.target_groups import Condition, Target, TargetGroups

DAYS = 30
"""Of the plan."""
READ_MS = 2 * MINUTE
"""An agent has so long to read a lead."""
OPTED_OUT = ("(480) 555-0108", "(415) 555-0127")
"""After the list was imported: the gate holds them."""


async def plan_campaign(database: Database, folder: Path, leads: Path, region: str, today: date, now: int) -> int:
    """Its number. `folder`: where files of imports are kept; `leads`: the list's file."""
    values = Campaign(
        name="spring",
        label=Label("Spring renewal", "春季续约"),
        mode=Mode.PREVIEW,
        preview_ms=READ_MS,
        law="none",
        first_day=today.isoformat(),
        last_day=(today + timedelta(days=DAYS - 1)).isoformat(),
        goal=25,
        planned_calls=180,
        planned_minutes=400,
        cost_per_call=0.03,
        budget=60.0,
        expected_income=4_200.0,
    )
    campaign = (await Campaigns(database).create(values, "", now)).id
    lists = Lists(database)
    kept = keep_file(leads, folder, secrets.token_hex(16), leads.name)
    order = preview(leads, await rules(database), Choice()).order
    of_file = await lists.begin_import(campaign, "Renewals", kept, order, "", now, priority=1)
    await ListImport(database, folder, of_file, secrets.token_hex(8), lambda: now, lambda _: None).run()
    barred = DoNotCall(database)
    for number in OPTED_OUT:
        await barred.add(number, region, "agent", now)
    groups = TargetGroups(database)
    gold = Target(conditions=(Condition(field="tier", op="is", value="gold"),))
    of_customers = await groups.begin(campaign, "Gold customers", gold, "", now)
    await groups.fill(of_customers, secrets.token_hex(8), now)
    return campaign
