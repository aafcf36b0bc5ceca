"""Calls that come in on a real Asterisk: menu, queue, offers, hours, blocked callers. SIPp calls, agents are SIPp telephones.

The stories run one after another on one service and one exchange (`day`); each test then looks at the evidence of its story.
`test_the_recount_agrees` holds all of them together against the separate script.
"""

import pytest

from tests.integration import sound
from tests.integration.center import AGENT_TONES, BLOCKED, CLOSED, DIRECT, REJECT_DELAY_MS
from tests.integration.day import CALLER_HZ, OTHER_CALLER_HZ, Day, Kept, live
from tests.integration.scenario import HangUp, Keys, Stay, Wait, phone_answers, phone_refuses, phone_rings
from tests.integration.service import MUSIC_HZ

pytestmark = pytest.mark.timeout(300)

ANA, BEN, EVA = "1001", "1002", "1003"
ANA_HZ = AGENT_TONES[ANA]
ANSWERED, IN_IVR, IN_QUEUE, EARLY = "+12125550110", "+12125550111", "+12125550112", "+12125550113"
NO_ANSWER, BEHIND = "+12125550114", "+12125550115"
REJECTED, DUMPED, FIRST, SECOND = "+12125550116", "+12125550117", "+12125550118", "+12125550119"
WRONG_KEY, ONLY_SILENT, SHUT = "+12125550120", "+12125550121", "+12125550122"
TONE_S = 0.8
"""At least so much of each side's tone must be in a recording of a conversation of more than a second."""


async def answered(day: Day) -> None:
    async with (
        day.at_desk(ANA) as [ana],
        day.telephone(ana, phone_answers(day.tone(ana.tone_hz), Stay(), rings_ms=400)) as phone,
    ):
        await ana.available()
        async with day.caller(ANSWERED, Wait(700), Keys("1"), Wait(3000), HangUp()) as caller:
            call = await day.call(ANSWERED, "connected")
            await caller.done()
        await phone.done()
        await day.state(ANA, "wrap_up")
        await ana.dispose(call, "solved")
        await ana.finish()


async def gives_up_in_the_menu(day: Day) -> None:
    async with day.caller(IN_IVR, Wait(600), HangUp()) as caller:
        await caller.done()


async def gives_up_in_the_queue(day: Day) -> None:
    async with (
        day.caller(IN_QUEUE, Wait(2000), HangUp(), dialed=DIRECT) as patient,
        day.caller(EARLY, Wait(400), HangUp(), dialed=DIRECT) as hasty,
    ):
        await patient.done()
        await hasty.done()


async def nobody_picks_up(day: Day) -> None:
    async with day.at_desk(ANA, BEN) as [ana, ben]:
        await ana.available()
        async with day.telephone(ana, phone_rings()) as phone:
            async with (
                day.caller(NO_ANSWER, Wait(4500), HangUp(), dialed=DIRECT) as caller,
                day.telephone(ben, phone_answers(day.tone(ben.tone_hz), Stay()), calls=2) as other_phone,
            ):
                await day.state(ANA, "ringing")
                async with day.caller(BEHIND, Wait(7000), HangUp(), dialed=DIRECT, hertz=OTHER_CALLER_HZ) as behind:
                    await phone.done()
                    day.note(await day.state(ANA, "not_ready"))
                    await day.call(NO_ANSWER, "queued")
                    await ben.available()
                    await day.call(NO_ANSWER, "connected")
                    await caller.done()
                    await day.wraps_up(ben)
                    await day.call(BEHIND, "connected")
                    await behind.done()
            await other_phone.done()
            await day.wraps_up(ben)
        await ana.available()
        await day.state(ANA, "available")


async def agent_rejects(day: Day) -> None:
    """First on her telephone, then in her page; then a colleague answers."""
    async with day.at_desk(ANA, BEN) as [ana, ben]:
        await ana.available()
        async with day.caller(REJECTED, Wait(8000), HangUp(), dialed=DIRECT) as caller:
            async with day.telephone(ana, phone_refuses("603 Decline", rings_ms=300)) as phone:
                await phone.done()
            async with day.telephone(ana, phone_rings()) as phone:
                await phone.saw("180", seconds=REJECT_DELAY_MS / 1000 + 3)
                await day.state(ANA, "ringing")
                shown = day.service.board.call_of(REJECTED)
                assert shown is not None
                await ana.reject(shown["offer"]["id"])
                await phone.done()
            async with day.telephone(ben, phone_answers(day.tone(ben.tone_hz), Stay())) as phone:
                await ben.available()
                await day.call(REJECTED, "connected")
                await caller.done()
                await phone.done()
        await day.wraps_up(ben)


