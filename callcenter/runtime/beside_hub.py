"""What a web process has of the hub's process besides its state: the carriers' softphones, and whoever works on lists. Each asks
the hub's process to do it; nothing that lasts is begun here."""

from collections.abc import Callable, Sequence

import structlog
from aiohttp import web

from callcenter.kernel.errors import Conflict, HouseError
from callcenter.kernel.ids import CarrierName
from callcenter.runtime import between as b
from callcenter.runtime.hub_view import NO_HUB, HubView
from callcenter.runtime.list_desk import ListDesk, Loading
from callcenter.runtime.list_jobs import ListJobs
from callcenter.store.database import Database
from callcenter.store.lists import Withdrawn
from callcenter.telephony.port import CarrierHealth, DeviceAccount

SAID_WITHIN_MS = 3_000
"""The hub has said by then what it loads, or has loaded it, or was never told."""

log = structlog.get_logger(__name__)


class SoftphonesAtHub:
    """`Softphones` of a carrier that runs in the hub's process. `routes` are what this process serves for it."""

    def __init__(self, name: CarrierName, hub: HubView, routes: Sequence[web.AbstractRouteDef]) -> None:
        self.name = name
        self._hub, self._routes = hub, routes

    async def open_device(self, device: str) -> DeviceAccount:
        answer = await self._hub.request(b.OpenDevice(self.name, device))
        assert isinstance(answer, b.Account)
        return answer.account

    async def close_device(self, device: str) -> None:
        """Harmless when nobody hears it: a device is signed out first, and its password dies with the hub's process."""
        try:
            await self._hub.request(b.CloseDevice(self.name, device))
        except HouseError as error:
            log.warning("device_not_closed", code=error.code)

    def health(self) -> CarrierHealth:
        beat = self._hub.beat
        if beat is None:
            return CarrierHealth(ready=False, why=self._hub.why_not or NO_HUB)
        return beat.carriers.get(self.name, CarrierHealth(ready=False, why="the hub's settings do not have this carrier"))

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return self._routes


class ListsAtHub(ListDesk):
    """Receives files and shows how they would be read; the hub's process fills lists, takes them back and loads registries. Both
    must see the same folder. Never started: what is nobody's is found by the hub's."""

    def __init__(self, database: Database, jobs: ListJobs, now: Callable[[], int], hub: HubView) -> None:
        super().__init__(database, jobs, now)
        self._hub = hub
        self._asked: dict[str, Loading] = {}
        """Registries of which the hub has not said yet that it loads them."""

    async def withdraw(self, call_list: int) -> Withdrawn | None:
        answer = await self._hub.request(b.WithdrawList(call_list))
        assert isinstance(answer, b.TookBack)
        return answer.withdrawn

    async def load_registry(self, upload: str, user: int, name: str, loaded_at: int) -> None:
        found = await self.uploads.find(upload, user)
        if any(one.name == name and not one.code for one in self.loading()):
            raise Conflict("this registry is being loaded: wait for it")
        self._asked[name] = Loading(name=name, began_at=self._now())
        wanted = b.LoadRegistry(upload=found.id, user=user, name=name, loaded_at=loaded_at)
        self._database.afterwards(lambda: self._beside(self._tell(wanted)))

    def loading(self) -> tuple[Loading, ...]:
        beat = self._hub.beat
        said = {} if beat is None else {one.name: one for one in beat.loading}
        for name, asked in list(self._asked.items()):
            if (name in said and not said[name].code) or asked.began_at + SAID_WITHIN_MS < self._now():
                del self._asked[name]
            else:
                said[name] = asked
        return tuple(said.values())

    def _begin(self, call_list: int, upload: str = "") -> None:
        if upload:
            self.uploads.taken(upload)
            self._using.discard(upload)
        self._beside(self._tell(b.FillList(call_list)))

    async def _tell(self, wanted: b.FillList | b.LoadRegistry) -> None:
        try:
            await self._hub.request(wanted)
        except HouseError as error:
            log.warning("hub_not_told", kind=type(wanted).__name__, code=error.code)
