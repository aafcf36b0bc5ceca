"""A day of calls on the running service: stories told one after another, and everything observed of them from outside.

`Day.tell` runs a story and keeps its failure for the test that asks for it, so that one broken story hides no other. What was
observed (SIPp's logs, the telephones' sound, Asterisk's records, the agents' clicks) is written into one folder in the form that
`tests.recount` reads. What the stories are is in the test files.
"""

import asyncio
import contextlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.integration import sound
from tests.integration.center import AGENT_TONES, MAIN, PROMISES
from tests.integration.heard import listen
from tests.integration.people import Json, now
from tests.integration.scenario import Scenario, Step, Tone, caller
from tests.integration.service import MUSIC_HZ, Desk, Service, running
from tests.integration.sipp import Sipp
from tests.recount.heard import Heard
from tests.recount.recount import Observed

CALLER_HZ = 900
OTHER_CALLER_HZ = 1100
OUTSIDE_HZ = 2100
MEMORY = Path("/dev/shm")
STORY_S = 120
"""A story that takes longer, on however busy a machine, has failed."""
TONES = (MUSIC_HZ, CALLER_HZ, OTHER_CALLER_HZ, *AGENT_TONES.values(), OUTSIDE_HZ)

Story = Callable[["Day"], Awaitable[None]]
Start = Callable[[Path], AbstractAsyncContextManager[Service]]
"""Runs the service in this folder, on a private Asterisk, as `running` does."""


@dataclass
class Kept:
    """What is left of a day when everything has been switched off."""

    folder: Path
    failures: dict[str, BaseException]
    records: list[Json]
    statistics: Json
    recordings: dict[str, bytes]
    left_channels: list[Json]
    left_bridges: list[Json]
    notes: dict[str, Any]
    """What stories wrote down for their tests."""
    calls: dict[str, list[str]]
    """Story -> the customers' numbers in it."""
    observed: Observed | None = None

    def story(self, name: str) -> "Told":
        """The story's evidence; raises what made it fail."""
        if name in self.failures:
            raise self.failures[name]
        return Told(self, name)

    def outside(self) -> Observed:
        if self.observed is None:
            self.observed = Observed(self.folder)
        return self.observed


@dataclass
class Told:
    """One story after the day: the records of its calls in the order in which its customers were named."""

    day: Kept
    name: str

    @property
    def note(self) -> Any:
        return self.day.notes[self.name]

    def records(self) -> list[Json]:
        return [self.record(number) for number in self.day.calls[self.name]]

    def record(self, number: str | None = None) -> Json:
        """The one record of the call with this customer (the story's only one unless given)."""
        wanted = number or self.day.calls[self.name][0]
        numbers = [(record["summary"]["number"] or {}).get("value") for record in self.day.records]
        found = [record for record, one in zip(self.day.records, numbers, strict=True) if one == wanted]
        assert len(found) == 1, f"{len(found)} records of {wanted}"
        return found[0]

    def sound(self, number: str | None = None, index: int = 0) -> sound.Samples:
        """The call's recording."""
        recording = self.record(number)["recordings"][index]
        assert recording["state"] == "kept", recording
        file = self.day.folder / f"{recording['id']}.wav"
        file.write_bytes(self.day.recordings[recording["id"]])
        return sound.read_wav(file)


