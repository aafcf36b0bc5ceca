"""Asterisk talks nonsense while callers are on the line: they are looked after, the others notice nothing, the log says it.

Real Asterisk, real service, SIPp's callers and telephones; one relay spoils one message of each story. Every story has two calls
side by side, each with an agent of its own; both have to come together, hear each other, and leave nobody behind.
"""

import asyncio

import pytest

from tests.integration import sound
from tests.integration.ari_relay import BINARY, AriRelay
from tests.integration.bad_line import ANSWERS, EVENTS, UNREADABLE, BadlyWired, badly_wired, nonsense
from tests.integration.center import AGENT_TONES
from tests.integration.day import CALLER_HZ, OTHER_CALLER_HZ, Day, Kept, Story, live
from tests.integration.scenario import Keys, Stay, Wait, phone_answers
from tests.integration.service import Desk

pytestmark = pytest.mark.timeout(400)

ANA, EVA = "1001", "1003"
TONE_S = 0.3
REQUESTS = {
    "answer": "POST channels/[^/]+/answer$",
    "adopt": "POST channels/[^/]+/variable",
    "play": "POST channels/[^/]+/play/",
    "music": "POST channels/[^/]+/moh",
    "no_music": "DELETE channels/[^/]+/moh",
    "ring_agent": "POST channels/l[^/]+$",
    "bridge": "POST bridges/[^/]+$",
    "join": "POST bridges/[^/]+/addChannel",
    "record": "POST bridges/[^/]+/record",
    "stop_recording": "POST recordings/live/[^/]+/stop",
    "close": "DELETE bridges/[^/]+$",
    "hang_up": "DELETE channels/[^/]+$",
    "devices": "GET endpoints/PJSIP",
    "echo": "POST events/user/",
}
"""What we ask of Asterisk, as the wire has it."""
SPOILED_ANSWERS = (
    "answer html", "answer wrong_types", "adopt html", "play html", "play unknown_request", "music not_json",
    "no_music fields_missing", "ring_agent html", "ring_agent deep", "ring_agent no_such_status", "bridge html", "join html",
    "join cut_short", "record html", "record swallowed", "stop_recording html", "close html", "hang_up html",
    "devices body_of_wrong_types", "devices deep_body", "echo body_is_not_json",
)  # fmt: skip
SPOILED_EVENTS = (
    "StasisStart cut_short", "StasisStart twice", "ChannelStateChange channel_missing", "PlaybackFinished wrong_types",
    "ChannelDtmfReceived twice", "ChannelEnteredBridge channel_missing", "RecordingStarted no_time", "RecordingStarted deep",
    "RecordingFinished wrong_types", "ChannelLeftBridge cut_short", "StasisEnd cut_short", "ChannelDestroyed wrong_types",
)  # fmt: skip


def relay_of(day: Day) -> AriRelay:
    assert isinstance(day.service, BadlyWired)
    return day.service.relay


def numbers(index: int) -> tuple[str, str]:
    """The two callers of a story."""
    return f"+12125550{200 + index}", f"+12125550{300 + index}"


# -- the calls ----------------------------------------------------------------------------------------------------------------


async def served(day: Day, desk: Desk, number: str, key: str, hertz: int) -> None:
    """One caller from the first ring through the menu and the queue to the end of a conversation, in which both are heard."""
    async with day.telephone(desk, phone_answers(day.tone(desk.tone_hz), Stay(), rings_ms=200), calls=9):
        await desk.available()
        async with day.caller(number, Wait(700), Keys(key), Stay(), hertz=hertz) as caller:
            call = await day.call(number, "connected", seconds=25)
            await day.hears(caller, desk.tone_hz, 0.8)
            await desk.hang_up(call)
            await caller.done()
        await day.state(desk.agent, "wrap_up")
        await desk.finish()
        await day.state(desk.agent, "available")


async def two_calls(day: Day, index: int) -> None:
    first, second = numbers(index)
    async with day.at_desk(ANA, EVA) as [ana, eva], asyncio.TaskGroup() as both:
        both.create_task(served(day, ana, first, "1", CALLER_HZ))
        both.create_task(served(day, eva, second, "2", OTHER_CALLER_HZ))


def spoiled(index: int, kind: str, what: str) -> Story:
    """Two calls, while the answer to one request, or one event, is spoiled."""
    name, how = what.split()

    async def story(day: Day) -> None:
        before = len(day.service.log())
        relay = relay_of(day)
        if kind == "answer":
            plan = relay.spoil_answer(REQUESTS[name], ANSWERS[how])
        else:
            plan = relay.spoil_event(f'"type": *"{name}"', EVENTS[how])
        try:
            await two_calls(day, index)
            assert plan.done.is_set(), "nothing was spoiled"
        finally:
            relay.let_be()
            day.note(day.service.log()[before:])

    return story


def slipped_in(index: int) -> Story:
    """One caller hears all of Asterisk's nonsense in the flow, in the queue and in her conversation; another talks meanwhile."""
    first, second = numbers(index)

    async def story(day: Day) -> None:
        before = len(day.service.log())
        async with day.at_desk(ANA, EVA) as [ana, eva], asyncio.TaskGroup() as both:
            other = both.create_task(served(day, eva, second, "2", OTHER_CALLER_HZ))
            async with (
                day.telephone(ana, phone_answers(day.tone(ana.tone_hz), Stay(), rings_ms=200), calls=9),
                day.caller(first, Wait(900), Keys("1"), Stay()) as caller,
            ):
                await day.call(first, "ivr")
                (channel,) = [one["id"] for one in day.service.pbx.channels() if one["caller"]["number"] == first]
                everything = nonsense(channel).values()
                for state in ("ivr", "queued", "connected"):
                    call = await day.call(first, state)
                    for message in everything:
                        relay_of(day).inject(message)
                    relay_of(day).inject(b"\x00\x01", BINARY)
                    if state == "queued":
                        await ana.available()
                await day.hears(caller, ana.tone_hz)
                await ana.hang_up(call)
                await caller.done()
                await day.state(ANA, "wrap_up")
                await ana.finish()
                await day.state(ANA, "available")
            await other
        day.note(day.service.log()[before:])

    return story


