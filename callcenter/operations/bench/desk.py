"""`bench desk`: how long after the carrier's signal the agent's page has the frame that says so, with a thousand pages open.

The whole service runs in this process on the simulated carrier, at the traffic of so many agents; pages are real WebSockets of
other processes of the bench, one in a hundred of which stops reading. Measured is from the signal that the caller's line is up
(which is what puts her into the queue) to three moments: the offer is stored, its frame is written to the socket of the agent's
page, and that page has read it. The goal is the second; the third waits for the processes of the bench as well, which read a
thousand pages on the same two cores.
"""

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher

import config
from callcenter.api.socket import Socket
from callcenter.auth.passwords import Passwords
from callcenter.auth.tickets import Tickets
from callcenter.auth.users import Users
from callcenter.bootstrap import Service
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.ids import AgentId, CallId, LegId
from callcenter.kernel.seed import CenterSeed, UserSeed
from callcenter.operations.bench.day import CALLS_PER_AGENT_HOUR, QUEUES, center
from callcenter.operations.bench.desk_pages import Seat, lateness, pages
from callcenter.operations.bench.report import Found, machine, p50, p99, progress
from callcenter.operations.bench.servers import LOOPBACK, check_ours, free_port
from callcenter.runtime import clock
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from config.settings import read_settings

