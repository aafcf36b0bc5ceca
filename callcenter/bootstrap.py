"""The one file that names concrete classes: settings in, a running service out. Nothing is decided here."""

import asyncio
import fcntl
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

import structlog
from aiohttp import web
from sqlalchemy.engine import make_url

from callcenter.api.app import make_app
from callcenter.api.measures import Socket
from callcenter.api.services import Services
from callcenter.auth.passwords import Passwords
from callcenter.auth.sessions import Sessions
from callcenter.auth.staff import Staff
from callcenter.auth.tickets import Tickets
from callcenter.auth.users import Users
from callcenter.auth.whole_center import WholeCenter
from callcenter.broadcast.fanout import Fanout
from callcenter.kernel.center import Center
from callcenter.kernel.errors import Conflict
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CarrierName, Entropy
from callcenter.kernel.seed import CenterSeed
from callcenter.media.prompts import SpeechFault, make_prompts
from callcenter.media.tune import write_tune
from callcenter.runtime import clock
from callcenter.runtime.center_watch import CenterWatch
from callcenter.runtime.checkpoints import keep_live, restored_live
from callcenter.runtime.jobs import StoreJobs
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.runtime.lease import LEASE_MS
from callcenter.runtime.list_desk import FOLDER, ListDesk
from callcenter.runtime.list_jobs import ListJobs
from callcenter.runtime.performer import Performer
from callcenter.runtime.seal import Seal
from callcenter.runtime.vitals import LogCheck, WatchedEngine
from callcenter.store.audit import AuditLog
from callcenter.store.crm import Crm
from callcenter.store.database import Database
from callcenter.store.deliveries import Deliveries
from callcenter.store.directory import DirectoryStore
from callcenter.store.event_log import EventLog
from callcenter.store.postgres_log import PostgresLog
from callcenter.store.projector import Projector
from callcenter.store.recordings import Recordings
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.webhooks import Webhooks
from callcenter.telephony.asterisk.adapter import AsteriskCarrier
from callcenter.telephony.asterisk.settings import AsteriskSettings as AriSettings
from callcenter.telephony.asterisk.settings import DetectionSettings, SoftphoneSettings
from callcenter.telephony.port import Carrier
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from callcenter.webhooks.address import Fence, networks
from callcenter.webhooks.dispatch import Dispatch
from callcenter.webhooks.signing import master_key
from config.law_file import read_packs
from config.settings import AsteriskSettings, CarrierSettings, Settings
from reporting.live import Live

log = structlog.get_logger(__name__)

PAGES = Path(__file__).parent / "web" / "static"

