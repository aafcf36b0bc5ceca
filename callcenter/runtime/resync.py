"""After a gap: what a carrier has now, compared with the live calls, told as ordinary signals. Pure.

Nothing recovers in any other way: what is missing is emitted as the signal that was missed, what is there without an owner is
adopted or ended, and every pending effect is settled by what can be seen. Then the carrier is up.
"""

from collections.abc import Iterator

from callcenter.hub.dialing.state import Attempt, Job
from callcenter.hub.state import Call, Leg, Pending, State
from callcenter.kernel import effects as fx
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AttemptId, BridgeId, Entropy, LegId
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.words import Cause, Fault, LegRole, Treatment
from callcenter.telephony.port import CarrierSnapshot, LegGone, LegSeen

YOUNG_MS = 2_000
"""An effect younger than this may still be on its way, unless the connection broke since: then it was done, or never will be."""

_APART = frozenset({CallState.QUEUED, CallState.HELD, CallState.INTERRUPTED})
"""The customer is in no bridge, unless she is being joined; left in one she would hear who holds the call, or nothing."""
_HEARS_MUSIC = frozenset({CallState.QUEUED, CallState.HELD, CallState.INTERRUPTED, CallState.TRANSFERRING})


def missed(state: State, snapshot: CarrierSnapshot, now: int) -> Iterator[s.AnySignal]:
    """The signals that bring the state up to what the carrier has."""
    seen = {leg.leg: leg for leg in snapshot.legs}
    told = {one.leg: one for one in snapshot.gone}
    ours = [leg for leg in state.legs.values() if leg.carrier == snapshot.carrier]
    gone = set()
    for leg in ours:
        there = seen.get(leg.id)
        if there is None and leg.id in told and _unanswered_dial(state, leg):
            gone.add(leg.id)
            yield from _gone(leg, told[leg.id], now)
        elif there is None:
            if not _young(state, leg, snapshot, now):
                gone.add(leg.id)
                dropped = leg.state is LegState.DROPPED
                yield s.LegEnded(leg=leg.id, cause=Cause.NORMAL if dropped else Cause.LOST, by_us=dropped, detail="gone in a gap")
        else:
            yield from _leg(state, leg, there, snapshot, now)
    for bridge, id in state.bridges.items():
        call = state.calls[id]
        if bridge not in snapshot.bridges and call.carrier == snapshot.carrier:
            if not _being_made(state, call, bridge, snapshot, now):
                yield s.BridgeClosed(bridge=bridge)
    for recording in state.recordings.values():
        if (
            recording.running
            and recording.id not in snapshot.recordings
            and state.calls[recording.call].carrier == snapshot.carrier
        ):
            yield s.RecordingEnded(recording=recording.id, duration_ms=0)
    for pending in state.pending.values():
        if pending.carrier == snapshot.carrier and pending.leg not in gone:
            yield from _pending(state, pending, snapshot, now)
    for leg_seen in snapshot.legs:
        if leg_seen.leg not in state.legs and leg_seen.inbound:
            yield s.LegOffered(carrier=snapshot.carrier, leg=leg_seen.leg, caller=leg_seen.caller, dialed=leg_seen.dialed)
            if leg_seen.up:
                yield s.LegAnswered(leg=leg_seen.leg)
    for passed in snapshot.passed:
        if passed.leg not in state.legs and passed.leg not in state.past_legs:
            yield s.LegOffered(
                carrier=snapshot.carrier,
                leg=passed.leg,
                caller=passed.caller,
                dialed=passed.dialed,
                happened_at=passed.came_at,
            )
            yield s.LegEnded(leg=passed.leg, cause=Cause.NORMAL, detail="gone before we came", happened_at=passed.went_at)
    for (carrier, device), agent in state.devices.items():
        if carrier == snapshot.carrier and state.agents[agent].reachable != (device in snapshot.reachable):
            yield s.DeviceChanged(carrier=carrier, device=device, reachable=device in snapshot.reachable)
    yield s.CarrierUp(carrier=snapshot.carrier)


def _young(state: State, leg: Leg, snapshot: CarrierSnapshot, now: int) -> bool:
    pending = state.pending.get(leg.effect) if leg.effect is not None else None
    return pending is not None and _on_its_way(state, pending, snapshot, now)


def _being_made(state: State, call: Call, bridge: BridgeId, snapshot: CarrierSnapshot, now: int) -> bool:
    """Its first leg may have been sent there after the bridges were listed."""
    return any(
        (leg := state.legs[id]).joining is not None
        and leg.destination == bridge
        and (pending := state.pending.get(leg.joining)) is not None
        and _on_its_way(state, pending, snapshot, now)
        for id in call.legs
    )


