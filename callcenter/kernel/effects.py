"""Effects: what the hub wants done outside. They are performed only after the events of the same decision are stored.

A leg that is in no bridge hears one thing at a time: `PlayPrompts`, `Gather`, `SetTreatment` and `JoinBridge` each replace
what it heard before. So one vocabulary fits carriers that are told at once (Asterisk) and carriers that come and ask what to
do next (Twilio). An effect repeated with the same ids does no harm, but for `OriginateLeg`, which is never repeated blindly.

Every effect has an id; its outcome is an ordinary signal, its failure `EffectFailed` with that id.
"""

from typing import Literal

from msgspec import Struct

from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.dialing import NO_TIMES, AnswerTimes, Outcome
from callcenter.kernel.flow import Spoken
from callcenter.kernel.follow_up import FollowUp
from callcenter.kernel.ids import (
    AgentId,
    AttemptId,
    BridgeId,
    CallId,
    CampaignId,
    CarrierName,
    EffectId,
    LeadId,
    LegId,
    RecordingId,
)
from callcenter.kernel.words import Cause, Language, LegRole, Treatment


class Effect(Struct, frozen=True, tag=True, tag_field="effect_kind", kw_only=True):
    effect: EffectId


class CarrierEffect(Effect, frozen=True, kw_only=True):
    carrier: CarrierName


class DeviceTarget(Struct, frozen=True, tag="device"):
    """An agent's device, by the name under which the carrier knows it."""

    device: str


class NumberTarget(Struct, frozen=True, tag="number"):
    """A number outside, E.164 with its plus sign, checked by the hub."""

    number: str


class AnswerLeg(CarrierEffect, frozen=True, kw_only=True):
    """Outcome: LegAnswered."""

    leg: LegId


SETUP_MS = 10_000
"""How long a number outside may take until it rings; E.721 of the ITU expects of 95 % of international calls 11 s at most."""


class OriginateLeg(CarrierEffect, frozen=True, kw_only=True):
    """Rings a device or a number. Outcome: LegRinging (perhaps), then LegAnswered or LegEnded; EffectFailed when it never rang.

    `ring_ms` bounds the ringing, from its first sign on: after it the carrier gives up with Cause.NO_ANSWER. A number outside
    that does not ring within SETUP_MS counts as ringing from then on (some networks never say), and ends with
    Cause.UNREACHABLE. `caller_id` is what the callee sees.
    """

    leg: LegId
    call: CallId
    target: DeviceTarget | NumberTarget
    role: LegRole
    ring_ms: int
    caller_id: str


class HangUpLeg(CarrierEffect, frozen=True, kw_only=True):
    """Outcome: LegEnded(by_us=True). A leg that is gone already is no failure."""

    leg: LegId
    cause: Cause = Cause.NORMAL


class PlayPrompts(CarrierEffect, frozen=True, kw_only=True):
    """Outcome: PlaybackEnded. Afterwards the leg hears `then`."""

    leg: LegId
    prompts: tuple[Spoken, ...]
    language: Language
    then: Treatment = Treatment.SILENCE


KEYS_AHEAD = 32
"""So many keys are kept for a Gather to come."""


class Gather(CarrierEffect, frozen=True, kw_only=True):
    """Plays prompts and collects keys; the first key stops the prompt. Outcome: DigitsGathered.

    `timeout_ms` runs from the end of the prompt to the first key, `between_ms` from key to key. Keys that a caller pressed since
    the last Gather, or since she came, while she heard prompts, are the first ones, without the prompt: who knows the way need
    not wait. Those pressed to music or in a conversation are none.
    """

    leg: LegId
    prompts: tuple[Spoken, ...]
    language: Language
    maximum: int
    terminator: str
    timeout_ms: int
    between_ms: int


class SetTreatment(CarrierEffect, frozen=True, kw_only=True):
    leg: LegId
    treatment: Treatment


class JoinBridge(CarrierEffect, frozen=True, kw_only=True):
    """Puts a leg into a bridge, which is made when it is not there. Outcome: LegJoined."""

    bridge: BridgeId
    leg: LegId


class LeaveBridge(CarrierEffect, frozen=True, kw_only=True):
    """Takes a leg out; it hears `then`. Outcome: LegLeft."""

    bridge: BridgeId
    leg: LegId
    then: Treatment


