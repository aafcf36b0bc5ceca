"""The hub: one item in, one decision out. This file only finds the story that an item belongs to.

`Hub.decide(item, now, entropy)` is the whole of it. Commands raise Refused or NotFound before anything has happened; signals
never raise: one that fits nothing becomes SignalIgnored. Deadlines come as `Tick`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from callcenter.hub import conversation, desk, inbound, legs, outbound, queueing, recordings, settle, transfers
from callcenter.hub.deadlines import Due, Key
from callcenter.hub.dialing import answers, claims, follow_ups, listening, moves, outcomes, previews
from callcenter.hub.dialing.looking import Looks
from callcenter.hub.endings import finish
from callcenter.hub.state import State
from callcenter.hub.turn import CARRIER_MARGIN_MS, Decision, Turn
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.commands import AnyCommand, Command, Done
from callcenter.kernel.errors import HouseError
from callcenter.kernel.ids import CampaignId, Entropy, LegId
from callcenter.kernel.leg_state import LEG
from callcenter.kernel.signals import AnySignal
from callcenter.kernel.words import CallEnd, Cause, OfferEnd, Party, PlaybackEnd


class Tick(Struct, frozen=True):
    """Deadlines have passed."""


Item = AnySignal | AnyCommand | Tick


class Hub:
    """Decides. Holds the state, and when campaigns are looked at next."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state if state is not None else State()
        self.looks = Looks(self.state)
        self.trying: Key | None = None
        """The deadline that is being decided: if deciding it fails, this is the one."""

    def next_deadline(self) -> int | None:
        """When to be woken with a Tick, ms since the epoch; None: not at all."""
        return min((at for at in (self.state.deadlines.next(), self.looks.next()) if at is not None), default=None)

    def leave_out(self, deadlines: Iterable[Key]) -> None:
        """Deadlines that could not be decided: they are let go."""
        for due, about in deadlines:
            self.state.deadlines.clear(due, about)
            if due is Due.LOOK:
                self.looks.leave_out(CampaignId(about))

    def decide(self, item: Item, now: int, entropy: Entropy) -> Decision:
        """The events and effects that follow from `item` at `now`. Raises HouseError for a command that is refused."""
        turn = Turn(self.state, now, entropy)
        reply: Done | None = None
        if isinstance(item, Tick):
            while (due := self.state.deadlines.take_due(now)) is not None:
                self.trying = due
                _due(turn, *due)
            while (campaign := self.looks.due(self.state, now)) is not None:
                self.trying = (Due.LOOK, str(campaign))
                self.looks.look(turn, campaign)
            self.trying = None
        elif isinstance(item, Command):
            try:
                if isinstance(item, c.DialLead):
                    reply = previews.dial(turn, self.looks.pacers, item)
                elif isinstance(item, c.TakeCallback):
                    reply = previews.take(turn, self.looks.pacers, item)
                else:
                    reply = _COMMANDS[type(item)](turn, item)
            except HouseError:
                assert not turn.events, f"{type(item).__name__} was refused after something had happened"
                raise
        else:
            self._hear(turn, item)
        desk.go_home(turn)
        queueing.match(turn)
        previews.tidy(turn)
        outcomes.settle(turn)
        self.looks.after(turn)
        return turn.decision(reply)

    def _hear(self, turn: Turn, signal: AnySignal) -> None:
        turn.happened_at = getattr(signal, "happened_at", None)
        if isinstance(signal, s.LeadsClaimed):
            claims.claimed(turn, self.looks.pacers, signal)
        else:
            _SIGNALS[type(signal)](turn, signal)


# -- commands ---------------------------------------------------------------------------------------------------------------


def _apply_center(turn: Turn, command: c.ApplyCenter) -> Done:
    if command.version > turn.state.center_version:
        turn.known(command.personal)
        turn.emit(e.CenterChanged(version=command.version, center=command.center))
        queueing.rehouse(turn)
    return Done()


def _erase(turn: Turn, command: c.ErasePersonal) -> Done:
    turn.emit(e.PersonErased(rows=command.rows))
    turn.erased.extend(command.rows)
    return Done()


_COMMANDS: dict[type, Callable[[Turn, Any], Done]] = {
    c.ApplyCenter: _apply_center,
    c.SignIn: desk.sign_in,
    c.SignOut: desk.sign_out,
    c.SetAvailable: desk.set_available,
    c.SetNotReady: desk.set_not_ready,
    c.RejectOffer: desk.reject_offer,
    c.Hold: conversation.hold,
    c.Retrieve: conversation.retrieve,
    c.HangUp: conversation.hang_up,
    c.TransferBlind: transfers.transfer,
    c.PlaceCall: outbound.place,
    c.ChooseContact: conversation.choose_contact,
    c.SetDisposition: conversation.set_disposition,
    c.FinishWrapUp: desk.finish_wrap_up,
    c.StartCampaign: moves.start,
    c.PauseCampaign: moves.pause_asked,
    c.StopCampaign: moves.stop,
    c.FinishCampaign: moves.end,
    c.WorkCampaign: previews.work,
    c.SkipLead: previews.skip,
    c.ErasePersonal: _erase,
}