def _on_its_way(state: State, pending: Pending, snapshot: CarrierSnapshot, now: int) -> bool:
    young = snapshot.carrier not in state.down_since and now - pending.since < YOUNG_MS
    return young or pending.effect in snapshot.held


def _unanswered_dial(state: State, leg: Leg) -> bool:
    """A campaign's dial that nobody had answered as far as we had heard: the law counts what became of it."""
    return leg.role is LegRole.DIALED and leg.state in (LegState.DIALING, LegState.RINGING) and _attempt(state, leg) is not None


def _attempt(state: State, leg: Leg) -> Attempt | None:
    dial = state.calls[leg.call].dial
    return state.attempts.get(dial) if dial is not None else None


def _gone(leg: Leg, told: LegGone, now: int) -> Iterator[s.AnySignal]:
    cause = told.cause
    if told.answered_at is not None:
        yield s.LegAnswered(leg=leg.id, happened_at=min(told.answered_at, now))
    elif told.rang and leg.state is LegState.DIALING:
        yield s.LegRinging(leg=leg.id)
    elif cause is Cause.NO_ANSWER and leg.state is not LegState.RINGING:
        cause = Cause.UNREACHABLE
    yield s.LegEnded(leg=leg.id, cause=cause, detail=told.detail, happened_at=min(told.went_at, now))


def _leg(state: State, leg: Leg, there: LegSeen, snapshot: CarrierSnapshot, now: int) -> Iterator[s.AnySignal]:
    if there.ringing and leg.state is LegState.DIALING:
        yield s.LegRinging(leg=leg.id)
    if there.up and leg.state in (LegState.DIALING, LegState.RINGING):
        yield s.LegAnswered(leg=leg.id, happened_at=_answered_at(state, leg, there, snapshot, now))
    if leg.bridge is not None and leg.bridge != there.bridge:
        yield s.LegLeft(leg=leg.id, bridge=leg.bridge)
    if there.bridge is not None and leg.bridge != there.bridge:
        yield s.LegJoined(leg=leg.id, bridge=there.bridge)


def _answered_at(state: State, leg: Leg, there: LegSeen, snapshot: CarrierSnapshot, now: int) -> int | None:
    """Of a campaign's dial that was answered in the gap. Where nobody knows when, it was as early as it can have been: a person
    may have waited for us since then, and no law is kept by supposing that she did not. None: just now."""
    if not _unanswered_dial(state, leg):
        return None
    if there.answered_at is not None:
        return min(there.answered_at, now)
    attempt = _attempt(state, leg)
    assert attempt is not None
    return (attempt.record.rang_at or attempt.record.dialed_at) if snapshot.carrier in state.down_since else None


def _pending(state: State, pending: Pending, snapshot: CarrierSnapshot, now: int) -> Iterator[s.AnySignal]:
    """A pending effect that the carrier shows no trace of is lost; `missed` has told the ones that it does show."""
    if _on_its_way(state, pending, snapshot, now):
        return
    match pending.kind:
        case "PlayPrompts" | "Gather" if pending.effect not in snapshot.working:
            yield s.EffectFailed(effect=pending.effect, kind=pending.kind, fault=Fault.LOST, leg=pending.leg)
        case "JoinBridge" if not any(leg.leg == pending.leg and leg.bridge is not None for leg in snapshot.legs):
            yield s.EffectFailed(effect=pending.effect, kind=pending.kind, fault=Fault.LOST, leg=pending.leg)
        case "StartRecording" if pending.recording is not None:
            if pending.recording in snapshot.recordings:
                yield s.RecordingStarted(recording=pending.recording)
            else:
                yield s.EffectFailed(effect=pending.effect, kind=pending.kind, fault=Fault.LOST)
        case _:
            pass


