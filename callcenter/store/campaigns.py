"""Campaigns as a campaign manager plans them. Their state is changed here; what a running one dials is decided elsewhere.

References (skill, teams, caller id, law pack) are checked by whoever knows the center; what is wrong in itself is refused here.
"""

import re
from datetime import date
from typing import Any, Literal, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType, field
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.center import Label
from callcenter.kernel.clock import DAY, HOUR
from callcenter.kernel.dialing import CallbackPlan, Machines, Mode, RetryPlan
from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.kernel.follow_up import Disposition
from callcenter.kernel.law import MessagePart
from callcenter.store.database import Database
from callcenter.store.tables.campaigns import CampaignRow
from callcenter.store.tables.directory import CenterRow

CampaignState = Literal["draft", "running", "paused", "stopped", "finished"]

MOVES: dict[CampaignState, tuple[CampaignState, ...]] = {
    "draft": ("running", "finished"),
    "running": ("paused", "stopped", "finished"),
    "paused": ("running", "stopped", "finished"),
    "stopped": ("running", "finished"),
    "finished": (),
}
"""Paused: calls that are under way are connected, nothing new is dialed. Stopped: what rings is ended too. Finished: for good."""

MOST_DISPOSITIONS = 30
_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,63}$")


class Campaign(Struct, frozen=True, kw_only=True):
    """Days are ISO dates in the center's zone; money is in `currency`; 0 for a plan that was not made."""

    id: int = 0
    name: str
    """Short word: letters of a to z, digits, - and _."""
    label: Label = field(default_factory=lambda: Label("", ""))
    mode: Mode = Mode.PREVIEW
    state: CampaignState = "draft"
    first_day: str | None = None
    last_day: str | None = None
    goal: int = 0
    """How many successes are wanted."""
    goal_outcomes: tuple[str, ...] = ()
    """Dispositions that count as success."""
    planned_calls: int = 0
    planned_minutes: int = 0
    currency: str = "USD"
    cost_per_call: float = 0.0
    cost_per_minute: float = 0.0
    expected_income: float = 0.0
    budget: float = 0.0
    priority: int = 0
    share: float = 1.0
    skill: str | None = None
    minimum_level: int = 1
    teams: tuple[str, ...] = ()
    caller_id: str = ""
    law: str | None = None
    """The law pack; without one nothing is dialed."""
    retry: RetryPlan = field(default_factory=RetryPlan)
    dispositions: tuple[Disposition, ...] = ()
    """Empty: the center's own."""
    callbacks: CallbackPlan = field(default_factory=CallbackPlan)
    ring_ms: int = 25_000
    wrap_up_ms: int = 60_000
    preview_ms: int = 0
    carrier: str | None = None
    lines: int = 100
    message: str | None = None
    message_contains: tuple[str, ...] = ()
    opt_out_key: str | None = None
    machines: Machines = Machines.OFF
    voicemail: str | None = None
    """The prompt that is left to machines."""
    changed_at: int = 0
    """Also the version: a change that was made from an older one is a Conflict."""


class CampaignChange(Struct, frozen=True, kw_only=True):
    """What is UNSET stays as it is. Everything may be changed while the campaign runs."""

    label: Label | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    first_day: str | UnsetType | None = UNSET
    last_day: str | UnsetType | None = UNSET
    goal: int | UnsetType = UNSET
    goal_outcomes: tuple[str, ...] | UnsetType = UNSET
    planned_calls: int | UnsetType = UNSET
    planned_minutes: int | UnsetType = UNSET
    currency: str | UnsetType = UNSET
    cost_per_call: float | UnsetType = UNSET
    cost_per_minute: float | UnsetType = UNSET
    expected_income: float | UnsetType = UNSET
    budget: float | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    share: float | UnsetType = UNSET
    skill: str | UnsetType | None = UNSET
    minimum_level: int | UnsetType = UNSET
    teams: tuple[str, ...] | UnsetType = UNSET
    caller_id: str | UnsetType = UNSET
    law: str | UnsetType | None = UNSET
    retry: RetryPlan | UnsetType = UNSET
    dispositions: tuple[Disposition, ...] | UnsetType = UNSET
    callbacks: CallbackPlan | UnsetType = UNSET
    ring_ms: int | UnsetType = UNSET
    wrap_up_ms: int | UnsetType = UNSET
    preview_ms: int | UnsetType = UNSET
    carrier: str | UnsetType | None = UNSET
    lines: int | UnsetType = UNSET
    message: str | UnsetType | None = UNSET
    message_contains: tuple[str, ...] | UnsetType = UNSET
    opt_out_key: str | UnsetType | None = UNSET
    machines: Machines | UnsetType = UNSET
    voicemail: str | UnsetType | None = UNSET


