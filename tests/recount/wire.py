"""SIPp's message logs as dialogs: who rang whom, when it was answered, when it ended and who said so.

Standard library only. Times are whole milliseconds since the epoch, from SIPp's own stamps (microseconds).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

_HEAD = re.compile(r"^-{40,} (\d{4}-\d\d-\d\d)[ \t]+(\d\d:\d\d:\d\d\.\d+)", re.MULTILINE)
_USER = re.compile(r"sips?:([^@>;]*)@")


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message; `sent` by SIPp."""

    at: int
    sent: bool
    first: str
    headers: dict[str, str]
    body: str

    @property
    def kind(self) -> str:
        """"INVITE", "BYE", ... of a request, "180", "200", ... of an answer."""
        one, two = self.first.split(" ", 2)[:2]
        return two if one.startswith("SIP/") else one

    @property
    def method(self) -> str:
        """The request that it is or answers."""
        return self.headers["cseq"].split()[-1]


def messages(text: str) -> Iterator[Message]:
    """The messages of one log, in order; a last one that is not whole yet is left out."""
    heads = list(_HEAD.finditer(text))
    for number, head in enumerate(heads):
        block = text[head.end() : heads[number + 1].start() if number + 1 < len(heads) else len(text)]
        how, _, message = block.partition("\n\n")
        lines, _, body = message.replace("\r\n", "\n").strip("\n").partition("\n\n")
        first, *rest = lines.splitlines() or [""]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        if "cseq" not in headers or "call-id" not in headers:
            continue
        moment = datetime.fromisoformat(f"{head[1]}T{head[2][:15]}").replace(tzinfo=UTC)
        yield Message(round(moment.timestamp() * 1000), " sent " in how, first.strip(), headers, body)


@dataclass(slots=True)
class Dialog:
    """One INVITE and what became of it, as SIPp saw it."""

    call_id: str
    outgoing: bool
    """SIPp called."""
    invite_at: int
    shown: str
    """The caller's number as the INVITE's From says it."""
    dialed: str
    headers: dict[str, str] = field(default_factory=dict)
    """Of the INVITE."""
    port: int | None = None
    """SIPp's media port."""
    far_port: int | None = None
    """The other side's."""
    rang_at: int | None = None
    answered_at: int | None = None
    refused_at: int | None = None
    status: int | None = None
    """Final answer to the INVITE."""
    cancelled_at: int | None = None
    bye_at: int | None = None
    bye_sent: bool = False
    """SIPp said BYE itself."""

    @property
    def ended_at(self) -> int | None:
        """The first of what ends a dialog: a BYE, a CANCEL, a refusal."""
        times = [at for at in (self.bye_at, self.cancelled_at, self.refused_at) if at is not None]
        return min(times, default=None)


def _user(header: str) -> str:
    found = _USER.search(header)
    return found[1] if found else ""


def _media_port(body: str) -> int | None:
    found = re.search(r"^m=audio (\d+) ", body, re.MULTILINE)
    return int(found[1]) if found else None


def dialogs(text: str) -> list[Dialog]:
    """The dialogs of one log, in the order of their INVITEs; repeated messages count once, the first time."""
    found: dict[str, Dialog] = {}
    for message in messages(text):
        call_id = message.headers["call-id"]
        dialog = found.get(call_id)
        if dialog is None:
            if message.kind != "INVITE":
                continue
            dialog = found[call_id] = Dialog(
                call_id=call_id,
                outgoing=message.sent,
                invite_at=message.at,
                shown=_user(message.headers.get("from", "")),
                dialed=_user(message.headers.get("to", "")),
                headers=message.headers,
            )
        _advance(dialog, message)
    return list(found.values())


def _advance(dialog: Dialog, message: Message) -> None:
    if (port := _media_port(message.body)) is not None:
        if message.sent:
            dialog.port = port
        else:
            dialog.far_port = port
    kind, at = message.kind, message.at
    if kind == "BYE" and dialog.bye_at is None:
        dialog.bye_at, dialog.bye_sent = at, message.sent
    elif kind == "CANCEL" and dialog.cancelled_at is None:
        dialog.cancelled_at = at
    elif message.method != "INVITE" or not kind.isdigit():
        return
    elif kind in ("180", "183") and dialog.rang_at is None:
        dialog.rang_at = at
    elif kind == "200" and dialog.answered_at is None:
        dialog.answered_at, dialog.status = at, 200
    elif int(kind) >= 300 and dialog.status is None:
        dialog.status = int(kind)
        if dialog.cancelled_at is None:
            dialog.refused_at = at
