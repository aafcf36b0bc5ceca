"""Every ARI request that we make, one function each; nothing here sends.

`operation` is "<resource>.<nickname>" of Asterisk's own description (rest-api/*.json); a test holds each function here against
it: method, path, names, types and allowed values of parameters. Ids are ours (20 characters, `kernel.ids`) but for channels
that called in. Times are milliseconds unless the name ends in `_s`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import quote

import msgspec
from msgspec import Struct

Method = Literal["GET", "POST", "PUT", "DELETE"]
HangUpReason = Literal["normal", "busy", "congestion", "no_answer", "rejected", "unallocated", "failure"]
RecordingEnd = Literal["none", "any", "*", "#"]

SAMPLE_RATE_FORMATS = "ulaw,alaw"
"""Formats of legs towards the telephone network and fixed phones; a Local channel without any would run at 192 kHz."""


class Request(Struct, frozen=True, kw_only=True):
    """One ARI request. `path` starts with a slash below /ari, percent-encoded; `body` is JSON text."""

    operation: str
    method: Method
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str = ""


def _request(operation: str, method: Method, *path: str, body: str = "", **query: str | int | bool | None) -> Request:
    words = {name: _word(value) for name, value in query.items() if value is not None}
    return Request(
        operation=operation,
        method=method,
        path="/" + "/".join(quote(part, safe="") for part in path),
        query=tuple(words.items()),
        body=body,
    )


def _word(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


# -- the exchange -----------------------------------------------------------------------------------------------------------


def asterisk_info() -> Request:
    """Version, start-up time, settings."""
    return _request("asterisk.getInfo", "GET", "asterisk", "info")


def user_event(name: str, application: str, variables: Mapping[str, str]) -> Request:
    """An event to ourselves: it comes back on the event socket, or our ears are gone."""
    body = msgspec.json.encode({"variables": variables}).decode()
    return _request("events.userEvent", "POST", "events", "user", name, body=body, application=application)


def application(name: str) -> Request:
    """Channels, bridges and devices of the application."""
    return _request("applications.get", "GET", "applications", name)


def filter_events(name: str, allowed: Sequence[str]) -> Request:
    """Only these event types are sent from now on."""
    body = msgspec.json.encode({"allowed": [{"type": kind} for kind in allowed]}).decode()
    return _request("applications.filter", "PUT", "applications", name, "eventFilter", body=body)


def subscribe_to_device(name: str, device: str) -> Request:
    """From now on DeviceStateChanged of this PJSIP device."""
    source = f"deviceState:PJSIP/{device}"
    return _request("applications.subscribe", "POST", "applications", name, "subscription", eventSource=source)


def endpoints() -> Request:
    """All SIP endpoints and whether they are online."""
    return _request("endpoints.listByTech", "GET", "endpoints", "PJSIP")


def make_object(kind: Literal["auth", "aor", "endpoint"], name: str, fields: Mapping[str, str]) -> Request:
    """Makes or replaces one part of a softphone account."""
    pairs = [{"attribute": key, "value": value} for key, value in fields.items()]
    body = msgspec.json.encode({"fields": pairs}).decode()
    path = ("asterisk", "config", "dynamic", "res_pjsip", kind, name)
    return _request("asterisk.updateObject", "PUT", *path, body=body)


def delete_object(kind: Literal["auth", "aor", "endpoint"], name: str) -> Request:
    return _request("asterisk.deleteObject", "DELETE", "asterisk", "config", "dynamic", "res_pjsip", kind, name)


# -- channels ---------------------------------------------------------------------------------------------------------------


def originate(
    channel: str,
    *,
    endpoint: str,
    application: str,
    arguments: str,
    caller_id: str,
    timeout_s: int,
    formats: str | None,
    variables: Mapping[str, str],
) -> Request:
    """Rings `endpoint`; its channel enters the application when it answers. Never repeated blindly."""
    body = msgspec.json.encode({"variables": variables}).decode() if variables else ""
    return _request(
        "channels.originateWithId",
        "POST",
        "channels",
        channel,
        body=body,
        endpoint=endpoint,
        app=application,
        appArgs=arguments,
        callerId=caller_id,
        timeout=timeout_s,
        formats=formats,
    )


def channel(channel: str) -> Request:
    return _request("channels.get", "GET", "channels", channel)


def channels() -> Request:
    return _request("channels.list", "GET", "channels")


def hang_up(channel: str, reason: HangUpReason = "normal") -> Request:
    return _request("channels.hangup", "DELETE", "channels", channel, reason=reason)


def answer(channel: str) -> Request:
    return _request("channels.answer", "POST", "channels", channel, "answer")


def ring(channel: str) -> Request:
    """Ringback to the far end."""
    return _request("channels.ring", "POST", "channels", channel, "ring")


def stop_ring(channel: str) -> Request:
    return _request("channels.ringStop", "DELETE", "channels", channel, "ring")


def start_music(channel: str, music_class: str | None = None) -> Request:
    return _request("channels.startMoh", "POST", "channels", channel, "moh", mohClass=music_class)


def stop_music(channel: str) -> Request:
    return _request("channels.stopMoh", "DELETE", "channels", channel, "moh")


def play(channel: str, playback: str, media: Sequence[str], language: str | None = None) -> Request:
    """Plays the media one after another; PlaybackFinished comes once, after the last."""
    path = ("channels", channel, "play", playback)
    return _request("channels.playWithId", "POST", *path, media=",".join(media), lang=language)


def playback(playback: str) -> Request:
    return _request("playbacks.get", "GET", "playbacks", playback)


def stop_playback(playback: str) -> Request:
    return _request("playbacks.stop", "DELETE", "playbacks", playback)


def set_variable(channel: str, name: str, value: str) -> Request:
    """`name` is always one of ours: ARI hands out any function's value, also ENV(...)."""
    return _request("channels.setChannelVar", "POST", "channels", channel, "variable", variable=name, value=value)


