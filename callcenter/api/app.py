"""The web application: routes, WebSocket, probes, pages, and what a carrier wants mounted. Built from what bootstrap gives."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
import structlog
from aiohttp import web

from callcenter.api import cookie, openapi, origin, probes
from callcenter.api.dispatch import LARGEST_BODY, guard, handler
from callcenter.api.errors import ApiError
from callcenter.api.measures import LiveMeasures, Measures, ServiceMeasures
from callcenter.api.once import Once
from callcenter.api.pages import Pages
from callcenter.api.phones import Phones
from callcenter.api.route import PREFIX, Parts
from callcenter.api.routes import ROUTES
from callcenter.api.services import Services
from callcenter.api.session import Session
from callcenter.api.socket import Sockets
from callcenter.api.stage import Names, Stage
from callcenter.api.views import ContactName
from callcenter.auth.sessions import SignedIn
from callcenter.broadcast.others import AnyNotice, SessionOver
from callcenter.kernel.clock import HOUR
from callcenter.kernel.errors import HouseError
from callcenter.kernel.ids import ContactId
from callcenter.store import idempotency

SWEEP_EVERY_S = 5.0
"""How soon a session that another process has ended lets go of sockets and telephone here."""
SOCKETS = web.AppKey("sockets", Sockets)
"""The open sockets of the application, for whoever runs it."""

log = structlog.get_logger()


@cache
def openapi_document() -> dict[str, object]:
    """What `callcenter openapi` prints and /api/v1/openapi.json answers."""
    return openapi.document(ROUTES, version("callcenter"))


def make_app(services: Services) -> web.Application:
    """The application. Its stage starts with it and shows what the log holds before the first request is taken."""
    stage = Stage(
        services.live,
        services.fanout,
        services.log.read,
        services.keep_live,
        services.engine,
        _names(services),
        services.clock,
    )
    sockets = Sockets(stage, services.clock, lambda: services.engine.writable, services.sessions.standing)
    phones = Phones(services.carriers[services.phone_carrier], services.engine, services.fanout)
    once = Once(services.database, services.engine.known)
    parts = Parts(services=services, stage=stage, sockets=sockets, phones=phones, once=once)

    connect = services.connect_sources | {"ws" + ours.removeprefix("http") for ours in services.origins}
    measures = Measures(services.registry)
    services.registry.register(LiveMeasures(stage, lambda: len(sockets), lambda: sockets.cut))
    if services.decides:
        services.registry.register(measures_of_service(services))
    app = web.Application(middlewares=[guard(services.origins, connect, measures)], client_max_size=LARGEST_BODY)

    async def recognise(request: web.Request) -> SignedIn | None:
        return await cookie.recognise(request, services)

    for route in ROUTES:
        app.router.add_route(route.method, PREFIX + route.path, handler(route, lambda: parts, recognise))
    document = msgspec.json.encode(openapi_document())

    async def describe(_: web.Request) -> web.Response:
        return web.Response(body=document, content_type="application/json", charset="utf-8")

    async def socket(request: web.Request) -> web.StreamResponse:
        return await _open_socket(request, parts)

    app.router.add_get(f"{PREFIX}/openapi.json", describe)
    app.router.add_get(f"{PREFIX}/ws", socket)
    _add_machines_routes(app, services, lambda: stage.alive)
    app.router.add_get("/{path:(?!api/).*}", Pages(services.pages).serve)

    app[SOCKETS] = sockets
    app.cleanup_ctx.append(lambda _: _life(parts))
    app.on_shutdown.append(lambda _: sockets.close())
    return app


def make_hub_app(services: Services) -> web.Application:
    """What the hub's process serves when other processes serve the pages: probes, measures, and what carriers want mounted."""
    services.registry.register(measures_of_service(services))
    app = web.Application(client_max_size=LARGEST_BODY)
    _add_machines_routes(app, services, None)
    return app


def measures_of_service(services: Services) -> ServiceMeasures:
    return ServiceMeasures(
        services.vitals, services.projection_lag, services.carrier_sockets, services.webhooks, services.set_aside
    )


def _add_machines_routes(app: web.Application, services: Services, live: Callable[[], bool] | None) -> None:
    async def readyz(_: web.Request) -> web.Response:
        return await probes.readyz(services, live)

    async def metrics(_: web.Request) -> web.Response:
        return await probes.metrics(services)

    app.router.add_get("/healthz", probes.healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    for carrier in services.carriers.values():
        app.router.add_routes(carrier.routes())


async def _life(parts: Parts) -> AsyncIterator[None]:
    services, jobs = parts.services, set[asyncio.Task[None]]()

    def beside(event: str, work: Coroutine[Any, Any, object]) -> None:
        job = asyncio.create_task(_quietly(event, work))
        jobs.add(job)
        job.add_done_callback(jobs.discard)

    def ended(log_in: str) -> None:
        parts.sockets.end(log_in)
        services.others.tell(SessionOver(log_in))
        beside("phone_not_closed", parts.phones.log_in_over(log_in))

    def heard(notice: AnyNotice) -> None:
        """Whoever ended the session closes its telephone too."""
        if isinstance(notice, SessionOver):
            parts.sockets.end(notice.log_in)
        else:
            beside("name_not_shown", parts.stage.contact_changed(notice.contact))

    await parts.stage.start()
    services.sessions.ended.append(ended)
    services.others.heard.append(heard)
    jobs.add(asyncio.create_task(_sweep(services), name="sessions"))
    jobs.add(asyncio.create_task(parts.sockets.watch(), name="sockets"))
    jobs.add(asyncio.create_task(parts.sockets.tell_turns(), name="sockets.turns"))
    yield
    services.sessions.ended.remove(ended)
    services.others.heard.remove(heard)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)
    await parts.stage.close()


async def _sweep(services: Services) -> None:
    next_at = 0
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        await _quietly("sessions_not_swept", services.sessions.sweep(services.clock()))
        if services.clock() >= next_at:
            next_at = services.clock() + HOUR
            await _quietly("idempotency_not_swept", idempotency.sweep(services.database, services.clock()))


async def _quietly(event: str, job: Coroutine[Any, Any, object]) -> None:
    """For jobs that nobody waits for: what goes wrong is logged, and they are not needed for anything else to go on."""
    try:
        await job
    except HouseError as error:
        log.warning(event, code=error.code)


def _names(services: Services) -> Names:
    async def names(ids: set[ContactId]) -> Mapping[ContactId, ContactName]:
        found = await services.crm.contacts(ids)
        return {
            id: ContactName(name=contact.name, account=None if contact.account is None else contact.account.name)
            for id, contact in found.items()
        }

    return names


async def _open_socket(request: web.Request, parts: Parts) -> web.StreamResponse:
    services = parts.services
    if not origin.may_open_socket(request.headers, services.origins):
        raise ApiError("wrong_origin")
    who = await cookie.recognise(request, services)
    if who is None:
        raise ApiError("signed_out")
    if who.user.one_time_until is not None:
        raise ApiError("password_one_time")
    if not await services.tickets.use(request.query.get("ticket", ""), who.log_in, services.clock()):
        raise ApiError("no_ticket")

    teams = frozenset(who.user.teams) if who.user.role == "supervisor" and who.user.teams is not None else None
    session = Session(who.user.role, who.user.agent, teams)
    return await parts.sockets.serve(request, who, session)
