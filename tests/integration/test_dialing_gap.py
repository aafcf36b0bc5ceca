"""People answer, or do not, while the service cannot hear its carrier: the law counts from their answer, not from our return."""

from pathlib import Path

import pytest

from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.ids import LegId
from callcenter.kernel.words import CallEnd, Cause, Fate, NotReady, OfferEnd
from callcenter.runtime import resync
from callcenter.store.database import Database
from callcenter.telephony.port import CarrierSnapshot, LegGone, LegSeen
from tests.integration.campaigning import Office
from tests.integration.dialing import Dialer, campaign, law
from tests.integration.test_dialing import filled
from tests.unit.hub.story import CARRIER

RINGS_S, AWAY_S = 3, 6


@pytest.fixture
async def dialer(database: Database, rows_url: str, tmp_path: Path) -> Dialer:
    """One number rings, its agent is there, and then nothing is heard of the carrier for six seconds."""
    made = Dialer(database, law())
    spring = await made.opens(campaign())
    (number,) = await filled(made, Office(database, rows_url, tmp_path / "imports"), spring, tmp_path, 1)
    made.behave(number, does="no_answer")
    await made.works("ana", spring)
    await made.starts(spring)
    await made.until(lambda: len(made.all(e.LegRang)) == 1)
    await made.decides(s.CarrierDown(carrier=CARRIER, why="planned"))
    made.now += AWAY_S * 1_000
    return made


def leg_of(dialer: Dialer) -> LegId:
    (leg,) = [event.leg for event in dialer.all(e.LegDialed) if event.role == "dialed"]
    return leg


async def listed(dialer: Dialer, *legs: LegSeen, gone: tuple[LegGone, ...] = ()) -> None:
    devices = ("phone-ana",)
    snapshot = CarrierSnapshot(carrier=CARRIER, legs=legs, bridges=(), recordings=(), reachable=devices, gone=gone)
    for signal in list(resync.missed(dialer.hub.state, snapshot, dialer.now)):
        await dialer.decides(signal)


async def test_who_answered_long_ago_hears_the_message_and_is_offered_to_nobody(dialer: Dialer):
    answered_at = dialer.now - 4_000
    await listed(dialer, LegSeen(leg=leg_of(dialer), up=True, answered_at=answered_at))
    (began,) = dialer.all(e.MessageBegan)
    assert began.abandoned
    assert dialer.all(e.OfferMade) == []
    (judged,) = dialer.all(e.AttemptJudged)
    assert (judged.fate, judged.answered_at) == (Fate.ABANDONED, answered_at)


async def test_who_answered_this_instant_has_her_two_seconds(dialer: Dialer):
    await listed(dialer, LegSeen(leg=leg_of(dialer), up=True, answered_at=dialer.now - 500))
    assert len(dialer.all(e.OfferMade)) == 1
    assert dialer.all(e.MessageBegan) == []
    (answered,) = dialer.all(e.AttemptAnswered)
    assert answered.by == dialer.now + 1_500


async def test_who_rings_on_is_given_up_in_time_and_has_not_answered(dialer: Dialer):
    """The carrier that was told how long it may ring is gone: whoever came after it gives up instead, and cancels nothing."""
    gives_up = dialer.network.lines[leg_of(dialer)].gives_up
    assert gives_up is not None
    gives_up.cancel()
    await listed(dialer, LegSeen(leg=leg_of(dialer), up=False, ringing=True))
    (rang,) = dialer.all(e.LegRang)
    await dialer.until(lambda: len(dialer.all(e.AttemptOver)) == 1)
    (over,) = dialer.all(e.AttemptOver)
    assert over.outcome is Outcome.NO_ANSWER
    assert rang.give_up_at is not None
    assert dialer.now - rang.give_up_at < 2_000


async def test_when_nobody_knows_when_it_counts_from_the_ringing(dialer: Dialer):
    (rang_at,) = [row.at for row in dialer.log if isinstance(row.event, e.LegRang)]
    await listed(dialer, LegSeen(leg=leg_of(dialer), up=True))
    (judged,) = dialer.all(e.AttemptJudged)
    assert (judged.fate, judged.answered_at) == (Fate.ABANDONED, rang_at)


