"""Softphones of the log-ins: which device belongs to which, made when the page asks and closed when the log-in ends.

A device is named after the agent and the log-in, so that a new log-in elsewhere does not share it with the old one.
"""

import hashlib
from collections.abc import Awaitable, Callable

from callcenter.kernel.commands import AnyCommand, Done, SignIn, SignOut
from callcenter.kernel.errors import HouseError, Refused
from callcenter.kernel.ids import AgentId
from callcenter.telephony.port import Carrier, DeviceAccount

Perform = Callable[[AnyCommand], Awaitable[Done]]


class Phones:
    """`carrier` is the network on which agents' devices live."""

    def __init__(self, carrier: Carrier, ask: Perform) -> None:
        self._carrier = carrier
        self._ask = ask
        self._devices: dict[str, tuple[AgentId, str]] = {}

    async def open(self, agent: AgentId, log_in: str) -> DeviceAccount:
        """The account, fresh, and the agent signed in at the device. It cannot be rung before the page has registered it."""
        device = device_name(agent, log_in)
        account = await self._carrier.open_device(device)
        try:
            await self._ask(SignIn(agent=agent, carrier=self._carrier.name, device=device, reachable=account.kind == "simulated"))
        except HouseError:
            await self._carrier.close_device(device)
            raise
        earlier = [other for other, (whose, _) in self._devices.items() if whose == agent and other != log_in]
        for other in earlier:
            await self._close(other)
        self._devices[log_in] = (agent, device)
        return account

    async def sign_out(self, log_in: str) -> None:
        """Ends the agent's shift at this device. Refused while she is in a call; harmless for who has none."""
        held = self._devices.get(log_in)
        if held is None:
            return
        try:
            await self._ask(SignOut(agent=held[0]))
        except Refused as refusal:
            if refusal.code != "signed_out":
                raise
        await self._close(log_in)

    async def _close(self, log_in: str) -> None:
        held = self._devices.pop(log_in, None)
        if held is not None:
            await self._carrier.close_device(held[1])


def device_name(agent: AgentId, log_in: str) -> str:
    """The agent's id and eight characters that are the log-in's own and tell nothing of it."""
    return f"{agent}-{hashlib.sha256(log_in.encode()).hexdigest()[:8]}"