class Campaigns:
    """Methods raise NotFound, Refused for values that cannot be, Conflict, StoreFault. `now` is ms since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[Campaign, ...]:
        """Those that dial first, first."""
        query = select(CampaignRow).order_by(CampaignRow.priority.desc(), CampaignRow.name)
        async with self._database.read() as session:
            return tuple(map(_campaign, await session.scalars(query)))

    async def campaign(self, id: int) -> Campaign:
        async with self._database.read() as session:
            return _campaign(_there(await session.get(CampaignRow, id)))

    async def named(self, name: str) -> Campaign:
        async with self._database.read() as session:
            found = await session.scalars(select(CampaignRow).where(CampaignRow.name == name))
            return _campaign(_there(found.one_or_none()))

    async def create(self, values: Campaign, by: str, now: int) -> Campaign:
        """As a draft, whatever `values.state` says."""
        check(values)
        async with self._database.write() as session:
            if await session.scalar(select(CampaignRow.id).where(CampaignRow.name == values.name)) is not None:
                raise Refused("name_taken", "there is a campaign of this name: choose another")
            row = CampaignRow(name=values.name, state="draft", changed_by=by, created_at=now, changed_at=now, **_columns(values))
            session.add(row)
            await session.flush()
            await raise_version(session)
            return _campaign(row)

    async def change(self, id: int, values: CampaignChange, by: str, now: int, *, seen: int | None = None) -> Campaign:
        """`seen`: the `changed_at` that the person saw; a later one is a Conflict."""
        async with self._database.write() as session:
            row = _there(await session.get(CampaignRow, id, with_for_update=True))
            if seen is not None and row.changed_at != seen:
                raise Conflict("somebody else changed the campaign: look at it again, then change it")
            given = {name: value for name in values.__struct_fields__ if (value := getattr(values, name)) is not UNSET}
            changed = msgspec.structs.replace(_campaign(row), **given)
            check(changed)
            for name, value in _columns(changed).items():
                setattr(row, name, value)
            row.changed_by, row.changed_at = by, max(now, row.changed_at + 1)
            await raise_version(session)
            return _campaign(row)

    async def keep_state(self, id: int, state: CampaignState) -> None:
        """What the hub has decided, for those who read the row; nothing for a campaign that is gone."""
        async with self._database.write() as session:
            await session.execute(update(CampaignRow).where(CampaignRow.id == id).values(state=state))

    async def move(self, id: int, state: CampaignState, by: str, now: int) -> Campaign:
        """Start, pause, stop or finish it."""
        async with self._database.write() as session:
            row = _there(await session.get(CampaignRow, id, with_for_update=True))
            before: CampaignState = msgspec.convert(row.state, CampaignState)
            if state not in MOVES[before]:
                raise Refused("campaign_state", f"a campaign that is {before} cannot become {state}")
            if state == "running" and row.law is None:
                raise Refused("no_law", "the campaign has no law pack, and nothing may be dialed without one: choose one")
            row.state, row.changed_by, row.changed_at = state, by, max(now, row.changed_at + 1)
            return _campaign(row)


async def raise_version(session: AsyncSession) -> None:
    """Campaigns are part of the center's values: the hub takes them when the directory's version has risen."""
    await session.execute(update(CenterRow).values(version=CenterRow.version + 1))


_AMOUNTS = (
    "goal", "planned_calls", "planned_minutes", "cost_per_call", "cost_per_minute", "expected_income", "budget", "preview_ms",
)  # fmt: skip


def check(values: Campaign) -> None:
    """Raises Refused for the first value that cannot be."""
    if not _NAME.match(values.name):
        raise Refused("bad_name", "a campaign's name is a short word of the letters a to z, digits, - and _")
    for day in (values.first_day, values.last_day):
        if day is not None and not _is_day(day):
            raise Refused("bad_day", "a day is written like 2026-11-23")
    if values.first_day and values.last_day and values.last_day < values.first_day:
        raise Refused("bad_day", "the campaign ends before it begins: change one of its days")
    for name in _AMOUNTS:
        if not 0 <= getattr(values, name) < 1e15:
            raise Refused("bad_amount", f"{name} is 0 or more")
    if not re.match(r"^[A-Z]{3}$", values.currency):
        raise Refused("bad_currency", "a currency is three capital letters, such as USD or CNY")
    if not 0 < values.share <= 1_000 or not -1_000 <= values.priority <= 1_000:
        raise Refused("bad_share", "a share lies above 0 and is at most 1000, a priority lies between -1000 and 1000")
    if not 1 <= values.minimum_level <= 5:
        raise Refused("bad_level", "a level lies between 1 and 5")
    if not 5_000 <= values.ring_ms <= 180_000 or not 1_000 <= values.wrap_up_ms <= 3_600_000:
        raise Refused("bad_time", "a dial rings 5 to 180 seconds, and wrap-up takes 1 second to an hour")
    if not 1 <= values.lines <= 10_000:
        raise Refused("bad_amount", "a campaign has 1 to 10000 lines")
    if not set(values.message_contains) <= set(get_args(MessagePart)):
        raise Refused("bad_message", f"a message contains some of {', '.join(get_args(MessagePart))}")
    _check_dispositions(values)
    if values.opt_out_key is not None and not re.match(r"^[0-9*#]$", values.opt_out_key):
        raise Refused("bad_message", "the key for opting out is one key of a telephone")
    if values.machines is Machines.MESSAGE and values.voicemail is None:
        raise Refused("bad_message", "a message is to be left to machines and none is chosen: choose a prompt")


def _check_dispositions(values: Campaign) -> None:
    codes = [one.code for one in values.dispositions]
    if len(codes) > MOST_DISPOSITIONS or len(set(codes)) < len(codes) or not all(_NAME.match(code) for code in codes):
        why = f"a campaign has at most {MOST_DISPOSITIONS} outcomes, each with a short word of its own of a-z, digits, - and _"
        raise Refused("bad_dispositions", why)
    for one in values.dispositions:
        if not one.label.en.strip() or not one.label.zh.strip():
            raise Refused("bad_dispositions", f"the outcome {one.code} needs its words in English and in Chinese")
        if not 0 <= one.probability <= 1 or not 0 <= one.value < 1e15 or not 0 <= one.after_ms <= 366 * DAY:
            raise Refused("bad_dispositions", f"the outcome {one.code} has a probability, a value or a time that cannot be")
    plan = values.callbacks
    if not 0 <= plan.remind_before_ms <= HOUR or not 0 <= plan.owner_waits_ms <= plan.expires_ms <= 30 * DAY:
        raise Refused("bad_time", "a reminder comes up to an hour before, and a callback expires after its agent was waited for")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _there(row: CampaignRow | None) -> CampaignRow:
    if row is None:
        raise NotFound("there is no such campaign")
    return row


_NESTED = ("label", "mode", "machines", "retry", "dispositions", "callbacks")
_PLAIN = tuple(name for name in CampaignChange.__struct_fields__ if name not in _NESTED)


def _columns(values: Campaign) -> dict[str, Any]:
    """Everything that may be changed, as columns."""
    plain = {name: getattr(values, name) for name in _PLAIN}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}
    label = {"label_en": values.label.en, "label_zh": values.label.zh}
    nested = {name: msgspec.to_builtins(getattr(values, name)) for name in ("retry", "dispositions", "callbacks")}
    nested["dispositions"] = list(nested["dispositions"])
    return plain | label | nested | {"mode": str(values.mode), "machines": str(values.machines)}


def _campaign(row: CampaignRow) -> Campaign:
    plain = {name: getattr(row, name) for name in _PLAIN}
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    return Campaign(
        id=row.id,
        name=row.name,
        label=Label(row.label_en, row.label_zh),
        mode=Mode(row.mode),
        machines=Machines(row.machines),
        state=msgspec.convert(row.state, CampaignState),
        retry=msgspec.convert(row.retry, RetryPlan),
        dispositions=msgspec.convert(row.dispositions, tuple[Disposition, ...]),
        callbacks=msgspec.convert(row.callbacks, CallbackPlan),
        changed_at=row.changed_at,
        **plain,
    )
