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
from tests.integration.people import Json
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


# -- nonsense out of nowhere --------------------------------------------------------------------------------------------------


def _event(kind: Any, **fields: Any) -> bytes:
    head = {"type": kind, "application": "callcenter", "timestamp": "2026-11-22T17:12:19.549+0000"}
    return json.dumps(head | fields).encode()


def _channel(name: str) -> Json:
    nobody = {"name": "", "number": ""}
    place = {"context": "entry", "exten": "1", "priority": 1, "app_name": "Stasis", "app_data": "callcenter,inbound,1"}
    fixed = {"name": "PJSIP/x", "state": "Up", "creationtime": ""}
    return {"id": name, "caller": nobody, "connected": nobody, "dialplan": place, **fixed}


def nonsense(channel: str) -> Mapping[str, bytes]:
    """Messages that Asterisk would not send; `channel` is one that it has."""
    deep = b"[" * DEEP + b"]" * DEEP
    key = {"channel": _channel(channel), "duration_ms": 1}
    lost = {"id": "nowhere", "target_uri": f"channel:{channel}", "media_uri": "", "state": "failed", "language": "en"}
    return {
        "nothing": b"",
        "null": b"null",
        "a_list": b"[1, 2, 3]",
        "no_type": b'{"hello": 1}',
        "type_is_a_number": _event(5),
        "type_is_a_sentence": _event("call +12125550999 back, please"),
        "unknown_type": _event("ChannelGrewWings", channel=_channel(channel)),
        "channel_missing": _event("StasisStart", args=["inbound", "+12125550100"]),
        "args_of_wrong_types": _event("StasisStart", args=[5, None], channel=_channel(channel)),
        "cause_is_a_word": _event("ChannelDestroyed", cause="sixteen", cause_txt=7, channel=_channel(channel)),
        "cause_is_immense": _event("ChannelDestroyed", cause=10**400, channel=_channel("nowhere")),
        "channel_without_a_name": _event("StasisStart", args=["inbound", "+12125550100"], channel=_channel("")),
        "key_of_no_length": _event("ChannelDtmfReceived", digit="", **key),
        "key_of_many": _event("ChannelDtmfReceived", digit="4" * 5_000, **key),
        "unknown_prompt": _event("PlaybackFinished", playback=lost),
        "unknown_recording": _event("RecordingFinished", recording={"name": "x", "target_uri": "", "state": "done"}),
        "unknown_answer": b'{"type":"RESTResponse","request_id":"0.0","status_code":200,"reason_phrase":"OK","message_body":""}',
        "huge": _event("StasisEnd", channel="x" * 4_000_000),
        "huge_type": _event("x" * 1_000_000),
        "deep_event": _event("StasisEnd")[:-1] + b', "channel": ' + deep + b"}",
        "deep_unknown": _event("ChannelGrewWings")[:-1] + b', "channel": ' + deep + b"}",
        "half": _event("StasisStart", args=["inbound", "+12125550100"], channel=_channel("nowhere"))[:-40],
    }


UNREADABLE: Mapping[str, bytes] = {
    "too_large": frame(b"[" * (17 * 2**20)),
    "not_unicode": frame(b"\xff\xfe\xfd"),
    "no_such_frame": frame(b"x", 5),
    "a_frame_that_never_ends": frame(b"x" * 60_000)[:1_000],
}
"""What goes over the wire instead of WebSocket's frames: the socket has to be given up."""
