"""What every event is, and the three families: of an agent, of a call, of a campaign."""

from msgspec import Struct

from callcenter.kernel.ids import AgentId, CallId, CampaignId


class Event(Struct, frozen=True, tag=True, tag_field="event", kw_only=True, omit_defaults=True):
    pass


def when(event: Event, recorded_at: int) -> int:
    """When it happened, ms since the epoch: before it was recorded, if a carrier told of it late."""
    happened_at: int | None = getattr(event, "happened_at", None)
    return recorded_at if happened_at is None else happened_at


class AgentEvent(Event, frozen=True, kw_only=True):
    agent: AgentId


class CallEvent(Event, frozen=True, kw_only=True):
    call: CallId


class CampaignEvent(Event, frozen=True, kw_only=True):
    campaign: CampaignId
