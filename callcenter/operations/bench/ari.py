"""`bench ari`: the service and Asterisk's own queue, side by side on one Asterisk in one run, same telephones and callers.

Callers and telephones are SIPp, and times are read from SIPp's logs, the same way for both. `join to ring` is from the caller's
INVITE to the INVITE at a telephone, with telephones free; `free to next ring` from a telephone's BYE to its next INVITE, with
callers waiting. The service runs whole in this process; agents' wrap-up is finished at once, as app_queue has none. Every call is
recorded by both. app_queue is spared answering the caller, which would wait for her sound; the service answers her first.
"""

import asyncio
import os
import tempfile
import time
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from callcenter.bootstrap import Service
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.ids import AgentId, CarrierName
from callcenter.kernel.seed import CenterSeed
from callcenter.operations.bench import sip
from callcenter.operations.bench.day import center
from callcenter.operations.bench.exchange import QUEUE, Exchange
from callcenter.operations.bench.report import Found, machine, p50, p99, progress
from callcenter.operations.bench.servers import LOOPBACK, check_ours, cpu_s, free_port
from config.settings import read_settings

OURS = "100"
SYSTEMS = {"ours": OURS, "app_queue": QUEUE}
"""With the number that leads there."""
CARRIER = CarrierName("pbx")
RINGS_MS, STAYS_MS, TALKS_MS = 50, 700, 400
PATIENCE_MS = 60_000
LATE_MS = 1_000
"""A rate counts as borne when no call failed and 99 in 100 callers rang a telephone within this time."""
READY_S = 30

_SETTINGS = """
center: none.yaml
listen: {loopback}:{port}
data: data
log_level: error
carriers:
  pbx:
    kind: asterisk
    listen: {loopback}:{v_service}
    user: {v.service_user}
    application: {v.application}
    ari_url: http://{loopback}:{v.http_port}/ari
    ari_user: {v.ari_user}
    prompts: {v.directory}/prompts
"""


@dataclass(slots=True)
class Sample:
    """What one system did with one load."""

    took: list[float] = field(default_factory=list)
    calls: int = 0
    failed: bool = False
    service_cpu_s: float = 0
    asterisk_cpu_s: float = 0

    @property
    def borne(self) -> bool:
        return not self.failed and len(self.took) >= self.calls * 0.99 and p99(self.took) <= LATE_MS


def ari(*, full: bool = False, small: bool = False) -> Found:
    """Everything. `small` is for seeing that it runs: its figures say nothing. Raises Unable without Asterisk, SIPp or root."""
    return asyncio.run(_ari(full=full, small=small))


async def _ari(*, full: bool, small: bool) -> Found:
    about = machine()
    agents = 6 if small else 60
    calls = 6 if small else 1_000 if full else 150
    waiting = 6 if small else 90
    rates = [] if small else [10, 20, 40, 60, 80, 120] if full else [10, 20, 40, 60]
    rows: list[dict[str, Any]] = []
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as name:
        async with Exchange([f"a{index:04}" for index in range(agents)]) as exchange:
            floor = Floor(Path(name), exchange, agents)
            try:
                await floor.open()
                await _joins(floor, calls, 10 if small else 8, rows, ratios)
                await _frees(floor, waiting, rows, ratios)
                await _ramp(floor, rates, ratios)
            finally:
                await floor.close()
    about["load_after"] = round(os.getloadavg()[0], 2)
    return Found(bench="ari", machine=about, rows=rows, ratios={key: round(value, 4) for key, value in ratios.items()})


def _row(system: str, measure: str, sample: Sample) -> dict[str, Any]:
    found = {"system": system, "measure": measure, "p50_ms": round(p50(sample.took), 2), "p99_ms": round(p99(sample.took), 2)}
    return {**found, "calls": sample.calls}


async def _joins(floor: "Floor", calls: int, rate: float, rows: list[dict[str, Any]], ratios: dict[str, float]) -> None:
    """Telephones are free: from the caller's INVITE to a telephone's."""
    found: dict[str, Sample] = {}
    for system in SYSTEMS:
        progress(f"{system}: join to ring, {calls} calls, {rate:g} a second")
        found[system] = await floor.rush(system, calls, rate)
        rows.append(_row(system, "join to ring", found[system]))
        ratios[f"{system}_service_cpu_ms_per_call"] = found[system].service_cpu_s / calls * 1000
        ratios[f"{system}_asterisk_cpu_ms_per_call"] = found[system].asterisk_cpu_s / calls * 1000
    ours, theirs = found["ours"], found["app_queue"]
    ratios["join_to_ring_p50_ms_more_than_app_queue"] = p50(ours.took) - p50(theirs.took)
    ratios["join_to_ring_p99_to_app_queue"] = p99(ours.took) / p99(theirs.took)


async def _frees(floor: "Floor", waiting: int, rows: list[dict[str, Any]], ratios: dict[str, float]) -> None:
    """Callers wait: from a telephone's BYE to its next INVITE."""
    found: dict[str, Sample] = {}
    for system in SYSTEMS:
        progress(f"{system}: free to next ring, {floor.agents} telephones, {waiting} callers more than those")
        found[system] = await floor.crowd(system, floor.agents + waiting)
        rows.append(_row(system, "free to next ring", found[system]))
    ratios["free_to_next_ring_p50_to_app_queue"] = p50(found["ours"].took) / p50(found["app_queue"].took)
    ratios["free_to_next_ring_p99_to_app_queue"] = p99(found["ours"].took) / p99(found["app_queue"].took)


