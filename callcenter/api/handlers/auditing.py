"""What an auditor takes away of a campaign, signed."""

from aiohttp import web

from callcenter.api.period import days
from callcenter.api.route import Ask
from callcenter.api.schemas import campaigns as m
from callcenter.store.audit import Entry


async def read_report(ask: Ask) -> web.Response:
    """What leaves the house as a file is in the audit log before it does."""
    campaign = await ask.services.campaigns.campaign(ask.whole("campaign"))
    query = ask.asked(m.ReportQuery)
    asked = days(query.first, query.last, ask.services.engine.state.center.tz(), ask.now)
    first, last = asked.first.isoformat(), asked.last.isoformat()
    entry = Entry(
        action="exported",
        subject=f"campaigns/{campaign.id}",
        user_id=ask.who.user.id,
        details={"what": "report", "first": first, "last": last},
    )
    await ask.services.audit.add(ask.now, entry)
    name = f"{campaign.name}-{first}-{last}.report.jsonl"
    return web.Response(
        body=await ask.services.reports.signed(campaign, asked.first, asked.last, ask.now),
        content_type="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def read_key(ask: Ask) -> m.ReportKeyBody:
    return m.ReportKeyBody(key=ask.services.reports.key)
