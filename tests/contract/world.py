"""What the contract suite needs of a world with telephones: verbs for people, not for carriers.

Each carrier that is tested brings one world. People follow a script that is given when they begin (a SIPp process can do no
more), in milliseconds. Nothing here may know which carrier is under test, and no verb may touch the carrier's own side.
"""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from callcenter.kernel.ids import PromptId
from callcenter.telephony.port import Carrier, DeviceAccount

CALLER_TONE = 440
PHONE_TONE = 660
"""Hz; what a party that speaks sends."""


@dataclass(frozen=True, slots=True)
class Press:
    """One key, so long after the step before it."""

    after_ms: int
    key: str


@dataclass(frozen=True, slots=True)
class CallerDoes:
    """A caller's script. It begins when our side answers; without `hangs_up_ms` she stays until we end the call."""

    keys: tuple[Press, ...] = ()
    hangs_up_ms: int | None = None
    """So long after the last key, or after the answer when there is none."""
    gives_up_ms: int | None = None
    """She hangs up so long after calling if nobody has answered by then."""
    tone: bool = False
    """She sends CALLER_TONE all the time."""


@dataclass(frozen=True, slots=True)
class PhoneDoes:
    """What an agent's device, or a telephone outside, does with the next call to it."""

    does: Literal["answers", "rejects", "busy", "ignores", "invalid", "congestion", "unreachable", "fails"] = "answers"
    """It rings first in answers, rejects and ignores. The last four are for numbers outside: the network answers for them (no
    such number; no line free; nobody there to pass the call on; it cannot carry such a call)."""
    rings_after_ms: int = 50
    """Of a number outside that ignores the call: how long the network takes until it rings."""
    after_ms: int = 100
    """How long it rings before it answers or rejects."""
    hangs_up_ms: int | None = None
    """So long after it answered; None: it stays until we end the call."""
    tone: bool = False
    """It sends PHONE_TONE all the time."""
    says: Literal["", "person", "machine"] = ""
    """Of a number outside, picked up: a short hello and silence, or a greeting of some seconds and a beep."""


class World(Protocol):
    """One carrier under test, and everybody on its network."""

    carrier: Carrier
    """Not started yet."""
    dialed: str
    """A number that reaches the service."""
    prompt: PromptId
    """A prompt of 1 to 4 seconds in English."""
    missing: PromptId
    """A prompt without sound."""

    async def call_in(self, caller: str, does: CallerDoes) -> None:
        """Somebody calls `dialed` from the number `caller` (E.164). Returns when the call is on its way."""

    async def phone(self, does: PhoneDoes) -> str:
        """The name of a device that can be rung, and that will treat the next call so. No two stories in one world share it."""

    async def number(self, does: PhoneDoes) -> str:
        """A number outside (E.164) that will treat the next call so."""

    def registered(self, account: DeviceAccount) -> AbstractAsyncContextManager[None]:
        """A softphone registered with this account; it vanishes with the end of the block."""

    async def cut(self) -> None:
        """The connection between the service and the carrier breaks and stays broken; calls go on. Returns when it is broken."""

    async def hung_up(self) -> None:
        """Returns when every caller who was to hang up by herself has done so, and the carrier has no line to her any more."""

    async def mend(self) -> None:
        """The connection may come up again."""
