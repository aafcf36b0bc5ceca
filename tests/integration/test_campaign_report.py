"""What an auditor is given of a campaign that really dialed, on both databases; planted breaches and lies are found in it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete

from callcenter.cli import main
from callcenter.kernel import events as e
from callcenter.kernel.center import Opening
from callcenter.kernel.clock import DAY, HOUR
from callcenter.kernel.dialing import Machines, Outcome
from callcenter.kernel.errors import Refused
from callcenter.kernel.events import Recorded
from callcenter.kernel.law import AttemptCap, CallingHours, Rules
from callcenter.kernel.words import Fate
from callcenter.runtime.campaign_report import CampaignReports
from callcenter.runtime.seal import Seal, opened
from callcenter.store.campaigns import Campaign
from callcenter.store.database import Database
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.tables.leads import LeadRow
from dialer.auditor_report import Report
from dialer.compliance import Hold
from tests.integration.campaigning import Office
from tests.integration.dialing import NOON, Dialer, campaign, law
from tests.integration.test_dialing import filled
from tests.integration.test_dialing_answers import takes_long

DAYTIME = CallingHours(weekdays=tuple((Opening(9 * 60, 21 * 60),) for _ in range(7)))
TODAY = date(2027, 1, 15)
Change = Callable[[Recorded], Recorded]


@pytest.fixture
def dialer(database: Database) -> Dialer:
    return Dialer(database, law(everywhere=Rules(hours=DAYTIME, attempts=(AttemptCap(limit=2, per="day"),))))


async def worked(dialer: Dialer, office: Office, tmp_path: Path) -> Campaign:
    """One talks with an agent, one is busy, one is abandoned and hears the message."""
    spring = await dialer.opens(campaign())
    one, two, three = await filled(dialer, office, spring, tmp_path, 3)
    dialer.behave(one, after_ms=4_000, hangs_up_after_ms=20_000)
    dialer.behave(two, does="busy")
    dialer.behave(three, after_ms=4_000, hangs_up_after_ms=60_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 1)
    await dialer.wraps_up()
    await dialer.until(lambda: three in dialer.dialed)
    dialer.network.unregister("phone-ana", dialer.now)
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 3)
    return await dialer.campaigns.campaign(int(spring))


async def told(
    dialer: Dialer, of: Campaign, folder: Path, *, first: date = TODAY, last: date = TODAY, change: Change | None = None
) -> Report:
    """The report over a real log with these events, as an auditor reads it."""
    log = SqliteLog(folder / f"log{len(list(folder.glob('log*')))}.db")
    await log.open()
    await log.acquire("test", 60_000)
    events = [recorded if change is None else change(recorded) for recorded in dialer.log]
    await log.append(0, events, list(dialer.personal.values()))
    reports = CampaignReports(log.read_kinds, dialer.database, Seal(folder), "1")
    sealed = await reports.signed(of, first, last, dialer.now)
    await log.close()
    document, key = opened(sealed, reports.key)
    assert key == Seal(folder).public, "kept across restarts"
    return msgspec.json.decode(document, type=Report)


def over(change: Callable[[e.AttemptOver], e.AttemptOver]) -> Change:
    """A lie in the log about how attempts went."""

    def of(recorded: Recorded) -> Recorded:
        event = recorded.event
        return msgspec.structs.replace(recorded, event=change(event)) if isinstance(event, e.AttemptOver) else recorded

    return of


async def test_the_rate_with_the_calls_behind_it_hours_and_attempts(dialer: Dialer, office: Office, tmp_path: Path):
    of = await worked(dialer, office, tmp_path)
    found = await told(dialer, of, tmp_path)
    assert (found.campaign, found.name, found.zone) == (of.id, of.name, "America/New_York")
    assert [(one.law, one.version, one.connect_ms) for one in found.versions] == [("test", "1", 2_000)]
    assert (found.dials, found.outcomes) == (3, {"abandoned": 1, "answered": 1, "busy": 1})
    (day,) = found.abandon
    assert (day.day, day.answers, day.abandons, day.rate, day.cap, day.kept) == ("2027-01-15", 2, 1, 0.5, 0.03, False)
    connected, abandoned = found.answered
    facts = {event.attempt: event for event in dialer.all(e.AttemptOver)}
    for call, counts_as in ((connected, Fate.CONNECTED), (abandoned, Fate.ABANDONED)):
        event = facts[call.attempt]  # type: ignore[index]
        assert (call.answered_at, call.agent_at, call.message_played_at) == (
            event.answered_at, event.agent_at, event.message_played_at,
        )  # fmt: skip
        assert (call.counts_as, call.call, call.lead) == (counts_as, event.call, event.lead)
    assert connected.waited_ms is not None
    assert connected.waited_ms < 2_000
    assert (abandoned.agent_at, abandoned.message_missing) == (None, False)
    assert found.hours.dials == {"10": 1, "12": 1, "13": 1}, "New York, San Francisco and Chicago"
    assert found.hours.earliest is not None
    assert found.hours.earliest.startswith("10:")
    assert (found.repeats.numbers, found.repeats.most_in_24_hours) == ({"1": 3}, 1)
    assert found.rules == {"test 1 allowed": 3}
    assert (found.breaches, found.differences, found.not_checked) == ((), (), 0)
    text = msgspec.json.encode(found).decode()
    numbers = {row.value for row in dialer.personal.values() if row.kind == "number"}
    assert numbers
    assert not [number for number in numbers if number in text], "nobody's number is in it"


async def test_windows_reach_back_and_other_days_are_left_out(dialer: Dialer, office: Office, tmp_path: Path):
    of = await worked(dialer, office, tmp_path)
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    before = await told(dialer, of, tmp_path, first=yesterday, last=yesterday)
    assert (before.dials, before.laws, [one.version for one in before.versions]) == (0, ("test",), ["1"])
    last = next(event for event in reversed(dialer.all(e.AttemptOver)) if event.agent_at is None and event.answered_at)

    def a_day_later(event: e.AttemptOver) -> e.AttemptOver:
        if event.attempt != last.attempt:
            return event
        times = {name: getattr(event, name) for name in ("dialed_at", "rang_at", "answered_at", "message_played_at")}
        return msgspec.structs.replace(event, **{name: at and at + DAY for name, at in times.items()})

    found = await told(dialer, of, tmp_path, first=tomorrow, last=tomorrow, change=over(a_day_later))
    (day,) = found.abandon
    assert found.dials == 1
    assert (day.since, day.answers, day.abandons) == ("2027-01-15", 2, 1), "the connected one of the day before is in the window"


async def test_a_dial_by_night_is_found(dialer: Dialer, office: Office, tmp_path: Path):
    of = await worked(dialer, office, tmp_path)
    busy = next(event for event in dialer.all(e.AttemptOver) if event.outcome is Outcome.BUSY)

    def by_night(event: e.AttemptOver) -> e.AttemptOver:
        return msgspec.structs.replace(event, dialed_at=NOON - 6 * HOUR) if event.attempt == busy.attempt else event

    found = await told(dialer, of, tmp_path, change=over(by_night))
    assert [(breach.attempt, breach.code, breach.rule) for breach in found.breaches] == [
        (busy.attempt, Hold.HOURS, "test 1 everywhere.hours")
    ]
    assert found.hours.earliest == "04:00", "in San Francisco"


async def test_one_call_too_many_is_found(dialer: Dialer, office: Office, tmp_path: Path):
    """The gate was asked with a cap of two a day; the report asks with the law that stood in the log."""
    spring = await dialer.opens(campaign())
    (one,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(one, does="busy")
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.advances(30 * 60)
    assert dialer.dialed == [one, one]
    of = await dialer.campaigns.campaign(int(spring))

    def stricter(recorded: Recorded) -> Recorded:
        event = recorded.event
        if not isinstance(event, e.CenterChanged) or not event.center.laws:
            return recorded
        packs = {
            id: msgspec.structs.replace(
                pack,
                versions=tuple(
                    msgspec.structs.replace(one, everywhere=Rules(hours=DAYTIME, attempts=(AttemptCap(limit=1, per="day"),)))
                    for one in pack.versions
                ),
            )
            for id, pack in event.center.laws.items()
        }
        center = msgspec.structs.replace(event.center, laws=packs)
        return msgspec.structs.replace(recorded, event=msgspec.structs.replace(event, center=center))

    assert (await told(dialer, of, tmp_path)).breaches == ()
    found = await told(dialer, of, tmp_path, change=stricter)
    assert {breach.code for breach in found.breaches} == {Hold.CAP_DAY}
    assert found.repeats.most_in_24_hours == 2


async def test_a_lie_about_what_a_call_counted_as_is_found(dialer: Dialer, office: Office, tmp_path: Path):
    of = await worked(dialer, office, tmp_path)

    def connected(recorded: Recorded) -> Recorded:
        event = recorded.event
        if not isinstance(event, e.AttemptJudged) or event.fate is not Fate.ABANDONED:
            return recorded
        return msgspec.structs.replace(recorded, event=msgspec.structs.replace(event, fate=Fate.CONNECTED))

    found = await told(dialer, of, tmp_path, change=connected)
    assert [(one.stored, one.derived) for one in found.differences] == [("connected", "abandoned")]
    assert found.abandon[0].abandons == 1, "what counts is what follows from the facts"


async def test_a_machine_is_no_answer_by_a_person(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(machines=Machines.HANG_UP))
    (one,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(one, after_ms=4_000, who="machine", greeting_ms=2_000, beep_ms=500)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.dialed != [])
    takes_long(dialer, 60_000)
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    found = await told(dialer, await dialer.campaigns.campaign(int(spring)), tmp_path)
    assert [(call.counts_as, call.heard) for call in found.answered] == [(Fate.MACHINE, "machine")]
    (day,) = found.abandon
    assert (day.answers, day.abandons, day.machines, found.differences) == (0, 0, 1, ())


async def test_of_an_erased_lead_only_what_the_log_has(dialer: Dialer, office: Office, tmp_path: Path):
    of = await worked(dialer, office, tmp_path)
    async with dialer.database.write() as session:
        await session.execute(delete(LeadRow))
    found = await told(dialer, of, tmp_path)
    assert (found.dials, found.not_checked, found.hours.earliest) == (3, 3, None)
    assert (found.abandon[0].answers, found.abandon[0].abandons) == (2, 1)


def test_what_is_not_as_it_was_signed_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    seal, other = Seal(tmp_path), Seal(tmp_path / "other")
    (tmp_path / "other").mkdir()
    sealed = seal.seal(b'{"rate":0.031}')
    assert opened(sealed) == (b'{"rate":0.031}', seal.public)
    refused = {
        sealed.replace(b"0.031", b"0.029"): "seal_broken",
        b'{"rate":0.029}\n' + sealed.partition(b"\n")[2]: "seal_broken",
        sealed.partition(b"\n")[0]: "seal_missing",
        b"": "seal_missing",
        sealed + sealed: "seal_missing",
        sealed.replace(b"Ed25519", b"RSA"): "seal_missing",
    }
    for spoiled, code in refused.items():
        with pytest.raises(Refused) as why:
            opened(spoiled)
        assert why.value.code == code
    with pytest.raises(Refused) as why:
        opened(other.seal(b'{"rate":0.029}'), seal.public)
    assert why.value.code == "seal_of_another"
    file = tmp_path / "report.jsonl"
    file.write_bytes(sealed.replace(b"0.031", b"0.029"))
    with pytest.raises(SystemExit) as end:
        main(["report", "check", str(file)])
    assert end.value.code == 2
    assert "changed after it was signed" in capsys.readouterr().err


def test_the_key_is_for_our_eyes_only_and_a_damaged_one_is_refused(tmp_path: Path):
    Seal(tmp_path).seal(b"{}")
    file = tmp_path / "report.key"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"short")
    with pytest.raises(Refused) as why:
        Seal(tmp_path).seal(b"{}")
    assert why.value.code == "report_key_damaged"
