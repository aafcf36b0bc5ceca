"""SIPp scenarios put together from steps: what a caller or a telephone does, as XML.

Every step after the answer also listens for the other side's BYE, so a scenario ends well whoever hangs up first. Only text
is made here; `sipp` runs it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from tests.integration import keys as rfc4733

SDP = """v=0
o=peer 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 97
a=rtpmap:0 PCMU/8000
a=rtpmap:97 telephone-event/8000
a=fmtp:97 0-15
a=ptime:20
"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario for SIPp and the files that it names."""

    xml: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """Stays in the call, silent or with the tone that plays, for `ms` milliseconds."""

    ms: int


@dataclass(frozen=True, slots=True)
class Tone:
    """From here on sends a mu-law file, over and over."""

    file: Path


@dataclass(frozen=True, slots=True)
class Keys:
    """Presses keys as RFC 4733 packets; a tone that plays pauses meanwhile (two streams at once would garble the keys)."""

    keys: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Says BYE."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Waits for the other side's BYE, up to `ms`; then the scenario fails."""

    ms: int = 60_000


Step = Wait | Tone | Keys | HangUp | Stay


def message(text: str, *, retrans: bool = False, next_label: str = "", sdp: bool = False) -> str:
    """One message to be sent; with `sdp` it says where its sound is."""
    head = "\n".join(line.strip() for line in text.strip().splitlines())
    body = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{SDP}" if sdp else "Content-Length: 0\n\n"
    attributes = (' retrans="500"' if retrans else "") + (f' next="{next_label}"' if next_label else "")
    return f"<send{attributes}><![CDATA[\n{head}\n{body}]]></send>\n"


_OK_BYE = message(
    """SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Contact: <sip:peer@[local_ip]:[local_port]>""",
    next_label="900",
)


def _steps(steps: tuple[Step, ...], bye: str) -> str:
    out: list[str] = []
    label = 100
    playing = False
    turn = 0
    for step in steps:
        match step:
            case Wait(ms):
                label += 1
                out.append(f'<recv request="BYE" timeout="{ms}" ontimeout="{label}"/>\n{_OK_BYE}<label id="{label}"/>\n')
            case Tone(file):
                playing = True
                out.append(f'<nop><action><exec rtp_stream="{escape(str(file))},-1,0"/></action></nop>\n')
            case Keys(keys):
                # play_pcap_audio returns at once; the packets take their time.
                if playing:
                    out.append('<nop><action><exec rtp_stream="pause"/></action></nop>\n')
                out.append(f'<nop><action><exec play_pcap_audio="{_file_name(turn)}"/></action></nop>\n')
                turn += 1
                label += 1
                ms = rfc4733.duration_ms(keys) + 60
                out.append(f'<recv request="BYE" timeout="{ms}" ontimeout="{label}"/>\n{_OK_BYE}<label id="{label}"/>\n')
                if playing:
                    out.append('<nop><action><exec rtp_stream="resume"/></action></nop>\n')
            case HangUp():
                out.append(bye + '<recv response="200"/>\n')
            case Stay(ms):
                out.append(f'<recv request="BYE" timeout="{ms}"/>\n{_OK_BYE}')
    out.append('<label id="900"/>\n')
    return "".join(out)


def _file_name(turn: int) -> str:
    return f"keys-{turn}.pcap"


def scenario(name: str, body: str, steps: tuple[Step, ...] = ()) -> Scenario:
    """The whole file, with what its steps need."""
    presses = [step.keys for step in steps if isinstance(step, Keys)]
    files = {_file_name(turn): rfc4733.capture(keys, turn) for turn, keys in enumerate(presses)}
    xml = f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="{escape(name)}">\n{body}</scenario>\n'
    return Scenario(xml, files)


def caller(number: str, *steps: Step, gives_up_ms: int | None = None, name: str = "caller") -> Scenario:
    """Somebody at `number` calls the service given to SIPp with -s, is answered, and does `steps`.

    With `gives_up_ms` she cancels when so long after the last sign of life nobody has answered. `number` may be whatever a
    broken exchange puts before the @ of an address; with an @ of its own it is the whole address, empty it is left out.
    """
    host = "[local_ip]:[local_port]"
    who = f"sip:{number}" if "@" in number else f"sip:{number}@{host}" if number else f"sip:{host}"
    invite = message(
        f"""INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From: <{who}>;tag=[pid]c[call_number]
        To: <sip:[service]@[remote_ip]:[remote_port]>
        Call-ID: [call_id]
        CSeq: 1 INVITE
        Contact: <sip:peer@[local_ip]:[local_port]>
        Max-Forwards: 70""",
        retrans=True,
        sdp=True,
    )
    ack = message(
        f"""ACK [next_url] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From: <{who}>;tag=[pid]c[call_number]
        [last_To:]
        Call-ID: [call_id]
        CSeq: 1 ACK
        Max-Forwards: 70"""
    )
    bye = message(
        f"""BYE [next_url] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From: <{who}>;tag=[pid]c[call_number]
        To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
        Call-ID: [call_id]
        CSeq: 2 BYE
        Max-Forwards: 70""",
        retrans=True,
    )
    limit = f' timeout="{gives_up_ms}" ontimeout="800"' if gives_up_ms is not None else ""
    body = (
        invite
        + f'<recv response="100" optional="true"{limit}/><recv response="180" optional="true"{limit}/>\n'
        + f'<recv response="183" optional="true"{limit}/><recv response="200" rrs="true"{limit}/>\n'
        + ack
        + _steps(steps, bye)
    )
    if gives_up_ms is not None:
        body = body.replace('<label id="900"/>', '<nop next="900"/>\n' + _give_up(who) + '<label id="900"/>')
    return scenario(name, body, steps)


