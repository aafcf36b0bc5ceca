"""Now and then, unasked: does Asterisk still have what we think it has? Pure.

An event can be lost without anybody's noticing: then a leg is dead and its call goes on. The look taken here changes nothing and
holds nobody up. What differs may have changed this very moment, so only a difference that the next look finds again counts; what
follows from it is no matter of this file: everything is listed, and the resync tells what was missed.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from callcenter.kernel.words import Treatment
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import Known, Send, Tape, Token
from callcenter.telephony.asterisk.listing import ours
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.translate import Translation
from callcenter.telephony.asterisk.unheard import OUR_NAME

_LISTS = {"audit_channels": r.channels, "audit_bridges": r.bridges, "audit_endpoints": r.endpoints}
_WHOLE = frozenset({"leg", "bridge"})
"""What must not be in Asterisk unless we know it."""
T = TypeVar("T")
Fact = tuple[str, str, str]
"""Its kind, what it is about, and the value."""


AGAIN_MS = 1_500
"""After this a difference is looked at once more."""


class Audits:
    """One look after another, as long as nobody lists everything anyway (`stop`, then `go_on`)."""

    def __init__(self, translation: Translation, every_ms: int) -> None:
        self._translation = translation
        self._every_ms = every_ms
        self._number = 0
        self._look: Audit | None = None
        self._differed: frozenset[Fact] = frozenset()
        self.due_at: int | None = None
        """When `tick` has something to do."""

    def go_on(self, now: int) -> None:
        """All that we know has just been listed."""
        self.stop()
        self.due_at = now + self._every_ms

    def stop(self) -> None:
        self._look = self.due_at = None
        self._differed = frozenset()

    def tick(self, now: int) -> list[Send]:
        """What is to be asked now."""
        if self.due_at is None or self.due_at > now:
            return []
        self.due_at = None
        self._number += 1
        self._look = Audit(self._translation, self._number)
        return self._look.begin()

    def reply(self, reply: Reply, now: int) -> frozenset[Fact]:
        """Takes an answer in; returns what differs for certain. Everything should be listed then; no audit comes before that."""
        look = self._look
        if look is None or reply.token.number != look.number:
            return frozenset()
        look.reply(reply)
        if not look.over:
            return frozenset()
        found = look.differences()
        certain = found & self._differed
        self._look = None
        self._differed = found
        self.due_at = None if certain else now + (AGAIN_MS if found else self._every_ms)
        return certain


class Audit:
    """One look. `begin` asks; every reply whose token says "audit_..." goes to `reply`, until `over`."""

    def __init__(self, translation: Translation, number: int) -> None:
        self.number = number
        self._translation = translation
        self._before = _remembered(translation.known)
        self._open = 0
        self._failed = False
        """An answer could not be used: nothing follows from this look."""
        self._channels: list[ari.Channel] = []
        self._bridges: list[ari.Bridge] = []
        self._endpoints: list[ari.Endpoint] = []
        self._silent: set[str] = set()

    @property
    def over(self) -> bool:
        return self._open == 0

    def begin(self) -> list[Send]:
        sends = [Send(request(), Token(step=step, number=self.number)) for step, request in _LISTS.items()]
        for tape in _running(self._translation.known):
            token = Token(step="audit_recording", recording=tape.recording, number=self.number)
            sends.append(Send(r.live_recording(tape.recording), token))
        self._open = len(sends)
        return sends

    def reply(self, reply: Reply) -> None:
        """Takes one answer in."""
        self._open -= 1
        match reply.token.step:
            case "audit_channels":
                self._channels = self._read(reply, ari.Channel)
            case "audit_bridges":
                self._bridges = self._read(reply, ari.Bridge)
            case "audit_endpoints":
                self._endpoints = self._read(reply, ari.Endpoint)
            case _ if reply.gone:
                self._silent.add(reply.token.recording)

    def _read(self, reply: Reply, kind: type[T]) -> list[T]:
        try:
            found: list[T] = ari.read(reply.body, list[kind])  # type: ignore[valid-type]
        except msgspec.DecodeError:
            found, self._failed = [], True
        self._failed = self._failed or not reply.good
        return found

    def differences(self) -> frozenset[Fact]:
        """What we knew both before the look and after it and Asterisk shows otherwise, and what is there without our knowing.

        Empty for a look that failed.
        """
        if self._failed:
            return frozenset()
        after = _remembered(self._translation.known)
        shown = set(self._shown())
        strays = {fact for fact in shown - self._before - after if fact[0] in _WHOLE}
        return frozenset((self._before & after) - shown | strays)

    def _shown(self) -> Iterator[Fact]:
        translation = self._translation
        where = {channel: bridge.id for bridge in self._bridges for channel in bridge.channels}
        for channel in self._channels:
            if ours(channel, translation.application):
                yield "leg", channel.id, ""
                yield "place", channel.id, where.get(channel.id, "")
                if channel.state != "Up":
                    yield "unanswered", channel.id, ""
        for bridge in self._bridges:
            if OUR_NAME.fullmatch(bridge.id):
                yield "bridge", bridge.id, ""
        for tape in _running(translation.known):
            if tape.recording not in self._silent:
                yield "recording", tape.recording, ""
        there = {endpoint.resource for endpoint in self._endpoints}
        for endpoint in self._endpoints:
            yield "device", endpoint.resource, str(endpoint.state == "online")
        for device, reachable in translation.known.devices.items():
            if device not in there:  # its account is closed, and nobody rings it
                yield "device", device, str(reachable)


def _remembered(known: Known) -> set[Fact]:
    """What Asterisk should show. "astray" is what it never does: a leg alone in silence that we did not put there."""
    facts: set[Fact] = {("bridge", room.bridge, "") for room in known.rooms.values() if room.closing is None}
    facts |= {("recording", tape.recording, "") for tape in _running(known)}
    facts |= {("device", device, str(reachable)) for device, reachable in known.devices.items()}
    for line in known.lines.values():
        facts.add(("leg", line.leg, ""))
        if line.state != "up":
            facts.add(("unanswered", line.leg, ""))
        elif line.bridge is None or line.joined:
            facts.add(("place", line.leg, line.bridge or ""))
            if line.astray and line.hears is Treatment.SILENCE:
                facts.add(("astray", line.leg, ""))
    return facts


def _running(known: Known) -> list[Tape]:
    return [tape for tape in known.tapes.values() if tape.state == "running"]
