"""From values to a complete Asterisk configuration: fills the templates of config/asterisk/.

Pure but for reading the templates that are shipped beside it: `render` returns texts, `write` puts them into a folder.
Nothing here starts Asterisk, picks a port or invents a password: `make pbx` and the tests do, and both render with this.
A value that could end a line, open a section or begin a comment is refused with its name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

TEMPLATES = Path(__file__).parent / "asterisk"

FOLDERS = (
    "etc",
    "lib",
    "lib/keys",
    "cache",
    "run",
    "moh",
    "prompts",
    "log",
    "log/cdr-custom",
    "spool",
    "spool/recording",
    "spool/tmp",
)
"""Folders that Asterisk expects below its own; recording answers 500 without spool/recording."""

_PLACE = re.compile(r"@([A-Z_]+)@")
_SAFE = re.compile(r"[^\x00-\x1f\x7f;\[\]@]*")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """The line to the telephone network. `match` lists the addresses or networks that calls may come from."""

    host: str
    port: int = 5060
    match: tuple[str, ...]
    user: str = ""
    password: str = ""
    qualify_s: int = 60
    """Seconds between OPTIONS requests that watch the trunk; 0 sends none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A fixed desk phone, known under `name`: it registers with `password`, or stands at `contact` (host:port)."""

    name: str
    password: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxValues:
    """Everything that differs between one exchange and another. Paths are as Asterisk sees them, inside its chroot."""

    directory: str
    """Folder of this exchange; FOLDERS lie below it."""
    system_name: str = "callcenter"
    application: str = "callcenter"
    """Name of the Stasis application, which is also the first argument of Stasis() in the dialplan."""
    modules: str = "/usr/lib/x86_64-linux-gnu/asterisk/modules"

    service_url: str
    """Where the service listens for Asterisk, e.g. ws://127.0.0.1:8089/carrier/asterisk/pbx."""
    service_user: str
    service_password: str

    http_address: str = "127.0.0.1"
    http_port: int
    ari_user: str = "callcenter-ari"
    ari_password: str

    sip_address: str
    sip_port: int
    rtp_first: int
    rtp_last: int
    trunk: Trunk
    phones: tuple[Phone, ...] = ()

    media_address: str = ""
    """Address for sound, when it must not be the one of the default route (loopback in tests)."""
    external_address: str = ""
    """Public address, when this machine stands behind a translating router."""
    local_networks: tuple[str, ...] = ()
    """Networks that are reached without the router; with `external_address` only."""
    ice_host_candidates: tuple[tuple[str, str], ...] = ()
    """(own address, address offered to browsers instead)."""

    tls_address: str = ""
    """Where Asterisk's web server also speaks TLS (host:port), with the two files below; empty for not at all."""
    tls_certificate: str = ""
    tls_key: str = ""

    prompts: str = ""
    """Folder with en/ and zh/ prompts; `directory`/prompts when empty."""


def render(values: PbxValues) -> dict[str, str]:
    """File name -> text, for every file of config/asterisk/. Raises ValueError naming the value that cannot be written."""
    _check(values)
    places = dict(_places(values))
    return {path.name: _fill(path, places) for path in sorted(TEMPLATES.glob("*.conf"))}


def write(values: PbxValues, chroot: Path) -> Path:
    """Makes FOLDERS below `values.directory` inside `chroot`, writes the files and returns their folder on this machine."""
    home = chroot / values.directory.lstrip("/")
    for folder in FOLDERS:
        (home / folder).mkdir(parents=True, exist_ok=True)
    for name, text in render(values).items():
        target = home / "etc" / name
        target.touch(mode=0o640)  # passwords are inside
        target.write_text(text, encoding="utf-8")
    return home


