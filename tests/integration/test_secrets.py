"""Secrets and personal values planted into a run of the real service with a real call, and looked for afterwards in everything
that it wrote down or answered: its log at the chattiest level, metrics, errors, the event log, audit rows, and what webhooks
were sent.

A value must also be found where it belongs, else nothing would be proved by its absence elsewhere.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest

from tests.integration.center import settings
from tests.integration.day import CALLER_HZ, Day
from tests.integration.pbx import Pbx
from tests.integration.people import Person
from tests.integration.receiver import Receiver
from tests.integration.scenario import HangUp, Keys, Stay, Wait, phone_answers
from tests.integration.service import Service, running

pytestmark = [pytest.mark.timeout(200)]

ANA = "1001"
CALLER = "+12125550187"
PLANTED = {
    "caller's number": CALLER,
    "caller's number as it is read": "(212) 555-0187",
    "caller's name": "Wilhelmina Plantagenet",
    "digits keyed in": "8461973520",
    "note": "planted words of a note",
    "password of the administrator": "planted-password-kept",
    "password typed wrong": "planted-password-wrong",
    "log-in typed wrong": "planted-login-wrong",
    "password of the TURN server": "planted-turn-password",
    "key of webhooks' secrets": "planted-webhook-key-of-thirty-two-characters",
}
"""What the test itself plants. What the service makes (cookies, tickets, passwords, secrets) is added in the run."""

_FLOW = """
id: main
start: account
nodes:
  account: {node: gather, prompt: menu, into: account, minimum: 10, maximum: 10, timeout: 5s, next: who, on_failure: who}
  who: {node: look_up, wait: 500ms, found: orders, not_found: orders, failed: orders}
  orders: {node: queue, queue: orders}
"""


def planted_settings(folder: Path, pbx: Pbx, port: int) -> Path:
    file = settings(folder, pbx, port)
    text = file.read_text().replace("log_level: info", "log_level: debug")
    text += "\nice: {turn: ['turn:127.0.0.1:3478'], turn_user: planted}\nwebhook_networks: [127.0.0.1/32]\n"
    file.write_text(text)
    (folder / "main.yaml").write_text(_FLOW)
    center = folder / "center.yaml"
    people = f"""
  - {{login: root, role: administrator, password: {PLANTED["password of the administrator"]}}}
contacts:
  - {{name: {PLANTED["caller's name"]}, phones: ["{CALLER}"]}}
