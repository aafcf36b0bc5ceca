"""Builders that read like sentences: the shipped packs, a campaign that keeps every rule, and people to be called."""

from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.kernel.dialing import Mode, Outcome
from callcenter.kernel.law import PackId
from config.law_file import read_packs
from dialer.compliance import Verdict, next_allowed_at, verdict
from dialer.facts import CampaignFacts, Consent, History, LeadFacts, Message, Past
from dialer.law import Law
from dialer.zones import number

HOUR = 3_600_000
DAY = 24 * HOUR
REGISTRIES = ("us-national", "tps", "ctps", "bloctel", "lista-robinson", "rpo")
NEW_YORK, PENSACOLA, TEXAS, IDAHO = "+12125550100", "+18504320100", "+12145550100", "+12085550100"
MIAMI, LONDON, PARIS, BEIJING = "+13055550100", "+442079460000", "+33123456789", "+861012345678"
AGREED = LeadFacts(consents=(Consent(kind="written", given_at=0),))


@cache
def law(pack: str = "us-federal") -> Law:
    return Law(packs()[PackId(pack)])


@cache
def packs() -> Any:
    return read_packs()


def at(text: str, zone: str = "America/New_York", fold: int = 0) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def campaign(now: int, **changes: Any) -> CampaignFacts:
    """One that keeps every rule of every pack."""
    good: dict[str, Any] = {
        "mode": Mode.PREDICTIVE,
        "caller_id": "+12125550199",
        "message": Message(contains=("seller", "number", "purpose", "opt_out"), opt_out_key="9"),
        "registries": dict.fromkeys(REGISTRIES, now - DAY),
        "abandons_left": 5,
    }
    return CampaignFacts(**(good | changes))


def ask(
    e164: str, now: int, *past: Past, pack: str = "us-federal", lead: LeadFacts = AGREED, earlier: int = 0, **changes: Any
) -> Verdict:
    history = History(past=past, earlier_of_lead=earlier)
    return verdict(law(pack), number(e164), lead, history, campaign(now, **changes), now)


def opens(e164: str, now: int, *past: Past, pack: str = "us-federal", lead: LeadFacts = AGREED, **changes: Any) -> int | None:
    return next_allowed_at(law(pack), number(e164), lead, History(past=past), campaign(now, **changes), now)


def codes(found: Verdict) -> list[str]:
    return [reason.code.value for reason in found.reasons]


def called(when: int, outcome: Outcome | None = Outcome.NO_ANSWER, lasted: int = 20_000, **where: bool) -> Past:
    return Past(at=when, ended_at=None if outcome is None else when + lasted, outcome=outcome, **where)