def remedies(state: State, snapshot: CarrierSnapshot, entropy: Entropy) -> Iterator[fx.AnyCarrierEffect]:
    """What must be done again or undone once the signals are decided: strays end, arrivals are answered, music plays."""
    carrier = snapshot.carrier
    for seen in snapshot.legs:
        leg = state.legs.get(seen.leg)
        if leg is None or leg.state is LegState.DROPPED:
            if leg is not None or not seen.inbound:
                yield fx.HangUpLeg(effect=entropy.effect(), carrier=carrier, leg=seen.leg)
            continue
        call = state.calls[leg.call]
        if leg.role is LegRole.CALLER and call.state is CallState.IVR and not seen.up:
            yield fx.AnswerLeg(effect=entropy.effect(), carrier=carrier, leg=leg.id)
        if leg.id == call.customer and call.state in _HEARS_MUSIC and seen.up and seen.bridge is None and call.prompting is None:
            yield fx.SetTreatment(effect=entropy.effect(), carrier=carrier, leg=leg.id, treatment=Treatment.MUSIC)
        if leg.id == call.customer and call.state in _APART and seen.bridge is not None and not _joining(state, call):
            yield fx.LeaveBridge(
                effect=entropy.effect(), carrier=carrier, bridge=seen.bridge, leg=leg.id, then=Treatment.MUSIC
            )
        if leg.id in _together(call) and call.bridge in snapshot.bridges and seen.up and not _joining(state, call):
            if seen.bridge != call.bridge and call.bridge is not None:
                yield fx.JoinBridge(effect=entropy.effect(), carrier=carrier, bridge=call.bridge, leg=leg.id)
    for bridge in snapshot.bridges:
        owner = state.calls.get(state.bridges[bridge]) if bridge in state.bridges else None
        if owner is None or owner.bridge != bridge or owner.state is CallState.OVER:
            yield fx.CloseBridge(effect=entropy.effect(), carrier=carrier, bridge=bridge)
    for recording_id in snapshot.recordings:
        recording = state.recordings.get(recording_id)
        if recording is None or recording.stopping:
            yield fx.StopRecording(effect=entropy.effect(), carrier=carrier, recording=recording_id)


def _together(call: Call) -> tuple[LegId | None, ...]:
    """The legs that hear each other now. One that is found outside was taken out by somebody else, and hears nothing."""
    match call.state:
        case CallState.CONNECTED:
            return call.customer, call.agent_leg
        case CallState.HELD:
            return (call.agent_leg,)
        case CallState.OUTSIDE:
            return call.customer, call.target
        case _:
            return ()


def _joining(state: State, call: Call) -> bool:
    """Some legs of a call that are being joined may be in the bridge already, before the others."""
    return any(state.legs[leg].joining is not None for leg in call.legs)


def known_attempts(state: State) -> frozenset[AttemptId]:
    """Attempts of which the log tells and that have not been settled: nobody may take them for claims without a dial."""
    open_jobs = (job for job in state.jobs.values() if job.kind in ("SettleAttempt", "KeepOptOut", "KeepFollowUp"))
    return frozenset(state.attempts) | {attempt for job in open_jobs for attempt in job.attempts}


def unknown_claims(state: State) -> Iterator[s.ClaimFailed]:
    """Claims of leads whose answer nobody heard: they are taken for failed, and whatever they brought is given back."""
    for job in list(state.jobs.values()):
        if job.kind == "ClaimLeads":
            yield s.ClaimFailed(effect=job.effect, campaign=job.campaign, why="nobody heard its answer")


def repeated_jobs(state: State) -> Iterator[fx.JobEffect]:
    """What was pending when the process ended and is safe to do again under the same id: look-ups, fetches, leads' rows."""
    for job in state.jobs.values():
        if (effect := _of_leads(state, job)) is not None:
            yield effect
    for pending in state.pending.values():
        if pending.kind == "LookUpContacts":
            yield fx.LookUpContacts(effect=pending.effect, call=pending.call, number=state.value(pending.number))
        elif pending.kind == "StoreRecording" and pending.recording is not None and pending.carrier is not None:
            yield fx.StoreRecording(
                effect=pending.effect, carrier=pending.carrier, recording=pending.recording, call=pending.call
            )


def _of_leads(state: State, job: Job) -> fx.LeadEffect | None:
    match job.kind:
        case "GiveBackClaims":
            return fx.GiveBackClaims(effect=job.effect, campaign=job.campaign, attempts=job.attempts)
        case "SettleAttempt":
            assert job.outcome is not None
            return fx.SettleAttempt(
                effect=job.effect,
                campaign=job.campaign,
                attempt=job.attempts[0],
                dial_outcome=job.outcome,
                at=job.at,
                times=job.times,
            )
        case "KeepOptOut":
            return fx.KeepOptOut(effect=job.effect, campaign=job.campaign, attempt=job.attempts[0], at=job.at)
        case "KeepFollowUp":
            assert job.follow_up is not None
            return fx.KeepFollowUp(
                effect=job.effect,
                campaign=job.campaign,
                attempt=job.attempts[0],
                follow_up=job.follow_up,
                note=state.value(job.follow_up.note),
                revision=job.revision,
                at=job.at,
            )
        case "KeepCampaignState":
            assert job.state is not None
            return fx.KeepCampaignState(effect=job.effect, campaign=job.campaign, state=job.state)
        case "ClaimLeads":
            return None
