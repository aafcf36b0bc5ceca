"""Asterisk's own answering-machine detection, the real one: a private Asterisk 22 hears the same calls and says what it is.

A Local channel plays a call's file, its other end runs AMD() with the options of config/asterisk/amd.conf (its defaults). The
verdict and the times before and after stand in the call detail record. NOTSURE counts as a person.
"""

import asyncio
import csv
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

import aiohttp

from callcenter.kernel.words import Answerer
from callcenter.operations.bench.exchange import Exchange
from callcenter.operations.bench.servers import LOOPBACK
from dialer.amd.settings import RATE
from tests.benchmarks.amd.corpus import Made
from tests.benchmarks.amd.judges import Judged

HEARD_S = 7
"""More than app_amd ever listens (total_analysis_time 5,000 ms)."""
AT_ONCE = 60
NAME = "app_amd"
_DIALPLAN = """
[amd-play]
exten => _[a-z].,1,Answer(1)
 same => n,Playback(@HOME@/corpus/${EXTEN})
 same => n,Wait(8)
 same => n,Hangup()

[amd-judge]
exten => _[a-z].,1,Set(BEGAN=${STRFTIME(,,%s%3q)})
 same => n,AMD()
 same => n,Set(CDR(userfield)=${EXTEN}/${AMDSTATUS}/${AMDCAUSE}/${BEGAN}/${STRFTIME(,,%s%3q)})
 same => n,Hangup()
"""


class PrivateExchange(Exchange):
    """With the dialplan above and an empty folder `corpus`."""

    def __init__(self) -> None:
        super().__init__([])

    def _furnish(self) -> None:
        super()._furnish()
        with (self.home / "etc" / "extensions.conf").open("a", encoding="utf-8") as file:
            file.write(_DIALPLAN.replace("@HOME@", self.values.directory))
        (self.home / "corpus").mkdir()


def judge(calls: Sequence[Made], say: Callable[[str], None]) -> dict[str, Judged]:
    """Name of a call -> what app_amd said, for each call. Raises Unable without Asterisk; in real time, many calls at once."""
    return asyncio.run(_judge(calls, say))


async def _judge(calls: Sequence[Made], say: Callable[[str], None]) -> dict[str, Judged]:
    told: dict[str, Judged] = {}
    async with PrivateExchange() as exchange:
        known = b64encode(f"{exchange.values.ari_user}:{exchange.values.ari_password}".encode()).decode()
        records = exchange.home / "log" / "cdr-custom" / "legs.csv"
        room = asyncio.Semaphore(AT_ONCE)
        async with aiohttp.ClientSession(
            f"http://{LOOPBACK}:{exchange.values.http_port}/ari/", headers={"Authorization": f"Basic {known}"}
        ) as http, asyncio.TaskGroup() as group:
            reading = group.create_task(_read(records, told, len(calls), room))
            for number, made in enumerate(calls):
                await room.acquire()
                file = exchange.home / "corpus" / f"{made.name}.sln"
                file.write_bytes(made.samples[: HEARD_S * RATE].astype("<i2").tobytes())
                where = f"endpoint=Local/{made.name}@amd-play/n&context=amd-judge&extension={made.name}&priority=1&formats=slin"
                async with http.post(f"channels?{where}") as answer:
                    answer.raise_for_status()
                if number % 200 == 199:
                    say(f"app_amd: {number + 1} of {len(calls)} calls")
            await reading
    return told


async def _read(records: Path, told: dict[str, Judged], count: int, room: asyncio.Semaphore) -> None:
    """Takes verdicts as they are written, until all are there; each gives way to another call."""
    loop = asyncio.get_running_loop()
    last = loop.time()
    while len(told) < count:
        await asyncio.sleep(0.1)  # a file can only be looked at
        for name, judged in _verdicts(records):
            if name not in told:
                told[name] = judged
                room.release()
                last = loop.time()
        assert loop.time() - last < 30, f"app_amd said nothing for 30 s; {len(told)} of {count} calls judged"


def _verdicts(records: Path) -> list[tuple[str, Judged]]:
    if not records.exists():
        return []
    with records.open(newline="", errors="replace") as file:
        fields = [row[-1].split("/") for row in csv.reader(file) if row]
    return [
        (name, _judged(status, int(ended) - int(began)))
        for name, status, _, began, ended in (one for one in fields if len(one) == 5 and one[4].isdigit())
    ]


def _judged(status: str, after_ms: int) -> Judged:
    answerer = Answerer.MACHINE if status == "MACHINE" else Answerer.HUMAN
    return Judged(first=answerer, first_ms=after_ms, last=answerer, machine_ms=after_ms if status == "MACHINE" else None)
