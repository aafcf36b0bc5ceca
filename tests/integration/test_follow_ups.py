"""What an agent says of a campaign's call, and what follows: by the real hub and the real rows, on both databases. Also when she
corrects herself, and when the process dies at any step.
"""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.center import Label
from callcenter.kernel.clock import DAY, HOUR, MINUTE
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.errors import Refused
from callcenter.kernel.follow_up import Disposition, Follow, Result
from callcenter.kernel.ids import AgentId, CampaignId, TeamId
from callcenter.simulation.phones import Outside
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.opportunities import Opportunities, OpportunityChange
from callcenter.store.tables.crm import OpportunityRow
from callcenter.store.tables.leads import CallbackRow, FollowUpRow, LeadAttemptRow
from tests.integration.campaigning import Office
from tests.integration.dialing import Dialer, Killed, campaign, law
from tests.integration.test_dialing import filled, rows
from tests.integration.test_dialing_survives import Death

ANA, BO = AgentId("ana"), AgentId("bo")


def one(code: str, follow: Follow, **more: object) -> Disposition:
    return Disposition(code=code, label=Label(code, f"{code}（中）"), follow=follow, **more)  # type: ignore[arg-type]


OUTCOMES = (
    one("no-interest", Follow.DONE, result=Result.FAILURE),
    one("wrong-time", Follow.RULE, like=Outcome.BUSY),
    one("wrong-number", Follow.RULE, like=Outcome.INVALID),
    one("tomorrow", Follow.LATER, after_ms=DAY),
    one("promised", Follow.CALLBACK),
    one("interested", Follow.OPPORTUNITY, result=Result.SUCCESS, probability=0.4, value=900.0, team=TeamId("day")),
    one("never", Follow.DO_NOT_CALL, result=Result.FAILURE),
)


