"""Campaigns' rows as the values that the hub decides by. What is only planned (money, goals) stays in the rows."""

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.dialing import CallbackPlan, Machines, Mode, RetryPlan
from callcenter.kernel.follow_up import Disposition
from callcenter.kernel.ids import CampaignId, CarrierName, PromptId, SkillId, TeamId
from callcenter.kernel.law import MessagePart, PackId
from callcenter.kernel.plain_values import Label
from callcenter.store.tables.campaigns import CampaignRow


async def read_campaigns(session: AsyncSession) -> dict[CampaignId, CampaignValues]:
    """All but those that are finished for good."""
    rows = await session.scalars(select(CampaignRow).where(CampaignRow.state != "finished").order_by(CampaignRow.id))
    return {CampaignId(str(row.id)): values_of(row) for row in rows}


async def campaign_of(session: AsyncSession, id: int) -> CampaignValues | None:
    """One of them, finished ones too; None: it is gone."""
    row = await session.get(CampaignRow, id)
    return None if row is None else values_of(row)


def values_of(row: CampaignRow) -> CampaignValues:
    """One row, whatever its state."""
    return CampaignValues(
        id=CampaignId(str(row.id)),
        name=row.name,
        label=Label(row.label_en or row.name, row.label_zh or row.name),
        mode=Mode(row.mode),
        law=None if row.law is None else PackId(row.law),
        first_day=row.first_day,
        last_day=row.last_day,
        carrier=None if row.carrier is None else CarrierName(row.carrier),
        lines=row.lines,
        ring_ms=row.ring_ms,
        caller_id=row.caller_id,
        skill=None if row.skill is None else SkillId(row.skill),
        minimum_level=row.minimum_level,
        teams=tuple(TeamId(team) for team in row.teams),
        priority=row.priority,
        share=row.share,
        retry=msgspec.convert(row.retry, RetryPlan),
        dispositions=msgspec.convert(row.dispositions, tuple[Disposition, ...]),
        callbacks=msgspec.convert(row.callbacks, CallbackPlan),
        wrap_up_ms=row.wrap_up_ms,
        preview_ms=row.preview_ms,
        message=None if row.message is None else PromptId(row.message),
        message_contains=msgspec.convert(row.message_contains, tuple[MessagePart, ...]),
        opt_out_key=row.opt_out_key,
        machines=Machines(row.machines),
        voicemail=None if row.voicemail is None else PromptId(row.voicemail),
    )
