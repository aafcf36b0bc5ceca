"""The real parts of tests/fixtures do start, and do what their users rely on."""

import socket
from collections.abc import Callable

import asyncpg
import pytest
from aiohttp import web
from playwright.async_api import Error as BrowserError
from pytest_aiohttp import AiohttpServer
from redis.asyncio import Redis

from tests.fixtures.chromium import Launch
from tests.fixtures.ports import free_ports
from tests.fixtures.postgres import Postgres
from tests.fixtures.processes import program
from tests.fixtures.redis import RedisServer


def test_a_port_is_given_once(free_port: Callable[[], int]):
    ports = [free_port() for _ in range(20)] + list(free_ports(10))
    assert len(set(ports)) == 30
    for port in ports:
        with socket.socket() as server:
            server.bind(("127.0.0.1", port))


def test_a_missing_program_is_a_failure_that_names_the_package():
    with pytest.raises(pytest.fail.Exception, match="apt-get install sip-tester"):
        program("no-such-program", "sip-tester")


async def test_each_test_has_a_database_of_its_own(postgres: Postgres, postgres_url: str):
    def prepare(url: str) -> None:
        postgres.execute("CREATE TABLE lead (id int)", url.rsplit("/", 1)[1])

    name = postgres.template("with_leads", prepare)
    copy = postgres.create_database(template=name)
    assert copy != postgres_url
    connection = await asyncpg.connect(copy)
    try:
        await connection.execute("INSERT INTO lead VALUES (1)")
        assert await connection.fetchval("SELECT count(*) FROM lead") == 1
    finally:
        await connection.close()
    empty = await asyncpg.connect(postgres_url)
    try:
        assert await empty.fetchval("SELECT to_regclass('lead')") is None
    finally:
        await empty.close()
    postgres.drop_database(copy)


async def test_a_killed_database_comes_back_with_its_rows(own_postgres: Postgres):
    own_postgres.execute("CREATE TABLE lead (id int); INSERT INTO lead VALUES (7)")
    connection = await asyncpg.connect(own_postgres.url())
    own_postgres.kill()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connection.fetchval("SELECT 1")
    connection.terminate()
    own_postgres.start()
    assert own_postgres.execute("SELECT id FROM lead") == "7"


async def test_redis_answers_and_is_empty(redis_server: RedisServer):
    async with Redis.from_url(redis_server.url) as client:
        assert await client.dbsize() == 0
        assert (await client.info("server"))["redis_version"] >= "7.0"
        await client.set("key", "value")


async def test_the_browser_stays_at_home_and_has_a_microphone(chromium: Launch, aiohttp_server: AiohttpServer):
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<title>here</title>", content_type="text/html")

    application = web.Application()
    application.router.add_get("/", page)
    server = await aiohttp_server(application)
    browser = await chromium()
    outside = await browser.new_page()
    with pytest.raises(BrowserError, match="ERR_NAME_NOT_RESOLVED"):
        await outside.goto("http://callcenter.example/")
    inside = await browser.new_page()
    await inside.goto(str(server.make_url("/")))
    heard = "navigator.mediaDevices.getUserMedia({audio: true}).then(stream => stream.getAudioTracks()[0].readyState)"
    assert await inside.evaluate(heard) == "live"


def test_nobody_leaves_this_machine():
    with socket.socket() as outside, pytest.raises(RuntimeError, match="leave this machine"):
        outside.connect(("8.8.8.8", 53))
