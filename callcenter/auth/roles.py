"""The roles that a log-in can have. What each may do stands beside each route of the API, as a set of roles.

Another role is a word in `kernel.seed.Role`, a row here, and its place in the sets of `callcenter.api.route`; tests make the
table of role and route from those.
"""

from callcenter.kernel.center import Label
from callcenter.kernel.seed import Role

ROLES: dict[Role, Label] = {
    "agent": Label(en="Agent", zh="坐席"),
    "supervisor": Label(en="Supervisor", zh="班长"),
    "campaign_manager": Label(en="Campaign manager", zh="外呼活动主管"),
    "administrator": Label(en="Administrator", zh="管理员"),
    "auditor": Label(en="Auditor", zh="审计员"),
}
