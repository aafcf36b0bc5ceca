"""The softphone of a simulated network that runs in another process: what a page asks of its device is passed on to there.

The network is the hub's, and so is the answer to who may use a device; nothing is read here.
"""

from collections.abc import Callable, Sequence

import aiohttp
import structlog
from aiohttp import hdrs, web

from callcenter.kernel.ids import CarrierName
from callcenter.telephony.simulated.phone import PASSWORD_HEADER

WITHIN_S = 5.0
PASSED_ON = (PASSWORD_HEADER, hdrs.CONTENT_TYPE)

log = structlog.get_logger(__name__)


class PhoneRelay:
    """`hub` tells where the other process answers; empty while it is not known."""

    def __init__(self, carrier: CarrierName, hub: Callable[[], str]) -> None:
        self._base = f"/carrier/{carrier}/phone/"
        self._hub = hub
        self._http: aiohttp.ClientSession | None = None

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        device = self._base + "{device:[A-Za-z0-9_-]+}"
        return [web.get(device, self._pass_on), web.post(device + "/{verb:[a-z-]+}", self._pass_on)]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WITHIN_S))
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        body = await request.read()
        hub = self._hub()
        if not hub:
            return web.Response(status=502, text="the telephone network does not answer")
        try:
            async with self._http.request(
                request.method, hub + request.path, data=body or None, headers=headers, ssl=False
            ) as found:
                return web.Response(body=await found.read(), status=found.status, content_type=found.content_type)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("phone_relay.no_hub", why=type(error).__name__)
            return web.Response(status=502, text="the telephone network does not answer")
