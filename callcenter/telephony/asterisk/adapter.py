"""The telephony port over one Asterisk: joins the socket (`client`), the words (`translate`, `listing`) and the hub's `deliver`.

One task takes what the socket brings, in order; `perform` only turns an effect into requests and returns. No Asterisk word leaves
this package. Which requests there are, and what events mean, is not decided here.
"""

import asyncio
import secrets
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress

import structlog
from aiohttp import web
from msgspec import structs

from callcenter.kernel.effects import AnyCarrierEffect, Effect
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.ids import CarrierName, RecordingId
from callcenter.kernel.signals import CarrierDown, EffectFailed
from callcenter.kernel.words import Fault
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.answer_detection import AnswerDetection, Heard, signal_of
from callcenter.telephony.asterisk.audit import Audits
from callcenter.telephony.asterisk.client import AriClient, Connected, Disconnected, Item, Misheard
from callcenter.telephony.asterisk.events import AnyEvent
from callcenter.telephony.asterisk.files import AriFiles, begun
from callcenter.telephony.asterisk.lines import Listen, ListenNoMore, LookAgain, Send, Token
from callcenter.telephony.asterisk.listing import Listing
from callcenter.telephony.asterisk.passed import Passed
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from callcenter.telephony.asterisk.settings import AsteriskSettings, SoftphoneSettings
from callcenter.telephony.asterisk.sip_socket import SipSocket, asterisk_socket
from callcenter.telephony.asterisk.translate import Translation
from callcenter.telephony.port import CarrierHealth, Deliver, DeviceAccount
from dialer.amd.settings import PRESETS

LIST_AGAIN_MS = 1_000
"""Between one listing and the next, however often Asterisk is not understood."""
LIST_ANEW_MS = 200
"""After this a listing is begun anew, when something was misheard meanwhile: perhaps an answer to it."""

log = structlog.get_logger(__name__)


