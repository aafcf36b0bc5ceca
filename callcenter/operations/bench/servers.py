"""Servers of a bench's own: free ports, the proof that a port belongs to a process that the bench started, a private PostgreSQL.

Everything is on loopback, in a folder that is removed, and is ended with the block that started it.
"""

import asyncio
import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from callcenter.kernel.errors import HouseError

LOOPBACK = "127.0.0.1"
BOOT_S = 30
FIRST_PORT, LAST_PORT = 10_000, 14_900
"""Below the ports that Linux hands to outgoing connections, and away from those of the tests."""

_given: set[int] = set()


class Unable(HouseError):
    """This machine lacks what the bench needs, or another program is in the way; `why` says what to do."""

    code = "bench_unable"


def free_port() -> int:
    """A port that nobody uses on TCP or UDP, and that this process has not given yet."""
    span = LAST_PORT - FIRST_PORT
    start = os.getpid() * 53 % span
    for offset in range(span):
        port = FIRST_PORT + (start + offset) % span
        if port in _given:
            continue
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind((LOOPBACK, port))
        except OSError:
            continue
        _given.add(port)
        return port
    raise Unable(f"no free port between {FIRST_PORT} and {LAST_PORT}: end what holds them")


def check_ours(port: int, processes: Iterable[int]) -> None:
    """Raises Unable unless a socket of one of these processes (or of their children) is bound to the port, TCP or UDP."""
    inodes = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        file = Path("/proc/net") / table
        for line in file.read_text().splitlines()[1:] if file.exists() else ():
            columns = line.split()
            listens = columns[3] == "0A" if table.startswith("tcp") else True
            if listens and int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    for process in _with_children(processes):
        try:
            entries = list(Path(f"/proc/{process}/fd").iterdir())
        except OSError:
            continue
        for entry in entries:
            try:
                if os.readlink(entry) in inodes:
                    return
            except OSError:
                continue
    raise Unable(f"port {port} does not belong to what this bench started: another process has taken it; run it again")


def _with_children(processes: Iterable[int]) -> list[int]:
    found, left = [], list(processes)
    while left:
        process = left.pop()
        found.append(process)
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                left.extend(int(child) for child in task.read_text().split())
            except OSError:
                continue
    return found


def cpu_s(processes: Iterable[int]) -> float:
    """Seconds of processor time of these processes and their living children so far."""
    ticks = 0
    for process in _with_children(processes):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """The address of a database on a server of our own, with fsync as it is delivered: a commit is on the disk.

    Raises Unable where PostgreSQL is not installed.
    """
    programs = _programs()
    if not programs:
        raise Unable("PostgreSQL is not installed: config/setup/system-packages.sh installs it")
    folder = Path(tempfile.mkdtemp(prefix="callcenter-bench-pg-"))
    account = _account()
    if account is not None:
        shutil.chown(folder, account)
    port = free_port()
    server: asyncio.subprocess.Process | None = None
    try:
        made = await _program(
            programs[0] / "initdb", "-D", folder / "data", "-U", "bench", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            account=account, log=folder / "initdb.log",
        )  # fmt: skip
        if await made.wait() != 0:
            raise Unable(f"initdb failed: {(folder / 'initdb.log').read_text(errors='replace')[-500:]}")
        server = await _program(
            programs[0] / "postgres", "-D", folder / "data", "-c", f"listen_addresses={LOOPBACK}", "-c", f"port={port}",
            "-c", "unix_socket_directories=", account=account, log=folder / "log",
        )  # fmt: skip
        await _answers(server, port)
        check_ours(port, [server.pid])
        yield f"postgresql://bench@{LOOPBACK}:{port}/postgres"
    finally:
        if server is not None and server.returncode is None:
            server.send_signal(2)  # a fast shutdown
            try:
                await asyncio.wait_for(server.wait(), BOOT_S)
            except TimeoutError:
                server.kill()
                await server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> list[Path]:
    """The folders of Debian's PostgreSQL programs, newest first; they are not on the PATH."""
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)


def _account() -> str | None:
    """PostgreSQL refuses to run as root: its package's own account runs it then."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise Unable("PostgreSQL may not run as root, and there is no user postgres: run this bench as another user") from None


async def _program(*words: str | Path, account: str | None, log: Path) -> asyncio.subprocess.Process:
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, user=account, start_new_session=True,
            cwd="/",
        )  # fmt: skip


async def _answers(server: asyncio.subprocess.Process, port: int) -> None:
    """Returns when the server speaks to a client of its protocol."""
    import asyncpg

    async with asyncio.timeout(BOOT_S):
        while True:
            if server.returncode is not None:
                raise Unable("PostgreSQL ended at its start")
            try:
                connection = await asyncpg.connect(host=LOOPBACK, port=port, user="bench", database="postgres")
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)  # it has no other way to say that it is up
                continue
            await connection.close()
            return
