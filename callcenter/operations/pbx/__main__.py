"""`make pbx`: makes what is missing, starts Asterisk and the service, says how to sign in and whom to call; Ctrl-C ends both.

The service is `callcenter serve` as anybody would run it: its settings stand in DATA/settings.yaml, its two passwords and the
TURN server's come from the environment and are in no file of settings and in no log.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import ssl
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe

import aiohttp
import yaml

from callcenter.kernel.errors import HouseError
from callcenter.kernel.seed import CenterSeed
from callcenter.operations.pbx import center, network, options
from callcenter.operations.pbx.certificate import certificate, fingerprint
from callcenter.operations.pbx.exchange import ARI_USER, CARRIER, SERVICE_USER, Exchange, Secrets
from callcenter.operations.pbx.options import Options, Trouble
from callcenter.store import secret_file
from config.center_file import read_center
from config.yaml import BadFile

ROOT = Path(__file__).parents[3]
SETUP = ROOT / "config" / "setup"
PACKAGES = ("espeak-ng", "debootstrap", "iproute2")
READY_S = 60
GOODBYE_S = 20


def main(arguments: Sequence[str]) -> int:
    try:
        wanted = options.read(arguments)
        if os.geteuid() != 0:
            again = " ".join(["sudo make pbx", *arguments])
            raise Trouble(f"Asterisk is set up in a chroot of its own, which needs root: {again}")
        return asyncio.run(_run(wanted))
    except (Trouble, BadFile, HouseError) as trouble:
        print(f"make pbx: {getattr(trouble, 'why', trouble)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


async def _run(wanted: Options) -> int:
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    running = asyncio.create_task(Pbx(wanted, told).run())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        print("ending ...", flush=True)
        running.cancel()
    try:
        return await running
    except asyncio.CancelledError:
        return 0
    finally:
        waiting.cancel()


class Pbx:
    """One run."""

    def __init__(self, wanted: Options, told: asyncio.Event) -> None:
        self.options = wanted
        self.told = told
        self.service: asyncio.subprocess.Process | None = None

    async def run(self) -> int:
        """Runs until cancelled, or until one of the two ends by itself (status 3). Raises Trouble, BadFile."""
        wanted = self.options
        wanted.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(wanted.data):
            reach = network.reach(wanted)
            self._check_ports(reach)
            secrets = Secrets(service=token_urlsafe(24), ari=token_urlsafe(24), trunk=_trunk_password(wanted))
            turn_password = _turn_password(wanted)
            chain = await asyncio.to_thread(certificate, wanted, datetime.now(UTC)) if wanted.secure else None
            await _script("system-packages.sh", *PACKAGES)
            chroot = Path(await _script("asterisk.sh"))
            file = await asyncio.to_thread(center.center_file, wanted.data)
            seed = await asyncio.to_thread(read_center, file)
            # Asterisk's web server and the service's socket for it; held while prompts are made, which takes its time.
            with network.held_port(wanted.port) as web, network.held_port(wanted.port) as carrier:
                http, listen = network.port_of(web), network.port_of(carrier)
                exchange = Exchange(chroot, wanted, reach, secrets, http=http, service=listen)
                print("making prompts and the waiting tune (a minute when it is the first time) ...", flush=True)
                made = await asyncio.to_thread(exchange.furnish, seed)
                print(f"  {made.made} prompts made, {made.kept} were there", flush=True)
                settings = self._write_settings(exchange, reach, chain, listen)
            try:
                print("starting Asterisk ...", flush=True)
                await exchange.start()
                print("starting the service ...", flush=True)
                await self._serve(settings, secrets, turn_password)
                for line in self._words(seed, reach, chain, exchange):
                    print(line)
                print(f"ready {wanted.origin}", flush=True)
                return await self._until_one_ends(exchange)
            finally:
                # The service first: its calls stay with Asterisk, which then says goodbye to them.
                for process in (self.service, exchange.process):
                    await _end(process)

    def _check_ports(self, reach: network.Reach) -> None:
        network.check_port("PORT", reach.listen, self.options.port, socket.SOCK_STREAM)
        network.check_port("SIP_PORT", reach.listen, self.options.sip_port, socket.SOCK_DGRAM)

    def _write_settings(self, exchange: Exchange, reach: network.Reach, chain: tuple[Path, Path] | None, listen: int) -> Path:
        wanted = self.options
        carrier = {
            "kind": "asterisk",
            "listen": f"{network.LOOPBACK}:{listen}",
            "user": SERVICE_USER,
            "ari_url": exchange.ari_url,
            "ari_user": ARI_USER,
            "prompts": f"{exchange.values.directory}/prompts",
            "cdr": str(exchange.home / "log" / "cdr-custom" / "legs.csv"),
            **({"media_address": network.LOOPBACK} if reach.loopback else {}),
        }
        settings = {
            "center": "center/center.yaml",
            "listen": f"{reach.listen}:{wanted.port}",
            "public_url": wanted.origin,
            "data": "data",
            "prompts": str(exchange.prompts),
            "music": str(exchange.music),
            **({"certificate": str(chain[0]), "certificate_key": str(chain[1])} if chain else {}),
            "ice": {
                "stun": [f"stun:{wanted.stun}"] if wanted.stun else [],
                # By TCP too: where an agent's network lets no UDP out, that is the only way.
                "turn": [f"turn:{wanted.turn}?transport={by}" for by in ("udp", "tcp") if wanted.turn],
                **({"turn_user": wanted.turn_user} if wanted.turn_user else {}),
            },
            "carriers": {CARRIER: carrier},
        }
        file = wanted.data / "settings.yaml"
        head = "# Written by every start of make pbx; what you change here is lost.\n"
        file.write_text(head + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return file

    async def _serve(self, settings: Path, secrets: Secrets, turn_password: str) -> None:
        folder = self.options.data / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
        named = {"PBX_PASSWORD": secrets.service, "PBX_ARI_PASSWORD": secrets.ari, "TURN_PASSWORD": turn_password}
        for name, secret in named.items():
            if secret:
                file = folder / name.lower()
                secret_file.put(file, secret.encode())
                environment[f"CALLCENTER_{name}_FILE"] = str(file)
        log = self.options.data / "service.log"
        with log.open("ab") as out:
            start = out.tell()
            self.service = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig=TERM", "--", ROOT / ".venv" / "bin" / "callcenter", "serve", "--config", settings),
                cwd=ROOT,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                umask=0o022,  # Asterisk reads the prompts that the service makes; DATA itself is closed
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(READY_S), aiohttp.ClientSession() as http:
                while problem := await self._ready(http):
                    if self.service.returncode is not None:
                        raise Trouble(f"the service ended at its start:\n{_tail(log, start)}")
                    await asyncio.sleep(0.1)  # it is asked as any watcher would ask
        except TimeoutError:
            raise Trouble(f"the service was not ready within {READY_S} s ({problem}):\n{_tail(log, start)}") from None

    async def _ready(self, http: aiohttp.ClientSession) -> str:
        """Empty when ready, else why not."""
        scheme = "https" if self.options.secure else "http"
        trusting = _trusting() if self.options.secure else True  # nothing secret is sent, and it is this machine
        try:
            async with http.get(f"{scheme}://{network.LOOPBACK}:{self.options.port}/readyz", ssl=trusting) as answer:
                return "" if answer.status == 200 else await answer.text()
        except aiohttp.ClientError as error:
            return type(error).__name__

    async def _until_one_ends(self, exchange: Exchange) -> int:
        assert exchange.process is not None
        assert self.service is not None
        asterisk, service = (asyncio.create_task(one.wait()) for one in (exchange.process, self.service))
        try:
            await asyncio.wait({asterisk, service}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (asterisk, service):
                task.cancel()
        if exchange.process.returncode is not None:
            raise Trouble(f"Asterisk ended by itself (status {exchange.process.returncode}):\n{exchange.last_words()}")
        raise Trouble(f"the service ended by itself (status {self.service.returncode}): see {self.options.data / 'service.log'}")

    def _words(
        self, seed: CenterSeed, reach: network.Reach, chain: tuple[Path, Path] | None, exchange: Exchange
    ) -> Iterator[str]:
        wanted = self.options
        host = network.LOOPBACK if reach.loopback else wanted.host
        yield ""
        yield f"{seed.center.name} on {wanted.origin}"
        if chain and wanted.certificate is None:
            yield "The certificate was made here: a browser asks once whether to trust it. Its SHA-256 fingerprint is"
            yield f"  {fingerprint(chain[0])}"
        yield "Sign in as (role, user, password, language)"
        for line in center.log_ins(seed):
            yield f"  {line}"
        yield f"The passwords are kept in {wanted.data / 'secrets'}."
        yield "Call in from any SIP telephone: no registration, G.711, UDP" + ("" if reach.loopback else ", from this network")
        for number in seed.center.numbers.values():
            yield f"  sip:{number.dialed}@{host}:{wanted.sip_port}   {number.label.en}"
        first = next(iter(seed.center.numbers.values())).dialed
        yield f"  or without a telephone: sipp -sn uac -m 1 -d 60000 -nostdin -s {first} {host}:{wanted.sip_port}"
        yield f"Calls to numbers outside go to sip:{wanted.trunk[0]}:{wanted.trunk[1]} (TRUNK=HOST:PORT changes it)."
        if not reach.loopback:
            first_port, last_port = wanted.rtp
            yield f"A firewall lets in TCP {wanted.port}, UDP {wanted.sip_port} and UDP {first_port}-{last_port} (sound)."
        if reach.external:
            yield f"{wanted.host} is no address of this machine: sound is offered at {reach.external}."
            yield "  The router there must pass those ports on to this machine."
        yield f"What went on is in {wanted.data / 'service.log'} and {exchange.log}. Ctrl-C ends both."


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    with (data / "pbx.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            why = f"it runs already on {data}: end that one first, or give this one a folder of its own, DATA=folder"
            raise Trouble(why) from None
        yield


async def _script(name: str, *arguments: str) -> str:
    """Runs a script of config/setup and returns the last line that it printed; everything is seen meanwhile. Raises Trouble."""
    process = await asyncio.create_subprocess_exec(
        SETUP / name, *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT, start_new_session=True
    )
    assert process.stdout is not None
    last = ""
    try:
        async for line in process.stdout:
            last = line.decode().strip()
            print(last, flush=True)
        await process.wait()
    except asyncio.CancelledError:
        # With what it started: a debootstrap left behind would write into the folder that the next run throws away.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await _end(process)
        raise
    if process.returncode:
        raise Trouble(f"config/setup/{name} did not succeed: do what it says above, then run make pbx again")
    return last


async def _end(process: asyncio.subprocess.Process | None) -> None:
    """Asks the process to end, and makes it when it does not."""
    if process is None or process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GOODBYE_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _turn_password(wanted: Options) -> str:
    if not wanted.turn:
        return ""
    password = _secret("CALLCENTER_TURN_PASSWORD")
    if not password or not wanted.turn_user:
        raise Trouble("a TURN server asks who comes: set TURN_USER=, and CALLCENTER_TURN_PASSWORD in the environment")
    return password


def _trunk_password(wanted: Options) -> str:
    if not wanted.trunk_user:
        return ""
    if password := _secret("CALLCENTER_TRUNK_PASSWORD"):
        return password
    raise Trouble("TRUNK_USER has a password: set CALLCENTER_TRUNK_PASSWORD in the environment")


def _secret(name: str) -> str:
    """Of the environment variable, or of the file that `name`_FILE names. Raises Trouble."""
    file = os.environ.get(f"{name}_FILE")
    if not file:
        return os.environ.get(name, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Trouble(f"{name}_FILE={file} cannot be read: {error.strerror}") from None


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-8:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
