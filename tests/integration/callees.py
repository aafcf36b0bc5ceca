"""People at the far end of the trunk whom a campaign dials: what each does follows from the number that is dialed.

One SIPp process is all of them, and another one all of the agents' telephones. SIPp has one port for the sound of all calls of
a process: calls are told apart by the exchange's ports (`tests.recount.ears --exchange`). Numbers are of the range +1 NPA 55x.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.integration import keys as rfc4733
from tests.integration import scenario as s
from tests.integration.scenario import Scenario

AREAS = (212, 415, 312, 305, 617)
FOR_EVER_MS = 120_000
KEYS_TYPE = 101
"""RTP payload type of keys in what Asterisk offers."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Rings for `rings_ms`, is answered, sends `sound` (over and over) and hangs up `stays_ms` after the answer; None: whoever
    called does."""

    rings_ms: int
    stays_ms: int | None
    sound: str = "voice"
    """Name of a mu-law sound that `callees` is given."""
    early: bool = False
    """Rings with sound of its own (183) instead of 180."""
    presses: str = ""
    """Keys that it presses `presses_after_ms` after the answer; `stays_ms` counts from there on."""
    presses_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class RingsOut:
    """Rings until the caller gives up."""


@dataclass(frozen=True, slots=True)
class Refuses:
    """Answers with this final status, e.g. "486 Busy Here", after ringing for `rings_ms` or at once."""

    status: str
    rings_ms: int = 0


Behavior = Answers | RingsOut | Refuses


def number(index: int, kind: int) -> str:
    """The number, in E.164, of the lead with this index whose callee is of this kind (0 to 9)."""
    assert 0 <= kind <= 9
    return f"+1{AREAS[index % len(AREAS)]}55{kind}{index:04}"


def kind_of(number: str) -> int:
    return int(number[7])


def drawn(draw: random.Random, count: int, shares: Mapping[int, float]) -> list[str]:
    """So many numbers, kinds by their shares as exactly as whole leads go, in an order drawn."""
    kinds: list[int] = []
    for kind, share in shares.items():
        kinds += [kind] * max(1, round(count * share))
    filler = max(shares, key=lambda kind: shares[kind])
    kinds = (kinds + [filler] * count)[:count]
    draw.shuffle(kinds)
    return [number(index, kind) for index, kind in enumerate(kinds)]


# -- scenarios --------------------------------------------------------------------------------------------------------------

_BYE = s.message(
    """BYE [$contact] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From:[$to];tag=[pid]u[call_number]
    To:[$from]
    [last_Call-ID:]
    CSeq: 11 BYE
    Max-Forwards: 70""",
    retrans=True,
)
_OK = s.message(
    """SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]"""
)


class _Labels:
    def __init__(self) -> None:
        self._last = 100

    def new(self) -> int:
        self._last += 1
        return self._last


def callees(behaviors: Mapping[int, Behavior], sounds: Mapping[str, bytes]) -> Scenario:
    """Everybody outside: by the kind in the number that is dialed. A number of no kind is refused with 500."""
    labels = _Labels()
    begins = {kind: labels.new() for kind in sorted(behaviors)}
    looks = "".join(
        f'<ereg regexp="INVITE sip:.1[0-9][0-9][0-9]55{kind}" search_in="msg" assign_to="is{kind}"/>\n' for kind in begins
    )
    body = s.KEEP.replace("</action>", f"{looks}</action>")
    body += "".join(f'<nop next="{label}" test="is{kind}"/>\n' for kind, label in begins.items())
    body += s.to_invite("500 No such callee", retrans=True) + '<recv request="ACK" next="900"/>\n'
    for kind, label in begins.items():
        body += f'<label id="{label}"/>\n' + "".join(_does(behaviors[kind], labels))
    made = s.scenario("callees", body + '<label id="900"/>\n')
    presses = {does.presses for does in behaviors.values() if isinstance(does, Answers) and does.presses}
    return Scenario(made.xml, {**sounds, **{_file(keys): rfc4733.capture(keys, payload_type=KEYS_TYPE) for keys in presses}})


def telephones(tone: bytes) -> Scenario:
    """All the agents' telephones: each picks up at once, sends its tone and waits for the other side's BYE."""
    steps = _answers(Answers(0, None, "tone"), _Labels())
    made = s.scenario("telephones", s.KEEP + "".join(steps) + '<label id="900"/>\n')
    return Scenario(made.xml, {"tone": tone})


def _does(behavior: Behavior, labels: _Labels) -> Iterator[str]:
    match behavior:
        case Answers():
            yield from _answers(behavior, labels)
        case RingsOut():
            yield s.to_invite("180 Ringing")
            yield f'<recv request="CANCEL" timeout="{FOR_EVER_MS}"/>\n' + s.CANCELLED
        case Refuses(status, rings_ms):
            if rings_ms:
                refused = labels.new()
                yield s.to_invite("180 Ringing")
                yield f'<recv request="CANCEL" timeout="{rings_ms}" ontimeout="{refused}"/>\n{s.CANCELLED}'
                yield f'<label id="{refused}"/>\n'
            yield s.to_invite(status, retrans=True) + '<recv request="ACK" next="900"/>\n'


def _answers(does: Answers, labels: _Labels) -> Iterator[str]:
    if does.rings_ms:
        answered = labels.new()
        yield _with_sound("183 Session Progress") if does.early else s.to_invite("180 Ringing")
        if does.early:
            yield _plays(does.sound)
        yield f'<recv request="CANCEL" timeout="{does.rings_ms}" ontimeout="{answered}"/>\n{s.CANCELLED}'
        yield f'<label id="{answered}"/>\n'
    yield _with_sound("200 OK", retrans=True)
    # Given up in the instant of the answer: the CANCEL comes too late, and a BYE follows.
    late, there = labels.new(), labels.new()
    yield f'<recv request="CANCEL" optional="true" next="{late}"/>\n<recv request="ACK" next="{there}"/>\n'
    yield f'<label id="{late}"/>\n{_OK}<recv request="ACK" next="{there}"/>\n<label id="{there}"/>\n'
    yield _plays(does.sound)
    if does.stays_ms == 0:
        yield f'{_BYE}<recv response="200" next="900"/>\n'
        return
    gone, enough = labels.new(), labels.new()
    if does.presses:
        pressed = labels.new()
        yield f'<recv request="BYE" timeout="{does.presses_after_ms}" ontimeout="{pressed}"/>\n{_OK}<nop next="900"/>\n'
        yield f'<label id="{pressed}"/>\n<nop><action><exec rtp_stream="pause"/></action></nop>\n'
        yield f'<nop><action><exec play_pcap_audio="{_file(does.presses)}"/></action></nop>\n'
    limit = f'timeout="{does.stays_ms}" ontimeout="{enough}"' if does.stays_ms is not None else f'timeout="{FOR_EVER_MS}"'
    yield f'<recv request="BYE" {limit}/>\n<label id="{gone}"/>\n{_OK}<nop next="900"/>\n'
    if does.stays_ms is not None:
        # Both may hang up in the same instant.
        yield f'<label id="{enough}"/>\n{_BYE}<recv request="BYE" optional="true" next="{gone}"/>\n'
        yield '<recv response="200" next="900"/>\n'


def _with_sound(status: str, *, retrans: bool = False) -> str:
    """The answer to an offer of Asterisk's takes its number for keys."""
    made = s.to_invite(status, sdp=True, retrans=retrans)
    return made.replace("RTP/AVP 0 97", f"RTP/AVP 0 {KEYS_TYPE}").replace(":97 ", f":{KEYS_TYPE} ")


def _file(keys: str) -> str:
    return f"keys-{keys}.pcap"


def _plays(sound: str) -> str:
    return f'<nop><action><exec rtp_stream="{escape(sound)},-1,0"/></action></nop>\n'
