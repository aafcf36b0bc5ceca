"""Events that leave no lasting trace in the views, as passing words for the agent whom they concern. Pure."""

from callcenter.api.schemas.live import Notice
from callcenter.kernel import events as e
from callcenter.kernel.ids import AgentId


def notice(recorded: e.Recorded, transferred_by: AgentId | None) -> tuple[str, Notice] | None:
    """The word and the agent it is for; None for an event that is seen in the views.

    `transferred_by`: who transferred the call of this event, as it stood before the event.
    """
    at = recorded.at
    match recorded.event:
        case e.OfferOver(call=call, agent=agent, end=end):
            return agent, Notice(at=at, call=call, kind="offer_over", code=end.value)
        case e.PlacedCallFailed(call=call, agent=agent, cause=cause):
            return agent, Notice(at=at, call=call, kind="call_not_placed", code=cause.value)
        case e.ConnectFailed(call=call, agent=agent, why=why):
            return agent, Notice(at=at, call=call, kind="connect_failed", code=why)
        case e.TransferFailed(call=call, why=why) if transferred_by is not None:
            return transferred_by, Notice(at=at, call=call, kind="transfer_failed", code=why)
        case e.LineLost(call=call, agent=agent):
            return agent, Notice(at=at, call=call, kind="line_lost", code="")
        case e.LineRestored(call=call, agent=agent):
            return agent, Notice(at=at, call=call, kind="line_restored", code="")
        case e.WrapUpEnded(call=call, agent=agent, by_limit=by_limit):
            return agent, Notice(at=at, call=call, kind="wrap_up_over", code="limit" if by_limit else "agent")
    return None
