"""Closed vocabularies that the catalogues share: causes, outcomes, roles of legs, what a leg may hear."""

from enum import StrEnum
from typing import Literal

Language = Literal["en", "zh"]


class LegRole(StrEnum):
    """Why a leg exists."""

    CALLER = "caller"
    """The customer who called us."""
    CUSTOMER = "customer"
    """The customer whom an agent called."""
    AGENT = "agent"
    """An agent's device, ringing for an offer."""
    DIALED = "dialed"
    """The callee of a campaign."""
    TAKING = "taking"
    """An agent's device, for a callee who has answered her campaign's dial; her softphone answers it by itself."""
    PLACING = "placing"
    """An agent's device, rung first for a call she places; her softphone answers it by itself."""
    RECONNECT = "reconnect"
    """An agent's device, rung again after her line was lost."""
    TARGET = "target"
    """An outside number that a call is transferred to."""


class Cause(StrEnum):
    """Why a leg ended, in our words (each carrier's causes are mapped in its `translate`)."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    UNREACHABLE = "unreachable"
    """The device is not registered, or no route leads there."""
    CONGESTION = "congestion"
    FAILED = "failed"
    LOST = "lost"
    """It was gone when we looked again after a gap."""


class Fault(StrEnum):
    """Why an effect was not carried out."""

    GONE = "gone"
    """The leg, bridge or recording is not there (any more)."""
    MISSING_MEDIA = "missing_media"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """The carrier understood and said no."""
    UNAVAILABLE = "unavailable"
    """The carrier did not answer."""
    LOST = "lost"
    """Asked before a gap; nothing shows that it was done."""


class Treatment(StrEnum):
    """What a leg hears while it is in no bridge and no prompt plays."""

    SILENCE = "silence"
    MUSIC = "music"
    RINGBACK = "ringback"


class GatherEnd(StrEnum):
    MAXIMUM = "maximum"
    TERMINATOR = "terminator"
    TIMEOUT = "timeout"


class PlaybackEnd(StrEnum):
    COMPLETED = "completed"
    REPLACED = "replaced"
    """Something else was asked for the same leg before the end."""


class CallEnd(StrEnum):
    """How a call ended, seen from the customer."""

    COMPLETED = "completed"
    """It had been connected to a person."""
    ABANDONED_IN_IVR = "abandoned_in_ivr"
    ABANDONED_IN_QUEUE = "abandoned_in_queue"
    BLOCKED = "blocked"
    CLOSED = "closed"
    """The flow ended it by the center's rule: outside hours, a holiday."""
    ENDED_BY_FLOW = "ended_by_flow"
    NOT_REACHED = "not_reached"
    """A call we placed: busy, unanswered, invalid. The leg's cause says which."""
    WITHDRAWN = "withdrawn"
    """The agent gave up a call she was placing, or we a campaign's dial."""
    DROPPED = "dropped"
    """A campaign's dial was answered, and no agent took it in time."""
    MESSAGE_HEARD = "message_heard"
    """A campaign without agents has said its message."""
    MACHINE = "machine"
    """A machine answered a campaign's dial; it may have been left a message."""
    FAILED = "failed"
    LOST = "lost"
    """It was gone when we looked again after a gap; its end is bounded by the last event and the resync."""


class Party(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"
    TARGET = "target"
    SYSTEM = "system"


class OfferEnd(StrEnum):
    """Each offer ends once, with one of these."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RANG_OUT = "rang_out"
    WITHDRAWN = "withdrawn"
    """The caller left first."""
    DEVICE_ERROR = "device_error"


class Match(StrEnum):
    """How sure the look-up is that a contact is the caller."""

    EXACT = "exact"
    LAST_9 = "last_9"
    LAST_7 = "last_7"

    @property
    def tentative(self) -> bool:
        return self is not Match.EXACT


class NotReady(StrEnum):
    """System's reasons for setting an agent aside, on top of the presence she chose."""

    MISSED_CALL = "missed_call"
    """Counted as not ready; she comes back by Back or after the center's time."""
    REJECTED = "rejected"
    """A delay only, counted as idle."""
    DEVICE_ERROR = "device_error"


class Pause(StrEnum):
    """Why a campaign does not go on."""

    ASKED = "asked"
    """Somebody said so."""
    TRUNK = "trunk"
    """Its trunk seems dead."""


class Answerer(StrEnum):
    """Who, or what, answered a campaign's dial, as far as its sound says."""

    HUMAN = "human"
    MACHINE = "machine"
    FAX = "fax"
    UNDECIDED = "undecided"
    """Not known in time: to be treated as a person."""


class Fate(StrEnum):
    """What an answered attempt counts as under the law."""

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    MACHINE = "machine"
    """Not answered by a person: in neither part of the rate, but in the estimate."""
