"""A whole small center behind a real web server: log on SQLite, rows there or on PostgreSQL, the engine, the simulated network,
the API.

Tests talk to it as pages do, over HTTP and WebSocket on loopback, and play the callers on the network.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

import msgspec
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType, web
from argon2 import PasswordHasher
from prometheus_client import CollectorRegistry

from callcenter.api.app import SOCKETS, make_app
from callcenter.api.services import Services
from callcenter.api.socket import Sockets
from callcenter.auth.passwords import Passwords
from callcenter.auth.sessions import Sessions
from callcenter.auth.staff import Staff
from callcenter.auth.tickets import Tickets
from callcenter.auth.users import Users
from callcenter.broadcast.fanout import Fanout
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel.events import Recorded
from callcenter.kernel.flow import Flow, QueueNode
from callcenter.kernel.ids import AgentId, CallId, FlowId, LegId, NodeId, QueueId, RecordingId
from callcenter.kernel.seed import AccountSeed, ContactSeed, PhoneSeed, UserSeed
from callcenter.kernel.signals import ContactMatch
from callcenter.runtime import clock
from callcenter.runtime.checkpoints import keep_live
from callcenter.runtime.engine import Engine
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.runtime.list_desk import ListDesk
from callcenter.runtime.list_jobs import ListJobs
from callcenter.runtime.performer import Performer
from callcenter.runtime.seal import Seal
from callcenter.store.audit import AuditLog
from callcenter.store.crm import Crm
from callcenter.store.database import Database
from callcenter.store.deliveries import Deliveries
from callcenter.store.projector import Projector
from callcenter.store.recordings import Recordings
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.webhooks import Webhooks
from callcenter.telephony.port import Carrier
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from callcenter.webhooks.address import Fence, networks
from callcenter.webhooks.dispatch import Dispatch
from config.law_file import read_packs
from reporting.live import Live
from tests.fixtures.ports import claim_free_port
from tests.unit.hub.story import CARRIER, DIALED, PEOPLE, center

PASSWORD = "correct horse"
KNOWN_CALLER = "+12125550123"
UNKNOWN_CALLER = "+12125550777"
LAWS = read_packs()
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Cheap on purpose: what is tested is the door, not the lock."""

USERS = (
    UserSeed(login="ana", password=PASSWORD, role="agent", agent=AgentId("ana")),
    UserSeed(login="bo", password=PASSWORD, role="agent", agent=AgentId("bo")),
    UserSeed(login="sam", password=PASSWORD, role="supervisor", agent=None),
    UserSeed(login="mia", password=PASSWORD, role="campaign_manager"),
    UserSeed(login="adi", password=PASSWORD, role="administrator"),
    UserSeed(login="uma", password=PASSWORD, role="auditor"),
)
ACCOUNTS = (AccountSeed(name="Hartwell Frames"),)
CONTACTS = (
    ContactSeed(name="Amelia Hartwell", account="Hartwell Frames", language="en", phones=(PhoneSeed(number=KNOWN_CALLER),)),
)

BILLING = NodeId("billing")
STRAIGHT_TO_BILLING = Flow(id=FlowId("main"), start=BILLING, nodes={BILLING: QueueNode(queue=QueueId("billing"))})


class Jobs:
    """Look-ups on the real customer store, recordings into the real folder."""

    def __init__(self, crm: Crm, recordings: Recordings) -> None:
        self._crm = crm
        self._recordings = recordings

    async def look_up(self, number: str) -> tuple[ContactMatch, ...]:
        return await self._crm.look_up(number, "US")

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        kept = await self._recordings.keep(recording, call, await carrier.fetch_recording(recording))
        return kept.size, kept.duration_ms


