"""What machines ask: is the process alive, can it work, how is it doing."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from callcenter.api.dispatch import json
from callcenter.api.schemas.center import HealthBody
from callcenter.api.services import Check, Services
from callcenter.kernel.errors import HouseError
from callcenter.store.database import Database

CHECK_WITHIN_S = 2.0


async def healthz(_: web.Request) -> web.Response:
    """The process lives and its loop turns."""
    return web.Response(text="alive\n", headers={"Cache-Control": "no-store"})


async def readyz(services: Services, live: Callable[[], bool] | None) -> web.Response:
    """200 when the hub decides, the pages are live, every carrier is connected and every further check is content. `live` tells
    whether the pages follow; None: this process serves none."""
    checks = {"hub": services.engine.why_not}
    if live is not None:
        checks["live"] = "" if live() else "the live views no longer follow the log: restart the service"
    for name, carrier in services.carriers.items():
        state = carrier.health()
        checks[f"carrier {name}"] = "" if state.ready else state.why or "not connected"
    asked: dict[str, Check] = {"database": lambda: _writable(services.database), **services.checks}
    found = await asyncio.gather(*(_within(check) for check in asked.values()))
    checks.update(zip(asked, found, strict=True))
    body = HealthBody(ready=not any(checks.values()), checks=checks, warnings=_warnings(services))
    return json(body, HTTPStatus.OK if body.ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _warnings(services: Services) -> dict[str, str]:
    """What does not keep the service from working."""
    set_aside, webhooks = services.set_aside(), services.webhooks.warning()
    said = {"webhooks": webhooks} if webhooks else {}
    if not set_aside:
        return said
    return said | {
        "records": f"{set_aside} call records could not be written and are set aside: see record_set_aside in the log of the "
        "service and the table projection_set_aside; all other records go on"
    }


async def _writable(database: Database) -> str:
    """A transaction that may write begins and ends."""
    try:
        async with database.write() as session:
            await session.execute(text("SELECT 1"))
    except HouseError as error:
        return error.why
    return ""


async def _within(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return await check()
    except TimeoutError:
        return "no answer within 2 s"


async def metrics(services: Services) -> web.Response:
    return web.Response(body=generate_latest(services.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
