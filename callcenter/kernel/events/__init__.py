"""Events: what happened. Appended once, never changed; folding them is the only way state comes about.

No event holds a personal value: numbers, names, gathered digits and free text are ids of personal rows. Fields may be added
with a default; anything else needs a new version and an upcaster in `callcenter.kernel.codec`.
"""

from msgspec import Struct

from callcenter.kernel.events.agents import (
    AgentAvailable,
    AgentBack,
    AgentLeaving,
    AgentMoved,
    AgentNotReady,
    AgentSetAside,
    AgentSignedIn,
    AgentSignedOut,
    DeviceReachable,
    DeviceUnreachable,
    WrapUpEnded,
    WrapUpStarted,
)
from callcenter.kernel.events.arrivals import (
    AnnouncementsSet,
    CallArrived,
    CallBlocked,
    CallQueued,
    ConnectFailed,
    ContactsAsked,
    ContactsMatched,
    ContactsUnknown,
    DigitsEntered,
    IvrStarted,
    IvrVisited,
    IvrWaits,
    LanguageChosen,
    OfferAccepted,
    OfferMade,
    OfferOver,
    PositionTold,
    PromptAsked,
    PromptOver,
    RequirementsSet,
)
from callcenter.kernel.events.base import (
    AgentEvent,
    CallEvent,
    CampaignEvent,
    Event,
    when,
)
from callcenter.kernel.events.campaigns import (
    AgentWorks,
    AnswerHeard,
    AnswerListened,
    AttemptAnswered,
    AttemptDialed,
    AttemptJudged,
    AttemptOver,
    AttemptsDropped,
    AttemptSettled,
    BeepAwaited,
    CampaignFinished,
    CampaignKept,
    CampaignPaused,
    CampaignStarted,
    CampaignStopped,
    ClaimsGivenBack,
    FollowUpAsked,
    FollowUpKept,
    LeadDialed,
    LeadPreviewed,
    LeadsAnswered,
    LeadsAsked,
    MessageBegan,
    OptedOut,
    OptOutKept,
    PersonFound,
)
from callcenter.kernel.events.center import (
    CarrierChanged,
    CenterChanged,
    PersonErased,
    SignalIgnored,
)
from callcenter.kernel.events.conversations import (
    AgentLeft,
    CallConnected,
    CallHeld,
    CallOver,
    CallPlaced,
    CallRetrieved,
    ContactChosen,
    DispositionSet,
    LineLost,
    LineRestored,
    PlacedCallFailed,
    TransferCompleted,
    TransferFailed,
    TransferStarted,
)
from callcenter.kernel.events.legs import (
    BridgeOver,
    LegDialed,
    LegDoubted,
    LegDown,
    LegDropped,
    LegInBridge,
    LegJoining,
    LegOutOfBridge,
    LegRang,
    LegUp,
    RecordingAsked,
    RecordingFailed,
    RecordingKept,
    RecordingOver,
    RecordingRuns,
    RecordingStopped,
    RecordingStoreAsked,
)