class Serving:
    """A process that answers over HTTP at the settings' address: `prepare`, `start`, and `close`, which lets go."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self._stack = AsyncExitStack()
        self.port = 0

    @property
    def url(self) -> str:
        """Where this process answers, for the ready line."""
        scheme = "https" if self.settings.certificate is not None else "http"
        host = self.settings.listen.host
        return f"{scheme}://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{self.port}"

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(self.settings.allowed_origins) | ({self.url} if self.settings.listen.port == 0 else set())

    async def prepare(self) -> None:
        """Opens what it needs; nothing is done yet."""
        raise NotImplementedError

    async def start(self) -> None:
        """After `prepare`. Returns when it answers."""
        raise NotImplementedError

    async def close(self) -> None:
        await self._stack.aclose()

    @property
    def stopped(self) -> asyncio.Future[str] | None:
        """Done, with the reason, when the process had to stop for good; None: nothing here ever has to."""
        return None

    async def _app(self) -> web.Application:
        """What is served; `url` is known."""
        raise NotImplementedError

    async def _serve(self) -> None:
        listen = self.settings.listen
        listener = socket.create_server((listen.host, listen.port), family=_family(listen.host), backlog=512)
        self.port = listener.getsockname()[1]
        runner = web.AppRunner(await self._app(), access_log=None, handle_signals=False, shutdown_timeout=2)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listener, ssl_context=_tls(self.settings)).start()


class Service(Serving):
    """Everything in one process. `close` leaves calls alone."""

    def __init__(self, settings: Settings, seed: CenterSeed | None) -> None:
        super().__init__(settings)
        self._seed = seed
        self.log = open_log(settings.event_log_url)
        self.database = Database(settings.database_url)
        self.laws = read_packs(settings.laws)
        self.directory = DirectoryStore(self.database, Entropy(clock.seed()), self.laws)
        self.crm = Crm(self.database)
        self.passwords = Passwords.at(settings.password_cost)
        self.users = Users(self.database, self.passwords)
        self.sessions = Sessions(self.database)
        self.staff = Staff(self.database, self.users, self.sessions, self.passwords)
        self.recordings = Recordings(self.database, settings.recordings)
        self.carriers: dict[CarrierName, Carrier] = {
            carrier.name: make_carrier(carrier, settings) for carrier in settings.carriers
        }
        self.jobs = StoreJobs(self.crm, self.recordings, lambda: self.engine.state.center.outside.region)
        self.holder = f"{socket.gethostname()}:{settings.data}"
        leads = LeadDesk(self.database, lambda: self.engine.state.center, clock.now)
        self.engine = WatchedEngine(self.log, Performer(self.carriers, self.jobs, leads), holder=self.holder)
        self.fanout: Fanout[Sequence[Recorded]] = Fanout()
        self.projector = Projector(self.log, self.database)
        self.webhooks = make_dispatch(self.log, self.database, settings)
        self.lists = ListDesk(self.database, ListJobs(settings.database_url, settings.data / FOLDER), clock.now)
        self.watch = CenterWatch(self.directory, self.engine, self._center_changed)

    @property
    def stopped(self) -> asyncio.Future[str] | None:
        return self.engine.stopped

    async def prepare(self) -> None:
        """Opens the stores, and seeds an empty database; nothing is decided yet."""
        stack = self._stack
        stack.enter_context(_alone(self.settings.data))
        await self.database.upgrade()
        stack.push_async_callback(self.database.close)
        await self.recordings.prepare()
        await self._seed_empty_database()
        await self.log.open()
        stack.push_async_callback(self.log.close)

    async def start(self) -> None:
        """After `prepare`: decides, projects, serves, and lets the carriers in."""
        stack = self._stack
        await self.engine.start()
        stack.push_async_callback(self.engine.close)
        await self.watch.start()
        stack.push_async_callback(self.watch.close)
        self.projector.wake(self.engine.position)
        self.engine.listeners.extend([self.fanout.publish, lambda events: self.projector.wake(events[-1].position)])
        stack.push_async_callback(_ended, asyncio.create_task(self.projector.run(), name="projector"))
        await self.webhooks.start(self.engine.position)
        stack.push_async_callback(self.webhooks.close)
        self.engine.listeners.append(self.webhooks.appended)
        await self.lists.start()
        stack.push_async_callback(self.lists.close)
        await self._serve()
        for carrier in self.carriers.values():
            await carrier.start(self.engine.tell)
            stack.push_async_callback(carrier.close)

    async def _app(self) -> web.Application:
        return make_app(self._services(await restored_live(self.log)))

    def _services(self, live: Live) -> Services:
        names = [carrier.name for carrier in self.settings.carriers]
        return Services(
            engine=self.engine,
            live=live,
            fanout=self.fanout,
            log=self.log,
            seal=Seal(self.settings.data),
            keep_live=partial(keep_live, self.log),
            crm=self.crm,
            users=self.users,
            sessions=self.sessions,
            staff=self.staff,
            tickets=Tickets(self.database),
            audit=AuditLog(self.database),
            recordings=self.recordings,
            webhooks=self.webhooks.desk,
            lists=self.lists,
            laws=self.laws,
            database=self.database,
            carriers=self.carriers,
            phone_carrier=names[0],
            origins=self.origins,
            pages=PAGES,
            version=version("callcenter"),
            clock=clock.now,
            checks={"records": self._records_follow, "log": LogCheck(self.engine.vitals, lambda: self.log.renew(LEASE_MS))},
            vitals=self.engine.vitals,
            projection_lag=lambda: self.projector.lag().events,
            carrier_sockets=self._carrier_sockets,
            set_aside=lambda: self.projector.set_aside,
        )

    def _carrier_sockets(self) -> dict[CarrierName, Socket]:
        clients = {name: one.client for name, one in self.carriers.items() if isinstance(one, AsteriskCarrier)}
        return {name: Socket(one.backlog, one.unknown.total(), one.orphans) for name, one in clients.items()}

    async def _records_follow(self) -> str:
        return self.projector.failed

    async def _seed_empty_database(self) -> None:
        """A database without a center takes the file's; any other keeps what people have made of it."""
        if self._seed is None or await self.directory.version() > 0:
            return
        whole = WholeCenter(self.database, Entropy(clock.seed()), self.passwords)
        directory = await whole.write(await whole.compare(self._seed), clock.now())
        log.info("center_seeded", version=directory.version)

    async def _center_changed(self, center: Center) -> None:
        """Sessions follow the desks, prompts the texts: a caller who meets a prompt that is not there is led on without it."""
        if center.agents:
            await self.sessions.end_deskless([agent.id for agent in center.agents.values() if agent.active])
        spoken = False
        for carrier in self.carriers.values():
            if isinstance(carrier, SimulatedCarrier):
                carrier.use_prompts(center.prompts)
            else:
                spoken = True
        if spoken:
            try:
                made = await asyncio.to_thread(make_prompts, center.prompts, center.languages, self.settings.prompts)
                await asyncio.to_thread(write_tune, self.settings.music / "waiting.wav")
            except (SpeechFault, OSError) as fault:
                log.error("prompts_not_made", why=str(fault))
            else:
                log.info("prompts_made", made=str(made))


