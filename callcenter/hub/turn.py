"""One decision in the making: the item's time and chance, the events so far (each folded at once), the effects they lead to.

Also the small moves that every story needs: end a leg, let it hear something, join it, register a personal value.
"""

from dataclasses import dataclass, field

from callcenter.hub.apply import apply
from callcenter.hub.state import Agent, Call, Leg, State
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel.commands import Done
from callcenter.kernel.errors import NotFound
from callcenter.kernel.ids import AgentId, BridgeId, CallId, Entropy, LegId, PersonalId, RecordingId
from callcenter.kernel.personal import PersonalKind, PersonalRow
from callcenter.kernel.words import Cause, LegRole, Treatment

CARRIER_MARGIN_MS = 3_000
"""Between two limits of one ringing. An offer's deadline lies this much before the carrier's, which only catches our absence; a
number's ringing is ended by the carrier, and our deadline, this much later, only catches its silence."""
RECORDING_STOP_MS = 30_000
"""A recording that we asked to end counts as failed after this time."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one item led to. `reply` is set for commands that were carried out."""

    events: tuple[e.Recorded, ...]
    effects: tuple[fx.AnyEffect, ...]
    personal: tuple[PersonalRow, ...] = ()
    erased: tuple[PersonalId, ...] = ()
    reply: Done | None = None


