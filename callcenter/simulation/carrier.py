"""The simulated phone network as a carrier: everything that the telephony port and the catalogues promise, in virtual time.

A pure machine with three sides. The hub's side: `connect`, `perform`, `take` (the signals so far), finished recordings. The
people's side: call in, press keys, hang up, mute; their devices and the numbers outside are in `dialing`. The weather's side:
outages, missing prompts, effects that fail, signals that are lost or come twice. Whoever drives it calls `tick` when `next_at`
has come.
"""

from collections import Counter, deque
from collections.abc import Iterator
from random import Random

from callcenter.kernel.effects import (
    AnswerLeg,
    AnyCarrierEffect,
    CloseBridge,
    DetectAnswer,
    Gather,
    HangUpLeg,
    JoinBridge,
    LeaveBridge,
    OriginateLeg,
    PlayPrompts,
    SetTreatment,
    StartRecording,
    StopDetecting,
    StopRecording,
)
from callcenter.kernel.ids import CarrierName, Entropy, LegId, RecordingId
from callcenter.kernel.scenario import Faults
from callcenter.kernel.signals import (
    CarrierDown,
    CarrierSignal,
    EffectFailed,
    LegAnswered,
    LegOffered,
)
from callcenter.kernel.words import Cause, Fault
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.dialing import Dialing
from callcenter.simulation.listening import findings
from callcenter.simulation.noise import Noise
from callcenter.simulation.phones import NOBODY, Gathering, Line, Outside, Person, Seen, SeenLine, Speaking
from callcenter.simulation.sound import wav
from callcenter.simulation.switch import Failure


class PhoneNetwork(Dialing):
    """One simulated carrier. Every method that takes `now` (ms since the epoch) may make signals; fetch them by `take`."""

    def __init__(self, name: CarrierName, agenda: Agenda, seed: bytes = b"network") -> None:
        super().__init__(name, agenda)
        self.connected = False
        self._entropy = Entropy(seed)
        self._out: list[CarrierSignal | Seen] = []
        self._failing: dict[str, deque[Fault]] = {}
        self._lost: Counter[str] = Counter()
        self._doubled: Counter[str] = Counter()
        self.noise: Noise | None = None
        """What happens to signals and effects by chance; None: nothing."""

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
        arrives = self._arrives if self.noise is None else self.noise.carry
        arrives(signal)
        if self._doubled[kind]:
            self._doubled[kind] -= 1
            arrives(signal)

    # -- the hub's side -------------------------------------------------------------------------------------------------

    def listed(self) -> None:
        """Everything is listed once more, as the service asks for when it is in doubt."""
        if self.connected:
            self._out.append(self.seen())

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
            if self.noise is not None and self.noise.refuses():
                raise Failure(Fault.UNAVAILABLE, "by chance")
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
                self.originate(effect, now)
            case HangUpLeg(leg=leg, cause=cause):
                if leg in self.lines:
                    self.end(self.lines[leg], cause, now, by_us=True)
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
            case DetectAnswer(leg=leg):
                self._listen(self.line_up(leg), effect, now)
            case StopDetecting(leg=leg):
                if leg in self.lines:
                    self._listen_no_more(self.lines[leg])

    def _listen(self, line: Line, asked: DetectAnswer, now: int) -> None:
        """A line that is listened to already stays so."""
        if line.findings is not None:
            return
        told = findings(asked, line.answers_as or Outside())
        line.findings = [
            self._later(line, max(now, asked.answered_at + after_ms), lambda at, found=found: self.tell(found))  # type: ignore[misc]
            for after_ms, found in told
            if after_ms <= asked.until_ms
        ]

    def _listen_no_more(self, line: Line) -> None:
        for finding in line.findings or ():
            finding.cancel()
        line.findings = None

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
            self.pick_up(line, now)
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
            self.end(self.lines[leg], cause, now)

    def mute(self, leg: LegId, muted: bool, now: int) -> None:
        """The party is not heard, or heard again. Done in the phone: no signal tells of it."""
        line = self.lines.get(leg)
        if line is not None:
            line.muted = muted
            if line.bridge is not None:
                self.changed(line.bridge, now)

    # -- the weather's side ---------------------------------------------------------------------------------------------

    def lose_connection(self, why: str) -> None:
        """We are cut off: calls go on, their signals are lost, effects find nobody."""
        if self.connected:
            self._out.append(CarrierDown(carrier=self.name, why=why))
            self.connected = False
            for line in self.lines.values():
                self._listen_no_more(line)
            if self.noise is not None:
                self.noise.cut_off()

    def break_down(self, why: str, now: int) -> None:
        """The carrier itself is gone, and every line with it."""
        self.lose_connection(why)
        for line in list(self.lines.values()):
            self.end(line, Cause.FAILED, now)

    def make_noise(self, faults: Faults, random: Random) -> None:
        """From now on signals and effects suffer by chance."""
        self.noise = Noise(faults, random, self.agenda, self._arrives)

    def _arrives(self, signal: CarrierSignal) -> None:
        self._out.append(signal)

    def fail_next(self, kind: str, fault: Fault) -> None:
        """The next effect of this kind (its tag) fails so."""
        self._failing.setdefault(kind, deque()).append(fault)

    def lose_next(self, kind: str) -> None:
        """The next signal of this kind (its tag) never arrives."""
        self._lost[kind] += 1

    def double_next(self, kind: str) -> None:
        """The next signal of this kind (its tag) arrives twice."""
        self._doubled[kind] += 1
