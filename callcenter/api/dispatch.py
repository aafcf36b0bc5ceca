"""From a row of the route table to an aiohttp handler: origin, sign-in, rights, body, answer, errors; the same for all.

What goes wrong inside is written to the log by kind and place, never with its message: a message may quote what a person
wrote.
"""

import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, get_origin

import msgspec
import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler as WebHandler

from callcenter.api import errors, origin
from callcenter.api.errors import ApiError
from callcenter.api.measures import Measures
from callcenter.api.once import REPLAYED, Repeatable, repeatable
from callcenter.api.route import Answer, Ask, Parts, Route
from callcenter.api.schemas.common import DoneBody
from callcenter.auth.sessions import SignedIn
from callcenter.auth.throttle import TooManyAttempts
from callcenter.kernel.errors import HouseError

LARGEST_BODY = 256 * 1024
ESCAPED_NUL = rb"\u0000"
UNKEEPABLE = "the character U+0000 cannot be kept: leave it out"

log = structlog.get_logger()
_encoder = msgspec.json.Encoder()
_ERROR_HEADERS = {"Cache-Control": "no-store"}

Recognise = Callable[[web.Request], Awaitable[SignedIn | None]]


def handler(route: Route, parts: Callable[[], Parts], recognise: Recognise) -> WebHandler:
    """What aiohttp calls for this route."""
    decoder = None if route.request is None else msgspec.json.Decoder(route.request)

    async def handle(request: web.Request) -> web.StreamResponse:
        who = None if route.roles is None else await _allowed(route, request, recognise)
        body = None if route.upload else await _body(request, decoder)
        query = None if route.query is None else _query(request, route.query)
        if route.query is None and request.query:
            raise ApiError("bad_request", "this address takes no parameters", field=next(iter(request.query)))
        services = parts().services
        ask = Ask(parts=parts(), http=request, signed_in=who, now=services.clock(), body=body, query=query)
        if route.makes is not None and (wanted := repeatable(request, route.name, ask.who.user.id, body, ask.now)) is not None:
            return await _once(route, ask, wanted)
        answer = await route.handler(ask)
        if isinstance(answer, web.StreamResponse):
            return answer
        if answer is None:
            assert route.answer is None, f"{route.name} promises {route.answer}"
            return web.Response(status=HTTPStatus.NO_CONTENT)
        return json(_promised(route, answer), route.status)

    return handle


def _promised(route: Route, answer: Answer) -> msgspec.Struct:
    assert route.answer is not None, f"{route.name} promises no body"
    assert isinstance(answer, route.answer), f"{route.name} promises {route.answer.__name__}"
    return answer


async def _once(route: Route, ask: Ask, wanted: Repeatable) -> web.Response:
    """Carried out now, or answered as it was when it was carried out."""

    async def work() -> bytes:
        return _encoder.encode(_promised(route, await route.handler(replace(ask, new_call=wanted.call))))

    if route.makes == "call":
        made = await ask.parts.once.call(wanted, work, _encoder.encode(DoneBody(call=wanted.call)))
    else:
        made = await ask.parts.once.rows(wanted, work)
    return _answer(made.text, route.status, {REPLAYED: "true"} if made.again else None)


async def _allowed(route: Route, request: web.Request, recognise: Recognise) -> SignedIn:
    who = await recognise(request)
    if who is None:
        raise ApiError("signed_out")
    assert route.roles is not None
    if who.user.role not in route.roles:
        raise ApiError("forbidden")
    if who.user.one_time_until is not None and not route.with_one_time_password:
        raise ApiError("password_one_time")
    return who


async def _body(request: web.Request, decoder: msgspec.json.Decoder[Any] | None) -> Any:
    if decoder is None:  # what nobody would read is refused too; `{}` is how some programs send nothing
        if request.can_read_body and (await request.read()).strip() not in (b"", b"{}"):
            raise ApiError("bad_request", "this address takes no body")
        return None
    if request.content_type != "application/json":
        raise ApiError("not_json")
    text = await request.read()
    try:
        body = decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError) as mistake:
        raise _mistake(mistake) from mistake
    if ESCAPED_NUL in text:  # JSON has no other way to write it
        for field, value in msgspec.to_builtins(body).items():
            if _holds_nul(value):
                raise ApiError("bad_request", UNKEEPABLE, field=field)
    return body