"""
    center.write_text(center.read_text().rstrip("\n") + people)
    return file


class Run:
    """What came out of the run, by where it was written."""

    def __init__(self) -> None:
        self.secrets = dict(PLANTED)
        self.places: dict[str, str] = {}
        self.there: dict[str, str] = {}
        """Where values belong: what the page of the one who may see them was shown."""


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    try:
        yield receiver
    finally:
        await receiver.stop()


async def errors(service: Service, cookie: str) -> str:
    """The bodies of requests that go wrong in every way, with planted values in them."""
    bodies: list[str] = []
    number, name, password = CALLER, PLANTED["caller's name"], PLANTED["password typed wrong"]
    asked = (
        ("POST", "/session", {"login": PLANTED["log-in typed wrong"], "password": password}),
        ("POST", "/session", {"login": "root", "password": password, "number": number}),
        ("POST", "/session", {"login": password}),
        ("GET", f"/calls/{number}", None),
        ("GET", f"/contacts?q={name}&cursor={number}", None),
        ("GET", f"/audit?cursor={password}", None),
        ("POST", "/calls", {"number": 8461973520}),
        ("POST", "/contacts", {"name": name, "numbers": [number]}),
        ("PUT", "/session/password", {"present": password, "password": "x"}),
        ("GET", f"/nowhere/{cookie}?token={cookie}", None),
        ("DELETE", f"/{password}", None),
    )
    for browser_cookie in ({}, {"session": cookie}, {"session": cookie + "x"}):
        headers = {"Origin": service.url}
        async with aiohttp.ClientSession(cookies=browser_cookie, headers=headers) as http:
            for method, path, body in asked:
                async with http.request(method, f"{service.url}/api/v1{path}", json=body) as answer:
                    assert answer.status >= 400, (method, path)
                    bodies.append(await answer.text())
            async with http.post(f"{service.url}/api/v1/session", data=f'{{"login": "{name}'.encode()) as answer:
                bodies.append(await answer.text())
    return "\n".join(bodies)


def rows(file: Path, *tables: str) -> str:
    """Everything in these tables, as text; in all of them when none is named."""
    with closing(sqlite3.connect(file)) as database:
        names = tables or tuple(
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        )
        return "\n".join(repr(row) for name in names for row in database.execute(f'SELECT * FROM "{name}"'))


async def story(day: Day, run: Run, receiver: Receiver) -> None:
    service = day.service
    root = Person(service.url, "root")
    try:
        body = {"login": "root", "password": PLANTED["password of the administrator"]}
        await root.ask("POST", "/session", body)
        cookie = next(iter(root.http.cookie_jar)).value
        run.secrets["cookie"] = cookie
        run.secrets["ticket"] = (await root.ask("POST", "/session/ticket"))["ticket"]
        made = await root.ask("POST", "/webhooks", {"name": "scan", "url": receiver.url, "kinds": []})
        run.secrets["webhook's secret"] = made["secret"]
        new = await root.ask("POST", "/users", {"login": "fresh", "role": "auditor"})
        run.secrets["one-time password"] = new["password"]

        async with day.at_desk(ANA) as [ana]:
            run.secrets["cookie of the agent"] = next(iter(ana.http.cookie_jar)).value
            phone_account = await ana.ask("POST", "/me/phone")
            run.secrets["password of the softphone"] = phone_account["password"]
            assert phone_account["ice_servers"][-1]["credential"] == PLANTED["password of the TURN server"]
            ana.device = phone_account["device"]
            service.put_telephone(ana.device, ana.port)
            await service.board.until(lambda b: b.agents[ANA]["reachable"], "her second telephone is not reachable")
            await ana.available()
            async with day.telephone(ana, phone_answers(day.tone(ana.tone_hz), Stay())) as phone:
                steps = (Wait(1500), Keys(PLANTED["digits keyed in"]), Wait(4000), HangUp())
                async with day.caller(CALLER, *steps, hertz=CALLER_HZ) as caller:
                    call = await day.call(CALLER, "connected", seconds=25)
                    await ana.ask("PUT", f"/calls/{call}/notes", {"text": PLANTED["note"]})
                    run.there["board"] = json.dumps(service.board.calls[call])
                    await caller.done()
                await phone.done()
            await ana.finish()
        run.there["record"] = json.dumps(await service.board.ask("GET", f"/calls/{call}"))
        run.places["errors"] = await errors(service, cookie)
        async with root.http.get(f"{service.url}/metrics") as answer:
            run.places["metrics"] = await answer.text()
        async with root.http.get(f"{service.url}/readyz") as answer:
            run.places["readyz"] = await answer.text()
        run.places["audit over the API"] = json.dumps(await root.ask("GET", "/audit?limit=200"))
        await receiver.until(lambda r: any(one.event["kind"] == "call.ended" for one in r.taken))
        run.places["webhooks that were sent"] = "\n".join(f"{one.headers} {one.raw.decode()}" for one in receiver.taken)
        run.places["deliveries over the API"] = json.dumps(await root.ask("GET", f"/webhooks/{made['webhook']['id']}/deliveries"))
    finally:
        await root.close()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("secrets")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CALLCENTER_TURN_PASSWORD", PLANTED["password of the TURN server"])
        environment.setenv("CALLCENTER_WEBHOOK_KEY", PLANTED["key of webhooks' secrets"])
        yield asyncio.run(the_run(folder))


async def the_run(folder: Path) -> Run:
    run = Run()
    async with receiving() as receiver:
        async with running(folder / "service", planted_settings) as service:
            run.secrets["password of Asterisk's socket"] = service.pbx.values.service_password
            run.secrets["password of ARI"] = service.pbx.values.ari_password
            place = folder / "day"
            place.mkdir()
            day = Day(service, place)
            day.name = "planted"
            day.calls["planted"] = []
            await story(day, run, receiver)
        # Everything has been written and let go of.
        run.places["log of the service"] = service.log()
        data = folder / "service" / "data"
        run.places["event log"] = rows(data / "events.db", "events")
        run.places["checkpoints of the event log"] = rows_but(data / "events.db", "events", "personal")
        run.places["audit rows"] = rows(data / "center.db", "audit_entry")
        run.places["webhooks' rows"] = "\n".join(
            rows(data / "center.db", name) for name in names(data / "center.db") if "webhook" in name or "deliver" in name
        )
        run.there["personal rows"] = rows(data / "events.db", "personal")
        run.there["customers' rows"] = rows(data / "center.db", "contact", "contact_phone", "call_note")
        run.places["all rows"] = rows(data / "center.db") + run.there["personal rows"]
    return run


def names(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def rows_but(file: Path, *left_out: str) -> str:
    kept = [name for name in names(file) if name not in left_out and not name.startswith("sqlite_")]
    return rows(file, *kept) if kept else ""


PERSONAL = ("caller's number", "caller's number as it is read", "caller's name", "digits keyed in", "note")


def test_what_was_planted_is_where_it_belongs(ran: Run):
    assert PLANTED["caller's name"] in ran.there["board"]
    assert CALLER in ran.there["record"]
    assert PLANTED["note"] in ran.there["record"]
    assert PLANTED["digits keyed in"] in ran.there["personal rows"]
    assert CALLER in ran.there["personal rows"]
    assert PLANTED["caller's name"] in ran.there["customers' rows"]
    assert len(ran.secrets) > len(PLANTED) + 6
    assert all(len(value) >= 8 for value in ran.secrets.values())


def test_every_place_has_something_in_it(ran: Run):
    """A scan of nothing finds nothing."""
    lines = {name: len(text) for name, text in ran.places.items() if name != "checkpoints of the event log"}
    assert all(length > 100 for length in lines.values()), lines
    assert "CallArrived" in ran.places["event log"]
    assert '"action": "signed_in"' in ran.places["log of the service"]
    assert "throttled" in ran.places["audit rows"] or "signed_in" in ran.places["audit rows"]
    assert "call.ended" in ran.places["webhooks that were sent"]


@pytest.mark.parametrize("place", [
    "log of the service", "metrics", "readyz", "errors", "event log", "checkpoints of the event log", "audit rows",
    "audit over the API", "webhooks' rows", "webhooks that were sent", "deliveries over the API",
])  # fmt: skip
def test_nothing_that_was_planted_is_in(ran: Run, place: str):
    text = ran.places[place]
    assert [what for what, value in ran.secrets.items() if value in text] == []
    digits = re.sub(r"[\s().+-]", "", CALLER)
    assert re.search(r"(?<![0-9a-f])" + digits, text) is None, "in another form"


def test_no_secret_is_in_any_row(ran: Run):
    """Passwords, cookies, tickets, secrets: hashed, sealed, or not kept at all."""
    kept = ran.places["all rows"]
    assert [what for what, value in ran.secrets.items() if what not in PERSONAL and value in kept] == []


def test_the_log_of_the_service_bears_the_chain_of_the_audit_log(ran: Run):
    """It is what shows later that rows were cut off at the end, so no masking may have touched it."""
    told = [json.loads(line) for line in ran.places["log of the service"].splitlines() if '"event": "audit"' in line]
    assert len(told) >= 6
    assert [line["entry"] for line in told] == sorted(line["entry"] for line in told)
    for line in told:
        assert line["chain"] in ran.places["audit rows"]
