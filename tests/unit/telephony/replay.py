"""Replays a captured Asterisk (tests/recordings/asterisk) into a fresh Translation, as often and as oddly as a test likes."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from callcenter.kernel.effects import AnyCarrierEffect
from callcenter.kernel.ids import CarrierName
from callcenter.kernel.signals import DeviceChanged
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.lines import Send
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.translate import Translation

RECORDINGS = Path(__file__).parents[2] / "recordings" / "asterisk"


class Replay:
    """What went in and what came out."""

    def __init__(self) -> None:
        self.translation = Translation(CarrierName("pbx"), application="callcenter", prompts="/srv/callcenter/capture/prompts")
        self.signals: list[Any] = []
        self.sent: list[Send] = []
        self._unanswered: deque[Send] = deque()

    def feed(self, line: dict[str, Any]) -> None:
        now = line["now"]
        match line:
            case {"effect": effect}:
                self.translation.effect(msgspec.convert(effect, AnyCarrierEffect), now)
            case {"event": event}:
                told = ari.decode(msgspec.json.encode(event))
                assert not isinstance(told, ari.Unknown | ari.RESTResponse), told
                self.translation.event(told, now)
            case {"reply": reply}:
                send = self._unanswered.popleft()
                self.translation.reply(Reply(request=send.request, token=send.token, **reply), now)
            case {"tick": True}:
                self.translation.tick(now)
        self.drain()

    def drain(self) -> None:
        for out in self.translation.take():
            if isinstance(out, Send):
                self.sent.append(out)
                self._unanswered.append(out)
            elif not isinstance(out, DeviceChanged):
                self.signals.append(out)

    def agree(self) -> None:
        """Answers every request so far with yes, whatever was captured."""
        while self._unanswered:
            send = self._unanswered.popleft()
            self.translation.reply(Reply(request=send.request, status=204, reason="", body="", token=send.token), 0)
            self.drain()

    def said(self) -> list[str]:
        """The kinds of signals, in order."""
        return [type(signal).__name__ for signal in self.signals]


def lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (RECORDINGS / f"{name}.jsonl").read_bytes().splitlines():
        yield msgspec.json.decode(line)


def replay(name: str) -> Replay:
    player = Replay()
    for line in lines(name):
        player.feed(line)
    return player
