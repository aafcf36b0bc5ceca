"""Events of the center as a whole: its values, its carriers, ignored signals, erased persons."""

from callcenter.kernel.center import Center
from callcenter.kernel.events.base import Event
from callcenter.kernel.ids import CarrierName, LegId, PersonalId


class CenterChanged(Event, frozen=True, kw_only=True):
    version: int
    center: Center


class CarrierChanged(Event, frozen=True, kw_only=True):
    carrier: CarrierName
    up: bool


class SignalIgnored(Event, frozen=True, kw_only=True):
    """A signal that fits no row of a table: late, doubled, or about something unknown. Counted, never acted on."""

    signal: str
    why: str
    leg: LegId | None = None


class PersonErased(Event, frozen=True, kw_only=True):
    rows: tuple[PersonalId, ...]
