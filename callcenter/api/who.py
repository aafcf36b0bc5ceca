"""Who is at the other end of a request, from the cookie to the role. The rules of sign-in are in `callcenter.auth`."""

from dataclasses import dataclass

from callcenter.api.schemas.common import Language, Role, Theme
from callcenter.kernel.ids import AgentId


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody signed in. `log_in` names the log-in by a hash and is no secret."""

    log_in: str
    user: int
    login: str
    role: Role
    agent: AgentId | None
    language: Language | None
    theme: Theme
    expires_at: int
