"""Listening beside the carrier itself: the same socket, the same Asterisk, and neither is in the other's way."""

import asyncio
import time
from collections.abc import Callable

from callcenter.kernel.effects import JoinBridge
from callcenter.kernel.signals import LegEnded, LegJoined, LegOffered
from callcenter.kernel.words import Answerer
from callcenter.telephony.asterisk.answer_detection import PREFIX, AnswerDetection, Heard
from callcenter.telephony.asterisk.settings import DetectionSettings
from callcenter.telephony.port import CarrierSnapshot
from dialer.amd.detector import Verdict
from dialer.amd.settings import QUICK
from tests.contract.asterisk_world import AsteriskWorld
from tests.contract.stage import Stage
from tests.contract.world import PhoneDoes
from tests.integration.pbx import LOOPBACK, Pbx, free_ports
from tests.integration.relay import Relay


def now() -> int:
    return time.time_ns() // 1_000_000


async def true(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # what Asterisk has can only be looked at


async def test_neither_bridge_nor_resync_minds_and_a_cut_wire_is_a_person(stage: Stage, world: AsteriskWorld, pbx: Pbx):
    with free_ports(2) as (near, far):
        pass
    wire = Relay(near, far)
    await wire.mend()
    told: list[Heard] = []
    detection = AnswerDetection(
        DetectionSettings(port=far, told=f"{LOOPBACK}:{near}"),
        application=pbx.values.application, ask=world.asterisk.client.ask, clock=now, tell=told.append,
    )  # fmt: skip
    await detection.start()
    try:
        leg = await stage.agent(PhoneDoes(tone=True))
        detection.listen(leg, answered_at=now(), how=QUICK, until_ms=20_000)
        await true(lambda: (PREFIX + leg, "AudioSocket") in [(one["id"], one["dialplan"]["app_name"]) for one in pbx.channels()])

        bridge = stage.bridge()
        await stage.do(JoinBridge, bridge=bridge, leg=leg)
        await stage.hears(LegJoined, leg=leg, bridge=bridge)
        before = len(stage.heard)
        stage.carrier.look_again()
        await true(lambda: any(isinstance(one, CarrierSnapshot) for one in stage.heard[before:]))
        snapshot = next(one for one in stage.heard[before:] if isinstance(one, CarrierSnapshot))
        assert [seen.leg for seen in snapshot.legs] == [leg], "who listens is nobody's leg"
        offered = [one.leg for one in stage.heard if isinstance(one, LegOffered)]  # an earlier test's caller may be told late
        assert not [leg for leg in offered if leg.startswith(PREFIX)]

        await wire.cut()
        await true(lambda: detection.listening == 0)
        await true(lambda: [one["id"] for one in pbx.channels()] == [leg])
        assert [heard.leg for heard in told] == [leg]
        assert isinstance(told[0].found, Verdict)
        assert told[0].found.answerer is Answerer.UNDECIDED
        assert told[0].found.why in {"deaf", "time"}, "on a busy machine the time for it was over before the wire was cut"
        assert not any(isinstance(one, LegEnded) for one in stage.heard), "the call goes on"
    finally:
        await detection.close()
        await wire.cut()
