"""Keeps a simulated phone network going in real time: turns it when something is due, and delivers what it says.

The clock is handed in; nothing here decides anything.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from callcenter.kernel.signals import CarrierSignal
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.phones import Seen

T = TypeVar("T")

Clock = Callable[[], int]
"""The time, ms since the epoch."""


class Pump:
    """Turns one network on the running event loop. Everything that moves the network goes through `act`."""

    def __init__(self, network: PhoneNetwork, clock: Clock) -> None:
        self._network = network
        self._clock = clock
        self._deliver: Callable[[CarrierSignal | Seen], None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._turning = False

    def start(self, deliver: Callable[[CarrierSignal | Seen], None]) -> None:
        self._deliver = deliver
        self.act(lambda now: None)

    def stop(self) -> None:
        """Nothing is delivered from now on; the network stands still."""
        self._deliver = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def act(self, move: Callable[[int], T]) -> T:
        """Does `move` at the present time, then everything that is due, and delivers what follows from both."""
        now = self._clock()
        result = move(now)
        if self._turning:
            return result  # asked while delivering: the turn in progress goes on to the end
        self._turn()
        return result

    def _turn(self) -> None:
        if self._deliver is None:
            return
        self._turning = True
        try:
            while True:
                self._network.tick(self._clock())
                signals = self._network.take()
                if not signals:
                    break
                for signal in signals:
                    if self._deliver is not None:
                        self._deliver(signal)
        finally:
            self._turning = False
            self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self._network.next_at()
        if due is not None and self._deliver is not None:
            wait_ms = max(due - self._clock(), 0)
            self._alarm = asyncio.get_running_loop().call_later(wait_ms / 1_000, self._turn)
