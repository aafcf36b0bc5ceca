"""Asterisk's call detail records (config/asterisk/cdr_custom.conf) held against the dialogs that SIPp saw. Standard library only.

A channel has a row from its making on. When two channels are put into a bridge, the row of one goes on and names the other as
`dstchannel`, and the other's ends; out of the bridge a row ends, and the next one begins when the channel is in a bridge again.
So Asterisk is a second witness of when each leg began, was answered and (if it ended in a bridge, or never saw one) ended, and
of every stretch in which two of them talked: a hold is the gap between two rows.
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

    @property
    def endpoint(self) -> str:
        return endpoint_of(self.name)


def _ms(seconds: str) -> int | None:
    return round(float(seconds) * 1000) if seconds and float(seconds) > 0 else None


def channels(text: str) -> list[Channel]:
    """The channels of a legs.csv, by their beginnings."""
    rows: dict[str, list[dict[str, str]]] = {}
    for values in csv.reader(io.StringIO(text)):
        row = dict(zip(NAMES, values, strict=True))
        rows.setdefault(row["uniqueid"], []).append(row)
    found = []
    shared: dict[str, list[int]] = {}
    for row in (row for mine in rows.values() for row in mine if row["dstchannel"]):
        shared.setdefault(row["dstchannel"], []).append(_ms(row["end"]) or 0)
    for uniqueid, mine in rows.items():
        answers = [at for row in mine if (at := _ms(row["answer"])) is not None]
        starts = [at for row in mine if (at := _ms(row["start"])) is not None]
        ends = [at for row in mine if (at := _ms(row["end"])) is not None] + shared.get(mine[0]["channel"], [])
        call_id = next((row["call_id"] for row in mine if row["call_id"]), "")
        found.append(
            Channel(uniqueid, mine[0]["channel"], call_id, min(starts), min(answers, default=None), max(ends))
        )
    return sorted(found, key=lambda channel: channel.start)


@dataclass(frozen=True, slots=True)
class Bridged:
    """Two channels in one bridge, by their endpoints."""

    endpoints: tuple[str, str]
    since: int
    until: int


def bridged(text: str) -> list[Bridged]:
    """Every stretch in which two channels were together, by their beginnings."""
    rows = [dict(zip(NAMES, values, strict=True)) for values in csv.reader(io.StringIO(text))]
    found = []
    for row in rows:
        if not row["dstchannel"]:
            continue
        start, until = _ms(row["start"]) or 0, _ms(row["end"]) or 0
        # The first time together the other's own row ends where the bridge begins; later the row itself begins there.
        met = [_ms(one["end"]) or 0 for one in rows if one["channel"] == row["dstchannel"]]
        since = max([start, *(at for at in met if start <= at <= until)])
        found.append(Bridged((endpoint_of(row["channel"]), endpoint_of(row["dstchannel"])), since, until))
    return sorted(found, key=lambda one: one.since)


def endpoint_of(channel: str) -> str:
    return channel.removeprefix("PJSIP/").rpartition("-")[0]


def disagreements(
    dialogs: Iterable[tuple[str, Dialog, Sequence[int]]], found: Sequence[Channel], tolerance_ms: int
) -> list[str]:
    """Where the two witnesses differ about a leg: a dialog without a channel, a channel without a dialog, times too far apart.

    `dialogs` are (endpoint as Asterisk calls it, dialog, moments at which the leg left a bridge): its rows may end there.
    """
    said: list[str] = []
    left = list(found)
    for endpoint, dialog, left_bridge in sorted(dialogs, key=lambda one: one[1].invite_at):
        about = f"{endpoint} at {dialog.invite_at}"
        mine = [one for one in left if _same(one, endpoint, dialog)]
        if not mine:
            said.append(f"{about}: Asterisk has no record of this leg")
            continue
        channel = min(mine, key=lambda one: abs(one.start - dialog.invite_at))
        left.remove(channel)
        answered = dialog.answered_at
        ended = min([dialog.ended_at or 0, *left_bridge], key=lambda at: abs(at - channel.end))
        ends = ("end", ended, channel.end)
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
