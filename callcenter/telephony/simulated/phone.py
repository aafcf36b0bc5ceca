"""The softphone of the rootless demo: what a person's page asks of her simulated device, over HTTP.

    GET  /carrier/NAME/phone/DEVICE              {"state": "idle" | "ringing" | "talking", "muted": bool, "hears": ...}
    POST /carrier/NAME/phone/DEVICE/answer       204, or 409 when nothing rings
    POST /carrier/NAME/phone/DEVICE/reject       204, or 409
    POST /carrier/NAME/phone/DEVICE/hang-up      204, or 409
    POST /carrier/NAME/phone/DEVICE/mute         204, or 409; body {"muted": true | false}
    POST /carrier/NAME/phone/DEVICE/digits       204, or 409; body {"digits": "12#"}

The password of the device's account comes in the header X-Phone-Password (so a form of another site cannot ask); a wrong one
is 401. Nothing here knows agents or calls.
"""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web
from msgspec import Struct

from callcenter.kernel.center import Label
from callcenter.kernel.flow import SayPrompt
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.phones import Line
from callcenter.telephony.simulated.client import Pump

PASSWORD_HEADER = "X-Phone-Password"
KEYS = "0123456789*#"

WORDS = {
    "wrong_password": Label(
        "This telephone belongs to another log-in. Load the page again.", "此电话属于另一次登录，请重新加载页面。"
    ),
    "no_call": Label("There is no such call on this telephone any more.", "这部电话上已没有该通话。"),
    "bad_body": Label("The telephone did not understand the request.", "电话无法识别该请求。"),
    "bad_digits": Label("Keys are 0 to 9, * and #, at most 32.", "按键只能是 0 到 9、* 和 #，最多 32 个。"),
}

Holds = Callable[[str, str], bool]
Verb = Callable[[web.Request, str], Awaitable[web.StreamResponse]]


class Mute(Struct, frozen=True, forbid_unknown_fields=True):
    muted: bool


class Digits(Struct, frozen=True, forbid_unknown_fields=True):
    digits: str


def phone_routes(base: str, network: PhoneNetwork, pump: Pump, holds: Holds) -> Sequence[web.AbstractRouteDef]:
    """`holds(device, password)` says whether the asker may use the device."""

    def guarded(verb: Verb) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            device = request.match_info["device"]
            if not holds(device, request.headers.get(PASSWORD_HEADER, "")):
                return _problem(401, "wrong_password")
            return await verb(request, device)

        return handler

    async def state(request: web.Request, device: str) -> web.StreamResponse:
        return web.json_response(_state(network, network.device_line(device)))

    async def answer(request: web.Request, device: str) -> web.StreamResponse:
        return _done(pump.act(lambda now: network.answer(device, now)))

    async def reject(request: web.Request, device: str) -> web.StreamResponse:
        return _done(pump.act(lambda now: network.reject(device, now)))

    async def hang_up(request: web.Request, device: str) -> web.StreamResponse:
        line = network.device_line(device)
        if line is not None:
            pump.act(lambda now: network.hang_up(line.leg, now))
        return _done(line is not None)

    async def mute(request: web.Request, device: str) -> web.StreamResponse:
        try:
            wanted = msgspec.json.decode(await request.read(), type=Mute)
        except msgspec.DecodeError:
            return _problem(400, "bad_body")
        line = network.device_line(device)
        if line is not None:
            pump.act(lambda now: network.mute(line.leg, wanted.muted, now))
        return _done(line is not None)

    async def digits(request: web.Request, device: str) -> web.StreamResponse:
        try:
            wanted = msgspec.json.decode(await request.read(), type=Digits).digits
        except msgspec.DecodeError:
            return _problem(400, "bad_body")
        if not wanted or len(wanted) > 32 or any(key not in KEYS for key in wanted):
            return _problem(400, "bad_digits")
        line = network.device_line(device)
        if line is not None:
            for key in wanted:
                pump.act(lambda now, key=key: network.press(line.leg, key, now))  # type: ignore[misc]
        return _done(line is not None)

    path = base + "/{device}"
    return [
        web.get(path, guarded(state)),
        web.post(path + "/answer", guarded(answer)),
        web.post(path + "/reject", guarded(reject)),
        web.post(path + "/hang-up", guarded(hang_up)),
        web.post(path + "/mute", guarded(mute)),
        web.post(path + "/digits", guarded(digits)),
    ]


def _state(network: PhoneNetwork, line: Line | None) -> dict[str, object]:
    if line is None:
        return {"state": "idle", "muted": False, "hears": []}
    spoken = [
        network.texts[prompt.prompt]
        for prompt in line.prompts
        if isinstance(prompt, SayPrompt) and prompt.prompt in network.texts
    ]
    return {
        "state": "talking" if line.state == "up" else "ringing",
        "muted": line.muted,
        "hears": [{"en": label.en, "zh": label.zh} for label in spoken],
    }


def _done(done: bool) -> web.Response:
    if done:
        return web.Response(status=204)
    return _problem(409, "no_call")


def _problem(status: int, code: str) -> web.Response:
    """The shape of the API's errors, for the page has one way to show them."""
    words = WORDS[code]
    return web.json_response({"code": code, "message": {"en": words.en, "zh": words.zh}, "field": None}, status=status)
