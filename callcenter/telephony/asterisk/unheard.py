"""What became of the calls that we placed while nobody listened, from what Asterisk kept and told afterwards. Pure.

The listing says what is there now; only these events say when somebody answered meanwhile, and why a call ended that is there no
more. The law counts from the answer, so that a person who waited in silence for us is not taken for one who answers this instant.
"""

import re
from collections.abc import Collection, Iterable

from msgspec import Struct

from callcenter.kernel.ids import LegId
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.causes import cause_of, in_words
from callcenter.telephony.port import LegGone

OUTBOUND = "leg"
"""The argument of the channels that we originate."""
OUR_NAME = re.compile(r"[a-z][a-z2-7]{19}")


class _Told(Struct):
    """What was told of one channel. Times are Asterisk's."""

    rang: bool = False
    answered_at: int | None = None
    went_at: int | None = None
    q850: int = 0
    sip: int | None = None


class Unheard:
    """Events that nobody heard in time: `take` each of them in order, then `told` once everything is listed."""

    def __init__(self) -> None:
        self._told: dict[LegId, _Told] = {}

    def take(self, event: object) -> None:
        channel = getattr(event, "peer", None) or getattr(event, "channel", None)
        if isinstance(channel, ari.Channel) and went_out(channel):
            one = self._told.setdefault(LegId(channel.id), _Told())
            one.rang = one.rang or channel.state == "Ringing"  # also where the news of it died with the process that heard it
            self._take(event, one)

    def _take(self, event: object, one: _Told) -> None:
        match event:
            case ari.StasisStart(args=[first, *_]) if first == OUTBOUND and one.answered_at is None:
                one.answered_at = ari.moment(event.timestamp)
            case ari.Dial(dialstatus="RINGING" | "PROGRESS"):
                one.rang = True
            case ari.ChannelHangupRequest() | ari.ChannelDestroyed() | ari.StasisEnd():
                if not isinstance(event, ari.StasisEnd) and event.cause and not one.q850:
                    one.q850, one.sip = event.cause, event.tech_cause
                if not isinstance(event, ari.ChannelHangupRequest) and one.went_at is None:
                    one.went_at = ari.moment(event.timestamp)

    def told(
        self, there: Collection[LegId], meanwhile: Iterable[object]
    ) -> tuple[dict[LegId, int], tuple[LegGone, ...]]:
        """When legs that are `there` were answered, and what became of those that are not; then all is forgotten.

        `meanwhile`: events of the time in which all was listed.
        """
        for event in meanwhile:
            self.take(event)
        told, self._told = self._told, {}
        answered = {leg: at for leg in there if (one := told.get(leg)) is not None and (at := one.answered_at) is not None}
        gone = [_gone(leg, one) for leg, one in told.items() if leg not in there]
        return answered, tuple(one for one in gone if one is not None)


def went_out(channel: ari.Channel) -> bool:
    """Whether it is one that we originated."""
    return OUR_NAME.fullmatch(channel.id) is not None and channel.id.startswith("l")


def _gone(leg: LegId, told: _Told) -> LegGone | None:
    if told.went_at is None:
        return None
    up = told.answered_at is not None
    return LegGone(
        leg=leg,
        rang=told.rang,
        answered_at=told.answered_at,
        went_at=told.went_at,
        cause=cause_of(told.q850, told.sip, was_up=up, rang=True),
        detail=in_words(told.q850, told.sip) if told.q850 or told.sip else "",
    )
