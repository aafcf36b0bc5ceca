"""`callcenter doctor`: what an installation needs, checked one after the other, and what to do about each thing that is wrong.

It only reads: no folder, no table and no prompt comes into being, no event socket is opened, no running service is disturbed.
(`--count-unadopted`, asked for by name, writes its rows and nothing else.)
"""

import asyncio
import shutil
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

import config
from callcenter.bootstrap import PAGES, ari_settings
from callcenter.kernel.errors import HouseError
from callcenter.kernel.seed import CenterSeed
from callcenter.media.prompts import file_name
from callcenter.media.sound import RATE
from callcenter.operations import look, readiness, unadopted
from callcenter.runtime import clock
from callcenter.store.database import StoreFault
from callcenter.store.revision import needed
from callcenter.telephony.asterisk.files import AriFiles
from config.center_file import read_center
from config.settings import AsteriskSettings, Settings, read_settings
from config.yaml import BadFile

NAMED = 5
"""Files that one finding names."""

NOT_YET = "not there yet: the service makes it at its start"
EXAMPLE = Path(config.__file__).parent / "example"


class Finding(Struct, frozen=True, kw_only=True):
    """One check. `cure` says what to do; empty when all is well. With a cure although it is good: a warning."""

    check: str
    good: bool
    what: str = ""
    cure: str = ""

    def __str__(self) -> str:
        mark = ("warn" if self.cure else "ok  ") if self.good else "FAIL"
        lines = [f"{mark} {self.check}" + (f": {self.what}" if self.what else "")]
        if self.cure:
            lines.append(f"     -> {self.cure}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        return {"check": self.check, "good": self.good, "what": self.what, "cure": self.cure}


def _well(check: str, what: str = "") -> Finding:
    return Finding(check=check, good=True, what=what)


def _warning(check: str, what: str, cure: str) -> Finding:
    return Finding(check=check, good=True, what=what, cure=cure)


def _wrong(check: str, what: str, cure: str) -> Finding:
    return Finding(check=check, good=False, what=what, cure=cure)


async def examine(file: Path, environment: Mapping[str, str], *, count_unadopted: bool = False) -> list[Finding]:
    """Every check that can be made. A settings file that cannot be read is the only finding then.

    With `count_unadopted` it also counts who called while the service was down: the one thing that a doctor writes.
    """
    try:
        settings = read_settings(file, environment)
    except BadFile as bad:
        return [_wrong("settings", str(mistake), mistake.instead) for mistake in bad.mistakes]
    found = [_well("settings", str(file))]
    seed = _center(settings, found)
    found += [finding async for finding in _databases(settings)]
    if settings.redis_url:
        found.append(await _redis(settings.redis_url))
    if not (PAGES / "index.html").is_file():
        found.append(_wrong("pages", "they are not built", "run: make install"))
    else:
        found.append(_well("pages"))
    async for check, why in readiness.complaints(settings):
        what, _, cure = why.partition(". " if ". " in why else ": ")
        found.append(_wrong(check, what, cure or why))
    asterisks = [carrier for carrier in settings.carriers if isinstance(carrier, AsteriskSettings)]
    for carrier in asterisks:
        found += [finding async for finding in _asterisk(carrier)]
    if asterisks and seed is not None:
        found.append(await asyncio.to_thread(_prompts, settings, seed))
        found += await asyncio.to_thread(_log_ins, seed)
    if count_unadopted:
        found.append(await _count_unadopted(settings))
    return found


async def _count_unadopted(settings: Settings) -> Finding:
    check = "unadopted calls"
    try:
        counted = await unadopted.count(settings, clock.now())
    except (OSError, unadopted.BadRow) as error:
        return _wrong(check, str(error), "name in `cdr` of the carrier the legs.csv that config/asterisk/cdr_custom.conf writes")
    except StoreFault as fault:
        return _wrong(check, "they could not be written down", fault.why)
    if not counted:
        return _warning(check, "no settings name Asterisk's records", "add `cdr` to the carrier (docs/settings-file.md)")
    return _well(check, ", ".join(f"{number} of {carrier}" for carrier, number in counted.items()))


def _center(settings: Settings, found: list[Finding]) -> CenterSeed | None:
    try:
        seed = read_center(settings.center)
    except BadFile as bad:
        found += [_wrong("center file", str(mistake), mistake.instead) for mistake in bad.mistakes]
        return None
    found.append(_well("center file", f"{len(seed.center.queues)} queues, {len(seed.center.agents)} agents"))
    if strange := set(seed.center.trunks) - {carrier.name for carrier in settings.carriers}:
        names = ", ".join(carrier.name for carrier in settings.carriers)
        cure = f"name one of {names} there, or remove it: nothing is kept to it"
        found.append(_warning("trunks", f"no carrier of the settings is called {', '.join(sorted(strange))}", cure))
    return seed


async def _databases(settings: Settings) -> AsyncIterator[Finding]:
    cure = "check that it runs, that address and password in the settings are right, and that its files are ours"
    try:
        events = await look.events(settings.event_log_url)
    except HouseError as error:
        yield _wrong("event log", "it does not answer", f"{cure} ({error.__cause__.__class__.__name__})")
    else:
        yield _well("event log", NOT_YET if events is None else f"{events} events")
    try:
        revision = await look.revision(settings.database_url)
    except HouseError as error:
        yield _wrong("database", "it does not answer", f"{cure} ({error.__cause__.__class__.__name__})")
    else:
        migrated = "" if revision == needed() else "not migrated yet: the service does it at its start"
        yield _well("database", NOT_YET if revision is None else migrated)
        yield await _audit(settings)
    there = next(folder for folder in (settings.data, *settings.data.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    if free < 500:
        yield _wrong("disk", f"{free} MB are left for {settings.data}", "make room: events and recordings need it")
    else:
        yield _well("disk", f"{free} MB are left")


async def _redis(url: str) -> Finding:
    """Asked for by `serve --role` only: whoever runs one process needs none."""
    if find_spec("redis") is None:
        return _wrong("redis", "its Python package is missing", "run: pip install 'callcenter[redis]'")
    from callcenter.broadcast.redis_line import answers

    why = await answers(url)
    if why:
        cure = "check that it runs (6.2 or later), and that address and password in the settings are right"
        return _wrong("redis", f"it does not do what is needed ({why})", cure)
    return _well("redis")


async def _audit(settings: Settings) -> Finding:
    """Prints the chain's end: whoever keeps it elsewhere sees later whether rows were cut off behind it."""
    try:
        chain = await look.audit(settings.database_url)
    except HouseError as error:
        return _wrong("audit log", "it cannot be read", f"see the database ({error.__cause__.__class__.__name__})")
    if chain is None:
        return _well("audit log", NOT_YET)
    if chain.broken is None:
        return _well("audit log", f"{chain.count} entries, the last is {chain.head}")
    what = f"entry {chain.broken} does not follow from the {chain.count} before it: somebody changed, removed or put in a row"
    cure = "find out who writes to the database beside the service; a backup shows what stood there"
    return _wrong("audit log", what, cure)


async def _asterisk(carrier: AsteriskSettings) -> AsyncIterator[Finding]:
    files = AriFiles(ari_settings(carrier))
    try:
        wrong = await files.examine()
    finally:
        await files.close()
    for sentence in wrong:
        what, _, cure = sentence.partition(": ")
        yield _wrong(f"asterisk {carrier.name}", what, cure or what)
    if not wrong:
        yield _well(f"asterisk {carrier.name}", carrier.ari_url)


def _prompts(settings: Settings, seed: CenterSeed) -> Finding:
    wanted = [file_name(prompt, language) for prompt in seed.center.prompts for language in seed.center.languages]
    missing = [name for name in wanted if not (settings.prompts / name).exists()]
    spoiled = [f"{name} {why}" for name in wanted if name not in missing and (why := _unplayable(settings.prompts / name))]
    if not missing and not spoiled:
        return _well("prompts", f"{len(wanted)} files")
    if shutil.which("espeak-ng") is None:
        what = f"{len(missing) + len(spoiled)} of {len(wanted)} are missing or spoiled, and so is espeak-ng"
        return _wrong("prompts", what, "install the package espeak-ng, which makes them")
    if spoiled:
        cure = f"delete them in {settings.prompts} and start the service: it makes them"
        return _wrong("prompts", f"{len(spoiled)} of {len(wanted)} cannot be played: {_some(spoiled)}", cure)
    cure = "start the service: it makes them, or says prompts_not_made in its log"
    return _warning("prompts", f"{len(missing)} of {len(wanted)} are not there yet: {_some(missing)}", cure)


def _some(names: Sequence[str]) -> str:
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _unplayable(file: Path) -> str:
    """Why Asterisk could not play this file; empty when it can."""
    try:
        with wave.open(str(file), "rb") as sound:
            form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
            return "" if form == (RATE, 1, 2) and sound.getnframes() else "is not 8 kHz, mono, 16 bit, or has no sound in it"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except (wave.Error, EOFError):
        return "is no WAV file"


def _log_ins(seed: CenterSeed) -> list[Finding]:
    """The sample center's passwords are known to everybody; only the demo may have them."""
    try:
        known = {user.password for user in read_center(EXAMPLE / "center.yaml").users}
    except BadFile:  # somebody has edited the sample itself
        return []
    demo = sum(user.password in known for user in seed.users)
    if not demo:
        return []
    what = f"{demo} have the demo's passwords, which everybody can read"
    cure = "give each a password_file (docs/center-file.md, users); once the service has started: callcenter center apply FILE"
    return [_warning("log-ins", what, cure)]
