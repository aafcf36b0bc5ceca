"""Who answered, on live legs: a snoop channel brings what the callee says over AudioSocket, `dialer.amd` judges it.

The leg itself is not touched: it may wait, hear a prompt or be in a bridge meanwhile, and nothing that fails here can end it.
Every leg that is listened to gets a verdict in time: where its sound does not come, stops, comes late, or more legs are listened
to than this process may, the verdict is `undecided`, which counts as a person. docs/decisions/0012 says why it is done so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import structlog
from msgspec import Struct

from callcenter.kernel import signals as s
from callcenter.kernel.ids import LegId
from callcenter.kernel.words import Answerer
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.audio_socket import AudioSocket, Listener
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.settings import DetectionSettings
from dialer.amd.detector import BeepHeard, Detector, Finding, Verdict
from dialer.amd.settings import FRAME, AmdSettings

CONTEXT = "listen"
"""Of config/asterisk/extensions.conf: brings the sound of the channel that comes there."""
PREFIX = "listen-"
"""Of the snoop channel's id, before the leg's: no id of ours looks so, so the resync takes it for nobody's leg."""
NOT_YET = 409
"""A channel that is not in the application yet, or not any more."""
LOOK_EVERY_S = 0.005
TAP_WITHIN_S = 1.0

log = structlog.get_logger(__name__)


class Heard(Struct, frozen=True, kw_only=True):
    """What was found about a leg."""

    leg: LegId
    found: Finding


def signal_of(heard: Heard) -> s.AnswerJudged | s.BeepHeard:
    """In the port's words."""
    match heard.found:
        case Verdict() as found:
            return s.AnswerJudged(
                leg=heard.leg,
                answerer=found.answerer,
                confidence=found.confidence,
                delay_ms=found.delay_ms,
                why=found.why,
                greeting_end_ms=found.greeting_end_ms,
                correction=found.correction,
            )
        case BeepHeard() as beep:
            return s.BeepHeard(leg=heard.leg, began_ms=beep.began_ms, ended_ms=beep.ended_ms, heard_ms=beep.heard_ms)


