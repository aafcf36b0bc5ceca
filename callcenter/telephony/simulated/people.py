"""Plays the demo's people in real time: `callcenter.simulation.demo` on the agenda of a running simulated carrier.

Knows the engine only as what it is given: `ask` carries out a command. Bootstrap adds `saw` to the engine's listeners.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from random import Random

import structlog

from callcenter.kernel.center import Center
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId
from callcenter.simulation.demo import Demo
from callcenter.telephony.simulated.adapter import SimulatedCarrier

Ask = Callable[[AnyCommand], Awaitable[Done]]

log = structlog.get_logger(__name__)


class DemoPeople:
    """Callers and played agents of one center.

    `persons`: agents whom people will log in as; everybody else is played until somebody does. `numbers`: telephone numbers
    of customers whom the store knows (E.164), so that callers are recognised. Commands are asked one after the other, in the
    order in which people had the idea; one that is refused is forgotten, as a click on a stale page is.
    """

    def __init__(
        self,
        ask: Ask,
        carrier: SimulatedCarrier,
        center: Center,
        seed: int,
        *,
        persons: Collection[AgentId],
        numbers: Sequence[str] = (),
    ) -> None:
        self._ask = ask
        self._carrier = carrier
        self._ideas: asyncio.Queue[AnyCommand] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None
        self._demo = Demo(carrier.network, center, Random(seed), self._ideas.put_nowait, persons=persons, numbers=numbers)

    @property
    def played(self) -> frozenset[AgentId]:
        """Agents at work who are played right now."""
        return frozenset(agent for agent, played in self._demo.played.items() if played.on_duty)

    async def start(self) -> None:
        """The carrier and the engine run already, and the center is applied."""
        self._worker = asyncio.create_task(self._work(), name="demo-people")
        self._carrier.pump.act(self._demo.start)

    async def stop(self) -> None:
        """No more callers, and nobody is played; calls in progress are left to themselves."""
        self._carrier.pump.act(self._demo.stop)
        if self._worker is not None:
            await self._ideas.join()
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
            self._worker = None

    def saw(self, events: Sequence[Recorded]) -> None:
        """An engine's listener: what was stored."""

        def learn(now: int) -> None:
            for recorded in events:
                self._demo.saw(recorded)

        self._carrier.pump.act(learn)

    async def _work(self) -> None:
        while True:
            command = await self._ideas.get()
            try:
                await self._ask(command)
            except HouseError as refusal:
                log.debug("demo_command_refused", command=type(command).__name__, code=refusal.code)
            finally:
                self._ideas.task_done()