def _fill(path: Path, places: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        name = found[1]
        if name not in places:
            raise ValueError(f"{path.name}: @{name}@ is not a value that config/asterisk_files.py knows")
        return places[name]

    return _PLACE.sub(one, path.read_text(encoding="utf-8"))


def _check(values: PbxValues) -> None:
    holders: tuple[PbxValues | Trunk | Phone, ...] = (values, values.trunk, *values.phones)
    for holder in holders:
        for field in fields(holder):
            value = getattr(holder, field.name)
            flat = value if isinstance(value, tuple) else (value,)
            for item in flat:
                for text in item if isinstance(item, tuple) else (item,):
                    if isinstance(text, str) and not _SAFE.fullmatch(text):
                        raise ValueError(
                            f"{type(holder).__name__}.{field.name} holds a line end or one of ; [ ] @: write it without"
                        )
    for name in (values.application, values.ari_user, *(phone.name for phone in values.phones)):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a section: use 1 to 64 letters, digits, dots, dashes and underscores")
    if values.ari_user == values.application:
        raise ValueError("PbxValues.ari_user and application are both sections of ari.conf: give them different names")
    if any(phone.name == "trunk" for phone in values.phones):
        raise ValueError("a phone may not be called trunk")
    if not 1024 <= values.rtp_first < values.rtp_last <= 65535:
        raise ValueError("PbxValues.rtp_first and rtp_last must be rising ports between 1024 and 65535")


def _places(values: PbxValues) -> Iterator[tuple[str, str]]:
    trunk = values.trunk
    yield "DIRECTORY", values.directory
    yield "MODULES", values.modules
    yield "SYSTEM_NAME", values.system_name
    yield "APPLICATION", values.application
    yield "HTTP_ADDRESS", values.http_address
    yield "HTTP_PORT", str(values.http_port)
    yield "ARI_USER", values.ari_user
    yield "ARI_PASSWORD", values.ari_password
    yield "SERVICE_URL", values.service_url
    yield "SERVICE_USER", values.service_user
    yield "SERVICE_PASSWORD", values.service_password
    yield "SERVICE_TLS", "yes" if values.service_url.startswith("wss:") else "no"
    yield "SIP_ADDRESS", values.sip_address
    yield "SIP_PORT", str(values.sip_port)
    yield "RTP_FIRST", str(values.rtp_first)
    yield "RTP_LAST", str(values.rtp_last)
    yield "PROMPTS", values.prompts or f"{values.directory}/prompts"
    yield "TRUNK_HOST", trunk.host
    yield "TRUNK_PORT", str(trunk.port)
    yield "TRUNK_QUALIFY", str(trunk.qualify_s)
    yield "TRUNK_MATCH_LINES", _lines(("match", address) for address in trunk.match)
    yield "TRUNK_AUTH_LINES", "outbound_auth = trunk" if trunk.user else ""
    yield "TRUNK_AUTH_SECTION", _section("trunk", "auth", *_password(trunk.user, trunk.password)) if trunk.user else ""
    yield "PHONE_SECTIONS", "\n".join(_phone(phone, values) for phone in values.phones)
    yield "MEDIA_LINES", _lines(_media(values))
    yield "NAT_LINES", _lines(_nat(values))
    yield "ICE_LINES", "\n".join(f"{own} => {offered}" for own, offered in values.ice_host_candidates)
    yield "TLS_LINES", _lines(_tls(values))
    yield "MULTI_DOMAIN", "disable_multi_domain = yes"


def _lines(pairs: Iterator[tuple[str, str]]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in pairs)


def _section(name: str, kind: str, *pairs: tuple[str, str]) -> str:
    return f"[{name}]\n" + _lines(iter((("type", kind), *pairs))) + "\n"


def _password(user: str, password: str) -> tuple[tuple[str, str], ...]:
    return ("auth_type", "userpass"), ("username", user), ("password", password)


def _media(values: PbxValues) -> Iterator[tuple[str, str]]:
    if values.media_address:
        yield "media_address", values.media_address
        yield "bind_rtp_to_media_address", "yes"


def _nat(values: PbxValues) -> Iterator[tuple[str, str]]:
    if values.external_address:
        yield "external_signaling_address", values.external_address
        yield "external_media_address", values.external_address
        for network in values.local_networks:
            yield "local_net", network


def _tls(values: PbxValues) -> Iterator[tuple[str, str]]:
    if values.tls_address:
        yield "tlsenable", "yes"
        yield "tlsbindaddr", values.tls_address
        yield "tlscertfile", values.tls_certificate
        yield "tlsprivatekey", values.tls_key


def _phone(phone: Phone, values: PbxValues) -> str:
    endpoint = [
        ("transport", "transport-udp"),
        ("context", "phones"),
        ("aors", phone.name),
        ("disallow", "all"),
        ("allow", "ulaw,alaw"),
        ("dtmf_mode", "rfc4733"),
        ("direct_media", "no"),
        ("rtp_symmetric", "yes"),
        ("force_rport", "yes"),
        ("rewrite_contact", "yes"),
        ("allow_transfer", "no"),
        *_media(values),
    ]
    sections = []
    if phone.password:
        endpoint.append(("auth", phone.name))
        sections.append(_section(phone.name, "auth", *_password(phone.name, phone.password)))
    where = (
        ("contact", f"sip:{phone.name}@{phone.contact}")
        if phone.contact
        else ("max_contacts", "1")
    )
    aor = (where, ("remove_existing", "yes"), ("qualify_frequency", "0" if phone.contact else "30"))
    return "\n".join([_section(phone.name, "endpoint", *endpoint), _section(phone.name, "aor", *aor), *sections])
