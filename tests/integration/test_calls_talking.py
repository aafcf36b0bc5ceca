"""Calls in conversation on a real Asterisk: hold, blind transfers, and calls that agents place. SIPp plays everybody's telephone.

The stories run one after another on one service and one exchange (`day`); each test then looks at the evidence of its story.
`test_the_recount_agrees` holds all of them together against the separate script.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.integration import sound
from tests.integration.center import AGENT_TONES, DIRECT
from tests.integration.day import CALLER_HZ, OUTSIDE_HZ, Day, Kept, live
from tests.integration.people import Answered
from tests.integration.scenario import HangUp, Stay, Step, Wait, phone_answers, phone_refuses, phone_rings
from tests.integration.service import MUSIC_HZ, Desk
from tests.integration.sipp import Sipp

pytestmark = pytest.mark.timeout(300)

ANA, BEN, EVA = "1001", "1002", "1003"
HELD, TO_AGENT, TO_QUEUE, TO_NUMBER, TO_NOBODY, TO_BUSY = (f"+121255501{number}" for number in range(30, 36))
TARGET, REACHED, BUSY, UNANSWERED, UNKNOWN, DROPPED = (f"+121255501{number}" for number in range(40, 46))
ANA_HZ, BEN_HZ, EVA_HZ = AGENT_TONES[ANA], AGENT_TONES[BEN], AGENT_TONES[EVA]
TONE_S = 0.6
"""At least so much of a side's tone must be in a recording: the stories let each talk for 0.8 s."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation that has begun: Ana at her desk, her telephone, and the caller."""

    ana: Desk
    phone: Sipp
    caller: Sipp
    call: str


@asynccontextmanager
async def talk(day: Day, number: str, *steps: Step, phone_calls: int = 1) -> AsyncIterator[Talk]:
    """Somebody at `number` calls, Ana answers, and the caller hears her. Ends when the caller has done her steps."""
    async with (
        day.at_desk(ANA) as [ana],
        day.telephone(ana, phone_answers(day.tone(ana.tone_hz), Stay()), calls=phone_calls) as phone,
    ):
        await ana.available()
        async with day.caller(number, *steps, dialed=DIRECT) as caller:
            call = await day.call(number, "connected")
            await day.hears(caller, ANA_HZ)
            yield Talk(ana, phone, caller, call)
            await caller.done()
        await phone.done()


async def hold_and_retrieve(day: Day) -> None:
    """Twice; the second time the caller gives up while she is held."""
    async with talk(day, HELD, Wait(6500), HangUp()) as talking:
        await talking.ana.hold(talking.call)
        await day.hears(talking.caller, MUSIC_HZ)
        await talking.ana.retrieve(talking.call)
        await day.hears(talking.caller, ANA_HZ)
        await talking.ana.hold(talking.call)
        await talking.caller.done()
        await day.wraps_up(talking.ana)


async def transfer_to_agent(day: Day) -> None:
    async with (
        day.at_desk(BEN) as [ben],
        day.telephone(ben, phone_answers(day.tone(ben.tone_hz), Stay(), rings_ms=400)) as other_phone,
    ):
        async with talk(day, TO_AGENT, Wait(5000), HangUp()) as talking:
            await ben.available()
            await day.state(BEN, "available")
            await talking.ana.transfer(talking.call, "agent", BEN)
            await talking.phone.done()
            await day.wraps_up(talking.ana)
            await day.hears(talking.caller, BEN_HZ)
        await other_phone.done()
        await day.wraps_up(ben)


async def transfer_to_queue(day: Day) -> None:
    """Out of a hold, from orders to billing, where Eva is free a moment later."""
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(day.tone(eva.tone_hz), Stay(), rings_ms=300)) as other_phone,
    ):
        async with talk(day, TO_QUEUE, Wait(7500), HangUp()) as talking:
            await talking.ana.hold(talking.call)
            await day.hears(talking.caller, MUSIC_HZ)
            await talking.ana.transfer(talking.call, "queue", "billing")
            await day.call(TO_QUEUE, "queued")
            await talking.ana.finish()
            await eva.available()
            await day.hears(talking.caller, EVA_HZ)
        await other_phone.done()
        await day.wraps_up(eva)


async def transfer_to_number(day: Day) -> None:
    number = phone_answers(day.tone(OUTSIDE_HZ), Wait(1500), HangUp())
    async with day.outside("target", TARGET, number, TO_NUMBER) as target, talk(day, TO_NUMBER, Stay(15_000)) as talking:
        await talking.ana.transfer(talking.call, "number", TARGET)
        await talking.phone.done()
        await day.call(TO_NUMBER, "outside")
        await day.hears(talking.caller, OUTSIDE_HZ)
        await day.hears(target, CALLER_HZ, 0.2)
        await target.done()
        await talking.caller.done()
        await day.wraps_up(talking.ana)


