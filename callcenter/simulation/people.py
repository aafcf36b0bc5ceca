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
    DialLead,
    FinishWrapUp,
    Hold,
    PlaceCall,
    Retrieve,
    SetAvailable,
    SetDisposition,
    SetNotReady,
    SignIn,
    SignOut,
    SkipLead,
    ToQueue,
    TransferBlind,
    WorkCampaign,
)
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import AgentId, AttemptId, CallId, CampaignId, LegId, PromptId, QueueId
from callcenter.kernel.scenario import AnySpread, Exponential
from callcenter.kernel.words import Cause, LegRole, Treatment
from callcenter.simulation.agenda import Appointment
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.draws import draw
from callcenter.simulation.phones import Gathering, Line, Person
from callcenter.simulation.ways import Way

Order = Callable[[AnyCommand], None]
"""Asks the hub for something; it may be refused, and nobody tells."""

CALLER_TONES = (300, 350, 400, 440, 480)
AGENT_TONES = (600, 660, 720)
KEY_GAP_MS = 250
GONE_MS = SECOND
"""From the order to sign out to pulling the plug of her telephone."""
AGAIN_MS = 5 * SECOND
"""Who was not let go asks again after this time."""


class CallerTraits(Struct, frozen=True, kw_only=True):
    """How one caller will behave."""

    number: str
    """Hers, E.164; empty when withheld."""
    way: Way
    keys: Mapping[PromptId, str]
    """What she presses at prompts that her way does not name."""
    think_ms: int = 1_500
    """From the beginning of a question to her first key."""
    patience_ms: int | None = 2 * MINUTE
    """In the queue; None: without end."""
    talk_ms: int = 3 * MINUTE
    leaves_at_once: bool = False
    """She hangs up while the first prompt plays."""
    rings_ms: int | None = None
    """How long she lets it ring when nobody answers at all; None: without end."""
    leaves_work_ms: int | None = None
    """The wrap-up that her matter takes; None: as long as the agent is used to."""


