"""The simulated phone network as a carrier: everything that the telephony port and the catalogues promise, in virtual time.

A pure machine with three sides. The hub's side: `connect`, `perform`, `snapshot`, `take` (the signals so far). The people's
side: call in, press keys, answer, reject, hang up; devices; numbers outside. The weather's side: outages, missing prompts,
effects that fail, signals that are lost or come twice. Whoever drives it calls `tick` when `next_at` has come.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator

from callcenter.kernel.effects import (
    AnswerLeg,
    AnyCarrierEffect,
    CloseBridge,
    DeviceTarget,
    Gather,
    HangUpLeg,
    JoinBridge,
    LeaveBridge,
    NumberTarget,
    OriginateLeg,
    PlayPrompts,
    SetTreatment,
    StartRecording,
    StopRecording,
)
from callcenter.kernel.ids import CarrierName, Entropy, LegId, RecordingId
from callcenter.kernel.signals import (
    CarrierDown,
    CarrierSignal,
    DeviceChanged,
    EffectFailed,
    LegAnswered,
    LegOffered,
    LegRinging,
)
from callcenter.kernel.words import Cause, Fault, LegRole
from callcenter.simulation.agenda import Action, Agenda
from callcenter.simulation.phones import (
    NOBODY,
    REFUSALS,
    Device,
    Gathering,
    Line,
    Outside,
    Person,
    Seen,
    SeenLine,
    Speaking,
)
from callcenter.simulation.sound import wav
from callcenter.simulation.switch import Failure, Switch

RING_MS = 30
"""From asking for a device to its ringing."""
SELF_ANSWER_MS = 200
"""A softphone that answers by itself takes this long."""
_DIALABLE = re.compile(r"\+?[0-9]{3,15}")


class PhoneNetwork(Switch):
    """One simulated carrier. Every method that takes `now` (ms since the epoch) may make signals; fetch them by `take`."""

    def __init__(self, name: CarrierName, agenda: Agenda, seed: bytes = b"network") -> None:
        super().__init__(agenda)
        self.name = name
        self.connected = False
        self.devices: dict[str, Device] = {}
        self.outside: dict[str, Outside] = {}
        self.anywhere = Outside()
        """What every other number does."""
        self._entropy = Entropy(seed)
        self._out: list[CarrierSignal | Seen] = []
        self._failing: dict[str, deque[Fault]] = {}
        self._lost: Counter[str] = Counter()
        self._doubled: Counter[str] = Counter()

    # -- driven by ------------------------------------------------------------------------------------------------------

    def tick(self, now: int) -> None:
        self.agenda.run(now)

    def next_at(self) -> int | None:
        return self.agenda.next_at()

    def take(self) -> list[CarrierSignal | Seen]:
        """What is to be delivered, in order; each only once."""
        out, self._out = self._out, []
        return out

    def tell(self, signal: CarrierSignal) -> None:
        """A signal on its way to us. While the connection is down it is lost: only the next snapshot shows what happened."""
        if not self.connected:
            return
        kind = type(signal).__name__
        if self._lost[kind]:
            self._lost[kind] -= 1
            return
        self._out.append(signal)
        if self._doubled[kind]:
            self._doubled[kind] -= 1
            self._out.append(signal)

    # -- the hub's side -------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """The connection is there (again): a snapshot, then everything that happens from now on.

        That the carrier is up is said by whoever compares the snapshot with what is known.
        """
        if not self.connected:
            self.connected = True
            self._out.append(self.seen())

    def seen(self) -> Seen:
        """Everything that a carrier would list now."""
        lines = self.lines.values()
        return Seen(
            legs=tuple(
                SeenLine(
                    leg=line.leg,
                    up=line.state == "up",
                    ringing=line.state == "ringing",
                    bridge=line.bridge,
                    caller=line.caller,
                    dialed=line.dialed,
                    inbound=line.inbound,
                )
                for line in lines
            ),
            bridges=tuple(self.bridges),
            recordings=tuple(recording.recording for recording in self.running()),
            working=tuple(line.hears.effect for line in lines if isinstance(line.hears, Speaking | Gathering)),
            reachable=tuple(device.name for device in self.devices.values() if device.registered),
        )

    def perform(self, effect: AnyCarrierEffect, now: int) -> None:
        """Carries an effect out, or says by EffectFailed why not."""
        try:
            if not self.connected:
                raise Failure(Fault.UNAVAILABLE, "the carrier does not answer")
            planned = self._failing.get(type(effect).__name__)
            if planned:
                raise Failure(planned.popleft(), "planned by the story")
            self._carry_out(effect, now)
        except Failure as failure:
            self._out.append(
                EffectFailed(
                    effect=effect.effect,
                    kind=type(effect).__name__,
                    fault=failure.fault,
                    leg=getattr(effect, "leg", None),
                    detail=failure.detail,
                )
            )

    def _carry_out(self, effect: AnyCarrierEffect, now: int) -> None:
        match effect:
            case AnswerLeg(leg=leg):
                self._answer_caller(self.line(leg), now)
            case OriginateLeg():
                self._originate(effect, now)
            case HangUpLeg(leg=leg, cause=cause):
                if leg in self.lines:
                    self._end_line(self.lines[leg], cause, now, by_us=True)
            case PlayPrompts(leg=leg):
                self.speak(self._alone(leg), effect, now)
            case Gather(leg=leg):
                self.gather(self._alone(leg), effect, now)
            case SetTreatment(leg=leg, treatment=treatment):
                self.treat(self._alone(leg), treatment, now)
            case JoinBridge(leg=leg, bridge=bridge):
                self.put_in(self.line_up(leg), bridge, now)
            case LeaveBridge(leg=leg, bridge=bridge, then=then):
                line = self.line(leg)
                if line.bridge == bridge:
                    self.take_out(line, now)
                if line.bridge is None and line.state == "up":
                    self.treat(line, then, now)
            case CloseBridge(bridge=bridge):
                self.close(bridge, now)
            case StartRecording(recording=name, bridge=bridge):
                self.record(name, bridge, now)
            case StopRecording(recording=name):
                recording = self.recordings.get(name)
                if recording is None:
                    raise Failure(Fault.GONE, "no such recording")
                self.stop(recording, now)

    def _alone(self, leg: LegId) -> Line:
        """The line of a leg that is up and in no bridge."""
        line = self.line_up(leg)
        if line.bridge is not None:
            raise Failure(Fault.REFUSED, "the leg is in a bridge and hears that")
        return line

    def _answer_caller(self, line: Line, now: int) -> None:
        if not line.inbound:
            raise Failure(Fault.REFUSED, "only an incoming leg is answered by us")
        if line.state == "offered":
            self._up(line, now)
        else:
            self.tell(LegAnswered(leg=line.leg))

    def recording(self, name: RecordingId) -> Iterator[bytes] | None:
        """The finished recording as a WAV file in pieces; None when there is none."""
        recording = self.recordings.get(name)
        if recording is None or recording.duration_ms is None:
            return None
        return wav(recording.duration_ms, tuple(recording.stretches))

    def discard(self, name: RecordingId) -> None:
        self.recordings.pop(name, None)

    # -- dialing out ----------------------------------------------------------------------------------------------------

    def _originate(self, asked: OriginateLeg, now: int) -> None:
        if asked.leg in self.lines:
            return
        line = Line(
            leg=asked.leg,
            state="dialing",
            inbound=False,
            person=NOBODY,
            caller=asked.caller_id,
            call=asked.call,
            role=asked.role,
        )
        match asked.target:
            case DeviceTarget(device=name):
                device = self.devices.get(name)
                if device is None or not device.registered:
                    raise Failure(Fault.UNREACHABLE, "the device is not registered")
                line.device = name
                line.person, line.tone = device.person, device.tone
                self._dial_device(line, device, now)
            case NumberTarget(number=number):
                if not _DIALABLE.fullmatch(number):
                    raise Failure(Fault.REFUSED, "not a number that can be dialed")
                line.number = number
                self._dial_number(line, self.outside.get(number, self.anywhere), now)
        self.lines[line.leg] = line
        line.gives_up = self.agenda.arrange(now + asked.ring_ms, lambda at: self._end_line(line, Cause.NO_ANSWER, at))

    def _dial_device(self, line: Line, device: Device, now: int) -> None:
        if device.line is not None:
            self._later(line, now + RING_MS, lambda at: self._end_line(line, Cause.BUSY, at))
            return
        device.line = line.leg
        self._later(line, now + RING_MS, lambda at: self._ring(line, at))
        if line.role in device.answers_itself:
            self._later(line, now + RING_MS + SELF_ANSWER_MS, lambda at: self._up(line, at))

    def _dial_number(self, line: Line, outside: Outside, now: int) -> None:
        line.tone = outside.tone
        refusal = REFUSALS.get(outside.does)
        if refusal is not None:
            self._later(line, now + outside.rings_after_ms, lambda at: self._end_line(line, refusal, at))
            return
        self._later(line, now + outside.rings_after_ms, lambda at: self._ring(line, at))
        if outside.does == "rejects":
            self._later(line, now + outside.after_ms, lambda at: self._end_line(line, Cause.REJECTED, at))
        elif outside.does == "answers":
            self._later(line, now + outside.after_ms, lambda at: self._up(line, at))
            if outside.hangs_up_after_ms is not None:
                gone_at = now + outside.after_ms + outside.hangs_up_after_ms
                self._later(line, gone_at, lambda at: self._end_line(line, Cause.NORMAL, at))

    def _later(self, line: Line, at: int, action: Action) -> None:
        """Unless the line is gone by then."""
        self.agenda.arrange(at, lambda now: action(now) if line.state != "ended" else None)

    def _ring(self, line: Line, now: int) -> None:
        if line.state != "dialing":
            return
        line.state = "ringing"
        self.tell(LegRinging(leg=line.leg))
        if line.person is not NOBODY:
            self.agenda.arrange(now, lambda at: line.person.rings(line, at) if line.state == "ringing" else None)

    def _up(self, line: Line, now: int) -> None:
        if line.state == "up":
            return
        line.state = "up"
        if line.gives_up is not None:
            line.gives_up.cancel()
        self.tell(LegAnswered(leg=line.leg))
        if line.person is not NOBODY:
            self.agenda.arrange(now, lambda at: line.person.answered(line, at) if line.state == "up" else None)

    def _end_line(self, line: Line, cause: Cause, now: int, *, by_us: bool = False) -> None:
        device = self.devices.get(line.device) if line.device is not None else None
        if device is not None and device.line == line.leg:
            device.line = None
        self.end(line, cause, now, by_us=by_us)

    # -- the people's side ----------------------------------------------------------------------------------------------

    def call_in(self, caller: str, dialed: str, *, person: Person = NOBODY, tone: int = 0) -> LegId:
        """Somebody calls; `caller` is empty when withheld. The leg waits until it is answered, refused or given up."""
        line = Line(
            leg=self._entropy.leg(),
            state="offered",
            inbound=True,
            person=person,
            caller=caller,
            dialed=dialed,
            tone=tone,
        )
        self.lines[line.leg] = line
        self.tell(LegOffered(carrier=self.name, leg=line.leg, caller=caller, dialed=dialed))
        return line.leg

    def press(self, leg: LegId, key: str, now: int) -> None:
        """A party presses one key; nothing happens when her line is gone."""
        if leg in self.lines:
            self.key(self.lines[leg], key, now)

    def hang_up(self, leg: LegId, now: int, cause: Cause = Cause.NORMAL) -> None:
        """A party ends her line; nothing happens when it is gone."""
        if leg in self.lines:
            self._end_line(self.lines[leg], cause, now)

    def mute(self, leg: LegId, muted: bool, now: int) -> None:
        """The party is not heard, or heard again. Done in the phone: no signal tells of it."""
        line = self.lines.get(leg)
        if line is not None:
            line.muted = muted
            if line.bridge is not None:
                self.changed(line.bridge, now)

    def register(
        self,
        name: str,
        now: int,
        *,
        person: Person = NOBODY,
        answers_itself: frozenset[LegRole] = frozenset(),
        tone: int = 0,
    ) -> None:
        """A device becomes reachable. Registered anew, it has lost the call that it was in, as a page loaded again has."""
        known = self.devices.get(name)
        if known is not None and known.line is not None:
            self._end_line(self.lines[known.line], Cause.FAILED, now)
        self.devices[name] = Device(name=name, registered=True, person=person, answers_itself=answers_itself, tone=tone)
        if known is None or not known.registered:
            self.tell(DeviceChanged(carrier=self.name, device=name, reachable=True))

    def unregister(self, name: str, now: int) -> None:
        """A device vanishes, and with it the call that it was in."""
        device = self.devices.get(name)
        if device is None or not device.registered:
            return
        device.registered = False
        if device.line is not None:
            self._end_line(self.lines[device.line], Cause.FAILED, now)
        self.tell(DeviceChanged(carrier=self.name, device=name, reachable=False))

    def device_line(self, name: str) -> Line | None:
        """The call on a device, ringing or up."""
        device = self.devices.get(name)
        return self.lines.get(device.line) if device is not None and device.line is not None else None

    def answer(self, name: str, now: int) -> bool:
        """Somebody picks the device up; False when it does not ring."""
        line = self.device_line(name)
        if line is None or line.state not in ("dialing", "ringing"):
            return False
        self._up(line, now)
        return True

    def reject(self, name: str, now: int) -> bool:
        """Somebody refuses the call that rings; False when none does."""
        line = self.device_line(name)
        if line is None or line.state not in ("dialing", "ringing"):
            return False
        self._end_line(line, Cause.REJECTED, now)
        return True

    # -- the weather's side ---------------------------------------------------------------------------------------------

    def lose_connection(self, why: str) -> None:
        """We are cut off: calls go on, their signals are lost, effects find nobody."""
        if self.connected:
            self._out.append(CarrierDown(carrier=self.name, why=why))
            self.connected = False

    def fail_next(self, kind: str, fault: Fault) -> None:
        """The next effect of this kind (its tag) fails so."""
        self._failing.setdefault(kind, deque()).append(fault)

    def lose_next(self, kind: str) -> None:
        """The next signal of this kind (its tag) never arrives."""
        self._lost[kind] += 1

    def double_next(self, kind: str) -> None:
        """The next signal of this kind (its tag) arrives twice."""
        self._doubled[kind] += 1
