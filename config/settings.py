"""How this installation runs: the settings file of `callcenter serve --config FILE`, typed, with secrets from the environment.

The file says where the service listens, where its data lies and which carriers it has; `center:` names the center file. A
secret never stands in it: it comes from the environment variable that `SECRETS` names, or from the file that the same name
with _FILE gives. Some keys may be overridden by the environment (`OVERRIDES`). docs/settings-file.md describes each key, and a
test holds it against the tables here. Reads no clock and opens no network; nothing here knows a concrete carrier.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import yaml

from callcenter.kernel.ids import CarrierName
from config.law_file import SHIPPED
from config.readers import NAME, TEXT, Key, Reader, fill, listed, one_of, optional, places_of, read_keys, required
from config.settings_values import ADDRESS, ARI_URL, DATABASE, NETWORK, ORIGIN, REDIS, Address, ice_url
from config.yaml import FileMistake, Place, Sheet, nearest

PREFIX = "CALLCENTER_"
NOT_OURS = frozenset({f"{PREFIX}ASTERISK", f"{PREFIX}CONFIG"})
"""Variables of the set-up scripts, which the service leaves alone."""

LogLevel = Literal["debug", "info", "warning", "error"]
PasswordCost = Literal["standard", "light"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskSettings:
    """One Asterisk: where it finds us, where we find it, and what its dialplan calls things."""

    name: CarrierName
    listen: Address
    """For Asterisk's own socket; never the public address."""
    sound: Address
    """Where Asterisk brings the sound of answered dials while it is listened who is there; never the public address."""
    user: str
    password: str = field(repr=False)
    application: str
    ari_url: str
    ari_user: str
    ari_password: str = field(repr=False)
    trunk: str
    """The PJSIP endpoint by which numbers outside are called."""
    prompts: str
    """The folder of prompts as Asterisk sees it."""
    media_address: str
    """Asterisk's address for softphones' sound, when it must not be the one of the default route; empty: it may."""
    sip_domain: str
    cdr: Path | None
    """Its own call records (config/asterisk/cdr_custom.conf), where this machine can read them; None: it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSettings:
    name: CarrierName


CarrierSettings = AsteriskSettings | SimulatedSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ice:
    """How browsers find a way for sound through routers."""

    stun: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    turn_user: str = ""
    turn_password: str = field(default="", repr=False)

    def servers(self) -> tuple[dict[str, str | list[str]], ...]:
        """RTCIceServer values, as `DeviceAccount.ice_servers` wants them."""
        servers: list[dict[str, str | list[str]]] = []
        if self.stun:
            servers.append({"urls": list(self.stun)})
        if self.turn:
            servers.append({"urls": list(self.turn), "username": self.turn_user, "credential": self.turn_password})
        return tuple(servers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    center: Path
    listen: Address
    public_url: str
    """Under which people reach the pages; no slash at the end."""
    allowed_origins: tuple[str, ...]
    """Origins of pages that may open the socket: the public one, and those of the file."""
    data: Path
    database_url: str = field(repr=False)
    event_log_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    """What joins the processes of `serve --role`; empty: one process does everything."""
    prompts: Path
    """Where prompts are written."""
    music: Path
    recordings: Path
    laws: Path
    """The folder of rule packs; the one that comes with the program, unless the file names its own."""
    certificate: Path | None
    """PEM file with the chain, for https and wss; None: plain http, behind a proxy or on this machine only."""
    certificate_key: Path | None
    ice: Ice
    webhook_networks: tuple[str, ...]
    """Networks besides the public ones to which webhooks may be sent."""
    webhook_key: str = field(repr=False)
    """From which secrets of webhooks are made; empty: a file in `data` is."""
    log_level: LogLevel
    password_cost: PasswordCost
    """How dear a password's hash is made; `callcenter.auth.passwords` says what the words stand for."""
    carriers: tuple[CarrierSettings, ...]


ICE_KEYS = (
    optional("stun", listed(ice_url("stun")), ()),
    optional("turn", listed(ice_url("turn")), ()),
    optional("turn_user", TEXT, ""),
)
ASTERISK_KEYS = (
    required("kind", one_of("asterisk", "simulated")),
    optional("listen", ADDRESS, Address("127.0.0.1", 8089)),
    optional("sound", ADDRESS, Address("127.0.0.1", 0)),
    optional("user", NAME, "callcenter"),
    optional("application", NAME, "callcenter"),
    optional("ari_url", ARI_URL, "http://127.0.0.1:8088/ari"),
    optional("ari_user", NAME, "callcenter-ari"),
    optional("trunk", NAME, "trunk"),
    optional("prompts", TEXT),
    optional("media_address", TEXT, ""),
    optional("sip_domain", TEXT),
    optional("cdr", TEXT),
)
SIMULATED_KEYS = (ASTERISK_KEYS[0],)
CARRIER_KEYS = {"asterisk": ASTERISK_KEYS, "simulated": SIMULATED_KEYS}


