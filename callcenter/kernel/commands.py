"""Commands: what a person or a job asks for. Each is answered with Done or refused with a typed error; none is stored.

`by` is the login of who asked, for the record; rights are checked before a command gets here.
"""

from msgspec import Struct

from callcenter.kernel.center import Center
from callcenter.kernel.ids import (
    AgentId,
    AttemptId,
    CallId,
    CampaignId,
    CarrierName,
    ContactId,
    LeadId,
    OfferId,
    PersonalId,
    QueueId,
    TeamId,
)
from callcenter.kernel.personal import PersonalRow


class Command(Struct, frozen=True, tag=True, tag_field="command", kw_only=True):
    pass


class ApplyCenter(Command, frozen=True, kw_only=True):
    """The directory's rows are now at `version`; `personal` holds the rows that `center` names and the log may lack."""

    version: int
    center: Center
    personal: tuple[PersonalRow, ...] = ()


class SignIn(Command, frozen=True, kw_only=True):
    """The agent is at her desk with this device. Repeated with another device it moves her; a call in progress follows her."""

    agent: AgentId
    carrier: CarrierName
    device: str
    reachable: bool
    """Whether the carrier can ring the device right now."""


class SignOut(Command, frozen=True, kw_only=True):
    """Refused while she is in a call or an offer rings, unless it is to take effect at the end of what she does."""

    agent: AgentId
    after_call: bool = False
    """Her log-in is over: an offer that rings is given back, a call and its wrap-up are her last. SignIn takes it back."""


class SetAvailable(Command, frozen=True, kw_only=True):
    """Also ends a hold that the system put on her (Back)."""

    agent: AgentId


class SetNotReady(Command, frozen=True, kw_only=True):
    agent: AgentId
    reason: str
    """A code of the center's reasons."""


class RejectOffer(Command, frozen=True, kw_only=True):
    agent: AgentId
    offer: OfferId


class Hold(Command, frozen=True, kw_only=True):
    agent: AgentId
    call: CallId


class Retrieve(Command, frozen=True, kw_only=True):
    agent: AgentId
    call: CallId


class HangUp(Command, frozen=True, kw_only=True):
    """Ends the call for everyone in it; gives up one that is being placed."""

    agent: AgentId
    call: CallId


class ToAgent(Struct, frozen=True, tag="agent"):
    agent: AgentId


class ToQueue(Struct, frozen=True, tag="queue"):
    queue: QueueId


class ToNumber(Struct, frozen=True, tag="number"):
    number: str
    """As a person wrote it."""


Destination = ToAgent | ToQueue | ToNumber


class TransferBlind(Command, frozen=True, kw_only=True):
    """The agent leaves; the customer hears music (or ringing) until somebody answers. Nobody does: the queue she came from."""

    agent: AgentId
    call: CallId
    to: Destination


class PlaceCall(Command, frozen=True, kw_only=True):
    """Reply: Done with the new call's id."""

    agent: AgentId
    number: str
    """As a person wrote it."""
    contact: ContactId | None = None
    call: CallId | None = None
    """The id that the call is to have, the same in every repetition of one request, so that none dials twice; None: a new one."""


class ChooseContact(Command, frozen=True, kw_only=True):
    """A person says which contact the call is with."""

    agent: AgentId
    call: CallId
    contact: ContactId


class SetDisposition(Command, frozen=True, kw_only=True):
    """One of the campaign's for its calls, else of the center's. What else is given is for what follows (kernel.follow_up)."""

    agent: AgentId
    call: CallId
    code: str
    at: int | None = None
    """The time that is promised, ms since the epoch."""
    mine: bool = False
    note: str = ""
    """For whoever keeps the promise."""
    probability: float | None = None
    value: float | None = None
    team: TeamId | None = None


class FinishWrapUp(Command, frozen=True, kw_only=True):
    agent: AgentId


class StartCampaign(Command, frozen=True, kw_only=True):
    """It dials from now on, when there are agents and leads. Repeated, it goes on after a pause; refused without a law."""

    campaign: CampaignId
    by: str = ""


class PauseCampaign(Command, frozen=True, kw_only=True):
    """Nothing new is dialed; what rings and who talks goes on."""

    campaign: CampaignId
    by: str = ""


class StopCampaign(Command, frozen=True, kw_only=True):
    """At once: what rings is ended too. Who talks goes on."""

    campaign: CampaignId
    by: str = ""


class FinishCampaign(Command, frozen=True, kw_only=True):
    """As StopCampaign, for good."""

    campaign: CampaignId
    by: str = ""


class WorkCampaign(Command, frozen=True, kw_only=True):
    """She works this campaign besides her queues, whose calls go first; None: her queues alone."""

    agent: AgentId
    campaign: CampaignId | None


class DialLead(Command, frozen=True, kw_only=True):
    """In preview: the lead that she has read is dialed. Reply: Done with the call's id."""

    agent: AgentId
    attempt: AttemptId
    call: CallId | None = None
    """The id that the call is to have, as in PlaceCall; None: a new one."""


class SkipLead(Command, frozen=True, kw_only=True):
    """In preview: the lead is given back, and comes to somebody later."""

    agent: AgentId
    attempt: AttemptId


class TakeCallback(Command, frozen=True, kw_only=True):
    """She keeps a promised call, as a preview: the lead is claimed for her when the gate lets it pass, in any mode."""

    agent: AgentId
    campaign: CampaignId
    lead: LeadId


class ErasePersonal(Command, frozen=True, kw_only=True):
    """The rows are deleted with the event that says so."""

    rows: tuple[PersonalId, ...]


AnyCommand = (
    ApplyCenter
    | SignIn
    | SignOut
    | SetAvailable
    | SetNotReady
    | RejectOffer
    | Hold
    | Retrieve
    | HangUp
    | TransferBlind
    | PlaceCall
    | ChooseContact
    | SetDisposition
    | FinishWrapUp
    | StartCampaign
    | PauseCampaign
    | StopCampaign
    | FinishCampaign
    | WorkCampaign
    | DialLead
    | SkipLead
    | TakeCallback
    | ErasePersonal
)


class Done(Struct, frozen=True, kw_only=True):
    """A command was carried out; `call` names the call that it made, if any."""

    call: CallId | None = None
