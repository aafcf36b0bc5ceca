"""The private Asterisk of `bench ari`: the product's own configuration, and beside it Asterisk's own queue.

The number QUEUE leads to app_queue, any other to the service; both have the same telephones. The program is in the chroot made by
config/setup/asterisk.sh.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from callcenter.media.tune import write_tune
from callcenter.operations.bench.servers import LOOPBACK, Unable, check_ours, free_port
from config.asterisk_files import PbxValues, Phone, Trunk, write

QUEUE = "9000"
UID = 52210
"""The user that config/setup/asterisk.sh gives Asterisk."""
BOOT_S = 60

_DIALPLAN = f"""
[trunk-in](+)
exten => {QUEUE},1,MixMonitor(@HOME@/spool/recording/${{UNIQUEID}}.wav)
 same => n,Queue(bench)
 same => n,Hangup()
"""
_MEMBERS = """
[bench]
strategy = leastrecent
ringinuse = no
timeout = 30
retry = 1
wrapuptime = 0
"""


class Exchange:
    """One Asterisk in its chroot; `async with` runs it. All telephones stand on one port and are told apart by their names."""

    def __init__(self, telephones: Sequence[str]) -> None:
        self.chroot = _chroot()
        self.phone_port = free_port()
        self.values = PbxValues(
            directory=f"/srv/callcenter/bench-{os.getpid()}-{secrets.token_hex(3)}",
            service_url=f"ws://{LOOPBACK}:{free_port()}/carrier/asterisk/pbx",
            service_user="pbx",
            service_password=secrets.token_urlsafe(12),
            http_port=free_port(),
            ari_password=secrets.token_urlsafe(12),
            sip_address=LOOPBACK,
            sip_port=free_port(),
            rtp_first=50_000,
            rtp_last=59_999,
            trunk=Trunk(host=LOOPBACK, port=free_port(), match=(LOOPBACK,), qualify_s=0),
            phones=tuple(Phone(name=name, contact=f"{LOOPBACK}:{self.phone_port}") for name in telephones),
            media_address=LOOPBACK,
        )
        self.home = self.chroot / self.values.directory.lstrip("/")
        self.process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def service_port(self) -> int:
        return int(self.values.service_url.partition("://")[2].partition("/")[0].rpartition(":")[2])

    async def __aenter__(self) -> "Exchange":
        try:
            await asyncio.to_thread(self._furnish)
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 5)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        await asyncio.to_thread(shutil.rmtree, self.home, True)

    def _furnish(self) -> None:
        write(self.values, self.chroot)
        members = "".join(f"member => PJSIP/{phone.name}\n" for phone in self.values.phones)
        for name, text in (
            ("extensions.conf", _DIALPLAN.replace("@HOME@", self.values.directory)),
            ("queues.conf", _MEMBERS + members),
            ("modules.conf", "load = app_mixmonitor.so\n"),
        ):
            with (self.home / "etc" / name).open("a", encoding="utf-8") as file:
                file.write("\n" + text)
        write_tune(self.home / "moh" / "waiting.wav")
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, UID, UID)

    async def _start(self) -> None:
        configuration = f"{self.values.directory}/etc/asterisk.conf"
        with (self.home / "log" / "console").open("wb") as console:
            self.process = await asyncio.create_subprocess_exec(
                "chroot", f"--userspec={UID}:{UID}", self.chroot, "/usr/sbin/asterisk", "-f", "-C", configuration,
                stdin=asyncio.subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
            )  # fmt: skip
        url = f"http://{LOOPBACK}:{self.values.http_port}/ari/asterisk/info?only=status"
        known = b64encode(f"{self.values.ari_user}:{self.values.ari_password}".encode()).decode()
        try:
            async with asyncio.timeout(BOOT_S), aiohttp.ClientSession(headers={"Authorization": f"Basic {known}"}) as http:
                while self.process.returncode is None:
                    with contextlib.suppress(aiohttp.ClientError):
                        async with http.get(url) as answer:
                            if answer.status == 200:
                                break
                    await asyncio.sleep(0.05)  # it has no other way to say that it is up
                else:
                    raise Unable(f"Asterisk ended at its start: {self._last_words()}")
        except TimeoutError:
            raise Unable(f"Asterisk did not answer within {BOOT_S} s: {self._last_words()}") from None
        for port in (self.values.http_port, self.values.sip_port):
            check_ours(port, [self.process.pid])

    def _last_words(self) -> str:
        return (self.home / "log" / "console").read_text(errors="replace")[-500:]


def _chroot() -> Path:
    folder = Path(os.environ.get("CALLCENTER_ASTERISK", "/var/cache/callcenter/asterisk-22"))
    if os.geteuid() != 0 or not (folder / ".callcenter-complete").exists():
        raise Unable("this bench starts a private Asterisk: run config/setup/asterisk.sh as root, and the bench as root too")
    if shutil.which("sipp") is None:
        raise Unable("SIPp is not installed: config/setup/system-packages.sh installs it")
    return folder