AnyEvent = (
    CenterChanged
    | CarrierChanged
    | SignalIgnored
    | PersonErased
    | AgentSignedIn
    | AgentMoved
    | AgentLeaving
    | AgentSignedOut
    | DeviceReachable
    | DeviceUnreachable
    | AgentAvailable
    | AgentNotReady
    | AgentSetAside
    | AgentBack
    | WrapUpStarted
    | WrapUpEnded
    | CallArrived
    | CallBlocked
    | CallPlaced
    | LegDialed
    | LegRang
    | LegUp
    | LegDropped
    | LegDoubted
    | LegDown
    | LegInBridge
    | LegOutOfBridge
    | LegJoining
    | BridgeOver
    | IvrStarted
    | IvrVisited
    | IvrWaits
    | PromptAsked
    | PromptOver
    | DigitsEntered
    | LanguageChosen
    | ContactsAsked
    | ContactsMatched
    | ContactsUnknown
    | ContactChosen
    | RequirementsSet
    | CallQueued
    | PositionTold
    | AnnouncementsSet
    | OfferMade
    | OfferOver
    | OfferAccepted
    | ConnectFailed
    | CallConnected
    | CallHeld
    | CallRetrieved
    | LineLost
    | LineRestored
    | AgentLeft
    | TransferStarted
    | TransferFailed
    | TransferCompleted
    | PlacedCallFailed
    | RecordingAsked
    | RecordingRuns
    | RecordingStopped
    | RecordingOver
    | RecordingFailed
    | RecordingStoreAsked
    | RecordingKept
    | DispositionSet
    | CallOver
    | AgentWorks
    | AnswerHeard
    | AnswerListened
    | AttemptAnswered
    | AttemptDialed
    | AttemptJudged
    | AttemptOver
    | AttemptSettled
    | AttemptsDropped
    | BeepAwaited
    | CampaignFinished
    | CampaignKept
    | CampaignPaused
    | CampaignStarted
    | CampaignStopped
    | ClaimsGivenBack
    | FollowUpAsked
    | FollowUpKept
    | LeadDialed
    | LeadPreviewed
    | LeadsAnswered
    | LeadsAsked
    | MessageBegan
    | OptOutKept
    | OptedOut
    | PersonFound
)


class Recorded(Struct, frozen=True):
    """An event with its place in the log (from 1, without gaps) and the time of the decision (ms since the epoch)."""

    position: int
    at: int
    event: AnyEvent


__all__ = [
    "AgentAvailable",
    "AgentBack",
    "AgentEvent",
    "AgentLeaving",
    "AgentLeft",
    "AgentMoved",
    "AgentNotReady",
    "AgentSetAside",
    "AgentSignedIn",
    "AgentSignedOut",
    "AgentWorks",
    "AnnouncementsSet",
    "AnswerHeard",
    "AnswerListened",
    "AnyEvent",
    "AttemptAnswered",
    "AttemptDialed",
    "AttemptJudged",
    "AttemptOver",
    "AttemptSettled",
    "AttemptsDropped",
    "BeepAwaited",
    "BridgeOver",
    "CallArrived",
    "CallBlocked",
    "CallConnected",
    "CallEvent",
    "CallHeld",
    "CallOver",
    "CallPlaced",
    "CallQueued",
    "CallRetrieved",
    "CampaignEvent",
    "CampaignFinished",
    "CampaignKept",
    "CampaignPaused",
    "CampaignStarted",
    "CampaignStopped",
    "CarrierChanged",
    "CenterChanged",
    "ClaimsGivenBack",
    "ConnectFailed",
    "ContactChosen",
    "ContactsAsked",
    "ContactsMatched",
    "ContactsUnknown",
    "DeviceReachable",
    "DeviceUnreachable",
    "DigitsEntered",
    "DispositionSet",
    "Event",
    "FollowUpAsked",
    "FollowUpKept",
    "IvrStarted",
    "IvrVisited",
    "IvrWaits",
    "LanguageChosen",
    "LeadDialed",
    "LeadPreviewed",
    "LeadsAnswered",
    "LeadsAsked",
    "LegDialed",
    "LegDoubted",
    "LegDown",
    "LegDropped",
    "LegInBridge",
    "LegJoining",
    "LegOutOfBridge",
    "LegRang",
    "LegUp",
    "LineLost",
    "LineRestored",
    "MessageBegan",
    "OfferAccepted",
    "OfferMade",
    "OfferOver",
    "OptOutKept",
    "OptedOut",
    "PersonErased",
    "PersonFound",
    "PlacedCallFailed",
    "PositionTold",
    "PromptAsked",
    "PromptOver",
    "Recorded",
    "RecordingAsked",
    "RecordingFailed",
    "RecordingKept",
    "RecordingOver",
    "RecordingRuns",
    "RecordingStopped",
    "RecordingStoreAsked",
    "RequirementsSet",
    "SignalIgnored",
    "TransferCompleted",
    "TransferFailed",
    "TransferStarted",
    "WrapUpEnded",
    "WrapUpStarted",
    "when",
]
