"""The hub's side of a center in two processes: says what was appended and, once a second, how the hub is; carries out what the
web processes ask. The hub never waits for any of it, and goes on as it is without a listener or a line."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

from callcenter.broadcast.redis_line import RedisLine
from callcenter.kernel.errors import HouseError, NotFound, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CarrierName
from callcenter.runtime import between as b
from callcenter.runtime.engine import Engine
from callcenter.runtime.items import WENT_WRONG
from callcenter.runtime.list_desk import ListDesk
from callcenter.telephony.port import Softphones

log = structlog.get_logger(__name__)

BEAT_S = 1.0
ANOTHER_LIFE = "The center's service was started anew before this was done. Look at how things stand, then try again."
NOT_UNDERSTOOD = "This process and the hub's are of different versions: start both anew from the same one."


class HubDoor:
    """`url` tells where this process answers; it may not be known before the line starts."""

    def __init__(
        self,
        line: RedisLine,
        engine: Engine,
        carriers: Mapping[CarrierName, Softphones],
        lists: ListDesk,
        url: Callable[[], str],
    ) -> None:
        self._line, self._engine, self._carriers, self._lists, self._url = line, engine, carriers, lists, url
        self.life = secrets.token_hex(8)
        self._beating: asyncio.Task[None] | None = None
        line.serve(self.carry)

    async def start(self) -> None:
        """The engine runs already."""
        self._engine.listeners.append(self._appended)
        self._line.up.append(self._beat)
        await self._line.start()
        self._beating = asyncio.create_task(self._beats(), name="hub.beats")

    async def close(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await self._line.close()

    def _appended(self, events: Sequence[Recorded]) -> None:
        self._line.say(b.EVENTS, b.appended(events))

    async def _beats(self) -> None:
        while True:
            self._beat()
            await asyncio.sleep(BEAT_S)

    def _beat(self) -> None:
        self._line.say(
            b.EVENTS,
            b.encode(
                b.Beat(
                    life=self.life,
                    position=self._engine.position,
                    why_not=self._engine.why_not,
                    url=self._url(),
                    carriers={name: carrier.health() for name, carrier in self._carriers.items()},
                    loading=self._lists.loading(),
                )
            ),
        )

    async def carry(self, message: bytes) -> bytes:
        """The answer to one request, as bytes."""
        try:
            asked = b.request(message)
        except msgspec.MsgspecError:
            log.error("request_not_understood")
            return b.encode(b.failed(TryAgain(NOT_UNDERSTOOD)))
        try:
            if asked.life != self.life:
                raise TryAgain(ANOTHER_LIFE)
            answer = await self._carry_out(asked.wanted)
        except HouseError as error:
            answer = b.failed(error)
        except Exception:
            log.exception("request_failed", kind=type(asked.wanted).__name__)
            answer = b.failed(TryAgain(WENT_WRONG))
        return b.encode(answer)

    async def _carry_out(self, wanted: b.Wanted) -> b.Reply:
        match wanted:
            case b.CarryOut(command):
                done = await self._engine.ask(command)
                return b.Carried(done, self._engine.position)
            case b.OpenDevice(carrier, device):
                return b.Account(await self._carrier(carrier).open_device(device))
            case b.CloseDevice(carrier, device):
                await self._carrier(carrier).close_device(device)
            case b.FillList(call_list):
                self._lists.fill(call_list)
            case b.WithdrawList(call_list):
                return b.TookBack(await self._lists.withdraw(call_list))
            case b.LoadRegistry():
                await self._lists.load_registry(wanted.upload, wanted.user, wanted.name, wanted.loaded_at)
        return b.Ok()

    def _carrier(self, name: CarrierName) -> Softphones:
        if name not in self._carriers:
            raise NotFound(f"the hub has no carrier {name}: give both processes the same settings")
        return self._carriers[name]
