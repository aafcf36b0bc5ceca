"""After a connection came up: what Asterisk has now, asked with ordinary requests, made into a CarrierSnapshot. Pure.

The listing is the truth: what we remember and Asterisk does not have is forgotten, what it has and we do not know is taken in.
Events of the meantime wait here until the snapshot has been delivered, then count as usual; earlier ones say only who came and
went (`passed`).
"""

from typing import TypeVar

import msgspec

from callcenter.kernel.ids import BridgeId, LegId, RecordingId
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import Gathering, Line, Room, Send, Speaking, Tape, Token
from callcenter.telephony.asterisk.passed import Passed, came_in
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.translate import Translation
from callcenter.telephony.asterisk.unheard import OUR_NAME, went_out
from callcenter.telephony.port import CarrierSnapshot, LegSeen

GUARD_S = 8
"""The dialplan takes a caller back whom nobody has taken for so long (config/asterisk/extensions.conf)."""
_LISTS = {
    "list_channels": r.channels,
    "list_bridges": r.bridges,
    "list_endpoints": r.endpoints,
    "list_files": r.stored_recordings,
}
T = TypeVar("T")


class Listing:
    """One resync. `begin` asks; every reply whose token says "list_..." goes to `reply`, until `snapshot` is there."""

    def __init__(self, translation: Translation, number: int, passed: Passed) -> None:
        self.number = number
        self._translation = translation
        self._passed = passed
        self._channels: list[ari.Channel] = []
        self._bridges: list[ari.Bridge] = []
        self._endpoints: list[ari.Endpoint] = []
        self._live: list[ari.LiveRecording] = []
        self._silent: set[str] = set()
        self._not_ours: set[str] = set()
        """Channels that left the application while all was listed."""
        self._open = 0
        self.waiting: list[ari.AnyEvent] = []
        """Events that came meanwhile."""
        self.failed = ""
        """Why there is no listing; it must be begun again."""
        self.snapshot: CarrierSnapshot | None = None

    def begin(self) -> list[Send]:
        sends = [Send(request(), Token(step=step, number=self.number)) for step, request in _LISTS.items()]
        for line in self._translation.known.lines.values():
            if isinstance(line.hears, Speaking | Gathering) and line.hears.playback is not None:
                token = Token(step="list_playback", part=line.hears.playback, number=self.number)
                sends.append(Send(r.playback(line.hears.playback), token))
        # What was asked for a moment ago may have no file yet; requests are taken in order, so it is found if it came to be.
        for tape in self._translation.known.tapes.values():
            if tape.state == "asked":
                sends.append(Send(r.live_recording(tape.recording), Token(step="list_live", number=self.number)))
        self._open = len(sends)
        return sends

    def reply(self, reply: Reply, now: int) -> list[Send]:
        """Takes one answer in; returns what must be asked besides."""
        step = reply.token.step
        sends: list[Send] = []
        self._open -= 1
        if step == "list_playback":
            if reply.gone:
                self._silent.add(reply.token.part)
        elif step == "list_guard":
            if reply.status in (404, 409):
                self._not_ours.add(reply.token.part)
        elif step == "list_live":
            if reply.good:
                self._live += self._read(reply, ari.LiveRecording)
        elif not reply.good:
            self.failed = f"Asterisk does not list what it has ({reply.request.operation}: {reply.status} {reply.message})"
        elif step == "list_channels":
            self._channels = self._read_all(reply, ari.Channel)
            sends += [self._guard(channel) for channel in self._channels if self._waits(channel)]
            self._open += len(sends)
        elif step == "list_bridges":
            self._bridges = self._read_all(reply, ari.Bridge)
        elif step == "list_endpoints":
            self._endpoints = self._read_all(reply, ari.Endpoint)
        elif step == "list_files":
            # A running recording has its file already; ARI lists no running ones.
            for file in self._read_all(reply, ari.StoredRecording):
                tape = self._translation.known.tapes.get(RecordingId(file.name))
                if OUR_NAME.fullmatch(file.name) and (tape is None or tape.state != "ended"):
                    sends.append(Send(r.live_recording(file.name), Token(step="list_live", number=self.number)))
            self._open += len(sends)
        if self._open == 0 and not self.failed:
            self.snapshot = self._take_over(now)
            for device in self.snapshot.reachable + tuple(self._unreachable()):
                request = r.subscribe_to_device(self._translation.application, device)
                sends.append(Send(request, Token(step="subscribe")))
            sends.append(Send(r.endpoints(), Token(step="devices")))
        return sends

    def _waits(self, channel: ari.Channel) -> bool:
        """A caller whom nobody has taken, perhaps for almost as long as the dialplan lets her wait."""
        waits = channel.state != "Up" and came_in(channel, self._translation.application)
        return waits and LegId(channel.id) not in self._translation.known.lines

    def _guard(self, channel: ari.Channel) -> Send:
        """Lets her wait for as long again: else she might be taken back between the listing and the answer to her call. One
        who was taken back before this is the dialplan's, and not listed."""
        request = r.set_variable(channel.id, "TIMEOUT(absolute)", str(GUARD_S))
        return Send(request, Token(step="list_guard", part=channel.id, number=self.number))

    def _read(self, reply: Reply, kind: type[T]) -> list[T]:
        try:
            return [ari.read(reply.body, kind)]
        except msgspec.DecodeError as error:
            self.failed = f"Asterisk's answer to {reply.request.operation} is not as described: {error}"
            return []

    def _read_all(self, reply: Reply, kind: type[T]) -> list[T]:
        try:
            found: list[T] = ari.read(reply.body, list[kind])  # type: ignore[valid-type]
        except msgspec.DecodeError as error:
            self.failed = f"Asterisk's answer to {reply.request.operation} is not as described: {error}"
            return []
        return found

    # -- what is there becomes what we know -----------------------------------------------------------------------------------

    def _take_over(self, now: int) -> CarrierSnapshot:
        known = self._translation.known
        where = {channel: bridge.id for bridge in self._bridges if OUR_NAME.fullmatch(bridge.id) for channel in bridge.channels}
        self._channels = [channel for channel in self._channels if channel.id not in self._not_ours]
        lines = [line for channel in self._channels if (line := self._line(channel, where)) is not None]
        known.lines = {line.leg: line for line in lines}
        known.rooms = {
            BridgeId(bridge.id): known.rooms.get(BridgeId(bridge.id)) or Room(bridge=BridgeId(bridge.id))
            for bridge in self._bridges
            if OUR_NAME.fullmatch(bridge.id)
        }
        self._take_over_tapes(now)
        known.devices = {
            endpoint.resource: endpoint.state == "online"
            for endpoint in self._endpoints
            if endpoint.resource != self._translation.trunk
        }
        passed = self._passed.calls({channel.id for channel in self._channels}, self.waiting, now)
        answered, gone = self._passed.unheard.told({line.leg for line in lines}, self.waiting)
        for line in lines:
            self._finish_prompt(line)
        return CarrierSnapshot(
            carrier=self._translation.carrier,
            legs=tuple(
                LegSeen(
                    leg=line.leg,
                    up=line.state == "up",
                    ringing=line.state == "ringing",
                    bridge=line.bridge if line.joined else None,
                    caller=line.caller,
                    dialed=line.dialed,
                    inbound=line.inbound,
                    answered_at=answered.get(line.leg),
                )
                for line in lines
            ),
            bridges=tuple(known.rooms),
            recordings=tuple(tape.recording for tape in known.tapes.values() if tape.state != "ended"),
            working=tuple(line.hears.asked.effect for line in lines if isinstance(line.hears, Speaking | Gathering)),
            reachable=tuple(name for name, reachable in known.devices.items() if reachable),
            passed=passed,
            gone=gone,
        )

    def _unreachable(self) -> list[str]:
        return [name for name, reachable in self._translation.known.devices.items() if not reachable]

    def _line(self, channel: ari.Channel, where: dict[str, str]) -> Line | None:
        """The line of a channel of ours; None for others, among them callers whom the dialplan looks after."""
        leg = LegId(channel.id)
        line = self._translation.known.lines.get(leg)
        arguments = channel.dialplan.app_data.split(",")
        if came_in(channel, self._translation.application):
            if line is None:
                dialed = arguments[2] if len(arguments) > 2 else channel.dialplan.exten
                line = Line(
                    leg=leg, inbound=True, state="offered", caller=channel.caller.number, dialed=dialed, guarded=True, stale=True
                )
        elif went_out(channel):
            if line is None:
                line = Line(leg=leg, inbound=False, state="dialing", stale=True)
        else:
            return None
        if channel.state == "Up":
            line.state = "up"
            line.gives_up_at = None
        elif channel.state == "Ringing" and line.state == "dialing":
            line.state = "ringing"
        line.by_us = False  # it is there: a hang-up that we asked for was lost, and may be asked for again
        bridge = where.get(channel.id)
        if bridge is not None or line.joined:  # else it may be on its way into one: the answer to that will tell
            line.bridge = None if bridge is None else BridgeId(bridge)
        line.joined = bridge is not None
        line.astray = False  # the resync sees to it
        return line

    def _take_over_tapes(self, now: int) -> None:
        tapes = self._translation.known.tapes
        live = {RecordingId(recording.name): recording for recording in self._live}
        for name in [name for name, tape in tapes.items() if tape.state != "ended" and name not in live]:
            if tapes[name].state == "asked":
                self._translation._tape_found(tapes[name], False, now)
            else:
                del tapes[name]
        for name, recording in live.items():
            bridge = BridgeId(recording.target_uri.removeprefix("bridge:"))
            tape = tapes.setdefault(name, Tape(recording=name, bridge=bridge, effect=None))
            if tape.effect is None:
                tape.state = "running"
            elif tape.state == "asked":
                self._translation._tape_found(tape, True, now)

    def _finish_prompt(self, line: Line) -> None:
        """A prompt that ended in the gap: only its last word was lost."""
        hears = line.hears
        if isinstance(hears, Speaking | Gathering) and hears.playback in self._silent:
            self.waiting.insert(0, _finished(line.leg, hears.playback or ""))


def ours(channel: ari.Channel, application: str) -> bool:
    """A channel that came in to us or that we originated; not one that the dialplan looks after."""
    return came_in(channel, application) or went_out(channel)


def _finished(leg: LegId, playback: str) -> ari.PlaybackFinished:
    words = ari.Playback(id=playback, target_uri=f"channel:{leg}", state="done")
    return ari.PlaybackFinished(application="", timestamp="", playback=words)