class CloseBridge(CarrierEffect, frozen=True, kw_only=True):
    """Ends the bridge; legs in it stay alive and hear silence. Outcome: BridgeClosed, also when it was gone already."""

    bridge: BridgeId


class StartRecording(CarrierEffect, frozen=True, kw_only=True):
    """Records what the bridge hears. Outcome: RecordingStarted."""

    recording: RecordingId
    bridge: BridgeId


class StopRecording(CarrierEffect, frozen=True, kw_only=True):
    """Outcome: RecordingEnded."""

    recording: RecordingId


class DetectAnswer(CarrierEffect, frozen=True, kw_only=True):
    """Listens who answered a leg, until `until_ms` after the answer. Outcome: AnswerJudged in time, perhaps corrected later, and
    BeepHeard. Never pending: where nobody listens (any more), nobody is known to be a machine."""

    leg: LegId
    answered_at: int
    preset: Literal["quick", "patient"]
    """Quick keeps no person waiting; patient waits for the end of long greetings."""
    until_ms: int


class StopDetecting(CarrierEffect, frozen=True, kw_only=True):
    """Listens no longer. A leg that nobody listens to, or that is gone, is no failure."""

    leg: LegId


# -- jobs of our own --------------------------------------------------------------------------------------------------------


class LookUpContacts(Effect, frozen=True, kw_only=True):
    """Outcome: ContactsFound or LookUpFailed. Safe to repeat."""

    call: CallId
    number: str


class StoreRecording(Effect, frozen=True, kw_only=True):
    """Fetches a finished recording from the carrier into the store. Outcome: RecordingStored or RecordingLost. Safe to repeat."""

    carrier: CarrierName
    recording: RecordingId
    call: CallId


class ClaimLeads(Effect, frozen=True, kw_only=True):
    """Takes a lead for each attempt, the gate being asked in the same transaction. Outcome: LeadsClaimed or ClaimFailed."""

    campaign: CampaignId
    attempts: tuple[AttemptId, ...]
    agents: tuple[AgentId, ...]
    """Who works: leads that are assigned to one of them may be taken, and theirs only."""
    anew: bool = False
    """Leads that were held are looked at again first."""
    lead: LeadId | None = None
    """A promised call that the one of `agents` keeps: this lead or none."""


class GiveBackClaims(Effect, frozen=True, kw_only=True):
    """Claims that led to no dial are undone. Outcome: ClaimsUndone. Safe to repeat."""

    campaign: CampaignId
    attempts: tuple[AttemptId, ...]


class SettleAttempt(Effect, frozen=True, kw_only=True):
    """Writes the outcome to the lead's row, and when it is due again by the plan. Outcome: LeadSettled. Safe to repeat."""

    campaign: CampaignId
    attempt: AttemptId
    dial_outcome: Outcome
    at: int
    times: AnswerTimes = NO_TIMES


class KeepOptOut(Effect, frozen=True, kw_only=True):
    """Puts the number of an attempt on the center's do-not-call list. Outcome: NumberListed. Safe to repeat."""

    campaign: CampaignId
    attempt: AttemptId
    at: int


class KeepFollowUp(Effect, frozen=True, kw_only=True):
    """Has the rows say what an agent said of an attempt's call, and does what follows; what an earlier one of the attempt did is
    undone. Outcome: FollowUpDone. Safe to repeat."""

    campaign: CampaignId
    attempt: AttemptId
    follow_up: FollowUp
    note: str
    revision: int
    """Of two of one attempt the higher one holds."""
    at: int


class KeepCampaignState(Effect, frozen=True, kw_only=True):
    """Writes to the campaign's row whether it runs. Outcome: CampaignStateKept. Safe to repeat."""

    campaign: CampaignId
    state: CampaignState


AnyCarrierEffect = (
    AnswerLeg
    | OriginateLeg
    | HangUpLeg
    | PlayPrompts
    | Gather
    | SetTreatment
    | JoinBridge
    | LeaveBridge
    | CloseBridge
    | StartRecording
    | StopRecording
    | DetectAnswer
    | StopDetecting
)
LeadEffect = ClaimLeads | GiveBackClaims | SettleAttempt | KeepOptOut | KeepFollowUp | KeepCampaignState
JobEffect = LookUpContacts | StoreRecording | LeadEffect
AnyEffect = AnyCarrierEffect | JobEffect
