"""Follows the log and makes deliveries of it: each event once for each subscription that wants it, whatever ends in between.

Deliveries and position are written in one transaction, as the projector does. While nobody subscribes only the memory of live
calls is kept up, and written down now and then.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId
from callcenter.store.event_log import EventLog
from callcenter.store.webhooks import Draft, Following, Webhooks
from callcenter.webhooks.figures import Figures
from callcenter.webhooks.projection import FORMAT, Projection, Told

log = structlog.get_logger(__name__)

BATCH = 200
KEEP_EVERY = 5_000
"""Events after which the position is written although nobody is told anything."""
PAUSE_S = 0.1
"""Between two steps, so that one transaction carries many events."""
RETRY_S = 1.0

_encoder = msgspec.json.Encoder()


class Follower:
    """`made` is called after deliveries were written. `failed` says why the last step failed, or is empty."""

    def __init__(
        self,
        event_log: EventLog,
        webhooks: Webhooks,
        figures: Figures,
        now: Callable[[], int],
        made: Callable[[], None],
        *,
        pause_s: float = PAUSE_S,
        retry_s: float = RETRY_S,
    ) -> None:
        self._log = event_log
        self._webhooks = webhooks
        self._figures = figures
        self._now = now
        self._made = made
        self._pause_s = pause_s
        self._retry_s = retry_s
        self._projection: Projection | None = None
        self._kept: int | None = None
        self._known = 0
        self._woken = asyncio.Event()
        self.working = asyncio.Lock()
        """Held while rows are read or written: who wants to end this waits for it, and cuts no transaction in the middle."""
        self.position = 0
        self.failed = ""

    @property
    def behind(self) -> int:
        """Events of the log that were not looked at yet."""
        return max(0, self._known - self.position)

    def wake(self, position: int) -> None:
        """The log reaches to `position` now."""
        self._known = max(self._known, position)
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; a failure is said in `failed` and tried again."""
        while True:
            self._woken.clear()
            try:
                await self.catch_up()
                self.failed = ""
            except HouseError as error:
                self.failed = error.why
                await asyncio.sleep(self._retry_s)
                continue
            except Exception as error:
                log.exception("webhooks_stand_still", position=self.position)
                self.failed = f"webhooks stand still after event {self.position} ({type(error).__name__}): see the service's log"
                await asyncio.sleep(self._retry_s)
                continue
            await self._woken.wait()
            await asyncio.sleep(self._pause_s)

    async def catch_up(self) -> int:
        """Looks at everything that is in the log by now; answers with the last position. Raises Conflict, TryAgain."""
        try:
            async with self.working:
                projection = self._projection or await self._start()
            async for batch in self._log.read(self.position, batch=BATCH):
                async with self.working:
                    await self._step(projection, batch)
        except BaseException:
            self._projection = None  # it may be ahead of what is written
            raise
        return self.position

    async def _start(self) -> Projection:
        """As it was left. A memory that this program cannot read is made again from the log, and nothing is told twice."""
        found = await self._webhooks.following()
        projection = Projection()
        self._kept = None if found is None else found.position
        self.position = 0 if found is None else found.position
        if found is not None and not _load(projection, found):
            projection = Projection()
            async for batch in self._log.read(0):
                for recorded in batch:
                    if recorded.position <= found.position:
                        projection.apply(recorded)
        self._projection = projection
        return projection

    async def _step(self, projection: Projection, batch: list[Recorded]) -> None:
        drafts = [_draft(told) for recorded in batch for told in await self._tell(projection, recorded)]
        last = batch[-1].position
        # Read after the batch: whoever subscribed before one of these events is among them.
        subscribed = await self._webhooks.any_active()
        if (subscribed and drafts) or last - (self._kept or 0) >= KEEP_EVERY:
            reached = Following(last, FORMAT, projection.dump())
            made = await self._webhooks.keep(self._kept, reached, drafts, self._now())
            self._kept = last
            if made:
                self._made()
        self.position = last

    async def _tell(self, projection: Projection, recorded: Recorded) -> list[Told]:
        """An event that cannot be put into words is left out: it is logged and counted, and stops no other."""
        try:
            call = projection.missing(recorded)
            if call is not None:
                projection.recall(await self._earlier(call, recorded.position))
            return projection.apply(recorded)
        except HouseError:
            raise
        except Exception:
            log.exception("webhook_event_not_told", position=recorded.position, kind=type(recorded.event).__name__)
            self._figures.untold += 1
            return []

    async def _earlier(self, call: CallId, before: int) -> list[Recorded]:
        return [recorded for recorded in await self._log.read_call(call) if recorded.position < before]


def _load(projection: Projection, found: Following) -> bool:
    if found.format != FORMAT:
        return False
    try:
        projection.load(found.state)
    except ValueError:
        return False
    return True


def _draft(told: Told) -> Draft:
    event = told.event
    kind = str(event.__struct_config__.tag)
    return Draft(event.id, kind, told.subject, told.customer, _encoder.encode(event).decode(), event.position)

