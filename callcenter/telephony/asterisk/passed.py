"""Callers who came and went while nobody listened, from what Asterisk kept and told afterwards. Pure.

Asterisk queues its events once it has noticed that the socket is gone, and tells them before anything else on the next one. They
are no news of anything that is still there: the listing is. But of a caller who is there no more they are the only witness, and
the listing's snapshot carries her along. One whom the dialplan took back was not ours: her channel left the application, and
nobody had hung it up. Asterisk's own call detail records have her.
"""

from collections.abc import Collection, Iterable

from msgspec import Struct

from callcenter.kernel.ids import LegId
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.unheard import Unheard
from callcenter.telephony.port import LegPassed

INBOUND = "inbound"
"""First argument that config/asterisk/extensions.conf gives to Stasis()."""


class _Told(Struct):
    """What was told of one channel that came in to us. Times are Asterisk's."""

    channel: ari.Channel
    dialed: str
    hung_up_at: int | None = None
    over: bool = False
    """It has left the application."""


class Passed:
    """Events that nobody heard in time: `take` each of them in order, then `calls` once everything is listed."""

    def __init__(self, application: str) -> None:
        self._application = application
        self._told: dict[str, _Told] = {}
        self.unheard = Unheard()
        """Of the calls that we placed."""

    def take(self, event: object) -> None:
        self.unheard.take(event)
        match event:
            case ari.StasisStart(channel=channel, args=[first, *more]) if first == INBOUND:
                self._told.setdefault(channel.id, _Told(channel, more[0] if more else channel.dialplan.exten))
            case ari.ChannelHangupRequest(channel=channel):
                told = self._about(channel)
                if told is not None and not told.over and told.hung_up_at is None:
                    told.hung_up_at = ari.moment(event.timestamp)
            case ari.StasisEnd(channel=channel) | ari.ChannelDestroyed(channel=channel):
                told = self._about(channel)
                if told is not None:
                    told.over = True

    def _about(self, channel: ari.Channel) -> _Told | None:
        """What is told of a channel; of one whose beginning was not told, its end says enough."""
        if channel.id not in self._told and came_in(channel, self._application):
            parts = channel.dialplan.app_data.split(",")
            self._told[channel.id] = _Told(channel, parts[2] if len(parts) > 2 else channel.dialplan.exten)
        return self._told.get(channel.id)

    def calls(self, there: Collection[str], meanwhile: Iterable[object], now: int) -> tuple[LegPassed, ...]:
        """Those who came and went, by their beginnings; then all is forgotten.

        `there`: ids of the channels that are listed. `meanwhile`: events of the time in which all was listed, which are still to
        count as usual: the end of somebody who was told before may be among them.
        """
        events = list(meanwhile)
        coming = {event.channel.id for event in events if isinstance(event, ari.StasisStart)}
        for event in events:
            if not isinstance(event, ari.StasisStart):
                self.take(event)
        told, self._told = self._told, {}
        found = [
            call
            for leg, one in told.items()
            if leg not in there and leg not in coming and (call := _passed(LegId(leg), one, now)) is not None
        ]
        return tuple(sorted(found, key=lambda call: call.came_at))


def _passed(leg: LegId, told: _Told, now: int) -> LegPassed | None:
    came_at, went_at = ari.moment(told.channel.creationtime), told.hung_up_at
    if not leg or not told.over or went_at is None or came_at is None:
        return None
    went_at = min(went_at, now)
    return LegPassed(
        leg=leg, caller=told.channel.caller.number, dialed=told.dialed, came_at=min(came_at, went_at), went_at=went_at
    )


def came_in(channel: ari.Channel, application: str) -> bool:
    """Whether a channel stands in our application as a call from outside."""
    in_application = channel.dialplan.app_name == "Stasis"
    return in_application and channel.dialplan.app_data.split(",")[:2] == [application, INBOUND]


__all__ = ["INBOUND", "Passed", "came_in"]
