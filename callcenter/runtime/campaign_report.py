"""A campaign's report for an auditor: its dials from the log, whom they were for from the rows, and the signature.

Only reads. Law and settings are those that stood in the log at each dial, so what was changed since changes no report.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Protocol

import msgspec
from msgspec import Struct
from sqlalchemy import select

from callcenter.hub.dialing import floor as see
from callcenter.kernel import events as e
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.center import Center
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.errors import NotFound
from callcenter.kernel.ids import AttemptId, CampaignId
from callcenter.kernel.law import Pack
from callcenter.kernel.words import Fate
from callcenter.runtime.seal import Seal
from callcenter.store import claim_facts
from callcenter.store.campaigns import Campaign
from callcenter.store.database import Database
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from dialer.abandon_cap import AnswerFacts
from dialer.auditor_report import About, Answer, Dial, Period, Report, Whom, report
from dialer.law import Law

KINDS = ("CenterChanged", "LeadPreviewed", "AttemptDialed", "AttemptJudged", "AttemptOver")
TOGETHER = 500
"""Leads read at once."""


class ReadKinds(Protocol):
    """`EventLog.read_kinds`."""

    def __call__(self, kinds: Sequence[str], /) -> AsyncIterator[list[e.Recorded]]: ...


class _Passed(Struct, kw_only=True):
    """What the log tells of a dial before its end."""

    lead: int
    place: int
    rule: str
    judged: Fate | None = None
    values: CampaignValues
    law: Law
    center: Center


class CampaignReports:
    """`program` names the version of the program that made a report."""

    def __init__(self, read: ReadKinds, database: Database, seal: Seal, program: str) -> None:
        self._read, self._database, self._seal, self._program = read, database, seal, program

    @property
    def key(self) -> str:
        return self._seal.public

    async def signed(self, campaign: Campaign, since: date, until: date, now: int) -> bytes:
        """Raises LogFault, StoreFault, and NotFound where the log knows no such campaign."""
        found = await self.report(campaign, since, until, now)
        return self._seal.seal(msgspec.json.encode(found))

    async def report(self, campaign: Campaign, since: date, until: date, now: int) -> Report:
        log = _Followed(CampaignId(str(campaign.id)), since, until)
        async for batch in self._read(KINDS):
            for recorded in batch:
                log.follow(recorded)
        if log.center is None:
            raise NotFound("The log knows of no center: the service has never run here.")
        whom = await self._whom({over.lead for _, over in log.dials})
        claimed = await self._claimed([over.attempt for _, over in log.dials])
        dials = [
            _dial(passed, over, claimed.get(over.attempt), whom.get((over.lead, passed.place))) for passed, over in log.dials
        ]
        about = About(campaign=campaign.id, name=campaign.name, made_at=now, program=self._program)
        return report(about, Period(since=since, until=until, zone=log.center.zone), dials, log.earlier, log.law)

    async def _claimed(self, attempts: Sequence[AttemptId]) -> dict[str, int]:
        """When the gate was asked for each, by attempt."""
        found: dict[str, int] = {}
        row = LeadAttemptRow
        for first in range(0, len(attempts), TOGETHER):
            query = select(row.attempt, row.claimed_at).where(row.attempt.in_(attempts[first : first + TOGETHER]))
            async with self._database.read() as session:
                found.update((attempt, at) for attempt, at in await session.execute(query))
        return found

    async def _whom(self, leads: set[int]) -> dict[tuple[int, int], Whom]:
        """By lead and place."""
        found: dict[tuple[int, int], Whom] = {}
        ids = sorted(leads)
        for first in range(0, len(ids), TOGETHER):
            async with self._database.read() as session:
                rows = list(await session.scalars(select(LeadRow).where(LeadRow.id.in_(ids[first : first + TOGETHER]))))
                for lead in await claim_facts.read(session, rows, sqlite=self._database.sqlite):
                    for one in lead.numbers:
                        asked = one.asked
                        found[lead.id, one.place] = Whom(number=asked.number, lead=asked.lead, history=asked.history)
        return found


class _Followed:
    """The log, read once from its beginning."""

    def __init__(self, campaign: CampaignId, since: date, until: date) -> None:
        self.center: Center | None = None
        self.dials: list[tuple[_Passed, e.AttemptOver]] = []
        """Of the period."""
        self.earlier: list[Answer] = []
        self._campaign, self._since, self._until = campaign, since, until
        self._open: dict[str, _Passed] = {}
        self._laws: list[Law] = []

    def follow(self, recorded: e.Recorded) -> None:
        match recorded.event:
            case e.CenterChanged(center=center):
                self.center = center
            case e.LeadPreviewed(campaign=self._campaign) | e.AttemptDialed(campaign=self._campaign) as began:
                self._begins(began)
            case e.AttemptJudged(campaign=self._campaign) as judged if judged.attempt in self._open:
                self._open[judged.attempt].judged = judged.fate
            case e.AttemptOver(campaign=self._campaign) as over:
                self._ends(over)

    @property
    def law(self) -> Law | None:
        """Under which the campaign stands at the end of the log."""
        values = self.center.campaigns.get(self._campaign) if self.center is not None else None
        pack = self.center.laws.get(values.law) if self.center is not None and values is not None and values.law else None
        return None if pack is None else self._law(pack)

    def _begins(self, event: e.LeadPreviewed | e.AttemptDialed) -> None:
        law, center = self.law, self.center
        if law is None or center is None:
            return  # nothing is dialed without
        self._open[event.attempt] = _Passed(
            lead=event.lead,
            place=event.place,
            rule=event.rule,
            values=center.campaigns[self._campaign],
            law=law,
            center=center,
        )

    def _law(self, pack: Pack) -> Law:
        """One for each pack as it was, however often the center changed."""
        known = next((law for law in self._laws if law.pack == pack), None)
        if known is None:
            known = Law(pack)
            self._laws.append(known)
        return known

    def _ends(self, over: e.AttemptOver) -> None:
        passed = self._open.pop(over.attempt, None)
        if passed is None or self.center is None:
            return
        period = Period(since=self._since, until=self._until, zone=self.center.zone)
        if period.has(over.dialed_at):
            self.dials.append((passed, over))
        elif period.day(over.dialed_at) < self._since and (answer := _answer(passed, over)) is not None:
            self.earlier.append(answer)


def _answer(passed: _Passed, over: e.AttemptOver) -> Answer | None:
    if over.answered_at is None:
        return None
    judged = passed.judged or over.fate
    assert judged is not None, "an answered attempt is judged before it is over"
    facts = AnswerFacts(
        answered_at=over.answered_at,
        greeting_end_at=over.greeting_end_at,
        agent_at=over.agent_at,
        message_played_at=over.message_played_at,
        taken_for_machine=over.outcome in (Outcome.MACHINE, Outcome.FAX),
    )
    heard = over.heard
    return Answer(
        attempt=over.attempt,
        facts=facts,
        judged=judged,
        heard=None if heard is None else heard.answerer.value,
        confidence=None if heard is None else heard.confidence,
    )


def _dial(passed: _Passed, over: e.AttemptOver, claimed_at: int | None, whom: Whom | None) -> Dial:
    return Dial(
        attempt=over.attempt,
        call=over.call,
        lead=over.lead,
        place=passed.place,
        rule=passed.rule,
        claimed_at=over.dialed_at if claimed_at is None else claimed_at,
        dialed_at=over.dialed_at,
        outcome=over.outcome,
        law=passed.law,
        facts=see.facts(passed.center, passed.values),
        whom=None if claimed_at is None else whom,
        answer=_answer(passed, over),
    )
