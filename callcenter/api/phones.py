"""Softphones of the log-ins: made when the page asks, closed when the log-in ends.

A device is named after the agent, the log-in and the load of the page: it has never been reachable when it is made. Were a name
used again, the registration of a page that is just being reloaded would be taken for that of the new one. Which device an agent
has is read from the hub's state, so nothing is forgotten over a restart.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence

from callcenter.broadcast.fanout import Fanout, Lagging
from callcenter.kernel.commands import SignIn, SignOut
from callcenter.kernel.errors import HouseError, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId
from callcenter.kernel.presence import Presence
from callcenter.runtime.deciding import Deciding
from callcenter.telephony.port import DeviceAccount, Softphones

AGAIN_AFTER_S = 1.0
"""Between attempts to sign somebody out while nothing can be stored."""


class Phones:
    """`carrier` is the network on which agents' devices live, `committed` tells of every event once it is stored."""

    def __init__(self, carrier: Softphones, engine: Deciding, committed: Fanout[Sequence[Recorded]]) -> None:
        self._carrier = carrier
        self._engine = engine
        self._committed = committed

    async def open(self, agent: AgentId, log_in: str) -> DeviceAccount:
        """The account, fresh, and the agent signed in at the device.

        A simulated device can be rung at once; a real one says so itself when the page has registered it.
        """
        device = f"{log_in_name(agent, log_in)}-{secrets.token_hex(3)}"
        before = self._device(agent)
        account = await self._carrier.open_device(device)
        try:
            await self._engine.ask(
                SignIn(agent=agent, carrier=self._carrier.name, device=device, reachable=account.kind == "simulated")
            )
        except HouseError:
            if device != before:  # else it is the telephone that she talks on, in a page that was loaded again
                await self._carrier.close_device(device)
            raise
        if before is not None:
            await self._carrier.close_device(before)
        return account

    async def sign_out(self, agent: AgentId, log_in: str) -> None:
        """Ends the agent's shift at this log-in's device; harmless when she sits elsewhere. Refused while she is in a call."""
        device = self._device(agent)
        if device is None or not device.startswith(log_in_name(agent, log_in)):
            return
        await self._engine.ask(SignOut(agent=agent))
        await self._carrier.close_device(device)

    async def log_in_over(self, log_in: str) -> None:
        """A log-in ended by itself: its agent is signed out too, after her call and wrap-up if she is in one.

        Returns when her telephone is closed, or belongs to another log-in of hers.
        """
        for agent in list(self._engine.state.agents):
            device = self._device(agent) or ""
            if device.startswith(log_in_name(agent, log_in)):
                await self._goes_home(agent, device)

    async def _goes_home(self, agent: AgentId, device: str) -> None:
        while self._device(agent) == device:
            try:
                await self._engine.ask(SignOut(agent=agent, after_call=True))
                break
            except TryAgain:
                await asyncio.sleep(AGAIN_AFTER_S)
        while self._device(agent) == device:
            told = self._committed.subscribe()
            try:
                while self._device(agent) == device:
                    await told.get()
            except Lagging:
                pass  # what was missed is in the state
            finally:
                told.close()
        if self._device(agent) is None:  # else `open` has closed it
            await self._carrier.close_device(device)

    def _device(self, agent: AgentId) -> str | None:
        found = self._engine.state.agents.get(agent)
        return None if found is None or found.presence is Presence.SIGNED_OUT else found.device


def log_in_name(agent: AgentId, log_in: str) -> str:
    """How devices of this log-in begin: the agent's id and eight characters that are the log-in's own and tell nothing of it."""
    return f"{agent}-{hashlib.sha256(log_in.encode()).hexdigest()[:8]}"
