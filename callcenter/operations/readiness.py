"""What a running service says of itself at /readyz, as findings for `doctor`: an open carrier socket, a database that it can
write, and whatever else only the process itself can know. A service that does not run says nothing."""

from collections.abc import AsyncIterator

import aiohttp
import msgspec

from callcenter.api.schemas.center import HealthBody
from config.settings import Settings

WITHIN_S = 5.0


async def complaints(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """The checks that are not content: name, and one sentence with what is wrong and what to do."""
    host, port = settings.listen.host, settings.listen.port
    if not port:
        return  # it chose one itself, and only its ready line tells
    scheme = "https" if settings.certificate is not None else "http"
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    timeout = aiohttp.ClientTimeout(total=WITHIN_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"{scheme}://{near}:{port}/readyz", ssl=False) as answer,
        ):
            health = msgspec.json.decode(await answer.read(), type=HealthBody)
    except aiohttp.ClientConnectorError:
        return
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        yield "service", f"the process at {near}:{port} does not answer: see its log, or end whatever else has taken the port"
        return
    for name, why in health.checks.items():
        if why:
            yield f"service: {name}", why
