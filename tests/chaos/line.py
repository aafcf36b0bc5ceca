"""What the rounds on Asterisk and on the databases share: agents in conversations, callers who wait, and what must be true of
them after something went wrong. Everybody is heard from outside (`day`); nothing of the product is imported.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.chaos.rounds import Round
from tests.integration.center import DIRECT
from tests.integration.day import Day, Kept, Start, live
from tests.integration.people import Json, now
from tests.integration.scenario import Stay, phone_answers
from tests.integration.service import MUSIC_HZ, Desk, running
from tests.integration.sipp import Sipp
from tests.recount.heard import Heard

ANA, BEN = "1001", "1002"
SILENT_MS = 300
"""The longest pause of a conversation or of the music while only our own connection is disturbed."""
BACK_S = 10.0
"""Within this, what is over is closed, who is free is free, and who lives is found again."""


@dataclass
class Talk:
    """A caller and the call she is in, with an agent or, so far, without."""

    number: str
    call: str
    sipp: Sipp
    desk: Desk | None = None


@dataclass
class Line:
    """Who is there when it happens."""

    day: Day
    talking: list[Talk] = field(default_factory=list)
    waiting: list[Talk] = field(default_factory=list)
    """In the order in which they came."""

    @property
    def everybody(self) -> list[Talk]:
        return self.talking + self.waiting

    async def carrier(self, up: bool, seconds: float) -> int:
        """Waits until the board shows the carrier so; returns when."""
        what = f"the carrier is not {'up' if up else 'down'}"
        await self.day.service.board.until(lambda board: board.center["carriers"]["pbx"] is up, what, seconds)
        return now()

    async def all_hear(self, seconds: float = 10) -> None:
        """The callers hear their agents, the others music."""
        for one in self.everybody:
            await self.day.hears(one.sipp, one.desk.tone_hz if one.desk else MUSIC_HZ, 0.8, seconds)

    async def still_there(self) -> None:
        """Everybody is in the call of before, in the state of before."""
        for one in self.everybody:
            assert await self.day.call(one.number, "connected" if one.desk else "queued", seconds=BACK_S) == one.call

    def interruptions(self, since: int, until: int) -> dict[str, list[str]]:
        """What callers heard between two moments that was neither their agent nor music, for longer than SILENT_MS."""
        heard = Heard.read((self.day.folder / "heard.log").read_text())
        found = {}
        for one in self.everybody:
            wanted = f"tone {one.desk.tone_hz if one.desk else MUSIC_HZ}"
            stretches = heard.stretches(one.sipp.media_port, since, until)
            others = [it for it in stretches if it.what != wanted and it.until - it.since > SILENT_MS]
            odd = [f"{it.what} {it.until - it.since} ms, {it.since - since} ms after it began" for it in others]
            if odd:
                found[one.number] = odd
        return found

    async def next_caller(self, talk: Talk) -> None:
        """The agent ends her conversation, and her next is with whoever waits longest."""
        assert talk.desk is not None
        await talk.desk.hang_up(talk.call)
        await talk.sipp.done()
        self.talking.remove(talk)
        await self.day.state(talk.desk.agent, "wrap_up")
        await talk.desk.finish()
        first = self.waiting.pop(0)
        first.desk = talk.desk
        self.talking.append(first)
        assert await self.day.call(first.number, "connected") == first.call
        await self.day.hears(first.sipp, talk.desk.tone_hz)

    async def all_over(self, seconds: float) -> int:
        """Waits until every call has ended, though its agent may still wrap up; returns when."""
        board = self.day.service.board
        await board.until(lambda b: all(call["state"] == "over" for call in b.calls.values()), "calls go on", seconds)
        return now()

    async def go_home(self) -> None:
        """Those who wait give up, those who talk say good-bye: the network ends them all."""
        pbx = self.day.service.pbx
        for one in (*self.waiting, *self.talking):
            for channel in pbx.channels():
                if channel["caller"]["number"] == one.number:
                    pbx.http("DELETE", f"/channels/{channel['id']}")
            await one.sipp.done()
        await self.all_over(BACK_S)
        for one in self.talking:
            assert one.desk is not None
            await self.day.wraps_up(one.desk)

    async def no_recording_runs(self) -> None:
        """ARI lists no running recordings: each is asked for."""
        pbx = self.day.service.pbx
        ids = [one["id"] for record in await self.day.service.records() for one in record["recordings"]]
        running = [one for one in ids if pbx.http("GET", f"/recordings/live/{one}").status != 404]
        assert not running, f"{len(running)} recordings still run"


@contextlib.asynccontextmanager
async def on_the_line(day: Day, chaos: Round) -> AsyncIterator[Line]:
    """Two agents in conversations, and the other callers of the round waiting behind them."""
    line = Line(day)
    async with contextlib.AsyncExitStack() as stack:
        for desk in await stack.enter_async_context(_at_desk(day)):
            answers = phone_answers(day.tone(desk.tone_hz), Stay(120_000), rings_ms=200)
            await stack.enter_async_context(day.telephone(desk, answers, calls=99))
            await desk.available()
            line.talking.append(await _calls(day, stack, len(line.talking), "connected", desk))
        for index in range(2, chaos.calls):
            line.waiting.append(await _calls(day, stack, index, "queued", None))
        await line.all_hear()
        yield line


@contextlib.asynccontextmanager
async def _at_desk(day: Day) -> AsyncIterator[list[Desk]]:
    """As `Day.at_desk`, but who cannot go home after a story that failed does not hide why it did."""
    desks = [await day.service.desk(agent) for agent in (ANA, BEN)]
    try:
        yield desks
        for desk in desks:
            await desk.leaves()
    finally:
        for desk in desks:
            await desk.close()


async def _calls(day: Day, stack: contextlib.AsyncExitStack, index: int, state: str, desk: Desk | None) -> Talk:
    number = f"+12125550{300 + 30 * (len(day.calls) - 1) + index}"
    sipp = await stack.enter_async_context(day.caller(number, Stay(120_000), dialed=DIRECT))
    return Talk(number, await day.call(number, state), sipp, desk)


Play = Callable[[Round, Day], Awaitable[None]]
"""What happens in a round."""


def lived(folder: Path, rounds: Sequence[Round], play: Mapping[str, Play], start: Start = running) -> Kept:
    """A day with these rounds, told; raises what made one fail, and looks for what they left in Asterisk."""
    kept = live(folder, {one.name: partial(play[one.kind], one) for one in rounds}, start)
    for one in rounds:
        kept.story(one.name)
    assert kept.left_channels == []
    assert kept.left_bridges == []
    return kept


async def until(moment: int) -> None:
    """Something stands still, or is away, until then."""
    await asyncio.sleep(max(0, moment - now()) / 1000)


async def readiness(day: Day) -> tuple[int, Json]:
    """What /readyz answers: status and checks."""
    async with day.service.board.http.get(f"{day.service.url}/readyz") as answer:
        body: dict[str, Any] = await answer.json()
        return answer.status, body["checks"]
