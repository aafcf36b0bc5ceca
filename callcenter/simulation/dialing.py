"""How the simulated network rings people: devices with their registration, numbers outside with what they do. What the hub may
ask for, and what can go wrong on the way, is in `carrier`; what lines hear and where they meet is in `switch`.
"""

import re

from callcenter.kernel.effects import SETUP_MS, DeviceTarget, NumberTarget, OriginateLeg
from callcenter.kernel.ids import CarrierName
from callcenter.kernel.signals import DeviceChanged, LegAnswered, LegRinging
from callcenter.kernel.words import Cause, Fault, LegRole
from callcenter.simulation.agenda import Action, Agenda, Appointment
from callcenter.simulation.phones import NOBODY, REFUSALS, Device, Line, Outside, Person
from callcenter.simulation.switch import Failure, Switch

RING_MS = 30
"""From asking for a device to its ringing."""
SELF_ANSWER_MS = 200
"""A softphone that answers by itself takes this long."""
_DIALABLE = re.compile(r"\+?[0-9]{3,15}")


class Dialing(Switch):
    """Devices and numbers that can be rung, and the lines to them until they are answered or end."""

    def __init__(self, name: CarrierName, agenda: Agenda) -> None:
        super().__init__(agenda)
        self.name = name
        self.devices: dict[str, Device] = {}
        self.outside: dict[str, Outside] = {}
        self.anywhere = Outside()
        """What every other number does."""

    # -- lines ----------------------------------------------------------------------------------------------------------

    def originate(self, asked: OriginateLeg, now: int) -> None:
        """Begins a line to a device or a number; raises Failure when neither can be rung. Asked again, it does nothing."""
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
            ring_ms=asked.ring_ms,
        )
        ends_ms = asked.ring_ms
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
                ends_ms += SETUP_MS
                self._dial_number(line, self.outside.get(number, self.anywhere), now)
        self.lines[line.leg] = line
        line.gives_up = self.agenda.arrange(now + ends_ms, lambda at: self.end(line, Cause.UNREACHABLE, at))

    def _dial_device(self, line: Line, device: Device, now: int) -> None:
        if device.line is not None:
            self._later(line, now + RING_MS, lambda at: self.end(line, Cause.BUSY, at))
            return
        device.line = line.leg
        self._later(line, now + RING_MS, lambda at: self._ring(line, at))
        if line.role in device.answers_itself:
            self._later(line, now + RING_MS + SELF_ANSWER_MS, lambda at: self.pick_up(line, at))

    def _dial_number(self, line: Line, outside: Outside, now: int) -> None:
        line.tone, line.answers_as = outside.tone, outside
        refusal = REFUSALS.get(outside.does)
        if refusal is not None:
            self._later(line, now + outside.rings_after_ms, lambda at: self.end(line, refusal, at))
            return
        self._later(line, now + outside.rings_after_ms, lambda at: self._ring(line, at))
        if outside.does == "rejects":
            self._later(line, now + outside.after_ms, lambda at: self.end(line, Cause.REJECTED, at))
        elif outside.does == "answers":
            self._later(line, now + outside.after_ms, lambda at: self.pick_up(line, at))
            if outside.hangs_up_after_ms is not None:
                gone_at = now + outside.after_ms + outside.hangs_up_after_ms
                self._later(line, gone_at, lambda at: self.end(line, Cause.NORMAL, at))

    def _later(self, line: Line, at: int, action: Action) -> Appointment:
        """Unless the line is gone by then."""
        return self.agenda.arrange(at, lambda now: action(now) if line.state != "ended" else None)

    def _ring(self, line: Line, now: int) -> None:
        if line.state != "dialing":
            return
        line.state = "ringing"
        assert line.gives_up is not None
        line.gives_up.cancel()
        line.gives_up = self.agenda.arrange(now + line.ring_ms, lambda at: self.end(line, Cause.NO_ANSWER, at))
        self.tell(LegRinging(leg=line.leg))
        if line.person is not NOBODY:
            self.agenda.arrange(now, lambda at: line.person.rings(line, at) if line.state == "ringing" else None)

    def pick_up(self, line: Line, now: int) -> None:
        """The line is up, whoever answered it: its person, her softphone by itself, or we a caller."""
        if line.state == "up":
            return
        line.state = "up"
        if line.gives_up is not None:
            line.gives_up.cancel()
        self.tell(LegAnswered(leg=line.leg))
        if line.person is not NOBODY:
            self.agenda.arrange(now, lambda at: line.person.answered(line, at) if line.state == "up" else None)

    def end(self, line: Line, cause: Cause, now: int, *, by_us: bool = False) -> None:
        """The line is gone, and its device can be rung again."""
        device = self.devices.get(line.device) if line.device is not None else None
        if device is not None and device.line == line.leg:
            device.line = None
        super().end(line, cause, now, by_us=by_us)

    # -- devices --------------------------------------------------------------------------------------------------------

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
            self.end(self.lines[known.line], Cause.FAILED, now)
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
            self.end(self.lines[device.line], Cause.FAILED, now)
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
        self.pick_up(line, now)
        return True

    def reject(self, name: str, now: int) -> bool:
        """Somebody refuses the call that rings; False when none does."""
        line = self.device_line(name)
        if line is None or line.state not in ("dialing", "ringing"):
            return False
        self.end(line, Cause.REJECTED, now)
        return True
