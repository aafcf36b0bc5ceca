"""What the recount speaks of: people with telephones, clicks, and calls as they were seen from outside. Standard library only.

How calls are put together is in `outside`. Times are whole milliseconds since the epoch.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.recount.heard import Heard
from tests.recount.wire import Dialog


@dataclass(slots=True)
class Click:
    """Something that an agent did at her desk. `until` is when the service had answered; `refused` is its code if it refused."""

    at: int
    until: int
    agent: str
    did: str
    """sign_in, available, not_ready, reject, hold, retrieve, hang_up, transfer, place, finish, sign_out."""
    to: dict[str, str] = field(default_factory=dict)
    refused: str = ""


@dataclass(slots=True)
class Party:
    """Somebody with a telephone, and what SIPp wrote down about it."""

    kind: str
    """caller, agent, customer (called by an agent) or target (called for a transfer)."""
    number: str
    """The telephone number; of an agent her id."""
    tone: int
    dialogs: list[Dialog]
    serves: str = ""
    """Of a target: the number of the customer who is transferred to it."""


@dataclass(slots=True)
class Entry:
    queue: str
    entered_at: int
    left_at: int
    end: str
    """answered, abandoned, flowed_out or ended."""
    agent: str | None = None
    waiting_since: int = 0
    """After a transfer that came to nothing: when the last conversation ended, for talking is not waiting; else `entered_at`."""

    @property
    def wait_ms(self) -> int:
        return self.left_at - (self.waiting_since or self.entered_at)


@dataclass(slots=True)
class Offer:
    agent: str
    made_at: int
    ended_at: int
    end: str
    """accepted, rejected, rang_out or withdrawn."""
    connected: bool = False
    transfer: bool = False


@dataclass(slots=True)
class Talk:
    agent: str
    since: int
    until: int
    holds: list[tuple[int, int]]
    wrap_until: int
    transferred: bool = False
    entry: int | None = None
    """Index of the last queue entry before it, whose queue it is counted for."""
    hung_up: bool = False
    """The agent ended the call."""
    deaf_ms: int = 0
    """How much longer one of the two heard nothing, although the other one already spoke."""

    @property
    def hold_ms(self) -> int:
        return sum(until - since for since, until in self.holds)

    @property
    def talk_ms(self) -> int:
        return self.until - self.since - self.hold_ms

    @property
    def wrap_up_ms(self) -> int:
        return self.wrap_until - self.until


@dataclass(slots=True)
class Leg:
    """One telephone's part: what its dialog says."""

    who: str
    """customer, target, or an agent's id."""
    dialog: Dialog


@dataclass(slots=True)
class OutsideCall:
    direction: str
    number: str
    began_at: int
    answered_at: int | None
    ended_at: int
    end: str
    """In the words of the product's CallEnd."""
    ended_by: str
    keys: str
    entries: list[Entry]
    offers: list[Offer]
    talks: list[Talk]
    legs: list[Leg]
    placed_by: str | None = None

    def stretches(self) -> Iterator[tuple[Leg, tuple[int, int]]]:
        """(leg, from and to) of every stretch in which customer and agent talked: for either of them, holds left out."""
        for talk in self.talks:
            borders = [talk.since, *(at for hold in talk.holds for at in hold), talk.until]
            for leg in self.legs:
                answered, ended = leg.dialog.answered_at, leg.dialog.ended_at
                here = answered is not None and ended is not None and answered <= talk.since < ended
                if leg.who == "customer" or (leg.who == talk.agent and here):
                    for since, until in zip(borders[::2], borders[1::2], strict=True):
                        if until > since:
                            yield leg, (since, until)


@dataclass(slots=True)
class Scenario:
    """The story from outside: who was there, what was heard, what was clicked, and what the center promises its callers."""

    parties: list[Party]
    heard: Heard
    clicks: list[Click]
    music: int
    center: dict[str, Any]

    @property
    def agents(self) -> list[Party]:
        return [party for party in self.parties if party.kind == "agent"]