@dataclass
class Day:
    """A day that goes on. Verbs start telephones and note who they are for the recount."""

    service: Service
    folder: Path
    parties: list[Json] = field(default_factory=list)
    failures: dict[str, BaseException] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, list[str]] = field(default_factory=dict)
    name: str = ""
    """Of the story that is told."""
    _count: int = 0

    def __post_init__(self) -> None:
        for hertz in TONES:
            (self.folder / f"{hertz}.ul").write_bytes(sound.ulaw(sound.tone(hertz, 10)))

    def tone(self, hertz: int) -> Tone:
        return Tone(self.folder / f"{hertz}.ul")

    def note(self, value: Any) -> None:
        self.notes[self.name] = value

    def _place(self, who: str) -> Path:
        self._count += 1
        return self.folder / f"{self._count:03}-{self.name}-{who}"

    def _add(self, kind: str, number: str, hertz: int, place: Path, **more: str) -> None:
        log = str((place / "messages.log").relative_to(self.folder))
        self.parties.append({"kind": kind, "number": number, "tone": hertz, "log": log, **more})

    # -- people -------------------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def caller(
        self, number: str, *steps: Step, dialed: str = MAIN, hertz: int = CALLER_HZ, gives_up_ms: int | None = None
    ) -> AsyncIterator[Sipp]:
        """Somebody at `number` calls, talks in her tone from the beginning, and does the steps."""
        place = self._place("caller")
        self.calls[self.name].append(number)
        self._add("caller", number, hertz, place)
        scenario = caller(number, self.tone(hertz), *steps, gives_up_ms=gives_up_ms)
        async with self.service.caller(place, scenario, dialed) as sipp:
            yield sipp

    @contextlib.asynccontextmanager
    async def at_desk(self, *agents: str) -> AsyncIterator[list[Desk]]:
        """Agents signed in, not ready yet; signed out at the end of the block, when their calls are over."""
        async with contextlib.AsyncExitStack() as stack:
            desks = []
            for agent in agents:
                desk = await self.service.desk(agent)
                stack.push_async_callback(self._leaves, desk)
                desks.append(desk)
            yield desks

    async def _leaves(self, desk: Desk) -> None:
        free = ("available", "not_ready", "wrap_up")
        try:
            await self.service.board.until(lambda b: b.agents[desk.agent]["state"] in free, f"{desk.agent} cannot go home", 10)
            await desk.leaves()
        finally:
            await desk.close()

    @contextlib.asynccontextmanager
    async def telephone(self, desk: Desk, scenario: Scenario, calls: int = 1) -> AsyncIterator[Sipp]:
        """What the agent's telephone does when it rings."""
        place = self._place(f"agent-{desk.agent}")
        self._add("agent", desk.agent, desk.tone_hz, place, endpoint=desk.device)
        async with desk.telephone(place, scenario, calls) as sipp:
            yield sipp

    @contextlib.asynccontextmanager
    async def outside(self, kind: str, number: str, scenario: Scenario, serves: str = "") -> AsyncIterator[Sipp]:
        """A telephone in the network: `kind` customer (an agent calls it) or target (somebody is transferred to it)."""
        place = self._place(kind)
        if kind == "customer":
            self.calls[self.name].append(number)
        self._add(kind, number, OUTSIDE_HZ, place, serves=serves)
        async with self.service.outside(place, scenario) as sipp:
            yield sipp

    # -- moments ------------------------------------------------------------------------------------------------------------

    async def state(self, agent: str, *states: str, seconds: float = 15) -> Json:
        """Waits until the board shows the agent in one of these states."""
        board = self.service.board
        await board.until(lambda b: b.agents[agent]["state"] in states, f"{agent} is not {' or '.join(states)}", seconds)
        return board.agents[agent]

    async def call(self, number: str, *states: str, seconds: float = 15) -> str:
        """Waits until the call with this customer is in one of these states; returns its id."""

        def found(board: Any) -> Any:
            call = board.call_of(number)
            return call["id"] if call is not None and call["state"] in states else None

        return str(await self.service.board.until(found, f"the call of {number} is not {' or '.join(states)}", seconds))

    async def leg(self, number: str, role: str, state: str, seconds: float = 15) -> None:
        """Waits until a leg of this role in the customer's call is in this state."""

        def found(board: Any) -> bool:
            call = board.call_of(number)
            return call is not None and any((leg["role"], leg["state"]) == (role, state) for leg in call["legs"])

        await self.service.board.until(found, f"no {role} leg of {number} is {state}", seconds)

    async def hears(self, telephone: Sipp, hertz: int, for_s: float = 0.8, seconds: float = 10) -> None:
        """Waits until the telephone has been hearing this tone for so long."""
        what, port = f"tone {hertz}", telephone.media_port
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline:
            heard = Heard.read((self.folder / "heard.log").read_text()).sounds.get(port, [])
            if heard:
                since, last = heard[-1]
                if last == what and now() - since >= for_s * 1000:
                    return
            await asyncio.sleep(0.02)  # a file can only be looked at
        before = ", ".join(f"{last} {now() - since} ms ago" for since, last in heard[-6:])
        raise AssertionError(f"{telephone.folder.name} does not hear {what} for {for_s} s, but (changes) {before or 'nothing'}")

    async def wraps_up(self, desk: Desk) -> None:
        """Waits until the agent's wrap-up has begun; then she ends it."""
        await self.state(desk.agent, "wrap_up")
        await desk.finish()

    async def quiet(self, seconds: float = 15) -> None:
        """Waits until no call goes on."""
        await self.service.board.until(lambda b: not b.calls, "calls go on", seconds)

    async def tell(self, name: str, story: Story) -> None:
        """Runs the story and waits for silence."""
        self.name = name
        self.calls[name] = []
        try:
            async with asyncio.timeout(STORY_S):
                await story(self)
                await self.quiet()
        except Exception as error:
            error.add_note(f"the service said:\n{self.service.complaints()}")
            self.failures[name] = error