@dataclass(slots=True)
class Turn:
    state: State
    now: int
    entropy: Entropy
    happened_at: int | None = None
    """When the signal that is decided happened, if that is told late."""
    events: list[e.Recorded] = field(default_factory=list)
    effects: list[fx.AnyEffect] = field(default_factory=list)
    personal: list[PersonalRow] = field(default_factory=list)
    erased: list[PersonalId] = field(default_factory=list)
    _fresh: list[PersonalRow] = field(default_factory=list)

    def emit(self, event: e.AnyEvent) -> None:
        """Records and folds an event. Personal rows made since the last event go with it."""
        recorded = e.Recorded(self.state.position + 1, self.now, event)
        self.events.append(recorded)
        self.personal.extend(self._fresh)
        apply(self.state, recorded, self._fresh)
        self._fresh = []

    def ask(self, effect: fx.AnyEffect) -> None:
        self.effects.append(effect)

    def row(self, kind: PersonalKind, value: str) -> PersonalId:
        """A new personal row, stored with the next event."""
        row = PersonalRow(self.entropy.personal(), kind, value)
        self._fresh.append(row)
        return row.id

    def known(self, rows: tuple[PersonalRow, ...]) -> None:
        """Rows that came with the item and that the next event may name."""
        self._fresh.extend(row for row in rows if self.state.personal.get(row.id) != row.value)

    def decision(self, reply: Done | None = None) -> Decision:
        return Decision(tuple(self.events), tuple(self.effects), tuple(self.personal), tuple(self.erased), reply)

    def call_of(self, agent: AgentId, call_id: CallId) -> Call:
        """The call, if this agent is the one in it. Raises NotFound."""
        call = self.state.calls.get(call_id)
        if call is None or call.agent != agent:
            raise NotFound("You are not in this call (any more).")
        return call

    # -- legs -----------------------------------------------------------------------------------------------------------

    def leg(self, leg_id: LegId | None) -> Leg | None:
        """The leg, if it is known and nobody asked for its end."""
        leg = self.state.legs.get(leg_id) if leg_id is not None else None
        return leg if leg is not None and leg.alive else None

    def up(self, leg_id: LegId | None) -> Leg | None:
        leg = self.leg(leg_id)
        return leg if leg is not None and leg.up else None

    def drop(self, leg_id: LegId | None, cause: Cause = Cause.NORMAL) -> None:
        """Asks for the end of a leg, once."""
        leg = self.leg(leg_id)
        if leg is None:
            return
        self.emit(e.LegDropped(call=leg.call, leg=leg.id, by=self.now + self.state.center.timing.hang_up_ms))
        self.ask(fx.HangUpLeg(effect=self.entropy.effect(), carrier=leg.carrier, leg=leg.id, cause=cause))

    def treat(self, leg_id: LegId | None, treatment: Treatment) -> None:
        """Lets a leg that is up hear something; takes it out of its bridge when it is in one."""
        leg = self.up(leg_id)
        if leg is None:
            return
        bridge = leg.destination if leg.joining is not None else leg.bridge
        if bridge is not None:
            self.ask(fx.LeaveBridge(effect=self.entropy.effect(), carrier=leg.carrier, bridge=bridge, leg=leg.id, then=treatment))
        else:
            self.ask(fx.SetTreatment(effect=self.entropy.effect(), carrier=leg.carrier, leg=leg.id, treatment=treatment))

    def join(self, leg_id: LegId | None, bridge: BridgeId) -> None:
        leg = self.up(leg_id)
        if leg is None:
            return
        effect = self.entropy.effect()
        self.emit(e.LegJoining(call=leg.call, leg=leg.id, bridge=bridge, effect=effect))
        self.ask(fx.JoinBridge(effect=effect, carrier=leg.carrier, bridge=bridge, leg=leg.id))

    def dial_device(self, call: Call, agent: Agent, role: LegRole, ring_ms: int) -> LegId:
        """Rings an agent's device; she sees the customer's number."""
        assert agent.carrier is not None
        assert agent.device is not None
        leg, effect = self.entropy.leg(), self.entropy.effect()
        self.emit(
            e.LegDialed(
                call=call.id,
                carrier=agent.carrier,
                leg=leg,
                effect=effect,
                role=role,
                agent=agent.id,
                device=agent.device,
                give_up_at=self.now + ring_ms + CARRIER_MARGIN_MS,
            )
        )
        self.ask(
            fx.OriginateLeg(
                effect=effect,
                carrier=agent.carrier,
                leg=leg,
                call=call.id,
                target=fx.DeviceTarget(agent.device),
                role=role,
                ring_ms=ring_ms + CARRIER_MARGIN_MS,
                caller_id=self.state.value(call.party),
            )
        )
        return leg

    def dial_number(self, call: Call, number: PersonalId, role: LegRole, ring_ms: int, caller_id: str = "") -> LegId:
        """Calls a number outside, which has been checked. `caller_id`: empty for the center's."""
        leg, effect = self.entropy.leg(), self.entropy.effect()
        self.emit(
            e.LegDialed(
                call=call.id,
                carrier=call.carrier,
                leg=leg,
                effect=effect,
                role=role,
                number=number,
                give_up_at=self.now + fx.SETUP_MS + ring_ms + CARRIER_MARGIN_MS,
                ring_ms=ring_ms,
            )
        )
        self.ask(
            fx.OriginateLeg(
                effect=effect,
                carrier=call.carrier,
                leg=leg,
                call=call.id,
                target=fx.NumberTarget(self.state.value(number)),
                role=role,
                ring_ms=ring_ms,
                caller_id=caller_id or self.state.center.outside.caller_id,
            )
        )
        return leg

    # -- bridges and recordings -----------------------------------------------------------------------------------------

    def record(self, call: Call, bridge: BridgeId) -> None:
        recording, effect = self.entropy.recording(), self.entropy.effect()
        self.emit(e.RecordingAsked(call=call.id, recording=recording, bridge=bridge, effect=effect))
        self.ask(fx.StartRecording(effect=effect, carrier=call.carrier, recording=recording, bridge=bridge))

    def stop_recording(self, call: Call, recording_id: RecordingId | None) -> None:
        recording = self.state.recordings.get(recording_id) if recording_id is not None else None
        if recording is None or recording.stopping:
            return
        self.emit(e.RecordingStopped(call=call.id, recording=recording.id, by=self.now + RECORDING_STOP_MS))
        self.ask(fx.StopRecording(effect=self.entropy.effect(), carrier=call.carrier, recording=recording.id))

    def close_bridge(self, call: Call, bridge: BridgeId | None) -> None:
        """Ends what runs in the bridge, the recording first, then the bridge itself."""
        if bridge is None:
            return
        for recording in sorted(call.open_recordings):
            if self.state.recordings[recording].bridge == bridge:
                self.stop_recording(call, recording)
        self.ask(fx.CloseBridge(effect=self.entropy.effect(), carrier=call.carrier, bridge=bridge))
