"""Our words into Asterisk's and back: effects become requests, replies and events become signals. Pure: it is told the time,
awaits nothing, and what is to be sent or said is fetched by `take`.

Here are the legs and the dispatch; what a leg hears is in `hearing`, bridges and recordings are in `rooms`. An ending is told
more than once (a failed prompt, a left bridge, StasisEnd, ChannelDestroyed): the first counts. What happened while nobody
listened is the matter of `listing`.
"""

import re
from contextlib import suppress

import msgspec

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.ids import BridgeId, LegId, RecordingId
from callcenter.kernel.words import Cause, Fault, GatherEnd, Treatment
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.causes import cause_of, in_words, reason_for
from callcenter.telephony.asterisk.doubts import Doubts
from callcenter.telephony.asterisk.lines import Gathering, Line, Listen, ListenNoMore, Speaking, Token
from callcenter.telephony.asterisk.passed import INBOUND
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.unheard import OUTBOUND

TAKEN_BACK = "the dialplan took her back in this instant: she heard its message"
"""Of a caller whose eight seconds ended while we were taking her call: nobody hung her up, and she was ours no more."""

_DIALABLE = re.compile(r"\+?[0-9]{3,15}")
_DEVICE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_KEY = re.compile(r"[0-9A-D*#]")


class Translation(Doubts):
    """The state between one Asterisk and the hub. Every method that takes `now` (ms) may make output; fetch it by `take`."""

    def next_deadline(self) -> int | None:
        """When `tick` has something to do."""
        times = [line.gives_up_at for line in self.known.lines.values()]
        times += [line.hears.due_at for line in self.known.lines.values() if isinstance(line.hears, Gathering)]
        times += [room.close_by for room in self.known.rooms.values() if room.closing is not None]
        return min((time for time in times if time is not None), default=None)

    def tick(self, now: int) -> None:
        for line in list(self.known.lines.values()):
            if isinstance(line.hears, Gathering) and line.hears.due_at is not None and line.hears.due_at <= now:
                self._gathered(line, line.hears, GatherEnd.TIMEOUT)
            if line.gives_up_at is not None and line.gives_up_at <= now:
                line.gives_up_at = None
                line.ending = Cause.NO_ANSWER if line.state == "ringing" else Cause.UNREACHABLE
                self._send(r.hang_up(line.leg, "no_answer"), Token(step="give_up", leg=line.leg))
        for room in list(self.known.rooms.values()):
            if room.closing is not None and room.close_by <= now:
                for tape in self._tapes_of(room.bridge):
                    self._tape_ended(tape, now)
                self._destroy(room)

    # -- effects ---------------------------------------------------------------------------------------------------------------

    def effect(self, effect: fx.AnyCarrierEffect, now: int) -> None:
        """Begins to carry an effect out."""
        match effect:
            case fx.AnswerLeg():
                if (line := self._line(effect, effect.leg)) is not None:
                    self._answer(effect, line)
            case fx.OriginateLeg():
                self._originate(effect, now)
            case fx.HangUpLeg():
                self._hang_up(effect)
            case fx.PlayPrompts():
                if (line := self._alone(effect, effect.leg)) is not None:
                    if isinstance(line.hears, Speaking) and line.hears.asked.effect == effect.effect:
                        return
                    self._stop_hearing(line)
                    line.hears = Speaking(asked=effect, files=self._files(effect))
                    self._next_file(line, line.hears, now)
            case fx.Gather():
                if (line := self._alone(effect, effect.leg)) is not None:
                    if isinstance(line.hears, Gathering) and line.hears.asked.effect == effect.effect:
                        return
                    self._stop_hearing(line)
                    self._ask(line, effect, now)
            case fx.SetTreatment():
                if (line := self._alone(effect, effect.leg)) is not None:
                    self._stop_hearing(line)
                    self._treat(line, effect.treatment, effect.effect, "SetTreatment")
            case fx.JoinBridge():
                self._join(effect)
            case fx.LeaveBridge():
                self._leave(effect)
            case fx.CloseBridge():
                self._close(effect, now)
            case fx.StartRecording():
                self._record(effect)
            case fx.StopRecording():
                self._stop_recording(effect)
            case fx.DetectAnswer():
                if (line := self._up(effect, effect.leg)) is not None:
                    line.listened = True
                    self._out.append(Listen(line.leg, effect))
            case fx.StopDetecting():
                self._out.append(ListenNoMore(effect.leg))

    def _answer(self, effect: fx.AnswerLeg, line: Line) -> None:
        if not line.inbound:
            self._fail(effect.effect, "AnswerLeg", Fault.REFUSED, line.leg, "only an incoming leg is answered by us")
        elif line.state == "up":
            self._say(sig.LegAnswered(leg=line.leg))
        else:
            self._adopt(line)
            self._send(r.answer(line.leg), self._token(effect, "answer", leg=line.leg))

    def _adopt(self, line: Line) -> None:
        """The hub cares for this caller: the dialplan's countdown may stop."""
        if line.guarded and not line.adopting:
            line.adopting = True
            self._send(r.set_variable(line.leg, "TIMEOUT(absolute)", "0"), Token(step="adopt", leg=line.leg))

    def _originate(self, effect: fx.OriginateLeg, now: int) -> None:
        if effect.leg in self.known.lines:
            return
        ends_ms = effect.ring_ms
        match effect.target:
            case fx.DeviceTarget(device=name) if _DEVICE.fullmatch(name):
                endpoint = f"PJSIP/{name}"
            case fx.NumberTarget(number=number) if _DIALABLE.fullmatch(number):
                endpoint = f"PJSIP/{number}@{self.trunk}"
                ends_ms += fx.SETUP_MS
            case _:
                # A dial string is text: nothing but a number or a device's name may become part of it.
                detail = "not a number or device that can be dialed"
                self._fail(effect.effect, "OriginateLeg", Fault.REFUSED, effect.leg, detail)
                return
        self.known.lines[effect.leg] = Line(
            leg=effect.leg,
            inbound=False,
            state="dialing",
            caller=effect.caller_id,
            gives_up_at=now + ends_ms,
            ring_ms=effect.ring_ms,
        )
        request = r.originate(
            effect.leg,
            endpoint=endpoint,
            application=self.application,
            arguments=OUTBOUND,
            caller_id=effect.caller_id if _DIALABLE.fullmatch(effect.caller_id) else "",
            timeout_s=ends_ms // 1000 + 2,  # we give up at the millisecond; this is for when we are gone
            formats=None,
            variables={
                # The softphone answers calls of some roles by itself, and knows by the leg which ring belongs to which offer.
                "PJSIP_HEADER(add,X-Call-Role)": effect.role,
                "PJSIP_HEADER(add,X-Call-Leg)": effect.leg,
            }
            if isinstance(effect.target, fx.DeviceTarget)
            else {},
        )
        self._send(request, self._token(effect, "originate", leg=effect.leg))

    def _hang_up(self, effect: fx.HangUpLeg) -> None:
        line = self.known.lines.get(effect.leg)
        if line is None or line.by_us:
            return
        line.by_us = True
        line.ending = effect.cause
        line.gives_up_at = None
        self._send(r.hang_up(line.leg, reason_for(effect.cause)), self._token(effect, "hang_up", leg=line.leg))

    # -- events ----------------------------------------------------------------------------------------------------------------

    def event(self, event: ari.AnyEvent, now: int) -> None:
        """What Asterisk tells. Whatever it tells of a leg, bridge or recording that is not ours or is over, is passed by."""
        match event:
            case ari.StasisStart():
                self._entered(event)
            case ari.StasisEnd(channel=channel):
                line = self._of(channel)
                if line is not None and line.guarded and not (line.hanging_up or line.by_us):
                    line.ending, line.detail = Cause.LOST, TAKEN_BACK
                self._ended(channel.id, 0, None)
            case ari.ChannelDestroyed(channel=channel):
                self._ended(channel.id, event.cause, event.tech_cause)
            case ari.ChannelHangupRequest(channel=channel):
                if (line := self._of(channel)) is not None:
                    line.hanging_up = True
                    if event.cause or event.tech_cause:
                        line.detail = in_words(event.cause, event.tech_cause)
            case ari.ChannelStateChange(channel=channel):
                if (line := self._of(channel)) is not None:
                    if channel.state == "Ringing":
                        self._rings(line, now)
                    elif channel.state == "Up" and line.inbound:
                        self._answered(line)
            case ari.Dial(peer=channel, dialstatus="RINGING" | "PROGRESS"):
                if (line := self._of(channel)) is not None:
                    self._rings(line, now)
            case ari.ChannelDtmfReceived(channel=channel):
                if (line := self._of(channel)) is not None and _KEY.fullmatch(event.digit):
                    self._key(line, event.digit, now)
            case ari.PlaybackFinished(playback=playback):
                self._played(playback, now)
            case ari.ChannelEnteredBridge(bridge=bridge, channel=ari.Channel() as channel):
                line = self._of(channel)
                if line is not None and line.bridge == bridge.id and not line.joined:
                    self._entered_bridge(line)
            case ari.ChannelLeftBridge(bridge=bridge, channel=channel):
                line = self._of(channel)
                if line is not None and line.bridge == bridge.id and line.joined:
                    line.astray = not line.leaving
                    self._left(line)
                    self._treat(line, line.then, None, "LeaveBridge")
                    line.then = Treatment.SILENCE
            case ari.BridgeDestroyed(bridge=bridge):
                if (room := self.known.rooms.get(BridgeId(bridge.id))) is not None:
                    self._closed(room)
            case ari.RecordingStarted(recording=recording):
                if (tape := self.known.tapes.get(RecordingId(recording.name))) is not None and tape.state == "asked":
                    self._tape_runs(tape, ari.moment(event.timestamp) or now)
            case ari.RecordingFinished(recording=recording) | ari.RecordingFailed(recording=recording):
                if (tape := self.known.tapes.get(RecordingId(recording.name))) is not None:
                    self._tape_told(tape, recording, ari.moment(event.timestamp) or now)
            case ari.DeviceStateChanged(device_state=state):
                self._device(state)

    def _entered(self, event: ari.StasisStart) -> None:
        channel = event.channel
        leg = LegId(channel.id)
        line = self.known.lines.get(leg)
        if line is None:
            if event.args[:1] == [OUTBOUND]:
                # We took it for failed, and now somebody is there: nobody would ever talk to her.
                self._send(r.hang_up(leg), Token(step="give_up"))
            if event.args[:1] != [INBOUND] or not leg:
                return
            dialed = event.args[1] if len(event.args) > 1 else channel.dialplan.exten
            caller = channel.caller.number
            self.known.lines[leg] = Line(
                leg=leg, inbound=True, state="offered", caller=caller, dialed=dialed, guarded=True
            )
            self._say(sig.LegOffered(carrier=self.carrier, leg=leg, caller=caller, dialed=dialed))
        elif not line.inbound:
            # Only now can the channel be told what to do.
            self._answered(line)

    def _rings(self, line: Line, now: int) -> None:
        if line.state == "dialing":
            line.state = "ringing"
            if line.gives_up_at is not None:
                line.gives_up_at = now + line.ring_ms
            self._say(sig.LegRinging(leg=line.leg))

    def _answered(self, line: Line) -> None:
        if line.state != "up":
            line.state = "up"
            line.gives_up_at = None
            self._say(sig.LegAnswered(leg=line.leg))

    def _ended(self, channel: str, q850: int, sip: int | None) -> None:
        """The leg is gone: StasisEnd, ChannelDestroyed, or a request that found nothing. The first of them counts."""
        line = self.known.lines.pop(LegId(channel), None)
        if line is None:
            return
        if line.bridge is not None and line.joined:
            self._left(line)
        cause = line.ending or cause_of(q850, sip, was_up=line.state == "up" or line.inbound, rang=line.state == "ringing")
        detail = in_words(q850, sip) if q850 or sip else line.detail
        self._say(sig.LegEnded(leg=line.leg, cause=cause, by_us=line.by_us, detail=detail))
        if line.listened:
            self._out.append(ListenNoMore(line.leg))

    def _device(self, state: ari.DeviceState) -> None:
        self._device_is(state.name.removeprefix("PJSIP/"), state.state not in ("UNAVAILABLE", "INVALID", "UNKNOWN"))

    def _device_is(self, name: str, reachable: bool) -> None:
        if self.known.devices.get(name) is not reachable:
            self.known.devices[name] = reachable
            self._say(sig.DeviceChanged(carrier=self.carrier, device=name, reachable=reachable))

    # -- replies ---------------------------------------------------------------------------------------------------------------

    def reply(self, reply: Reply, now: int) -> None:
        """Asterisk's answer to a request of ours. A good one mostly says nothing: the event is the news."""
        token = reply.token
        assert isinstance(token, Token), "a reply comes with the token of its request"
        line = self.known.lines.get(token.leg) if token.leg is not None else None
        if reply.unclear:
            self._doubtful(reply, token, line, now)
            return
        match token.step:
            case "originate" if not reply.good and line is not None:
                self._not_originated(reply, token, line)
            case "look_again" | "look_answered" | "look_played" | "look_joined" | "look_recorded":
                self._looked(reply, token, line, now)
            case "answer" if line is not None and line.state == "up":
                pass
            case "hang_up" | "give_up" if reply.status == 404 and line is not None:
                if reply.gone:
                    self._ended(line.leg, 0, None)
            case "destroy" if reply.good or reply.gone:
                if (room := self.known.rooms.get(token.bridge or BridgeId(""))) is not None:
                    self._closed(room)
            case "create_bridge":
                pass  # it was there already, or the join that follows tells
            case "leave" if reply.status in (404, 409, 422) and line is not None and line.bridge == token.bridge:
                # Asterisk says that it is not in there: then it has left.
                if line.joined:
                    self._left(line)
                line.bridge = None
                self._treat(line, line.then, token.effect, token.kind)
            case "join" if not reply.good:
                if line is not None and line.bridge == token.bridge and not line.joined:
                    line.bridge = None
                if reply.gone and "ridge" in reply.message:
                    self.known.rooms.pop(token.bridge or BridgeId(""), None)
                self._failed(reply, token, gone=(400, 422))
            case "play" if not reply.good:
                hears = line.hears if line is not None else None
                if line is not None and isinstance(hears, Speaking | Gathering) and hears.playback == token.part:
                    line.hears = Treatment.SILENCE
                    self._failed(reply, token)
            case "record" if not reply.good:
                self._not_recorded(reply, token)
            case "stop_recording" if not reply.good:
                self._not_stopped(reply, token, now)
            case "devices" if reply.good:
                self._devices(reply)
            case "adopt" if reply.good and line is not None:
                line.guarded = False
            case "stop_playback" | "stop_treatment" | "adopt" | "subscribe":
                pass  # gone already, or the leg's end will say so
            case _ if not reply.good and token.effect is not None:
                self._failed(reply, token)

    def _devices(self, reply: Reply) -> None:
        """The states of all devices, asked for after we subscribed to one: it may have come or gone before that."""
        with suppress(msgspec.DecodeError):
            for endpoint in ari.read(reply.body, list[ari.Endpoint]):
                if endpoint.resource != self.trunk:
                    self._device_is(endpoint.resource, endpoint.state == "online")

    def _not_originated(self, reply: Reply, token: Token, line: Line) -> None:
        if reply.status == 500 or (reply.status == 400 and "ndpoint" in reply.message):
            # "Allocation failed": the device is not registered. Not an error of ours.
            del self.known.lines[line.leg]
            self._fail(token.effect, token.kind, Fault.UNREACHABLE, token.leg, reply.message)
        elif reply.status == 409:
            # A used id or a bad endpoint: only looking tells.
            self._look(r.channel(line.leg), token, "look_again", part="409")
        else:
            del self.known.lines[line.leg]
            self._failed(reply, token)
