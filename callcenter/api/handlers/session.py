"""Signing in and out, and who one is."""

from http import HTTPStatus

from aiohttp import web

from callcenter.api import cookie
from callcenter.api.dispatch import json
from callcenter.api.errors import ApiError
from callcenter.api.reach import reach_of
from callcenter.api.route import Ask
from callcenter.api.schemas.common import Words
from callcenter.api.schemas.session import (
    CodeChoice,
    NamedItem,
    PasswordRequest,
    SessionBody,
    SessionPatch,
    SignInRequest,
    TicketBody,
)
from callcenter.auth.sessions import SignedIn
from callcenter.auth.tickets import GOOD_FOR_MS
from callcenter.auth.users import User
from callcenter.kernel.center import Label
from callcenter.store.audit import Entry


async def sign_in(ask: Ask) -> web.StreamResponse:
    """A new session, and the end of the one that the same browser had."""
    services, given = ask.services, ask.read(SignInRequest)
    user = await services.users.check(given.login, given.password, ask.http.remote or "", ask.now)
    _has_a_desk(ask, user)
    before = await cookie.recognise(ask.http, services)
    token, signed_in = await services.sessions.open(user, ask.now, ask.http.remote or "")
    if before is not None:
        await services.sessions.end(before.log_in, ask.now)
    response = json(session_body(ask, signed_in))
    cookie.give(response, token, services.secure)
    return response


def _has_a_desk(ask: Ask, user: User) -> None:
    """An agent whose desk the center has lost opens nothing with her log-in."""
    agents = ask.services.engine.state.center.agents
    if user.role == "agent" and agents and (user.agent is None or user.agent not in agents or not agents[user.agent].active):
        raise ApiError("desk_gone")


async def read_session(ask: Ask) -> SessionBody:
    return session_body(ask, ask.who)


async def change_session(ask: Ask) -> SessionBody:
    given = ask.read(SessionPatch)
    user = await ask.services.users.prefer(ask.who.user.id, language=given.language, theme=given.theme)
    return session_body(ask, SignedIn(log_in=ask.who.log_in, user=user, expires_at=ask.who.expires_at))


async def sign_out(ask: Ask) -> web.StreamResponse:
    """Refused while the agent is in a call: the session stays then."""
    who = ask.who
    if who.user.agent is not None:
        await ask.parts.phones.sign_out(who.user.agent, who.log_in)
    entry = Entry(action="signed_out", subject=f"users/{who.user.id}", user_id=who.user.id)
    await ask.services.sessions.end(who.log_in, ask.now, entry)
    response = web.Response(status=HTTPStatus.NO_CONTENT)
    cookie.take(response, ask.services.secure)
    return response


async def choose_password(ask: Ask) -> SessionBody:
    """My own choice. Whoever else is signed in with the old one is signed out."""
    given, who = ask.read(PasswordRequest), ask.who
    peer = ask.http.remote or ""
    user = await ask.services.staff.choose_password(who.user, who.log_in, given.present, given.password, peer, ask.now)
    return session_body(ask, SignedIn(log_in=who.log_in, user=user, expires_at=who.expires_at))


async def give_ticket(ask: Ask) -> TicketBody:
    ticket = await ask.services.tickets.give(ask.who.log_in, ask.now)
    return TicketBody(ticket=ticket, expires_at=ask.now + GOOD_FOR_MS)


def session_body(ask: Ask, signed_in: SignedIn) -> SessionBody:
    state, user = ask.services.engine.state, signed_in.user
    center = state.center
    reach = reach_of(user, center)
    return SessionBody(
        login=user.login,
        name=_name(ask, user),
        role=user.role,
        agent=user.agent,
        language=user.language or center.default_language,
        theme=user.theme,
        center=center.name,
        center_version=state.center_version,
        zone=center.zone,
        region=center.outside.region,
        languages=list(center.languages),
        reasons=[CodeChoice(code=choice.code, label=_words(choice.label)) for choice in center.reasons],
        dispositions=[CodeChoice(code=choice.code, label=_words(choice.label)) for choice in center.dispositions],
        queues=[NamedItem(id=queue.id, label=_words(queue.label)) for queue in center.queues.values()],
        teams=[NamedItem(id=id, label=_words(label)) for id, label in center.teams.items()],
        my_teams=None if reach.teams is None else sorted(reach.teams),
        my_queues=None if reach.teams is None else sorted(reach.queues or ()),
        skills=[NamedItem(id=id, label=_words(label)) for id, label in center.skills.items()],
        numbers=[NamedItem(id=number.id, label=_words(number.label)) for number in center.numbers.values()],
        choose_password=user.one_time_until is not None,
        now=ask.now,
        expires_at=signed_in.expires_at,
    )


def _name(ask: Ask, user: User) -> str:
    """Agents have names; whoever takes no calls is shown by the log-in."""
    state = ask.services.engine.state
    agent = None if user.agent is None else state.center.agents.get(user.agent)
    return user.login if agent is None else state.value(agent.name)


def _words(label: Label) -> Words:
    return Words(en=label.en, zh=label.zh)
