"""Log-ins: listed, made, changed and closed by an administrator. What changes with them is in `callcenter.auth.staff`."""

from collections.abc import Iterable

from msgspec import UNSET

from callcenter.api.route import Ask
from callcenter.api.schemas import users as u
from callcenter.auth.staff import Change, LogIn
from callcenter.auth.users import User
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, TeamId


async def list_users(ask: Ask) -> u.UserListBody:
    return u.UserListBody(items=[_body(found) for found in await ask.services.staff.all(ask.now)])


async def create_user(ask: Ask) -> u.OneTimeBody:
    given = ask.read(u.UserCreate)
    agent, teams = _agent(ask, given.agent), None if given.teams is None else _teams(ask, given.teams)
    user, password = await ask.services.staff.create(given.login, given.role, agent, teams, ask.who.user.id, ask.now)
    return await _one_time(ask, user, password)


async def change_user(ask: Ask) -> u.UserBody:
    given = ask.read(u.UserPatch)
    change = Change(
        role=given.role,
        agent=UNSET if given.agent is UNSET else _agent(ask, given.agent),
        teams=UNSET if given.teams is UNSET else None if given.teams is None else _teams(ask, given.teams),
        active=given.active,
    )
    user = await ask.services.staff.change(ask.whole("user"), change, ask.who.user.id, ask.now)
    return await _shown(ask, user)


async def reset_password(ask: Ask) -> u.OneTimeBody:
    user, password = await ask.services.staff.reset_password(ask.whole("user"), ask.who.user.id, ask.now)
    return await _one_time(ask, user, password)


async def end_sessions(ask: Ask) -> u.EndedBody:
    return u.EndedBody(sessions=await ask.services.staff.end_sessions(ask.whole("user"), ask.who.user.id, ask.now))


def _agent(ask: Ask, agent: str | None) -> AgentId | None:
    if agent is not None and agent not in ask.services.engine.state.center.agents:
        raise Refused("no_agent", "there is no such agent in the center: choose one that there is")
    return None if agent is None else AgentId(agent)


def _teams(ask: Ask, teams: Iterable[str]) -> tuple[TeamId, ...]:
    wanted = tuple(TeamId(team) for team in dict.fromkeys(teams))
    if not set(wanted) <= ask.services.engine.state.center.teams.keys():
        raise Refused("no_team", "there is no such team in the center: choose one that there is")
    return wanted


async def _one_time(ask: Ask, user: User, password: str) -> u.OneTimeBody:
    return u.OneTimeBody(user=await _shown(ask, user), password=password)


async def _shown(ask: Ask, user: User) -> u.UserBody:
    return _body(await ask.services.staff.one(user.id, ask.now))


def _body(found: LogIn) -> u.UserBody:
    user = found.user
    return u.UserBody(
        id=user.id,
        login=user.login,
        role=user.role,
        agent=user.agent,
        teams=None if user.teams is None else [str(team) for team in user.teams],
        active=user.active,
        one_time_until=user.one_time_until,
        created_at=found.created_at,
        sessions=found.sessions,
        seen_at=found.seen_at,
    )
