"""The telephony port: what a carrier must do for the engine, in our words only.

Two kinds of carrier fit it. One holds a socket and is told what to do (Asterisk); one comes by webhook, asks what to do next,
and waits for the answer (Twilio). Both turn what happens into signals and hand them to `deliver`; both are handed effects by
`perform`. A carrier that asks keeps the open question of each leg and answers it with the next effect for that leg; the rule
that a leg hears one thing at a time makes that enough. docs/decisions/ has the record.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from aiohttp import web
from msgspec import Struct

from callcenter.kernel.effects import AnyCarrierEffect
from callcenter.kernel.ids import BridgeId, CarrierName, EffectId, LegId, RecordingId
from callcenter.kernel.signals import CarrierSignal
from callcenter.kernel.words import Cause


class LegSeen(Struct, frozen=True, kw_only=True):
    """A leg that the carrier has now."""

    leg: LegId
    up: bool
    ringing: bool = False
    bridge: BridgeId | None = None
    caller: str = ""
    dialed: str = ""
    inbound: bool = False
    """True: it would have come as LegOffered. Such a leg that the hub does not know is adopted."""
    answered_at: int | None = None
    """Of one that we placed: when it was answered, if that was while we could not hear the carrier and it told so afterwards; by
    its own clock, ms since the epoch."""


class LegPassed(Struct, frozen=True, kw_only=True):
    """A caller who came and went while we could not hear the carrier, as it told us afterwards. Nobody had served her."""

    leg: LegId
    caller: str
    dialed: str
    came_at: int
    """By the carrier's own clock, ms since the epoch."""
    went_at: int


class LegGone(Struct, frozen=True, kw_only=True):
    """A leg that we placed and that ended while we could not hear the carrier, as it told us afterwards. Times are its own."""

    leg: LegId
    rang: bool
    """It was told of meanwhile; before, we may have heard it ourselves."""
    answered_at: int | None
    """None: not meanwhile."""
    went_at: int
    cause: Cause
    """As of a leg that rang: who remembers whether it did tells NO_ANSWER from UNREACHABLE."""
    detail: str


class CarrierSnapshot(Struct, frozen=True, kw_only=True):
    """Everything of ours that the carrier has, taken after a connection came up and before any later signal is delivered.

    `runtime.resync` compares it with the live calls and emits the missing ordinary signals; then the carrier is up.
    """

    carrier: CarrierName
    legs: tuple[LegSeen, ...]
    bridges: tuple[BridgeId, ...]
    recordings: tuple[RecordingId, ...]
    """Those that run."""
    working: tuple[EffectId, ...] = ()
    """Prompts and gathers that still run and will be answered."""
    held: tuple[EffectId, ...] = ()
    """Asked for while this was taken: they are begun right after it, and nothing of them can be seen in it."""
    reachable: tuple[str, ...] = ()
    """Devices that can be rung."""
    passed: tuple[LegPassed, ...] = ()
    """By their beginnings. One that was told before may be told again."""
    gone: tuple[LegGone, ...] = ()


class CarrierHealth(Struct, frozen=True, kw_only=True):
    """`why` says in one sentence what is wrong and what to do; empty when ready."""

    ready: bool
    why: str = ""
    version: str = ""


class DeviceAccount(Struct, frozen=True, kw_only=True):
    """What a softphone needs to register; made for one log-in, refused after it."""

    device: str
    kind: str
    """jssip, or simulated."""
    uri: str = ""
    user: str = ""
    password: str = ""
    socket: str = ""
    """URL, or a path on the page's own origin."""
    ice_servers: tuple[dict[str, str | list[str]], ...] = ()


Deliver = Callable[["CarrierSignal | CarrierSnapshot"], None]


class Softphones(Protocol):
    """What pages need of a phone network. In a process without the hub it is asked of the hub's."""

    name: CarrierName

    async def open_device(self, device: str) -> DeviceAccount:
        """Makes the account (a second call replaces password and registration); kept alive over restarts of the carrier."""

    async def close_device(self, device: str) -> None: ...

    def health(self) -> CarrierHealth: ...

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """What must be mounted on the public web server; empty for carriers that are not called there."""


class Carrier(Softphones, Protocol):
    """One phone network.

    `perform` returns when the effect is on its way, never raises for anything the carrier does, and never waits for people:
    the outcome comes through `deliver`, EffectFailed included. Effects of one leg are carried out in the order given.

    What tests/contract asks of every carrier besides: a connection that came up is told by its snapshot alone (the resync
    concludes CarrierUp), a broken one by CarrierDown, and effects asked meanwhile fail as UNAVAILABLE. LegEnded is a leg's last
    signal; LegLeft comes before it. A replaced gather ends like a replaced prompt. LeaveBridge of a leg in no bridge only gives
    it `then`. A device that vanishes in mid-call ends with a cause other than NORMAL.

    A device's name is used for one log-in only: made again under a deleted name, its state may never be told.
    """

    async def start(self, deliver: Deliver) -> None:
        """Connects, and goes on trying; delivers a CarrierSnapshot each time a connection has come up."""

    async def perform(self, effect: AnyCarrierEffect) -> None: ...

    def look_again(self) -> None:
        """What was asked may never have reached it: delivers a CarrierSnapshot soon, or when a connection has come up."""

    async def fetch_recording(self, recording: RecordingId) -> AsyncIterator[bytes]:
        """The finished recording as a WAV file; raises CarrierFault."""

    async def discard_recording(self, recording: RecordingId) -> None:
        """Deletes the carrier's copy; harmless when it is gone."""

    async def close(self) -> None:
        """Lets go without touching calls in progress."""
