"""The telephony port over a simulated phone network. Its words are ours already, so there is nothing to translate but the
snapshot. People on the network are played elsewhere; a person at a page has her softphone by `phone`.
"""

import hmac
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from aiohttp import web

from callcenter.kernel.center import Label
from callcenter.kernel.effects import AnyCarrierEffect
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.ids import CarrierName, PromptId, RecordingId
from callcenter.kernel.signals import CarrierSignal
from callcenter.kernel.words import LegRole
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.phones import Seen
from callcenter.telephony.port import CarrierHealth, CarrierSnapshot, Deliver, DeviceAccount, LegSeen
from callcenter.telephony.simulated.client import Clock, Pump
from callcenter.telephony.simulated.phone import phone_routes

SELF_ANSWERED = frozenset({LegRole.PLACING, LegRole.RECONNECT, LegRole.TAKING})
"""What a softphone answers by itself: calls that its agent places, its own line when it comes back, and answers of a campaign."""
AGENT_TONE = 660


class SimulatedCarrier:
    """A phone network inside this process. `network` and `pump` are for those who play people, and for stories in tests."""

    def __init__(self, name: CarrierName, *, clock: Clock, seed: bytes | None = None) -> None:
        self.name = name
        self.network = PhoneNetwork(name, Agenda(), seed if seed is not None else secrets.token_bytes(16))
        self.pump = Pump(self.network, clock)
        self._passwords: dict[str, str] = {}

    def use_prompts(self, texts: Mapping[PromptId, Label]) -> None:
        """The center's prompts; those not among them are missing."""
        self.network.texts = texts

    async def start(self, deliver: Deliver) -> None:
        def pass_on(signal: CarrierSignal | Seen) -> None:
            deliver(snapshot_of(self.name, signal) if isinstance(signal, Seen) else signal)

        self.pump.start(pass_on)
        self.pump.act(lambda now: self.network.connect())

    async def perform(self, effect: AnyCarrierEffect) -> None:
        self.pump.act(lambda now: self.network.perform(effect, now))

    def look_again(self) -> None:
        self.pump.act(lambda now: self.network.listed())

    async def fetch_recording(self, recording: RecordingId) -> AsyncIterator[bytes]:
        pieces = self.network.recording(recording)
        if pieces is None:
            raise CarrierFault("there is no finished recording of this name", retryable=False)
        return _stream(pieces)

    async def discard_recording(self, recording: RecordingId) -> None:
        self.network.discard(recording)

    async def open_device(self, device: str) -> DeviceAccount:
        password = secrets.token_urlsafe(16)
        self._passwords[device] = password
        self.pump.act(lambda now: self.network.register(device, now, answers_itself=SELF_ANSWERED, tone=AGENT_TONE))
        return DeviceAccount(device=device, kind="simulated", user=device, password=password, socket=f"{self._base}/{device}")

    async def close_device(self, device: str) -> None:
        self._passwords.pop(device, None)
        self.pump.act(lambda now: self.network.unregister(device, now))

    def health(self) -> CarrierHealth:
        if self.network.connected:
            return CarrierHealth(ready=True, version="simulated")
        return CarrierHealth(ready=False, why="the simulated network is cut off, as a story asked", version="simulated")

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        return phone_routes(self._base, self.network, self.pump, self._holds)

    async def close(self) -> None:
        self.pump.stop()

    @property
    def _base(self) -> str:
        return f"/carrier/{self.name}/phone"

    def _holds(self, device: str, password: str) -> bool:
        """Whether this is the password of the device's present log-in."""
        right = self._passwords.get(device)
        return right is not None and hmac.compare_digest(right.encode(), password.encode())


async def _stream(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def snapshot_of(name: CarrierName, seen: Seen) -> CarrierSnapshot:
    """What the network lists, in the port's words."""
    return CarrierSnapshot(
        carrier=name,
        legs=tuple(
            LegSeen(
                leg=line.leg,
                up=line.up,
                ringing=line.ringing,
                bridge=line.bridge,
                caller=line.caller,
                dialed=line.dialed,
                inbound=line.inbound,
            )
            for line in seen.legs
        ),
        bridges=seen.bridges,
        recordings=seen.recordings,
        working=seen.working,
        reachable=seen.reachable,
    )