# -- signals ----------------------------------------------------------------------------------------------------------------


def _ignore(turn: Turn, signal: AnySignal, why: str, leg: LegId | None = None) -> None:
    turn.emit(e.SignalIgnored(signal=type(signal).__name__, why=why, leg=leg))


def _offered(turn: Turn, signal: s.LegOffered) -> None:
    if signal.leg in turn.state.legs or signal.leg in turn.state.past_legs:
        _ignore(turn, signal, "doubled", signal.leg)
    else:
        inbound.offered(turn, signal)


def _ringing(turn: Turn, signal: s.LegRinging) -> None:
    leg = turn.state.legs.get(signal.leg)
    if leg is None or not LEG.allows(leg.state, e.LegRang):
        return  # carriers repeat it for every provisional answer
    give_up_at = turn.now + leg.ring_ms + CARRIER_MARGIN_MS if leg.ring_ms else None
    turn.emit(e.LegRang(call=leg.call, leg=leg.id, give_up_at=give_up_at))


def _answered(turn: Turn, signal: s.LegAnswered) -> None:
    leg = turn.state.legs.get(signal.leg)
    if leg is None:
        _ignore(turn, signal, "unknown leg", signal.leg)
    elif not LEG.allows(leg.state, e.LegUp):
        _ignore(turn, signal, f"leg is {leg.state.value}", leg.id)
    else:
        legs.up(turn, leg)


def _ended(turn: Turn, signal: s.LegEnded) -> None:
    leg = turn.state.legs.get(signal.leg)
    if leg is None:
        return  # its end was decided already, by our deadline
    legs.down(turn, leg.id, signal.cause, by_us=signal.by_us, detail=signal.detail)


def _playback_ended(turn: Turn, signal: s.PlaybackEnded) -> None:
    pending = turn.state.pending.get(signal.effect)
    if pending is None or pending.kind != "PlayPrompts":
        if signal.end is not PlaybackEnd.REPLACED:
            _ignore(turn, signal, "no such prompt", signal.leg)
        return
    call = turn.state.calls[pending.call]
    (answers.message_played if call.state is CallState.MESSAGE else inbound.playback_over)(turn, call, signal)


def _digits_gathered(turn: Turn, signal: s.DigitsGathered) -> None:
    pending = turn.state.pending.get(signal.effect)
    if pending is None or pending.kind != "Gather":
        _ignore(turn, signal, "no such question", signal.leg)
        return
    call = turn.state.calls[pending.call]
    (answers.key_pressed if call.state is CallState.MESSAGE else inbound.digits_gathered)(turn, call, signal)


def _joined(turn: Turn, signal: s.LegJoined) -> None:
    leg = turn.state.legs.get(signal.leg)
    if leg is None or (leg.bridge == signal.bridge and leg.joining is None):
        _ignore(turn, signal, "unknown leg" if leg is None else "doubled", signal.leg)
        return
    conversation.joined(turn, turn.state.calls[leg.call], leg, signal.bridge)


def _left(turn: Turn, signal: s.LegLeft) -> None:
    leg = turn.state.legs.get(signal.leg)
    if leg is not None and leg.bridge == signal.bridge:
        turn.emit(e.LegOutOfBridge(call=leg.call, leg=leg.id, bridge=signal.bridge))


def _bridge_closed(turn: Turn, signal: s.BridgeClosed) -> None:
    call_id = turn.state.bridges.get(signal.bridge)
    if call_id is not None:
        conversation.bridge_closed(turn, turn.state.calls[call_id], signal.bridge)


def _recording_started(turn: Turn, signal: s.RecordingStarted) -> None:
    recording = turn.state.recordings.get(signal.recording)
    if recording is None or not recordings.started(turn, recording):
        _ignore(turn, signal, "no such recording, or doubled")


def _recording_ended(turn: Turn, signal: s.RecordingEnded) -> None:
    recording = turn.state.recordings.get(signal.recording)
    if recording is None or not recordings.ended(turn, recording, signal):
        _ignore(turn, signal, "no such recording, or doubled")


def _recording_stored(turn: Turn, signal: s.RecordingStored) -> None:
    recording = turn.state.recordings.get(signal.recording)
    if recording is None or recording.storing != signal.effect:
        _ignore(turn, signal, "no such recording, or doubled")
        return
    recordings.stored(turn, recording, signal)


def _recording_lost(turn: Turn, signal: s.RecordingLost) -> None:
    recording = turn.state.recordings.get(signal.recording)
    if recording is None:
        _ignore(turn, signal, "no such recording, or doubled")
        return
    recordings.failed(turn, recording, signal.why)


