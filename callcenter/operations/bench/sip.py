"""Callers and telephones of `bench ari`: SIPp processes, and what their own logs say was on the wire and when."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from callcenter.operations.bench.servers import LOOPBACK, check_ours, free_port

BOUND_S = 10
NUMBER = "12125{0:06}"
"""The caller's number of the call with this index: one for each call, so that both ends can be told to be one call."""

_SDP = """v=0
o=peer 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""
_HEAD = re.compile(r"^-{40,} (\d{4}-\d\d-\d\d)[ \t]+(\d\d:\d\d:\d\d\.\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message; `at` in ms since the epoch, with SIPp's microseconds."""

    at: float
    sent: bool
    line: str
    method: str
    caller: str
    """The digits of From."""
    call_id: str


def _send(text: str, *, sdp: bool = False, retrans: bool = False, then: str = "") -> str:
    head = "\n".join(line.strip() for line in text.strip().splitlines())
    body = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{_SDP}" if sdp else "Content-Length: 0\n\n"
    attributes = (' retrans="500"' if retrans else "") + (f' next="{then}"' if then else "")
    return f"<send{attributes}><![CDATA[\n{head}\n{body}]]></send>\n"


_VIA = "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]"
_CONTACT = "Contact: <sip:peer@[local_ip]:[local_port]>"
_SAME = f"[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n{_CONTACT}"
_BYE_OVER = _send(f"SIP/2.0 200 OK\n{_SAME}", then="900")


def _whole(body: str) -> str:
    return f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="bench">\n{body}<label id="900"/>\n</scenario>\n'


def caller(stays_ms: int) -> str:
    """Calls, and hangs up `stays_ms` after the answer, unless the other side does so before."""
    line = f"{_VIA}\nFrom: <sip:[field0]@[local_ip]:[local_port]>;tag=c[call_number]"
    to = "<sip:[service]@[remote_ip]:[remote_port]>"
    rest = f"Call-ID: [call_id]\n{_CONTACT}\nMax-Forwards: 70"
    uri = "sip:[service]@[remote_ip]:[remote_port]"
    return _whole(
        _send(f"INVITE {uri} SIP/2.0\n{line}\nTo: {to}\nCSeq: 1 INVITE\n{rest}", sdp=True, retrans=True)
        + '<recv response="100" optional="true"/><recv response="180" optional="true"/><recv response="183" optional="true"/>\n'
        + '<recv response="200" rrs="true"/>\n'
        + _send(f"ACK [next_url] SIP/2.0\n{line}\n[last_To:]\nCSeq: 1 ACK\n{rest}")
        + f'<recv request="BYE" timeout="{stays_ms}" ontimeout="1"/>\n{_BYE_OVER}<label id="1"/>\n'
        + _send(f"BYE [next_url] SIP/2.0\n{line}\nTo: {to}[peer_tag_param]\nCSeq: 2 BYE\n{rest}", retrans=True)
        + '<recv response="200"/>\n'
    )


def telephone(rings_ms: int, talks_ms: int | None) -> str:
    """Rings, is picked up, and hangs up after `talks_ms`; None: the other side does."""
    reply = f"[last_Via:]\nFrom:[$from]\nTo:[$to];tag=u[call_number]\n[last_Call-ID:]\nCSeq:[$cseq]\n{_CONTACT}"
    keep = "".join(
        f'<ereg regexp="{regexp}" search_in="hdr" header="{header}:" assign_to="{name}"/>'
        for name, header, regexp in (
            ("cseq", "CSeq", ".*"), ("from", "From", ".*"), ("to", "To", ".*"), ("contact", "Contact", "sip:[^&gt;]*"),
        )
    )  # fmt: skip
    bye = (
        f"BYE [$contact] SIP/2.0\n{_VIA}\nFrom:[$to];tag=u[call_number]\nTo:[$from]\n"
        f"[last_Call-ID:]\nCSeq: 11 BYE\nMax-Forwards: 70\n{_CONTACT}"
    )
    limit = f' timeout="{talks_ms}" ontimeout="2"' if talks_ms is not None else ""
    return _whole(
        f'<recv request="INVITE" rrs="true"><action>{keep}</action></recv>\n<Reference variables="cseq,from,to,contact"/>\n'
        + _send(f"SIP/2.0 180 Ringing\n{reply}")
        + f'<recv request="CANCEL" timeout="{rings_ms}" ontimeout="1"/>\n'
        + _send(f"SIP/2.0 200 OK\n{_SAME}")
        + _send(f"SIP/2.0 487 Request Terminated\n{reply}")
        + '<recv request="ACK" next="900"/><label id="1"/>\n'
        + _send(f"SIP/2.0 200 OK\n{reply}", sdp=True, retrans=True)
        + f'<recv request="ACK"/>\n<recv request="BYE"{limit}/>\n{_BYE_OVER}<label id="2"/>\n'
        + _send(bye, retrans=True)
        + '<recv response="200"/>\n'
    )


