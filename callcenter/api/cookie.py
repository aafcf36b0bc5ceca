"""The cookie that carries a session's token, and nothing else."""

from aiohttp import web

from callcenter.api.services import Services
from callcenter.auth.sessions import SignedIn


def name(secure: bool) -> str:
    """Over https the browser itself refuses the name from another host, path or over http."""
    return "__Host-session" if secure else "session"


def give(response: web.StreamResponse, token: str, secure: bool) -> None:
    """A cookie for as long as the browser is open; the server says when the session ends."""
    response.set_cookie(name(secure), token, path="/", httponly=True, secure=secure, samesite="Strict")


def take(response: web.StreamResponse, secure: bool) -> None:
    response.del_cookie(name(secure), path="/", httponly=True, secure=secure, samesite="Strict")


async def recognise(request: web.Request, services: Services) -> SignedIn | None:
    """Who holds the session that the request's cookie names."""
    token = request.cookies.get(name(services.secure))
    return None if not token else await services.sessions.find(token, services.clock())