class AnswerDetection:
    """Listens to legs of one Asterisk. `ask` is AriClient's; `clock` gives ms since the epoch; `tell` is called on the loop."""

    def __init__(
        self,
        settings: DetectionSettings,
        *,
        application: str,
        ask: Callable[[r.Request], Awaitable[Reply]],
        clock: Callable[[], int],
        tell: Callable[[Heard], None],
    ) -> None:
        self._settings = settings
        self._application = application
        self._ask = ask
        self._clock = clock
        self._tell = tell
        self._socket = AudioSocket(settings.host, settings.port)
        self._legs: dict[LegId, _Leg] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def listening(self) -> int:
        """Legs that are listened to now."""
        return len(self._legs)

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        await self._socket.start()

    async def close(self) -> None:
        """Stops listening; the legs stay as they are."""
        for leg in list(self._legs):
            self.stop(leg)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()

    def listen(self, leg: LegId, *, answered_at: int, how: AmdSettings, until_ms: int) -> None:
        """Judges a leg that was just answered; a second call for the same leg changes nothing. Never raises.

        Ends by itself: `until_ms` after the answer, with a beep or a fax, or with the sound. `stop` it when an agent is there.
        """
        if leg in self._legs:
            return
        if len(self._legs) >= self._settings.most:
            log.warning("detection.full", legs=len(self._legs))
            self._tell(Heard(leg=leg, found=_nobody_knows(self._clock() - answered_at, "busy")))
            return
        one = _Leg(leg=leg, name=uuid4(), answered_at=answered_at, how=how, until_ms=until_ms)
        self._legs[leg] = one
        self._socket.expect(one.name, Listener(sound=lambda data: self._sound(one, data), closed=lambda: self._over(one)))
        loop, age_ms = asyncio.get_running_loop(), self._clock() - answered_at
        decide_by_ms = how.verdict.decide_by_ms + self._settings.grace_ms
        one.timers = [
            loop.call_later(max(0, decide_by_ms - age_ms) / 1000, self._too_late, one),
            loop.call_later(max(0, until_ms + self._settings.grace_ms - age_ms) / 1000, self._over, one),
        ]
        self._spawn(self._tap(one))

    def stop(self, leg: LegId) -> None:
        """Listens no longer, and says nothing more about it."""
        one = self._legs.get(leg)
        if one is not None:
            self._end(one)

    # -- Asterisk -----------------------------------------------------------------------------------------------------------

    async def _tap(self, one: "_Leg") -> None:
        """A channel that hears what the callee says, sent into the dialplan that brings it to us."""
        channel = PREFIX + one.leg
        steps = (
            r.snoop(one.leg, channel, self._application),
            r.set_variable(channel, "LISTEN_ID", str(one.name)),
            r.set_variable(channel, "LISTEN_AT", self._settings.told or self._socket.address),
            r.continue_in_dialplan(channel, CONTEXT, "s"),
        )
        why = ""
        try:
            async with asyncio.timeout(TAP_WITHIN_S):
                for step in steps:
                    reply = await self._ask(step)
                    while reply.status == NOT_YET and step is not steps[0]:
                        await asyncio.sleep(LOOK_EVERY_S)  # its entry into the application may come after the answer
                        reply = await self._ask(step)
                    if not reply.good:
                        why = f"{step.operation}: {reply.status}"
                        break
        except TimeoutError:
            why = "Asterisk did not do it in time"
        if why and self._legs.get(one.leg) is one:
            log.warning("detection.deaf", why=why)
            self._over(one)

    # -- sound --------------------------------------------------------------------------------------------------------------

    def _sound(self, one: "_Leg", data: bytes) -> None:
        """Asterisk sends 20 ms every 20 ms, silence too where the callee's telephone sends nothing."""
        if one.detector is None:
            one.detector = Detector(one.how, since_answer_ms=max(0, self._clock() - one.answered_at - _length_ms(data)))
        one.rest += data
        whole = len(one.rest) // (2 * FRAME) * 2 * FRAME
        samples = np.frombuffer(bytes(one.rest[:whole]), "<i2")
        del one.rest[:whole]
        for at in range(0, len(samples), FRAME):
            for found in one.detector.feed(samples[at : at + FRAME]):
                self._found(one, found)
                if self._legs.get(one.leg) is not one:
                    return
        if one.detector.now_ms >= one.until_ms:
            self._over(one)

    def _found(self, one: "_Leg", found: Finding) -> None:
        if isinstance(found, Verdict):
            one.judged = True
        self._tell(Heard(leg=one.leg, found=found))
        if isinstance(found, BeepHeard) or found.answerer is Answerer.FAX:
            self._end(one)

    def _too_late(self, one: "_Leg") -> None:
        if not one.judged:
            self._over(one)

    def _over(self, one: "_Leg") -> None:
        """No more sound will be judged. Who is not judged by now counts as a person."""
        self._end(one)
        if not one.judged:
            one.judged = True
            self._tell(Heard(leg=one.leg, found=_nobody_knows(self._clock() - one.answered_at, "deaf")))

    def _end(self, one: "_Leg") -> None:
        if self._legs.get(one.leg) is not one:
            return
        del self._legs[one.leg]
        for timer in one.timers:
            timer.cancel()
        self._socket.forget(one.name)
        self._spawn(self._hang_up(PREFIX + one.leg))

    async def _hang_up(self, channel: str) -> None:
        """With its socket it ends by itself; if it never had one, by this."""
        await self._ask(r.hang_up(channel))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Leg:
    def __init__(self, *, leg: LegId, name: UUID, answered_at: int, how: AmdSettings, until_ms: int) -> None:
        self.leg = leg
        self.name = name
        self.answered_at = answered_at
        self.how = how
        self.until_ms = until_ms
        self.detector: Detector | None = None
        """Made with the first sound: until then nobody knows how old the answer is."""
        self.rest = bytearray()
        self.judged = False
        self.timers: list[asyncio.TimerHandle] = []


def _nobody_knows(delay_ms: int, why: str) -> Verdict:
    return Verdict(answerer=Answerer.UNDECIDED, confidence=0.5, delay_ms=delay_ms, why=why)


def _length_ms(data: bytes) -> int:
    return len(data) // 16
