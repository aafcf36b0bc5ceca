"""Answers of which nobody can say whether the thing was done: none came, or one that is not Asterisk's. Pure.

An event that came says more than any answer. Where none came, the thing itself is looked at, and the answer to that look
settles it; what can not even be looked at is undone. Besides, everything is listed again: whatever is not settled here (a leg
that was to end, a bridge that was to go) is settled by the resync.
"""

from typing import TypeVar

import msgspec

from callcenter.kernel import signals as sig
from callcenter.kernel.words import Fault, Treatment
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import Gathering, Line, Speaking, Tape, Token
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.rooms import Rooms

T = TypeVar("T")
_OF_NO_CONSEQUENCE = frozenset({"stop_playback", "stop_treatment", "subscribe", "devices"})


class Doubts(Rooms):
    """What follows from an answer that says nothing."""

    def _doubtful(self, reply: Reply, token: Token, line: Line | None, now: int) -> None:
        """`reply.unclear` is true of it."""
        if token.step in _OF_NO_CONSEQUENCE:
            return
        match token.step:
            case "originate" if line is not None:
                self._look(r.channel(line.leg), token, "look_again", part="no answer")
            case "answer" if line is not None:
                if line.state != "up":
                    self._look(r.channel(line.leg), token, "look_answered")
            case "adopt" if line is not None:
                if not token.part:  # else the dialplan ends the call in a few seconds
                    self._send(r.set_variable(line.leg, "TIMEOUT(absolute)", "0"), msgspec.structs.replace(token, part="again"))
            case "play" if line is not None:
                if self._plays(line, token):
                    self._look(r.playback(token.part), token, "look_played")
            case "join" if line is not None:
                if line.bridge == token.bridge and line.bridge is not None and not line.joined:
                    self._look(r.bridge(line.bridge), token, "look_joined")
            case "record" if (tape := self._asked_for(token)) is not None:
                self._look(r.live_recording(tape.recording), token, "look_recorded")
            case "record" | "create_bridge":
                pass  # it runs; the join that follows tells
            case "look_again" | "look_answered" | "look_played" | "look_joined" | "look_recorded":
                self._looked(reply, token, line, now)
            case _ if token.effect is not None:
                self._failed(reply, token)
        self._look_at_everything()

    def _look(self, request: r.Request, token: Token, step: str, part: str = "") -> None:
        self._send(request, msgspec.structs.replace(token, step=step, part=part or token.part))

    def _looked(self, reply: Reply, token: Token, line: Line | None, now: int) -> None:
        """The answer to a look."""
        match token.step:
            case "look_again" if line is not None and not reply.good:
                # It never came to be, or nobody knows: it must not be tried again blindly.
                del self.known.lines[line.leg]
                if reply.unclear:
                    self._send(r.hang_up(line.leg), Token(step="give_up", leg=line.leg))
                fault = Fault.REFUSED if token.part == "409" else Fault.UNAVAILABLE
                self._fail(token.effect, token.kind, fault, token.leg, f"originate: {token.part}")
            case "look_answered" if line is not None and line.state != "up":
                channel = _body(reply, ari.Channel)
                if channel is not None and channel.state == "Up":
                    line.state = "up"
                    self._say(sig.LegAnswered(leg=line.leg))
                elif reply.good:
                    self._unavailable(token, "not answered")
                else:
                    self._failed(reply, token)
            case "look_played" if line is not None and self._plays(line, token) and not reply.good:
                self._send(r.stop_playback(token.part), Token(step="stop_playback", leg=line.leg))
                line.hears = Treatment.SILENCE
                self._unavailable(token, "the prompt does not play")
            case "look_joined" if line is not None and line.bridge == token.bridge and not line.joined:
                bridge = _body(reply, ari.Bridge)
                if bridge is not None and line.leg in bridge.channels:
                    self._entered_bridge(line)
                else:
                    self._send(r.remove_from_bridge(token.bridge or "", line.leg), Token(step="stop_treatment", leg=line.leg))
                    line.bridge = None
                    self._unavailable(token, "not joined")
            case "look_recorded" if (tape := self._asked_for(token)) is not None and not reply.unclear:
                # Else the listing finds it or does not: a conversation goes unrecorded only when that is certain.
                self._tape_found(tape, reply.good, now)

    def _unavailable(self, token: Token, detail: str) -> None:
        self._fail(token.effect, token.kind, Fault.UNAVAILABLE, token.leg, detail)

    def _plays(self, line: Line, token: Token) -> bool:
        """The leg still waits for the end of this file."""
        return isinstance(line.hears, Speaking | Gathering) and line.hears.playback == token.part

    def _asked_for(self, token: Token) -> Tape | None:
        """The recording, if nothing was heard of it yet."""
        tape = self.known.tapes.get(token.recording) if token.recording is not None else None
        return tape if tape is not None and tape.state == "asked" else None


def _body(reply: Reply, kind: type[T]) -> T | None:
    """None for an answer that is not good, or not as described."""
    try:
        return ari.read(reply.body, kind) if reply.good else None
    except msgspec.DecodeError:
        return None
