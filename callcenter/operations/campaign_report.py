"""`callcenter report`: what an auditor is given of a campaign, and the check of what somebody was given. Only reads."""

import argparse
import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from callcenter.bootstrap import open_log
from callcenter.kernel.errors import Refused
from callcenter.kernel.words import Language
from callcenter.runtime import clock
from callcenter.runtime.campaign_report import CampaignReports
from callcenter.runtime.seal import Seal, opened
from callcenter.store.campaigns import Campaigns
from callcenter.store.database import Database
from config.settings import Settings, read_settings
from dialer.auditor_report import Report


async def signed(settings: Settings, name: str, since: date, until: date) -> bytes:
    """`name`: the campaign's number or its short word. Raises NotFound, LogFault and StoreFault."""
    event_log, database = open_log(settings.event_log_url), Database(settings.database_url)
    try:
        await event_log.open()
        campaigns = Campaigns(database)
        campaign = await (campaigns.campaign(int(name)) if name.isdecimal() else campaigns.named(name))
        reports = CampaignReports(event_log.read_kinds, database, Seal(settings.data), version("callcenter"))
        return await reports.signed(campaign, since, until, clock.now())
    finally:
        await database.close()
        await event_log.close()


def lines(document: bytes, language: Language) -> Iterator[str]:
    """The report in sentences for a terminal. Raises msgspec.DecodeError for what is no report."""
    found = msgspec.json.decode(document, type=Report)
    zh = language == "zh"
    yield f"{'外呼活动' if zh else 'campaign'} {found.name}  {found.since} .. {found.until}  ({found.zone})"
    laws = ", ".join(f"{one.law} {one.version}" for one in found.versions) or ("无" if zh else "none")
    yield f"  {'法规' if zh else 'law'}: {laws}"
    outcomes = ", ".join(f"{name} {count}" for name, count in found.outcomes.items())
    yield f"  {'拨打' if zh else 'dials'}: {found.dials}  {outcomes}".rstrip()
    if found.hours.earliest is not None:
        yield f"  {'对方当地时间' if zh else 'by their clock'}: {found.hours.earliest} .. {found.hours.latest}"
    yield f"  {'同一号码 24 小时内最多' if zh else 'most to one number in 24 hours'}: {found.repeats.most_in_24_hours}"
    worst = found.worst
    if worst is None:
        yield f"  {'没有受上限约束的接听' if zh else 'no answer under a cap'}"
    else:
        kept = ("符合" if zh else "kept") if all(day.kept for day in found.abandon) else ("超出" if zh else "BROKEN")
        what = "放弃率最高日" if zh else "worst day of the abandon rate"
        yield f"  {what}: {worst.day}  {worst.rate:.2%} = {worst.abandons} / {worst.answers}, {worst.cap:.0%}: {kept}"
    missing = sum(call.message_missing for call in found.answered)
    yield f"  {'缺少应播留言的放弃电话' if zh else 'abandoned without the message in time'}: {missing}"
    yield f"  {'重新核对时不应拨打' if zh else 'dials that the rules would not let pass'}: {len(found.breaches)}"
    for breach in found.breaches[:20]:
        yield f"    {breach.attempt}  {breach.code}  {breach.rule}: {breach.why}"
    yield f"  {'与当时判定不同' if zh else 'judged otherwise at the time'}: {len(found.differences)}"
    if found.not_checked:
        yield f"  {'客户已删除，无法核对' if zh else 'not checked, for the lead was erased since'}: {found.not_checked}"


# -- the command ------------------------------------------------------------------------------------------------------------


def add_to(commands: Any, add_config: Callable[[argparse.ArgumentParser], None]) -> None:
    """`report campaign`, `report check` and `report key`, to argparse's sub-parsers."""
    kinds = commands.add_parser("report", help="what an auditor is given, signed; docs/auditing.md").add_subparsers(
        required=True, metavar="WHAT"
    )
    campaign = kinds.add_parser("campaign", help="abandon rate by the law, the calls behind it, hours, attempts")
    campaign.add_argument("id", metavar="ID", help="its number or its short word")
    campaign.add_argument("--first", type=_day, required=True, metavar="YYYY-MM-DD", help="in the center's zone")
    campaign.add_argument("--last", type=_day, required=True, metavar="YYYY-MM-DD", help="included")
    campaign.add_argument("--out", type=Path, required=True, metavar="FILE")
    add_config(campaign)
    check = kinds.add_parser("check", help="whether a report is as it was signed, and what it says")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--key", metavar="KEY", help="the center's public key, got by another way; without it only changes show")
    key = kinds.add_parser("key", help="the center's public key")
    add_config(key)
    for one, run in ((campaign, _campaign), (check, _check), (key, _key)):
        one.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the sentences (default en)")
        one.set_defaults(run=run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write YYYY-MM-DD") from None


def _campaign(given: argparse.Namespace) -> int:
    if given.last < given.first:
        raise Refused("bad_period", "the last day lies before the first")
    sealed = asyncio.run(signed(read_settings(given.config, os.environ), given.id, given.first, given.last))
    try:
        given.out.write_bytes(sealed)
    except OSError as error:
        raise Refused("file_unwritable", f"{given.out} cannot be written: {error.strerror}") from None
    return _say(sealed, None, given.lang)


def _check(given: argparse.Namespace) -> int:
    try:
        sealed = given.file.read_bytes()
    except OSError as error:
        raise Refused("file_unreadable", f"{given.file} cannot be read: {error.strerror}") from None
    return _say(sealed, given.key, given.lang)


def _say(sealed: bytes, key: str | None, language: Language) -> int:
    document, by = opened(sealed, key)
    try:
        for line in lines(document, language):
            print(line)
    except msgspec.DecodeError:
        raise Refused("seal_missing", "what was signed is whole, and no report that this version can read") from None
    print(f"  {'签名密钥' if language == 'zh' else 'signed with'}: {by}")
    return 0


def _key(given: argparse.Namespace) -> int:
    print(Seal(read_settings(given.config, os.environ).data).public)
    return 0