async def transfer_that_nobody_answers(day: Day) -> None:
    """To a colleague who does not pick up: the caller goes back to the queue that she came from."""
    async with (
        day.at_desk(BEN) as [ben],
        day.telephone(ben, phone_rings()) as other_phone,
        talk(day, TO_NOBODY, Wait(8500), HangUp(), phone_calls=2) as talking,
    ):
        await ben.available()
        await day.state(BEN, "available")
        await talking.ana.transfer(talking.call, "agent", BEN)
        await other_phone.done()
        await _comes_back(day, TO_NOBODY, talking)


async def transfer_to_a_busy_number(day: Day) -> None:
    async with (
        day.outside("target", TARGET, phone_refuses("486 Busy Here"), TO_BUSY) as target,
        talk(day, TO_BUSY, Wait(6000), HangUp(), phone_calls=2) as talking,
    ):
        await talking.ana.transfer(talking.call, "number", TARGET)
        await target.done()
        await _comes_back(day, TO_BUSY, talking)


async def _comes_back(day: Day, number: str, talking: Talk) -> None:
    """The transfer failed: the caller waits until Ana has wrapped up, and talks with her again."""
    await day.call(number, "queued")
    await talking.ana.finish()
    await day.hears(talking.caller, ANA_HZ)
    await talking.caller.done()
    await day.wraps_up(talking.ana)


async def placed_and_answered(day: Day) -> None:
    """She calls a customer, and she ends the call in her page."""
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(day.tone(eva.tone_hz), Stay(), rings_ms=50)) as phone,
        day.outside("customer", REACHED, phone_answers(day.tone(OUTSIDE_HZ), Stay(), rings_ms=500)) as customer,
    ):
        call = await eva.place(REACHED)
        await day.hears(customer, EVA_HZ, 1.0)
        await eva.hang_up(call)
        await customer.done()
        await phone.done()
        await day.state(EVA, "wrap_up")
        await eva.dispose(call, "solved")
        await eva.finish()


async def placed_and_busy(day: Day) -> None:
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(Stay(), rings_ms=50)) as phone,
        day.outside("customer", BUSY, phone_refuses("486 Busy Here", rings_ms=200)) as customer,
    ):
        await eva.available()
        await eva.place(BUSY)
        await customer.done()
        await phone.done()
        day.note(await day.state(EVA, "available"))


async def placed_and_unanswered(day: Day) -> None:
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(Stay(), rings_ms=50)) as phone,
        day.outside("customer", UNANSWERED, phone_rings()) as customer,
    ):
        await eva.place(UNANSWERED)
        await customer.done()
        await phone.done()
        day.note(await day.state(EVA, "not_ready"))


async def placed_to_an_invalid_number(day: Day) -> None:
    """Too short a number is refused at once; one that the network does not know is told by the network."""
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(Stay(), rings_ms=50)) as phone,
        day.outside("customer", UNKNOWN, phone_refuses("404 Not Found")) as customer,
    ):
        with pytest.raises(Answered) as refusal:
            await eva.place("12125")
        day.note((refusal.value.status, refusal.value.code))
        await eva.place(UNKNOWN)
        await customer.done()
        await phone.done()


async def placed_and_given_up(day: Day) -> None:
    """She hangs up while the customer's telephone still rings."""
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(Wait(900), HangUp(), rings_ms=50)) as phone,
        day.outside("customer", DROPPED, phone_rings()) as customer,
    ):
        await eva.place(DROPPED)
        await phone.done()
        await customer.done()


async def emergency(day: Day) -> None:
    """Neither an emergency number nor one disguised by a prefix is dialed: no telephone rings."""
    async with day.at_desk(EVA) as [eva]:
        refused = []
        for number in ("911", "112", "+1911"):
            with pytest.raises(Answered) as refusal:
                await eva.place(number)
            refused.append((refusal.value.status, refusal.value.code))
        day.note((refused, day.service.pbx.channels()))


STORIES = {
    "hold": hold_and_retrieve,
    "to_agent": transfer_to_agent,
    "to_queue": transfer_to_queue,
    "to_number": transfer_to_number,
    "to_nobody": transfer_that_nobody_answers,
    "to_busy": transfer_to_a_busy_number,
    "reached": placed_and_answered,
    "busy": placed_and_busy,
    "unanswered": placed_and_unanswered,
    "invalid": placed_to_an_invalid_number,
    "given_up": placed_and_given_up,
    "emergency": emergency,
}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return live(tmp_path_factory.mktemp("day"), STORIES)