async def _ramp(floor: "Floor", rates: Sequence[int], ratios: dict[str, float]) -> None:
    """The highest rate of calls that each bears."""
    best = dict.fromkeys(SYSTEMS, 0)
    left = set(SYSTEMS)
    for rate in rates:
        for system in [one for one in SYSTEMS if one in left]:
            progress(f"{system}: {rate} calls a second")
            sample = await floor.rush(system, rate * 4, rate)
            if sample.borne:
                best[system] = rate
            else:
                left.discard(system)
    if rates:
        ratios |= {f"{system}_calls_per_s_borne": float(rate) for system, rate in best.items()}
        ratios["calls_per_s_to_app_queue"] = best["ours"] / max(1, best["app_queue"])


class Floor:
    """The service on the exchange, with its agents signed in at the telephones that app_queue has as members too."""

    def __init__(self, folder: Path, exchange: Exchange, agents: int) -> None:
        values = exchange.values
        port = free_port()
        file = folder / "service.yaml"
        file.write_text(_SETTINGS.format(loopback=LOOPBACK, port=port, v=values, v_service=exchange.service_port))
        settings = read_settings(
            file,
            {"CALLCENTER_PBX_PASSWORD": values.service_password, "CALLCENTER_PBX_ARI_PASSWORD": values.ari_password},
        )
        made = center(agents)
        self.agents = agents
        self._names = list(made.agents)
        self._folder = folder
        self._exchange = exchange
        self._ports = (port, exchange.service_port)
        self._service = Service(settings, CenterSeed(center=made, names={agent: agent for agent in made.agents}))
        self._runs = 0
        self._jobs: set[asyncio.Task[Any]] = set()
        self._quiet = asyncio.Event()

    async def open(self) -> None:
        progress(f"starting the service on a private Asterisk with {self.agents} telephones")
        engine = self._service.engine
        await self._service.prepare()
        await self._service.start()
        for port in self._ports:
            check_ours(port, [os.getpid()])
        engine.listeners.append(self._saw)
        async with asyncio.timeout(READY_S):
            while not engine.state.carriers.get(CARRIER):
                self._quiet.clear()
                await self._quiet.wait()
        for agent in self._names:
            await engine.ask(c.SignIn(agent=agent, carrier=CARRIER, device=agent, reachable=True))
            await engine.ask(c.SetAvailable(agent=agent))

    async def close(self) -> None:
        await self._service.close()

    def _saw(self, events: Sequence[e.Recorded]) -> None:
        for recorded in events:
            event = recorded.event
            if isinstance(event, e.WrapUpStarted):
                self._finish(event.agent)
        self._quiet.set()

    def _finish(self, agent: AgentId) -> None:
        job = asyncio.create_task(self._service.engine.ask(c.FinishWrapUp(agent=agent)))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def rush(self, system: str, calls: int, rate: float) -> Sample:
        """Callers come at this rate and stay a moment; telephones answer."""
        callers, phones, sample = await self._play(system, sip.caller(STAYS_MS), sip.telephone(RINGS_MS, None), calls, rate)
        began: dict[str, float] = {}
        for message in callers:
            if message.sent and message.line.startswith("INVITE"):
                began.setdefault(message.caller, message.at)
        rang: dict[str, float] = {}
        for message in phones:
            if not message.sent and message.line.startswith("INVITE"):
                rang.setdefault(message.caller, message.at)
        sample.took = [rang[number] - at for number, at in began.items() if number in rang]
        return sample

    async def crowd(self, system: str, calls: int) -> Sample:
        """More callers than telephones, at once; telephones hang up after a moment and are rung again."""
        scenario = sip.telephone(RINGS_MS, TALKS_MS)
        callers, phones, sample = await self._play(system, sip.caller(PATIENCE_MS), scenario, calls, max(calls / 2, 30))
        where = {m.call_id: m.line.split("@")[0].rpartition(":")[2] for m in phones if m.line.startswith("INVITE")}
        free: dict[str, float] = {}
        arrivals = sorted({m.call_id: m.at for m in reversed(callers) if m.sent and m.line.startswith("INVITE")}.values())
        rung = sorted(m.at for m in phones if not m.sent and m.line.startswith("INVITE"))
        for message in sorted(phones, key=lambda one: one.at):
            phone = where.get(message.call_id, "")
            if message.sent and message.line.startswith("BYE"):
                if bisect(arrivals, message.at) > bisect(rung, message.at):  # somebody waits
                    free.setdefault(phone, message.at)
            elif not message.sent and message.line.startswith("INVITE") and phone in free:
                sample.took.append(message.at - free.pop(phone))
        return sample

    async def _play(
        self, system: str, caller: str, telephone: str, calls: int, rate: float
    ) -> tuple[list[sip.Message], list[sip.Message], Sample]:
        self._runs += 1
        exchange, sample = self._exchange, Sample(calls=calls)
        folder = self._folder / f"run-{self._runs}"
        folder.mkdir()
        async with sip.sipp(folder / "phones", telephone, port=exchange.phone_port) as phones:
            ours, theirs = time.process_time(), cpu_s([exchange.pid])
            to = exchange.values.sip_port
            async with sip.sipp(folder / "callers", caller, to=to, dialed=SYSTEMS[system], calls=calls, rate=rate) as callers:
                sample.failed = await callers.failed(calls / rate + PATIENCE_MS / 1000)
            sample.service_cpu_s = time.process_time() - ours
            sample.asterisk_cpu_s = cpu_s([exchange.pid]) - theirs
            await self._settled()
        return (
            await asyncio.to_thread(callers.messages),
            await asyncio.to_thread(phones.messages),
            sample,
        )

    async def _settled(self) -> None:
        """No call is left, and all agents are free again."""
        async with asyncio.timeout(READY_S):
            while any(call for call in self._service.engine.state.calls.values() if call.state != "over"):
                self._quiet.clear()
                await self._quiet.wait()
