"""Deadlines as data: when the hub wants to be woken, and for what. A heap with lazy removal; setting a key again moves it."""

from enum import StrEnum
from heapq import heappop, heappush


class Due(StrEnum):
    """What a deadline is about; the second half of its key is the id of a leg, call, offer, agent, recording,
    attempt or campaign."""

    LEG = "leg"
    ANSWER = "answer"
    IVR_STEP = "ivr_step"
    IVR_TOTAL = "ivr_total"
    ANNOUNCE = "announce"
    OFFER = "offer"
    CONNECT = "connect"
    CALL = "call"
    LONGEST = "longest"
    ASIDE = "aside"
    WRAP_UP = "wrap_up"
    RECORDING = "recording"
    ABANDON = "abandon"
    """Of a call: a campaign's dial was answered, and an agent is there by then or the message is heard."""
    PREVIEW = "preview"
    CAMPAIGN = "campaign"
    """A campaign whose pause ends by itself."""
    LOOK = "look"
    """A campaign that is looked at; never among the deadlines themselves."""


Key = tuple[Due, str]


class Deadlines:
    """At most one time per key."""

    __slots__ = ("_at", "_heap")

    def __init__(self) -> None:
        self._at: dict[Key, int] = {}
        self._heap: list[tuple[int, Key]] = []

    def set(self, due: Due, about: str, at: int) -> None:
        key = (due, about)
        self._at[key] = at
        heappush(self._heap, (at, key))

    def clear(self, due: Due, about: str) -> None:
        self._at.pop((due, about), None)

    def get(self, due: Due, about: str) -> int | None:
        return self._at.get((due, about))

    def next(self) -> int | None:
        """The earliest time at which something is due."""
        while self._heap:
            at, key = self._heap[0]
            if self._at.get(key) == at:
                return at
            heappop(self._heap)
        return None

    def take_due(self, now: int) -> Key | None:
        """The earliest key that is due at `now`, removed; None when nothing is."""
        at = self.next()
        if at is None or at > now:
            return None
        _, key = heappop(self._heap)
        del self._at[key]
        return key

    def as_dict(self) -> dict[Key, int]:
        return dict(self._at)
