"""Bridges and their recordings: legs join and leave, a bridge closes only after its recordings have ended. Pure."""

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.ids import BridgeId, RecordingId
from callcenter.kernel.words import Fault, Treatment
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.hearing import Hearing
from callcenter.telephony.asterisk.lines import Line, Room, Tape, Token
from callcenter.telephony.asterisk.replies import Reply

CLOSE_WAIT_MS = 2_000
"""How long a closing bridge waits for its recordings to say that they have ended."""
ENDED_TAPES = 1_000
"""Finished recordings remembered, so that a repeated stop is answered again."""


class Rooms(Hearing):
    """Where legs meet."""

    def _join(self, effect: fx.JoinBridge) -> None:
        line = self._up(effect, effect.leg)
        if line is None:
            return
        if line.bridge == effect.bridge:
            # Asked again, Asterisk would take it out and put it in.
            if line.joined:
                self._say(sig.LegJoined(bridge=effect.bridge, leg=line.leg))
            return
        self._stop_hearing(line)
        line.ahead = ""
        if line.bridge is not None and line.joined:
            self._left(line)
        if effect.bridge not in self.known.rooms:
            self.known.rooms[effect.bridge] = Room(bridge=effect.bridge)
            self._send(r.create_bridge(effect.bridge), self._token(effect, "create_bridge", bridge=effect.bridge))
        line.bridge = effect.bridge
        line.joined = False
        token = self._token(effect, "join", leg=line.leg, bridge=effect.bridge)
        self._send(r.add_to_bridge(effect.bridge, line.leg), token)

    def _leave(self, effect: fx.LeaveBridge) -> None:
        line = self._line(effect, effect.leg)
        if line is None:
            return
        if line.bridge == effect.bridge:
            line.then = effect.then
            line.leaving = True
            token = self._token(effect, "leave", leg=line.leg, bridge=effect.bridge)
            self._send(r.remove_from_bridge(effect.bridge, line.leg), token)
        elif line.bridge is None and line.state == "up":
            self._stop_hearing(line)
            self._treat(line, effect.then, effect.effect, "LeaveBridge")

    def _entered_bridge(self, line: Line) -> None:
        assert line.bridge is not None, "only a leg that was put into a bridge enters it"
        line.joined = True
        line.leaving = False
        self._say(sig.LegJoined(bridge=line.bridge, leg=line.leg))

    def _left(self, line: Line) -> None:
        bridge, line.bridge, line.joined = line.bridge, None, False
        assert bridge is not None, "only a leg in a bridge leaves it"
        self._say(sig.LegLeft(bridge=bridge, leg=line.leg))

    def _close(self, effect: fx.CloseBridge, now: int) -> None:
        room = self.known.rooms.setdefault(effect.bridge, Room(bridge=effect.bridge))
        if room.closing is not None:
            return
        room.closing = effect.effect
        room.close_by = now + CLOSE_WAIT_MS
        tapes = self._tapes_of(effect.bridge)
        for tape in tapes:
            self._send(
                r.stop_recording(tape.recording), Token(step="stop_recording", recording=tape.recording, bridge=effect.bridge)
            )
            tape.state = "stopping"
        if not tapes:
            self._destroy(room)

    def _destroy(self, room: Room) -> None:
        token = Token(step="destroy", effect=room.closing, kind="CloseBridge", bridge=room.bridge)
        room.closing = None
        for line in self.known.lines.values():
            if line.bridge == room.bridge and not line.by_us and not line.hanging_up:
                # Only so has it left when we say so: in a bridge that is falling apart a prompt is lost without a word, or it
                # holds up the channel, and with it every request on the socket.
                line.leaving = True
                self._send(r.remove_from_bridge(room.bridge, line.leg), Token(step="stop_treatment", leg=line.leg))
        self._send(r.destroy_bridge(room.bridge), token)

    def _closed(self, room: Room) -> None:
        del self.known.rooms[room.bridge]
        for line in self.known.lines.values():
            if line.bridge == room.bridge:
                if line.joined:
                    self._left(line)
                line.bridge = None
                line.hears = Treatment.SILENCE
        self._say(sig.BridgeClosed(bridge=room.bridge))

    def _record(self, effect: fx.StartRecording) -> None:
        if effect.bridge not in self.known.rooms:
            self._fail(effect.effect, "StartRecording", Fault.GONE, None, "no such bridge")
            return
        tape = self.known.tapes.get(effect.recording)
        if tape is not None:
            if tape.state == "ended" or tape.bridge != effect.bridge:
                self._fail(effect.effect, "StartRecording", Fault.REFUSED, None, "a recording of this name exists")
            return
        for old in [name for name, one in self.known.tapes.items() if one.state == "ended"][:-ENDED_TAPES]:
            del self.known.tapes[old]
        self.known.tapes[effect.recording] = Tape(recording=effect.recording, bridge=effect.bridge, effect=effect.effect)
        token = self._token(effect, "record", recording=effect.recording, bridge=effect.bridge)
        self._send(r.record_bridge(effect.bridge, effect.recording), token)

    def _stop_recording(self, effect: fx.StopRecording) -> None:
        tape = self.known.tapes.get(effect.recording)
        if tape is not None and tape.state == "ended":
            self._say(sig.RecordingEnded(recording=tape.recording, duration_ms=tape.duration_ms))
            return
        self._send(r.stop_recording(effect.recording), self._token(effect, "stop_recording", recording=effect.recording))

    def _tape_runs(self, tape: Tape, at: int) -> None:
        tape.state = "running"
        tape.began_at = at
        self._say(sig.RecordingStarted(recording=tape.recording))

    def _tape_found(self, tape: Tape, there: bool, now: int) -> None:
        """We looked for a recording of which we had heard nothing."""
        if there:
            self._tape_runs(tape, now)
        else:
            del self.known.tapes[tape.recording]
            self._fail(tape.effect, "StartRecording", Fault.UNAVAILABLE, None, "it does not record")

    def _tape_told(self, tape: Tape, recording: ari.LiveRecording, at: int) -> None:
        if tape.state == "asked":
            del self.known.tapes[tape.recording]
            detail = recording.cause or "the recording did not start"
            self._fail(tape.effect, "StartRecording", Fault.REFUSED, None, detail)
        elif tape.state != "ended":
            self._tape_ended(tape, at)
            room = self.known.rooms.get(tape.bridge)
            if room is not None and room.closing is not None and not self._tapes_of(tape.bridge):
                self._destroy(room)

    def _tape_ended(self, tape: Tape, at: int) -> None:
        tape.duration_ms = max(0, at - tape.began_at) if tape.began_at else 0
        tape.state = "ended"
        self._say(sig.RecordingEnded(recording=tape.recording, duration_ms=tape.duration_ms))

    def _tapes_of(self, bridge: BridgeId) -> list[Tape]:
        return [tape for tape in self.known.tapes.values() if tape.bridge == bridge and tape.state != "ended"]

    def _not_recorded(self, reply: Reply, token: Token) -> None:
        tape = self.known.tapes.get(token.recording or RecordingId(""))
        if tape is not None and tape.state == "asked":
            del self.known.tapes[tape.recording]
        self._failed(reply, token)

    def _not_stopped(self, reply: Reply, token: Token, now: int) -> None:
        tape = self.known.tapes.get(token.recording or RecordingId(""))
        if tape is not None and tape.state != "ended" and reply.gone:
            # It ended by itself, and its last word was lost.
            self._tape_told(tape, ari.LiveRecording(name=tape.recording, target_uri="", state="done"), now)
        elif token.effect is not None and tape is None:
            self._failed(reply, token)
