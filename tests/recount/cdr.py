"""Asterisk's call detail records (config/asterisk/cdr_custom.conf) held against the dialogs that SIPp saw. Standard library only.

Asterisk writes a row for each stretch of a channel: a new one whenever the channel leaves a bridge. The rows of one channel
together run from its making to its end; that is compared with the dialog, as a second witness of when each leg lived.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.recount.wire import Dialog

NAMES = "uniqueid linkedid channel dstchannel start answer end disposition lastapp sequence call_id".split()


@dataclass(frozen=True, slots=True)
class Channel:
    """All rows of one channel. Times in ms since the epoch."""

    uniqueid: str
    name: str
    """PJSIP/ENDPOINT-NUMBER"""
    call_id: str
    """The SIP Call-ID, of calls from the trunk; else empty."""
    start: int
    answer: int | None
    end: int
    rows: int

    @property
    def endpoint(self) -> str:
        return self.name.removeprefix("PJSIP/").rpartition("-")[0]


def _ms(seconds: str) -> int | None:
    return round(float(seconds) * 1000) if seconds and float(seconds) > 0 else None


def channels(text: str) -> list[Channel]:
    """The channels of a legs.csv, by their beginnings."""
    rows: dict[str, list[dict[str, str]]] = {}
    for values in csv.reader(io.StringIO(text)):
        row = dict(zip(NAMES, values, strict=True))
        rows.setdefault(row["uniqueid"], []).append(row)
    found = []
    for uniqueid, mine in rows.items():
        answers = [at for row in mine if (at := _ms(row["answer"])) is not None]
        starts = [at for row in mine if (at := _ms(row["start"])) is not None]
        ends = [at for row in mine if (at := _ms(row["end"])) is not None]
        call_id = next((row["call_id"] for row in mine if row["call_id"]), "")
        found.append(
            Channel(uniqueid, mine[0]["channel"], call_id, min(starts), min(answers, default=None), max(ends), len(mine))
        )
    return sorted(found, key=lambda channel: channel.start)


def disagreements(dialogs: Iterable[tuple[str, Dialog]], found: Sequence[Channel], tolerance_ms: int) -> list[str]:
    """Where the two witnesses differ: a dialog without a channel, a channel without a dialog, times too far apart.

    `dialogs` are pairs of (endpoint as Asterisk calls it, dialog).
    """
    said: list[str] = []
    left = list(found)
    for endpoint, dialog in sorted(dialogs, key=lambda pair: pair[1].invite_at):
        about = f"{endpoint} at {dialog.invite_at}"
        mine = [one for one in left if _same(one, endpoint, dialog)]
        if not mine:
            said.append(f"{about}: Asterisk has no record of this leg")
            continue
        channel = min(mine, key=lambda one: abs(one.start - dialog.invite_at))
        left.remove(channel)
        answered = dialog.answered_at
        ends = ("end", dialog.ended_at, channel.end)
        pairs = (("start", dialog.invite_at, channel.start), ("answer", answered, channel.answer), ends)
        for what, seen, recorded in pairs:
            if (seen is None) != (recorded is None):
                said.append(f"{about}: {what} is {recorded} in Asterisk's record, {seen} on the wire")
            elif seen is not None and recorded is not None and abs(seen - recorded) > tolerance_ms:
                said.append(f"{about}: {what} lies {recorded - seen:+} ms apart in Asterisk's record")
    said += [f"{one.endpoint} at {one.start}: Asterisk has a record of a leg that nobody saw" for one in left]
    return said


def _same(channel: Channel, endpoint: str, dialog: Dialog) -> bool:
    if dialog.outgoing:
        return channel.call_id == dialog.call_id
    return channel.endpoint == endpoint and not channel.call_id and abs(channel.start - dialog.invite_at) < 2_000