async def agent_hangs_up_before_the_bridge(day: Day) -> None:
    """The service stands still from her ringing until she has answered and hung up, so that it can join nobody in between."""
    async with day.at_desk(ANA, BEN) as [ana, ben]:
        await ana.available()
        async with day.caller(DUMPED, Wait(3500), HangUp(), dialed=DIRECT) as caller:
            async with day.telephone(ana, phone_answers(HangUp(), rings_ms=500)) as phone:
                await day.leg(DUMPED, "agent", "ringing")
                with day.service.frozen():
                    await phone.done()
            async with day.telephone(ben, phone_answers(day.tone(ben.tone_hz), Stay())) as phone:
                await ben.available()
                await day.call(DUMPED, "connected")
                await caller.done()
                await phone.done()
        await day.wraps_up(ben)
        await day.state(ANA, "available")


async def two_callers_and_one_agent(day: Day) -> None:
    async with (
        day.at_desk(EVA) as [eva],
        day.telephone(eva, phone_answers(day.tone(eva.tone_hz), Stay(), rings_ms=300), calls=2) as phone,
    ):
        await eva.available()
        async with day.caller(FIRST, Wait(700), Keys("2"), Wait(2500), HangUp()) as first:
            await day.call(FIRST, "queued", "connected")
            async with day.caller(SECOND, Wait(700), Keys("2"), Wait(4500), HangUp(), hertz=OTHER_CALLER_HZ) as second:
                await day.call(FIRST, "connected")
                await day.call(SECOND, "queued")
                await first.done()
                await day.wraps_up(eva)
                await day.call(SECOND, "connected")
                await second.done()
        await phone.done()
        await day.wraps_up(eva)


async def wrong_key_and_silence(day: Day) -> None:
    async with (
        day.caller(WRONG_KEY, Wait(700), Keys("9"), Wait(1500), Keys("2"), Wait(1500), HangUp()) as wrong,
        day.caller(ONLY_SILENT, Wait(6000), HangUp(), hertz=OTHER_CALLER_HZ) as silent,
    ):
        await wrong.done()
        await silent.done()


async def outside_hours(day: Day) -> None:
    async with day.caller(SHUT, Stay(5000), dialed=CLOSED) as caller:
        await caller.done()


async def blocked_caller(day: Day) -> None:
    async with day.caller(BLOCKED, Stay(2000)) as caller:
        await caller.saw("403", "INVITE")
        day.note([message.kind for message in caller.messages()])


STORIES = {
    "answered": answered,
    "in_ivr": gives_up_in_the_menu,
    "in_queue": gives_up_in_the_queue,
    "no_answer": nobody_picks_up,
    "rejected": agent_rejects,
    "dumped": agent_hangs_up_before_the_bridge,
    "two_callers": two_callers_and_one_agent,
    "wrong_key": wrong_key_and_silence,
    "closed": outside_hours,
    "blocked": blocked_caller,
}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return live(tmp_path_factory.mktemp("day"), STORIES)


def test_an_answered_call_is_recorded_with_both_voices_and_its_outcome(day: Kept):
    told = day.story("answered")
    record = told.record()
    assert record["summary"]["end"] == "completed"
    assert record["summary"]["disposition"] == "solved"
    assert [entry["end"] for entry in record["queue_entries"]] == ["answered"]
    recording = told.sound()
    assert sound.heard(recording, CALLER_HZ, TONE_S), "the caller is not in the recording"
    assert sound.heard(recording, ANA_HZ, TONE_S), "the agent is not in the recording"
    assert not sound.heard(recording, MUSIC_HZ, 0.2), "the recording holds the waiting music"


def test_a_caller_who_gives_up_in_the_menu_is_in_no_queue(day: Kept):
    record = day.story("in_ivr").record()
    assert (record["summary"]["end"], record["ended_by"]) == ("abandoned_in_ivr", "customer")
    assert record["queue_entries"] == []
    assert record["recordings"] == []