def _carrier(place: Place) -> dict[str, Any]:
    """The values of one carrier; which keys it may have depends on its kind."""
    kinds = list(CARRIER_KEYS)
    kind = ""
    for key, value in place.node.value if place.is_mapping() else ():
        if getattr(key, "value", None) == "kind":
            kind = str(getattr(value, "value", ""))
    if kind not in kinds:
        place.refuse("a carrier needs a kind that is known", f"kind: {nearest(kind, kinds)}")
        return {"kind": ""}
    return read_keys(place, CARRIER_KEYS[kind], f"a carrier of kind {kind}")


def _carriers(place: Place) -> dict[str, dict[str, Any]]:
    carriers: dict[str, dict[str, Any]] = {}
    for at, name, value in place.entries("a carrier in each line"):
        if re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
            carriers[name] = _carrier(value)
        else:
            at.refuse(f"{name!r} is no name of a carrier", "up to 20 small letters, digits and -, such as pbx", alone=True)
    if place.is_mapping() and not place.node.value:
        place.refuse("without a carrier nobody can call", "pbx: {kind: asterisk}, or demo: {kind: simulated}")
    return carriers


def _ice(place: Place) -> dict[str, Any]:
    return read_keys(place, ICE_KEYS, "ice")


SETTINGS_KEYS: tuple[Key, ...] = (
    required("center", TEXT),
    optional("listen", ADDRESS, Address("127.0.0.1", 8080)),
    optional("public_url", ORIGIN),
    optional("allowed_origins", listed(ORIGIN), ()),
    optional("data", TEXT, "var"),
    optional("database", DATABASE),
    optional("event_log", DATABASE),
    optional("redis", REDIS),
    optional("prompts", TEXT),
    optional("music", TEXT),
    optional("recordings", TEXT),
    optional("laws", TEXT),
    optional("certificate", TEXT),
    optional("certificate_key", TEXT),
    optional("ice", Reader("the keys stun, turn, turn_user", _ice, {}), {}),
    optional("webhook_networks", listed(NETWORK), ()),
    optional("log_level", one_of("debug", "info", "warning", "error"), "info"),
    optional("password_cost", one_of("standard", "light"), "standard"),
    required("carriers", Reader("a carrier in each line, such as pbx: {kind: asterisk}", _carriers, {})),
)
OVERRIDES = {f"{PREFIX}{key.name.upper()}": key for key in SETTINGS_KEYS if key.name not in ("ice", "carriers")}
"""Environment variable -> key that it overrides. Lists are separated by commas."""
SECRETS = (f"{PREFIX}DATABASE_PASSWORD", f"{PREFIX}EVENT_LOG_PASSWORD", f"{PREFIX}REDIS_PASSWORD", f"{PREFIX}TURN_PASSWORD",
           f"{PREFIX}WEBHOOK_KEY")  # fmt: skip
"""Besides these, each Asterisk has two: CALLCENTER_NAME_PASSWORD and CALLCENTER_NAME_ARI_PASSWORD."""

TABLES: dict[str, tuple[Key, ...]] = {"The file": SETTINGS_KEYS, "kind: asterisk": ASTERISK_KEYS, "ice": ICE_KEYS}
"""Section of docs/settings-file.md -> its keys."""


