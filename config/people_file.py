"""The people of a center file: log-ins, accounts, contacts with their numbers, and the checks among them."""

from pathlib import Path
from typing import get_args

from callcenter.kernel.seed import AccountSeed, CenterSeed, ContactSeed, PhoneSeed, Role, Theme, UserSeed
from config.center_values import LANGUAGE, PHONE, possible
from config.readers import NAME, OPEN_TEXT, TEXT, Reader, listed, one_of, optional, read_keys, required
from config.yaml import Place, Sheet, nearest

SHORTEST_PASSWORD = 8

ALL_TEAMS = "all"
SOME_TEAMS = listed(NAME)


def _teams(place: Place) -> tuple[str, ...]:
    """All teams are a word of their own until `_user` has seen it: None stands for a key that is left out."""
    if place.is_list():
        return SOME_TEAMS(place)
    text = place.text(TEAMS.words)
    if text not in (None, ALL_TEAMS):
        place.refuse(f"{text!r} is no word for teams", TEAMS.words)
    return (ALL_TEAMS,)


TEAMS: Reader[tuple[str, ...]] = Reader("all, or a list of teams", _teams, (ALL_TEAMS,))

USER_KEYS = (
    required("login", NAME),
    required("role", one_of(*get_args(Role))),
    optional("agent", NAME),
    optional("teams", TEAMS),
    optional("password", TEXT),
    optional("password_file", TEXT),
    optional("language", LANGUAGE),
    optional("theme", one_of(*get_args(Theme)), "system"),
)
ACCOUNT_KEYS = (required("name", TEXT), optional("tier", OPEN_TEXT, ""), optional("external_url", OPEN_TEXT, ""))
PHONE_KEYS = (required("number", PHONE), optional("label", OPEN_TEXT, ""))


def _user(place: Place) -> UserSeed:
    values = read_keys(place, USER_KEYS, "a log-in")
    file, teams = values.pop("password_file"), values["teams"]
    if teams is None and values["role"] == "supervisor":
        place.refuse("it is not said which teams this supervisor sees", "teams: all, or teams: with a list", alone=True)
    elif teams is not None and values["role"] != "supervisor":
        place.refuse("only a supervisor has teams", "this log-in without teams:", alone=True)
    values["teams"] = None if teams == (ALL_TEAMS,) else teams
    if (file is None) == (values["password"] is None):
        place.refuse("a log-in has one password", "password: or password_file: with the name of a file that holds it", alone=True)
        values["password"] = ""
    elif file is not None:
        values["password"] = _secret(place, place.folder / file)
    if values["password"] and len(values["password"]) < SHORTEST_PASSWORD:
        place.refuse("the password is too short", f"at least {SHORTEST_PASSWORD} characters", alone=True)
    return UserSeed(**values)


def _secret(place: Place, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        place.refuse(f"{path} cannot be read", "password_file: with the name of a text file that may be read", alone=True)
        return ""


def _account(place: Place) -> AccountSeed:
    return AccountSeed(**read_keys(place, ACCOUNT_KEYS, "an account"))


def _one_phone(place: Place) -> PhoneSeed:
    if place.is_mapping():
        return PhoneSeed(**read_keys(place, PHONE_KEYS, "a phone"))
    return PhoneSeed(number=PHONE(place))


_PHONES = listed(Reader("a number, or {number: ..., label: mobile}", _one_phone, PhoneSeed(number="000")))

CONTACT_KEYS = (
    required("name", TEXT),
    optional("phones", _PHONES, ()),
    optional("account", TEXT),
    optional("language", LANGUAGE),
    optional("tier", OPEN_TEXT, ""),
    optional("email", OPEN_TEXT, ""),
    optional("external_url", OPEN_TEXT, ""),
    optional("notes", OPEN_TEXT, ""),
)


def _contact(place: Place) -> ContactSeed:
    return ContactSeed(**read_keys(place, CONTACT_KEYS, "a contact"))


user: Reader[UserSeed] = Reader("{login: ..., role: ..., ...}", _user, UserSeed(login="?", password="", role="agent"))
account: Reader[AccountSeed] = Reader("{name: ..., ...}", _account, AccountSeed(name="?"))
contact: Reader[ContactSeed] = Reader("{name: ..., phones: [...], ...}", _contact, ContactSeed(name="?"))


def check_people(sheet: Sheet, seed: CenterSeed) -> None:
    """What must hold among log-ins, accounts, contacts and the center."""
    logins: set[str] = set()
    desks: set[str] = set()
    for number, one in enumerate(seed.users):
        where = f"users.{number}"
        if one.login in logins:
            sheet.refuse_path(f"{where}.login", f"the log-in {one.login!r} is there already", "another one")
        logins.add(one.login)
        if one.agent is None:
            if one.role == "agent":
                sheet.refuse_path(where, "an agent's log-in needs the desk it opens", "agent: and an id from agents")
        elif one.agent not in seed.center.agents:
            cure = nearest(one.agent, list(seed.center.agents))
            sheet.refuse_path(f"{where}.agent", f"there is no agent {one.agent!r}", cure)
        elif one.agent in desks:
            sheet.refuse_path(f"{where}.agent", f"another log-in opens the desk of agent {one.agent!r}", "another agent")
        desks.add(one.agent or "")
        for team in one.teams or ():
            if team not in seed.center.teams:
                cure = nearest(team, sorted(seed.center.teams))
                sheet.refuse_path(f"{where}.teams", f"there is no team {team!r}", cure)
    accounts: set[str] = set()
    for number, company in enumerate(seed.accounts):
        if company.name in accounts:
            sheet.refuse_path(f"accounts.{number}.name", "an account with this name is there already", "another name")
        accounts.add(company.name)
    region = seed.center.outside.region
    for number, person in enumerate(seed.contacts):
        where = f"contacts.{number}"
        if person.account is not None and person.account not in accounts:
            cure = nearest(person.account, sorted(accounts))
            sheet.refuse_path(f"{where}.account", f"there is no account {person.account!r}", cure)
        for index, phone in enumerate(person.phones):
            if not possible(phone.number, region):
                sheet.refuse_path(f"{where}.phones.{index}", *_IMPOSSIBLE)
    for number, blocked in enumerate(seed.blocked):
        if not possible(blocked, region):
            sheet.refuse_path(f"blocked.{number}", *_IMPOSSIBLE)


_IMPOSSIBLE = ("no telephone has this number", "all its digits, best with + and the country code")
