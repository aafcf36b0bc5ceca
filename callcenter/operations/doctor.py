"""`callcenter doctor`: what an installation needs, checked one after the other, and what to do about each thing that is wrong.

It only reads, opens no event socket, and disturbs no running service.
"""

import asyncio
import shutil
import wave
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from msgspec import Struct

from callcenter.bootstrap import PAGES, ari_settings, open_log
from callcenter.kernel.errors import HouseError
from callcenter.kernel.seed import CenterSeed
from callcenter.media.prompts import file_name
from callcenter.media.sound import RATE
from callcenter.store.database import Database
from callcenter.telephony.asterisk.files import AriFiles
from config.center_file import read_center
from config.settings import AsteriskSettings, Settings, read_settings
from config.yaml import BadFile

NAMED = 5
"""Files that one finding names."""


class Finding(Struct, frozen=True, kw_only=True):
    """One check. `cure` says what to do; empty when all is well."""

    check: str
    good: bool
    what: str = ""
    cure: str = ""

    def __str__(self) -> str:
        mark = "ok  " if self.good else "FAIL"
        lines = [f"{mark} {self.check}" + (f": {self.what}" if self.what else "")]
        if self.cure:
            lines.append(f"     -> {self.cure}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        return {"check": self.check, "good": self.good, "what": self.what, "cure": self.cure}


def _well(check: str, what: str = "") -> Finding:
    return Finding(check=check, good=True, what=what)


def _wrong(check: str, what: str, cure: str) -> Finding:
    return Finding(check=check, good=False, what=what, cure=cure)


async def examine(config: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Every check that can be made. A settings file that cannot be read is the only finding then."""
    try:
        settings = read_settings(config, environment)
    except BadFile as bad:
        return [_wrong("settings", str(mistake), mistake.instead) for mistake in bad.mistakes]
    found = [_well("settings", str(config))]
    seed = _center(settings, found)
    found += [finding async for finding in _databases(settings)]
    if not (PAGES / "index.html").is_file():
        found.append(_wrong("pages", "they are not built", "run: make install"))
    else:
        found.append(_well("pages"))
    asterisks = [carrier for carrier in settings.carriers if isinstance(carrier, AsteriskSettings)]
    for carrier in asterisks:
        found += [finding async for finding in _asterisk(carrier)]
    if asterisks and seed is not None:
        found.append(await asyncio.to_thread(_prompts, settings, seed))
    return found


def _center(settings: Settings, found: list[Finding]) -> CenterSeed | None:
    try:
        seed = read_center(settings.center)
    except BadFile as bad:
        found += [_wrong("center file", str(mistake), mistake.instead) for mistake in bad.mistakes]
        return None
    found.append(_well("center file", f"{len(seed.center.queues)} queues, {len(seed.center.agents)} agents"))
    return seed


async def _databases(settings: Settings) -> AsyncIterator[Finding]:
    settings.data.mkdir(parents=True, exist_ok=True)
    log = open_log(settings.event_log_url)
    try:
        await log.open()
        yield _well("event log", f"{await log.last_position()} events")
    except HouseError as error:
        yield _wrong("event log", "it does not answer", error.why)
    finally:
        await log.close()
    database = Database(settings.database_url)
    try:
        await database.upgrade()
        yield _well("database")
    except HouseError as error:
        yield _wrong("database", "it does not answer", error.why)
    finally:
        await database.close()
    free = shutil.disk_usage(settings.data).free // 1_000_000
    if free < 500:
        yield _wrong("disk", f"{free} MB are left for {settings.data}", "make room: events and recordings need it")
    else:
        yield _well("disk", f"{free} MB are left")


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
    wrong = {name: why for name in wanted if (why := _unplayable(settings.prompts / name))}
    if not wrong:
        return _well("prompts", f"{len(wanted)} files")
    named = ", ".join(f"{name} {why}" for name, why in list(wrong.items())[:NAMED])
    more = f", and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
    what = f"{len(wrong)} of {len(wanted)} cannot be played: {named}{more}"
    if shutil.which("espeak-ng") is None:
        return _wrong("prompts", what, "install the package espeak-ng, which makes them, and start the service once")
    return _wrong("prompts", what, f"delete what there is of them in {settings.prompts} and start the service: it makes them")


def _unplayable(file: Path) -> str:
    """Why Asterisk could not play this file; empty when it can."""
    try:
        with wave.open(str(file), "rb") as sound:
            form = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
            return "" if form == (RATE, 1, 2) and sound.getnframes() else "is not 8 kHz, mono, 16 bit, or has no sound in it"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    except (wave.Error, EOFError):
        return "is no WAV file"
