"""The stage of a contract story: asks the carrier for effects, hears its signals, and keeps the list of kinds provoked.

A story declares what it provokes with `@provokes`, and fails when one of those kinds was not seen in it. So the sum of all
declarations is true, in whatever order or process the stories run; `test_complete` holds it against the catalogues.
"""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from callcenter.hub.state import Leg, Pending, State
from callcenter.kernel.effects import AnswerLeg, CarrierEffect, DeviceTarget, Effect, NumberTarget, OriginateLeg
from callcenter.kernel.ids import BridgeId, EffectId, Entropy, LegId, RecordingId
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.signals import (
    EffectFailed,
    LegAnswered,
    LegEnded,
    LegOffered,
    Signal,
)
from callcenter.kernel.words import Cause, Fault, LegRole
from callcenter.runtime import resync
from callcenter.telephony.port import CarrierSnapshot
from tests.contract.world import CallerDoes, PhoneDoes, World

S = TypeVar("S", bound=Signal | CarrierSnapshot)
Failure = tuple[type[Effect], Fault]

SECONDS = 15.0
"""How long anything may take on a busy machine."""
_numbers = count(1)


@dataclass
class Provoked:
    """Kinds that were seen, or that a story says it makes seen."""

    signals: set[type] = field(default_factory=set)
    effects: set[type] = field(default_factory=set)
    faults: set[Failure] = field(default_factory=set)
    causes: set[Cause] = field(default_factory=set)
    ends: set[Any] = field(default_factory=set)

    def add(self, other: "Provoked") -> None:
        for name in ("signals", "effects", "faults", "causes", "ends"):
            getattr(self, name).update(getattr(other, name))

    def lacks(self, wanted: "Provoked") -> dict[str, set[Any]]:
        found = {name: getattr(wanted, name) - getattr(self, name) for name in ("signals", "effects", "faults", "causes", "ends")}
        return {name: missing for name, missing in found.items() if missing}


DECLARED = Provoked()
"""The sum of what all stories imported so far provoke."""