def _give_up(who: str) -> str:
    """CANCEL of the first INVITE and what follows it; at label 800."""
    headers = f"""From: <{who}>;tag=[pid]c[call_number]
        Call-ID: [call_id]
        Max-Forwards: 70"""
    uri = "sip:[service]@[remote_ip]:[remote_port]"
    via = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-0"
    cancel = f"CANCEL {uri} SIP/2.0\n{via}\nTo: <{uri}>\nCSeq: 1 CANCEL\n{headers}"
    ack = f"ACK {uri} SIP/2.0\n{via}\n[last_To:]\nCSeq: 1 ACK\n{headers}"
    return (
        '<label id="800"/>\n'
        + message(cancel, retrans=True)
        + '<recv response="200"/><recv response="487"/>\n'
        + message(ack)
    )


KEEP = """<recv request="INVITE" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
</action></recv>
<Reference variables="cseq,from,to,contact"/>
"""


def to_invite(status: str, *, sdp: bool = False, retrans: bool = False) -> str:
    """An answer to the INVITE that `KEEP` has taken."""
    return message(
        f"""SIP/2.0 {status}
        [last_Via:]
        From:[$from]
        To:[$to];tag=[pid]u[call_number]
        [last_Call-ID:]
        CSeq:[$cseq]
        Contact: <sip:peer@[local_ip]:[local_port]>""",
        sdp=sdp,
        retrans=retrans,
    )


CANCELLED = (
    message(
        """SIP/2.0 200 OK
        [last_Via:]
        [last_From:]
        [last_To:]
        [last_Call-ID:]
        [last_CSeq:]"""
    )
    + to_invite("487 Request Terminated", retrans=True)
    + '<recv request="ACK"/><nop next="900"/>\n'
)


def phone_answers(*steps: Step, rings_ms: int = 200, early_media: Path | None = None, name: str = "answers") -> Scenario:
    """A telephone that rings for `rings_ms`, is picked up, and does `steps`. Given up by the caller, it stops ringing."""
    bye = message(
        """BYE [$contact] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From:[$to];tag=[pid]u[call_number]
        To:[$from]
        Call-ID: [call_id]
        CSeq: 11 BYE
        Max-Forwards: 70""",
        retrans=True,
    )
    ring = to_invite("183 Session Progress", sdp=True) if early_media else to_invite("180 Ringing")
    if early_media:
        ring += f'<nop><action><exec rtp_stream="{escape(str(early_media))},-1,0"/></action></nop>\n'
    body = (
        KEEP
        + ring
        + f'<recv request="CANCEL" timeout="{rings_ms}" ontimeout="1"/>\n'
        + CANCELLED
        + '<label id="1"/>\n'
        + to_invite("200 OK", sdp=True, retrans=True)
        + '<recv request="ACK"/>\n'
        + _steps(steps, bye)
    )
    return scenario(name, body, steps)


def phone_rings(ms: int = 60_000, *, silent_ms: int = 0, name: str = "rings") -> Scenario:
    """A telephone that nobody picks up; the scenario fails if it still rings after `ms`. It rings `silent_ms` after the call."""
    silence = f'<pause milliseconds="{silent_ms}"/>\n' if silent_ms else ""
    body = (
        KEEP + silence + to_invite("180 Ringing") + f'<recv request="CANCEL" timeout="{ms}"/>\n' + CANCELLED
        + '<label id="900"/>\n'
    )  # fmt: skip
    return scenario(name, body)


def phone_refuses(status: str, *, rings_ms: int = 0, name: str = "refuses") -> Scenario:
    """A telephone that answers with a final `status`, e.g. "486 Busy Here" or "603 Decline", after ringing or at once."""
    ring = to_invite("180 Ringing") + f'<pause milliseconds="{rings_ms}"/>\n' if rings_ms else ""
    return scenario(name, KEEP + ring + to_invite(status, retrans=True) + '<recv request="ACK"/>\n')