async def test_who_answered_and_left_was_abandoned(dialer: Dialer):
    told = LegGone(
        leg=leg_of(dialer), rang=False, answered_at=dialer.now - 5_000, went_at=dialer.now - 2_000, cause=Cause.NORMAL,
        detail="q850 16",
    )  # fmt: skip
    await listed(dialer, gone=(told,))
    (over,) = dialer.all(e.AttemptOver)
    assert (over.outcome, over.fate, over.answered_at) == (Outcome.ABANDONED, Fate.ABANDONED, told.answered_at)
    assert dialer.all(e.MessageBegan) == [], "she heard none"
    (down,) = [event for event in dialer.all(e.LegDown) if event.leg == told.leg]
    assert down.happened_at == told.went_at
    assert [event.end for event in dialer.all(e.CallOver)] == [CallEnd.DROPPED]


@pytest.mark.parametrize(
    ("cause", "detail", "outcome"),
    [
        (Cause.BUSY, "q850 17, sip 486", Outcome.BUSY), (Cause.INVALID_NUMBER, "q850 1, sip 404", Outcome.INVALID),
        (Cause.NO_ANSWER, "q850 19, sip 480", Outcome.NO_ANSWER), (Cause.NO_ANSWER, "", Outcome.NO_ANSWER),
    ],
)  # fmt: skip
async def test_who_did_not_answer_is_not_said_to_have_failed(dialer: Dialer, cause: Cause, detail: str, outcome: Outcome):
    told = LegGone(leg=leg_of(dialer), rang=False, answered_at=None, went_at=dialer.now - 2_000, cause=cause, detail=detail)
    await listed(dialer, gone=(told,))
    assert [event.outcome for event in dialer.all(e.AttemptOver)] == [outcome]


async def test_who_never_rang_was_not_reached(database: Database, office: Office, tmp_path: Path):
    """Asterisk says the same of a dead trunk as of a callee who lets it ring."""
    dialer = Dialer(database, law())
    spring = await dialer.opens(campaign())
    (number,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(number, does="no_answer", rings_after_ms=9_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: any(event.role == "dialed" for event in dialer.all(e.LegDialed)))
    leg = leg_of(dialer)
    await dialer.decides(s.CarrierDown(carrier=CARRIER, why="planned"))
    dialer.now += AWAY_S * 1_000
    told = LegGone(leg=leg, rang=False, answered_at=None, went_at=dialer.now, cause=Cause.NO_ANSWER, detail="q850 19, sip 480")
    await listed(dialer, gone=(told,))
    assert [event.cause for event in dialer.all(e.LegDown) if event.leg == leg] == [Cause.UNREACHABLE]
    assert [event.outcome for event in dialer.all(e.AttemptOver)] == [Outcome.FAILED]


async def test_of_whom_nothing_is_known_the_attempt_failed(dialer: Dialer):
    await listed(dialer)
    assert [event.outcome for event in dialer.all(e.AttemptOver)] == [Outcome.FAILED]


async def test_a_telephone_that_does_not_pick_up_costs_one_callee_and_not_the_next(
    database: Database, rows_url: str, tmp_path: Path
):
    """It picks up a dial by itself; one that rings on is set aside like a missed call, and nobody else is dialed for it."""
    dialer = Dialer(database, law())
    spring = await dialer.opens(campaign())
    for one in await filled(dialer, Office(database, rows_url, tmp_path / "imports"), spring, tmp_path, 3):
        dialer.behave(one, after_ms=1_000)
    await dialer.works("ana", spring)
    dialer.network.devices["phone-ana"].answers_itself = frozenset()
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 1)
    assert [event.end for event in dialer.all(e.OfferOver)] == [OfferEnd.RANG_OUT]
    assert [event.why for event in dialer.all(e.AgentSetAside)] == [NotReady.MISSED_CALL]
    await dialer.advances(10)
    assert len(dialer.dialed) == 1
