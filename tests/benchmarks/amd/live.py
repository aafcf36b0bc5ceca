"""What listening costs on live calls: the production AnswerDetection on a private Asterisk, processor time of both processes.

Calls are Local channels that play a machine's greeting, over and over; the same calls are counted once without anybody listening
and once with it. The service's part is all of it: socket, frames, detector.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from callcenter.kernel.ids import LegId
from callcenter.kernel.words import Answerer
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.answer_detection import AnswerDetection, Heard
from callcenter.telephony.asterisk.client import AriClient, Connected
from callcenter.telephony.asterisk.settings import AsteriskSettings, DetectionSettings
from dialer.amd.detector import Verdict
from dialer.amd.settings import QUICK, RATE
from tests.benchmarks.amd.app_amd import PrivateExchange
from tests.benchmarks.amd.corpus import Made

_TICKS = os.sysconf("SC_CLK_TCK")


def cost(made: Made, *, legs: int, seconds: float, say: Callable[[str], None]) -> dict[str, float]:
    """Processor time in ms for each second of a leg, and legs for a core; and how many of them were judged in time."""
    return asyncio.run(_cost(made, legs, seconds, say))


async def _cost(made: Made, legs: int, seconds: float, say: Callable[[str], None]) -> dict[str, float]:
    heard: list[tuple[int, Heard]] = []
    async with PrivateExchange() as exchange:
        values = exchange.values
        file = exchange.home / "corpus" / "greeting.sln"
        words = made.samples[: (made.greeting_end_at or 0) * RATE // 1_000]  # without the beep, which would end it
        file.write_bytes(np.tile(words, int((3 * seconds + 10) * RATE / len(words)) + 1).astype("<i2").tobytes())
        client = AriClient(
            AsteriskSettings(
                name="pbx", listen_port=exchange.service_port, listen_user=values.service_user,
                listen_password=values.service_password, ari_url=f"http://127.0.0.1:{values.http_port}/ari",
                ari_user=values.ari_user, ari_password=values.ari_password,
            )
        )  # fmt: skip
        await client.start()
        client.activate()
        detection = AnswerDetection(
            DetectionSettings(most=legs), application=values.application, ask=client.ask, clock=_now,
            tell=lambda one: heard.append((_now(), one)),
        )  # fmt: skip
        await detection.start()
        try:
            while not isinstance(await client.next_item(), Connected):
                pass
            names = [LegId(f"lbench{number}") for number in range(legs)]
            for name in names:
                request = r.originate(
                    name, endpoint="Local/greeting@amd-play/n", application=values.application, arguments="outbound",
                    caller_id="", timeout_s=10, formats="slin", variables={},
                )  # fmt: skip
                assert (await client.ask(request)).good
            await asyncio.sleep(1)
            _, without = await _spent(exchange.pid, seconds)
            answered_at = _now()
            for name in names:
                detection.listen(name, answered_at=answered_at, how=QUICK, until_ms=round(2_000 * seconds))
            await asyncio.sleep(2)  # all are tapped and judged; what goes on from here is the steady part
            ours, asterisk = await _spent(exchange.pid, seconds)
            listened = detection.listening
        finally:
            await detection.close()
            await client.close()
    verdicts = [(at, one.found) for at, one in heard if isinstance(one.found, Verdict) and not one.found.correction]
    in_time = sum(found.why != "deaf" and at - answered_at <= QUICK.verdict.decide_by_ms + 200 for at, found in verdicts)
    say(f"{listened} of {legs} legs listened to for {seconds:.0f} s, {in_time} judged in time")
    assert all(found.answerer in Answerer for _, found in verdicts)
    each = max(1, listened) * seconds
    ours_ms, asterisk_ms = ours * 1_000 / each, (asterisk - without * listened / legs) * 1_000 / each
    return {
        "live_legs": listened,
        "live_judged_in_time": in_time,
        "live_service_ms_per_leg_second": ours_ms,
        "live_asterisk_ms_per_leg_second": asterisk_ms,
        "live_legs_per_core_service": 1_000 / ours_ms,
        "live_legs_per_core_asterisk": 1_000 / max(asterisk_ms, 0.01),
    }


def _now() -> int:
    return time.time_ns() // 1_000_000


async def _spent(pid: int, seconds: float) -> tuple[float, float]:
    """Processor seconds of this process and of another, over so long."""
    own, other = time.process_time(), _ticks(pid)
    await asyncio.sleep(seconds)
    return time.process_time() - own, (_ticks(pid) - other) / _TICKS


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