class Peer:
    """One SIPp process."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.folder = folder

    async def failed(self, seconds: float) -> bool:
        """Waits for its end; whether any call went otherwise than its scenario says."""
        try:
            return await asyncio.wait_for(self.process.wait(), seconds) != 0
        except TimeoutError:
            return True

    def messages(self) -> list[Message]:
        log = self.folder / "messages.log"
        return list(_messages(log.read_text(errors="replace"))) if log.exists() else []


@asynccontextmanager
async def sipp(
    folder: Path, scenario: str, *, port: int = 0, to: int = 0, dialed: str = "", calls: int = 0, rate: float = 0
) -> AsyncIterator[Peer]:
    """As callers when `to` (a port) is given, else as telephones on `port`; ended with the block."""
    _prepare(folder, scenario, calls)
    port = port or free_port()
    words = ["sipp", "-sf", "scenario.xml", "-inf", "numbers.csv", "-i", LOOPBACK, "-p", str(port), "-mi", LOOPBACK, "-nostdin"]
    words += ["-mp", str(free_port()), "-trace_msg", "-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"]
    words += ["-aa", "-max_socket", "5000"]
    if to:
        words += ["-m", str(calls), "-r", f"{rate:g}", "-l", "2000", "-s", dialed, f"{LOOPBACK}:{to}"]
    with (folder / "output").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *words, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            env={**os.environ, "TZ": "UTC", "TERM": "dumb"},
        )  # fmt: skip
    try:
        if not to:
            await _bound(port, process)
        yield Peer(process, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _prepare(folder: Path, scenario: str, calls: int) -> None:
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(scenario)
    (folder / "numbers.csv").write_text("SEQUENTIAL\n" + "".join(f"{NUMBER.format(index)}\n" for index in range(max(1, calls))))


async def _bound(port: int, process: asyncio.subprocess.Process) -> None:
    wanted = f"0100007F:{port:04X}"
    async with asyncio.timeout(BOUND_S):
        while process.returncode is None and wanted not in _udp():  # noqa: ASYNC110  nothing tells
            await asyncio.sleep(0.01)  # a process has no other way to say that it listens
    check_ours(port, [process.pid])


def _udp() -> str:
    return Path("/proc/net/udp").read_text()


def _messages(text: str) -> Iterator[Message]:
    heads = list(_HEAD.finditer(text))
    for number, head in enumerate(heads):
        block = text[head.end() : heads[number + 1].start() if number + 1 < len(heads) else len(text)]
        first, _, rest = block.partition("\n\n")
        lines = [line.strip() for line in rest.strip().splitlines()]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if not lines or "cseq" not in headers:
            continue  # written this moment
        at = datetime.fromisoformat(f"{head[1]}T{head[2][:15]}").replace(tzinfo=UTC).timestamp() * 1000
        digits = re.search(r"sips?:\+?(\d+)@", headers.get("from", ""))
        yield Message(
            at, " sent " in first, lines[0], headers["cseq"].split()[-1], digits[1] if digits else "", headers.get("call-id", "")
        )