def read_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of the file at `path`, overridden and completed by the environment. Raises BadFile with every mistake."""
    sheet = Sheet()
    top = sheet.open(path)
    if top is None:
        sheet.finish()
    assert top is not None
    names = [key.name for key in SETTINGS_KEYS]
    places = places_of(top, names, "the settings file") if top.is_mapping() else {}
    if not top.is_mapping():
        top.refuse("a settings file has keys", f"its keys: {', '.join(names)}")
    for variable, key in OVERRIDES.items():
        if variable in environment:
            places[key.name] = _from_environment(sheet, variable, environment[variable], key)
    values = fill(top, places, SETTINGS_KEYS, "the settings file")
    vault = _Vault(sheet, environment)
    ice = Ice(**values["ice"], turn_password=vault.take("TURN_PASSWORD", needed=bool(values["ice"].get("turn"))))
    base = path.parent.resolve()
    data = base / values["data"]
    prompts = base / values["prompts"] if values["prompts"] else data / "prompts"
    named = [(CarrierName(name), one) for name, one in values["carriers"].items() if one["kind"]]
    carriers = tuple(_built(name, one, vault, prompts, base) for name, one in named)
    database = _with_password(values["database"] or f"sqlite:///{data / 'center.db'}", vault.take("DATABASE_PASSWORD"))
    event_log = values["event_log"] or (database if not database.startswith("sqlite") else f"sqlite:///{data / 'events.db'}")
    log_password = vault.take("EVENT_LOG_PASSWORD")
    redis_url = _with_password(values["redis"] or "", vault.take("REDIS_PASSWORD"))
    webhook_key = vault.take("WEBHOOK_KEY")
    vault.refuse_unknown()
    if (values["certificate"] is None) != (values["certificate_key"] is None):
        lone, other = ("certificate", "certificate_key") if values["certificate"] else ("certificate_key", "certificate")
        sheet.refuse_path(lone, f"{other!r} is missing beside it", f"{other}: with the name of the other file")
    sheet.finish()
    listen: Address = values["listen"]
    secure = values["certificate"] is not None
    public = values["public_url"] or f"http{'s' if secure else ''}://{listen}"
    return Settings(
        center=base / values["center"],
        listen=listen,
        public_url=public,
        allowed_origins=tuple(dict.fromkeys([public, *values["allowed_origins"]])),
        data=data,
        database_url=database,
        event_log_url=_with_password(event_log, log_password),
        redis_url=redis_url,
        prompts=prompts,
        music=base / values["music"] if values["music"] else data / "music",
        recordings=base / values["recordings"] if values["recordings"] else data / "recordings",
        laws=base / values["laws"] if values["laws"] else SHIPPED,
        certificate=base / values["certificate"] if secure else None,
        certificate_key=base / values["certificate_key"] if secure else None,
        ice=ice,
        webhook_networks=tuple(values["webhook_networks"]),
        webhook_key=webhook_key,
        log_level=values["log_level"],
        password_cost=values["password_cost"],
        carriers=carriers,
    )


def _built(name: CarrierName, values: dict[str, Any], vault: "_Vault", folder: Path, base: Path) -> CarrierSettings:
    if values.pop("kind") == "simulated":
        return SimulatedSettings(name=name)
    variable = name.upper().replace("-", "_")
    prompts = values.pop("prompts") or str(folder)
    cdr = values.pop("cdr")
    host = urlsplit(values["ari_url"]).hostname or ""
    return AsteriskSettings(
        name=name,
        password=vault.take(f"{variable}_PASSWORD", needed=True),
        ari_password=vault.take(f"{variable}_ARI_PASSWORD", needed=True),
        prompts=prompts,
        sip_domain=values.pop("sip_domain") or host,
        cdr=base / cdr if cdr else None,
        **values,
    )


class _Vault:
    """The secrets of the environment; remembers which variables somebody asked for."""

    def __init__(self, sheet: Sheet, environment: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.environment = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
        self.known: set[str] = {*OVERRIDES, *NOT_OURS}

    def take(self, name: str, *, needed: bool = False) -> str:
        """The secret of CALLCENTER_`name`, or of the file that CALLCENTER_`name`_FILE names; "" when there is none."""
        variable, by_file = f"{PREFIX}{name}", f"{PREFIX}{name}_FILE"
        self.known |= {variable, by_file}
        if variable in self.environment and by_file in self.environment:
            self._refuse(variable, f"{by_file} is set too", "one of the two")
        if variable in self.environment:
            return self.environment[variable]
        if by_file in self.environment:
            try:
                return Path(self.environment[by_file]).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                self._refuse(by_file, "the file that it names cannot be read", "the name of a text file with the secret")
                return ""
        if needed:
            self._refuse(
                variable,
                "it is not set, and the carrier or server cannot be used without it",
                f"{variable}=..., or {by_file}=FILE",
            )
        return ""

    def refuse_unknown(self) -> None:
        for variable in sorted(self.environment.keys() - self.known):
            self._refuse(variable, "there is no such setting", nearest(variable, sorted(self.known - NOT_OURS), 4))

    def _refuse(self, variable: str, why: str, instead: str) -> None:
        self.sheet.mistakes.append(FileMistake(f"environment variable {variable}", 0, why, instead))


def _from_environment(sheet: Sheet, variable: str, value: str, key: Key) -> Place:
    """A place for a value that stands in no file, so that it is read and refused by the same words."""
    mark = yaml.Mark("", 0, -1, 0, None, 0)

    def scalar(text: str) -> yaml.Node:
        return yaml.ScalarNode("tag:yaml.org,2002:str", text, mark, mark, style='"')

    several = isinstance(key.default, tuple)
    node = yaml.SequenceNode("", [scalar(one.strip()) for one in value.split(",")], mark, mark) if several else scalar(value)
    return Place(sheet, f"environment variable {variable}", node, key.name)


def _with_password(url: str, password: str) -> str:
    """The URL with a password put beside its user; a URL without a host, such as SQLite's, stays as it is."""
    parts = urlsplit(url)
    if not password or not parts.hostname or parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    user = parts.username or ""
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()