async def wrapping(dialer: Dialer, office: Office, tmp_path: Path, **values: object) -> tuple[CampaignId, str, str]:
    """The only lead was talked with, and ana is in wrap-up: the campaign, the call, the number."""
    spring = await dialer.opens(campaign(dispositions=OUTCOMES, **values))
    (number,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(number, after_ms=3_000, hangs_up_after_ms=10_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.WRAPPING)
    await dialer.settles()
    return spring, dialer.all(e.CallConnected)[-1].call, number


async def says(dialer: Dialer, call: str, code: str, **more: object) -> None:
    await dialer.asks(c.SetDisposition(agent=ANA, call=call, code=code, **more))  # type: ignore[arg-type]


async def count(dialer: Dialer, table: type) -> int:
    async with dialer.database.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def attempt_of(dialer: Dialer) -> LeadAttemptRow:
    async with dialer.database.read() as session:
        found = (await session.scalars(select(LeadAttemptRow).order_by(LeadAttemptRow.claimed_at))).first()
        assert found is not None
        return found


async def test_what_follows_is_done_and_a_correction_takes_it_back(dialer: Dialer, office: Office, tmp_path: Path):
    _, call, number = await wrapping(dialer, office, tmp_path)
    assert [row.state for row in await rows(dialer)] == ["done"], "the plan calls nobody again who was reached"

    await says(dialer, call, "never")
    assert await DoNotCall(dialer.database).listed(number, "US") == ("own",)

    await says(dialer, call, "interested", probability=0.7)
    assert await DoNotCall(dialer.database).listed(number, "US") == ()
    (chance,) = await Opportunities(dialer.database).of()
    assert (chance.probability, chance.value, chance.team, chance.stage) == (0.7, 900.0, "day", "open")
    assert "Ann0" in chance.name
    assert (await rows(dialer))[0].opportunity == chance.id

    await says(dialer, call, "interested", value=50.0)
    (again,) = await Opportunities(dialer.database).of()
    assert (again.id, again.probability, again.value) == (chance.id, 0.4, 50.0), "corrected, not made a second time"

    await says(dialer, call, "promised", at=dialer.now + HOUR, mine=True, note="ask for the brother")
    assert await count(dialer, OpportunityRow) == 0
    (lead,) = await rows(dialer)
    assert (lead.state, lead.opportunity, lead.priority) == ("resting", None, 100)

    await says(dialer, call, "tomorrow")
    assert await count(dialer, CallbackRow) == 0
    (lead,) = await rows(dialer)
    assert (lead.state, lead.priority, lead.next_at) == ("resting", 0, dialer.now + DAY)

    await says(dialer, call, "wrong-time")
    (lead,) = await rows(dialer)
    tried = await attempt_of(dialer)
    assert tried.settled_at is not None
    assert lead.next_at == tried.settled_at + 5 * MINUTE, "as after a busy line"
    assert (tried.outcome, tried.disposition) == ("answered", "wrong-time"), "the law still sees a person who was reached"

    await says(dialer, call, "wrong-number")
    assert [row.state for row in await rows(dialer)] == ["done"]
    await says(dialer, call, "no-interest")
    assert [row.state for row in await rows(dialer)] == ["done"]
    async with dialer.database.read() as session:
        (kept,) = await session.scalars(select(FollowUpRow))
        assert (kept.result, kept.agent, kept.barred, kept.number_dead) == ("failure", "ana", [], False)
    assert dialer.hub.state.jobs == {}
    assert not any("brother" in str(recorded.event) for recorded in dialer.log), "words of hers are not in the log"
    assert "ask for the brother" in {row.value for row in dialer.personal.values()}

    await dialer.asks(c.FinishWrapUp(agent=ANA))
    with pytest.raises(Refused):
        await says(dialer, call, "never")
    assert await DoNotCall(dialer.database).listed(number, "US") == ()
    assert dialer.watch.violations == []


async def test_it_may_be_said_while_they_still_talk(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(dispositions=OUTCOMES))
    (number,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(number, after_ms=3_000, hangs_up_after_ms=30_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.CallConnected) != [])
    await says(dialer, dialer.all(e.CallConnected)[0].call, "tomorrow")
    assert (await rows(dialer))[0].state == "claimed"
    at = dialer.now
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    (lead,) = await rows(dialer)
    assert (lead.state, lead.next_at) == ("resting", at + DAY)


async def test_an_opportunity_that_somebody_works_on_stays(dialer: Dialer, office: Office, tmp_path: Path):
    _, call, _ = await wrapping(dialer, office, tmp_path)
    await says(dialer, call, "interested")
    (chance,) = await Opportunities(dialer.database).of()
    await Opportunities(dialer.database).change(chance.id, OpportunityChange(stage="offered"), dialer.now + 1)
    await says(dialer, call, "no-interest")
    assert [found.stage for found in await Opportunities(dialer.database).of()] == ["offered"]


async def test_only_the_campaigns_own_words_and_possible_times(dialer: Dialer, office: Office, tmp_path: Path):
    _, call, _ = await wrapping(dialer, office, tmp_path)
    with pytest.raises(Refused, match="no such outcome"):
        await says(dialer, call, "resolved")
    with pytest.raises(Refused, match="when the call was promised"):
        await says(dialer, call, "promised")
    for at in (dialer.now - HOUR, dialer.now + 400 * DAY):
        with pytest.raises(Refused, match="lies in the future"):
            await says(dialer, call, "promised", at=at)
    with pytest.raises(Refused, match="no such team"):
        await says(dialer, call, "interested", team=TeamId("nobody"))
    assert dialer.all(e.FollowUpAsked) == []


async def test_without_words_of_its_own_it_has_the_centers(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    (number,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(number, after_ms=3_000, hangs_up_after_ms=10_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.WRAPPING)
    await says(dialer, dialer.all(e.CallConnected)[0].call, "resolved")
    assert (await attempt_of(dialer)).disposition == "resolved"
    assert [row.state for row in await rows(dialer)] == ["done"]


async def test_who_wants_no_calls_is_not_dialed_by_any_campaign_from_then_on(dialer: Dialer, office: Office, tmp_path: Path):
    spring, call, number = await wrapping(dialer, office, tmp_path)
    autumn = await dialer.opens(campaign(name="autumn"))
    await filled(dialer, office, autumn, tmp_path, 1)
    dialer.network.anywhere = Outside(does="no_answer")
    await dialer.works("bo", autumn)
    await says(dialer, call, "never")
    await dialer.starts(autumn)
    await dialer.advances(120)
    assert dialer.dialed == [number], "only the first time"
    assert dialer.hub.state.campaigns[autumn].held == {"do_not_call_own": 1}
    assert spring != autumn


# -- it dies --------------------------------------------------------------------------------------------------------------

WORDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("never", {}),
    ("promised", {"at": 3 * HOUR, "note": "ask for the brother"}),
    ("interested", {"value": 70.0}),
)
STEPS = 6
"""Each of her words is one effect, begun and done."""


async def talks(dialer: Dialer, call: str, from_word: int = 0) -> None:
    for code, more in WORDS[from_word:]:
        given = {**more, "at": dialer.now + 3 * HOUR} if "at" in more else more
        await says(dialer, call, code, **given)


@pytest.mark.parametrize("at", range(1, STEPS + 1))
async def test_it_is_done_once_wherever_the_process_dies(database: Database, office: Office, tmp_path: Path, at: int):
    dialer = Dialer(database, law())
    _, call, number = await wrapping(dialer, office, tmp_path)
    dialer.hook = death = Death(at)
    with pytest.raises(Killed):
        await talks(dialer, call)
    dialer.hook = lambda step: None
    await dialer.dies_and_starts()
    await dialer.advances(1)
    assert dialer.hub.state.jobs == {}, "what she said last is done"
    said = dialer.all(e.FollowUpAsked)[-1].follow_up.code
    listed = await DoNotCall(dialer.database).listed(number, "US")
    assert (bool(listed), await count(dialer, CallbackRow), await count(dialer, OpportunityRow)) == (
        said == "never",
        int(said == "promised"),
        int(said == "interested"),
    )
    if said != WORDS[-1][0]:
        await talks(dialer, call, len(dialer.all(e.FollowUpAsked)))
    assert await DoNotCall(dialer.database).listed(number, "US") == ()
    assert (await count(dialer, CallbackRow), await count(dialer, OpportunityRow)) == (0, 1)
    (chance,) = await Opportunities(dialer.database).of()
    assert chance.value == 70.0
    assert death.steps == at
    assert dialer.watch.violations == []
