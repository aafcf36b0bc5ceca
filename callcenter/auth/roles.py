"""The roles that a log-in can have. What each may do stands beside each route of the API, as a set of roles.

Another role (team supervisor, campaign manager, quality, administrator, auditor) is a word in `kernel.seed.Role`, a row here,
and its place in the sets of the routes; tests make the table of role and route from those.
"""

from callcenter.kernel.center import Label
from callcenter.kernel.seed import Role

ROLES: dict[Role, Label] = {
    "agent": Label(en="Agent", zh="坐席"),
    "supervisor": Label(en="Supervisor", zh="主管"),
}