def test_a_held_caller_hears_music_and_is_talked_to_again(day: Kept):
    told = day.story("hold")
    record = told.record()
    assert len(record["holds"]) == 2
    assert (record["summary"]["end"], record["ended_by"]) == ("completed", "customer")
    assert record["holds"][1]["ended_at"] == record["conversations"][0]["left_at"], "a hold ends with the call"
    recording = told.sound()
    assert sound.heard(recording, CALLER_HZ, TONE_S)
    assert sound.heard(recording, ANA_HZ, TONE_S)


def test_a_call_transferred_to_an_agent_is_hers_and_the_first_one_wraps_up(day: Kept):
    told = day.story("to_agent")
    record = told.record()
    assert [(one["agent"], one["why"]) for one in record["conversations"]] == [(ANA, "transferred"), (BEN, "caller_hung_up")]
    assert len(record["wrap_ups"]) == 2
    assert len(record["recordings"]) == 2, "each conversation has a recording"
    assert sound.heard(told.sound(index=0), ANA_HZ, TONE_S)
    assert not sound.heard(told.sound(index=0), BEN_HZ, 0.1)
    assert sound.heard(told.sound(index=1), BEN_HZ, TONE_S)
    assert sound.heard(told.sound(index=1), CALLER_HZ, TONE_S)


def test_a_held_call_transferred_to_a_queue_waits_there_anew(day: Kept):
    record = day.story("to_queue").record()
    assert [hold["ended_at"] for hold in record["holds"]] == [record["conversations"][0]["left_at"]]
    assert [(one["queue"], one["end"]) for one in record["queue_entries"]] == [("orders", "answered"), ("billing", "answered")]
    assert [one["agent"] for one in record["conversations"]] == [ANA, EVA]


def test_a_call_transferred_outside_goes_on_without_an_agent(day: Kept):
    record = day.story("to_number").record()
    assert [leg["role"] for leg in record["legs"]] == ["caller", "agent", "target"]
    assert (record["summary"]["end"], record["ended_by"]) == ("completed", "target")
    assert [one["why"] for one in record["conversations"]] == ["transferred"]


def test_a_transfer_that_nobody_answers_brings_the_caller_back_to_the_queue(day: Kept):
    record = day.story("to_nobody").record()
    assert [(one["agent"], one["end"]) for one in record["offers"]] == [(ANA, "accepted"), (BEN, "rang_out"), (ANA, "accepted")]
    assert [one["queue"] for one in record["queue_entries"]] == ["orders", "orders"]


def test_a_transfer_to_a_busy_number_brings_the_caller_back_to_the_queue(day: Kept):
    record = day.story("to_busy").record()
    assert [leg["cause"] for leg in record["legs"] if leg["role"] == "target"] == ["busy"]
    assert [one["agent"] for one in record["conversations"]] == [ANA, ANA]


def test_a_placed_call_is_connected_and_recorded(day: Kept):
    told = day.story("reached")
    record = told.record()
    assert (record["summary"]["direction"], record["summary"]["end"], record["ended_by"]) == ("outbound", "completed", "agent")
    assert record["summary"]["disposition"] == "solved"
    recording = told.sound()
    assert sound.heard(recording, OUTSIDE_HZ, TONE_S)
    assert sound.heard(recording, EVA_HZ, TONE_S)


@pytest.mark.parametrize(("story", "cause"), [("busy", "busy"), ("unanswered", "no_answer"), ("invalid", "invalid_number")])
def test_a_placed_call_that_reaches_nobody_says_why(day: Kept, story: str, cause: str):
    record = day.story(story).record()
    assert record["summary"]["end"] == "not_reached"
    assert [leg["cause"] for leg in record["legs"] if leg["role"] == "customer"] == [cause]
    assert record["wrap_ups"] == []


def test_a_failed_call_gives_back_the_presence_that_she_chose(day: Kept):
    assert day.story("busy").note["presence"] == "available"
    assert day.story("unanswered").note["presence"] == "not_ready"


def test_a_number_that_cannot_be_one_is_refused_before_anything_rings(day: Kept):
    assert day.story("invalid").note == (409, "invalid_number")


def test_a_placed_call_may_be_given_up(day: Kept):
    record = day.story("given_up").record()
    assert (record["summary"]["end"], record["ended_by"]) == ("withdrawn", "agent")


def test_emergency_numbers_are_never_dialed(day: Kept):
    refused, channels = day.story("emergency").note
    assert refused == [(409, "emergency_number")] * 3
    assert channels == []


def test_the_recount_agrees(day: Kept):
    """Every story's calls, times within 100 ms and statistics exactly, by the script that imports nothing of ours."""
    assert not day.failures, "\n".join(f"{name}: {error}" for name, error in day.failures.items())
    assert day.outside().compare(day.records, day.statistics) == []


def test_nothing_is_left_in_asterisk(day: Kept):
    assert day.left_channels == []
    assert day.left_bridges == []