async def _live(folder: Path, stories: Mapping[str, Story], start: Start) -> Kept:
    observed = folder / "observed"
    observed.mkdir(parents=True)
    async with start(folder / "service") as service:
        return await _observed(observed, service, stories)


async def _observed(observed: Path, service: Service, stories: Mapping[str, Story]) -> Kept:
    ears = await listen(observed, service.pbx.rtp_ports, TONES)
    try:
        day = Day(service, observed)
        for name, story in stories.items():
            await day.tell(name, story)
        kept = await _keep(day)
        await ears.has_heard_all()
    finally:
        await ears.ends()
    (observed / "legs.csv").write_text(legs_csv(service))
    scenario = {
        "music": MUSIC_HZ,
        "parties": day.parties,
        "clicks": [asdict(click) for click in service.clicks],
        "center": PROMISES,
    }
    (observed / "scenario.json").write_text(json.dumps(scenario, indent=1))
    (observed / "records.json").write_text(json.dumps(kept.records, indent=1))
    (observed / "statistics.json").write_text(json.dumps(kept.statistics, indent=1))
    return kept


def legs_csv(service: Service) -> str:
    path = service.pbx.home / "log" / "cdr-custom" / "legs.csv"
    return path.read_text() if path.exists() else ""


async def within(seconds: float, fetch: Callable[[], Awaitable[Any]], good: Callable[[Any], bool]) -> Any:
    """What `fetch` answers once it is good, or the last answer when the time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not good(found := await fetch()) and loop.time() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.05)  # Asterisk's lists and our own records can only be asked for again
    return found


async def _left(service: Service) -> tuple[list[Json], list[Json]]:
    return service.pbx.channels(), service.pbx.bridges()


def settled(records: list[Json]) -> bool:
    """Every call is over, every wrap-up done, every recording kept or failed."""
    return all(
        record["summary"]["ended_at"] is not None
        and all(leg["ended_at"] is not None for leg in record["legs"])
        and all(wrap["ended_at"] is not None for wrap in record["wrap_ups"])
        and all(one["state"] in ("kept", "failed") for one in record["recordings"])
        for record in records
    )


def _complete(day: Day, records: list[Json]) -> bool:
    """Every customer of the day is in a record, and the records are settled."""
    found = {record["summary"]["number"]["value"] for record in records if record["summary"]["number"]}
    return found >= {number for numbers in day.calls.values() for number in numbers} and settled(records)


async def _keep(day: Day) -> Kept:
    """Everything that the service remembers, once it has settled, and what is left in Asterisk."""
    service = day.service
    channels, bridges = await within(10, lambda: _left(service), lambda found: not any(found))
    records = await within(20, service.records, lambda found: _complete(day, found))
    statistics = await service.statistics()
    recordings = {
        one["id"]: await service.recording(one["id"])
        for record in records
        for one in record["recordings"]
        if one["state"] == "kept"
    }
    return Kept(day.folder, day.failures, records, statistics, recordings, channels, bridges, day.notes, day.calls)


def live(folder: Path, stories: Mapping[str, Story], start: Start = running) -> Kept:
    """Lives the day: a private Asterisk, the service, the stories in order.

    Times are held to 100 ms, so the day writes to memory where there is a file system for it; what was observed is moved into
    `folder` at the end.
    """
    place = Path(tempfile.mkdtemp(prefix="callcenter-day-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        kept = asyncio.run(_live(place, stories, start))
    finally:
        shutil.move(place, folder / "day")
    kept.folder = folder / "day" / "observed"
    return kept