class Stage:
    """One carrier, started, with everything that it delivered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.carrier = world.carrier
        self.heard: list[Signal | CarrierSnapshot] = []
        self.provoked = Provoked()
        self.entropy = Entropy(f"contract {next(_numbers)}".encode())
        self.remembered = State()
        """What the service knows when a connection comes up; nothing but what a story puts in."""
        self._asked: dict[EffectId, type[Effect]] = {}
        self._legs: set[LegId] = set()
        self._news = asyncio.Event()

    def deliver(self, signal: Any) -> None:
        """What the carrier is given for `deliver`. A snapshot is compared, as the engine does, with what is known: callers
        who were missed come as offers, and the carrier is up."""
        if isinstance(signal, CarrierSnapshot):
            self._hear(signal)
            for missed in resync.missed(self.remembered, signal, now=time.time_ns() // 1_000_000):
                if not isinstance(missed, LegOffered | LegAnswered) or missed.leg not in self._legs:
                    self._hear(missed)
        else:
            self._hear(signal)

    def _hear(self, signal: Any) -> None:
        self.heard.append(signal)
        self.provoked.signals.add(type(signal))
        match signal:
            case EffectFailed(effect=effect, fault=fault) if effect in self._asked:
                assert signal.kind == self._asked[effect].__name__, "the failure names another kind of effect"
                self.provoked.faults.add((self._asked[effect], fault))
            case LegOffered(leg=leg):
                self._legs.add(leg)
            case LegEnded(cause=cause):
                self.provoked.causes.add(cause)
            case _ if (end := getattr(signal, "end", None)) is not None:
                self.provoked.ends.add(end)
        self._news.set()

    # -- asking and hearing ---------------------------------------------------------------------------------------------

    async def do(self, kind: type[CarrierEffect], **fields: Any) -> EffectId:
        """Asks for an effect and returns its id."""
        effect = kind(effect=self.entropy.effect(), carrier=self.carrier.name, **fields)
        await self.again(effect)
        return effect.effect

    async def again(self, effect: CarrierEffect) -> None:
        """Asks for this very effect (perhaps a second time)."""
        self.expects(effect)
        await self.carrier.perform(effect)  # type: ignore[arg-type]

    def expects(self, effect: Effect) -> None:
        """Somebody else asks for this effect; its failure is one of this kind."""
        self._asked[effect.effect] = type(effect)
        self.provoked.effects.add(type(effect))

    def remembers(self, leg: LegId) -> None:
        """The service has this leg in its books, up, when the connection comes back."""
        self.remembered.legs[leg] = Leg(leg, self.entropy.call(), self.carrier.name, LegRole.CALLER, LegState.UP)

    def meant(self, kind: type[CarrierEffect], leg: LegId, recording: RecordingId | None = None) -> EffectId:
        """The service has stored that it wants this, and was gone before the carrier heard of it."""
        pending = Pending(
            self.entropy.effect(), kind.__name__, self.entropy.call(), self.carrier.name, leg=leg, recording=recording, since=0
        )
        self.remembered.pending[pending.effect] = pending
        self._asked[pending.effect] = kind
        return pending.effect

    async def hears(self, kind: type[S], seconds: float = SECONDS, **fields: Any) -> S:
        """Waits for the first signal of this kind with these fields; it may have come already."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self._news.clear()
                    for signal in self.heard:
                        if isinstance(signal, kind) and all(getattr(signal, name) == value for name, value in fields.items()):
                            return signal
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} {fields} in {seconds} s; heard: {self.heard}") from None

    async def fails(self, effect: EffectId, fault: Fault) -> EffectFailed:
        """Waits for the effect to fail in this way."""
        failed = await self.hears(EffectFailed, effect=effect)
        assert failed.fault is fault, failed
        return failed

    def about(self, leg: LegId) -> list[Signal | CarrierSnapshot]:
        """Everything heard of a leg, in order."""
        return [signal for signal in self.heard if getattr(signal, "leg", None) == leg]

    def order(self, *signals: Signal) -> None:
        """Asserts that these came in this order."""
        places = [self.heard.index(signal) for signal in signals]
        assert places == sorted(places), [type(signal).__name__ for signal in self.heard]

    # -- parties --------------------------------------------------------------------------------------------------------

    async def offered(self, does: CallerDoes) -> LegId:
        """Somebody calls; the leg waits."""
        caller = f"+1202555{next(_numbers):04d}"
        await self.world.call_in(caller, does)
        return (await self.hears(LegOffered, caller=caller)).leg

    async def caller(self, does: CallerDoes | None = None) -> LegId:
        """Somebody calls and is answered."""
        leg = await self.offered(does or CallerDoes())
        await self.do(AnswerLeg, leg=leg)
        await self.hears(LegAnswered, leg=leg)
        return leg

    async def ring(self, target: DeviceTarget | NumberTarget, *, ring_ms: int = 20_000) -> LegId:
        """Asks for a leg to the target and returns its id at once."""
        leg = self.entropy.leg()
        await self.do(
            OriginateLeg,
            leg=leg,
            call=self.entropy.call(),
            target=target,
            role=LegRole.AGENT if isinstance(target, DeviceTarget) else LegRole.CUSTOMER,
            ring_ms=ring_ms,
            caller_id="+12025550100",
        )
        return leg

    async def agent(self, does: PhoneDoes | None = None) -> LegId:
        """A leg to a device that answers."""
        leg = await self.ring(DeviceTarget(await self.world.phone(does or PhoneDoes())))
        await self.hears(LegAnswered, leg=leg)
        return leg

    def bridge(self) -> BridgeId:
        return self.entropy.bridge()


Story = Callable[..., Awaitable[None]]
"""Takes `stage`, and perhaps fixtures of its own."""


def provokes(
    *kinds: type, faults: tuple[Failure, ...] = (), causes: tuple[Cause, ...] = (), ends: tuple[Any, ...] = ()
) -> Callable[[Story], Story]:
    """Declares what a story provokes, and checks after it that each was truly seen in it."""
    declared = Provoked(
        signals={kind for kind in kinds if not issubclass(kind, Effect)},
        effects={kind for kind in kinds if issubclass(kind, Effect)},
        faults=set(faults),
        causes=set(causes),
        ends=set(ends),
    )
    DECLARED.add(declared)

    def decorate(story: Story) -> Story:
        @functools.wraps(story)
        async def checked(stage: Stage, **others: Any) -> None:
            await story(stage=stage, **others)
            assert not (lacks := stage.provoked.lacks(declared)), f"declared, but not seen in this story: {lacks}"

        return checked

    return decorate
