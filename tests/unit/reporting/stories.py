"""A log told by hand: events at times of a morning, read like sentences."""

from typing import Any

from callcenter.kernel import events as e
from callcenter.kernel.center import Center
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.ids import AgentId, BridgeId, CallId, EffectId, LegId, NumberId, OfferId, PersonalId, QueueId
from callcenter.kernel.words import CallEnd, Cause, LegRole, OfferEnd, Party
from tests.unit.reporting.histories import BILLING, CARRIER, NINE, center


def clock(text: str) -> int:
    """The instant of hh:mm:ss or hh:mm:ss.mmm on the day of the story, New York time."""
    hours, minutes, seconds = text.split(":")
    return NINE + (int(hours) - 9) * HOUR + int(minutes) * MINUTE + round(float(seconds) * SECOND)


class Story:
    """Appends events; `at` moves the time."""

    def __init__(self, values: Center | None = None) -> None:
        self.log: list[e.Recorded] = []
        self.now = clock("00:00:00")
        self.emit(e.CenterChanged(version=1, center=values or center()))

    def at(self, text: str) -> "Story":
        self.now = clock(text)
        return self

    def emit(self, *events: e.AnyEvent) -> "Story":
        for event in events:
            self.log.append(e.Recorded(len(self.log) + 1, self.now, event))
        return self

    # -- sentences ----------------------------------------------------------------------------------------------------

    def signs_in(self, agent: AgentId, *, available: bool = True) -> "Story":
        self.emit(e.AgentSignedIn(agent=agent, carrier=CARRIER, device=f"d-{agent}", reachable=True))
        return self.emit(e.AgentAvailable(agent=agent)) if available else self

    def arrives(self, call: CallId) -> "Story":
        leg = LegId(f"l-{call}")
        return self.emit(
            e.CallArrived(
                call=call, carrier=CARRIER, leg=leg, caller=PersonalId("p-caller"), dialed=PersonalId("p-dialed"),
                number=NumberId("main"), answer_by=self.now + MINUTE,
            ),
            e.LegUp(call=call, leg=leg),
            e.IvrStarted(call=call, flow=None, until=self.now + HOUR),
        )  # fmt: skip

    def queues(self, call: CallId, queue: QueueId = BILLING, **more: Any) -> "Story":
        values: dict[str, Any] = {"since": self.now, "priority": 0, "skills": {}, **more}
        return self.emit(e.CallQueued(call=call, queue=queue, **values))

    def rings(self, call: CallId, agent: AgentId, offer: str = "o1") -> "Story":
        leg = LegId(f"l-{agent}-{offer}")
        return self.emit(
            e.LegDialed(
                call=call, carrier=CARRIER, leg=leg, effect=EffectId("e"), role=LegRole.AGENT, agent=agent, device=f"d-{agent}",
                give_up_at=self.now + 20 * SECOND,
            ),
            e.OfferMade(
                call=call, offer=OfferId(offer), agent=agent, leg=leg, expires_at=self.now + 20 * SECOND,
                reasons=("only agent free",),
            ),
            e.LegRang(call=call, leg=leg),
        )  # fmt: skip

    def offer_ends(self, call: CallId, agent: AgentId, end: OfferEnd, offer: str = "o1") -> "Story":
        return self.emit(e.OfferOver(call=call, offer=OfferId(offer), agent=agent, end=end))

    def talks(self, call: CallId, agent: AgentId, offer: str = "o1") -> "Story":
        leg = LegId(f"l-{agent}-{offer}")
        return self.emit(
            e.LegUp(call=call, leg=leg),
            e.OfferAccepted(call=call, offer=OfferId(offer), agent=agent, connect_by=self.now + 5 * SECOND),
            self._connected(call, agent, leg),
        )

    def _connected(self, call: CallId, agent: AgentId, leg: LegId) -> e.CallConnected:
        return e.CallConnected(call=call, agent=agent, leg=leg, bridge=BridgeId("b"), until=self.now + 4 * HOUR)

    def connects(self, call: CallId, agent: AgentId) -> "Story":
        return self.emit(self._connected(call, agent, LegId(f"l-{agent}")))

    def leaves(self, call: CallId, agent: AgentId, why: str = "caller_hung_up", queue: QueueId | None = BILLING) -> "Story":
        return self.emit(
            e.AgentLeft(call=call, agent=agent, why=why),
            e.WrapUpStarted(
                agent=agent, call=call, queue=queue, limit_at=self.now + 45 * SECOND, hard_at=self.now + 5 * MINUTE
            ),
        )  # fmt: skip

    def over(self, call: CallId, end: CallEnd = CallEnd.COMPLETED, by: Party = Party.CUSTOMER) -> "Story":
        return self.emit(e.CallOver(call=call, end=end, by=by))

    def hangs_up(self, call: CallId, leg: str, cause: Cause = Cause.NORMAL, *, by_us: bool = False) -> "Story":
        return self.emit(e.LegDown(call=call, leg=LegId(leg), cause=cause, by_us=by_us))

    def wrapped_up(self, call: CallId, agent: AgentId, *, by_limit: bool = False) -> "Story":
        return self.emit(e.WrapUpEnded(agent=agent, call=call, by_limit=by_limit))
