"""What a center file says, before anything is stored: the center's values, and beside them the values of people in the clear.

`config.center_file` reads a file into a `CenterSeed`; `store.directory` turns it into rows and gives every name and blocked
number its personal id; `store.crm` writes the contacts. Nothing here is an event, and nothing here reaches the log.
"""

from typing import Literal

from msgspec import Struct

from callcenter.kernel.center import Center
from callcenter.kernel.ids import AgentId, PersonalId, TeamId
from callcenter.kernel.words import Language

Role = Literal["agent", "supervisor", "campaign_manager", "administrator", "auditor"]
Theme = Literal["system", "light", "dark"]

UNNAMED = PersonalId("")
"""Stands in `AgentValues.name` of a seed's center: the store puts the agent's own id in its place."""


class UserSeed(Struct, frozen=True, kw_only=True):
    """A log-in. The password is hashed when it is written, and compared with the hash afterwards."""

    login: str
    password: str
    role: Role
    agent: AgentId | None = None
    """The agent whose desk this person sits at; None: somebody without a desk."""
    teams: tuple[TeamId, ...] | None = None
    """Of a supervisor, the teams that she sees; None: the whole center."""
    language: Language | None = None
    """Of the pages; None: the center's."""
    theme: Theme = "system"


class AccountSeed(Struct, frozen=True, kw_only=True):
    """A company that contacts belong to."""

    name: str
    tier: str = ""
    external_url: str = ""


class PhoneSeed(Struct, frozen=True, kw_only=True):
    number: str
    """In any written form; read in the center's region when it has no country code."""
    label: str = ""
    """mobile, work, ...: the center's own word."""


class ContactSeed(Struct, frozen=True, kw_only=True):
    name: str
    phones: tuple[PhoneSeed, ...] = ()
    account: str | None = None
    """The name of an account of the same seed."""
    language: Language | None = None
    tier: str = ""
    email: str = ""
    external_url: str = ""
    """Where this customer stands in another system."""
    notes: str = ""


class CenterSeed(Struct, frozen=True, kw_only=True):
    """One file, whole. In `center` every `AgentValues.name` is UNNAMED and `blocked` is empty; `names` and `blocked` say them."""

    center: Center
    names: dict[AgentId, str]
    """Exactly one for each agent of the center."""
    blocked: tuple[str, ...] = ()
    """Numbers whose calls are not answered, in any written form."""
    users: tuple[UserSeed, ...] = ()
    accounts: tuple[AccountSeed, ...] = ()
    contacts: tuple[ContactSeed, ...] = ()