def open_log(url: str) -> EventLog:
    """The event log at `url`: sqlite:///FILE or postgresql://..."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        assert parsed.database, "a SQLite log has a file"
        return SqliteLog(Path(parsed.database))
    return PostgresLog(url)


def make_dispatch(event_log: EventLog, database: Database, settings: Settings) -> Dispatch:
    """What delivers webhooks. Raises Refused when the key of their secrets is none."""
    return Dispatch(
        event_log,
        Webhooks(database),
        Deliveries(database),
        Fence(networks(settings.webhook_networks)),
        master_key(settings.webhook_key, settings.data),
        now=clock.now,
        seed=clock.seed(),
    )


def make_carrier(carrier: CarrierSettings, settings: Settings) -> Carrier:
    if not isinstance(carrier, AsteriskSettings):
        return SimulatedCarrier(carrier.name, clock=clock.now)
    return AsteriskCarrier(
        ari_settings(carrier),
        prompts=carrier.prompts,
        clock=clock.now,
        softphones=SoftphoneSettings(
            domain=carrier.sip_domain, media_address=carrier.media_address, ice_servers=settings.ice.servers()
        ),
        trunk=carrier.trunk,
    )


def ari_settings(carrier: AsteriskSettings) -> AriSettings:
    return AriSettings(
        name=carrier.name,
        listen_host=carrier.listen.host,
        listen_port=carrier.listen.port,
        detection=DetectionSettings(host=carrier.sound.host, port=carrier.sound.port),
        listen_user=carrier.user,
        listen_password=carrier.password,
        application=carrier.application,
        ari_url=carrier.ari_url,
        ari_user=carrier.ari_user,
        ari_password=carrier.ari_password,
    )


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps a second service away from this folder. The lock dies with the process, so a restart need not wait for it.

    Raises Conflict. Services on other machines are kept apart by the log's lease.
    """
    with (folder / "service.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(f"another service runs on {folder}: stop it first, or give this one a folder of its own") from None
        yield


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.certificate is None or settings.certificate_key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.certificate, settings.certificate_key)
    return context
