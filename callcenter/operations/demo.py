"""The people of `callcenter demo`: callers keep calling, most agents are played, two desks are left for whoever looks in."""

import asyncio
import random
from collections.abc import Iterator, Sequence

from callcenter.bootstrap import Service
from callcenter.kernel.commands import AnyCommand
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId
from callcenter.kernel.seed import CenterSeed, UserSeed
from callcenter.operations.demo_history import write_history
from callcenter.runtime import clock
from callcenter.simulation.demo import Demo
from callcenter.telephony.simulated.adapter import SimulatedCarrier

FREE_DESKS = 2


class DemoPeople:
    """Plays on the service's simulated carrier; a person who signs in at a played desk takes it over."""

    def __init__(self, service: Service, seed: CenterSeed) -> None:
        self._service = service
        self._seed = seed
        carriers = service.carriers.values()
        self._carrier = next(carrier for carrier in carriers if isinstance(carrier, SimulatedCarrier))
        self._orders: set[asyncio.Task[None]] = set()
        self._demo: Demo | None = None

    async def have_worked(self) -> None:
        """Gives the center a past; the service is prepared, but not started."""
        directory = await self._service.directory.load()
        assert directory is not None, "the demo's database was seeded"
        region = directory.center.outside.region
        contacts = {number: await self._service.crm.look_up(number, region) for number in self._numbers()}
        service = self._service
        await write_history(service.log, service.holder, directory, self._carrier.name, contacts, clock.now())

    async def start(self) -> None:
        numbers = self._numbers()
        self._demo = Demo(
            self._carrier.network,
            self._service.engine.state.center,
            random.Random(clock.seed()),
            self._order,
            persons=frozenset(desk for desk in self._free_desks()),
            numbers=numbers,
        )
        self._service.engine.listeners.append(self._saw)
        demo = self._demo
        self._carrier.pump.act(demo.start)

    async def close(self) -> None:
        if self._demo is not None:
            self._carrier.pump.act(self._demo.stop)
        for order in tuple(self._orders):
            order.cancel()
        await asyncio.gather(*self._orders, return_exceptions=True)

    def log_ins(self) -> Iterator[str]:
        """What to sign in with, for each role."""
        yield "Sign in as"
        free = set(self._free_desks())
        for user in (*self._users("supervisor"), *(u for u in self._users("agent") if u.agent in free)):
            yield f"  {user.role:<11} user {user.login:<9} password {user.password:<15} {user.language or 'en'}"
        yield "Any other agent of the sample center can be signed in too; her desk is played until then."

    def _numbers(self) -> list[str]:
        return [phone.number for contact in self._seed.contacts for phone in contact.phones]

    def _users(self, role: str) -> list[UserSeed]:
        return [user for user in self._seed.users if user.role == role]

    def _free_desks(self) -> list[AgentId]:
        """One desk for each language of the pages, as far as there are any."""
        desks: dict[str, AgentId] = {}
        for user in self._users("agent"):
            if user.agent is not None:
                desks.setdefault(user.language or "en", user.agent)
        return list(desks.values())[:FREE_DESKS]

    def _saw(self, events: Sequence[Recorded]) -> None:
        demo = self._demo
        if demo is not None:
            for recorded in events:
                self._carrier.pump.act(lambda _, seen=recorded: demo.saw(seen))  # type: ignore[misc]

    def _order(self, command: AnyCommand) -> None:
        task = asyncio.get_running_loop().create_task(self._ask(command))
        self._orders.add(task)
        task.add_done_callback(self._orders.discard)

    async def _ask(self, command: AnyCommand) -> None:
        try:
            await self._service.engine.ask(command)
        except HouseError:
            pass  # played people try things that are over already, as people do
