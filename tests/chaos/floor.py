"""A small center at work while something is done to it: three agents whose telephones answer by themselves, callers by seed.

Everything that is heard and said is observed from outside as on a day of `tests.integration.day`; `keep` writes it into the form
that `tests.recount` reads. What is done to the center stands in the test files.
"""

import asyncio
import contextlib
import json
import random
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from tests.integration import center, sound
from tests.integration.center import DIRECT, MAIN
from tests.integration.day import MEMORY, TONES, Day, legs_csv, settled, within
from tests.integration.heard import Listener, listen
from tests.integration.pbx import Pbx
from tests.integration.people import Json, now
from tests.integration.scenario import HangUp, Keys, Stay, Step, Wait, phone_answers
from tests.integration.service import MUSIC_HZ, PROMPT_HZ, PROMPT_S, Desk, Service, furnish
from tests.integration.sipp import Sipp

AGENTS = ("1001", "1002", "1003")
WRAP_UP_MS = 1_000
PROMISES = {**center.PROMISES, "wrap_up_hard_ms": WRAP_UP_MS}
ROUND = "round"


def settings(folder: Path, pbx: Pbx, port: int) -> Path:
    """The stories' center, with wrap-ups that end by themselves and every agent serving every queue."""
    file = center.settings(folder, pbx, port)
    written = folder / "center.yaml"
    text = written.read_text()
    for old, new in (
        ("wrap_up: 60s", "wrap_up: 500ms\n    wrap_up_hard: 1s"),
        ("ring: 2s", "ring: 4s"),
        ("skills: {orders: 5}", "skills: {orders: 5, billing: 5}"),
        ("skills: {orders: 3}", "skills: {orders: 5, billing: 5}"),
        ("skills: {billing: 5}", "skills: {orders: 5, billing: 5}"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    written.write_text(text)
    return file


@dataclass(frozen=True)
class Visit:
    """One caller: when she calls (ms after the round's beginning), where, and what she does."""

    number: str
    at_ms: int
    dialed: str
    steps: tuple[Step, ...]
    gives_up_ms: int | None = None


def visits(draw: random.Random, count: int, over_ms: int, stay_ms: tuple[int, int]) -> list[Visit]:
    """So many callers at random moments of `over_ms`: most stay on the line for `stay_ms` (from, to) whatever happens, some press
    a key in the menu first, and some give up when nobody answers soon."""
    found = []
    for index in range(count):
        stays = Wait(draw.randint(*stay_ms))
        steps: tuple[Step, ...] = (stays, HangUp())
        dialed = DIRECT
        kind = draw.random()
        if kind < 0.15:
            dialed, steps = MAIN, (Wait(700), Keys("2"), *steps)
        gives_up = draw.randint(1_500, 5_000) if kind > 0.75 else None
        number = f"+1212555{200 + index:04d}"
        found.append(Visit(number, draw.randrange(over_ms), dialed, steps, gives_up))
    return sorted(found, key=lambda visit: visit.at_ms)


def passers(draw: random.Random, count: int) -> list[Visit]:
    """So many callers who give up within a second when nobody answers."""
    return [
        Visit(f"+1212555{900 + index:04d}", draw.randrange(200), DIRECT, (Wait(2_000), HangUp()), draw.randint(500, 800))
        for index in range(count)
    ]


@dataclass
class Floor:
    """The center at work. `service` may be killed and started again."""

    service: Service
    day: Day
    ears: Listener
    callers: list["asyncio.Task[None]"] = field(default_factory=list)
    telephones: dict[str, Sipp] = field(default_factory=dict)
    desks: list[Desk] = field(default_factory=list)
    began_at: int = field(default_factory=now)
    last_ms: int = 0
    """When the last caller comes, after the beginning."""
    gaps: list[dict[str, int]] = field(default_factory=list)
    """When the service was away: since, ready, until (its resync) and level (nothing waits any more), ms since the epoch."""

    def call(self, visits: list[Visit]) -> None:
        """Lets the callers come, each at her time from now on."""
        self.began_at = now()
        self.last_ms = visits[-1].at_ms
        self.callers = [asyncio.create_task(self._calls(visit)) for visit in visits]

    def also_call(self, visits: list[Visit]) -> None:
        """Lets these come besides, each at her time from now on."""
        self.callers += [asyncio.create_task(self._calls(visit)) for visit in visits]

    async def _calls(self, visit: Visit) -> None:
        await asyncio.sleep(visit.at_ms / 1000)  # callers come when they come
        async with self.day.caller(visit.number, *visit.steps, dialed=visit.dialed, gives_up_ms=visit.gives_up_ms) as sipp:
            await sipp.done(90)

    async def moment(self, after_ms: int) -> None:
        """Waits until so long after the first caller could have come."""
        await asyncio.sleep(max(0, self.began_at + after_ms - now()) / 1000)  # a moment of the round's own

    def resynced_at(self) -> list[int]:
        """Every time at which the service said that what Asterisk has was taken over."""
        found = []
        for line in self.service.log().splitlines():
            if '"carrier_resynced"' in line:
                found.append(_at(json.loads(line)["timestamp"]))
        return found

    async def all_gone(self) -> list[str]:
        """Waits until every caller has hung up and no call goes on; what went wrong at SIPp, in words."""
        seconds = 90 + max(0, self.began_at + self.last_ms - now()) / 1000
        done = await asyncio.wait_for(asyncio.gather(*self.callers, return_exceptions=True), seconds)
        await self.service.board.until(lambda board: not board.calls, "calls go on after every caller has gone", 20)
        return [str(error) for error in done if isinstance(error, BaseException)]

    async def keep(self) -> tuple[list[Json], Json]:
        """Records and statistics once they have settled; everything observed is in the day's folder then."""
        service, folder = self.service, self.day.folder
        await within(10, self._left, lambda found: not any(found))
        records = await within(20, service.records, settled)
        statistics = await service.statistics()
        await self.ears.has_heard_all()
        scenario = {
            "music": MUSIC_HZ,
            "parties": self.day.parties,
            "clicks": [asdict(click) for click in service.clicks],
            "center": PROMISES,
            "gaps": self.gaps,
        }
        (folder / "legs.csv").write_text(legs_csv(service))
        (folder / "scenario.json").write_text(json.dumps(scenario, indent=1))
        (folder / "records.json").write_text(json.dumps(records, indent=1))
        (folder / "statistics.json").write_text(json.dumps(statistics, indent=1))
        return records, statistics

    async def unadopted(self, expected: int) -> tuple[int, int]:
        """Callers who were never adopted: as `callcenter doctor` counts them, and as the statistics show them then.

        A call that has just ended may still get its record, so the doctor is asked again until `expected` or for a while.
        """
        found = await within(20, self._doctor, lambda found: found == expected)
        summary = await self.service.board.ask("GET", "/statistics/summary")
        return found, summary["figures"]["unadopted"]["value"]

    async def _doctor(self) -> int:
        (finding,) = [one for one in await self.service.doctor("--count-unadopted") if one["check"] == "unadopted calls"]
        assert finding["good"], finding
        number, _, carrier = finding["what"].partition(" of ")
        assert carrier == "pbx", finding
        return int(number)

    async def _left(self) -> tuple[list[Json], list[Json]]:
        return self.service.pbx.channels(), self.service.pbx.bridges()


def _at(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() * 1000)


@contextlib.asynccontextmanager
async def floor(agents: int = 3) -> AsyncIterator[Floor]:
    """The center with so many agents available; ended with the block, whatever state it is in.

    What was observed is in a folder of its own in memory; it is kept, and named in the failure, when the block fails.
    """
    place = Path(tempfile.mkdtemp(prefix="callcenter-chaos-", dir=MEMORY if MEMORY.is_dir() else None))
    observed = place / "observed"
    observed.mkdir()
    pbx = Pbx.prepare()
    try:
        furnish(pbx)
        for language in ("en", "zh"):
            sound.write_wav(pbx.home / "prompts" / language / "unavailable.wav", sound.tone(PROMPT_HZ, PROMPT_S))
        pbx.own()
        pbx.start()
        async with Service(place / "service", pbx, settings) as service, contextlib.AsyncExitStack() as stack:
            ears = await listen(observed, pbx.rtp_ports, TONES)
            stack.push_async_callback(ears.ends)
            day = Day(service, observed, name=ROUND, calls={ROUND: []})
            made = Floor(service, day, ears)
            for agent in AGENTS[:agents]:
                desk = await service.desk(agent)
                stack.push_async_callback(desk.close)
                scenario = phone_answers(day.tone(desk.tone_hz), Stay(), rings_ms=300)
                made.telephones[agent] = await stack.enter_async_context(day.telephone(desk, scenario, calls=500))
                await desk.available()
                made.desks.append(desk)
            try:
                yield made
            except BaseException as error:
                (observed / "service.log").write_text(service.log())
                error.add_note(f"observed: {observed}\nthe service said:\n{service.complaints()}")
                raise
            finally:
                for caller in made.callers:
                    caller.cancel()
                await asyncio.gather(*made.callers, return_exceptions=True)
        shutil.rmtree(place)
    finally:
        pbx.remove()
