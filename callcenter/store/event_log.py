"""The event log as the engine sees it: what it promises, and how it says no. The two databases are in `sqlite_log` and
`postgres_log`; the tables that both have are in `log_schema`. Nothing here knows what an event means.

One process at a time may append: the one that holds the lease. Each taking of the lease raises its epoch, and an append is
refused when the epoch has moved on, however the old holder came to be late. Two holders can therefore never both write.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from callcenter.kernel import codec
from callcenter.kernel.errors import Conflict, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId, PersonalId
from callcenter.kernel.personal import PersonalRow

BATCH = 1_000
"""Events that `read` hands out at once, at most."""


class LogFault(TryAgain):
    """The log's store could not do it; whether a refused append reached the disk is to be read from the log.

    `code` is one of log_disk_full, log_locked, log_unreachable, log_damaged, log_failed; `why` says what to do.
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


DISK_FULL = "the disk of the event log is full: make room, calls in progress keep their audio meanwhile"
LOCKED = "another program holds the event log: end whatever else has it open (a backup, a shell)"
UNREACHABLE = "the database of the event log does not answer: check that it runs and that its address is right"
DAMAGED = "the file of the event log cannot be read: restore it from a backup, or move it away to begin anew"


class StaleLease(Conflict):
    """This process does not hold the lease (any more): it must stop acting at once."""

    code = "stale_lease"


class Checkpoint(Struct, frozen=True):
    """What somebody made of the log up to `position`, kept so that folding need not begin at 1.

    `version` is the format of `payload`: whoever finds another version than its own throws the checkpoint away.
    """

    name: str
    position: int
    version: int
    payload: bytes


class EventLog(Protocol):
    """Events in order, the personal values they name, checkpoints, and the lease of the active hub.

    Every method raises LogFault when the store fails. Cancelling a call does not undo it: the log has to be read again.
    """

    async def open(self) -> None:
        """Connects, and makes the tables when there are none."""

    async def close(self) -> None:
        """Gives the connections back; the lease stays until `release` or until its time is over."""

    async def acquire(self, holder: str, ttl_ms: int) -> int:
        """Takes the lease for `ttl_ms` and answers with its new epoch; Conflict while somebody else holds it."""

    async def renew(self, ttl_ms: int) -> None:
        """Holds on for `ttl_ms` from now; StaleLease when it is lost."""

    async def fence(self, ttl_ms: int) -> None:
        """As `renew`, under a new epoch: an append of ours that is still on its way to the store is refused when it arrives.

        May be repeated after a LogFault. StaleLease when the lease is lost.
        """

    async def release(self) -> None:
        """Lets the next one in at once; harmless when the lease is not ours."""

    async def append(
        self,
        expected_position: int,
        events: Sequence[Recorded],
        personal: Sequence[PersonalRow] = (),
        erased: Sequence[PersonalId] = (),
    ) -> None:
        """Writes all of it in one transaction, on the disk when this returns.

        A personal row with a known id takes the new value. Raises Conflict when the last position is not
        `expected_position`, StaleLease when the lease is not ours; nothing is written then.
        """

    async def last_position(self) -> int:
        """0 when the log is empty."""

    def read(self, after: int = 0, *, batch: int = BATCH) -> AsyncIterator[list[Recorded]]:
        """The events behind `after` in order, up to the end as it is when the last batch is fetched."""

    def read_kinds(self, kinds: Sequence[str], /) -> AsyncIterator[list[Recorded]]:
        """The events of these kinds in order, from the beginning to the end as it is when the last of them are fetched."""

    async def read_call(self, call: CallId) -> list[Recorded]:
        """The events that name this call, in order."""

    async def read_centers(self) -> list[Recorded]:
        """Every CenterChanged, in order: what the center was at any time."""

    async def personal(self, ids: Iterable[PersonalId]) -> dict[PersonalId, str]:
        """The values of these ids; an erased or unknown one is missing."""

    async def personal_all(self) -> dict[PersonalId, str]: ...

    async def checkpoint(self, name: str) -> Checkpoint | None: ...

    async def keep_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Replaces the one of the same name."""


EventRow = tuple[int, int, str, int, str | None, str | None, str]
"""position, at, kind, version, call, agent, payload (JSON)."""


def to_row(recorded: Recorded) -> EventRow:
    event = recorded.event
    kind = codec.kind(event)
    return (
        recorded.position,
        recorded.at,
        kind,
        codec.version(kind),
        getattr(event, "call", None),
        getattr(event, "agent", None),
        codec.encode(event).decode(),
    )


def from_row(position: int, at: int, kind: str, version: int, payload: str) -> Recorded:
    """Raises LogFault when the event was written by a newer program, or cannot be read."""
    try:
        return Recorded(position, at, codec.decode(payload.encode(), kind, version))
    except (ValueError, KeyError) as error:
        raise LogFault(
            "log_damaged", f"event {position} of the log cannot be read ({kind} version {version}): {error}"
        ) from error


def check_positions(expected_position: int, events: Sequence[Recorded]) -> None:
    """A gap or a doubled position is a bug of the caller, not a conflict."""
    for offset, recorded in enumerate(events, start=1):
        assert recorded.position == expected_position + offset, "positions follow each other without gaps"


def net_personal(personal: Sequence[PersonalRow], erased: Sequence[PersonalId]) -> tuple[list[PersonalRow], list[PersonalId]]:
    """What to write and what to delete: of a row given twice the last value, of an erased one nothing."""
    gone = set(erased)
    rows = {row.id: row for row in personal if row.id not in gone}
    return list(rows.values()), sorted(gone)


def wrong_position(expected: int, found: int) -> Conflict:
    return Conflict(f"the log ends at {found}, not at {expected}: somebody else has written; read again")


def no_lease(epoch: int | None, current: int) -> StaleLease:
    if epoch is None:
        return StaleLease("this process has not taken the lease of the log: acquire it before appending")
    return StaleLease(f"the lease of the log is at epoch {current}, ours was {epoch}: another hub is active, stop this one")