class House:
    """Started by the fixture of the same name. `origin` is where its pages are served."""

    def __init__(self, folder: Path, fanout_capacity: int = 256, rows_url: str | None = None) -> None:
        self.folder = folder
        self.pages = folder / "pages"
        (self.pages / "assets").mkdir(parents=True)
        (self.pages / "index.html").write_text("<!doctype html><title>page</title>")
        (self.pages / "assets" / "app-0123456789.js").write_text("export {};")
        (self.pages / "assets" / "mark.svg").write_text("<svg/>")
        self.port = claim_free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.origins = frozenset({self.origin})
        self.log = SqliteLog(folder / "events.db")
        self.rows_url = rows_url or f"sqlite:///{folder / 'center.db'}"
        self.database = Database(self.rows_url)
        self.crm = Crm(self.database)
        self.recordings = Recordings(self.database, folder / "recordings")
        self.projector = Projector(self.log, self.database, pause_s=0)
        self.users = Users(self.database, Passwords(QUICK))
        self.sessions = Sessions(self.database)
        self.carrier = SimulatedCarrier(CARRIER, clock=clock.now, seed=b"test")
        self.engine = self._employ()
        self.fanout: Fanout[Sequence[Recorded]] = Fanout(fanout_capacity)
        self.engine.listeners.append(self.fanout.publish)
        self._committed = asyncio.Event()
        self.engine.listeners.append(lambda _: self._committed.set())
        self.live = Live()
        self.checks: dict[str, Callable[[], Any]] = {}
        self._clients: list[Client] = []
        self._runner: web.AppRunner | None = None

    def _employ(self) -> Engine:
        leads = LeadDesk(self.database, lambda: self.engine.state.center, clock.now)
        return Engine(self.log, Performer({CARRIER: self.carrier}, Jobs(self.crm, self.recordings), leads), holder="test")

    @cached_property
    def webhooks(self) -> Dispatch:
        """Delivers nothing until it is started."""
        rows, fence = (Webhooks(self.database), Deliveries(self.database)), Fence(networks(["127.0.0.0/8"]))
        return Dispatch(self.log, *rows, fence, b"0" * 32, now=clock.now, seed=b"test")

    @cached_property
    def lists(self) -> ListDesk:
        return ListDesk(self.database, ListJobs(self.rows_url, self.folder / "imports"), clock.now)

    @property
    def staff(self) -> Staff:
        return Staff(self.database, self.users, self.sessions, Passwords(QUICK))

    @property
    def tickets(self) -> Tickets:
        return Tickets(self.database)

    @property
    def audit(self) -> AuditLog:
        return AuditLog(self.database)

    @property
    def services(self) -> Services:
        return Services(
            engine=self.engine,
            live=self.live,
            fanout=self.fanout,
            log=self.log,
            seal=Seal(self.folder),
            keep_live=partial(keep_live, self.log),
            database=self.database,
            crm=self.crm,
            users=self.users,
            sessions=self.sessions,
            staff=self.staff,
            tickets=self.tickets, audit=self.audit,
            recordings=self.recordings,
            webhooks=self.webhooks.desk,
            lists=self.lists,
            laws=LAWS,
            carriers={CARRIER: self.carrier},
            phone_carrier=CARRIER,
            origins=self.origins,
            pages=self.pages,
            version="0.0",
            clock=clock.now,
            checks=self.checks,
            set_aside=lambda: self.projector.set_aside,
            registry=CollectorRegistry(),
        )

    async def start(self) -> None:
        await self.log.open()
        await self.database.upgrade()
        await self.recordings.prepare()
        await self.users.seed(USERS, clock.now())
        await self.crm.seed(ACCOUNTS, CONTACTS, "US", clock.now())
        await self.engine.start()
        values = center(flows={"main": STRAIGHT_TO_BILLING}, agents_hear_own=True)
        self.carrier.use_prompts(values.prompts)
        await self.carrier.start(self.engine.tell)
        await self.engine.ask(c.ApplyCenter(version=1, center=values, personal=PEOPLE))
        await self.lists.start()
        await self.serve()

    async def stored(self, call: str, seconds: float = 10) -> None:
        """The call's recordings are in the store."""
        recordings = self.engine.state.recordings
        await self._until_stored(lambda: not any(found.call == call for found in recordings.values()), seconds)

    async def until(self, condition: Callable[[State], bool], seconds: float = 10) -> None:
        """The hub's state is so, and that is in the log."""
        await self._until_stored(lambda: condition(self.engine.state), seconds)

    async def _until_stored(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Waits until the condition holds and everything that it rests on is in the log."""
        async with asyncio.timeout(seconds):
            while not condition() or self.engine.position < self.engine.state.position:
                self._committed.clear()
                await self._committed.wait()

    async def recorded(self) -> None:
        """Call records and counters include everything that has happened."""
        await self.projector.catch_up()

    async def serve(self) -> None:
        self.app = make_app(self.services)
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=2)
        await self._runner.setup()
        listening = socket.create_server(("127.0.0.1", self.port))
        # Small, so that a page which reads nothing is noticed after kilobytes and not after megabytes.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        await web.SockSite(self._runner, listening).start()

    @property
    def sockets(self) -> Sockets:
        return self.app[SOCKETS]

    async def stop_serving(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def stop(self) -> None:
        await self._until_stored(lambda: not any(recording.storing for recording in self.engine.state.recordings.values()))
        for client in self._clients:
            await client.close()
        await self.stop_serving()
        await self.lists.close()
        await self.carrier.close()
        await self.engine.close()
        await self.log.close()
        await self.database.close()

    def client(self) -> "Client":
        """A browser that nobody is signed in at."""
        client = Client(self.origin)
        self._clients.append(client)
        return client

    async def signed_in(self, login: str) -> "Client":
        client = self.client()
        assert (await client.post("/api/v1/session", {"login": login, "password": PASSWORD})).status == 200
        return client

    async def at_desk(self, login: str) -> "Client":
        """Signed in, with a telephone, and available."""
        client = await self.signed_in(login)
        client.device = (await client.post("/api/v1/me/phone")).json()["device"]
        assert (await client.put("/api/v1/me/presence", {"presence": "available"})).status == 200
        return client

    # -- people on the network ----------------------------------------------------------------------------------------

    def call_in(self, caller: str = KNOWN_CALLER) -> LegId:
        return self.carrier.pump.act(lambda now: self.carrier.network.call_in(caller, DIALED))

    def hang_up(self, leg: LegId) -> None:
        self.carrier.pump.act(lambda now: self.carrier.network.hang_up(leg, now))

    def answer(self, device: str) -> None:
        assert self.carrier.pump.act(lambda now: self.carrier.network.answer(device, now)), "nothing rings there"


class Reply:
    """An answer, read to its end."""

    def __init__(self, status: int, headers: Any, text: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    def json(self) -> Any:
        return msgspec.json.decode(self.text)

    @property
    def code(self) -> str:
        return str(self.json()["code"])


class Client:
    """A browser's fetch: cookies, and the headers that a page of ours sends."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.device = ""
        self.http = ClientSession(cookie_jar=CookieJar(unsafe=True))

    async def close(self) -> None:
        await self.http.close()

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """`body` is sent as JSON; bytes are sent as they are."""
        data = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"} if method != "GET" else {}
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        async with self.http.request(method, self.origin + path, data=data, headers=sent, allow_redirects=False) as response:
            return Reply(response.status, response.headers, await response.read())

    async def get(self, path: str, **headers: str) -> Reply:
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, body: Any = None) -> Reply:
        return await self.ask("POST", path, body)

    async def put(self, path: str, body: Any = None) -> Reply:
        return await self.ask("PUT", path, body)

    async def socket(self) -> "Page":
        return await Page(await self.open_socket(await self.ticket())).welcomed()

    async def ticket(self) -> str:
        return str((await self.post("/api/v1/session/ticket")).json()["ticket"])

    async def open_socket(self, ticket: str | None, origin: str | None = "") -> ClientWebSocketResponse:
        """`origin`: of this house, unless another is named; None: none."""
        headers = {} if origin is None else {"Origin": origin or self.origin}
        query = {} if ticket is None else {"ticket": ticket}
        return await self.http.ws_connect(f"{self.origin}/api/v1/ws", params=query, headers=headers)