def test_callers_who_give_up_in_the_queue_are_abandons_and_a_hasty_one_is_short(day: Kept):
    told = day.story("in_queue")
    for number in (IN_QUEUE, EARLY):
        record = told.record(number)
        assert record["summary"]["end"] == "abandoned_in_queue"
        assert [entry["end"] for entry in record["queue_entries"]] == ["abandoned"]
        assert record["offers"] == []
    assert told.record(EARLY)["queue_entries"][0]["wait_ms"] < 1000 < told.record(IN_QUEUE)["queue_entries"][0]["wait_ms"]


def test_an_offer_lapses_the_caller_keeps_her_place_and_the_agent_is_set_aside(day: Kept):
    told = day.story("no_answer")
    record, behind = told.record(NO_ANSWER), told.record(BEHIND)
    assert [(offer["agent"], offer["end"]) for offer in record["offers"]] == [(ANA, "rang_out"), (BEN, "accepted")]
    lapsed = record["offers"][0]
    assert 1900 <= lapsed["ended_at"] - lapsed["made_at"] <= 2200, "the queue lets an offer ring for 2 s"
    assert len(record["queue_entries"]) == 1, "the place is kept: it is one entry"
    assert [offer["agent"] for offer in behind["offers"]] == [BEN]
    assert behind["offers"][0]["made_at"] > record["offers"][1]["ended_at"], "the first caller is served first"
    assert told.note["set_aside"]["why"] == "missed_call"


def test_a_rejected_call_is_offered_again_after_the_delay_and_then_to_a_colleague(day: Kept):
    offers = day.story("rejected").record()["offers"]
    assert [(offer["agent"], offer["end"]) for offer in offers] == [(ANA, "rejected"), (ANA, "rejected"), (BEN, "accepted")]
    assert offers[1]["made_at"] - offers[0]["ended_at"] >= REJECT_DELAY_MS


def test_an_agent_who_answers_and_hangs_up_at_once_leaves_the_caller_first_in_line(day: Kept):
    record = day.story("dumped").record()
    assert [(offer["agent"], offer["end"]) for offer in record["offers"]] == [(ANA, "accepted"), (BEN, "accepted")]
    assert [one["agent"] for one in record["conversations"]] == [BEN], "nobody talked with the first agent"
    assert [(entry["end"], entry["queue"]) for entry in record["queue_entries"]] == [("answered", "orders")]


def test_two_callers_are_answered_one_after_the_other_by_one_agent(day: Kept):
    told = day.story("two_callers")
    first, second = told.record(FIRST), told.record(SECOND)
    assert first["conversations"][0]["left_at"] < second["conversations"][0]["connected_at"]
    assert [offer["end"] for offer in second["offers"]] == ["accepted"], "nothing was offered to her while she talked"
    assert sound.heard(told.sound(FIRST), CALLER_HZ, TONE_S)
    assert not sound.heard(told.sound(FIRST), OTHER_CALLER_HZ, 0.1), "the second caller is heard in the first call"
    assert sound.heard(told.sound(SECOND), OTHER_CALLER_HZ, TONE_S)


def test_a_wrong_key_is_told_and_silence_leads_to_the_default_queue(day: Kept):
    told = day.story("wrong_key")
    wrong = [(visit["node"], visit["outcome"]) for visit in told.record(WRONG_KEY)["ivr"]]
    assert ("menu", "invalid") in wrong
    assert told.record(WRONG_KEY)["queue_entries"][0]["queue"] == "billing"
    silent = [visit["outcome"] for visit in told.record(ONLY_SILENT)["ivr"] if visit["node"] == "menu"]
    assert silent[0] == "silence"
    assert told.record(ONLY_SILENT)["queue_entries"][0]["queue"] == "orders"


def test_outside_hours_the_caller_hears_so_and_is_not_queued(day: Kept):
    record = day.story("closed").record()
    assert (record["summary"]["end"], record["ended_by"]) == ("closed", "system")
    assert record["queue_entries"] == []


def test_a_blocked_caller_is_not_answered(day: Kept):
    told = day.story("blocked")
    assert "200" not in told.note
    record = told.record(BLOCKED)
    assert record["summary"]["end"] == "blocked"
    assert record["legs"][0]["answered_at"] is None


def test_the_recount_agrees(day: Kept):
    """Every story's calls, times within 100 ms and statistics exactly, by the script that imports nothing of ours."""
    assert not day.failures, "\n".join(f"{name}: {error}" for name, error in day.failures.items())
    assert day.outside().compare(day.records, day.statistics) == []


def test_nothing_is_left_in_asterisk(day: Kept):
    assert day.left_channels == []
    assert day.left_bridges == []
