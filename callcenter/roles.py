"""What `serve --role hub` and `serve --role web` run: the two halves of bootstrap's service, joined by Redis (decision 0013).

The hub's half is all of the service but the pages: the engine, carriers, projections, webhooks and lists, each of which must run
once. A web half serves pages and API, and there may be several; it folds what the log has and writes rows that people change,
never events.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version

import msgspec
import structlog
from aiohttp import web

from callcenter.api.app import make_app, make_hub_app
from callcenter.api.phones import Phones
from callcenter.api.services import Services
from callcenter.auth.passwords import Passwords
from callcenter.auth.sessions import Sessions
from callcenter.auth.staff import Staff
from callcenter.auth.tickets import Tickets
from callcenter.auth.users import Users
from callcenter.bootstrap import PAGES, Service, Serving, ari_settings, make_dispatch, open_log
from callcenter.broadcast.fanout import Fanout
from callcenter.broadcast.others import AnyNotice, Others, SessionOver
from callcenter.broadcast.redis_line import RedisLine
from callcenter.kernel.errors import HouseError, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CarrierName
from callcenter.kernel.seed import CenterSeed
from callcenter.runtime import between, clock
from callcenter.runtime.beside_hub import ListsAtHub, SoftphonesAtHub
from callcenter.runtime.checkpoints import keep_live, restored_live
from callcenter.runtime.hub_door import HubDoor
from callcenter.runtime.hub_view import HubView
from callcenter.runtime.list_desk import FOLDER
from callcenter.runtime.list_jobs import ListJobs
from callcenter.runtime.seal import Seal
from callcenter.store.audit import AuditLog
from callcenter.store.crm import Crm
from callcenter.store.database import Database
from callcenter.store.recordings import Recordings
from callcenter.telephony.asterisk.sip_socket import SipSocket, asterisk_socket
from callcenter.telephony.simulated.relay import PhoneRelay
from config.law_file import read_packs
from config.settings import AsteriskSettings, CarrierSettings, Settings
from reporting.live import Live

log = structlog.get_logger(__name__)

TABLES_WITHIN_S = 60.0
LOOK_FOR_TABLES_S = 0.5


class HubService(Service):
    """Everything but the pages. Its address is for web processes and machines, not for people."""

    def __init__(self, settings: Settings, seed: CenterSeed | None) -> None:
        super().__init__(settings, seed)
        self.line = RedisLine(settings.redis_url)
        self.door = HubDoor(self.line, self.engine, self.carriers, self.lists, lambda: self.url)
        self._phones = Phones(self.carriers[settings.carriers[0].name], self.engine, self.fanout)
        self._goodbyes: set[asyncio.Task[None]] = set()
        self.sessions.ended.append(self._session_over)

    async def start(self) -> None:
        await super().start()
        await self.door.start()
        self._stack.push_async_callback(self.door.close)

    async def close(self) -> None:
        for task in self._goodbyes:
            task.cancel()
        await super().close()

    async def _app(self) -> web.Application:
        return make_hub_app(self._services(Live()))

    def _session_over(self, log_in: str) -> None:
        """A change of the center has ended it: web processes close its sockets, and its telephone is closed from here."""
        self.line.say(between.NOTICES, between.encode(SessionOver(log_in)))
        task = asyncio.create_task(self._close_telephone(log_in))
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    async def _close_telephone(self, log_in: str) -> None:
        try:
            await self._phones.log_in_over(log_in)
        except HouseError as error:
            log.warning("phone_not_closed", code=error.code)


class WebService(Serving):
    """Pages and API, for a hub in another process."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.log = open_log(settings.event_log_url)
        self.database = Database(settings.database_url)
        self.sessions = Sessions(self.database)
        self.recordings = Recordings(self.database, settings.recordings)
        self.line = RedisLine(settings.redis_url)
        self.hub = HubView(self.log, self.line)
        self.fanout: Fanout[Sequence[Recorded]] = Fanout()
        self.others = Others(self._tell_others)
        jobs = ListJobs(settings.database_url, settings.data / FOLDER)
        self.lists = ListsAtHub(self.database, jobs, clock.now, self.hub)
        self.line.listen(between.NOTICES, self._heard)
        self._routes: list[SipSocket | PhoneRelay] = []
        self.carriers: dict[CarrierName, SoftphonesAtHub] = {one.name: self._softphones(one) for one in settings.carriers}

    async def prepare(self) -> None:
        """Waits until the hub's process has made the tables. Raises TryAgain when there are none after a minute."""
        self._stack.push_async_callback(self.database.close)
        try:
            async with asyncio.timeout(TABLES_WITHIN_S):
                while not await self.database.upgraded():
                    log.info("waiting_for_the_hub_to_make_the_tables")
                    await asyncio.sleep(LOOK_FOR_TABLES_S)
        except TimeoutError:
            raise TryAgain(
                "the database does not have the tables of this version: start `callcenter serve --role hub` of the same version"
            ) from None
        await self.recordings.prepare()
        await self.log.open()
        self._stack.push_async_callback(self.log.close)

    async def start(self) -> None:
        stack = self._stack
        self.hub.listeners.append(self.fanout.publish)
        await self.hub.start()
        stack.push_async_callback(self.hub.close)
        await self.line.start()
        stack.push_async_callback(self.line.close)
        stack.push_async_callback(self.lists.close)
        for routes in self._routes:
            stack.push_async_callback(routes.close)
        await self._serve()

    async def _app(self) -> web.Application:
        settings, passwords = self.settings, Passwords.at(self.settings.password_cost)
        users = Users(self.database, passwords)
        return make_app(
            Services(
                engine=self.hub,
                live=await restored_live(self.log),
                fanout=self.fanout,
                log=self.log,
                seal=Seal(settings.data),
                keep_live=partial(keep_live, self.log),
                database=self.database,
                crm=Crm(self.database),
                users=users,
                sessions=self.sessions,
                staff=Staff(self.database, users, self.sessions, passwords),
                tickets=Tickets(self.database),
                audit=AuditLog(self.database),
                recordings=self.recordings,
                webhooks=make_dispatch(self.log, self.database, settings).desk,
                lists=self.lists,
                carriers=self.carriers,
                phone_carrier=settings.carriers[0].name,
                origins=self.origins,
                pages=PAGES,
                version=version("callcenter"),
                clock=clock.now,
                laws=read_packs(settings.laws),
                others=self.others,
                decides=False,
            )
        )

    def _softphones(self, carrier: CarrierSettings) -> SoftphonesAtHub:
        routes: SipSocket | PhoneRelay
        if isinstance(carrier, AsteriskSettings):
            routes = SipSocket(f"/carrier/{carrier.name}/sip", asterisk_socket(ari_settings(carrier).ari_url))
        else:
            routes = PhoneRelay(carrier.name, lambda: "" if self.hub.beat is None else self.hub.beat.url)
        self._routes.append(routes)
        return SoftphonesAtHub(carrier.name, self.hub, routes.routes())

    # -- the other web processes --------------------------------------------------------------------------------------------

    def _tell_others(self, notice: AnyNotice) -> None:
        self.line.say(between.NOTICES, between.encode(notice))

    def _heard(self, message: bytes) -> None:
        """Our own come back too, and do no harm: what they ask for is done."""
        try:
            self.others.hear(between.notice(message))
        except msgspec.MsgspecError:
            log.error("notice_not_understood")