class Caller(Person):
    """One caller, from dialing to the end."""

    def __init__(
        self, network: PhoneNetwork, traits: CallerTraits, over: Callable[["Caller"], None], tone: int, now: int
    ) -> None:
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
        self._ringing = self._later(now + traits.rings_ms, self._hang_up) if traits.rings_ms is not None else None

    @property
    def leaves_work_ms(self) -> int | None:
        return self._traits.leaves_work_ms

    def answered(self, line: Line, now: int) -> None:
        if self._ringing is not None:
            self._ringing.cancel()

    def hears(self, line: Line, now: int) -> None:
        if line.bridge is not None:
            return
        if isinstance(line.hears, Gathering):
            self._press(line.hears, now)
        elif self._traits.leaves_at_once:
            self._later(now + self._traits.think_ms, self._hang_up)
        elif line.hears is Treatment.MUSIC:
            self.waits = not self.talked
            if self._impatience is None and self._traits.patience_ms is not None:
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
        for appointment in (self._ringing, self._impatience):
            if appointment is not None:
                appointment.cancel()
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
    """How an agent works. Chances from 0 to 1."""

    answer: AnySpread = Exponential(mean_ms=2_500, at_least_ms=600, at_most_ms=12 * SECOND)
    wrap_up: AnySpread = Exponential(mean_ms=15 * SECOND, at_least_ms=2 * SECOND)
    """Unless the caller's matter says how long it takes."""
    misses: float = 0.02
    """An offer that she does not hear."""
    rejects: float = 0.0
    holds: float = 0.15
    hold_after: AnySpread = Exponential(mean_ms=12 * SECOND, at_least_ms=3 * SECOND)
    hold: AnySpread = Exponential(mean_ms=10 * SECOND, at_least_ms=4 * SECOND)
    transfers: float = 0.03
    """To another queue, instead of ending the call."""
    transfer_after: AnySpread = Exponential(mean_ms=15 * SECOND, at_least_ms=5 * SECOND)
    places: float = 0.05
    """Calls a customer after a wrap-up."""
    breaks: float = 0.05
    """Takes a break after a wrap-up."""
    read: AnySpread = Exponential(mean_ms=12 * SECOND, at_least_ms=4 * SECOND, at_most_ms=40 * SECOND)
    """A lead in preview, before she dials or skips it."""
    skips: float = 0.1
    break_time: AnySpread = Exponential(mean_ms=90 * SECOND, at_least_ms=20 * SECOND)


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
        self._work_ms: int | None = None
        """The wrap-up that the caller in her ear will leave her."""
        self.busy = False
        """Something rings, she talks, or wraps up."""
        self.going_home = False

    # -- her shift ------------------------------------------------------------------------------------------------------

    def sign_in(self, now: int) -> None:
        self.on_duty = True
        self.going_home = self.busy = False
        self._talks = None
        self._network.register(
            self.device,
            now,
            person=self,
            answers_itself=frozenset({LegRole.PLACING, LegRole.RECONNECT, LegRole.TAKING}),
            tone=self._random.choice(AGENT_TONES),
        )
        self._order(SignIn(agent=self.agent, carrier=self._network.name, device=self.device, reachable=True))
        self._order(SetAvailable(agent=self.agent))

    def sign_out(self, now: int) -> None:
        """Refused by the hub while she is in a call; her device is gone all the same."""
        self._order(SignOut(agent=self.agent))
        self.leave(now)

    def go_home(self, now: int) -> None:
        """Signs out when she has nothing to do any more: at once, or after the call and its wrap-up."""
        self.going_home = True
        if not self.busy:
            self._order(SignOut(agent=self.agent))
            self._later(now + GONE_MS, self._unplug)

    def stay(self) -> None:
        """She is needed after all."""
        self.going_home = False

    def refused(self, command: AnyCommand, now: int) -> None:
        """The hub did not do what she asked. Only going home is worth another try."""
        if isinstance(command, SignOut) and self.going_home and self.on_duty:
            self.busy = True  # so that her telephone stays plugged in until she has asked again
            self._later(now + AGAIN_MS, self._ask_again)

    def _ask_again(self, now: int) -> None:
        if self.going_home and self.on_duty:
            self.busy = self._network.device_line(self.device) is not None
            if self.busy:
                self._later(now + AGAIN_MS, self._ask_again)
            else:
                self.go_home(now)

    def _unplug(self, now: int) -> None:
        if self.going_home and self.on_duty and not self.busy:
            self.leave(now)

    def leave(self, now: int) -> None:
        """Somebody else sits at her desk now."""
        self.on_duty = False
        self._network.unregister(self.device, now)

    # -- a campaign -----------------------------------------------------------------------------------------------------

    def works(self, campaign: CampaignId) -> None:
        self._do(WorkCampaign(agent=self.agent, campaign=campaign))

    def reads(self, attempt: AttemptId, now: int) -> None:
        """A lead is shown to her: she reads it, then dials or skips it, after the call that has come meanwhile. Refused when the
        lead has been given back by then."""
        act = SkipLead if self._random.random() < self._traits.skips else DialLead
        self._has_read(act(agent=self.agent, attempt=attempt), now + draw(self._random, self._traits.read))

    def _has_read(self, command: AnyCommand, at: int) -> None:
        self._later(at, lambda now: self._has_read(command, now + AGAIN_MS) if self.busy else self._do(command))

    # -- her telephone --------------------------------------------------------------------------------------------------

    def rings(self, line: Line, now: int) -> None:
        if line.role is not LegRole.AGENT:
            return
        self.busy = True
        chance = self._random.random()
        if chance < self._traits.misses:
            self._later(now + 50 * SECOND, lambda at: self._do(SetAvailable(agent=self.agent)))
            return
        acts = self._network.reject if chance < self._traits.misses + self._traits.rejects else self._network.answer
        acts_at = now + draw(self._random, self._traits.answer)
        self._later(acts_at, lambda at: acts(self.device, at) if self._rings(line) else None)

    def in_company(self, line: Line, others: int, now: int) -> None:
        if others == 0 or line.call is None or self._talks == line.call:
            return
        self._talks = call = line.call
        self.busy = True
        self._work_ms = self._her_work(line)
        chance = self._random.random()
        if chance < self._traits.holds:
            begins = now + draw(self._random, self._traits.hold_after)
            ends = begins + draw(self._random, self._traits.hold)
            self._in_call(begins, call, Hold(agent=self.agent, call=call))
            self._in_call(ends, call, Retrieve(agent=self.agent, call=call))
        elif chance < self._traits.holds + self._traits.transfers and self._place.queues:
            to = ToQueue(self._random.choice(self._place.queues))
            goes = now + draw(self._random, self._traits.transfer_after)
            self._in_call(goes, call, TransferBlind(agent=self.agent, call=call, to=to))

    def ended(self, line: Line, cause: Cause, now: int) -> None:
        if line.call is None or self._talks != line.call:
            self.busy = self._talks is not None
            self._maybe_go(now)
            return
        call, self._talks = line.call, None
        lasts = self._work_ms if self._work_ms is not None else draw(self._random, self._traits.wrap_up)
        if self._place.dispositions:
            code = self._random.choice(self._place.dispositions)
            self._later(now + lasts // 2, lambda at: self._do(SetDisposition(agent=self.agent, call=call, code=code)))
        self._later(now + lasts, self._finish)

    def _finish(self, now: int) -> None:
        if self._talks is not None:
            return  # the hub had ended the wrap-up before, and she is in the next call
        self._do(FinishWrapUp(agent=self.agent))
        self.busy = False
        if self.going_home:
            self._maybe_go(now)
            return
        chance = self._random.random()
        if chance < self._traits.breaks and self._place.reasons:
            self._do(SetNotReady(agent=self.agent, reason=self._random.choice(self._place.reasons)))
            back = now + draw(self._random, self._traits.break_time)
            self._later(back, lambda at: self._do(SetAvailable(agent=self.agent)))
        elif chance < self._traits.breaks + self._traits.places and self._place.customers:
            self._do(PlaceCall(agent=self.agent, number=self._random.choice(self._place.customers)))

    def _maybe_go(self, now: int) -> None:
        if self.going_home and not self.busy:
            self.go_home(now)

    def _her_work(self, line: Line) -> int | None:
        """What the customer in this conversation will leave to do."""
        members = self._network.bridges.get(line.bridge, ()) if line.bridge is not None else ()
        people = (self._network.lines[leg].person for leg in members)
        return next((person.leaves_work_ms for person in people if isinstance(person, Caller)), None)

    def _rings(self, line: Line) -> bool:
        return line.state == "ringing"

    def _in_call(self, at: int, call: CallId, command: AnyCommand) -> None:
        self._later(at, lambda now: self._do(command) if self._talks == call else None)

    def _do(self, command: AnyCommand) -> None:
        if self.on_duty:
            self._order(command)

    def _later(self, at: int, action: Callable[[int], object]) -> None:
        self._network.agenda.arrange(at, action)