def _carrier_up(turn: Turn, signal: s.CarrierUp) -> None:
    if not turn.state.carriers.get(signal.carrier, False):
        turn.emit(e.CarrierChanged(carrier=signal.carrier, up=True))
        answers.waited_in_vain(turn)


def _carrier_down(turn: Turn, signal: s.CarrierDown) -> None:
    if turn.state.carriers.get(signal.carrier, False):
        turn.emit(e.CarrierChanged(carrier=signal.carrier, up=False))
        listening.cut_off(turn, signal.carrier)


def _contacts_found(turn: Turn, signal: s.ContactsFound) -> None:
    pending = turn.state.pending.get(signal.effect)
    if pending is not None and pending.kind == "LookUpContacts":
        inbound.contacts_found(turn, turn.state.calls[pending.call], signal)


def _look_up_failed(turn: Turn, signal: s.LookUpFailed) -> None:
    pending = turn.state.pending.get(signal.effect)
    if pending is not None and pending.kind == "LookUpContacts":
        inbound.look_up_failed(turn, turn.state.calls[pending.call], signal)


_SIGNALS: dict[type, Callable[[Turn, Any], None]] = {
    s.LegOffered: _offered,
    s.LegRinging: _ringing,
    s.LegAnswered: _answered,
    s.LegEnded: _ended,
    s.PlaybackEnded: _playback_ended,
    s.DigitsGathered: _digits_gathered,
    s.LegJoined: _joined,
    s.LegLeft: _left,
    s.BridgeClosed: _bridge_closed,
    s.RecordingStarted: _recording_started,
    s.RecordingEnded: _recording_ended,
    s.AnswerJudged: listening.judged,
    s.BeepHeard: listening.beep,
    s.DeviceChanged: desk.device_changed,
    s.EffectFailed: settle.effect_failed,
    s.CarrierUp: _carrier_up,
    s.CarrierDown: _carrier_down,
    s.ContactsFound: _contacts_found,
    s.LookUpFailed: _look_up_failed,
    s.RecordingStored: _recording_stored,
    s.RecordingLost: _recording_lost,
    s.ClaimFailed: claims.failed,
    s.ClaimsUndone: outcomes.undone,
    s.LeadSettled: outcomes.settled,
    s.NumberListed: outcomes.listed,
    s.FollowUpDone: follow_ups.done,
    s.CampaignStateKept: outcomes.kept,
}


# -- deadlines --------------------------------------------------------------------------------------------------------------


def _due(turn: Turn, due: Due, about: str) -> None:
    state = turn.state
    match due:
        case Due.LEG:
            leg = state.legs.get(LegId(about))
            if leg is None:
                return
            if leg.up:
                legs.down(turn, leg.id, Cause.LOST, detail="the carrier does not know it")
            elif leg.alive:
                turn.drop(leg.id, Cause.NO_ANSWER)
                legs.unanswered(turn, leg.id)
            else:
                legs.down(turn, leg.id, Cause.LOST, by_us=True, detail="no word from the carrier")
        case Due.OFFER:
            transfers.offer_ends(turn, state.offers[about], OfferEnd.RANG_OUT)  # type: ignore[index]
        case Due.RECORDING:
            recordings.failed(turn, state.recordings[about], "the carrier did not say that it ended")  # type: ignore[index]
        case Due.ASIDE:
            desk.aside_due(turn, state.agents[about])  # type: ignore[index]
        case Due.PREVIEW:
            previews.preview_due(turn, about)
        case Due.CAMPAIGN:
            moves.resume_due(turn, about)
        case Due.WRAP_UP:
            desk.wrap_up_due(turn, state.agents[about])  # type: ignore[index]
        case _:
            _CALL_DUE[due](turn, state.calls[about])  # type: ignore[index]


def _call_due(turn: Turn, call: Any) -> None:
    if call.state is CallState.INTERRUPTED:
        conversation.line_due(turn, call)
    elif call.state is CallState.TRANSFERRING:
        transfers.due(turn, call)
    elif call.state is CallState.MESSAGE:
        answers.message_over(turn, call)
    elif call.state is CallState.DIALING:
        listening.due(turn, call)
    elif call.state is CallState.OUTSIDE:
        finish(turn, call, CallEnd.COMPLETED, Party.SYSTEM)


_CALL_DUE: dict[Due, Callable[[Turn, Any], None]] = {
    Due.ANSWER: inbound.answer_due,
    Due.IVR_STEP: inbound.step_due,
    Due.IVR_TOTAL: inbound.total_due,
    Due.ANNOUNCE: queueing.announce,
    Due.CONNECT: conversation.connect_due,
    Due.CALL: _call_due,
    Due.LONGEST: conversation.longest_due,
    Due.ABANDON: answers.abandon_due,
}

__all__ = ["Decision", "Hub", "Item", "Tick"]