class Page:
    """What a page keeps of one topic: the snapshot, and every delta put in."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.last_id = 0
        self.shown: dict[str, dict[str, Any]] = {"queues": {}, "agents": {}, "calls": {}}
        self.center: Any = None
        self.position = 0
        self.notices: list[Any] = []
        self.messages: list[Any] = []
        self.close_code: int | None = None

    async def welcomed(self) -> Self:
        assert (await self.receive())["type"] == "welcome"
        return self

    async def receive(self, seconds: float = 10) -> Any:
        """The next message, put in; None when the server has closed."""
        message = await self.socket.receive(seconds)
        if message.type is not WSMsgType.TEXT:
            self.close_code = self.socket.close_code
            return None
        found = msgspec.json.decode(message.data)
        self.messages.append(found)
        if found["type"] == "snapshot":
            self.shown = {kind: found[kind] for kind in self.shown}
            self.center, self.position = found["center"], found["position"]
        elif found["type"] == "delta":
            assert found["position"] >= self.position, "positions never fall"
            self.position = found["position"]
            self.center = found["center"] or self.center
            self.notices += found["notices"]
            for kind, views in self.shown.items():
                views.update(found["set"][kind])
                for id in found["remove"][kind]:
                    views.pop(id)  # a page is never told to drop what it was not given
        return found

    async def send(self, type_: str, **fields: Any) -> int:
        self.last_id += 1
        await self.socket.send_str(msgspec.json.encode({"type": type_, "id": self.last_id, **fields}).decode())
        return self.last_id

    async def follow(self, topic: str) -> Self:
        id_ = await self.send("subscribe", topic=topic)
        await self.until(lambda page: id_ in map(page.messages[-1].get, ("subscription", "id")))  # a heartbeat may be before it
        assert self.messages[-1]["type"] == "snapshot", self.messages[-1]
        return self

    async def until(self, condition: Callable[[Self], Any], seconds: float = 10) -> Self:
        """Reads on until the condition holds."""
        async with asyncio.timeout(seconds):
            while not condition(self):
                assert await self.receive() is not None, f"closed with {self.close_code}"
        return self

    @property
    def call(self) -> Any:
        """The one call shown; None when there is none."""
        calls = list(self.shown["calls"].values())
        assert len(calls) <= 1
        return calls[0] if calls else None
