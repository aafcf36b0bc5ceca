"""People of a simulated world: callers who find their way and lose their patience, agents who answer, talk and wrap up.

They move by the network's verbs and the hub's commands only, as real people do, and by chance only from the `random.Random`
that they are given. Times in milliseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from msgspec import Struct

from callcenter.kernel.center import Center
from callcenter.kernel.clock import MINUTE, SECOND
from callcenter.kernel.commands import (
    AnyCommand,
    FinishWrapUp,
    Hold,
    PlaceCall,
    Retrieve,
    SetAvailable,
    SetDisposition,
    SetNotReady,
    SignIn,
    SignOut,
    ToQueue,
    TransferBlind,
)
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import AgentId, CallId, LegId, PromptId, QueueId
from callcenter.kernel.words import Cause, LegRole, Treatment
from callcenter.simulation.agenda import Appointment
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.phones import Gathering, Line, Person
from callcenter.simulation.ways import Way

Order = Callable[[AnyCommand], None]
"""Asks the hub for something; it may be refused, and nobody tells."""

CALLER_TONES = (300, 350, 400, 440, 480)
AGENT_TONES = (600, 660, 720)
KEY_GAP_MS = 250


class CallerTraits(Struct, frozen=True, kw_only=True):
    """How one caller will behave."""

    number: str
    """Hers, E.164; empty when withheld."""
    way: Way
    keys: Mapping[PromptId, str]
    """What she presses at prompts that her way does not name."""
    think_ms: int = 1_500
    """From the beginning of a question to her first key."""
    patience_ms: int = 2 * MINUTE
    """In the queue."""
    talk_ms: int = 3 * MINUTE
    leaves_at_once: bool = False
    """She hangs up while the first prompt plays."""


class Caller(Person):
    """One caller, from dialing to the end."""

    def __init__(self, network: PhoneNetwork, traits: CallerTraits, over: Callable[["Caller"], None], tone: int) -> None:
        self._network = network
        self._traits = traits
        self._over = over
        self._impatience: Appointment | None = None
        self._wants_to_end = False
        self.way = traits.way
        self.talked = False
        self.waits = False
        """She is in a queue."""
        self.leg: LegId = network.call_in(traits.number, traits.way.dialed, person=self, tone=tone)

    def hears(self, line: Line, now: int) -> None:
        if line.bridge is not None:
            return
        if isinstance(line.hears, Gathering):
            self._press(line.hears, now)
        elif self._traits.leaves_at_once:
            self._later(now + self._traits.think_ms, self._hang_up)
        elif line.hears is Treatment.MUSIC:
            self.waits = not self.talked
            if self._impatience is None:
                self._impatience = self._later(now + self._traits.patience_ms, self._lose_patience)

    def in_company(self, line: Line, others: int, now: int) -> None:
        if others == 0:
            return
        self.waits = False
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None
        if not self.talked:
            self.talked = True
            self._later(now + self._traits.talk_ms, self._say_goodbye)
        elif self._wants_to_end:
            self._later(now + 3 * SECOND, self._hang_up)

    def ended(self, line: Line, cause: Cause, now: int) -> None:
        self.waits = False
        self._over(self)

    def _press(self, asked: Gathering, now: int) -> None:
        prompts = [spoken.prompt for spoken in reversed(asked.prompts) if isinstance(spoken, SayPrompt)]
        keys = next((self._traits.way.keys[prompt] for prompt in prompts if prompt in self._traits.way.keys), None)
        if keys is None:
            keys = next((self._traits.keys[prompt] for prompt in prompts if prompt in self._traits.keys), "")
        for index, key in enumerate(keys):
            at = now + self._traits.think_ms + index * KEY_GAP_MS
            self._later(at, lambda then, key=key: self._network.press(self.leg, key, then))  # type: ignore[misc]

    def _lose_patience(self, now: int) -> None:
        line = self._network.lines.get(self.leg)
        if line is not None and line.bridge is None:
            self._hang_up(now)

    def _say_goodbye(self, now: int) -> None:
        """On hold, or between two agents, she waits until somebody is there again."""
        line = self._network.lines.get(self.leg)
        if line is not None and line.bridge is None:
            self._wants_to_end = True
        else:
            self._hang_up(now)

    def _hang_up(self, now: int) -> None:
        self._network.hang_up(self.leg, now)

    def _later(self, at: int, action: Callable[[int], object]) -> Appointment:
        return self._network.agenda.arrange(at, action)


class AgentTraits(Struct, frozen=True, kw_only=True):
    """How an agent works. Means of exponential times in milliseconds, and chances from 0 to 1."""

    answer_ms: int = 2_500
    wrap_up_ms: int = 15_000
    misses: float = 0.02
    """An offer that she does not hear."""
    holds: float = 0.15
    transfers: float = 0.03
    """To another queue, instead of ending the call."""
    places: float = 0.05
    """Calls a customer after a wrap-up."""
    breaks: float = 0.05
    """Takes a break after a wrap-up."""
    break_ms: int = 90_000


class Workplace(Struct, frozen=True, kw_only=True):
    """What a played agent knows of her center."""

    dispositions: Sequence[str]
    reasons: Sequence[str]
    queues: Sequence[QueueId]
    customers: Sequence[str]
    """Numbers that she may call, as people write them."""


def workplace(center: Center, customers: Sequence[str]) -> Workplace:
    return Workplace(
        dispositions=[choice.code for choice in center.dispositions],
        reasons=[choice.code for choice in center.reasons],
        queues=list(center.queues),
        customers=customers,
    )


class PlayedAgent(Person):
    """One agent at a desk, from signing in to signing out."""

    def __init__(
        self,
        agent: AgentId,
        device: str,
        network: PhoneNetwork,
        order: Order,
        random: Random,
        place: Workplace,
        traits: AgentTraits,
    ) -> None:
        self.agent = agent
        self.device = device
        self.on_duty = False
        self._network = network
        self._order = order
        self._random = random
        self._place = place
        self._traits = traits
        self._talks: CallId | None = None

    # -- her shift ------------------------------------------------------------------------------------------------------

    def sign_in(self, now: int) -> None:
        self.on_duty = True
        self._network.register(
            self.device,
            now,
            person=self,
            answers_itself=frozenset({LegRole.PLACING, LegRole.RECONNECT}),
            tone=self._random.choice(AGENT_TONES),
        )
        self._order(SignIn(agent=self.agent, carrier=self._network.name, device=self.device, reachable=True))
        self._order(SetAvailable(agent=self.agent))

    def sign_out(self, now: int) -> None:
        """Refused by the hub while she is in a call; her device is gone all the same."""
        self._order(SignOut(agent=self.agent))
        self.leave(now)

    def leave(self, now: int) -> None:
        """Somebody else sits at her desk now."""
        self.on_duty = False
        self._network.unregister(self.device, now)

    # -- her telephone --------------------------------------------------------------------------------------------------

    def rings(self, line: Line, now: int) -> None:
        if line.role is not LegRole.AGENT:
            return
        if self._random.random() < self._traits.misses:
            self._later(now + 50 * SECOND, lambda at: self._order(SetAvailable(agent=self.agent)))
        else:
            answers_at = now + min(self._some(self._traits.answer_ms, least=600), 12 * SECOND)
            self._later(answers_at, lambda at: self._network.answer(self.device, at) if self._rings(line) else None)

    def in_company(self, line: Line, others: int, now: int) -> None:
        if others == 0 or line.call is None or self._talks == line.call:
            return
        self._talks = call = line.call
        chance = self._random.random()
        if chance < self._traits.holds:
            begins = now + self._some(12 * SECOND, least=3 * SECOND)
            ends = begins + self._some(10 * SECOND, least=4 * SECOND)
            self._in_call(begins, call, Hold(agent=self.agent, call=call))
            self._in_call(ends, call, Retrieve(agent=self.agent, call=call))
        elif chance < self._traits.holds + self._traits.transfers and self._place.queues:
            to = ToQueue(self._random.choice(self._place.queues))
            goes = now + self._some(15 * SECOND, least=5 * SECOND)
            self._in_call(goes, call, TransferBlind(agent=self.agent, call=call, to=to))

    def ended(self, line: Line, cause: Cause, now: int) -> None:
        if line.call is None or self._talks != line.call:
            return
        call, self._talks = line.call, None
        lasts = self._some(self._traits.wrap_up_ms, least=2 * SECOND)
        if self._place.dispositions:
            code = self._random.choice(self._place.dispositions)
            self._later(now + lasts // 2, lambda at: self._do(SetDisposition(agent=self.agent, call=call, code=code)))
        self._later(now + lasts, self._finish)

    def _finish(self, now: int) -> None:
        self._do(FinishWrapUp(agent=self.agent))
        chance = self._random.random()
        if chance < self._traits.breaks and self._place.reasons:
            self._do(SetNotReady(agent=self.agent, reason=self._random.choice(self._place.reasons)))
            back = now + self._some(self._traits.break_ms, least=20 * SECOND)
            self._later(back, lambda at: self._do(SetAvailable(agent=self.agent)))
        elif chance < self._traits.breaks + self._traits.places and self._place.customers:
            self._do(PlaceCall(agent=self.agent, number=self._random.choice(self._place.customers)))

    def _rings(self, line: Line) -> bool:
        return line.state == "ringing"

    def _in_call(self, at: int, call: CallId, command: AnyCommand) -> None:
        self._later(at, lambda now: self._do(command) if self._talks == call else None)

    def _do(self, command: AnyCommand) -> None:
        if self.on_duty:
            self._order(command)

    def _some(self, mean_ms: int, *, least: int) -> int:
        return max(round(self._random.expovariate(1 / mean_ms)), least)

    def _later(self, at: int, action: Callable[[int], object]) -> None:
        self._network.agenda.arrange(at, action)
