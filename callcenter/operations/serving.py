"""`callcenter serve` and `demo`: one process from its settings to its end, whichever half of the service it runs."""

import asyncio
import gc
import signal
import sys
from importlib.util import find_spec

from callcenter.bootstrap import Service, Serving
from callcenter.kernel.errors import Refused
from callcenter.operations.demo import DemoDay
from config.center_file import read_center
from config.settings import Settings


async def serve(settings: Settings, role: str | None) -> int:
    """`role`: hub or web; None: everything in this process. Answers with the exit status. Raises HouseError, BadFile."""
    if role is None:
        return await _run(Service(settings, await asyncio.to_thread(read_center, settings.center)))
    if not settings.redis_url:
        raise Refused("no_redis", "the processes of `serve --role` are joined by Redis: add `redis: redis://HOST:PORT/0`")
    if find_spec("redis") is None:
        raise Refused("no_redis", "the Python package redis is missing: pip install 'callcenter[redis]'")
    from callcenter import roles  # only who runs a half needs Redis's driver

    if role == "web":
        return await _run(roles.WebService(settings))
    return await _run(roles.HubService(settings, await asyncio.to_thread(read_center, settings.center)))


async def demo(settings: Settings) -> int:
    """Everything, and people who call."""
    seed = await asyncio.to_thread(read_center, settings.center)
    service = Service(settings, seed)
    return await _run(service, DemoDay(service, seed))


async def _run(service: Serving, people: DemoDay | None = None) -> int:
    """Serves until told to stop, or until another hub is active. Prints the ready line when the process answers."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    try:
        await service.prepare()
        if people is not None:
            await people.have_worked()
        await service.start()
        _settle()
        if people is not None:
            await people.start()
            for line in people.log_ins():
                print(line)
        print(f"ready {service.url}", flush=True)
        stopped = service.stopped
        if stopped is not None:
            stopped.add_done_callback(lambda _: told.set())
        await told.wait()
        if stopped is not None and stopped.done():
            print(stopped.result(), file=sys.stderr)
            return 3
        return 0
    finally:
        if people is not None:
            await people.close()
        await service.close()


def _settle() -> None:
    """What a start has made lives as long as the process. A full collection that walked it, too, would hold up the signals of
    all calls for a tenth of a second each time."""
    gc.collect()
    gc.freeze()
