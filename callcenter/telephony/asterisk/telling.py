"""The ground that translation stands on: what is known, what is to be sent and said, how failures are put. Pure."""

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.ids import BridgeId, CarrierName, EffectId, LegId, RecordingId
from callcenter.kernel.words import Fault
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import Known, Line, LookAgain, Out, Send, Token
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply


class Telling:
    """What is known of one Asterisk, and the way out for requests and signals."""

    def __init__(self, carrier: CarrierName, *, application: str, prompts: str, trunk: str = "trunk") -> None:
        self.carrier = carrier
        self.application = application
        self.prompts = prompts
        self.trunk = trunk
        self.known = Known()
        self._out: list[Out] = []

    def take(self) -> list[Out]:
        """What is to be sent and delivered, in order; each only once."""
        out, self._out = self._out, []
        return out

    def _of(self, channel: ari.Channel) -> Line | None:
        return self.known.lines.get(LegId(channel.id))

    def _line(self, effect: fx.AnyCarrierEffect, leg: LegId) -> Line | None:
        """The leg's line; None, and the failure said, when it is gone."""
        line = self.known.lines.get(leg)
        if line is None:
            self._fail(effect.effect, type(effect).__name__, Fault.GONE, leg, "no such leg")
        return line

    def _up(self, effect: fx.AnyCarrierEffect, leg: LegId) -> Line | None:
        line = self._line(effect, leg)
        if line is not None and line.state != "up":
            self._fail(effect.effect, type(effect).__name__, Fault.REFUSED, leg, f"the leg is {line.state}")
            return None
        return line

    def _alone(self, effect: fx.AnyCarrierEffect, leg: LegId) -> Line | None:
        line = self._up(effect, leg)
        if line is not None and line.bridge is not None:
            detail = "the leg is in a bridge and hears that"
            self._fail(effect.effect, type(effect).__name__, Fault.REFUSED, leg, detail)
            return None
        return line

    def _token(
        self,
        effect: fx.AnyCarrierEffect,
        step: str,
        *,
        leg: LegId | None = None,
        bridge: BridgeId | None = None,
        recording: RecordingId | None = None,
        part: str = "",
    ) -> Token:
        return Token(
            step=step,
            effect=effect.effect,
            kind=type(effect).__name__,
            leg=leg,
            bridge=bridge,
            recording=recording,
            part=part,
        )

    def _send(self, request: r.Request, token: Token) -> None:
        self._out.append(Send(request, token))

    def _say(self, signal: sig.CarrierSignal) -> None:
        self._out.append(signal)

    def _look_at_everything(self) -> None:
        self._out.append(LookAgain())

    def _failed(self, reply: Reply, token: Token, gone: tuple[int, ...] = ()) -> None:
        if reply.status == NO_ANSWER or reply.status >= 500 or (reply.status == 404 and not reply.gone):
            fault = Fault.UNAVAILABLE
        elif reply.gone or reply.status in gone:
            fault = Fault.GONE
        else:
            fault = Fault.REFUSED
        self._fail(token.effect, token.kind, fault, token.leg, f"{reply.status} {reply.message}")

    def _fail(self, effect: EffectId | None, kind: str, fault: Fault, leg: LegId | None, detail: str) -> None:
        if effect is not None:
            self._say(sig.EffectFailed(effect=effect, kind=kind, fault=fault, leg=leg, detail=detail))
