"""`callcenter demo` around the service: a past, people who call and answer, and the log-ins left for whoever looks in."""

from collections.abc import Iterator
from datetime import datetime

from callcenter.bootstrap import Service
from callcenter.kernel.ids import AgentId
from callcenter.kernel.seed import CenterSeed, UserSeed
from callcenter.operations.demo_campaign import plan_campaign
from callcenter.operations.demo_history import write_history
from callcenter.runtime import clock
from callcenter.runtime.list_desk import FOLDER
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from callcenter.telephony.simulated.people import DemoPeople

FREE_DESKS = 2
LEADS = "leads.csv"
"""Beside the center file: the list of the demo's campaign."""


class DemoDay:
    """The demo of one service: `have_worked` between its prepare and its start, `start` after it, `close` before its close."""

    def __init__(self, service: Service, seed: CenterSeed) -> None:
        self._service = service
        self._seed = seed
        self._carrier = next(one for one in service.carriers.values() if isinstance(one, SimulatedCarrier))
        self._people: DemoPeople | None = None

    async def have_worked(self) -> None:
        """Gives the center a past, and a campaign that is planned."""
        service = self._service
        directory = await service.directory.load()
        assert directory is not None, "the demo's database was seeded"
        region = directory.center.outside.region
        contacts = {number: await service.crm.look_up(number, region) for number in self._numbers()}
        now = clock.now()
        await write_history(service.log, service.holder, directory, self._carrier.name, contacts, now)
        today = datetime.fromtimestamp(now / 1000, directory.center.tz()).date()
        folder = service.settings.data / FOLDER
        await plan_campaign(service.database, folder, service.settings.center.parent / LEADS, region, today, now)

    async def start(self) -> None:
        engine = self._service.engine
        self._people = DemoPeople(
            engine.ask,
            self._carrier,
            engine.state.center,
            int.from_bytes(clock.seed()),
            persons=frozenset(self._free_desks()),
            numbers=self._numbers(),
        )
        engine.listeners.append(self._people.saw)
        await self._people.start()

    async def close(self) -> None:
        if self._people is not None:
            await self._people.stop()

    def log_ins(self) -> Iterator[str]:
        """What to sign in with, for each role."""
        yield "Sign in as"
        free = set(self._free_desks())
        others = [user for user in self._seed.users if user.role not in ("supervisor", "agent")]
        for user in (*self._users("supervisor"), *(u for u in self._users("agent") if u.agent in free), *others):
            yield f"  {user.role:<16} user {user.login:<9} password {user.password:<15} {user.language or 'en'}"
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