def snoop(channel: str, snooper: str, application: str) -> Request:
    """A channel that hears what comes in on `channel`, and that nobody hears; it ends with it."""
    path = ("channels", channel, "snoop", snooper)
    return _request("channels.snoopChannelWithId", "POST", *path, spy="in", whisper="none", app=application, appArgs="listen")


def continue_in_dialplan(channel: str, context: str, extension: str) -> Request:
    """The channel leaves the application; 409 while it is not in it."""
    path = ("channels", channel, "continue")
    return _request("channels.continueInDialplan", "POST", *path, context=context, extension=extension, priority=1)


# -- bridges ----------------------------------------------------------------------------------------------------------------


def create_bridge(bridge: str, kind: str = "mixing", name: str | None = None) -> Request:
    """`kind` is ARI's comma-separated type."""
    return _request("bridges.createWithId", "POST", "bridges", bridge, type=kind, name=name)


def bridge(bridge: str) -> Request:
    return _request("bridges.get", "GET", "bridges", bridge)


def bridges() -> Request:
    return _request("bridges.list", "GET", "bridges")


def add_to_bridge(bridge: str, channel: str) -> Request:
    return _request("bridges.addChannel", "POST", "bridges", bridge, "addChannel", channel=channel)


def remove_from_bridge(bridge: str, channel: str) -> Request:
    return _request("bridges.removeChannel", "POST", "bridges", bridge, "removeChannel", channel=channel)


def destroy_bridge(bridge: str) -> Request:
    return _request("bridges.destroy", "DELETE", "bridges", bridge)


def record_bridge(bridge: str, name: str) -> Request:
    """Records what the bridge hears, as 8 kHz WAV; a used name is refused (409)."""
    path = ("bridges", bridge, "record")
    return _request("bridges.record", "POST", *path, name=name, format="wav", ifExists="fail", terminateOn="none")


# -- recordings -------------------------------------------------------------------------------------------------------------


def live_recording(name: str) -> Request:
    return _request("recordings.getLive", "GET", "recordings", "live", name)


def stop_recording(name: str) -> Request:
    """Stops and keeps the file."""
    return _request("recordings.stop", "POST", "recordings", "live", name, "stop")


def stored_recordings() -> Request:
    return _request("recordings.listStored", "GET", "recordings", "stored")


def recording_file(name: str) -> Request:
    """Over HTTP only: refused on the socket (406)."""
    return _request("recordings.getStoredFile", "GET", "recordings", "stored", name, "file")


def delete_recording(name: str) -> Request:
    return _request("recordings.deleteStored", "DELETE", "recordings", "stored", name)
