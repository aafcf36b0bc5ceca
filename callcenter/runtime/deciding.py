"""What the rest of a process needs of the hub, wherever the hub runs: `engine.Engine` in the same process, `hub_view.HubView` in
another one."""

from collections.abc import Callable
from typing import Protocol

from callcenter.hub.state import State
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.ids import CallId, PersonalId


class Deciding(Protocol):
    """`state` may be looked at and never changed. In another process it is a moment behind; `ask` returns when it shows what
    was asked for."""

    @property
    def state(self) -> State: ...

    @property
    def writable(self) -> bool:
        """Whether commands are carried out at present, and what is shown is what is so."""

    @property
    def why_not(self) -> str:
        """Why it is not `writable`, and what to do; empty when it is."""

    def personal(self, row: PersonalId | None) -> str: ...

    async def recall(self, needed: Callable[[], set[PersonalId]]) -> None:
        """From now on `personal` also has the values of the rows that `needed` tells. Raises LogFault."""

    async def ask(self, command: AnyCommand) -> Done:
        """Carries out a command; returns when its events are stored. Raises Refused, NotFound, TryAgain."""

    async def known(self, call: CallId) -> bool:
        """Whether the log has ever had this call. Raises LogFault."""