AGENTS, PROCESSES = 1_000, 2
STALLED_SHARE = 100
"""One in so many."""
GOAL_MS = 20
ANSWER_S, TALK_S, WRAP_UP_S = 1.0, 6.0, 1.0
BATCH = 50
"""Pages opened at once; a ticket is good for half a minute."""
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Nobody types these passwords: sessions are opened directly."""


def desk(*, full: bool = False, small: bool = False) -> Found:
    """Everything. `small` is for seeing that it runs: its figures say nothing."""
    return asyncio.run(_desk(full=full, small=small))


async def _desk(*, full: bool, small: bool) -> Found:
    about = machine()
    agents = 20 if small else AGENTS
    stalled = max(1, agents // STALLED_SHARE)
    calls = 10 if small else 1_000 if full else 150
    rate = 10.0 if small else agents * CALLS_PER_AGENT_HOUR / 3_600
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as folder:
        hall = Hall(Path(folder), agents)
        try:
            await hall.open()
            await hall.seat(stalled, 1 if small else PROCESSES)
            took, busy = await hall.calls(calls, rate)
        finally:
            await hall.close()
    about["load_after"] = round(os.getloadavg()[0], 2)
    written, stored = hall.written(), hall.stored()
    row = {"agents": agents, "stalled": stalled, "p50_ms": round(p50(written), 2), "p99_ms": round(p99(written), 2)}
    ratios = {
        "p99_to_goal": p99(written) / GOAL_MS,
        "stored_p50_ms": p50(stored),
        "stored_p99_ms": p99(stored),
        "read_by_the_page_p50_ms": p50(took),
        "read_by_the_page_p99_ms": p99(took),
        "idle_process_woken_late_p50_ms": p50(hall.late),
        "idle_process_woken_late_p99_ms": p99(hall.late),
        "p99_to_idle_process_woken_late_p99": p99(written) / p99(hall.late),
        "offers_seen": float(len(took)),
        "service_share_of_a_core": busy,
        "calls_per_s": rate,
    }
    return Found(bench="desk", machine=about, rows=[row], ratios={key: round(value, 3) for key, value in ratios.items()})


class Hall:
    """The service with its agents at their desks, and the pages in processes of their own."""

    def __init__(self, folder: Path, agents: int) -> None:
        port = free_port()
        settings = read_settings(
            Path(config.__file__).parent / "example" / "demo.yaml",
            {"CALLCENTER_LISTEN": f"{LOOPBACK}:{port}", "CALLCENTER_DATA": str(folder)},
        )
        made = center(agents)
        self.agents = list(made.agents)
        self.service = Service(settings, CenterSeed(center=made, names={agent: agent for agent in made.agents}))
        self.port = port
        self.carrier = next(one for one in self.service.carriers.values() if isinstance(one, SimulatedCarrier))
        self._connections: list[Connection] = []
        self._processes: list[Any] = []
        self.late: list[float] = []
        self._up_at: dict[LegId, int] = {}
        self._stored_at: dict[CallId, int] = {}
        self._written_at: dict[CallId, int] = {}
        self._legs: dict[CallId, LegId] = {}
        self._expected: set[tuple[AgentId, CallId]] = set()
        self._jobs: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        progress(f"starting the service with {len(self.agents)} agents")
        await self.service.prepare()
        engine = self.service.engine
        tell = engine.tell

        def noted(signal: Any) -> None:
            if isinstance(signal, s.LegAnswered):
                self._up_at[signal.leg] = time.time_ns()
            tell(signal)

        engine.tell = noted  # type: ignore[method-assign]
        self._watch_what_is_written()
        await self.service.start()
        check_ours(self.port, [os.getpid()])
        engine.listeners.append(self._saw)
        users = Users(self.service.database, Passwords(QUICK))
        seeds = [UserSeed(login=agent, password=agent * 4, role="agent", agent=agent) for agent in self.agents]
        self._users = await users.seed(seeds, clock.now())

    def _watch_what_is_written(self) -> None:
        send = Socket._send_text

        async def noted(socket: Socket, text: str) -> None:
            await send(socket, text)
            if '"state":"ringing"' in text:
                at = time.time_ns()
                for call in msgspec.json.decode(text).get("set", {}).get("calls", {}):
                    self._written_at.setdefault(CallId(call), at)

        Socket._send_text = noted  # type: ignore[method-assign, assignment]

    def _since_up(self, moments: dict[CallId, int]) -> list[float]:
        """Milliseconds from the caller's line to each moment."""
        legs = self._legs
        return [(at - self._up_at[legs[call]]) / 1e6 for call, at in moments.items() if legs.get(call) in self._up_at]

    def stored(self) -> list[float]:
        return self._since_up(self._stored_at)

    def written(self) -> list[float]:
        return self._since_up(self._written_at)

    async def seat(self, stalled: int, processes: int) -> None:
        """Everybody signs in and looks at her page."""
        progress("opening pages")
        service, tickets = self.service, Tickets(self.service.database)
        for _ in range(processes):
            self._connections.append(self._process(pages, service.url))
        gap = max(1, len(self._users) // stalled)
        for start in range(0, len(self._users), BATCH):
            seats = []
            async with service.database.together():
                for index, user in enumerate(self._users[start : start + BATCH], start=start):
                    token, signed_in = await service.sessions.open(user, clock.now())
                    ticket = await tickets.give(signed_in.log_in, clock.now())
                    seats.append(Seat(str(user.agent), token, ticket, index % gap == gap - 1))
            connection = self._connections[(start // BATCH) % processes]
            connection.send(seats)
            await asyncio.to_thread(connection.recv)
        await asyncio.gather(*map(self._sits_down, self.agents))

    def _process(self, run: Callable[..., None], *arguments: str) -> Connection:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=run, args=(*arguments, theirs), daemon=True)
        process.start()
        theirs.close()
        self._processes.append(process)
        return ours

    async def _sits_down(self, agent: AgentId) -> None:
        await self.carrier.open_device(agent)
        await self.service.engine.ask(c.SignIn(agent=agent, carrier=self.carrier.name, device=agent, reachable=True))
        await self.service.engine.ask(c.SetAvailable(agent=agent))

    def _saw(self, events: Sequence[e.Recorded]) -> None:
        """People's part: agents answer, talk, hang up and finish."""
        loop, carrier = asyncio.get_running_loop(), self.carrier
        for recorded in events:
            event = recorded.event
            if isinstance(event, e.CallArrived):
                self._legs[event.call] = event.leg
            elif isinstance(event, e.OfferMade):
                self._expected.add((event.agent, event.call))
                self._stored_at.setdefault(event.call, time.time_ns())
                loop.call_later(ANSWER_S, lambda a=event.agent: carrier.pump.act(lambda now: carrier.network.answer(a, now)))  # type: ignore[misc]
            elif isinstance(event, e.CallConnected):
                leg = self._legs[event.call]
                loop.call_later(TALK_S, lambda leg=leg: carrier.pump.act(lambda now: carrier.network.hang_up(leg, now)))  # type: ignore[misc]
            elif isinstance(event, e.WrapUpStarted):
                loop.call_later(WRAP_UP_S, self._finish, event.agent)

    def _finish(self, agent: AgentId) -> None:
        job = asyncio.create_task(self.service.engine.ask(c.FinishWrapUp(agent=agent)))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def calls(self, count: int, rate: float) -> tuple[list[float], float]:
        """Milliseconds of each offer, and the share of a core that the service took meanwhile."""
        progress(f"{count} calls, {rate:.1f} a second")
        gc.collect()
        yardstick = self._process(lateness)
        began, busy = time.perf_counter(), time.process_time()
        for number in range(count):
            dialed = f"10{number % len(QUEUES)}"
            self.carrier.pump.act(lambda now, n=number, d=dialed: self.carrier.network.call_in(f"+1212556{n:04}", d))  # type: ignore[misc]
            await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.perf_counter()))
        busy = (time.process_time() - busy) / (time.perf_counter() - began)
        yardstick.send(None)
        self.late = await asyncio.to_thread(yardstick.recv)
        await asyncio.sleep(ANSWER_S)
        seen: dict[tuple[str, str], int] = {}
        for connection in self._connections:
            connection.send(None)
            seen.update(await asyncio.to_thread(connection.recv))
        took = [
            (at - self._up_at[self._legs[CallId(call)]]) / 1e6
            for (agent, call), at in seen.items()
            if self._legs.get(CallId(call)) in self._up_at and (AgentId(agent), CallId(call)) in self._expected
        ]
        return took, busy

    async def close(self) -> None:
        for process in self._processes:
            process.kill()
            await asyncio.to_thread(process.join)
        await self.service.close()
