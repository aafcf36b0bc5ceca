"""The private Asterisk: its configuration rendered from what is wanted and what this machine has, prompts and music put where it
reads them, its process. The program itself is in the chroot made by config/setup/asterisk.sh.
"""

import asyncio
import hashlib
import os
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from callcenter.kernel.seed import CenterSeed
from callcenter.media.prompts import Made, SpeechFault, make_prompts
from callcenter.media.tune import write_tune
from callcenter.operations.pbx.network import LOOPBACK, Reach, default_address
from callcenter.operations.pbx.options import Options, Trouble
from config.asterisk_files import PbxValues, Trunk, write

CARRIER = "pbx"
ARI_USER = "callcenter-ari"
SERVICE_USER = "callcenter"
UID = 52210
"""The user that config/setup/asterisk.sh gives Asterisk."""
BOOT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """Of this start only."""

    service: str
    """Asterisk shows it to the service."""
    ari: str
    """The service shows it to Asterisk."""
    trunk: str = ""
    """Asterisk shows it to the provider."""


class Exchange:
    """One Asterisk in `chroot`, for the center of `options.data`."""

    def __init__(self, chroot: Path, options: Options, reach: Reach, secrets: Secrets, *, http: int, service: int) -> None:
        self.values = values(chroot, options, reach, secrets, http=http, service=service)
        self.chroot = chroot
        self.home = chroot / self.values.directory.lstrip("/")
        self.process: asyncio.subprocess.Process | None = None

    @property
    def ari_url(self) -> str:
        return f"http://{LOOPBACK}:{self.values.http_port}/ari"

    @property
    def prompts(self) -> Path:
        return self.home / "prompts"

    @property
    def music(self) -> Path:
        return self.home / "moh"

    @property
    def log(self) -> Path:
        return self.home / "log" / "messages.log"

    def furnish(self, seed: CenterSeed) -> Made:
        """Writes configuration, prompts and music, all readable for Asterisk. Raises Trouble."""
        try:
            write(self.values, self.chroot)
            made = make_prompts(seed.center.prompts, seed.center.languages, self.prompts)
            write_tune(self.music / "waiting.wav")
        except (SpeechFault, ValueError) as fault:
            raise Trouble(str(fault)) from None
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, UID, UID)
        return made

    async def start(self) -> None:
        """Returns when ARI answers with the password of this start, so it is no other Asterisk. Raises Trouble."""
        self.log.unlink(missing_ok=True)
        with (self.home / "log" / "console").open("wb") as console:
            self.process = await asyncio.create_subprocess_exec(
                *("chroot", self.chroot, "setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"),
                *("--pdeathsig=TERM", "--"),
                *("/usr/sbin/asterisk", "-f", "-C", f"{self.values.directory}/etc/asterisk.conf"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,  # Ctrl-C is for us, who end the parts in order
            )
        try:
            async with asyncio.timeout(BOOT_S), aiohttp.ClientSession() as http:
                while not await self._answers(http):
                    if self.process.returncode is not None:
                        raise Trouble(f"Asterisk ended at its start:\n{self.last_words()}")
                    await asyncio.sleep(0.1)  # it has no other way to say that it is up
        except TimeoutError:
            raise Trouble(f"Asterisk did not answer within {BOOT_S} s:\n{self.last_words()}") from None

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        known = b64encode(f"{ARI_USER}:{self.values.ari_password}".encode()).decode()
        url, headers = f"{self.ari_url}/asterisk/info?only=status", {"Authorization": f"Basic {known}"}
        try:
            async with http.get(url, headers=headers) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    def last_words(self) -> str:
        """The end of what Asterisk said, for people."""
        parts = [file.read_text(errors="replace") for file in (self.home / "log" / "console", self.log) if file.exists()]
        return "\n".join("\n".join(parts).splitlines()[-8:]) or f"it said nothing; see {self.home / 'log'}"


def values(chroot: Path, options: Options, reach: Reach, secrets: Secrets, *, http: int, service: int) -> PbxValues:
    """What config/asterisk is rendered from."""
    name = f"pbx-{hashlib.sha256(str(options.data).encode()).hexdigest()[:8]}"
    modules = sorted(chroot.glob("usr/lib/*/asterisk/modules"))
    if not modules:
        raise Trouble(f"there are no modules of Asterisk in {chroot}: remove that folder and run make pbx again")
    trunk_host, trunk_port = options.trunk
    # The softphones' socket comes from loopback too: where others reach it, loopback may not be taken for the trunk.
    callers = [one for one in (LOOPBACK, trunk_host) if reach.loopback or not one.startswith("127.")]
    own = ((address, reach.external) for address in reach.addresses if address != reach.external)
    return PbxValues(
        directory=f"/srv/callcenter/{name}",
        modules="/" + str(modules[0].relative_to(chroot)),
        service_url=f"ws://{LOOPBACK}:{service}/carrier/asterisk/{CARRIER}",
        service_user=SERVICE_USER,
        service_password=secrets.service,
        http_port=http,
        ari_user=ARI_USER,
        ari_password=secrets.ari,
        sip_address=reach.listen,
        sip_port=options.sip_port,
        rtp_first=options.rtp[0],
        rtp_last=options.rtp[1],
        trunk=Trunk(
            host=trunk_host,
            port=trunk_port,
            match=tuple(dict.fromkeys((*callers, *reach.networks))),
            user=options.trunk_user,
            password=secrets.trunk,
            qualify_s=0 if trunk_host == LOOPBACK else 60,
        ),
        media_address=LOOPBACK if reach.loopback else "",
        external_address=reach.external,
        local_networks=("127.0.0.0/8", *reach.networks) if reach.external else (),
        # Loopback is never offered by Asterisk itself. Behind a router both addresses are offered.
        ice_host_candidates=(
            tuple((address, LOOPBACK) for address in default_address())
            if reach.loopback
            else tuple((address, f"{public},include_local_address") for address, public in own if public)
        ),
    )