class AsteriskCarrier:
    """One Asterisk as a carrier. `prompts` is the folder of the prompts as Asterisk sees it."""

    def __init__(
        self,
        settings: AsteriskSettings,
        *,
        prompts: str,
        clock: Callable[[], int],
        softphones: SoftphoneSettings | None = None,
        trunk: str = "trunk",
    ) -> None:
        self.name = CarrierName(settings.name)
        self.client = AriClient(settings)
        self.files = AriFiles(settings)
        self._application = settings.application
        self._translation = Translation(self.name, application=settings.application, prompts=prompts, trunk=trunk)
        self._clock = clock
        self._detection = AnswerDetection(
            settings.detection, application=settings.application, ask=self.client.ask, clock=clock, tell=self._heard
        )
        self._softphones = softphones or SoftphoneSettings()
        self._sip = SipSocket(f"/carrier/{settings.name}/sip", asterisk_socket(settings.ari_url))
        self._deliver: Deliver | None = None
        self._passed = Passed(settings.application)
        self._listing: Listing | None = None
        self._listings = 0
        self._listed = False
        self._up = False
        """As the hub has been told."""
        self._listing_since = 0
        self._list_again_at: int | None = None
        self._audits = Audits(self._translation, settings.audit_every_ms)
        self._held: list[AnyCarrierEffect] = []
        """Asked for while what Asterisk has is being listed again."""
        self._startup_time = ""
        self._accounts: dict[str, str] = {}  # device -> password, of those signed in
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    # -- the port -----------------------------------------------------------------------------------------------------------

    async def start(self, deliver: Deliver) -> None:
        self._deliver = deliver
        held, self._held = self._held, []
        for effect in held:
            self._refuse(effect)
        await self._detection.start()
        await self.client.start()
        self.client.activate()
        self._spawn(self._run())

    async def perform(self, effect: AnyCarrierEffect) -> None:
        if self._listed:
            self._translation.effect(effect, self._clock())
            self._flush()
            self._changed.set()
        elif self._up or self._deliver is None:
            self._held.append(effect)  # not started yet, it is refused at the start: a deadline may be due before
        else:
            self._refuse(effect)

    def look_again(self) -> None:
        self._look_again()
        self._changed.set()

    def _refuse(self, effect: AnyCarrierEffect) -> None:
        self._tell(
            EffectFailed(
                effect=effect.effect,
                kind=type(effect).__name__,
                fault=Fault.UNAVAILABLE,
                leg=getattr(effect, "leg", None),
                detail=self.health().why,
            )
        )

    async def fetch_recording(self, recording: RecordingId) -> AsyncIterator[bytes]:
        return await begun(self.files.recording(recording))

    async def discard_recording(self, recording: RecordingId) -> None:
        reply = await self.client.ask(r.delete_recording(recording))
        if not (reply.good or reply.gone):
            raise CarrierFault(f"Asterisk did not delete the recording: {reply.status} {reply.message}", retryable=True)

    async def open_device(self, device: str) -> DeviceAccount:
        password = secrets.token_urlsafe(18)
        self._accounts[device] = password
        if self.client.ready:
            await self._push(device, password)
        return DeviceAccount(
            device=device,
            kind="jssip",
            uri=f"sip:{device}@{self._softphones.domain}",
            user=device,
            password=password,
            socket=self._sip.path,
            ice_servers=self._softphones.ice_servers,
        )

    async def close_device(self, device: str) -> None:
        self._accounts.pop(device, None)
        # Without its password first: nobody may register while the rest goes.
        for kind in ("auth", "endpoint", "aor"):
            await self.client.ask(r.delete_object(kind, device))

    def health(self) -> CarrierHealth:
        why = self.client.why_not
        if not why and not self._up:
            why = (self._listing.failed if self._listing else "") or "Asterisk is being asked what calls it has."
        return CarrierHealth(ready=not why, why=why, version=self.client.version)

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return self._sip.routes()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._detection.close()
        await self.client.close()
        await self.files.close()
        await self._sip.close()

    # -- the one task -------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        taking: asyncio.Task[Item] = asyncio.create_task(self.client.next_item())
        changed: asyncio.Task[bool] = asyncio.create_task(self._changed.wait())
        try:
            while True:
                done, _ = await asyncio.wait(
                    {taking, changed}, timeout=self._wait_s(), return_when=asyncio.FIRST_COMPLETED
                )
                if changed in done:
                    self._changed.clear()
                    changed = asyncio.create_task(self._changed.wait())
                try:
                    if taking in done:
                        item = taking.result()
                        taking = asyncio.create_task(self.client.next_item())
                        self._take(item)
                    self._tick()
                except Exception as error:
                    self._stumbled(error)
        finally:
            taking.cancel()
            changed.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(taking, changed, return_exceptions=True)

    def _stumbled(self, error: Exception) -> None:
        """A bug met one item: the carrier must not be deaf for every call after it. What was missed, the next listing finds."""
        # Without the error's message, which may quote what the event said.
        where = [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-4:]]
        log.error("asterisk.event_failed", carrier=self.name, kind=type(error).__name__, where=where)
        self._look_again()

    def _look_again(self) -> None:
        """What we know may be wrong. Calls go on meanwhile; soon everything is listed, and the resync repairs what is amiss."""
        if self._listing is not None:
            self._list_again_at = self._listing_since + LIST_ANEW_MS
        elif self._listed and self._list_again_at is None:
            self._list_again_at = max(self._clock(), self._listing_since + LIST_AGAIN_MS)

    def _wait_s(self) -> float | None:
        dues = [self._list_again_at, self._audits.due_at, self._translation.next_deadline() if self._listed else None]
        due = min((due for due in dues if due is not None), default=None)
        return None if due is None else max(0.0, (due - self._clock()) / 1000)

    def _tick(self) -> None:
        now = self._clock()
        if self._list_again_at is not None and self._list_again_at <= now:
            self._list_again_at = None
            self._begin_listing()
        self._send_all(self._audits.tick(now))
        if self._listed:
            self._translation.tick(now)
            self._flush()

    def _take(self, item: Item) -> None:
        """One thing that the socket brought."""
        match item:
            case Connected():
                log.info("asterisk.up", carrier=self.name, version=item.version)
                restarted = item.startup_time != self._startup_time
                self._startup_time = item.startup_time
                self._begin_listing(accounts_first=restarted)
            case Disconnected():
                log.warning("asterisk.down", carrier=self.name, why=item.why)
                self._listed = False
                self._give_up_listing()
                self._list_again_at = None
                self._audits.stop()
                self._down(item.why)
            case Misheard():
                self._look_again()
            case Reply(token=Token() as token) if token.step.startswith("list_"):
                if self._listing is not None and token.number == self._listing.number:
                    self._listed_reply(self._listing, item)
            case Reply(token=Token() as token) if token.step.startswith("audit_"):
                if differ := self._audits.reply(item, self._clock()):
                    log.warning("asterisk.differs", carrier=self.name, kinds=sorted({kind for kind, _, _ in differ}))
                    self._look_again()
            case Reply():
                if item.unclear and item.status != NO_ANSWER:
                    log.warning("asterisk.odd_answer", carrier=self.name, operation=item.request.operation, status=item.status)
                self._translation.reply(item, self._clock())
                self._flush()
            case _ if self._listing is not None:
                self._listing.waiting.append(item)
            case _ if self._listed:
                self._translation.event(item, self._clock())
                self._flush()
            case _:
                self._passed.take(item)  # kept by Asterisk while nobody was there, and told before anything else

    def _down(self, why: str) -> None:
        self._up = False
        self._tell(CarrierDown(carrier=self.name, why=why))
        held, self._held = self._held, []
        for effect in held:
            self._refuse(effect)

    def _begin_listing(self, *, accounts_first: bool = False) -> None:
        self._listed = False
        self._audits.stop()
        self._give_up_listing()
        self._listings += 1
        self._listing_since = self._clock()
        listing = self._listing = Listing(self._translation, self._listings, self._passed)
        if accounts_first and self._accounts:
            self._spawn(self._push_all(listing))
        else:
            self._ask_for(listing)

    def _give_up_listing(self) -> None:
        """What came while it was asked for waits no longer: of those who have gone meanwhile it is all that will be told."""
        if self._listing is not None:
            for event in self._listing.waiting:
                self._passed.take(event)
            self._listing = None

    def _ask_for(self, listing: Listing) -> None:
        self._send_all(listing.begin())

    def _listed_reply(self, listing: Listing, reply: Reply) -> None:
        self._send_all(listing.reply(reply, self._clock()))
        if listing.failed:
            log.warning("asterisk.not_listed", carrier=self.name, why=listing.failed)
            if self._up:
                self._down(listing.failed)
            if self._list_again_at is None:
                self._list_again_at = self._clock() + LIST_AGAIN_MS
        elif listing.snapshot is not None:
            self._listing = None
            self._listed = self._up = True
            assert self._deliver is not None
            self._deliver(structs.replace(listing.snapshot, held=tuple(effect.effect for effect in self._held)))
            self._catch_up(listing.waiting)
            self._audits.go_on(self._clock())

    def _catch_up(self, events: list[AnyEvent]) -> None:
        """What happened, and what was asked for, while everything was listed."""
        held, self._held = self._held, []
        for item in (*events, *held):
            try:
                if isinstance(item, Effect):
                    self._translation.effect(item, self._clock())
                else:
                    self._translation.event(item, self._clock())
            except Exception as error:
                self._stumbled(error)
            self._flush()

    def _flush(self) -> None:
        for out in self._translation.take():
            if isinstance(out, LookAgain):
                self._look_again()
            elif isinstance(out, Send):
                self.client.send(out.request, out.token)
            elif isinstance(out, Listen):
                how = PRESETS[out.asked.preset]
                self._detection.listen(out.leg, answered_at=out.asked.answered_at, how=how, until_ms=out.asked.until_ms)
            elif isinstance(out, ListenNoMore):
                self._detection.stop(out.leg)
            else:
                self._tell(out)

    def _heard(self, heard: Heard) -> None:
        """Of a leg that is not there any more nothing is told: its end was the last of it."""
        if self._up and heard.leg in self._translation.known.lines:
            self._tell(signal_of(heard))

    def _send_all(self, sends: Iterable[Send]) -> None:
        for send in sends:
            self.client.send(send.request, send.token)

    def _tell(self, signal: object) -> None:
        assert self._deliver is not None, "started"
        self._deliver(signal)  # type: ignore[arg-type]

    # -- softphone accounts -------------------------------------------------------------------------------------------------

    async def _push_all(self, listing: Listing) -> None:
        """Memory is empty after a restart of Asterisk: who is signed in gets her account again; then the carrier is up."""
        for device, password in list(self._accounts.items()):
            try:
                await self._push(device, password)
            except CarrierFault as fault:
                log.warning("asterisk.account_refused", carrier=self.name, why=fault.why)
        if self._listing is listing:
            self._ask_for(listing)

    async def _push(self, device: str, password: str) -> None:
        media = {"media_address": self._softphones.media_address, "bind_rtp_to_media_address": "yes"}
        parts: tuple[r.Request, ...] = (
            r.make_object("auth", device, {"auth_type": "userpass", "username": device, "password": password}),
            r.make_object("aor", device, {"max_contacts": "1", "remove_existing": "yes"}),
            r.make_object(
                "endpoint",
                device,
                {
                    "transport": "transport-ws",
                    "context": "phones",
                    "auth": device,
                    "aors": device,
                    "disallow": "all",
                    "allow": "opus,ulaw",
                    "webrtc": "yes",
                    "dtls_auto_generate_cert": "yes",
                    "direct_media": "no",
                    "dtmf_mode": "rfc4733",
                    "rewrite_contact": "yes",
                    "send_connected_line": "no",
                    "allow_transfer": "no",
                    **(media if self._softphones.media_address else {}),
                },
            ),
            r.subscribe_to_device(self._application, device),
        )
        for request in parts:
            reply = await self.client.ask(request)
            if not reply.good:
                why = f"Asterisk did not make the account ({request.operation}: {reply.status} {reply.message})"
                raise CarrierFault(why, retryable=True)
        self.client.send(r.endpoints(), Token(step="devices"))

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