def _holds_nul(value: Any) -> bool:
    """Whether a plain value has the character U+0000 anywhere in it; PostgreSQL keeps it in no text."""
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value


def _query(request: web.Request, kind: type[msgspec.Struct]) -> Any:
    """Parameters as the Struct wants them: a list may be given several times, everything else once."""
    lists = {field.name for field in msgspec.structs.fields(kind) if get_origin(field.type) is list}
    values: dict[str, Any] = {}
    for name in request.query:
        given = request.query.getall(name)
        if _holds_nul(given):
            raise ApiError("bad_request", UNKEEPABLE, field=name)
        if name in lists:
            values[name] = given
        elif len(given) > 1:
            raise ApiError("bad_request", "given more than once", field=name)
        else:
            values[name] = given[0]
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.MsgspecError as mistake:
        raise _mistake(mistake) from mistake


def _mistake(mistake: Exception) -> ApiError:
    """msgspec says where: `Expected `int`, got `str` - at `$.contact``."""
    what, _, place = str(mistake).partition(" - at `$")
    field = place.strip("`.").split("[")[0] or None
    if field is None and "field `" in what:
        field = what.split("field `")[1].split("`")[0]
    return ApiError("bad_request", what, field=field)


def json(body: msgspec.Struct, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> web.Response:
    """A body as an answer that nobody keeps."""
    return _answer(_encoder.encode(body), status, headers)


def _answer(text: bytes, status: int, headers: dict[str, str] | None) -> web.Response:
    return web.Response(
        body=text,
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def refusal(error: HouseError | ApiError) -> web.Response:
    """An error as an answer."""
    number = errors.status(error)
    retry = -(-error.retry_ms // 1000) if isinstance(error, TooManyAttempts) else None
    if retry is None and (number == HTTPStatus.SERVICE_UNAVAILABLE or error.code == "in_progress"):
        retry = 1
    return json(errors.body(error), number, None if retry is None else {"Retry-After": str(retry)})


def guard(origins: frozenset[str], connect: frozenset[str], measures: Measures) -> Callable[..., Awaitable[web.StreamResponse]]:
    """The middleware around everything: origin check, errors, headers, measures."""
    always = origin.headers(connect)

    @web.middleware
    async def around(request: web.Request, handler: WebHandler) -> web.StreamResponse:
        began = time.perf_counter()
        try:
            if not origin.may_change(request.method, request.headers, origins):
                raise ApiError("wrong_origin")
            response = await handler(request)
        except (HouseError, ApiError) as error:
            response = refusal(error)
        except web.HTTPRequestEntityTooLarge:
            response = refusal(ApiError("too_large"))
        except web.HTTPMethodNotAllowed as error:
            response = refusal(ApiError("method_not_allowed"))
            response.headers[hdrs.ALLOW] = ",".join(sorted(error.allowed_methods))
        except web.HTTPNotFound:
            response = refusal(ApiError("not_found"))
        except web.HTTPRequestRangeNotSatisfiable:
            response = refusal(ApiError("bad_range"))
        except web.HTTPException:
            raise
        except Exception as error:
            log.error(
                "api.failed", route=_route_of(request), method=request.method, kind=type(error).__name__, where=_where(error)
            )
            response = refusal(ApiError("internal"))
        if not response.prepared:
            for name, value in always.items():
                response.headers.setdefault(name, value)
        measures.answered(_route_of(request), request.method, response.status, time.perf_counter() - began)
        return response

    return around


def _route_of(request: web.Request) -> str:
    """The route's pattern, a bounded label: never the path itself."""
    resource = request.match_info.route.resource
    return "none" if resource is None else resource.canonical


def _where(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{frame.filename.rsplit('/', 2)[-2]}/{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
