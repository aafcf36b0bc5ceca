"""A center whose line to Asterisk can be spoiled: the service behind an `AriRelay`, and ways to make nonsense of a message."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from tests.fixtures.ports import claim_free_port
from tests.integration.ari_relay import AriRelay, Spoil, frame
from tests.integration.center import settings
from tests.integration.pbx import Pbx
from tests.integration.service import Service, furnish

DEEP = 200_000
"""More brackets than any reader follows."""


class BadlyWired(Service):
    """The service, and the wire that it hears Asterisk through."""

    relay: AriRelay


@contextlib.asynccontextmanager
async def badly_wired(folder: Path) -> AsyncIterator[BadlyWired]:
    """As `running`, with the relay in between."""
    pbx = Pbx.prepare()
    relay = AriRelay(pbx.service_port, claim_free_port())

    def write(folder: Path, pbx: Pbx, port: int) -> Path:
        file = settings(folder, pbx, port)
        file.write_text(file.read_text().replace(str(relay.port), str(relay.target)))
        return file

    try:
        furnish(pbx)
        await relay.mend()
        pbx.start()
        async with BadlyWired(folder, pbx, write) as service:
            service.relay = relay
            yield service
    finally:
        await relay.cut()
        pbx.remove()


# -- nonsense in place of a message -----------------------------------------------------------------------------------------


def _changed(**fields: Any) -> Spoil:
    """The message with other values; None takes a field out."""

    def spoil(payload: bytes) -> list[bytes]:
        message = json.loads(payload)
        for name, value in fields.items():
            message.pop(name, None)
            if value is not None:
                message[name] = value
        return [frame(json.dumps(message).encode())]

    return spoil


def _deep(payload: bytes) -> list[bytes]:
    return [frame(payload.rstrip()[:-1] + b',"more":' + b"[" * DEEP + b"]" * DEEP + b"}")]


ANSWERS: Mapping[str, Spoil] = {
    "not_json": lambda payload: [frame(b"<<< " + payload)],
    "wrong_types": _changed(status_code="two hundred", reason_phrase=7),
    "fields_missing": _changed(status_code=None),
    "html": _changed(status_code=500, reason_phrase="Internal Server Error", message_body="<html><h1>Oops</h1></html>"),
    "no_such_status": _changed(status_code=-7, message_body=""),
    "body_is_not_json": _changed(message_body='{"id": <<<'),
    "body_of_wrong_types": _changed(message_body='[{"id": 5}, null, "x"]'),
    "deep_body": _changed(message_body="[" * DEEP),
    "deep": _deep,
    "unknown_request": _changed(request_id="999.999"),
    "cut_short": lambda payload: [frame(payload[: len(payload) // 2])],
    "swallowed": lambda payload: [],
}
"""What becomes of an answer; Asterisk has done what was asked."""

EVENTS: Mapping[str, Spoil] = {
    "cut_short": lambda payload: [frame(payload[: len(payload) // 2])],
    "channel_missing": _changed(channel=None, playback=None, recording=None, bridge=None),
    "wrong_types": _changed(channel=[1], playback=[1], recording=[1], bridge=[1]),
    "no_time": _changed(timestamp="the day before yesterday"),
    "deep": _deep,
    "twice": lambda payload: [frame(payload), frame(payload)],
}
"""What becomes of an event."""
