"""The simulated carrier's world: people's verbs over the phone network, in real time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from callcenter.kernel.center import Label
from callcenter.kernel.ids import CarrierName, LegId, PromptId
from callcenter.kernel.words import Cause
from callcenter.simulation.phones import Line, Outside, Person
from callcenter.telephony.port import DeviceAccount
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from tests.contract.world import CALLER_TONE, PHONE_TONE, CallerDoes, PhoneDoes


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


class ScriptedCaller(Person):
    def __init__(self, carrier: SimulatedCarrier, does: CallerDoes) -> None:
        self._carrier = carrier
        self._does = does

    def answered(self, line: Line, now: int) -> None:
        network, at = self._carrier.network, now
        for press in self._does.keys:
            at += press.after_ms
            network.agenda.arrange(at, lambda then, key=press.key: network.press(line.leg, key, then))  # type: ignore[misc]
        if self._does.hangs_up_ms is not None:
            network.agenda.arrange(at + self._does.hangs_up_ms, lambda then: network.hang_up(line.leg, then))


class ScriptedPhone(Person):
    def __init__(self, carrier: SimulatedCarrier, does: PhoneDoes) -> None:
        self._carrier = carrier
        self._does = does

    def rings(self, line: Line, now: int) -> None:
        network, device = self._carrier.network, line.device
        assert device is not None
        match self._does.does:
            case "answers":
                network.agenda.arrange(now + self._does.after_ms, lambda then: network.answer(device, then))
            case "rejects":
                network.agenda.arrange(now + self._does.after_ms, lambda then: network.reject(device, then))
            case "busy":
                network.hang_up(line.leg, now, Cause.BUSY)

    def answered(self, line: Line, now: int) -> None:
        if self._does.hangs_up_ms is not None:
            network = self._carrier.network
            network.agenda.arrange(now + self._does.hangs_up_ms, lambda then: network.hang_up(line.leg, then))


class SimulatedWorld:
    dialed = "+12025550100"
    prompt = PromptId("greeting")
    missing = PromptId("lost")

    def __init__(self) -> None:
        self.carrier = SimulatedCarrier(CarrierName("simulated"), clock=wall_clock)
        self.carrier.use_prompts(
            {self.prompt: Label("Please listen to these words.", "请听"), self.missing: Label("Lost words.", "丢失")}
        )
        self.carrier.network.missing.add(self.missing)
        self._names = count(1)
        self._leaving: list[LegId] = []

    async def call_in(self, caller: str, does: CallerDoes) -> None:
        network = self.carrier.network
        person = ScriptedCaller(self.carrier, does)
        leg = self.carrier.pump.act(
            lambda now: network.call_in(caller, self.dialed, person=person, tone=CALLER_TONE if does.tone else 0)
        )
        if does.hangs_up_ms is not None:
            self._leaving.append(leg)
        if does.gives_up_ms is not None:
            gives_up_ms = does.gives_up_ms

            def give_up(now: int) -> None:
                if leg in network.lines and network.lines[leg].state == "offered":
                    network.hang_up(leg, now)

            self.carrier.pump.act(lambda now: network.agenda.arrange(now + gives_up_ms, give_up))

    async def phone(self, does: PhoneDoes) -> str:
        name = f"phone{next(self._names)}"
        person = ScriptedPhone(self.carrier, does)
        self.carrier.pump.act(
            lambda now: self.carrier.network.register(name, now, person=person, tone=PHONE_TONE if does.tone else 0)
        )
        return name

    async def number(self, does: PhoneDoes) -> str:
        number = f"+1202556{next(self._names):04d}"
        kinds = {"ignores": "no_answer"}
        self.carrier.network.outside[number] = Outside(
            does=kinds.get(does.does, does.does),  # type: ignore[arg-type]
            rings_after_ms=does.rings_after_ms,
            after_ms=does.rings_after_ms + does.after_ms,
            hangs_up_after_ms=does.hangs_up_ms,
            tone=PHONE_TONE if does.tone else 0,
            who="machine" if does.says == "machine" else "person",
            greeting_ms=2_500 if does.says == "machine" else 600,
        )
        return number

    @asynccontextmanager
    async def registered(self, account: DeviceAccount) -> AsyncIterator[None]:
        self.carrier.pump.act(lambda now: self.carrier.network.register(account.device, now))
        try:
            yield
        finally:
            self.carrier.pump.act(lambda now: self.carrier.network.unregister(account.device, now))

    async def cut(self) -> None:
        self.carrier.pump.act(lambda now: self.carrier.network.lose_connection("cut by the story"))

    async def hung_up(self) -> None:
        async with asyncio.timeout(20):
            while any(leg in self.carrier.network.lines for leg in self._leaving):  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # while it is cut, the network tells nobody

    async def mend(self) -> None:
        self.carrier.pump.act(lambda now: self.carrier.network.connect())


@asynccontextmanager
async def simulated_world() -> AsyncIterator[SimulatedWorld]:
    yield SimulatedWorld()
