"""A private Asterisk for tests: rendered configuration, free ports, random passwords, its own process, nothing left behind.

What a test may ask of it from outside lives here too (its log, its call detail records, its own HTTP interface), so that
assertions do not lean on the code under test. SIP peers are in `sipp`; the carrier under test is made by the tests.
"""

import csv
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from config.asterisk_files import PbxValues, Phone, Trunk, write
from tests.fixtures.ports import claim_free_port
from tests.fixtures.processes import ELSEWHERE

LOOPBACK = "127.0.0.1"
UID = 52210
"""The user that config/setup/asterisk.sh gives Asterisk."""
DEVICES = ("deskana", "deskben", "deskeva", "deskgil", "deskida", "deskleo")
"""Names of the fixed phones that every test exchange has; each is a SIPp endpoint on a port of its own."""


def chroot_folder() -> Path:
    """The folder made by config/setup/asterisk.sh."""
    folder = Path(os.environ.get("CALLCENTER_ASTERISK", "/var/cache/callcenter/asterisk-22"))
    assert (folder / ".callcenter-complete").exists(), "no Asterisk here: run config/setup/asterisk.sh as root (make test does)"
    assert os.geteuid() == 0, "these tests start Asterisk in a chroot and send RFC 4733 keys: run them as root"
    return folder


@contextmanager
def free_ports(count: int) -> Iterator[list[int]]:
    """Ports of nobody else (see tests/fixtures/ports); they stay claimed until this process ends."""
    yield [claim_free_port() for _ in range(count)]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    content_type: str
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Pbx:
    """One Asterisk process. `values` is what its configuration was rendered from."""

    def __init__(self, values: PbxValues, chroot: Path, phone_ports: dict[str, int], trunk_port: int) -> None:
        self.values = values
        self.chroot = chroot
        self.home = chroot / values.directory.lstrip("/")
        self.phone_ports = phone_ports
        self.trunk_port = trunk_port
        self.service_port = urllib.parse.urlsplit(values.service_url).port or 0
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    def prepare(cls, **changes: Any) -> "Pbx":
        """Renders a configuration for loopback on free ports; `changes` replace fields of PbxValues."""
        chroot = chroot_folder()
        directory = f"/srv/callcenter/test-{os.getpid()}-{secrets.token_hex(4)}"
        with free_ports(4 + len(DEVICES)) as (http, sip, service, trunk, *phones):
            pass
        values = PbxValues(
            directory=directory,
            service_url=f"ws://{LOOPBACK}:{service}/carrier/asterisk/pbx",
            service_user="pbx",
            service_password=secrets.token_urlsafe(12),
            http_port=http,
            ari_password=secrets.token_urlsafe(12),
            sip_address=LOOPBACK,
            sip_port=sip,
            rtp_first=40000,
            rtp_last=49999,
            trunk=Trunk(host=LOOPBACK, port=trunk, match=(LOOPBACK,), qualify_s=0),
            phones=tuple(
                Phone(name=name, contact=f"{LOOPBACK}:{port}") for name, port in zip(DEVICES, phones, strict=True)
            ),
            media_address=LOOPBACK,
            ice_host_candidates=_host_candidates(),
        )
        values = replace(values, **changes)
        pbx = cls(values, chroot, dict(zip(DEVICES, phones, strict=True)), trunk)
        write(values, chroot)
        pbx.own()
        return pbx

    def own(self) -> None:
        """Gives the folder to Asterisk's user, who may not be root."""
        for path in (self.home, *self.home.rglob("*")):
            os.chown(path, UID, UID)

    def append(self, name: str, text: str) -> None:
        """Adds lines to one configuration file, for what only a test wants."""
        with (self.home / "etc" / name).open("a", encoding="utf-8") as file:
            file.write("\n" + text)

    @property
    def _asterisk(self) -> list[str]:
        return ["chroot", f"--userspec={UID}:{UID}", str(self.chroot), "/usr/sbin/asterisk"]

    def start(self, *, wait: bool = True) -> None:
        """Starts the process; with `wait`, returns once ARI answers and the port is seen to be this process's own."""
        assert self.process is None or self.process.poll() is not None, "already running"
        configuration = f"{self.values.directory}/etc/asterisk.conf"
        output = (self.home / "log" / "stdout").open("ab")
        with output:
            self.process = subprocess.Popen(
                [*ELSEWHERE, *self._asterisk, "-f", "-C", configuration],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if wait:
            self.wait_until_booted()

    def wait_until_booted(self, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, f"Asterisk ended at start: {self.log()[-2000:]}"
            try:
                if self.http("GET", "/asterisk/info?only=status").status == 200:
                    assert self._owns_port(self.values.http_port), "another process answers on our port"
                    return
            except OSError:
                pass
            time.sleep(0.02)  # polling a process that has no other way to say that it is up
        raise AssertionError(f"Asterisk did not boot in {seconds} s: {self.log()[-2000:]}")

    def _owns_port(self, port: int) -> bool:
        assert self.process is not None
        inodes = set()
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].split(":")[1], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
        descriptors = Path(f"/proc/{self.process.pid}/fd")
        return any(os.readlink(entry) in inodes for entry in descriptors.iterdir())

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        """Ends the process: politely, then not (it may wait for a look-up that nobody answers)."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    # -- asked from outside --------------------------------------------------------------------------------------------

    def http(self, method: str, path: str, body: Any = None, *, user: tuple[str, str] | None = None) -> HttpAnswer:
        """One ARI request over HTTP by the standard library (blocking, 10 s)."""
        name, password = user or (self.values.ari_user, self.values.ari_password)
        request = urllib.request.Request(
            f"http://{LOOPBACK}:{self.values.http_port}/ari{path}",
            method=method,
            data=None if body is None else msgspec.json.encode(body),
            headers={
                "Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode(),
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return HttpAnswer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return HttpAnswer(error.code, error.headers.get("Content-Type", ""), error.read())

    @property
    def rtp_ports(self) -> tuple[int, int]:
        """Of the sound that crosses it, first and last."""
        return self.values.rtp_first, self.values.rtp_last

    def channels(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http("GET", "/channels").json()
        return found

    def bridges(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http("GET", "/bridges").json()
        return found

    def cli(self, command: str) -> str:
        """What Asterisk's own console answers."""
        configuration = f"{self.values.directory}/etc/asterisk.conf"
        arguments = [*self._asterisk, "-C", configuration, "-rx", command]
        done = subprocess.run(arguments, capture_output=True, timeout=20, check=False)
        return done.stdout.decode()

    def log(self) -> str:
        parts = [self.home / "log" / name for name in ("stdout", "messages.log")]
        return "\n".join(part.read_text(errors="replace") for part in parts if part.exists())

    def legs(self) -> list[dict[str, str]]:
        """The rows of cdr_custom (config/asterisk/cdr_custom.conf); times as seconds since the epoch with microseconds."""
        path = self.home / "log" / "cdr-custom" / "legs.csv"
        names = "uniqueid linkedid channel dstchannel start answer end disposition lastapp sequence call_id".split()
        if not path.exists():
            return []
        with path.open(newline="") as file:
            return [dict(zip(names, row, strict=True)) for row in csv.reader(file)]


def _host_candidates() -> tuple[tuple[str, str], ...]:
    """This machine's own IPv4 addresses, each offered to browsers as loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; asks the kernel which address it would use
        except OSError:
            return ()
        own = probe.getsockname()[0]
    return ((own, LOOPBACK),)
