"""What every event is, and the two families: of an agent, of a call."""

from msgspec import Struct

from callcenter.kernel.ids import AgentId, CallId


class Event(Struct, frozen=True, tag=True, tag_field="event", kw_only=True, omit_defaults=True):
    pass


class AgentEvent(Event, frozen=True, kw_only=True):
    agent: AgentId


class CallEvent(Event, frozen=True, kw_only=True):
    call: CallId