def unreadable(index: int, what: str) -> Story:
    """One talks, one waits, and the socket becomes unreadable: Asterisk opens another, and both go on where they were."""
    first, second = numbers(index)

    async def story(day: Day) -> None:
        before = len(day.service.log())
        relay = relay_of(day)
        async with day.at_desk(ANA, EVA) as [ana, eva]:
            await ana.available()
            async with (
                day.telephone(ana, phone_answers(day.tone(ana.tone_hz), Stay(), rings_ms=200), calls=9),
                day.telephone(eva, phone_answers(day.tone(eva.tone_hz), Stay(), rings_ms=200), calls=9),
                day.caller(first, Wait(700), Keys("1"), Stay()) as talks,
                day.caller(second, Wait(700), Keys("2"), Stay(), hertz=OTHER_CALLER_HZ) as waits,
            ):
                call = await day.call(first, "connected")
                await day.call(second, "queued")
                relay.inject_raw(UNREADABLE[what])
                if what == "a_frame_that_never_ends":
                    await relay.cut()
                    await relay.mend()
                board = day.service.board
                await board.until(lambda b: not b.center["carriers"]["pbx"], "the socket is still believed in")
                await board.until(lambda b: b.center["carriers"]["pbx"], "Asterisk did not come back")
                await eva.available()
                other = await day.call(second, "connected")
                await day.hears(talks, ana.tone_hz)
                await day.hears(waits, eva.tone_hz)
                await ana.hang_up(call)
                await eva.hang_up(other)
                await talks.done()
                await waits.done()
                for desk in (ana, eva):
                    await day.state(desk.agent, "wrap_up")
                    await desk.finish()
                    await day.state(desk.agent, "available")
        day.note(day.service.log()[before:])

    return story


SPOILED = [("answer", what) for what in SPOILED_ANSWERS] + [("event", what) for what in SPOILED_EVENTS]
NAMES = [
    *(f"{kind} {what}".replace(" ", "-") for kind, what in SPOILED),
    "slipped_in",
    *(f"unreadable-{what}" for what in UNREADABLE),
]
STORIES = dict(
    zip(
        NAMES,
        (
            *(spoiled(index, kind, what) for index, (kind, what) in enumerate(SPOILED)),
            slipped_in(len(SPOILED)),
            *(unreadable(len(SPOILED) + 1 + index, what) for index, what in enumerate(UNREADABLE)),
        ),
        strict=True,
    )
)
SAID = {
    "html": '"event": "asterisk.odd_answer"',
    "no_such_status": '"event": "asterisk.odd_answer"',
    "wrong_types": '"event": "ari.not_understood"',
    "fields_missing": '"event": "ari.not_understood"',
    "channel_missing": '"event": "ari.not_understood"',
    "not_json": '"event": "ari.not_understood"',
    "cut_short": '"event": "ari.not_understood"',
    "deep": '"event": "ari.not_understood"',
    "unknown_request": '"event": "ari.answer_to_nobody"',
    "slipped_in": '"event": "ari.not_understood"',
    "too_large": "no WebSocket any more, or a message too large",
    "not_unicode": "no WebSocket any more, or a message too large",
    "no_such_frame": "no WebSocket any more, or a message too large",
    "a_frame_that_never_ends": "Asterisk closed the socket",
}
"""Kind of nonsense -> what the log says of it."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return live(tmp_path_factory.mktemp("bad-line"), STORIES, badly_wired)


@pytest.mark.parametrize("name", NAMES)
def test_both_callers_are_served_whatever_asterisk_says(day: Kept, name: str):
    told = day.story(name)
    voices = ((CALLER_HZ, AGENT_TONES[ANA]), (OTHER_CALLER_HZ, AGENT_TONES[EVA]))
    for number, (caller_hz, agent_hz) in zip(numbers(NAMES.index(name)), voices, strict=True):
        record = told.record(number)
        assert record["summary"]["end"] == "completed"
        assert [entry["end"] for entry in record["queue_entries"]] == ["answered"]
        heard = told.sound(number)
        assert sound.heard(heard, caller_hz, TONE_S), "the caller is not in the recording"
        assert sound.heard(heard, agent_hz, TONE_S), "the agent is not in the recording"


@pytest.mark.parametrize("name", [name for name in NAMES if SAID.keys() & set(name.split("-"))])
def test_the_log_says_so_and_names_nobody(day: Kept, name: str):
    log = day.story(name).note
    (wanted,) = SAID.keys() & set(name.split("-"))
    assert SAID[wanted] in log
    assert '"exception"' not in log, "a message of Asterisk is no reason for a traceback"
    for value in (*numbers(NAMES.index(name)), "2125550", "wings", "sixteen", "444444", "please", "xxxxxxxx"):
        assert value.lstrip("+") not in log.lower(), f"{value} stands in the log"
    assert max(map(len, log.splitlines())) < 600


def test_nothing_is_left_in_asterisk(day: Kept):
    assert day.left_channels == []
    assert day.left_bridges == []
